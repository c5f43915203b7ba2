#include "abilities/angel/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cherub::abilities::angel {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // RFC 1035: of a whole domain name
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

base::Error malformed(const std::string& what) {
  return {base::ErrorCode::kInvalidArgument,
          what + "; write it like https://api.example.org/v1 or http://127.0.0.1:8080/v1", "URL"};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool is_host_name(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= kHostBytesMax && host.front() != '.' &&
         host.front() != '-' && std::all_of(host.begin(), host.end(), allowed);
}

bool is_ipv6(const std::string& host) {
  std::array<unsigned char, 16> address{};
  return inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

// "host", "host:port" or "[v6]:port" into url.host and url.port; the port stays when none is given.
base::Result<void> read_authority(std::string_view authority, Url& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return malformed("the URL's [ has no ]");
    url.host = lower_case(authority.substr(1, close - 1));
    if (!is_ipv6(url.host)) return malformed("the URL's brackets hold no IPv6 address");
    const std::string_view rest = authority.substr(close + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) return malformed("the URL has text behind the ]");
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    url.host = lower_case(authority.substr(0, colon));
    if (has_port) port = authority.substr(colon + 1);
    if (!is_host_name(url.host)) return malformed("the URL has no valid host name");
  }
  if (!has_port) return {};
  const auto [end, status] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (status != std::errc{} || end != port.data() + port.size() || url.port == 0) {
    return malformed("the URL's port is not a number from 1 to 65535");
  }
  return {};
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const bool usual = port == (scheme == "https" ? kHttpsPort : kHttpPort);
  return usual ? name : name + ":" + std::to_string(port);
}

base::Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return malformed("the URL is longer than 2048 bytes");
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable) return malformed("the URL has spaces, control characters or non-ASCII bytes");
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos) return malformed("the URL has no scheme");
  Url url;
  url.scheme = lower_case(text.substr(0, mark));
  if (url.scheme != "http" && url.scheme != "https") {
    return malformed("the URL's scheme is neither http nor https");
  }
  url.port = url.scheme == "https" ? kHttpsPort : kHttpPort;
  const std::string_view rest = text.substr(mark + 3);
  if (rest.find('#') != std::string_view::npos) return malformed("the URL has a fragment (#)");
  const std::size_t target = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, target);
  if (authority.find('@') != std::string_view::npos) {
    return malformed("the URL has a user name or password; keys belong in environment variables");
  }
  if (auto read = read_authority(authority, url); !read) return read.error();
  if (target != std::string_view::npos) {
    url.target = rest[target] == '/' ? "" : "/";
    url.target += rest.substr(target);
  }
  return url;
}

bool is_ip_address(const std::string& host) {
  std::array<unsigned char, 4> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 || is_ipv6(host);
}

bool is_loopback_host(const std::string& host) {
  std::array<unsigned char, 4> address{};
  if (inet_pton(AF_INET, host.c_str(), address.data()) == 1) return address[0] == 127;
  std::array<unsigned char, 16> wide{};
  if (inet_pton(AF_INET6, host.c_str(), wide.data()) == 1) {
    const bool zeros =
        std::all_of(wide.begin(), wide.end() - 1, [](auto byte) { return byte == 0; });
    return zeros && wide.back() == 1;
  }
  return host == "localhost";
}

}  // namespace cherub::abilities::angel
