#include "abilities/angel/tuner.h"

namespace cherub::abilities::angel {

std::optional<Program> Tuner::next(const Grammar& grammar, const Program& best) {
  const bool helped = proposed_ && *proposed_ == best;
  if (proposed_ && !helped) ++turn_;
  Program program = best;
  const std::vector<Parameter> constants = Grammar::parameters(program);
  const std::uint64_t count = constants.size();
  // All constants up, then down, then the same with smaller steps.
  for (std::uint64_t tries = 0; tries < 2 * count * kStepSizes; ++tries, ++turn_) {
    const Parameter& constant = constants[turn_ % count];
    const bool up = turn_ / count % 2 == 0;
    const int size = static_cast<int>(turn_ / (2 * count) % kStepSizes);
    const double before = *constant.value;
    *constant.value = grammar.scales().stepped(constant.measure, before, size, up);
    if (*constant.value != before) {
      proposed_ = program;
      return program;
    }
  }
  proposed_.reset();
  return std::nullopt;
}

}  // namespace cherub::abilities::angel
