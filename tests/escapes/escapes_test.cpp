// Every file of attacks/ is a hostile program. A line `-- expect: KIND[|KIND] [TEXT]` says how it
// must end and what the message contains; the watchdog counts as a kind of its own. Each runs with
// the JIT on and off, with the same fuel in both; afterwards the same Vm, and a new one, still run
// a good script.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "sandbox/vm.h"

namespace cherub::sandbox {
namespace {

constexpr std::uint64_t kFuel = 20'000'000;
constexpr std::size_t kMemory = std::size_t{32} << 20;

struct Attack {
  std::string name;
  std::string source;
  std::vector<std::string> kinds;
  std::string text;
};

Attack read_attack(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  Attack attack{path.stem().string(), content.str(), {}, {}};
  const std::string mark = "-- expect: ";
  const std::size_t at = attack.source.find(mark);
  REQUIRE(at != std::string::npos);
  std::istringstream line(
      attack.source.substr(at + mark.size(), attack.source.find('\n', at) - at - mark.size()));
  std::string kinds;
  line >> kinds;
  std::getline(line >> std::ws, attack.text);
  std::istringstream list(kinds);
  for (std::string kind; std::getline(list, kind, '|');) attack.kinds.push_back(kind);
  return attack;
}

std::vector<Attack> all_attacks() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(CHERUB_TEST_DIR "/attacks")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Attack> attacks;
  for (const auto& path : paths) attacks.push_back(read_attack(path));
  return attacks;
}

std::unique_ptr<Vm> make_vm(bool jit) {
  auto vm = Vm::create({.jit = jit, .memory_bytes = kMemory});
  REQUIRE(vm.ok());
  return std::move(*vm);
}

void check_that_it_still_works(Vm& vm) {
  const Outcome outcome = vm.run_source(
      "good", "local sum = 0 for i = 1, 1000 do sum = sum + i end return sum .. (\"x\"):upper()",
      {100'000});
  INFO(outcome.message);
  CHECK(outcome.kind == OutcomeKind::kOk);
  CHECK(outcome.result == Value{std::string("500500X")});
}

Outcome attack_with(const Attack& attack, bool jit) {
  const auto vm = make_vm(jit);
  Outcome outcome = vm->run_source("attack", attack.source, {kFuel});
  const std::string kind = outcome.watchdog ? "watchdog" : outcome_name(outcome.kind);
  INFO(attack.name << (jit ? " with" : " without") << " the JIT ended as " << kind << ": "
                   << outcome.message);
  CHECK(std::find(attack.kinds.begin(), attack.kinds.end(), kind) != attack.kinds.end());
  CHECK(outcome.message.find(attack.text) != std::string::npos);
  CHECK(outcome.fuel_used <= kFuel);
  CHECK(outcome.memory_peak <= 3 * kMemory);
  CHECK((outcome.kind != OutcomeKind::kRefused || !outcome.diagnostics.empty()));
  check_that_it_still_works(*vm);
  return outcome;
}

}  // namespace

TEST_CASE("every attack ends as a value, and the next script works") {
  const std::vector<Attack> attacks = all_attacks();
  REQUIRE(attacks.size() >= 100);
  for (const Attack& attack : attacks) {
    const Outcome compiled = attack_with(attack, true);
    const Outcome interpreted = attack_with(attack, false);
    INFO(attack.name);
    const bool by_memory =
        compiled.kind == OutcomeKind::kMemory || interpreted.kind == OutcomeKind::kMemory;
    if (!by_memory) {
      CHECK(compiled.fuel_used == interpreted.fuel_used);
      CHECK(compiled.kind == interpreted.kind);
      CHECK(compiled.message == interpreted.message);
      CHECK(to_json(compiled.result) == to_json(interpreted.result));
    }
  }
}

TEST_CASE("a Vm survives a hundred attacks one after another") {
  const auto vm = make_vm(true);
  for (const Attack& attack : all_attacks()) {
    vm->run_source("attack", attack.source, {100'000});
    check_that_it_still_works(*vm);
  }
}

}  // namespace cherub::sandbox
