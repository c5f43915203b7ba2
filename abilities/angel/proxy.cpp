#include "abilities/angel/proxy.h"

#include <array>
#include <string_view>

namespace cherub::abilities::angel {
namespace {

struct Named {
  std::string name;
  std::string value;
};

// The first of the variables that holds something.
Named first_of(const Variable& variable, const std::array<const char*, 4>& names) {
  for (const char* name : names) {
    std::string value = variable(name);
    if (!value.empty()) return {name, std::move(value)};
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_below(const std::string& host, std::string_view domain) {
  while (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.empty()) return false;
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool entry_matches(std::string_view entry, const Url& url) {
  if (entry == "*") return true;
  const std::string port = ":" + std::to_string(url.port);
  // More than one colon is an IPv6 address, whose last group is no port.
  const bool has_port = entry.find(':') != std::string_view::npos &&
                        (entry.find(':') == entry.rfind(':') || entry.starts_with('['));
  if (has_port && !entry.ends_with(']')) {
    if (!entry.ends_with(port)) return false;
    entry.remove_suffix(port.size());
  }
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  return is_below(url.host, lower_case(entry));
}

bool is_exempt(const std::string& list, const Url& url) {
  std::string_view left = list;
  while (!left.empty()) {
    const std::size_t comma = left.find(',');
    if (entry_matches(trimmed(left.substr(0, comma)), url)) return true;
    left.remove_prefix(comma == std::string_view::npos ? left.size() : comma + 1);
  }
  return false;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

// RFC 4648, with padding.
std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

base::Result<Proxy> read_proxy(const Named& named) {
  const auto wrong = [&](const std::string& what) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       what + "; write it like http://proxy.example.org:3128, or unset it",
                       "environment variable " + named.name};
  };
  std::string text(trimmed(named.value));
  if (text.find("://") == std::string::npos) text = "http://" + text;
  if (lower_case(text.substr(0, 7)) != "http://") {
    return wrong("only http:// proxies are understood");
  }
  const std::string_view rest = std::string_view(text).substr(7);
  const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
  Proxy proxy;
  if (at != std::string_view::npos) {
    proxy.authorization = "Basic " + base64(percent_decoded(rest.substr(0, at)));
  }
  const auto url =
      parse_url("http://" + std::string(at == std::string_view::npos ? rest : rest.substr(at + 1)));
  if (!url) return wrong("the proxy's address is not valid: " + url.error().message);
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

}  // namespace

base::Result<std::optional<Proxy>> proxy_for(const Url& url, const Variable& variable) {
  if (is_loopback_host(url.host)) return std::optional<Proxy>();
  const Named named =
      url.scheme == "https"
          ? first_of(variable, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
          : first_of(variable, {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"});
  if (trimmed(named.value).empty()) return std::optional<Proxy>();
  std::string exempt = variable("no_proxy");
  if (exempt.empty()) exempt = variable("NO_PROXY");
  if (is_exempt(exempt, url)) return std::optional<Proxy>();
  auto proxy = read_proxy(named);
  if (!proxy) return proxy.error();
  return std::optional<Proxy>(std::move(*proxy));
}

}  // namespace cherub::abilities::angel
