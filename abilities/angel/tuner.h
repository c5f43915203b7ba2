#pragma once

#include <deque>
#include <optional>

#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {

// Local search on the constants of one program: each of them one step up and down, large steps
// first. A step that helped is taken again. Draws nothing at random.
class Tuner {
 public:
  // The program with another value for one constant; nothing when it has none, or when all steps
  // lead nowhere. `best`: what scored best so far, by which it sees which of its steps helped.
  std::optional<Program> next(const Grammar& grammar, const Program& best);

 private:
  struct Step {
    Program program;
    std::uint64_t turn = 0;
  };

  std::uint64_t turn_ = 0;
  std::deque<Step> proposed_;  // the last few, oldest first
};

}  // namespace cherub::abilities::angel
