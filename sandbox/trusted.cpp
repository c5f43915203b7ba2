#include "sandbox/trusted.h"

#include "sandbox/border.h"
#include "sandbox/trusted_chunk.h"

namespace cherub::sandbox::trusted {

bool call(Vm& vm, int arguments, int results, std::uint64_t fuel) {
  Vm::State& state = vm.state();
  state.begin_call();
  state.begin_fuel(fuel);
  const int function = lua_gettop(state.lua) - arguments;
  lua_rawgeti(state.lua, LUA_REGISTRYINDEX, state.handler);
  lua_insert(state.lua, function);
  const int status = lua_pcall(state.lua, arguments, results, function);
  if (status != 0) state.last_error = state.take_error(status);
  lua_remove(state.lua, function);
  state.end_call();
  return status == 0;
}

ErrorReport take_error(Vm& vm) {
  return std::move(vm.state().last_error);
}

base::Result<void> push_chunk(Vm& vm, const std::string& name, std::string_view source) {
  lua_State* state = lua(vm);
  if (load_trusted_chunk(state, name, source) == 0) return {};
  base::Error error{base::ErrorCode::kInternal, lua_tostring(state, -1), name};
  lua_pop(state, 1);
  return error;
}

void push_core(Vm& vm) {
  lua_rawgeti(lua(vm), LUA_REGISTRYINDEX, vm.state().core);
}

void push_handler(Vm& vm) {
  lua_rawgeti(lua(vm), LUA_REGISTRYINDEX, vm.state().handler);
}

void push_script(Vm& vm, const Script& script) {
  lua_rawgeti(lua(vm), LUA_REGISTRYINDEX, script.reference());
}

void set_random_source(Vm& vm, double (*draw)(void*), void* context) {
  vm.state().draw = draw;
  vm.state().draw_context = context;
}

namespace {

struct PlainRead {
  const ValueLimits* limits;
  base::Result<Value> value = Value{};
};

int read_plain(lua_State* state) {
  auto& read = *static_cast<PlainRead*>(lua_touserdata(state, 2));
  read.value = read_value(state, 1, *read.limits);
  return 0;
}

struct PlainWrite {
  Vm::State* state;
  const Value* value;
};

int write_plain(lua_State* state) {
  const auto& write = *static_cast<PlainWrite*>(lua_touserdata(state, 1));
  lua_rawgeti(state, LUA_REGISTRYINDEX, write.state->core);
  push_value(state, *write.value, lua_gettop(state));
  return 1;
}

}  // namespace

base::Result<Value> pop_value(Vm& vm, const ValueLimits& limits) {
  lua_State* state = lua(vm);
  PlainRead read{&limits};
  lua_pushcfunction(state, &read_plain);
  lua_insert(state, -2);
  lua_pushlightuserdata(state, &read);
  if (lua_pcall(state, 2, 0, 0) == 0) return std::move(read.value);
  lua_pop(state, 1);
  return base::Error{base::ErrorCode::kUnavailable, "out of memory while reading a value",
                     "sandbox"};
}

base::Result<void> push_plain(Vm& vm, const Value& value) {
  lua_State* state = lua(vm);
  PlainWrite write{&vm.state(), &value};
  lua_pushcfunction(state, &write_plain);
  lua_pushlightuserdata(state, &write);
  if (lua_pcall(state, 1, 1, 0) == 0) return {};
  const char* text = lua_tostring(state, -1);
  base::Error error{base::ErrorCode::kInvalidArgument, text != nullptr ? text : "value", "sandbox"};
  lua_pop(state, 1);
  return error;
}

}  // namespace cherub::sandbox::trusted
