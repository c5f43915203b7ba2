#pragma once

#include <lua.hpp>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "sandbox/vm.h"
#include "sandbox/vm_state.h"

// The door of the sandbox for code that builds on it (scripting/). What comes through here is
// trusted: it sees the whole Lua state. Scripts never do.
namespace cherub::sandbox::trusted {

inline lua_State* lua(Vm& vm) {
  return vm.state().lua;
}

// Calls the function below its `arguments` on the stack under `fuel`, with the sandbox's message
// handler. True: `results` values are left. False: nothing is left, and take_error() tells.
bool call(Vm& vm, int arguments, int results, std::uint64_t fuel);
ErrorReport take_error(Vm& vm);

// Compiles trusted source as a chunk named "[cherub.<name>]" and leaves the function on the stack.
// Errors in it are blamed on the script that called.
base::Result<void> push_chunk(Vm& vm, const std::string& name, std::string_view source);

// Pushes the table that core.lua returns: begin, remaining, charge, freeze …
void push_core(Vm& vm);
// Pushes the function that turns an error into an ErrorReport; for xpcall in trusted Lua.
void push_handler(Vm& vm);
// Pushes the function of a loaded script, not yet run.
void push_script(Vm& vm, const Script& script);

// Where math.random gets its numbers in [0, 1): draw(context), which must outlive the Vm.
void set_random_source(Vm& vm, double (*draw)(void*), void* context);

// Reads the value on top of the stack as plain data and pops it; raw, under protection.
base::Result<Value> pop_value(Vm& vm, const ValueLimits& limits);
// Pushes plain data, under protection.
base::Result<void> push_plain(Vm& vm, const Value& value);

}  // namespace cherub::sandbox::trusted
