#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::abilities::angel {

inline constexpr std::size_t kUrlBytesMax = 2048;

// An absolute http or https URL in its parts. A parsed one holds only bytes that may stand in a
// request line and in a Host header.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, IPv6 without brackets
  std::uint16_t port = 0;
  std::string target = "/";  // path and query, begins with a slash

  // "api.example.org", "127.0.0.1:8080", "[::1]:8080": the port only where it is not the scheme's.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] std::string text() const { return scheme + "://" + authority() + target; }
};

// kInvalidArgument for anything else, for user names and passwords in front of the host, and for
// fragments. The message never repeats the text, which may hold a secret.
base::Result<Url> parse_url(std::string_view text);

// Whether the name or address can only mean this machine: localhost, 127.0.0.0/8 or ::1.
bool is_loopback_host(const std::string& host);

// Whether the host is a numeric IPv4 or IPv6 address.
bool is_ip_address(const std::string& host);

}  // namespace cherub::abilities::angel
