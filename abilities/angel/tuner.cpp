#include "abilities/angel/tuner.h"

#include <algorithm>

namespace cherub::abilities::angel {
namespace {

// As many as may be on their way between two answers.
constexpr std::size_t kProposedMax = 64;

}  // namespace

std::optional<Program> Tuner::next(const Grammar& grammar, const Program& best) {
  const auto helped = std::find_if(proposed_.begin(), proposed_.end(),
                                   [&](const Step& step) { return step.program == best; });
  if (helped != proposed_.end()) {
    turn_ = helped->turn;
    proposed_.clear();
  }
  Program program = best;
  const std::vector<Parameter> constants = Grammar::parameters(program);
  const std::uint64_t count = constants.size();
  // All constants up, then down, then the same with smaller steps.
  for (std::uint64_t tries = 0; tries < 2 * count * kStepSizes; ++tries) {
    const std::uint64_t turn = turn_++;
    const Parameter& constant = constants[turn % count];
    const bool up = turn / count % 2 == 0;
    const int size = static_cast<int>(turn / (2 * count) % kStepSizes);
    const double before = *constant.value;
    *constant.value = grammar.scales().stepped(constant.measure, before, size, up);
    if (*constant.value == before) continue;
    proposed_.push_back({program, turn});
    if (proposed_.size() > kProposedMax) proposed_.pop_front();
    return program;
  }
  return std::nullopt;
}

}  // namespace cherub::abilities::angel
