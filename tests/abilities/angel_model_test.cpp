#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <thread>

#include "abilities/angel/http_peer.h"
#include "abilities/angel/patient_model.h"
#include "engine/base/hash.h"
#include "engine/base/sha256.h"
#include "tests/abilities/model_server_process.h"
#include "tests/text.h"

using namespace cherub;
using namespace cherub::abilities;
using namespace cherub::abilities::angel;
using base::ErrorCode;
using cherub::testing::ModelServer;

using cherub::testing::has;

namespace {

// No real key, and another one in each run.
std::string made_up_key() {
  std::random_device device;
  return "no-real-key-" + base::hex64((std::uint64_t{device()} << 32) | device());
}

const ModelRequest kRequest{"You write Lua.", "Reach the target."};

// A model of a provider against a scripted server; pauses are written down and not slept.
struct Bench {
  std::string key = made_up_key();
  std::vector<double> pauses;
  ProviderConfig config;
  Ledger ledger;

  Bench(const std::string& provider, const std::string& base_url) {
    config.provider = provider;
    config.base_url = base_url;
    config.model = "scripted";
    config.deadline_s = 20;
    config.stream = false;
  }

  std::unique_ptr<PatientModel> model() {
    ModelSurroundings surroundings;
    CallTools tools;
    tools.pacing.sleep = [this](double seconds, const std::atomic<bool>*) {
      pauses.push_back(seconds);
    };
    tools.ledger = &ledger;
    surroundings.variable = [this](const std::string&) { return key; };
    auto made = make_http_peer(config, surroundings);
    REQUIRE(made);
    std::vector<std::unique_ptr<Peer>> peers;
    peers.push_back(std::move(made).value());
    return std::make_unique<PatientModel>(std::move(peers), tools);
  }

