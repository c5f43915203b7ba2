#include "server/multiplex.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "abilities/compression.h"
#include "engine/base/json.h"
#include "fake_run.h"
#include "server/hub.h"

namespace cherub::server {
namespace {

// One client of a hub of one run, "r".
struct Talk {
  Talk() {
    OutboxLimits limits;
    limits.message_records = kMessageRecordsMax;
    outbox = std::make_shared<Outbox>(limits);
    multiplex = std::make_unique<Multiplex>(
        outbox, "e1", [this](const std::string& name) { return find(name); },
        [this](const std::string& run, const rapidjson::Value& command, const std::string& ref) {
          commands.push_back(run + " " + base::to_json(command) + " " + ref);
          return base::Result<void>();
        });
  }

  static HubOptions options() {
    HubOptions made;
    made.clock = [] { return std::chrono::steady_clock::time_point(std::chrono::seconds(9)); };
    made.epoch = "e1";
    return made;
  }
  base::Result<Channel> find(const std::string& name) {
    if (name.starts_with("progress/r")) return Channel{hub.progress(), R"({"state":"running"})"};
    if (name == "render/r/world") return Channel{*hub.frames("world"), "{}"};
    return base::Error{base::ErrorCode::kNotFound, "There is no run of this id.", "ch"};
  }
  // Every line that came since, "<binary>" for a frame.
  std::vector<std::string> heard() {
    std::vector<std::string> lines;
    while (const auto message = outbox->pop()) {
      std::istringstream text(message->binary ? "<binary>" : *message->bytes);
      for (std::string line; std::getline(text, line);) lines.push_back(line);
    }
    return lines;
  }
  std::string say(const std::string& text) {
    heard();
    multiplex->hear(text);
    const auto lines = heard();
    return lines.empty() ? "" : lines.front();
  }

  Hub hub{"r", "{}", options()};
  std::shared_ptr<Outbox> outbox;
  std::unique_ptr<Multiplex> multiplex;
  std::vector<std::string> commands;
};

std::string field_of(const std::string& json) {
  const auto document = base::parse_json(json);
  if (!document.ok() || !document->HasMember("field")) return "none: " + json;
  CHECK(std::string((*document)["op"].GetString()) == "error");
  return (*document)["field"].GetString();
}

}  // namespace

TEST_CASE("the first word is hello, with protocol, epoch and limits") {
  Talk talk;
  const auto hello = base::parse_json(talk.heard().at(0));
  REQUIRE(hello.ok());
  CHECK(std::string((*hello)["op"].GetString()) == "hello");
  CHECK(std::string((*hello)["epoch"].GetString()) == "e1");
  CHECK((*hello)["limits"]["subscriptions"].GetInt() == 64);
}

TEST_CASE("a subscription is confirmed, then comes the history, then what is new") {
  Talk talk;
  talk.hub.on_record(record("best"));
  talk.heard();
  talk.multiplex->hear(R"({"op":"subscribe","ch":"progress/r","history":"all","ref":7})");
  talk.hub.on_record(record("done"));
  const auto lines = talk.heard();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == R"({"op":"subscribed","ref":7,"ch":"progress/r","epoch":"e1","seq":1,"from":1,)"
                    R"("about":{"state":"running"}})");
  CHECK(lines[1].find(R"("seq":1)") != std::string::npos);
  CHECK(lines[2].find(R"("seq":2)") != std::string::npos);
  CHECK(talk.say(R"({"op":"unsubscribe","ch":"progress/r"})") ==
        R"({"op":"unsubscribed","ch":"progress/r"})");
  talk.hub.on_record(record("step"));
  CHECK(talk.heard().empty());
}

TEST_CASE("resuming says whether all is there, else why not") {
  Talk talk;
  for (int i = 0; i < 3; ++i) talk.hub.on_record(record("step"));
  CHECK(talk.say(R"({"op":"subscribe","ch":"progress/r","epoch":"e1","after":1})")
            .find(R"("from":2,"recovered":true,)") != std::string::npos);
  Talk other;
  other.hub.on_record(record("step"));
  CHECK(other.say(R"({"op":"subscribe","ch":"progress/r","epoch":"e0","after":1})")
            .find(R"("from":1,"recovered":false,"reason":"epoch",)") != std::string::npos);
}

TEST_CASE("frames come with the number of their stream, and key frames on request") {
  Talk talk;
  (*talk.hub.frames("world"))->publish(1, TerrainImage{1, 1, 1, {0}});
  talk.heard();
  talk.multiplex->hear(R"({"op":"subscribe","ch":"render/r/world"})");
  auto lines = talk.heard();
  REQUIRE(lines.size() == 2);
  CHECK((*base::parse_json(lines[0]))["stream"].GetUint() == 1);
  CHECK(lines[1] == "<binary>");
  talk.multiplex->hear(R"({"op":"key","ch":"render/r/world"})");
  CHECK(talk.heard() == std::vector<std::string>{"<binary>"});
  CHECK(field_of(talk.say(R"({"op":"key","ch":"render/r/world"})")) == "ch");
  CHECK(field_of(talk.say(R"({"op":"key","ch":"progress/r"})")) == "ch");
}

