// The n-th allocation of a Vm fails, and all after it, for many n over programs good and hostile.
// Every call still ends as a value, nothing leaks or crashes, and the Vm runs a good script.
// Without the compiler: see MemoryCap for why a Vm with it never lets an allocation fail.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sandbox/trusted.h"
#include "sandbox/vm_state.h"

namespace cherub::sandbox {
namespace {

constexpr std::uint64_t kFuel = 60'000;

std::vector<std::string> programs() {
  std::vector<std::filesystem::path> paths;
  for (const char* folder : {"/tests/escapes/attacks", "/tests/programs"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(CHERUB_SOURCE_DIR) + folder)) {
      if (entry.path().extension() == ".lua") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> sources;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    sources.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return sources;
}

// Runs a program with allocations failing from the n-th on; false when it never came that far.
bool fails_at(const std::string& source, std::uint64_t n) {
  auto vm = Vm::create({.jit = false, .memory_bytes = std::size_t{16} << 20});
  REQUIRE(vm.ok());
  MemoryCap& memory = (*vm)->state().memory;
  memory.fail_after(n);
  const Outcome outcome = (*vm)->run_source("t", source, {kFuel});
  const bool reached = memory.failed();
  memory.fail_after(MemoryCap::kNever);
  CHECK((outcome.kind == OutcomeKind::kOk || !outcome.message.empty() ||
         !outcome.diagnostics.empty()));
  // The same Vm is still sound, even if it had better not be used for long.
  const Outcome after = (*vm)->run_source("good", "return ('x'):rep(3) .. #{1, 2}", {10'000});
  CHECK((after.result == Value{std::string("xxx2")} || after.kind == OutcomeKind::kMemory));
  return reached;
}

}  // namespace

TEST_CASE("calls survive the failure of any allocation") {
  // CHERUB_ALLOCATION_STEP=1 tries every n; a larger step, the default, is a sample.
  const char* wanted = std::getenv("CHERUB_ALLOCATION_STEP");
  const std::uint64_t step = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 23;
  std::uint64_t runs = 0;
  std::uint64_t offset = 0;
  for (const std::string& source : programs()) {
    INFO(source.substr(0, 200));
    for (std::uint64_t n = offset++ % step; fails_at(source, n) && n < 2000;) {
      n += step + n / 8;
      ++runs;
    }
  }
  CHECK(runs > 300);
}

}  // namespace cherub::sandbox
