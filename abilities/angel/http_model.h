#pragma once

#include <functional>
#include <memory>
#include <string>

#include "abilities/angel/http_transport.h"
#include "abilities/angel/language_model.h"
#include "abilities/angel/retry.h"

namespace cherub::abilities::angel {

// What a language model behind HTTP touches of the outside, given so that tests can stand in.
struct ModelSurroundings {
  Pacing pacing = real_pacing();
  std::function<base::Result<HttpReply>(const HttpRequest&, const std::atomic<bool>*)> exchange =
      http_exchange;
  // An environment variable's value, empty when it is not set.
  std::function<std::string(const std::string& name)> variable;  // empty function: getenv
};

// As make_language_model, in the given surroundings.
base::Result<std::unique_ptr<LanguageModel>> make_http_model(const ProviderConfig& config,
                                                             ModelSurroundings surroundings);

}  // namespace cherub::abilities::angel
