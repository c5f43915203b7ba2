#pragma once

#include <map>
#include <optional>
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

// Locals that are not listed may be anything. Assumed of a local before a point: every way that
// leads there agrees.
class NilState {
 public:
  [[nodiscard]] std::optional<Presence> of(const sandbox::Local* local) const;
  void set(const sandbox::Local* local, Presence presence) { known_[local] = presence; }
  void forget(const sandbox::Local* local) { known_.erase(local); }
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
  std::map<const sandbox::Local*, Presence> known_;
  bool dead_ = false;
};

// The two ways behind a condition.
struct NilBranches {
  NilState when_true, when_false;
};

// Forgets the locals that stand in an expression, but for those that are only indexed in it.
void forget_names(NilState& state, const sandbox::Expression& expression);

NilBranches branch(const Survey& survey, const NilState& before,
                   const sandbox::Expression& condition);

}  // namespace cherub::scripting
