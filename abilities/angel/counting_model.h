#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "abilities/angel/language_model.h"

namespace cherub::abilities::angel {

// What a run asked of its model so far. Safe from several threads.
struct ModelStats {
  std::string provider, model;
  std::atomic<std::uint64_t> calls{0};     // complete()
  std::atomic<std::uint64_t> attempts{0};  // with retries; of calls that were answered
  std::atomic<std::uint64_t> errors{0};    // calls without an answer
  std::atomic<std::uint64_t> tokens_in{0}, tokens_out{0};
  std::atomic<std::uint64_t> wall_ms{0};
};

// Counts what goes through it. `stats` must outlive it.
class CountingModel final : public LanguageModel {
 public:
  CountingModel(std::unique_ptr<LanguageModel> model, ModelStats& stats)
      : model_(std::move(model)), stats_(stats) {}

  base::Result<ModelReply> complete(const ModelRequest& request,
                                    const std::atomic<bool>* cancel) override {
    ++stats_.calls;
    auto reply = model_->complete(request, cancel);
    if (!reply) {
      ++stats_.errors;
      return reply;
    }
    stats_.attempts += reply->attempts;
    stats_.tokens_in += reply->tokens_in;
    stats_.tokens_out += reply->tokens_out;
    stats_.wall_ms += static_cast<std::uint64_t>(reply->wall_s * 1000);
    return reply;
  }

 private:
  std::unique_ptr<LanguageModel> model_;
  ModelStats& stats_;
};

}  // namespace cherub::abilities::angel
