// Prints how many of each species live: a line of names, then lines of seed, tick and counts; and
// to the other stream, what they were born and died of.
//   cherub_meadow [--scenario FILE] [--seeds 5] [--first-seed 1] [--ticks 20000]
//                 [--without wolf]… [--dry]
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/events.h"
#include "trial.h"

namespace {

struct Flags {
  std::uint64_t first_seed = 1, seeds = 5;
  std::uint32_t ticks = 20'000;
  std::string file;  // empty: the shipped meadow
  std::vector<std::string> without;
  bool dry = false;
};

bool read(int argc, char** argv, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--dry") {
      flags.dry = true;
      continue;
    }
    if (++i >= argc) return false;
    if (name == "--seeds") {
      flags.seeds = std::strtoull(argv[i], nullptr, 10);
    } else if (name == "--first-seed") {
      flags.first_seed = std::strtoull(argv[i], nullptr, 10);
    } else if (name == "--ticks") {
      flags.ticks = static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
    } else if (name == "--scenario") {
      flags.file = argv[i];
    } else if (name == "--without") {
      flags.without.emplace_back(argv[i]);
    } else {
      return false;
    }
  }
  return true;
}

cherub::engine::Scenario load(const std::string& file) {
  if (file.empty()) return cherub::ecology_trials::meadow();
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file + ": cannot be read");
  std::stringstream text;
  text << in.rdbuf();
  auto scenario = cherub::engine::parse_scenario(text.str());
  if (!scenario.ok()) throw std::runtime_error(file + ": " + scenario.error().text());
  return std::move(*scenario);
}

void print(const Flags& flags) {
  using namespace cherub;
  const engine::Scenario scenario =
      ecology_trials::without(load(flags.file), flags.without, flags.dry);
  std::printf("seed,tick");
  for (const auto& species : scenario.species) std::printf(",%s", species.name.c_str());
  std::printf("\n");
  for (std::uint64_t i = 0; i < flags.seeds; ++i) {
    const std::uint64_t seed = flags.first_seed + i;
    const auto populations = ecology_trials::live(scenario, seed, flags.ticks);
    for (std::size_t at = 0; at < populations.samples.size(); ++at) {
      std::printf("%llu,%zu", static_cast<unsigned long long>(seed), at * populations.every);
      for (const std::uint32_t count : populations.samples[at]) std::printf(",%u", count);
      std::printf("\n");
    }
    std::fflush(stdout);
    for (std::size_t of = 0; of < scenario.species.size(); ++of) {
      std::fprintf(stderr, "seed %llu %s: born %u", static_cast<unsigned long long>(seed),
                   scenario.species[of].name.c_str(), populations.births[of]);
      for (std::size_t cause = 0; cause < ecology_trials::kCauses; ++cause) {
        const std::uint32_t count = populations.deaths[of][cause];
        const auto name = engine::death_cause_name(static_cast<engine::DeathCause>(cause));
        if (count > 0) std::fprintf(stderr, ", %s %u", name, count);
      }
      std::fprintf(stderr, "\n");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  if (!read(argc, argv, flags)) {
    std::fprintf(stderr,
                 "usage: cherub_meadow [--scenario FILE] [--seeds N] [--first-seed N] [--ticks N] "
                 "[--without SPECIES]... [--dry]\n");
    return 2;
  }
  try {
    print(flags);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  return 0;
}
