#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "abilities/angel/http_transport.h"
#include "tests/abilities/model_server_process.h"
#include "tests/text.h"

using namespace cherub;
using namespace cherub::abilities::angel;
using base::ErrorCode;
using cherub::testing::ModelServer;
using cherub::testing::ScratchDirectory;

using cherub::testing::has;

namespace {

using Clock = std::chrono::steady_clock;

// Longer than any of these tests may last; a test that reaches it has failed.
constexpr double kPatientS = 30;

HttpRequest post(const std::string& base, double deadline_s = kPatientS) {
  HttpRequest request;
  request.url = base + "/v1/chat/completions";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = "{}";
  request.deadline_s = deadline_s;
  return request;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// An environment variable as long as this lives.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Setting() { unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

// A self-signed certificate for the names, made now.
struct Certificate {
  ScratchDirectory scratch;
  std::string file = scratch.file("certificate.pem");
  std::string key = scratch.file("key.pem");

  explicit Certificate(const std::string& names) {
    REQUIRE(testing::run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                  "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", file,
                                  "-days", "2", "-subj", "/CN=cherub test", "-addext",
                                  "subjectAltName=" + names, "-batch"}) == 0);
  }
};

}  // namespace

TEST_CASE("an exchange gives status, headers and body") {
  ModelServer server("good,chunked,eof,interim,429:7,slow:0.001");
  for (const char* how : {"length", "chunks", "end of connection", "interim replies first"}) {
    INFO(how);
    const auto reply = http_exchange(post(server.url()), nullptr);
    REQUIRE(reply);
    CHECK(reply->status == 200);
    CHECK(reply->header("content-type") == "application/json");
    CHECK(has(reply->body, "policy.act"));
    CHECK(reply->body.back() == '}');
  }
  const auto limited = http_exchange(post(server.url()), nullptr);
  REQUIRE(limited);
  CHECK(limited->status == 429);
  CHECK(limited->header("RETRY-AFTER") == "7");
  CHECK(limited->header("no-such-header").empty());
  const auto slow = http_exchange(post(server.url()), nullptr);
  REQUIRE(slow);
  CHECK(has(slow->body, "return policy"));
}

TEST_CASE("the request arrives as it was given") {
  ModelServer server("good");
  HttpRequest request = post(server.url() + "/prefix");
  request.headers.push_back({"X-Note", "one two"});
  request.body = "{\"text\":\"" + std::string(300'000, 'x') + "\"}";
  REQUIRE(http_exchange(request, nullptr));
  const auto seen = server.requests();
  REQUIRE(seen.size() == 1);
  CHECK(std::string(seen[0]["path"].GetString()) == "/prefix/v1/chat/completions");
  CHECK(std::string(seen[0]["headers"]["x-note"].GetString()) == "one two");
  CHECK(std::string(seen[0]["headers"]["host"].GetString()) == "127.0.0.1:" + server.port());
  CHECK(seen[0]["body"]["text"].GetStringLength() == 300'000);
}

TEST_CASE("a name is looked up, and the next address tried") {
  ModelServer server("good");  // listens on 127.0.0.1 only, while localhost may be ::1 first
  const auto reply = http_exchange(post("http://localhost:" + server.port()), nullptr);
  REQUIRE(reply);
  CHECK(reply->status == 200);
}

TEST_CASE("replies over the limits are refused") {
  ModelServer server("huge,huge:length,header_flood");
  for (const char* what : {"chunks", "announced length", "headers"}) {
    INFO(what);
    const auto reply = http_exchange(post(server.url()), nullptr);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kRefused);
    CHECK(has(reply.error().message, "larger than"));
    CHECK(reply.error().where == "127.0.0.1:" + server.port());
  }
}

TEST_CASE("a cut connection is unavailable, another protocol invalid") {
  ModelServer server("cut,not_http");
  const auto cut = http_exchange(post(server.url()), nullptr);
  REQUIRE_FALSE(cut.ok());
  CHECK(cut.error().code == ErrorCode::kUnavailable);
  CHECK(has(cut.error().message, "cut off"));
  const auto other = http_exchange(post(server.url()), nullptr);
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == ErrorCode::kInvalidArgument);
  CHECK(has(other.error().message, "does not speak HTTP"));
}

TEST_CASE("nobody listens") {
  std::string url;
  {
    ModelServer gone("good");
    url = gone.url();
  }
  const auto reply = http_exchange(post(url), nullptr);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  CHECK(has(reply.error().message, "connecting"));
  CHECK(has(reply.error().where, "127.0.0.1:"));
}

