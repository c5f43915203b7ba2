#pragma once

#include <chrono>
#include <lua.hpp>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "sandbox/memory_cap.h"
#include "sandbox/vm.h"

namespace cherub::sandbox {

// The last error as the message handler saw it, before the stack was unwound.
struct ErrorReport {
  OutcomeKind kind = OutcomeKind::kError;
  std::string message;
  std::uint32_t line = 0;
  std::string traceback;
};

// What stands behind a Vm. C functions reach it through a light userdata upvalue.
struct Vm::State {
  explicit State(const VmOptions& vm_options)
      : options(vm_options), memory(vm_options.memory_bytes) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Makes the Lua state and runs the prelude.
  base::Result<void> open();
  // The clock and log of one call.
  void begin_call();
  // Collects garbage when the call left more than the soft limit, so that the next one has room.
  void end_call();
  // Whether the call computed longer than the watchdog allows for so much fuel.
  [[nodiscard]] bool overran(double fuel) const;
  // As Vm::keep() and reset().
  void keep();
  bool restore();
  // Until the Vm is reset.
  void stop_compiler();
  void begin_fuel(std::uint64_t fuel);
  [[nodiscard]] std::uint64_t fuel_left();
  // What the last protected call left: `status` as of lua_pcall, the error value on top of the
  // stack (popped).
  ErrorReport take_error(int status);

  VmOptions options;
  MemoryCap memory;
  lua_State* lua = nullptr;
  double (*draw)(void*) = nullptr;  // what math.random asks for numbers in [0, 1)
  void* draw_context = nullptr;
  double (*kept_draw)(void*) = nullptr;  // both as keep() found them
  void* kept_draw_context = nullptr;
  base::RandomStream random{0};  // the source while no other is set
  std::chrono::steady_clock::time_point call_start;
  double call_start_s = 0;  // on the clock of the thread that runs the call
  bool watchdog_hit = false;
  bool running = false;
  bool compiler_stopped = false;
  bool spoilt = false;  // a call met the memory limit or the watchdog
  std::vector<std::string> log;
  std::size_t log_bytes = 0;
  std::size_t log_dropped = 0;
  ErrorReport last_error;
  bool has_error = false;
  std::vector<std::unique_ptr<HostFunction>> host_functions;
  std::vector<Value> host_arguments;  // of the host function that runs
  base::Result<Value> host_result = Value{};
  // Registry references.
  int core = LUA_NOREF;             // the table that core.lua returns
  int handler = LUA_NOREF;          // message handler
  int new_environment = LUA_NOREF;  // function() -> fresh globals
  int define_host = LUA_NOREF;      // define() of hosted.lua
  int push_call =
      LUA_NOREF;  // C functions of vm.cpp, made early: calls must not allocate unprotected
  int read_result = LUA_NOREF;
  int out_of_fuel = LUA_NOREF;
  int out_of_memory = LUA_NOREF;
  int stack_overflow = LUA_NOREF;
};

}  // namespace cherub::sandbox
