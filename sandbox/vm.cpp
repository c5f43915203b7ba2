#include "sandbox/vm.h"

#include <cstring>
#include <iterator>
#include <utility>

#include "sandbox/border.h"
#include "sandbox/host_call.h"
#include "sandbox/meter.h"
#include "sandbox/syntax/parser.h"
#include "sandbox/trusted.h"
#include "sandbox/vm_state.h"

namespace cherub::sandbox {
namespace {

using base::Result;

// Makes the fuel variable of a compiled script the one of core.lua: from here on both are one
// variable.
void join_fuel(lua_State* lua, int script, int charge) {
  const auto find = [lua](int function, const char* wanted) {
    for (int i = 1;; ++i) {
      const char* name = lua_getupvalue(lua, function, i);
      if (name == nullptr) return 0;
      lua_pop(lua, 1);
      if (std::strcmp(name, wanted) == 0) return i;
    }
  };
  const int ours = find(script, kFuelName);
  const int core = find(charge, "fuel");
  CHERUB_CHECK(core != 0);
  if (ours == 0) return;  // every charge is a call
  lua_upvaluejoin(lua, script, ours, charge, core);
}

struct LoadRequest {
  Vm::State* state;
  const std::string* name;
  const std::string* text;
  int reference = LUA_NOREF;
  int module = LUA_NOREF;
};

// Compiles metered text and ties it to the meter and to fresh globals. Called protected.
int load_metered(lua_State* lua) {
  auto& request = *static_cast<LoadRequest*>(lua_touserdata(lua, 1));
  const std::string chunk_name = "=" + *request.name;
  if (luaL_loadbufferx(lua, request.text->data(), request.text->size(), chunk_name.c_str(), "t") !=
      0) {
    return lua_error(lua);
  }
  lua_rawgeti(lua, LUA_REGISTRYINDEX, request.state->core);
  const int core = lua_gettop(lua);
  lua_pushvalue(lua, core - 1);
  for (const MeterName& name : kMeterNames) lua_getfield(lua, core, name.core_field);
  lua_call(lua, static_cast<int>(std::size(kMeterNames)), 1);
  const int script = lua_gettop(lua);
  lua_getfield(lua, core, "charge");
  join_fuel(lua, script, lua_gettop(lua));
  lua_rawgeti(lua, LUA_REGISTRYINDEX, request.state->new_environment);
  lua_call(lua, 0, 1);
  lua_setfenv(lua, script);
  lua_pushvalue(lua, script);
  request.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_newtable(lua);
  request.module = luaL_ref(lua, LUA_REGISTRYINDEX);
  return 0;
}

// Pushes the function of that name of a started script. Raw: no metamethod runs outside the meter.
void push_named(lua_State* lua, const Script& script, std::string_view name) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, script.module_reference());
  lua_rawgeti(lua, LUA_REGISTRYINDEX, script.reference());
  lua_getfenv(lua, -1);
  for (const int table : {-3, -1}) {
    if (!lua_istable(lua, table)) continue;
    lua_pushvalue(lua, table);
    lua_pushlstring(lua, name.data(), name.size());
    lua_rawget(lua, -2);
    if (lua_isfunction(lua, -1)) return;
    lua_settop(lua, -3);
  }
  luaL_error(lua, "the script has no function named '%s'", std::string(name).c_str());
}

}  // namespace

struct Vm::Invocation {
  State* state;
  const Script* script;
  std::span<const Value> arguments;
  std::string_view function;  // of the started script; empty: the chunk itself
  bool keep_result = false;   // for call() to look into
};

namespace {

// Calls what the invocation asks for. Called protected.
int push_call(lua_State* lua) {
  const auto& invocation = *static_cast<const Vm::Invocation*>(lua_touserdata(lua, 1));
  lua_settop(lua, 0);
  lua_rawgeti(lua, LUA_REGISTRYINDEX, invocation.state->core);
  if (invocation.function.empty()) {
    lua_rawgeti(lua, LUA_REGISTRYINDEX, invocation.script->reference());
  } else {
    push_named(lua, *invocation.script, invocation.function);
  }
  for (const Value& argument : invocation.arguments) push_value(lua, argument, 1);
  lua_call(lua, static_cast<int>(invocation.arguments.size()), 1);
  if (!invocation.keep_result) return 1;
  lua_rawseti(lua, LUA_REGISTRYINDEX, invocation.script->module_reference());
  return 0;
}

struct ReadRequest {
  Result<Value> value = Value{};
};

int read_result(lua_State* lua) {
  auto& request = *static_cast<ReadRequest*>(lua_touserdata(lua, 2));
  request.value = read_value(lua, 1, ValueLimits{});
  return 0;
}

int make_functions(lua_State* lua) {
  auto& state = *static_cast<Vm::State*>(lua_touserdata(lua, 1));
  lua_pushcfunction(lua, &push_call);
  state.push_call = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_pushcfunction(lua, &read_result);
  state.read_result = luaL_ref(lua, LUA_REGISTRYINDEX);
  return 0;
}

}  // namespace

const char* outcome_name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kOk:
      return "ok";
    case OutcomeKind::kError:
      return "error";
    case OutcomeKind::kFuel:
      return "fuel";
    case OutcomeKind::kMemory:
      return "memory";
    case OutcomeKind::kRefused:
      return "refused";
  }
  return "error";
}

