#include "server/access.h"

#include <catch2/catch.hpp>

namespace cherub::server {
namespace {

HttpRequest request_with(Headers headers) {
  HttpRequest request;
  request.method = "GET";
  request.path = "/run";
  request.headers = std::move(headers);
  return request;
}

unsigned status(const std::optional<HttpResponse>& refusal) {
  return refusal ? refusal->status : 0;
}

}  // namespace

TEST_CASE("tokens are equal only when every byte is") {
  CHECK(tokens_equal("s3cret", "s3cret"));
  CHECK_FALSE(tokens_equal("s3cres", "s3cret"));
  CHECK_FALSE(tokens_equal("s3cre", "s3cret"));
  CHECK_FALSE(tokens_equal("", "s3cret"));
}

TEST_CASE("base64url is read without padding and refused otherwise") {
  CHECK(base64url_decode("") == std::optional<std::string>(""));
  CHECK(base64url_decode("Zg") == std::optional<std::string>("f"));
  CHECK(base64url_decode("Zm9vYmFy") == std::optional<std::string>("foobar"));
  CHECK(base64url_decode("-_8") == std::optional<std::string>("\xfb\xff"));
  CHECK_FALSE(base64url_decode("Z"));
  CHECK_FALSE(base64url_decode("Zg=="));
  CHECK_FALSE(base64url_decode("a+b/"));
}

TEST_CASE("a token is taken from the header or, for browsers, from the subprotocol") {
  CHECK(presented_token(request_with({{"authorization", "bearer abc"}})) ==
        std::optional<std::string>("abc"));
  CHECK(presented_token(
            request_with({{"sec-websocket-protocol", "cherub.v1, cherub.bearer.YWJj"}})) ==
        std::optional<std::string>("abc"));
  CHECK_FALSE(presented_token(request_with({{"authorization", "Basic abc"}})));
  CHECK_FALSE(presented_token(request_with({})));
}

TEST_CASE("the answer to an upgrade names a protocol that was offered") {
  CHECK(chosen_subprotocol("cherub.bearer.YWJj, cherub.v1") == "cherub.v1");
  CHECK(chosen_subprotocol("cherub.bearer.YWJj") == "cherub.bearer.YWJj");
  CHECK(chosen_subprotocol("chat").empty());
}

TEST_CASE("loopback names are told from names that only look like it") {
  for (const char* host :
       {"localhost", "LOCALHOST:8088", "127.0.0.1:1", "127.5.6.7", "[::1]:80", "::1"}) {
    CHECK(is_loopback_host(host));
  }
  for (const char* host : {"", "127.0.0.1.evil.example", "evil.example", "localhost.evil.example",
                           "127.evil", "0.0.0.0", "10.0.0.1:8088"}) {
    CHECK_FALSE(is_loopback_host(host));
  }
}

TEST_CASE("an origin is allowed when it is the server's own or absent") {
  CHECK(origin_allowed("", "127.0.0.1:8088"));
  CHECK(origin_allowed("http://127.0.0.1:8088", "127.0.0.1:8088"));
  CHECK(origin_allowed("https://Garden.example", "garden.example"));
  CHECK_FALSE(origin_allowed("http://127.0.0.1:9999", "127.0.0.1:8088"));
  CHECK_FALSE(origin_allowed("http://evil.example", "127.0.0.1:8088"));
  CHECK_FALSE(origin_allowed("null", "127.0.0.1:8088"));
}

TEST_CASE("on loopback a foreign Host header is refused, against DNS rebinding") {
  const AccessRules rules;
  CHECK(status(refuse_access(rules, request_with({{"host", "evil.example"}}), Guard::kOpen)) ==
        421);
  CHECK(status(refuse_access(rules, request_with({}), Guard::kReader)) == 421);
  CHECK(status(refuse_access(rules, request_with({{"host", "localhost:1"}}), Guard::kReader)) == 0);
}

TEST_CASE("a page of another origin may not change anything") {
  const HttpRequest request =
      request_with({{"host", "localhost:8088"}, {"origin", "http://evil.example"}});
  CHECK(status(refuse_access({}, request, Guard::kChanging)) == 403);
  CHECK(status(refuse_access({}, request, Guard::kReader)) == 0);
}

TEST_CASE("with a token, all but the open addresses ask for it") {
  const AccessRules rules{false, "abc"};
  const auto with = [](const char* value) {
    return request_with({{"host", "garden.example"}, {"authorization", value}});
  };
  CHECK(status(refuse_access(rules, with("Bearer abc"), Guard::kReader)) == 0);
  CHECK(status(refuse_access(rules, with("Bearer abd"), Guard::kReader)) == 401);
  const HttpRequest bare = request_with({{"host", "garden.example"}});
  CHECK(status(refuse_access(rules, bare, Guard::kChanging)) == 401);
  CHECK(status(refuse_access(rules, bare, Guard::kOpen)) == 0);
}

TEST_CASE("an origin may be put on a list, as a whole") {
  const std::vector<std::string> list = {"https://garden.example:8443"};
  CHECK(origin_allowed("https://Garden.example:8443", "other.example", list));
  CHECK_FALSE(origin_allowed("http://garden.example:8443", "other.example", list));
  CHECK_FALSE(origin_allowed("https://garden.example", "other.example", list));
  CHECK_FALSE(origin_allowed("https://garden.example:8443.evil.example", "other.example", list));
  CHECK_FALSE(origin_allowed("null", "other.example", list));
  AccessRules rules;
  rules.origins = list;
  const HttpRequest request =
      request_with({{"host", "localhost:1"}, {"origin", "https://garden.example:8443"}});
  CHECK(status(refuse_access(rules, request, Guard::kChanging)) == 0);
}

TEST_CASE("no part of a token is worth anything, whichever byte is wrong") {
  const std::string token = "correct horse battery staple";
  CHECK(tokens_equal(token, token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    CHECK_FALSE(tokens_equal(token.substr(0, i), token));
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = token;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      CHECK_FALSE(tokens_equal(other, token));
    }
  }
  CHECK_FALSE(tokens_equal(token + token, token));
  CHECK_FALSE(tokens_equal(token + std::string(1, '\0'), token));
}

TEST_CASE("a token in an address is refused, also the right one, also where none is asked for") {
  for (const char* query : {"token=abc", "x=1&access_token=abc", "TOKEN=abc&x=1", "token"}) {
    CHECK(has_token_in_query(query));
    HttpRequest request = request_with({{"host", "localhost"}});
    request.query = query;
    CHECK(status(refuse_access({true, "abc"}, request, Guard::kReader)) == 400);
    CHECK(status(refuse_access({}, request, Guard::kOpen)) == 400);
  }
  for (const char* query : {"", "x=token", "tokens=1", "xtoken=1"}) {
    CHECK_FALSE(has_token_in_query(query));
  }
}

}  // namespace cherub::server
