#include <catch2/catch.hpp>
#include <set>

#include "engine/base/json.h"
#include "engine/behaviour.h"
#include "server/telemetry/event.h"
#include "server/telemetry/record_events.h"
#include "server/telemetry/tick_facts.h"
#include "telemetry_fixture.h"

namespace cherub::server::telemetry {
namespace {

Event record_event(const std::string& type, const std::string& members) {
  return event_of_record({type, "{\"type\":\"" + type + "\"," + members + "}"});
}

std::unique_ptr<engine::World> pasture() {
  auto world = engine::World::create(*engine::builtin_scenario("pasture"), 1);
  REQUIRE(world.ok());
  return std::move(*world);
}

// What a tick tells, with all of it told.
std::vector<Event> told(const engine::World& world, const engine::TickReport& report, Level level,
                        std::size_t room = 100'000) {
  TickFacts facts;
  add_tick(facts, world, report, level, room);
  facts.words = std::make_shared<const abilities::EventLines>(world.scenario());
  std::vector<Event> events;
  tell_tick(facts, [&](Event event) { events.push_back(std::move(event)); });
  return events;
}

}  // namespace

TEST_CASE("an event is one line of JSON with all members, and its head is read back") {
  Event event = event_of(kinds::kIntentRefused, R"({"receipt":"out_of_reach"})");
  event.ts = 1'800'000'000'123;
  event.tick = 42;
  event.entity = (std::uint64_t{3} << 32) | 7;
  std::string line;
  append_line(line, 9, "20261121-0142-3f9a", event);
  CHECK(line == R"({"seq":9,"ts":1800000000123,"tick":42,"level":"INFO","src":"engine",)"
                R"("evt":"intent_refused","run":"20261121-0142-3f9a","entity_id":12884901895,)"
                R"("detail":{"receipt":"out_of_reach"}})"
                "\n");
  line.pop_back();
  REQUIRE(base::parse_json(line).ok());
  const auto head = read_head(line);
  REQUIRE(head);
  CHECK(head->seq == 9);
  CHECK(head->ts == event.ts);
  CHECK(head->tick == event.tick);
  CHECK(head->entity == event.entity);
  CHECK(head->level == Level::kInfo);
  CHECK(head->source == Source::kEngine);
  CHECK(head->evt == "intent_refused");
  const auto record = base::parse_json(record_of_line(line));
  REQUIRE(record.ok());
  CHECK((*record)["type"] == "telemetry");
  CHECK_FALSE(record->HasMember("seq"));
  CHECK((*record)["evt"] == "intent_refused");
}

TEST_CASE("no head is read from a line that is cut, or that is not ours") {
  std::string line = line_of(1, kinds::kFault, R"({"text":"boom"})");
  line.pop_back();
  REQUIRE(read_head(line));
  for (std::size_t size = 0; size < line.size(); ++size) {
    INFO(size);
    CHECK_FALSE(read_head(std::string_view(line).substr(0, size)));
  }
  for (const char* text : {"", "{}", "null", "{\"seq\":1}", "{\"seq\":-1,\"ts\":0}"}) {
    CHECK_FALSE(read_head(text));
  }
  std::string other = line;
  other.replace(other.find("WARN"), 4, "LOUD");
  CHECK_FALSE(read_head(other));
}

TEST_CASE("a long detail keeps its short members and names the others, on one line") {
  const std::string code(70'000, 'x');
  const std::string detail = base::JsonObject()
                                 .add("type", "best")
                                 .add("code", code)
                                 .add("score", 0.5)
                                 .add("sha256", "ab")
                                 .text();
  const std::string line = line_of(1, kinds::kBest, detail);
  CHECK(line.size() <= kLineBytesMax);
  const auto document = base::parse_json(line.substr(0, line.size() - 1));
  REQUIRE(document.ok());
  const auto& kept = (*document)["detail"];
  CHECK(kept["score"].GetDouble() == 0.5);
  CHECK(kept["sha256"] == "ab");
  CHECK_FALSE(kept.HasMember("code"));
  REQUIRE(kept["omitted"].Size() == 1);
  CHECK(kept["omitted"][0] == "code");
  CHECK(kept["bytes"].GetUint64() == detail.size());
}

TEST_CASE("hostile details stay one line of bounded JSON") {
  base::JsonObject many;
  for (int i = 0; i < 5000; ++i) many.add("name_" + std::to_string(i), "value");
  base::JsonObject long_name;
  long_name.add(std::string(5000, '\1'), "x").add("b", 1);
  for (const std::string& detail :
       {many.text(), long_name.text(), std::string("{\"a\":\n1}"), std::string(3000, '['),
        std::string("not JSON\n"), "{\"s\":\"" + std::string(9000, 'y') + "\"}"}) {
    const std::string line = line_of(1, kinds::kRecord, detail);
    INFO(detail.substr(0, 40));
    CHECK(line.size() <= kLineBytesMax);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(base::parse_json(line.substr(0, line.size() - 1)).ok());
    CHECK(read_head(line.substr(0, line.size() - 1)));
  }
}

TEST_CASE("kinds have names of their own, of lower-case letters") {
  std::set<std::string> names;
  for (const Kind* kind : kinds::kAll) {
    const std::string name = kind->name;
    CHECK(names.insert(name).second);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
    CHECK_FALSE(std::string(kind->words).empty());
  }
}

TEST_CASE("a run's records become events of a kind, and their state gives them weight") {
  CHECK(record_event("done", R"("score":1)").kind == &kinds::kSessionEnd);
  CHECK(record_event("error", R"("message":"no")").level == Level::kError);
  CHECK(record_event("live", R"("state":"running","tick":7)").level == Level::kDebug);
  CHECK(record_event("live", R"("state":"paused","tick":7)").level == Level::kInfo);
  CHECK(record_event("live", R"("state":"paused","tick":7)").tick == 7);
  CHECK(record_event("reload", R"("state":"rolled_back")").level == Level::kWarn);
  CHECK(record_event("reload", R"("state":"swapped")").level == Level::kInfo);
  CHECK(record_event("model", R"("state":"failed")").level == Level::kWarn);
  CHECK(record_event("model", R"("state":"streaming")").level == Level::kDebug);
  CHECK(record_event("save", R"("state":"failed")").level == Level::kError);
  CHECK(record_event("follow", R"("id":5,"tick":1)").entity == 5);
  CHECK(record_event("tomorrow", R"("x":1)").kind == &kinds::kRecord);
  CHECK(event_of_record({"live", "no JSON"}).detail == R"({"type":"live"})");
  // What is dropped before it is looked at may not become worse.
  for (const char* type : {"step", "episode_summary", "follow"}) {
    CHECK(kind_of_record(type).level == Level::kDebug);
    for (const char* state : {"failed", "refused", "rolled_back", "died"}) {
      CHECK(record_event(type, "\"state\":\"" + std::string(state) + "\"").level == Level::kDebug);
    }
  }
}

TEST_CASE("every event of the engine has a kind that belongs to it") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kEventKinds; ++i) {
    engine::Event event;
    event.kind = static_cast<engine::EventKind>(i);
    const std::string of_engine = engine::event_name(event.kind);
    REQUIRE(of_engine != "unknown");
    const std::string name = kind_of(event).name;
    if (name.starts_with("event_")) CHECK(name == "event_" + of_engine);
    names.insert(name);
  }
  // Spawns and births are one kind.
  CHECK(names.size() == kEventKinds - 1);
  CHECK(std::string(engine::event_name(static_cast<engine::EventKind>(kEventKinds))) == "unknown");
}

