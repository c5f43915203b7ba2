#pragma once

#include <deque>
#include <string>
#include <vector>

#include "abilities/angel/language_model.h"

namespace cherub::abilities {

// Says what it was told to say, and keeps what it was asked.
class ScriptedModel final : public angel::LanguageModel {
 public:
  ScriptedModel(std::deque<std::string>& replies, std::vector<angel::ModelRequest>& asked)
      : replies_(replies), asked_(asked) {}
  base::Result<angel::ModelReply> complete(const angel::ModelRequest& request,
                                           const std::atomic<bool>*) override {
    asked_.push_back(request);
    if (replies_.empty()) {
      return base::Error{base::ErrorCode::kUnavailable, "The model is asleep.", "nowhere"};
    }
    angel::ModelReply reply;
    reply.text = replies_.front();
    replies_.pop_front();
    reply.tokens_in = 30;
    reply.tokens_out = 12;
    return reply;
  }

 private:
  std::deque<std::string>& replies_;
  std::vector<angel::ModelRequest>& asked_;
};

}  // namespace cherub::abilities
