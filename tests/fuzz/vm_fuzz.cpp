// Whatever the program: it ends within its budget as a value, with the same fuel, message and
// result when the JIT is off, and a good script runs afterwards.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sandbox/vm.h"

namespace {

using cherub::sandbox::Outcome;
using cherub::sandbox::OutcomeKind;
using cherub::sandbox::Vm;

constexpr std::uint64_t kFuel = 200'000;

Outcome run(const std::string& source, bool jit) {
  auto vm = Vm::create({.jit = jit, .memory_bytes = 16u << 20});
  if (!vm.ok()) std::abort();
  Outcome outcome = (*vm)->run_source("t", source, {kFuel});
  const Outcome after = (*vm)->run_source("good", "return 6 * 7", {1000});
  if (after.kind != OutcomeKind::kOk || cherub::sandbox::to_json(after.result) != "42")
    std::abort();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  const Outcome compiled = run(source, true);
  if (compiled.kind == OutcomeKind::kRefused) return 0;
  const Outcome interpreted = run(source, false);
  if (compiled.fuel_used > kFuel || compiled.watchdog) std::abort();
  if (compiled.kind == OutcomeKind::kMemory || interpreted.kind == OutcomeKind::kMemory) return 0;
  if (compiled.kind != interpreted.kind || compiled.fuel_used != interpreted.fuel_used)
    std::abort();
  if (compiled.message != interpreted.message) std::abort();
  if (cherub::sandbox::to_json(compiled.result) != cherub::sandbox::to_json(interpreted.result))
    std::abort();
  return 0;
}
