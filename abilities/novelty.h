#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abilities/job_queue.h"
#include "engine/scenario.h"
#include "sandbox/syntax/ast.h"

namespace cherub::abilities {

// What a source is beside its wording: comments, layout and the names of locals are left out, and
// its numbers stand apart.
struct SourceShape {
  std::string structure;  // equal for equal trees
  std::vector<double> numbers;
};
SourceShape shape_of(const sandbox::Chunk& chunk);
// Nothing for a text that does not parse.
std::optional<SourceShape> shape_of(const std::string& source);

// Numbers closer than this share of the larger one are not worth a measurement.
inline constexpr double kNearShare = 0.01;

// The sources that were measured, to tell when a new one is none. Not safe from several threads.
class KnownSources {
 public:
  // The name of the first one with the same tree and nearly the same numbers; empty: it is new.
  [[nodiscard]] std::string find(const SourceShape& shape) const;
  void add(SourceShape shape, std::string name);

 private:
  struct Known {
    std::vector<double> numbers;
    std::string name;
  };
  std::map<std::string, std::vector<Known>> by_structure_;
};

// What the episodes of a policy looked like: metrics in steps of a thousandth of their scales,
// ticks, and receipts. Policies with the same descriptor on the same seeds behave alike there.
// (State hashes would not do: they cover the hash of the script.)
std::string behaviour_descriptor(const engine::Scenario& scenario,
                                 std::span<const EpisodeResult> episodes);

}  // namespace cherub::abilities
