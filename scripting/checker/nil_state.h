#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "scripting/checker/survey.h"

// What is known of locals at one point of a function, for the rule about nil.
namespace cherub::scripting {

enum class Presence {
  kMaybe,   // the untested result of a sense
  kNil,     // surely nil here
  kSet,     // surely not nil here
  kTested,  // kMaybe that a choice behind this point has tested: nil on one way, set on another
};

// Locals that are not listed may be anything.
class NilState {
 public:
  [[nodiscard]] std::optional<Presence> of(const sandbox::Local* local) const;
  // More than a handful of locals at once are not followed: states are copied at every condition.
  void set(const sandbox::Local* local, Presence presence);
  void forget(const sandbox::Local* local);
  // What a loop may have changed.
  void forget_assigned(const Survey& survey, const sandbox::Range& range);
  void forget_all() { known_.clear(); }
  // What was tested may hang together with another choice, which has just left the way.
  void forget_tested();

  // No way leads here.
  void end() { dead_ = true; }
  [[nodiscard]] bool dead() const { return dead_; }
  void revive() { dead_ = false; }

  // Where two ways come together.
  void join(const NilState& other);

 private:
  std::vector<std::pair<const sandbox::Local*, Presence>> known_;
  bool dead_ = false;
};

// The two ways behind a condition.
struct NilBranches {
  NilState when_true, when_false;
};

// Forgets the locals that stand in an expression, but for those that are only indexed in it.
void forget_names(NilState& state, const sandbox::Expression& expression);

// `budget`: how many conditions that are kept in locals may still be looked into.
NilBranches branch(const Survey& survey, const NilState& before,
                   const sandbox::Expression& condition, int& budget);

}  // namespace cherub::scripting
