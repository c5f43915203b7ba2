#pragma once

#include <cstdint>
#include <string>

namespace cherub::abilities::angel {

// Which mind writes the Lua. The API key is never part of this: it is read from the environment variable
// `key_variable` at the moment of the call.
struct ProviderConfig {
  std::string provider = "builtin";  // builtin | openai | anthropic
  std::string base_url;              // "https://api.openai.com/v1" …; empty: the provider's own
  std::string model;                 // required for openai and anthropic
  std::string key_variable;          // empty: OPENAI_API_KEY or ANTHROPIC_API_KEY
  double temperature = 0.7;
  std::uint32_t max_tokens = 4096;
  double deadline_s = 60;            // per call
  std::uint32_t retries = 2;         // after 429, 5xx, timeouts and cut connections
};

}  // namespace cherub::abilities::angel