Vm::Vm(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vm::~Vm() = default;

Result<std::unique_ptr<Vm>> Vm::create(const VmOptions& options) {
  auto state = std::make_unique<State>(options);
  const auto opened = state->open();
  if (!opened.ok()) return opened.error();
  CHERUB_CHECK(lua_cpcall(state->lua, &make_functions, state.get()) == 0);
  return std::unique_ptr<Vm>(new Vm(std::move(state)));
}

Vm::LoadResult Vm::load(const std::string& name, std::string source) {
  ParseResult parsed = parse(name, std::move(source));
  if (parsed.chunk) {
    LoadResult result = load(name, meter(*parsed.chunk, charging_for(state_->options.jit)));
    if (result.script) result.outcome.diagnostics = std::move(parsed.diagnostics);
    return result;
  }
  LoadResult refused;
  refused.outcome.kind = OutcomeKind::kRefused;
  refused.outcome.diagnostics = std::move(parsed.diagnostics);
  return refused;
}

Vm::LoadResult Vm::load(const std::string& name, const MeteredSource& metered) {
  LoadResult result;
  if (!metered.diagnostics.empty()) {
    result.outcome.kind = OutcomeKind::kRefused;
    result.outcome.diagnostics = metered.diagnostics;
    return result;
  }
  if (metered.names_concat_event) state_->stop_compiler();
  LoadRequest request{state_.get(), &name, &metered.text};
  state_->begin_call();
  const int status = lua_cpcall(state_->lua, &load_metered, &request);
  if (status == 0) {
    result.script.reset(new Script(request.reference, request.module));
    return result;
  }
  if (status == LUA_ERRMEM) {
    state_->spoilt = true;
    result.outcome.kind = OutcomeKind::kMemory;
    result.outcome.message = "out of memory while loading";
  } else {
    const char* text = lua_tostring(state_->lua, -1);
    result.outcome.kind = OutcomeKind::kRefused;
    result.outcome.diagnostics.push_back(
        {Severity::kError, {}, text != nullptr ? text : "the compiler refused the source", ""});
  }
  lua_pop(state_->lua, 1);
  return result;
}

Outcome Vm::run(const Script& script, std::span<const Value> arguments, Budget budget) {
  Invocation invocation{state_.get(), &script, arguments, {}};
  return invoke(invocation, budget);
}

Outcome Vm::start(const Script& script, std::span<const Value> arguments, Budget budget) {
  Invocation invocation{state_.get(), &script, arguments, {}, true};
  return invoke(invocation, budget);
}

Outcome Vm::call(const Script& script, std::string_view function, std::span<const Value> arguments,
                 Budget budget) {
  Invocation invocation{state_.get(), &script, arguments, function};
  return invoke(invocation, budget);
}

Outcome Vm::invoke(Invocation& invocation, Budget budget) {
  State& state = *state_;
  lua_State* lua = state.lua;
  Outcome outcome;
  if (state.running) {
    outcome.kind = OutcomeKind::kError;
    outcome.message = "a call is running in this Vm: a host function must use another one";
    return outcome;
  }
  state.running = true;
  state.begin_call();
  state.begin_fuel(budget.fuel);
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state.handler);
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state.push_call);
  lua_pushlightuserdata(lua, &invocation);
  const int status = lua_pcall(lua, 1, 1, 1);
  outcome.fuel_used = budget.fuel - state.fuel_left();
  if (status == 0) {
    take_result(outcome);
  } else {
    ErrorReport report = state.take_error(status);
    outcome.kind = report.kind;
    outcome.message = std::move(report.message);
    outcome.line = report.line;
    outcome.traceback = std::move(report.traceback);
  }
  lua_settop(lua, 0);
  outcome.memory_peak = state.memory.peak();
  outcome.log = std::move(state.log);
  outcome.log_dropped = state.log_dropped;
  outcome.watchdog = state.watchdog_hit;
  state.spoilt = state.spoilt || outcome.watchdog || outcome.kind == OutcomeKind::kMemory;
  state.end_call();
  state.running = false;
  return outcome;
}

Result<void> Vm::define(HostFunction function) {
  return define_host_function(*state_, std::move(function));
}

void Vm::keep() {
  CHERUB_CHECK(state_->options.reusable && !state_->running);
  state_->keep();
}

bool Vm::reset() {
  return !state_->running && !state_->spoilt && state_->restore();
}

// The returned value is on top of the stack.
void Vm::take_result(Outcome& outcome) {
  lua_State* lua = state_->lua;
  ReadRequest read;
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state_->read_result);
  lua_insert(lua, -2);
  lua_pushlightuserdata(lua, &read);
  if (lua_pcall(lua, 2, 0, 0) != 0) {
    outcome.kind = OutcomeKind::kMemory;
    outcome.message = "out of memory while reading the result";
  } else if (read.value.ok()) {
    outcome.result = std::move(*read.value);
  } else {
    outcome.kind = OutcomeKind::kError;
    outcome.message = "the result cannot leave the script: " + read.value.error().text();
  }
}

Outcome Vm::run_source(std::string name, std::string source, Budget budget) {
  LoadResult loaded = load(name, std::move(source));
  if (!loaded.script) return std::move(loaded.outcome);
  return run(*loaded.script, {}, budget);
}

std::size_t Vm::memory_used() const {
  return state_->memory.used();
}

void Vm::collect_garbage() {
  lua_gc(state_->lua, LUA_GCCOLLECT, 0);
}

}  // namespace cherub::sandbox
