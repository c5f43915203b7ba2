#pragma once

#include <cstdint>
#include <string>

namespace cherub::abilities::angel {

// Which mind writes the Lua. The API key is never part of this: it is read from the environment
// variable `key_variable` at the moment of the call.
struct ProviderConfig {
  std::string name;  // by which users choose it, when it is one of the configured; else empty
  std::string provider = "builtin";  // builtin | openai | anthropic | cassette
  // "https://api.openai.com/v1" …; empty: the provider's own. A trailing slash, a missing /v1
  // behind a bare host and the full path of the endpoint are all understood.
  std::string base_url;
  std::string model;  // required for openai and anthropic
  // Empty: OPENAI_API_KEY or ANTHROPIC_API_KEY. Loopback hosts and plain http need no key, and over
  // plain http to another machine a key goes only when this names it.
  std::string key_variable;
  double temperature = 0.7;         // 0 … 2; Anthropic's scale ends at 1
  std::uint32_t max_tokens = 4096;  // of a reply, 1 … 1,000,000
  double deadline_s = 60;     // per attempt, up to 3600; also the longest pause a peer may ask for
  double first_byte_s = 0;    // until the reply begins; 0: the deadline
  double idle_s = 30;         // without a byte in the middle of a reply; 0: the deadline
  bool stream = true;         // replies come token by token, where the peer can
  std::uint32_t retries = 2;  // after 429, 5xx, timeouts and cut connections; at most 10
};

}  // namespace cherub::abilities::angel
