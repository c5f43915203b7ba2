#include <catch2/catch.hpp>

#include "abilities/angel/url.h"

using namespace cherub;
using namespace cherub::abilities::angel;

TEST_CASE("a URL is taken apart") {
  const auto url = parse_url("HTTPS://API.Example.org/v1/x?y=1");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->host == "api.example.org");
  CHECK(url->port == 443);
  CHECK(url->target == "/v1/x?y=1");
  CHECK(url->authority() == "api.example.org");
  CHECK(url->text() == "https://api.example.org/v1/x?y=1");
}

TEST_CASE("ports, addresses and missing paths") {
  CHECK(parse_url("http://127.0.0.1:8080")->authority() == "127.0.0.1:8080");
  CHECK(parse_url("http://127.0.0.1:8080")->target == "/");
  CHECK(parse_url("http://h:80/")->authority() == "h");
  CHECK(parse_url("http://h:443/")->authority() == "h:443");
  CHECK(parse_url("http://h?a=1")->target == "/?a=1");
  CHECK(parse_url("http://h:65535")->port == 65535);
  const auto six = parse_url("http://[::1]:9/v1");
  REQUIRE(six);
  CHECK(six->host == "::1");
  CHECK(six->authority() == "[::1]:9");
}

TEST_CASE("what is no URL is refused, and not repeated") {
  const std::vector<std::string> bad{"",
                                     "api.example.org",
                                     "ftp://h/",
                                     "http://",
                                     "http:///x",
                                     "http://h:0/",
                                     "http://h:65536/",
                                     "http://h:8x/",
                                     "http://h:/",
                                     "http://[::1/",
                                     "http://[nonsense]/",
                                     "http://[::1]8/",
                                     "http://a b/",
                                     "http://h/\r\nX: y",
                                     "http://h/\xc3\xa4",
                                     "http://user:secret@h/",
                                     "http://h/#part",
                                     "http://-h/",
                                     "http://h/" + std::string(kUrlBytesMax, 'x')};
  for (const std::string& text : bad) {
    const auto url = parse_url(text);
    INFO(text);
    REQUIRE_FALSE(url.ok());
    CHECK(url.error().code == base::ErrorCode::kInvalidArgument);
    CHECK(url.error().text().find("secret") == std::string::npos);
  }
}

TEST_CASE("only this machine is loopback") {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1"}) {
    INFO(host);
    CHECK(is_loopback_host(host));
  }
  for (const char* host : {"127.0.0.1.evil.example", "localhost.evil.example", "128.0.0.1", "::2",
                           "0.0.0.0", "::", "127.1", "10.0.0.1", ""}) {
    INFO(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}
