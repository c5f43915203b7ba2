#include <catch2/catch.hpp>
#include <random>

#include "abilities/angel/http_peer.h"
#include "abilities/angel/patient_model.h"
#include "abilities/angel/sse.h"
#include "engine/base/hash.h"
#include "tests/abilities/model_server_process.h"
#include "tests/text.h"

using namespace cherub;
using namespace cherub::abilities;
using namespace cherub::abilities::angel;
using base::ErrorCode;
using cherub::testing::ModelServer;

using cherub::testing::has;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs parse(const std::vector<std::string>& pieces) {
  SseParser parser;
  Pairs events;
  const auto take = [&](const SseEvent& event) {
    events.emplace_back(event.name, event.data);
    return true;
  };
  for (const std::string& piece : pieces) REQUIRE(parser.feed(piece, take).ok());
  REQUIRE(parser.finish(take).ok());
  return events;
}

const ModelRequest kRequest{"You write Lua.", "Reach the target."};

// A model with streams against a scripted server; pauses are not slept.
struct Bench {
  ProviderConfig config;
  Ledger ledger;
  std::vector<ModelProgress> told;
  std::string key = "no-real-key-0123456789";

  Bench(const std::string& provider, const std::string& base_url) {
    config.provider = provider;
    config.base_url = base_url;
    config.model = "scripted";
    config.deadline_s = 20;
  }

  base::Result<ModelReply> ask() {
    ModelSurroundings surroundings;
    surroundings.variable = [this](const std::string& name) {
      return has(name, "KEY") ? key : std::string();
    };
    auto peer = make_http_peer(config, surroundings);
    REQUIRE(peer);
    std::vector<std::unique_ptr<Peer>> peers;
    peers.push_back(std::move(peer).value());
    CallTools tools;
    tools.pacing.sleep = [](double, const std::atomic<bool>*) {};
    tools.ledger = &ledger;
    tools.on_progress = [this](const ModelProgress& progress) { told.push_back(progress); };
    PatientModel model(std::move(peers), tools);
    auto reply = model.complete(kRequest, nullptr);
    CHECK_FALSE(has(reply ? reply->text : reply.error().text(), key));
    return reply;
  }
};

std::string any_provider() {
  return GENERATE(as<std::string>{}, "openai", "anthropic");
}

}  // namespace

TEST_CASE("events are the same wherever their bytes are split") {
  const std::string text =
      "\xef\xbb\xbf: a comment\r\n\r\ndata: one\r\n\r\nevent: named\ndata: two\ndata:  three\n\n"
      "id: 7\nretry: 10\nwhat: ever\ndata\n\ndata:four\r\revent: without data\n\n"
      "error: {\"code\":500}\n\ndata: last";
  const Pairs expected{{"", "one"},  {"named", "two\n three"},    {"", ""},
                       {"", "four"}, {"error", "{\"code\":500}"}, {"", "last"}};
  CHECK(parse({text}) == expected);
  for (std::size_t i = 0; i <= text.size(); ++i) {
    CHECK(parse({text.substr(0, i), text.substr(i)}) == expected);
  }
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  CHECK(parse(bytes) == expected);
}

TEST_CASE("an event may have its limit and no byte more") {
  SseParser parser;
  std::size_t seen = 0;
  const auto take = [&](const SseEvent& event) {
    seen = event.data.size();
    return true;
  };
  const std::string line = "data:" + std::string(kSseEventBytesMax - 5, 'x') + "\n\n";
  CHECK(parser.feed(line, take).ok());
  CHECK(seen == kSseEventBytesMax - 5);
  CHECK_FALSE(parser.feed("data:" + std::string(kSseEventBytesMax, 'x'), take).ok());
  SseParser many;
  for (int i = 0; i < 4; ++i) {
    const auto fed = many.feed("data:" + std::string(kSseEventBytesMax / 4 - 1, 'x') + "\n", take);
    CHECK(fed.ok());
  }
  CHECK_FALSE(many.feed("data:xx\n", take).ok());
}

TEST_CASE("nothing is given after enough") {
  SseParser parser;
  int given = 0;
  const auto once = [&](const SseEvent&) { return ++given < 1; };
  CHECK(parser.feed("data: 1\n\ndata: 2\n\n", once).ok());
  CHECK(parser.feed("data: 3\n\n", once).ok());
  CHECK(parser.finish(once).ok());
  CHECK(given == 1);
}

TEST_CASE("a streamed reply is the whole text, with its tokens") {
  const std::string provider = any_provider();
  for (const char* behaviour :
       {"good", "prose", "think", "parts", "stream_type", "stream_json_type", "stream_crlf",
        "stream_garbage", "stream_no_usage", "stream_no_done", "stream_drip:0.001", "chunked"}) {
    INFO(provider << " " << behaviour);
    ModelServer server(behaviour);
    Bench bench(provider, server.url());
    const auto reply = bench.ask();
    INFO((reply ? "" : reply.error().text()));
    REQUIRE(reply);
    CHECK_FALSE(reply->cut_off);
    const auto code = extract_code(reply->text);
    REQUIRE(code);
    CHECK(has(*code, "function policy.act(self, world)"));
    CHECK_FALSE(has(*code, "draft"));
    const bool silent = has(behaviour, "parts") || has(behaviour, "no_usage");
    const Use use = bench.ledger.state().use;
    CHECK(use.calls == 1);
    CHECK(use.estimated == (silent ? 1 : 0));
    if (!silent) CHECK((use.tokens_in == 1200 && use.tokens_out == 340));
    if (silent) CHECK(use.tokens_out >= reply->text.size() / 4);
    CHECK(server.requests().size() == 1);
    CHECK(server.requests()[0]["body"]["stream"].GetBool());
  }
}

