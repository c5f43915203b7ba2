#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "abilities/angel/prompt.h"
#include "abilities/ladder.h"
#include "engine/base/result.h"

namespace cherub::abilities::angel {

// One question to a model and its answer, kept for the run folder.
struct Exchange {
  ModelRequest request;
  std::string reply;    // empty when the call failed
  std::string refusal;  // why the reply was of no use: no code in it, or diagnostics as text
};

// An idea for a policy, checked and ready to be measured unless it was refused.
struct Draft {
  std::string source;
  std::string parent_sha256;  // of the source that it was made from; empty: of none
  std::string program;        // as Grammar::text, when the source was printed from one
  bool given = false;         // not written by the angel
  bool refused = false;
  std::vector<Refusal> refusals;       // of the ladder, the last time
  std::string message;                 // a sentence about it
  std::optional<base::Error> failure;  // the angel itself could not answer
  std::vector<Exchange> exchanges;     // with a model
};

// Whether a source may be measured: the ladder up to its fixtures.
using Check = std::function<LadderVerdict(const std::string& source)>;

// Writes policies. Asked in turn: next(), then learn() about what next() gave, and so on.
class Angel {
 public:
  virtual ~Angel() = default;
  // The next candidate, or nothing when it has no further ideas.
  virtual std::optional<Draft> next(const Brief& brief, const std::atomic<bool>* cancel) = 0;
  // Another text for the best candidate that is simpler than it, or nothing when there is none.
  virtual std::optional<Draft> simpler() { return std::nullopt; }
  // The score of the last draft.
  virtual void learn(double score) = 0;
};

}  // namespace cherub::abilities::angel