TEST_CASE("the deadline covers silence and dribble alike") {
  ModelServer server("stall,slow:1");
  for (const char* what : {"silence", "dribble"}) {
    INFO(what);
    const auto start = Clock::now();
    const auto reply = http_exchange(post(server.url(), 0.3), nullptr);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kUnavailable);
    CHECK(has(reply.error().message, "no answer within 0.3 s"));
    CHECK(seconds_since(start) >= 0.3);
    CHECK(seconds_since(start) < kPatientS / 2);
  }
}

TEST_CASE("cancel ends an exchange long before its deadline") {
  ModelServer server("stall");
  std::atomic<bool> cancel = false;
  std::atomic<bool> finished = false;
  std::thread canceller([&] {
    while (server.requests().empty() && !finished) std::this_thread::yield();
    cancel = true;
  });
  const auto start = Clock::now();
  const auto reply = http_exchange(post(server.url()), &cancel);
  finished = true;
  canceller.join();
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  CHECK(has(reply.error().message, "cancelled"));
  CHECK(seconds_since(start) < kPatientS / 2);

  const auto before = http_exchange(post(server.url()), &cancel);
  REQUIRE_FALSE(before.ok());
  CHECK(has(before.error().message, "cancelled"));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("requests that cannot be sent are refused before a connection") {
  ModelServer server("good");
  const std::vector<std::pair<const char*, HttpHeader>> headers{
      {"line end in the value", {"X-Key", "a\r\nX-Other: b"}},
      {"not ASCII", {"X-Key", "\xc3\xa4"}},
      {"no name", {"", "a"}},
      {"line end in the name", {"X\nY", "a"}}};
  for (const auto& [what, header] : headers) {
    INFO(what);
    HttpRequest request = post(server.url());
    request.headers.push_back(header);
    const auto reply = http_exchange(request, nullptr);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kInvalidArgument);
    CHECK_FALSE(has(reply.error().text(), "X-Other"));
  }
  for (const double deadline_s : {0.0, -1.0, 3601.0, std::nan("")}) {
    const auto reply = http_exchange(post(server.url(), deadline_s), nullptr);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kInvalidArgument);
  }
  CHECK_FALSE(http_exchange(post("mailto:x"), nullptr).ok());
  CHECK(server.requests().empty());
}

TEST_CASE("a certificate that nobody vouches for is refused") {
  const Certificate own("IP:127.0.0.1,DNS:localhost");
  ModelServer server("good", {"--tls", own.file, own.key});
  const auto reply = http_exchange(post(server.url()), nullptr);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kRefused);
  CHECK(has(reply.error().message, "certificate is not trusted"));
  CHECK(has(reply.error().message, "SSL_CERT_FILE"));
  CHECK(server.requests().empty());
}

TEST_CASE("a certificate named in SSL_CERT_FILE is accepted for its names") {
  const Certificate own("IP:127.0.0.1,DNS:localhost");
  const Setting trusted("SSL_CERT_FILE", own.file);
  ModelServer server("good,chunked,cut,stall", {"--tls", own.file, own.key});
  const auto by_address = http_exchange(post(server.url()), nullptr);
  REQUIRE(by_address);
  CHECK(by_address->status == 200);
  const auto by_name = http_exchange(post("https://localhost:" + server.port()), nullptr);
  REQUIRE(by_name);
  CHECK(has(by_name->body, "return policy"));
  const auto cut = http_exchange(post(server.url()), nullptr);
  REQUIRE_FALSE(cut.ok());
  CHECK(cut.error().code == ErrorCode::kUnavailable);
  const auto stalled = http_exchange(post(server.url(), 0.5), nullptr);
  REQUIRE_FALSE(stalled.ok());
  CHECK(has(stalled.error().message, "no answer within 0.5 s"));
}

TEST_CASE("a trusted certificate of another host is refused") {
  const Certificate other("DNS:other.example,IP:127.0.0.2");
  const Setting trusted("SSL_CERT_FILE", other.file);
  ModelServer server("good", {"--tls", other.file, other.key});
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    INFO(host);
    const auto reply = http_exchange(post("https://" + host + ":" + server.port()), nullptr);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().code == ErrorCode::kRefused);
    CHECK(has(reply.error().message, "mismatch"));
  }
  CHECK(server.requests().empty());
}

TEST_CASE("TLS to a port that does not speak it") {
  ModelServer server("good");
  const auto reply = http_exchange(post("https://127.0.0.1:" + server.port(), 5), nullptr);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kInvalidArgument);
  CHECK(has(reply.error().message, "check that the port speaks TLS"));
}
