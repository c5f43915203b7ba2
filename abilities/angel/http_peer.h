#pragma once

#include <functional>
#include <memory>

#include "abilities/angel/http_transport.h"
#include "abilities/angel/peer.h"

namespace cherub::abilities::angel {

// What a model behind HTTP touches of the outside, given so that tests can stand in.
struct ModelSurroundings {
  Pacing pacing = real_pacing();
  std::function<base::Result<HttpReply>(const HttpRequest&, const std::atomic<bool>*)> exchange =
      http_exchange;
  Variable variable;  // empty function: getenv
};

// "openai" (any OpenAI-compatible base URL) or "anthropic", over HTTP or HTTPS, by the proxy that
// the environment names. kInvalidArgument when the config is incomplete: no model, no key for an
// https host that is not loopback, a malformed URL, a number out of range.
base::Result<std::unique_ptr<Peer>> make_http_peer(const ProviderConfig& config,
                                                   ModelSurroundings surroundings);

}  // namespace cherub::abilities::angel
