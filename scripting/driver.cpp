#include "scripting/driver.h"

#include "engine/ecology/ecology.h"
#include "engine/intents.h"
#include "engine/terrain.h"

namespace cherub::scripting {
namespace trusted = sandbox::trusted;
using base::Error;
using base::ErrorCode;
using base::Result;

void set_host_function(lua_State* lua, void* owner, const char* name, lua_CFunction function) {
  lua_pushlightuserdata(lua, owner);
  lua_pushcclosure(lua, function, 1);
  lua_setfield(lua, -2, name);
}

void set_world_names(lua_State* lua, const engine::Scenario& scenario) {
  std::string species_list;
  for (const engine::SpeciesSpec& species : scenario.species) {
    species_list += "'" + species.name + "', ";
  }
  if (scenario.environment) species_list += "'threat', 'roost', ";
  species_list += "'food' and 'any'";
  lua_pushlstring(lua, species_list.data(), species_list.size());
  lua_setfield(lua, -2, "species_list");
  lua_newtable(lua);
  for (int i = 0; i < engine::kReceiptCount; ++i) {
    lua_pushstring(lua, engine::receipt_name(static_cast<engine::Receipt>(i)));
    lua_rawseti(lua, -2, i);
  }
  lua_setfield(lua, -2, "receipt_names");
  lua_newtable(lua);
  for (int i = 0; i <= static_cast<int>(engine::Block::kWater); ++i) {
    lua_pushstring(lua, engine::block_name(static_cast<engine::Block>(i)));
    lua_rawseti(lua, -2, i);
  }
  lua_setfield(lua, -2, "block_names");
  lua_newtable(lua);
  for (std::size_t i = 0; i < scenario.roles.size(); ++i) {
    lua_pushstring(lua, scenario.roles[i].name.c_str());
    lua_rawseti(lua, -2, static_cast<int>(i));
  }
  lua_setfield(lua, -2, "role_names");
  std::string mode_list;
  lua_newtable(lua);
  for (std::size_t i = 0; i < engine::kModeNames.size(); ++i) {
    const std::string_view mode = engine::kModeNames[i];
    mode_list += (i > 0 ? ", " : "") + std::string(mode);
    lua_pushlstring(lua, mode.data(), mode.size());
    lua_rawseti(lua, -2, static_cast<int>(i));
  }
  lua_setfield(lua, -2, "mode_names");
  lua_pushlstring(lua, mode_list.data(), mode_list.size());
  lua_setfield(lua, -2, "mode_list");
}

Result<int> load_driver(sandbox::Vm& vm, const PreludeModule& driver, View& view,
                        std::span<const PreludeModule> modules) {
  lua_State* lua = trusted::lua(vm);
  if (auto pushed = trusted::push_chunk(vm, driver.name, driver.source); !pushed.ok())
    return pushed.error();
  lua_insert(lua, -2);
  trusted::push_core(vm);
  lua_insert(lua, -2);
  lua_pushlightuserdata(lua, &view);
  lua_insert(lua, -2);
  trusted::push_handler(vm);
  lua_newtable(lua);
  for (const auto& [name, source] : modules) {
    if (auto pushed = trusted::push_chunk(vm, name, source); !pushed.ok()) return pushed.error();
    lua_setfield(lua, -2, name);
  }
  if (!trusted::call(vm, 5, 1, 0)) {
    return Error{ErrorCode::kInternal, trusted::take_error(vm).message, driver.name};
  }
  return luaL_ref(lua, LUA_REGISTRYINDEX);
}

bool call_driver(sandbox::Vm& vm, int driver, const char* name, int arguments, int results,
                 std::uint64_t fuel) {
  lua_State* lua = trusted::lua(vm);
  lua_rawgeti(lua, LUA_REGISTRYINDEX, driver);
  lua_getfield(lua, -1, name);
  lua_remove(lua, -2);
  lua_insert(lua, -1 - arguments);
  return trusted::call(vm, arguments, results, fuel);
}

Result<void> describe_scenario(sandbox::Vm& vm, int driver, const engine::Scenario& scenario) {
  lua_State* lua = trusted::lua(vm);
  const Error failed{ErrorCode::kInternal, "the driver did not take the scenario", scenario.name};
  lua_pushnumber(lua, scenario.terrain.width);
  lua_pushnumber(lua, scenario.terrain.depth);
  lua_pushnumber(lua, scenario.terrain.height);
  lua_pushnumber(lua, 1 / scenario.tick_rate);
  if (!call_driver(vm, driver, "set_scenario", 4, 0, 0)) return failed;
  for (std::size_t i = 0; i < scenario.species.size(); ++i) {
    const engine::SpeciesSpec& species = scenario.species[i];
    lua_pushnumber(lua, static_cast<lua_Number>(i));
    lua_pushlstring(lua, species.name.data(), species.name.size());
    lua_pushstring(lua, engine::kind_name(species.kind));
    lua_pushnumber(lua, species.speed);
    lua_pushnumber(lua, species.sense_radius);
    lua_pushnumber(lua, species.reach);
    if (!call_driver(vm, driver, "add_species", 6, 0, 0)) return failed;
  }
  return {};
}

std::string report_text(const sandbox::ErrorReport& report) {
  return report.traceback.empty() ? report.message : report.message + "\n" + report.traceback;
}

sandbox::Diagnostic as_diagnostic(const sandbox::ErrorReport& report) {
  sandbox::Diagnostic diagnostic;
  diagnostic.range.line = report.line == 0 ? 1 : report.line;
  diagnostic.message = report_text(report);
  return diagnostic;
}

sandbox::Diagnostic plain_diagnostic(std::string message) {
  sandbox::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  return diagnostic;
}

}  // namespace cherub::scripting
