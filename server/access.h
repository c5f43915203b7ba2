#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http_message.h"

// Who may talk to the server. Pure functions over a request's headers, so that every rule is a
// test.
namespace cherub::server {

struct AccessRules {
  bool loopback = true;  // bound to a loopback address: the Host header must name one too
  std::string token;     // empty: none is asked for
  // Pages of these origins may do what those of the server's own may: "https://garden.example".
  std::vector<std::string> origins = {};
};

// Equal in a time that does not depend on where they differ.
bool tokens_equal(std::string_view given, std::string_view expected);

// Bytes of a base64url text without padding (RFC 4648, section 5).
std::optional<std::string> base64url_decode(std::string_view text);

// The token of `Authorization: Bearer …` or of the subprotocol `cherub.bearer.<base64url>`, which
// is all that a browser can send along with a WebSocket.
std::optional<std::string> presented_token(const HttpRequest& request);

// The subprotocol to answer an upgrade with: "cherub.v1" if offered, else the bearer one, else
// empty.
std::string chosen_subprotocol(std::string_view offered);

// "127.0.0.1", "localhost", "[::1]:8088" …: names that reach this machine only.
bool is_loopback_host(std::string_view host);

// True when the request comes from a page of this very server, from one of the allowed origins, or
// from no page at all.
bool origin_allowed(std::string_view origin, std::string_view host,
                    const std::vector<std::string>& allowed = {});

// Whether a query carries a token, where it ends in logs and histories.
bool has_token_in_query(std::string_view query);

enum class Guard {
  kOpen,      // static files, health: no token
  kReader,    // needs the token when there is one
  kChanging,  // changes state or opens a stream: the origin must be right as well
};

// The refusal, or nothing when the request may pass.
std::optional<HttpResponse> refuse_access(const AccessRules& rules, const HttpRequest& request,
                                          Guard guard);

}  // namespace cherub::server
