#include "server/access.h"

#include <algorithm>
#include <cctype>

#include "engine/base/sha256.h"

namespace cherub::server {
namespace {

constexpr std::string_view kBearerProtocol = "cherub.bearer.";
constexpr std::string_view kWireProtocol = "cherub.v1";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// "localhost:8088" without the port; brackets of IPv6 stay.
std::string_view without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

// The first offered subprotocol that begins with `prefix`.
std::string_view offered_protocol(std::string_view offered, std::string_view prefix) {
  while (!offered.empty()) {
    const std::size_t comma = offered.find(',');
    const std::string_view name = trim(offered.substr(0, comma));
    if (name.substr(0, prefix.size()) == prefix) return name;
    if (comma == std::string_view::npos) break;
    offered.remove_prefix(comma + 1);
  }
  return {};
}

int base64url_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

}  // namespace

bool tokens_equal(std::string_view given, std::string_view expected) {
  // Digests have one length, so not even that of the token shows.
  const std::string a = base::sha256_hex(given);
  const std::string b = base::sha256_hex(expected);
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64url_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 0xff);
    }
  }
  if (count >= 6) return std::nullopt;  // one lone character carries no byte
  return bytes;
}

std::optional<std::string> presented_token(const HttpRequest& request) {
  const std::string_view authorization = request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (lower(authorization.substr(0, kScheme.size())) == kScheme) {
    return std::string(trim(authorization.substr(kScheme.size())));
  }
  const std::string_view protocol =
      offered_protocol(request.header("sec-websocket-protocol"), kBearerProtocol);
  if (protocol.empty()) return std::nullopt;
  return base64url_decode(protocol.substr(kBearerProtocol.size()));
}

std::string chosen_subprotocol(std::string_view offered) {
  const std::string_view wire = offered_protocol(offered, kWireProtocol);
  return std::string(wire == kWireProtocol ? wire : offered_protocol(offered, kBearerProtocol));
}

bool is_loopback_host(std::string_view host) {
  const std::string name = lower(without_port(host));
  if (name == "localhost" || name == "[::1]" || host == "::1") return true;
  // All of 127.0.0.0/8, but not "127.0.0.1.evil.example".
  return name.rfind("127.", 0) == 0 && std::count(name.begin(), name.end(), '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string::npos;
}

bool origin_allowed(std::string_view origin, std::string_view host,
                    const std::vector<std::string>& allowed) {
  if (origin.empty()) return true;
  const bool listed = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& other) {
    return lower(other) == lower(origin);
  });
  if (listed) return true;
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  return lower(origin.substr(scheme + 3)) == lower(host);
}

bool has_token_in_query(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string name = lower(query.substr(0, end).substr(0, query.find('=')));
    if (name == "token" || name == "access_token") return true;
    if (end == query.npos) break;
    query.remove_prefix(end + 1);
  }
  return false;
}

std::optional<HttpResponse> refuse_access(const AccessRules& rules, const HttpRequest& request,
                                          Guard guard) {
  const std::string_view host = request.header("host");
  if (rules.loopback && !is_loopback_host(host)) {
    return problem(421, "This server answers to loopback names only; use http://127.0.0.1.",
                   "Host");
  }
  if (guard == Guard::kChanging && !origin_allowed(request.header("origin"), host, rules.origins)) {
    return problem(403, "Requests from pages of another origin are not allowed.", "Origin");
  }
  if (has_token_in_query(request.query)) {
    return problem(400, "A token in an address is no secret; send it as 'Authorization: Bearer …'.",
                   "token");
  }
  if (guard == Guard::kOpen || rules.token.empty()) return std::nullopt;
  const std::optional<std::string> token = presented_token(request);
  if (token && tokens_equal(*token, rules.token)) return std::nullopt;
  HttpResponse refusal =
      problem(401, token ? "The token is wrong." : "Send the token as 'Authorization: Bearer …'.",
              "Authorization");
  refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
  return refusal;
}

}  // namespace cherub::server