TEST_CASE("a tick tells its spawns with place and species, in its order") {
  const auto world = pasture();
  engine::RandomWalker walker;
  (void)world->submit(engine::Spawn{"rabbit", 10, 12, 0, 3});
  const engine::TickReport report = world->step(walker);
  const auto events = told(*world, report, Level::kDebug);
  std::size_t spawns = 0;
  for (const Event& event : events) {
    REQUIRE(event.tick == report.tick);
    if (event.kind != &kinds::kSpawn) continue;
    const auto detail = base::parse_json(event.detail);
    REQUIRE(detail.ok());
    if ((*detail)["kind"] == "birth") continue;
    ++spawns;
    REQUIRE(event.entity);
    CHECK(world->exists(base::EntityId::unpack(*event.entity)));
    CHECK((*detail)["kind"] == "spawn");
    CHECK((*detail)["species"] == "rabbit");
    CHECK((*detail)["x"].IsNumber());
  }
  CHECK(spawns == 3);
}

TEST_CASE("refused intents are told by default, those that were done at DEBUG only") {
  const auto world = pasture();
  engine::RandomWalker walker;
  std::size_t refused = 0, done = 0;
  for (int i = 0; i < 20; ++i) {
    const engine::TickReport report = world->step(walker);
    const engine::Columns& columns = world->columns();
    std::size_t answered = 0, turned_down = 0;
    for (const std::uint32_t row : world->agent_rows()) {
      if (columns.alive[row] == 0) continue;
      for (const auto* receipts :
           {&columns.move_receipt, &columns.ability_receipt, &columns.message_receipt}) {
        const auto receipt = static_cast<engine::Receipt>((*receipts)[row]);
        answered += receipt != engine::Receipt::kNone ? 1 : 0;
        turned_down += engine::is_refusal(receipt) ? 1 : 0;
      }
    }
    TickFacts all, default_level, loud;
    add_tick(all, *world, report, Level::kDebug, 100'000);
    add_tick(default_level, *world, report, Level::kInfo, 100'000);
    add_tick(loud, *world, report, Level::kWarn, 100'000);
    const auto sum = [](const TickFacts& facts) {
      std::size_t intents = facts.intents.size();
      for (const std::uint32_t number : facts.intents_omitted) intents += number;
      return intents;
    };
    REQUIRE(sum(all) == answered);
    REQUIRE(sum(default_level) == turned_down);
    REQUIRE(sum(loud) == 0);
    REQUIRE(all.intents.size() <= kTickIntentsMax);
    for (const Event& event : told(*world, report, Level::kDebug)) {
      refused += event.kind == &kinds::kIntentRefused ? 1 : 0;
      done += event.kind == &kinds::kIntentEmit ? 1 : 0;
      if (event.kind == &kinds::kIntentEmit) REQUIRE(base::parse_json(event.detail).ok());
    }
  }
  CHECK(done > 0);
  CHECK(refused + done > 20);
}

TEST_CASE("what there is no room for is counted, and nothing is told twice") {
  const auto world = pasture();
  engine::RandomWalker walker;
  (void)world->submit(engine::Spawn{"rabbit", 10, 12, 0, 1500});
  const engine::TickReport report = world->step(walker);
  for (const std::size_t room : {std::size_t{0}, std::size_t{10}, std::size_t{100'000}}) {
    TickFacts facts;
    add_tick(facts, *world, report, Level::kInfo, room);
    INFO(room);
    CHECK(facts.size() <= room);
    CHECK(facts.events.size() <= kTickEventsMax);
    std::size_t spawns = facts.events_omitted[0];
    for (const auto& event : facts.events) spawns += event.kind == engine::EventKind::kSpawn;
    std::size_t expected = 0;
    for (const auto& event : report.events) expected += event.kind == engine::EventKind::kSpawn;
    CHECK(spawns == expected);
    CHECK(facts.omits);
  }
  const auto events = told(*world, report, Level::kInfo);
  REQUIRE(events.back().kind == &kinds::kOmitted);
  const auto detail = base::parse_json(events.back().detail);
  REQUIRE(detail.ok());
  CHECK((*detail)["events"]["spawn"].GetUint64() == 1500 - kTickEventsMax);
}

}  // namespace cherub::server::telemetry
