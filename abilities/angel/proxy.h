#pragma once

#include <functional>
#include <optional>
#include <string>

#include "abilities/angel/url.h"

namespace cherub::abilities::angel {

// An environment variable's value, empty when it is not set.
using Variable = std::function<std::string(const std::string& name)>;

// An HTTP proxy between Cherub and a model.
struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // the value of Proxy-Authorization, empty: none. A secret

  [[nodiscard]] std::string authority() const { return host + ":" + std::to_string(port); }
};

// The proxy that the environment names for the URL: http_proxy, HTTP_PROXY, https_proxy and
// HTTPS_PROXY by the URL's scheme, then all_proxy and ALL_PROXY; the lower case ones come first.
// None for hosts that can only be this machine, and for those in no_proxy or NO_PROXY: names and
// addresses between commas, "*" for all, each with the hosts below it ("example.org" also means
// api.example.org), and with a port when only that one is meant. kInvalidArgument for a proxy that
// is no http://[user:password@]host[:port]; the message names the variable and not its value.
base::Result<std::optional<Proxy>> proxy_for(const Url& url, const Variable& variable);

}  // namespace cherub::abilities::angel
