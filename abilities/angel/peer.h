#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "abilities/angel/language_model.h"
#include "abilities/angel/provider_config.h"
#include "abilities/angel/retry.h"
#include "abilities/ledger.h"

namespace cherub::abilities::angel {

// How one attempt to get a reply went, and what it used: a reply that breaks off has its price too.
struct Outcome {
  base::Result<ModelReply> reply;
  AttemptVerdict verdict;
  Tokens used;
};

struct AttemptOptions {
  double deadline_s = 60;
  const std::atomic<bool>* cancel = nullptr;            // may be null
  std::function<void(std::uint64_t tokens)> on_tokens;  // may be empty: so many came until now
};

// One model at one address, asked once at a time: what PatientModel makes a LanguageModel of. Safe
// from several threads.
class Peer {
 public:
  virtual ~Peer() = default;
  [[nodiscard]] virtual const ProviderConfig& config() const = 0;
  [[nodiscard]] virtual std::string host() const = 0;
  // Errors as LanguageModel::complete, without keys.
  virtual Outcome attempt(const ModelRequest& request, const AttemptOptions& options) = 0;
};

}  // namespace cherub::abilities::angel
