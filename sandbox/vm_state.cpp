#include "sandbox/vm_state.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "sandbox/error_report.h"
#include "sandbox/generated_prelude.h"
#include "sandbox/meter.h"
#include "sandbox/pattern.h"
#include "sandbox/table_slots.h"
#include "sandbox/trusted.h"
#include "sandbox/trusted_chunk.h"

namespace cherub::sandbox {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr double kReadingServes_s = 1e-3;

// The time that this thread has computed; others on the machine do not count.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The same, or up to a millisecond more: a call of a few microseconds must not pay as much again
// for that clock. Since it was read, the thread has computed at most as long as time went by.
double thread_seconds_at_most(std::chrono::steady_clock::time_point now) {
  struct Reading {
    std::chrono::steady_clock::time_point at;
    double seconds;
  };
  thread_local Reading last{now, thread_seconds()};
  const double since_s = std::chrono::duration<double>(now - last.at).count();
  if (since_s <= kReadingServes_s) return last.seconds + since_s;
  last = {now, thread_seconds()};
  return last.seconds;
}

Vm::State& state_of(lua_State* lua) {
  return *static_cast<Vm::State*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

// LuaJIT's stack has 65,500 slots. Calls end well before, at a depth that is counted the same with
// the JIT on and off: no slice of fuel pays for more than is left of kStackSlotsPaid (core.lua).
constexpr int kStackSlotsMax = 40'000;
constexpr int kStackSlotsPaid = 60'000;
constexpr int kSlotsPerFuel = 2;

// The slots below the frame of a caller of the running function. LuaJIT keeps them in the low half
// of the private part of lua_Debug.
int stack_slots(lua_State* lua, int level) {
  lua_Debug frame{};
  if (lua_getstack(lua, level, &frame) == 0) return 0;
  return frame.i_ci & 0xffff;
}

// host.checkpoint(inner, spent): the fuel until the next one, or what must end the call.
int checkpoint(lua_State* lua) {
  Vm::State& state = state_of(lua);
  const int depth = stack_slots(lua, 1 + static_cast<int>(lua_tointeger(lua, 1)));
  if (depth > kStackSlotsMax) {
    lua_pushliteral(lua, "stack");
    return 1;
  }
  if (state.memory.is_over()) {
    lua_gc(lua, LUA_GCCOLLECT, 0);
    if (state.memory.is_over()) {
      lua_pushliteral(lua, "memory");
      return 1;
    }
  }
  if (state.overran(lua_tonumber(lua, 2))) {
    state.watchdog_hit = true;
    lua_pushliteral(lua, "clock");
    return 1;
  }
  lua_pushinteger(lua, (kStackSlotsPaid - depth) / kSlotsPerFuel);
  return 1;
}

// host.stop_compiler()
int stop_compiler(lua_State* lua) {
  state_of(lua).stop_compiler();
  return 0;
}

// host.give_up(): the call ends by the watchdog, not by a limit.
int give_up(lua_State* lua) {
  state_of(lua).watchdog_hit = true;
  return 0;
}

// host.log(line)
int append_log(lua_State* lua) {
  Vm::State& state = state_of(lua);
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, 1, &size);
  if (state.log.size() >= state.options.log_lines ||
      state.log_bytes + size > state.options.log_bytes) {
    ++state.log_dropped;
    return 0;
  }
  state.log.emplace_back(text, size);
  state.log_bytes += size;
  return 0;
}

double draw_from_stream(void* stream) {
  return static_cast<base::RandomStream*>(stream)->uniform();
}

extern "C" double cherub_draw_random(void* context) {
  auto* state = static_cast<Vm::State*>(context);
  return state->draw(state->draw_context);
}

void set_function(lua_State* lua, Vm::State& state, const char* name, lua_CFunction function) {
  lua_pushlightuserdata(lua, &state);
  lua_pushcclosure(lua, function, 1);
  lua_setfield(lua, -2, name);
}

template <class Function>
void set_address(lua_State* lua, const char* name, Function* function) {
  lua_pushlightuserdata(lua, reinterpret_cast<void*>(function));
  lua_setfield(lua, -2, name);
}

void push_host(lua_State* lua, Vm::State& state) {
  lua_newtable(lua);
  set_function(lua, state, "checkpoint", checkpoint);
  set_function(lua, state, "give_up", give_up);
  set_function(lua, state, "stop_compiler", stop_compiler);
  set_function(lua, state, "log", append_log);
  set_address(lua, "pattern_match", &cherub_pattern_match);
  set_address(lua, "random_draw", &cherub_draw_random);
  lua_pushlightuserdata(lua, &state);
  lua_setfield(lua, -2, "random_context");
  lua_pushnumber(lua, static_cast<lua_Number>(state.options.string_bytes));
  lua_setfield(lua, -2, "string_bytes");
  const void* probe = push_slot_probe(lua);
  if (probe == nullptr) {
    luaL_error(lua, "this LuaJIT is not the GC64 build of LuaJIT 2.1, which is needed");
  }
  lua_setfield(lua, -2, "slot_probe");
  lua_pushlightuserdata(lua, const_cast<void*>(probe));
  lua_setfield(lua, -2, "slot_probe_address");
  set_address(lua, "table_slots", &cherub_table_slots);
  lua_pushnumber(lua, kNumeralBytesMax);
  lua_setfield(lua, -2, "numeral_bytes");
  lua_pushboolean(lua, state.options.jit ? 1 : 0);
  lua_setfield(lua, -2, "jit");
}

// Pushes a module of the prelude as a function.
void push_module(lua_State* lua, std::string_view name, std::string_view source) {
  if (load_trusted_chunk(lua, name, source) != 0) lua_error(lua);
}

struct Module {
  std::string_view name;
  std::string_view source;
};

// An error outside of all protection is a mistake in this folder. LuaJIT ends the process then.
int tell_panic(lua_State* lua) {
  const char* text = lua_tostring(lua, -1);
  std::fprintf(stderr, "unprotected error in Lua: %s\n", text != nullptr ? text : "?");
  return 0;
}

// Runs prelude.lua, which is handed the other modules by name and puts the library together. Called
// protected.
int open_prelude(lua_State* lua) {
  auto& state = *static_cast<Vm::State*>(lua_touserdata(lua, 1));
  luaL_openlibs(lua);
  const std::array<Module, 9> modules{{{"core", prelude::k_core_lua},
                                       {"arguments", prelude::k_arguments_lua},
                                       {"iteration", prelude::k_iteration_lua},
                                       {"base", prelude::k_base_lua},
                                       {"tables", prelude::k_tables_lua},
                                       {"numbers", prelude::k_numbers_lua},
                                       {"strings", prelude::k_strings_lua},
                                       {"patterns", prelude::k_patterns_lua},
                                       {"hosted", prelude::k_hosted_lua}}};
  push_module(lua, "prelude", prelude::k_prelude_lua);
  push_host(lua, state);
  lua_newtable(lua);
  for (const Module& module : modules) {
    push_module(lua, module.name, module.source);
    lua_setfield(lua, -2, std::string(module.name).c_str());
  }
  lua_call(lua, 2, 3);  // core, new_environment, define
  state.define_host = luaL_ref(lua, LUA_REGISTRYINDEX);
  state.new_environment = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_getfield(lua, -1, "OUT_OF_FUEL");
  state.out_of_fuel = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_getfield(lua, -1, "OUT_OF_MEMORY");
  state.out_of_memory = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_getfield(lua, -1, "STACK_OVERFLOW");
  state.stack_overflow = luaL_ref(lua, LUA_REGISTRYINDEX);
  state.core = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_pushlightuserdata(lua, &state);
  lua_pushcclosure(lua, describe_error, 1);
  state.handler = luaL_ref(lua, LUA_REGISTRYINDEX);
  return 0;
}

}  // namespace

