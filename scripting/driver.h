#pragma once

#include <cstdint>
#include <lua.hpp>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/scenario.h"
#include "sandbox/syntax/diagnostic.h"
#include "sandbox/trusted.h"
#include "sandbox/vm.h"
#include "scripting/view.h"

// What the Vms of policies and of abilities share: a driver is trusted Lua that runs one script
// over the agents of a world, a table of functions that C++ calls.
namespace cherub::scripting {

// A file of the prelude, given to the driver as a function.
struct PreludeModule {
  const char* name;
  std::string_view source;
};

// The C++ object of a function that was made with it as its first upvalue.
template <class T>
T& upvalue(lua_State* lua) {
  return *static_cast<T*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

// Sets functions of C++ in the table on top of the stack.
void set_host_function(lua_State* lua, void* owner, const char* name, lua_CFunction function);
// Sets receipt_names, block_names and species_list in the table on top of the stack.
void set_world_names(lua_State* lua, const engine::Scenario& scenario);

// Loads a driver: pops the host's table from the stack, and gives the chunk the core, the view,
// that table, the message handler and the modules. Returns the registry reference of what it
// returned.
base::Result<int> load_driver(sandbox::Vm& vm, const PreludeModule& driver, View& view,
                              std::span<const PreludeModule> modules);
// Calls a function of the driver with the `arguments` on top of the stack; see trusted::call.
bool call_driver(sandbox::Vm& vm, int driver, const char* name, int arguments, int results,
                 std::uint64_t fuel);
// Tells the driver the size of the world and its species.
base::Result<void> describe_scenario(sandbox::Vm& vm, int driver, const engine::Scenario& scenario);

std::string report_text(const sandbox::ErrorReport& report);  // with the author's frames
sandbox::Diagnostic as_diagnostic(const sandbox::ErrorReport& report);
sandbox::Diagnostic plain_diagnostic(std::string message);

}  // namespace cherub::scripting
