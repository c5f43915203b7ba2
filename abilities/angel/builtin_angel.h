#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "abilities/angel/angel.h"
#include "abilities/angel/grammar.h"
#include "abilities/angel/tuner.h"
#include "engine/base/random.h"

namespace cherub::abilities::angel {

// The angel without a model: evolution over the programs of a Grammar, from simple templates on,
// and local search on the constants of the best. It knows the scenario's senses and actions and the
// scores it is told, nothing of the goal, so what it finds it has found.
// Everything it does is a function of scenario, seed and scores. One thread.
class BuiltinAngel final : public Angel {
 public:
  // `heading`: comment lines in front of every policy. `priors` are offered first, as they are;
  // those that are programs of the grammar are evolved further.
  BuiltinAngel(const engine::Scenario& scenario, std::uint64_t seed,
               std::vector<std::string> heading, std::vector<PriorPolicy> priors = {});

  std::optional<Draft> next(const Brief& brief, const std::atomic<bool>* cancel) override;
  // The best program with one rule, condition, flag or digit less, each tried once; starts over
  // from the plainer one when that scored no worse.
  std::optional<Draft> simpler() override;
  void learn(std::uint64_t id, double score) override;
  // Takes in a draft of another angel for the same scenario with its score, to evolve it further;
  // what is no program of the grammar is passed over.
  void adopt(const Draft& draft, double score);

 private:
  struct Member {
    Program program;
    std::string sha256;
    double score = 0;
    std::size_t bytes = 0;   // of the source
    std::uint64_t born = 0;  // which draft it was
  };

  struct Idea {
    Program program;
    std::string parent_sha256;
  };

  Idea invent();
  std::optional<Idea> tune();
  const Member& tournament();
  // Nothing when the program is among the known; else it is from now on.
  std::optional<Draft> offer(Idea idea, std::set<std::string>& known);
  Draft offer_prior();
  void settle(Member member);
  static bool better(const Member& a, const Member& b);

  Grammar grammar_;
  base::RandomStream random_;
  std::vector<std::string> heading_;
  std::vector<Member> population_;           // best first
  std::set<std::string> seen_;               // hashes of sources that next() offered
  std::set<std::string> simplified_;         // … and simpler()
  std::map<std::uint64_t, Member> offered_;  // by id: programs whose score is not known yet
  std::uint64_t drafts_ = 0;
  std::deque<PriorPolicy> priors_;     // still to be offered
  std::deque<Program> templates_;      // likewise
  std::deque<Program> plainer_;        // still to try
  std::optional<Member> simplifying_;  // what they are made of
  Tuner tuner_;
};

}  // namespace cherub::abilities::angel