Result<void> Vm::State::open() {
  lua = memory.open(options.reusable ? MemoryCap::Use::kAgain : MemoryCap::Use::kOnce);
  if (lua == nullptr) {
    return Error{ErrorCode::kUnavailable, "no memory for a Lua state; raise the memory limit",
                 "sandbox"};
  }
  lua_atpanic(lua, tell_panic);
  lua_gc(lua, LUA_GCSTOP, 0);  // all of the library stays
  if (lua_cpcall(lua, &open_prelude, this) != 0) {
    const char* text = lua_tostring(lua, -1);
    return Error{
        ErrorCode::kUnavailable,
        std::string("the sandbox did not start: ") + (text != nullptr ? text : "unknown error"),
        "sandbox"};
  }
  draw = &draw_from_stream;
  draw_context = &random;
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | (options.jit ? LUAJIT_MODE_ON : LUAJIT_MODE_OFF));
  lua_gc(lua, LUA_GCRESTART, -1);
  return {};
}

void Vm::State::begin_call() {
  call_start = std::chrono::steady_clock::now();
  call_start_s = thread_seconds_at_most(call_start);
  watchdog_hit = false;
  log.clear();
  log_bytes = 0;
  log_dropped = 0;
  has_error = false;
  memory.reset_peak();
}

// The clock of the thread is dear to read. It cannot have run faster than the other one.
bool Vm::State::overran(double fuel) const {
  const double allowed_s = options.watchdog_s + fuel * options.watchdog_ns_per_fuel * 1e-9;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - call_start;
  return elapsed.count() > allowed_s && thread_seconds() - call_start_s > allowed_s;
}

void Vm::State::end_call() {
  if (memory.is_over()) lua_gc(lua, LUA_GCCOLLECT, 0);
}

void Vm::State::stop_compiler() {
  if (!options.jit || compiler_stopped) return;
  compiler_stopped = true;
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_FLUSH);
}

void Vm::State::keep() {
  lua_gc(lua, LUA_GCCOLLECT, 0);  // what was needed to make it is not kept
  kept_draw = draw;
  kept_draw_context = draw_context;
  memory.keep();
}

bool Vm::State::restore() {
  if (!memory.restore()) return false;
  begin_call();  // of the last one, nothing is left
  host_arguments.clear();
  host_result = Value{};
  random = base::RandomStream(0);
  draw = kept_draw;
  draw_context = kept_draw_context;
  compiler_stopped = false;
  return true;
}

void Vm::State::begin_fuel(std::uint64_t fuel) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, core);
  lua_getfield(lua, -1, "start");
  lua_pushnumber(lua, static_cast<lua_Number>(fuel));
  CHERUB_CHECK(lua_pcall(lua, 1, 0, 0) == 0);
  lua_pop(lua, 1);
}

std::uint64_t Vm::State::fuel_left() {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, core);
  lua_getfield(lua, -1, "remaining");
  CHERUB_CHECK(lua_pcall(lua, 0, 1, 0) == 0);
  const auto left = static_cast<std::uint64_t>(lua_tonumber(lua, -1));
  lua_pop(lua, 2);
  return left;
}

ErrorReport Vm::State::take_error(int status) {
  ErrorReport report;
  if (status == LUA_ERRMEM) {
    report.kind = OutcomeKind::kMemory;
    report.message = "out of memory";
  } else if (has_error) {
    report = std::move(last_error);
  } else {  // the handler itself had no stack left
    report.message = kStackOverflowMessage;
  }
  has_error = false;
  lua_pop(lua, 1);
  return report;
}

}  // namespace cherub::sandbox