TEST_CASE("frames come compressed to who asks, and show the same") {
  Talk talk;
  const TerrainImage terrain{64, 64, 1, std::vector<std::uint8_t>(4096, 1)};
  (*talk.hub.frames("world"))->publish(1, terrain);
  CHECK((*base::parse_json(talk.heard().at(0)))["compress"][0] == "zstd");
  const std::string wish = R"({"op":"subscribe","ch":"render/r/world","compress":)";
  CHECK(field_of(talk.say(wish + "\"gzip\"}")) == "compress");
  CHECK(field_of(talk.say(wish + "1}")) == "compress");
  CHECK(field_of(talk.say(wish + R"("zstd","encoding":"json"})")) == "compress");
  talk.multiplex->hear(wish + "\"zstd\"}");
  talk.outbox->pop();
  const auto frame = talk.outbox->pop();
  REQUIRE(frame);
  const auto header = decode_header(*frame->bytes);
  REQUIRE(header);
  CHECK(header->flags == kFrameZstd);
  CHECK(header->stream == 1);
  CHECK(frame->bytes->size() < 200);
  FrameImage image;
  CHECK_FALSE(apply_frame(image, *frame->bytes).ok());
  const auto payload = abilities::decompress(frame->bytes->substr(kFrameHeaderBytes), 1 << 20);
  REQUIRE(payload.ok());
  CHECK(*payload == encode_key({}, terrain).substr(kFrameHeaderBytes));
  // What is short stays as it is.
  (*talk.hub.frames("world"))->publish(2, TerrainImage{1, 1, 1, {0}});
  const auto small = talk.outbox->pop();
  REQUIRE(small);
  CHECK(decode_header(*small->bytes)->flags == 0);
  CHECK(apply_frame(image, *small->bytes).ok());
}

TEST_CASE("commands go to their run with the client's own name for them") {
  Talk talk;
  CHECK(talk.say(R"({"op":"command","run":"r","command":{"type":"pause"},"ref":"a"})").empty());
  CHECK(talk.commands == std::vector<std::string>{R"(r {"type":"pause"} "a")"});
}

TEST_CASE("what cannot be read or done is told by the member at fault") {
  Talk talk;
  CHECK(talk.say("[").find("\"op\":\"error\"") != std::string::npos);
  CHECK(field_of(talk.say("[]")) == "op");
  CHECK(field_of(talk.say(R"({"op":"dance"})")) == "op");
  CHECK(field_of(talk.say(R"({"op":"subscribe"})")) == "ch");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"progress/x","afterr":1})")) == "afterr");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"telemetry/x"})")) == "ch");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"progress/r","after":1})")) == "epoch");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"progress/r","after":-1,"epoch":"e1"})")) ==
        "after");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"progress/r","history":"some"})")) ==
        "history");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"progress/r","filter":{"a":{}}})")) ==
        "filter.a");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"render/r/world","filter":{}})")) == "filter");
  CHECK(field_of(talk.say(R"({"op":"subscribe","ch":"render/r/world","encoding":"xml"})")) ==
        "encoding");
  CHECK(field_of(talk.say(R"({"op":"unsubscribe","ch":"progress/r"})")) == "ch");
  CHECK(field_of(talk.say(R"({"op":"command","run":"r","command":"pause"})")) == "command");
  CHECK_FALSE(talk.outbox->closing());
}

TEST_CASE("who is refused again and again is hung up on, deep nesting included") {
  Talk talk;
  for (int i = 0; i < kRefusalsMax; ++i) talk.multiplex->hear(std::string(60'000, '['));
  CHECK_FALSE(talk.outbox->closing());
  talk.multiplex->hear("{}");
  REQUIRE(talk.outbox->closing());
  CHECK(talk.outbox->closing()->code == kClosePolicy);
}

TEST_CASE("a connection has at most 64 subscriptions, one of a channel") {
  Talk talk;
  const auto subscribe = [&](const std::string& name) {
    return talk.say(R"({"op":"subscribe","ch":")" + name + "\"}");
  };
  for (std::uint32_t i = 0; i < ServerLimits().subscriptions; ++i) {
    CHECK(subscribe("progress/r" + std::to_string(i)).find("subscribed") != std::string::npos);
  }
  CHECK(subscribe("progress/r0").find("subscribed already") != std::string::npos);
  CHECK(field_of(subscribe("progress/one-more")) == "ch");
}

}  // namespace cherub::server
