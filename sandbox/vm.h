#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sandbox/host_function.h"
#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/diagnostic.h"
#include "sandbox/value.h"

struct lua_State;

// Runs untrusted Lua on LuaJIT under exact limits. Knows nothing of worlds.
namespace cherub::sandbox {

struct MeteredSource;

struct VmOptions {
  bool jit = true;
  std::size_t memory_bytes = 64u << 20;  // soft limit: a call that holds more ends with kMemory
  std::size_t string_bytes = 4u << 20;   // one string
  std::size_t log_lines = 1000;          // print() per call; more are counted, not kept
  std::size_t log_bytes = 256u << 10;
  // The last defence, not a limit: a call that computes longer than this and so long for each unit
  // that it has spent is given up, as Outcome::watchdog. Ordinary work takes 1 to 50 ns per unit.
  double watchdog_s = 0.5;  // of its thread's processor time
  double watchdog_ns_per_fuel = 2000;
  bool reusable = false;  // for keep() and reset(); its first megabytes are laid out for that
};

struct Budget {
  std::uint64_t fuel = 1'000'000;
};

enum class OutcomeKind { kOk, kError, kFuel, kMemory, kRefused };
// "ok", "error", "fuel", "memory", "refused"
const char* outcome_name(OutcomeKind kind);

// How a call ended. Never an exception, never a Lua error.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kOk;
  Value result;             // the first return value, when kOk
  std::string message;      // "policy:12: attempt to …", when not kOk
  std::uint32_t line = 0;   // in the author's source; 0 when there is none
  std::string traceback;    // the author's frames, innermost first, one per line
  Diagnostics diagnostics;  // when kRefused
  std::uint64_t fuel_used = 0;
  std::size_t memory_peak = 0;   // bytes
  std::vector<std::string> log;  // lines of print()
  std::size_t log_dropped = 0;
  bool watchdog = false;  // given up by the watchdog, as kFuel: a fault of Cherub, not reproducible
};

// A loaded script inside its Vm, of no use after the Vm's end or its reset().
class Script {
 public:
  [[nodiscard]] int reference() const { return reference_; }
  [[nodiscard]] int module_reference() const { return module_; }

 private:
  friend class Vm;
  Script(int reference, int module) : reference_(reference), module_(module) {}
  int reference_;  // the chunk, as a function
  int module_;     // what the chunk returned to start()
};

// One Lua state with the safe library. Not for two threads at once; may move between threads while
// no call runs.
class Vm {
 public:
  static base::Result<std::unique_ptr<Vm>> create(const VmOptions& options = {});
  ~Vm();
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  // Parses, meters and compiles; runs nothing. kRefused with diagnostics is the ordinary failure.
  struct LoadResult {
    Outcome outcome;  // kOk or kRefused or kMemory
    std::unique_ptr<Script> script;
  };
  LoadResult load(const std::string& name, std::string source);
  // The same for what was parsed and metered before, for Vms with or without a compiler as this
  // one (charging_for): several Vms of one source need that only once.
  LoadResult load(const std::string& name, const MeteredSource& metered);

  // Makes a function of the host known to the scripts that are loaded from now on. Errors:
  // kInvalidArgument for a name or an argument that cannot be.
  base::Result<void> define(HostFunction function);

  // Runs the chunk under the budget. Its first result must be plain data (see Value).
  Outcome run(const Script& script, std::span<const Value> arguments, Budget budget);
  // Runs the chunk and keeps what it returns, so that call() finds functions in it.
  Outcome start(const Script& script, std::span<const Value> arguments, Budget budget);
  // Calls a function of a script that was started: a field of the table that the chunk returned, or
  // a global that it defined.
  Outcome call(const Script& script, std::string_view function, std::span<const Value> arguments,
               Budget budget);
  // Both in one: what `cherub sandbox` does.
  Outcome run_source(std::string name, std::string source, Budget budget);

  [[nodiscard]] std::size_t memory_used() const;  // bytes held by the state now
  void collect_garbage();

  // Of a reusable Vm: what is in it now, functions of the host and what trusted code made, is what
  // reset() brings back. Once, before any script is loaded.
  void keep();
  // Makes the Vm what it was when it was kept, byte by byte: scripts and all that they made are
  // gone. False when it had better be thrown away: it was not kept, or a call met the memory limit
  // or the watchdog.
  [[nodiscard]] bool reset();

  // The door for scripting/, which builds trusted code on top. See sandbox/trusted.h.
  struct State;
  struct Invocation;
  State& state() { return *state_; }

 private:
  explicit Vm(std::unique_ptr<State> state);
  Outcome invoke(Invocation& invocation, Budget budget);
  void take_result(Outcome& outcome);
  std::unique_ptr<State> state_;
};

}  // namespace cherub::sandbox