TEST_CASE("a stream tells how far it is") {
  const std::string provider = any_provider();
  ModelServer server("stream_drip:0.001");
  Bench bench(provider, server.url());
  REQUIRE(bench.ask());
  REQUIRE(bench.told.size() > 5);
  CHECK(bench.told.front().state == "asking");
  CHECK(bench.told.back().state == "answered");
  CHECK(bench.told.back().tokens == 340);
  std::uint64_t tokens = 0;
  for (std::size_t i = 1; i + 1 < bench.told.size(); ++i) {
    CHECK(bench.told[i].state == "streaming");
    CHECK(bench.told[i].tokens >= tokens);
    tokens = bench.told[i].tokens;
  }
  CHECK(tokens > 0);
}

TEST_CASE("a stream that breaks is the right error, tried again where that helps") {
  const std::string provider = any_provider();
  struct Expected {
    const char* behaviour;
    ErrorCode code;
    std::size_t requests;
    const char* says;
  };
  std::vector<Expected> all{
      {"stream_cut", ErrorCode::kUnavailable, 3, "cut off"},
      {"stream_short", ErrorCode::kUnavailable, 3, "cut off in the middle of the reply"},
      {"stream_garbage:only", ErrorCode::kInvalidArgument, 1, "no event that can be read"},
      {"stream_huge", ErrorCode::kRefused, 1, "larger than 4096 KiB"},
      {"stream_huge:event", ErrorCode::kRefused, 1, "larger than 1024 KiB"},
      {"empty", ErrorCode::kUnavailable, 1, "no text"},
      {"garbage", ErrorCode::kInvalidArgument, 1, "not JSON"},
      {"invalid_utf8", ErrorCode::kInvalidArgument, 1, "not JSON"},
      {"401", ErrorCode::kRefused, 1, "HTTP 401"},
      {"403", ErrorCode::kRefused, 1, "not for you"},
      {"429_date:0", ErrorCode::kUnavailable, 3, "slow down"},
      {"429_date:3000", ErrorCode::kUnavailable, 1, "longer than the deadline"},
      {"echo_key", ErrorCode::kRefused, 1, "bad key [key]"},
      {"error_in_200:503", ErrorCode::kUnavailable, 3, "status 503"},
  };
  if (provider == "anthropic") {
    all.push_back({"stream_error", ErrorCode::kUnavailable, 3, "status 529"});
    all.push_back({"stream_error:invalid_request_error", ErrorCode::kInvalidArgument, 1, "400"});
    all.push_back({"stream_error:billing_error", ErrorCode::kRefused, 1, "402"});
  } else {
    all.push_back({"stream_error", ErrorCode::kUnavailable, 3, "(provider Elsewhere: gone)"});
    all.push_back({"stream_error:402", ErrorCode::kRefused, 1, "no credit"});
    all.push_back({"stream_error:field", ErrorCode::kUnavailable, 3, "slot fell over"});
    all.push_back({"quota", ErrorCode::kRefused, 1, "no credit"});
    all.push_back({"ollama_missing", ErrorCode::kInvalidArgument, 1, "try pulling it first"});
    all.push_back({"llama_loading", ErrorCode::kUnavailable, 3, "Loading model"});
    all.push_back({"llama_context", ErrorCode::kInvalidArgument, 1, "prompt is too long"});
    all.push_back({"openrouter", ErrorCode::kInvalidArgument, 1, "Elsewhere: top_k"});
  }
  for (const Expected& expected : all) {
    INFO(provider << " " << expected.behaviour);
    ModelServer server(expected.behaviour);
    Bench bench(provider, server.url());
    const auto reply = bench.ask();
    REQUIRE_FALSE(reply.ok());
    INFO(reply.error().text());
    CHECK(reply.error().code == expected.code);
    CHECK(has(reply.error().message, expected.says));
    CHECK(server.requests().size() == expected.requests);
    const Use use = bench.ledger.state().use;
    CHECK(use.calls == expected.requests);
    CHECK(use.errors == expected.requests);
    // What came before the break has its price.
    const bool began = has(expected.behaviour, "stream_cut") || has(expected.behaviour, "_error:f");
    if (began) CHECK((use.tokens_out > 0 && use.estimated == expected.requests));
  }
}

TEST_CASE("silence in the middle of a stream ends long before the deadline") {
  const std::string provider = any_provider();
  ModelServer server("stream_stall,good");
  Bench bench(provider, server.url());
  bench.config.idle_s = 0.3;
  const auto reply = bench.ask();
  REQUIRE(reply);
  CHECK(reply->attempts == 2);
  CHECK(reply->wall_s < 10);
}

TEST_CASE("silence before the first byte has a limit of its own") {
  const std::string provider = any_provider();
  ModelServer server("stall");
  Bench bench(provider, server.url());
  bench.config.first_byte_s = 0.2;
  bench.config.retries = 0;
  const auto reply = bench.ask();
  REQUIRE_FALSE(reply.ok());
  CHECK(has(reply.error().message, "silent for 0.2 s"));
}

TEST_CASE("a peer that does not stream is asked for the whole") {
  const std::string provider = any_provider();
  ModelServer server("no_stream");
  Bench bench(provider, server.url());
  const auto reply = bench.ask();
  REQUIRE(reply);
  CHECK(reply->tokens_out == 340);
  const auto seen = server.requests();
  REQUIRE(seen.size() == 2);
  const auto& body = seen[1]["body"];
  CHECK((!body.HasMember("stream") || !body["stream"].GetBool()));
}
