#include "sandbox/host_call.h"

#include <exception>
#include <lua.hpp>
#include <regex>

#include "sandbox/border.h"
#include "sandbox/vm_state.h"

namespace cherub::sandbox {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kEntryBytes = 16;

std::size_t size_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) return text->size();
  const auto* table = std::get_if<Value::Table>(&value.data);
  if (table == nullptr) return 0;
  std::size_t bytes = 0;
  for (const auto& [key, item] : *table) bytes += kEntryBytes + size_of(key) + size_of(item);
  return bytes;
}

Result<Value> call_guarded(const HostFunction& function, std::span<const Value> arguments) {
  try {
    return function.call(arguments);
  } catch (const std::exception& exception) {
    return Error{ErrorCode::kInternal, exception.what(), function.name};
  } catch (...) {
    return Error{ErrorCode::kInternal, "an unknown exception", function.name};
  }
}

// What is on its way over the border. Kept by the state, not by a frame that a Lua error may leave.
Result<Value> cross(lua_State* lua, const HostFunction& function, std::vector<Value>& arguments,
                    std::size_t& bytes) {
  arguments.clear();
  for (int i = 1; i <= static_cast<int>(function.arguments.size()); ++i) {
    if (lua_isnoneornil(lua, i)) {
      arguments.emplace_back();
      continue;
    }
    auto value = read_value(lua, i, ValueLimits{});
    if (!value.ok()) {
      return Error{value.error().code,
                   "bad argument #" + std::to_string(i) + " to '" + function.name + "' (" +
                       value.error().text() + ")",
                   function.name};
    }
    bytes += size_of(*value);
    arguments.push_back(std::move(*value));
  }
  Result<Value> result = call_guarded(function, arguments);
  if (result.ok()) bytes += size_of(*result);
  return result;
}

// call(...) of hosted.lua: true, result, bytes | false, message, bytes.
int call_host(lua_State* lua) {
  auto& state = *static_cast<Vm::State*>(lua_touserdata(lua, lua_upvalueindex(1)));
  const auto& function = *static_cast<HostFunction*>(lua_touserdata(lua, lua_upvalueindex(2)));
  std::size_t bytes = 0;
  state.host_result = cross(lua, function, state.host_arguments, bytes);
  lua_settop(lua, 0);
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state.core);
  lua_pushboolean(lua, state.host_result.ok() ? 1 : 0);
  if (state.host_result.ok()) {
    push_value(lua, *state.host_result, 1);
  } else {
    const std::string& message = state.host_result.error().message;
    lua_pushlstring(lua, message.data(), message.size());
  }
  lua_pushnumber(lua, static_cast<lua_Number>(bytes));
  return 3;
}

struct DefineRequest {
  Vm::State* state;
  HostFunction* function;
};

int define(lua_State* lua) {
  const auto& request = *static_cast<DefineRequest*>(lua_touserdata(lua, 1));
  const HostFunction& function = *request.function;
  lua_rawgeti(lua, LUA_REGISTRYINDEX, request.state->define_host);
  lua_pushlstring(lua, function.name.data(), function.name.size());
  lua_newtable(lua);
  int position = 0;
  for (const std::string& kind : function.arguments) {
    lua_pushlstring(lua, kind.data(), kind.size());
    lua_rawseti(lua, -2, ++position);
  }
  lua_pushnumber(lua, static_cast<lua_Number>(function.fuel));
  lua_pushnumber(lua, function.fuel_per_byte);
  lua_pushlightuserdata(lua, request.state);
  lua_pushlightuserdata(lua, request.function);
  lua_pushcclosure(lua, call_host, 2);
  lua_call(lua, 5, 0);
  return 0;
}

}  // namespace

Result<void> define_host_function(Vm::State& state, HostFunction function) {
  static const std::regex name("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?");
  static const std::regex kind("(number|string|boolean|table|any)\\??");
  const auto refuse = [&](std::string why) {
    return Error{ErrorCode::kInvalidArgument, std::move(why), function.name};
  };
  if (!std::regex_match(function.name, name)) {
    return refuse("a host function is named like 'scan' or 'radar.scan'");
  }
  for (const std::string& argument : function.arguments) {
    if (!std::regex_match(argument, kind)) {
      return refuse("an argument is a number, string, boolean, table or any, not '" + argument +
                    "'; put '?' behind it where nil will do");
    }
  }
  if (!function.call) return refuse("the host function has no body");
  state.host_functions.push_back(std::make_unique<HostFunction>(std::move(function)));
  DefineRequest request{&state, state.host_functions.back().get()};
  if (lua_cpcall(state.lua, &define, &request) == 0) return {};
  lua_pop(state.lua, 1);
  return Error{ErrorCode::kUnavailable, "out of memory while defining a host function", "sandbox"};
}

}  // namespace cherub::sandbox
