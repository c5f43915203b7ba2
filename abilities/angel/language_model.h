#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "abilities/angel/provider_config.h"
#include "engine/base/result.h"

namespace cherub::abilities::angel {

struct ModelRequest {
  std::string system;
  std::string user;
};

struct ModelReply {
  std::string text;
  std::uint64_t tokens_in = 0;   // from the usage fields; 0 when the peer does not say
  std::uint64_t tokens_out = 0;
  std::uint32_t attempts = 1;
  double wall_s = 0;
};

// A mind that turns a prompt into text. complete() blocks up to the deadline and retries, and returns early
// with kUnavailable when `cancel` turns true. Errors say the URL's host, the HTTP status and what to do; never a key.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual base::Result<ModelReply> complete(const ModelRequest& request, const std::atomic<bool>* cancel) = 0;
};

// "openai" (any OpenAI-compatible base URL) or "anthropic", over HTTP or HTTPS. Fails when the config
// is incomplete: no model, no key for a host that is not loopback, a malformed URL.
base::Result<std::unique_ptr<LanguageModel>> make_language_model(const ProviderConfig& config);

// The Lua of a reply: the longest fenced block (```lua or plain) or, without a fence, the whole text when it
// looks like code. kInvalidArgument when there is none.
base::Result<std::string> extract_code(const std::string& reply);

}  // namespace cherub::abilities::angel
