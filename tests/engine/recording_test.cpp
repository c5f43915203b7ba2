#include "engine/recording.h"

#include "engine/base/sha256.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// A real run with commands in it.
Recording record() {
  Recording made;
  made.scenario_yaml = shipped("meadow").yaml;
  made.seed = 0xfedcba9876543210u;
  made.fuel_per_act = 20'000;
  const std::string source = "return {act = function() end} -- \"quoted\"\n";
  made.sources[cherub::base::sha256_hex(source)] = source;
  const auto world = make_world(made.scenario_yaml, made.seed);
  NativeBehaviour native;
  for (Tick tick = 0; tick < 250; ++tick) {
    const auto keep = [&](Command command) {
      const auto stamped = world->submit(std::move(command));
      REQUIRE(stamped.ok());
      made.commands.push_back(stamped.value());
    };
    if (tick == 3) keep(Spawn{"grass", 1.1, 2.2, 0, 3});
    if (tick == 3) keep(Rain{0.3});
    if (tick == 90) keep(Remove{world->id_of(world->agent_rows().front())});
    made.hashes.push_back(world->step(native).hash);
    if (tick % kBehaviourHashInterval == 0) made.behaviour_hashes.push_back(tick);
  }
  return made;
}

std::string error_of(const std::string& text) {
  const auto read = recording_from_jsonl(text);
  return read.ok() ? "" : read.error().text();
}

}  // namespace

TEST_CASE("a recording survives the way through text and replays to the same hashes") {
  const Recording written = record();
  const std::string text = recording_to_jsonl(written);
  const auto read = recording_from_jsonl(text);
  if (!read.ok()) FAIL(read.error().text());
  const Recording& back = read.value();
  CHECK(back.scenario_yaml == written.scenario_yaml);
  CHECK(back.seed == written.seed);
  CHECK(back.fuel_per_act == written.fuel_per_act);
  CHECK(back.sources == written.sources);
  CHECK(back.hashes == written.hashes);
  CHECK(back.behaviour_hashes == written.behaviour_hashes);
  REQUIRE(back.commands.size() == written.commands.size());
  CHECK(recording_to_jsonl(back) == text);

  const auto world = make_world(back.scenario_yaml, back.seed);
  NativeBehaviour native;
  std::size_t next = 0;
  for (Tick tick = 0; tick < back.hashes.size(); ++tick) {
    for (; next < back.commands.size() && back.commands[next].tick == tick; ++next) {
      REQUIRE(world->submit(back.commands[next].command).ok());
    }
    REQUIRE(world->step(native).hash == back.hashes[tick]);
  }
}

TEST_CASE("an empty run and a command that waits can be recorded") {
  Recording made;
  made.commands.push_back({0, Rain{1}});
  const auto read = recording_from_jsonl(recording_to_jsonl(made));
  REQUIRE(read.ok());
  CHECK(read.value().commands.size() == 1);
}

TEST_CASE("a recording that was cut anywhere is refused") {
  const std::string text = recording_to_jsonl(record());
  for (std::size_t length = 0; length < text.size(); length += 1 + length / 37) {
    CAPTURE(length);
    REQUIRE_FALSE(recording_from_jsonl(text.substr(0, length)).ok());
  }
  CHECK_FALSE(recording_from_jsonl(text.substr(0, text.size() - 1)).ok());
}

TEST_CASE("records that are broken, foreign, out of order or repeated name their line") {
  const std::string header =
      R"({"cherub_recording":1,"seed":"0000000000000001","fuel_per_act":5,"scenario":"x"})"
      "\n";
  const auto starts = [](const std::string& text, const std::string& head) {
    CAPTURE(text, head);
    CHECK(text.substr(0, head.size()) == head);
  };
  starts(error_of("garbage\n"), "line 1:");
  starts(error_of("\n"), "line 1:");
  starts(error_of("[]\n"), "line 1:");
  starts(error_of(R"({"cherub_recording":2})"
                  "\n"),
         "line 1:");
  starts(error_of(header), "line 2:");
  const std::vector<std::string> bad = {
      "{}",
      "7",
      header.substr(0, header.size() - 1),
      R"({"tick":1,"hash":"0000000000000001"})",
      R"({"tick":0,"hash":"1"})",
      R"({"tick":0,"hash":"000000000000000G"})",
      R"({"tick":0,"hash":"000000000000000A"})",
      R"({"tick":-1,"hash":"0000000000000001"})",
      R"({"tick":0,"hash":"0000000000000001","more":1})",
      R"({"tick":5,"command":{"type":"rain","intensity":1}})",
      R"({"tick":0,"command":{"type":"rain","intensity":"much"}})",
      R"({"tick":0,"command":7})",
      R"({"source":"abc","text":"def"})",
      R"({"source":7,"text":""})",
      R"({"tick":100,"behaviour_hash":"0000000000000001"})",
      R"({"end":true,"ticks":1})",
      R"({"end":false,"ticks":0})",
      "\x01\xff",
      std::string(100'000, '['),
      std::string(kRecordingLineBytesMax + 1, ' ')};
  for (const std::string& line : bad) starts(error_of(header + line + "\n"), "line 2:");
  starts(error_of(header + "{\"end\":true,\"ticks\":0}\n{\"end\":true,\"ticks\":0}\n"), "line 3:");
  CHECK(error_of(header + "{\"end\":true,\"ticks\":0}\n").empty());
}

TEST_CASE("bytes changed at random never crash the reader") {
  const std::string text = recording_to_jsonl(record());
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    cherub::base::RandomStream random(seed);
    std::string broken = text.substr(0, std::min<std::size_t>(text.size(), 9000));
    for (int i = 0; i < 3; ++i) {
      broken[random.below(broken.size())] = static_cast<char>(random.below(256));
    }
    CHECK_FALSE(recording_from_jsonl(broken).ok());
  }
}
