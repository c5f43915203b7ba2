#pragma once

#include <map>
#include <optional>
#include <vector>

#include "abilities/angel/builtin_angel.h"

namespace cherub::abilities::angel {

inline constexpr std::size_t kIslands = 3;
// After so many scores each island's best goes over to the next island.
inline constexpr std::uint64_t kMigrationInterval = 64;

// Several built-in angels that evolve apart and learn of each other's best now and then: a fashion
// of one of them cannot crowd out the ideas of the others. They draft in turns. Everything is a
// function of scenario, seed and scores. One thread.
class Islands final : public Angel {
 public:
  // As BuiltinAngel; the priors are shared out among the islands.
  Islands(const engine::Scenario& scenario, std::uint64_t seed,
          const std::vector<std::string>& heading, const std::vector<PriorPolicy>& priors = {});

  std::optional<Draft> next(const Brief& brief, const std::atomic<bool>* cancel) override;
  // Of the island whose best is the best.
  std::optional<Draft> simpler() override;
  void learn(std::uint64_t id, double score) override;

 private:
  struct Resident {
    Draft draft;
    double score = 0;
  };
  Draft mine(Draft draft, std::size_t island);
  void migrate();

  std::vector<BuiltinAngel> islands_;
  std::vector<std::optional<Resident>> best_;  // by island
  std::map<std::uint64_t, Draft> offered_;     // by id, as the islands gave them
  std::uint64_t asked_ = 0, learned_ = 0;
};

}  // namespace cherub::abilities::angel
