#include "scripting/checker/nil_state.h"

#include <algorithm>

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Local;

// Conditions kept in locals are followed that far: `local near = food and …; if near then`.
constexpr int kConditionDepthMax = 4;
constexpr std::size_t kFollowedMax = 16;

std::optional<Presence> joined(Presence a, Presence b) {
  if (a == b) return a;
  const bool has_nil = a == Presence::kNil || b == Presence::kNil;
  const bool has_set = a == Presence::kSet || b == Presence::kSet;
  if (has_nil && has_set) return Presence::kTested;
  if (a == Presence::kTested || b == Presence::kTested) return Presence::kTested;
  return Presence::kMaybe;
}

class Brancher {
 public:
  Brancher(const Survey& survey, int& budget) : survey_(survey), budget_(budget) {}

  NilBranches of(const NilState& before, const Expression& condition) {
    const Expression& inner = bare(condition);
    switch (inner.kind) {
      case ExpressionKind::kTrue:
        return dead_end({before, before}, false);
      case ExpressionKind::kFalse:
      case ExpressionKind::kNil:
        return dead_end({before, before}, true);
      case ExpressionKind::kName:
        return of_name(before, inner);
      case ExpressionKind::kUnary:
        if (inner.unary_op == sandbox::UnaryOp::kNot) {
          NilBranches swapped = of(before, *inner.children[0]);
          std::swap(swapped.when_true, swapped.when_false);
          return swapped;
        }
        break;
      case ExpressionKind::kBinary:
        return of_binary(before, inner);
      default:
        break;
    }
    return unclear(before, inner);
  }

 private:
  static NilBranches dead_end(NilBranches both, bool of_true) {
    (of_true ? both.when_true : both.when_false).end();
    return both;
  }

  NilBranches of_name(const NilState& before, const Expression& name) {
    NilBranches both{before, before};
    if (!name.local) return both;
    if (const Expression* kept = kept_condition(name.local)) {
      ++depth_;
      --budget_;
      both = of(before, *kept);
      --depth_;
    }
    both.when_true.set(name.local, Presence::kSet);
    both.when_false.set(name.local, Presence::kNil);
    return both;
  }

  // The condition that a local stands for, when nothing in it can have changed since.
  const Expression* kept_condition(const Local* local) const {
    if (budget_ <= 0 || depth_ >= kConditionDepthMax || local->assignments > 0) return nullptr;
    const LocalFacts& facts = survey_.facts(local);
    if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return nullptr;
    const Expression& source = bare(*facts.sources[0]);
    const bool is_condition =
        source.kind == ExpressionKind::kBinary || source.kind == ExpressionKind::kUnary;
    return is_condition && is_lasting(source) ? &source : nullptr;
  }

  static bool is_lasting(const Expression& expression) {
    if (expression.kind == ExpressionKind::kName && expression.local &&
        expression.local->assignments > 0) {
      return false;
    }
    return std::all_of(expression.children.begin(), expression.children.end(),
                       [](const auto& child) { return is_lasting(*child); });
  }

  NilBranches of_binary(const NilState& before, const Expression& binary) {
    const Expression& left = bare(*binary.children[0]);
    const Expression& right = bare(*binary.children[1]);
    switch (binary.binary_op) {
      case BinaryOp::kAnd: {
        NilBranches first = of(before, left);
        NilBranches second = of(first.when_true, right);
        second.when_false.join(first.when_false);
        return second;
      }
      case BinaryOp::kOr: {
        NilBranches first = of(before, left);
        NilBranches second = of(first.when_false, right);
        second.when_true.join(first.when_true);
        return second;
      }
      case BinaryOp::kEqual:
      case BinaryOp::kNotEqual: {
        NilBranches both = of_equality(before, left, right);
        if (binary.binary_op == BinaryOp::kNotEqual) std::swap(both.when_true, both.when_false);
        return both;
      }
      default:
        return unclear(before, binary);
    }
  }

  static NilBranches of_equality(const NilState& before, const Expression& left,
                                 const Expression& right) {
    const bool swapped = left.kind == ExpressionKind::kNil;
    const Expression& tested = swapped ? right : left;
    const Expression& other = swapped ? left : right;
    NilBranches both{before, before};
    if (tested.kind != ExpressionKind::kName || !tested.local) return unclear(before, left, right);
    if (other.kind == ExpressionKind::kNil) {
      both.when_true.set(tested.local, Presence::kNil);
      both.when_false.set(tested.local, Presence::kSet);
      return both;
    }
    return unclear(before, left, right);
  }

  // A condition of any other kind may say something about every local that stands in it.
  static NilBranches unclear(const NilState& before, const Expression& a) {
    NilState after = before;
    forget_names(after, a);
    return {after, after};
  }
  static NilBranches unclear(const NilState& before, const Expression& a, const Expression& b) {
    return unclear(unclear(before, a).when_true, b);
  }

  const Survey& survey_;
  int& budget_;
  int depth_ = 0;
};

}  // namespace

std::optional<Presence> NilState::of(const Local* local) const {
  for (const auto& [known, presence] : known_) {
    if (known == local) return presence;
  }
  return std::nullopt;
}

void NilState::set(const Local* local, Presence presence) {
  for (auto& [known, old] : known_) {
    if (known != local) continue;
    old = presence;
    return;
  }
  if (known_.size() < kFollowedMax) known_.emplace_back(local, presence);
}

void NilState::forget(const Local* local) {
  std::erase_if(known_, [local](const auto& entry) { return entry.first == local; });
}

void NilState::forget_assigned(const Survey& survey, const sandbox::Range& range) {
  std::erase_if(known_,
                [&](const auto& entry) { return survey.facts(entry.first).is_assigned_in(range); });
}

void NilState::forget_tested() {
  std::erase_if(known_, [](const auto& entry) { return entry.second == Presence::kTested; });
}

void NilState::join(const NilState& other) {
  if (other.dead_) return;
  if (dead_) {
    *this = other;
    return;
  }
  std::erase_if(known_, [&](auto& entry) {
    const auto there = other.of(entry.first);
    const auto both = there ? joined(entry.second, *there) : std::nullopt;
    if (both) entry.second = *both;
    return !both;
  });
}

void forget_names(NilState& state, const Expression& expression) {
  if (expression.kind == ExpressionKind::kName && expression.local) state.forget(expression.local);
  // `food.distance < 3` tells nothing of food itself.
  if (expression.kind == ExpressionKind::kIndex) return;
  for (const auto& child : expression.children) forget_names(state, *child);
  for (const auto& field : expression.fields) forget_names(state, *field.value);
}

NilBranches branch(const Survey& survey, const NilState& before, const Expression& condition,
                   int& budget) {
  return Brancher(survey, budget).of(before, condition);
}

}  // namespace cherub::scripting
