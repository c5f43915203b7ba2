#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace cherub::abilities::angel {

struct ModelRequest {
  std::string system;
  std::string user;
};

struct ModelReply {
  std::string text;
  std::uint64_t tokens_in = 0;  // from the usage fields; 0 when the peer does not say
  std::uint64_t tokens_out = 0;
  std::string model;  // that answered, when there was a choice
  std::uint32_t attempts = 1;
  double wall_s = 0;
  bool cut_off = false;  // the peer stopped at max_tokens: code in it may lack its end
};

// A mind that turns a prompt into text. complete() blocks until the reply is there: at most
// deadline_s for each of 1 + retries attempts and for each pause between two; it returns early with
// kUnavailable when `cancel` (may be null) turns true. Errors carry the URL's host in `where`, and
// in the message the HTTP status, the peer's own words and what to do; never a key:
//   kUnavailable      the retries are used up, or cancelled
//   kRefused          the peer refuses the key or the account, or cannot be trusted
//   kInvalidArgument  a wrong model, URL or parameter, or a peer that does not speak the provider's
//   language
// Safe from several threads.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual base::Result<ModelReply> complete(const ModelRequest& request,
                                            const std::atomic<bool>* cancel) = 0;
};

// The Lua of a reply: the longest fenced block, those tagged lua first; an unclosed fence runs to
// the end. Without a fence, the whole text when it looks like a policy. A model's <think> part is
// skipped. Line ends come out as \n. kInvalidArgument when there is no code.
base::Result<std::string> extract_code(const std::string& reply);

}  // namespace cherub::abilities::angel