  // complete(), with the key looked for in whatever comes out.
  base::Result<ModelReply> ask(const std::atomic<bool>* cancel = nullptr) {
    auto reply = model()->complete(kRequest, cancel);
    const std::string text = reply ? reply->text : reply.error().text();
    CHECK_FALSE(has(text, key));
    if (reply) return reply;
    CHECK(text.size() < 1000);
    CHECK(std::none_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    return reply;
  }
};

std::string any_provider() {
  return GENERATE(as<std::string>{}, "openai", "anthropic");
}

struct Expected {
  const char* behaviour;
  ErrorCode code;
  std::size_t requests;  // with two retries
  const char* says;
};

}  // namespace

TEST_CASE("every way to answer ends in the same code") {
  const std::string provider = any_provider();
  for (const char* behaviour :
       {"good", "prose", "think", "parts", "chunked", "eof", "interim", "slow:0.001"}) {
    INFO(provider << " " << behaviour);
    ModelServer server(behaviour);
    Bench bench(provider, server.url());
    const auto reply = bench.ask();
    REQUIRE(reply);
    CHECK(reply->attempts == 1);
    CHECK(reply->wall_s >= 0);
    CHECK_FALSE(reply->cut_off);
    const bool silent = std::string(behaviour) == "parts";
    CHECK(reply->tokens_in == (silent ? 0 : 1200));
    CHECK(reply->tokens_out == (silent ? 0 : 340));
    const auto code = extract_code(reply->text);
    REQUIRE(code);
    CHECK(has(*code, "function policy.act(self, world)"));
    CHECK(code->ends_with("return policy\n"));
    CHECK_FALSE(has(*code, "draft"));
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("bad code is a reply all the same") {
  const std::string provider = any_provider();
  ModelServer server("syntax,loop,no_code,cut_off");
  Bench bench(provider, server.url());
  CHECK(has(extract_code(bench.ask()->text).value(), "if self.health > 0.5 the\n"));
  CHECK(has(extract_code(bench.ask()->text).value(), "while true do"));
  CHECK_FALSE(extract_code(bench.ask()->text).ok());
  const auto cut = bench.ask();
  REQUIRE(cut);
  CHECK(cut->cut_off);
  CHECK(extract_code(cut->text).ok());
}

TEST_CASE("every way to fail is the right error after the right number of requests") {
  const std::string provider = any_provider();
  const std::vector<Expected> all{
      {"401", ErrorCode::kRefused, 1, "HTTP 401, the peer says \"this key is not known here\""},
      {"echo_key", ErrorCode::kRefused, 1, "bad key [key], yes: [key]"},
      {"429:0", ErrorCode::kUnavailable, 3, "HTTP 429, the peer says \"slow down\""},
      {"500", ErrorCode::kUnavailable, 3, "HTTP 500, the peer says \"something broke inside\""},
      {"503", ErrorCode::kUnavailable, 3, "loading the model"},
      {"529", ErrorCode::kUnavailable, 3, "overloaded"},
      {"error_string", ErrorCode::kInvalidArgument, 1, "HTTP 400, the peer says \"model 'script"},
      {"error_in_200", ErrorCode::kUnavailable, 3, "HTTP 200 with an error of status 502"},
      {"error_in_200:402", ErrorCode::kRefused, 1, "no credit"},
      {"control", ErrorCode::kInvalidArgument, 1, "line one [31mred [0m 2J long"},
      {"redirect", ErrorCode::kInvalidArgument, 1,
       "HTTP 307; redirects are not followed; set base_url to the final address (to "
       "http://127.0.0.1:1/v1/elsewhere)"},
      {"cut", ErrorCode::kUnavailable, 3, "cut off"},
      {"garbage", ErrorCode::kInvalidArgument, 1, "not JSON"},
      {"wrong_shape", ErrorCode::kInvalidArgument, 1, "check base_url and provider"},
      {"empty", ErrorCode::kUnavailable, 1, "no text"},
      {"huge", ErrorCode::kRefused, 1, "larger than 4096 KiB"},
      {"header_flood", ErrorCode::kRefused, 1, "larger than 64 KiB"},
      {"not_http", ErrorCode::kInvalidArgument, 1, "does not speak HTTP"},
  };
  for (const Expected& expected : all) {
    INFO(provider << " " << expected.behaviour);
    ModelServer server(expected.behaviour);
    Bench bench(provider, server.url());
    const auto reply = bench.ask();
    REQUIRE_FALSE(reply.ok());
    INFO(reply.error().text());
    CHECK(reply.error().code == expected.code);
    CHECK(has(reply.error().message, expected.says));
    CHECK(reply.error().where == "127.0.0.1:" + server.port());
    CHECK(server.requests().size() == expected.requests);
    CHECK(bench.pauses.size() == expected.requests - 1);
    if (expected.requests > 1) CHECK(has(reply.error().message, "(after 3 attempts)"));
  }
}

TEST_CASE("a retry that helps") {
  const std::string provider = any_provider();
  ModelServer server("429:3,500,good");
  Bench bench(provider, server.url());
  const auto reply = bench.ask();
  REQUIRE(reply);
  CHECK(reply->attempts == 3);
  CHECK(server.requests().size() == 3);
  REQUIRE(bench.pauses.size() == 2);
  CHECK(bench.pauses[0] >= 3);  // as the peer asked
  CHECK(bench.pauses[0] < 3.5);
  CHECK(bench.pauses[1] <= 1);
}

TEST_CASE("a pause beyond the deadline is not waited for") {
  const std::string provider = any_provider();
  ModelServer server("429:21,good");
  Bench bench(provider, server.url());
  const auto reply = bench.ask();
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  CHECK(has(reply.error().message, "asks to wait 21 s"));
  CHECK(server.requests().size() == 1);
  CHECK(bench.pauses.empty());
}

TEST_CASE("each attempt has the deadline to itself") {
  const std::string provider = any_provider();
  ModelServer server("stall,slow:1,good");
  Bench bench(provider, server.url());
  bench.config.deadline_s = 1;
  const auto reply = bench.ask();
  REQUIRE(reply);
  CHECK(reply->attempts == 3);
  CHECK(reply->wall_s >= 2);
  CHECK(server.requests().size() == 3);
}

TEST_CASE("without retries a silent peer costs one deadline") {
  const std::string provider = any_provider();
  ModelServer server("stall");
  Bench bench(provider, server.url());
  bench.config.deadline_s = 0.5;
  bench.config.retries = 0;
  const auto reply = bench.ask();
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  CHECK(has(reply.error().message, "no answer within 0.5 s"));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("cancel ends a call and its retries") {
  const std::string provider = any_provider();
  ModelServer server("stall");
  Bench bench(provider, server.url());
  std::atomic<bool> cancel = false;
  std::atomic<bool> finished = false;
  std::thread canceller([&] {
    while (server.requests().empty() && !finished) std::this_thread::yield();
    cancel = true;
  });
  const auto reply = bench.ask(&cancel);
  finished = true;
  canceller.join();
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::kUnavailable);
  CHECK(has(reply.error().message, "cancelled"));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("the OpenAI request carries what the wire wants") {
  ModelServer server("good");
  Bench bench("openai", server.url() + "/v1/");
  bench.config.temperature = 0.25;
  bench.config.max_tokens = 77;
  REQUIRE(bench.ask());
  const auto seen = server.requests();
  REQUIRE(seen.size() == 1);
  CHECK(std::string(seen[0]["path"].GetString()) == "/v1/chat/completions");
  CHECK(std::string(seen[0]["headers"]["authorization"].GetString()) == "Bearer [key]");
  CHECK(std::string(seen[0]["key_sha256"].GetString()) == base::sha256_hex(bench.key));
  CHECK_FALSE(seen[0]["key_in_body"].GetBool());
  const auto& body = seen[0]["body"];
  CHECK(std::string(body["model"].GetString()) == "scripted");
  CHECK(body["max_tokens"].GetUint() == 77);
  CHECK(body["temperature"].GetDouble() == 0.25);
  CHECK_FALSE(body["stream"].GetBool());
  REQUIRE(body["messages"].Size() == 2);
  CHECK(std::string(body["messages"][0]["role"].GetString()) == "system");
  CHECK(std::string(body["messages"][0]["content"].GetString()) == kRequest.system);
  CHECK(std::string(body["messages"][1]["content"].GetString()) == kRequest.user);
}

TEST_CASE("the Anthropic request carries what the wire wants") {
  ModelServer server("good");
  Bench bench("anthropic", server.url());
  bench.config.temperature = 1.5;
  REQUIRE(bench.ask());
  const auto seen = server.requests();
  REQUIRE(seen.size() == 1);
  CHECK(std::string(seen[0]["path"].GetString()) == "/v1/messages");
  CHECK(std::string(seen[0]["headers"]["x-api-key"].GetString()) == "[key]");
  CHECK(std::string(seen[0]["headers"]["anthropic-version"].GetString()) == "2023-06-01");
  CHECK(std::string(seen[0]["key_sha256"].GetString()) == base::sha256_hex(bench.key));
  CHECK_FALSE(seen[0]["headers"].HasMember("authorization"));
  CHECK_FALSE(seen[0]["key_in_body"].GetBool());
  const auto& body = seen[0]["body"];
  CHECK(std::string(body["system"].GetString()) == kRequest.system);
  CHECK(body["temperature"].GetDouble() == 1);
  CHECK(body["max_tokens"].GetUint() == 4096);
  REQUIRE(body["messages"].Size() == 1);
  CHECK(std::string(body["messages"][0]["role"].GetString()) == "user");
  CHECK(std::string(body["messages"][0]["content"].GetString()) == kRequest.user);
}

TEST_CASE("base URLs as people write them") {
  ModelServer server("good");
  const std::vector<std::string> endings{"", "/", "/v1", "/v1/"};
  for (const std::string& ending : endings) {
    REQUIRE(Bench("openai", server.url() + ending).ask());
    REQUIRE(Bench("anthropic", server.url() + ending).ask());
  }
  REQUIRE(Bench("openai", server.url() + "/v1/chat/completions").ask());
  REQUIRE(Bench("anthropic", server.url() + "/v1/messages").ask());
  for (const auto& request : server.requests()) {
    const std::string path = request["path"].GetString();
    CHECK((path == "/v1/chat/completions" || path == "/v1/messages"));
  }
  CHECK(server.requests().size() == 10);
  REQUIRE(Bench("openai", server.url() + "/api/v1").ask());
  CHECK(std::string(server.requests().back()["path"].GetString()) == "/api/v1/chat/completions");
}

TEST_CASE("parameters that a model does not take are left out, and not tried again") {
  const std::string provider = any_provider();
  const std::size_t refusals = provider == "openai" ? 3 : 1;
  ModelServer server("unsupported");
  Bench bench(provider, server.url());
  bench.config.stream = true;
  const auto model = bench.model();
  REQUIRE(model->complete(kRequest, nullptr));
  CHECK(server.requests().size() == refusals + 1);
  REQUIRE(model->complete(kRequest, nullptr));
  const auto seen = server.requests();
  REQUIRE(seen.size() == refusals + 2);
  const auto& body = seen.back()["body"];
  CHECK_FALSE(body.HasMember("temperature"));
  CHECK_FALSE(body.HasMember("stream_options"));
  CHECK(body.HasMember(provider == "openai" ? "max_completion_tokens" : "max_tokens"));
}

TEST_CASE("a key that a peer echoes does not leave in a reply") {
  const std::string provider = any_provider();
  testing::ScratchDirectory scratch;
  ModelServer server("good:" + scratch.file("echo.lua"));
  Bench bench(provider, server.url());
  testing::write_text(scratch.file("echo.lua"), "return '" + bench.key + "'\n");
  const auto reply = bench.ask();
  REQUIRE(reply);
  CHECK(has(reply->text, "return '[key]'"));
}

TEST_CASE("keys are asked for where they are needed, and go nowhere else") {
  const std::string provider = any_provider();
  ModelSurroundings bare;
  bare.variable = [](const std::string&) { return std::string(); };
  ProviderConfig config;
  config.provider = provider;
  config.model = "scripted";

  auto made = make_http_peer(config, bare);
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().code == ErrorCode::kInvalidArgument);
  CHECK(has(made.error().message, provider == "openai" ? "OPENAI_API_KEY" : "ANTHROPIC_API_KEY"));
  config.key_variable = "MY_KEY";
  made = make_http_peer(config, bare);
  REQUIRE_FALSE(made.ok());
  CHECK(has(made.error().message, "MY_KEY"));

  config.base_url = "http://127.0.0.1:9";
  CHECK(make_http_peer(config, bare).ok());

  // Plain http to another machine: a key only when it was named for this.
  std::vector<HttpHeader> sent;
  bare.exchange = [&sent](const HttpRequest& request, const std::atomic<bool>*) {
    sent = request.headers;
    return base::Result<HttpReply>(HttpReply{401, {}, "{}"});
  };
  bare.variable = [](const std::string& name) {
    return std::string(has(name, "KEY") ? "secret words" : "");
  };
  const auto carries_key = [&] {
    REQUIRE_FALSE(make_http_peer(config, bare).value()->attempt(kRequest, {}).reply.ok());
    return std::any_of(sent.begin(), sent.end(),
                       [](const HttpHeader& header) { return has(header.value, "secret"); });
  };
  config.base_url = "http://models.example:8000/v1";
  CHECK(carries_key());
  config.key_variable.clear();
  CHECK_FALSE(carries_key());
  config.base_url = "https://models.example/v1";
  CHECK(carries_key());
}

TEST_CASE("the environment is read at the moment of the call") {
  ModelServer server("good");
  ProviderConfig config;
  config.provider = "openai";
  config.base_url = server.url();
  config.model = "scripted";
  config.key_variable = "CHERUB_TEST_KEY";
  auto peer = make_http_peer(config, {});
  REQUIRE(peer);
  const std::string key = made_up_key();
  setenv("CHERUB_TEST_KEY", ("  " + key + "\n").c_str(), 1);
  CHECK((*peer)->attempt(kRequest, {}).reply.ok());
  setenv("CHERUB_TEST_KEY", "two\nlines", 1);
  const auto broken = (*peer)->attempt(kRequest, {}).reply;
  unsetenv("CHERUB_TEST_KEY");
  CHECK((*peer)->attempt(kRequest, {}).reply.ok());
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().code == ErrorCode::kInvalidArgument);
  CHECK_FALSE(has(broken.error().text(), "lines"));
  const auto seen = server.requests();
  REQUIRE(seen.size() == 2);
  CHECK(std::string(seen[0]["key_sha256"].GetString()) == base::sha256_hex(key));
  CHECK_FALSE(seen[1]["headers"].HasMember("authorization"));
}

TEST_CASE("an incomplete configuration makes no model") {
  ProviderConfig right;
  right.provider = "openai";
  right.base_url = "http://127.0.0.1:9/v1";
  right.model = "scripted";
  REQUIRE(make_http_peer(right, {}));
  const auto refused = [&](const char* field, auto change) {
    ProviderConfig config = right;
    change(config);
    const auto made = make_http_peer(config, {});
    INFO(field);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().code == ErrorCode::kInvalidArgument);
    CHECK(made.error().where == std::string("provider.") + field);
  };
  refused("provider", [](auto& c) { c.provider = "builtin"; });
  refused("provider", [](auto& c) { c.provider = ""; });
  refused("model", [](auto& c) { c.model = ""; });
  refused("model", [](auto& c) { c.model = std::string(201, 'm'); });
  refused("base_url", [](auto& c) { c.base_url = "127.0.0.1:9/v1"; });
  refused("base_url", [](auto& c) { c.base_url = "http://127.0.0.1:9/v1?a=b"; });
  refused("base_url", [](auto& c) { c.base_url = "http://me:word@127.0.0.1:9"; });
  refused("temperature", [](auto& c) { c.temperature = 2.01; });
  refused("temperature", [](auto& c) { c.temperature = -0.01; });
  refused("max_tokens", [](auto& c) { c.max_tokens = 0; });
  refused("max_tokens", [](auto& c) { c.max_tokens = 1'000'001; });
  refused("deadline_s", [](auto& c) { c.deadline_s = 0; });
  refused("deadline_s", [](auto& c) { c.deadline_s = 3600.5; });
  refused("retries", [](auto& c) { c.retries = 11; });
}

TEST_CASE("one model serves several threads") {
  const std::string provider = any_provider();
  ModelServer server("good");
  Bench bench(provider, server.url());
  const auto model = bench.model();
  std::atomic<int> answers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { answers += model->complete(kRequest, nullptr).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(answers == 4);
}
