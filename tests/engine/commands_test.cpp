#include "engine/base/sha256.h"
#include "engine/command_json.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

std::string refusal(World& world, Command command) {
  const auto stamped = world.submit(std::move(command));
  return stamped.ok() ? "" : stamped.error().where;
}

}  // namespace

TEST_CASE("commands are stamped with the tick that applies them") {
  const auto world = make_world(plain_yaml());
  Idle idle;
  for (int i = 0; i < 3; ++i) world->step(idle);
  const auto stamped = world->submit(Rain{0.5});
  REQUIRE(stamped.ok());
  CHECK(stamped.value().tick == 3);
  CHECK(world->rain_intensity() == 0);
  CHECK(world->step(idle).tick == 3);
  CHECK(world->rain_intensity() == 0.5);
}

TEST_CASE("commands that cannot work are refused at once") {
  const auto world = make_world(plain_yaml());
  const double nan = std::nan("");
  CHECK(refusal(*world, Spawn{"dragon", 1, 1, 0, 1}) == "spawn.species");
  CHECK(refusal(*world, Spawn{"walker", 1, 1, 0, 0}) == "spawn.count");
  CHECK(refusal(*world, Spawn{"walker", 1, 1, 0, kSpawnCountMax + 1}) == "spawn.count");
  CHECK(refusal(*world, Spawn{"walker", -1, 1, 0, 1}) == "spawn.x, spawn.y");
  CHECK(refusal(*world, Spawn{"walker", 16, 1, 0, 1}) == "spawn.x, spawn.y");
  CHECK(refusal(*world, Spawn{"walker", 15.9999999999, 1, 0, 1}) == "spawn.x, spawn.y");
  CHECK(refusal(*world, Spawn{"walker", 1, 1, 1, 1}) == "spawn.x, spawn.y");
  CHECK(refusal(*world, Spawn{"walker", nan, 1, 0, 1}) == "spawn.x, spawn.y");
  CHECK(refusal(*world, Remove{EntityId{0, 0}}) == "remove.id");
  CHECK(refusal(*world, InstallScript{"other", ""}) == "install_script.slot");
  CHECK(refusal(*world, InstallScript{"policy", "abc"}) == "install_script.sha256");
  CHECK(refusal(*world, InstallScript{"policy", std::string(64, 'X')}) == "install_script.sha256");
  CHECK(refusal(*world, Rain{-0.1}) == "rain.intensity");
  CHECK(refusal(*world, Rain{1.1}) == "rain.intensity");
  CHECK(refusal(*world, Rain{nan}) == "rain.intensity");
  Idle idle;
  CHECK(world->step(idle).events.empty());
}

TEST_CASE("spawns that wait count against the greatest number of entities") {
  const auto world = make_world(plain_yaml());
  std::uint32_t room = kEntitiesMax;
  while (room > 0) {
    const std::uint32_t count = std::min(room, kSpawnCountMax);
    REQUIRE(world->submit(Spawn{"stone", 8, 8, 0, count}).ok());
    room -= count;
  }
  CHECK(refusal(*world, Spawn{"stone", 8, 8, 0, 1}) == "spawn.count");
}

TEST_CASE("too many waiting commands are refused") {
  const auto world = make_world(plain_yaml());
  for (std::uint32_t i = 0; i < kPendingCommandsMax; ++i) REQUIRE(world->submit(Rain{1}).ok());
  CHECK(refusal(*world, Rain{1}) == "command");
}

TEST_CASE("a group spawns on open ground around its place, and every member is announced") {
  const auto world = make_world(shipped("maze"), 2);
  REQUIRE(world->submit(Spawn{"walker", 1.5, 1.5, 0, 30}).ok());
  Idle idle;
  const TickReport report = world->step(idle);
  CHECK(report.events.size() >= 30);
  CHECK(world->agent_rows().size() == 31);
  for (const std::uint32_t row : world->agent_rows()) CHECK(is_clear_of_walls(*world, row));
}

TEST_CASE("removing twice in one tick removes once") {
  const auto world = make_world(plain_yaml());
  const EntityId id = world->id_of(spawn(*world, "walker", 8, 8));
  REQUIRE(world->submit(Remove{id}).ok());
  REQUIRE(world->submit(Remove{id}).ok());
  Idle idle;
  const TickReport report = world->step(idle);
  REQUIRE(report.events.size() == 1);
  CHECK(report.events[0].value == double(DeathCause::kRemoved));
  CHECK(report.alive == 0);
}

TEST_CASE("a script slot drives the agent species, newborn and all, until it is emptied") {
  const auto world = make_world(plain_yaml("    reproduce_energy: 0.2\n"));
  const std::string sha256 = cherub::base::sha256_hex("return {}");
  const std::uint32_t first = spawn(*world, "walker", 8, 8);
  const std::uint32_t grass = spawn(*world, "grass", 3, 3);
  CHECK(world->columns().script[first] == kNoScript);
  REQUIRE(world->submit(InstallScript{"policy", sha256}).ok());
  Puppeteer breed([&](const World& seen, Intents& intents) {
    // The swap comes before anybody decides.
    CHECK(seen.columns().script[first] == 0);
    use(intents, first, AbilityKind::kReproduce);
  });
  const TickReport report = world->step(breed);
  REQUIRE_FALSE(report.events.empty());
  CHECK(report.events[0].kind == EventKind::kReload);
  CHECK(report.events[0].text == "policy " + sha256);
  CHECK(world->script_slots().front().sha256 == sha256);
  CHECK(world->columns().script[grass] == kNoScript);
  REQUIRE(world->agent_rows().size() == 2);
  CHECK(world->columns().script[world->agent_rows()[1]] == 0);

  REQUIRE(world->submit(InstallScript{"policy", ""}).ok());
  Idle idle;
  world->step(idle);
  for (const std::uint32_t row : world->agent_rows())
    CHECK(world->columns().script[row] == kNoScript);
}

TEST_CASE(
    "a slot keeps its fallback through a probation, and whoever comes in meanwhile has the same") {
  const auto world = make_world(plain_yaml());
  const std::string a(64, 'a'), b(64, 'b'), c(64, 'c');
  Idle idle;
  const auto after = [&](const Command& command) {
    REQUIRE(world->submit(command).ok());
    world->step(idle);
    const ScriptSlot& slot = world->script_slots().front();
    return slot.sha256.substr(0, 1) + ">" + slot.fallback_sha256.substr(0, 1);
  };
  CHECK(after(InstallScript{"policy", a, true}) == "a>");  // nothing to go back to
  CHECK(after(RestoreScript{"policy"}) == "a>");
  CHECK(after(InstallScript{"policy", a, true}) == "a>");
  CHECK(after(InstallScript{"policy", b, true}) == "b>a");
  CHECK(after(InstallScript{"policy", c, true}) == "c>a");
  CHECK(after(RestoreScript{"policy"}) == "a>");
  CHECK(after(InstallScript{"policy", b, true}) == "b>a");
  const std::uint64_t on_probation = world->state_hash();
  CHECK(after(AcceptScript{"policy"}) == "b>");
  CHECK(world->state_hash() != on_probation);
  CHECK(after(AcceptScript{"policy"}) == "b>");
  CHECK(after(QuarantineScript{"policy", c, a}) == "b>");  // not the one that acts
  CHECK(after(InstallScript{"policy", c, true}) == "c>b");
  CHECK(after(QuarantineScript{"policy", c, a}) == "a>");
  CHECK(after(InstallScript{"policy", b}) == "b>");
  CHECK(after(InstallScript{"policy", a, true}) == "a>b");
  CHECK(after(InstallScript{"policy", "", true}) == ">");
  CHECK(refusal(*world, AcceptScript{"other"}) == "accept_script.slot");
  CHECK(refusal(*world, RestoreScript{"other"}) == "restore_script.slot");
  CHECK(refusal(*world, QuarantineScript{"other", a, ""}) == "quarantine_script.slot");
  CHECK(refusal(*world, QuarantineScript{"policy", "x", ""}) == "quarantine_script.sha256");
  CHECK(refusal(*world, QuarantineScript{"policy", a, "x"}) == "quarantine_script.restored_sha256");
}

TEST_CASE("commands survive the way through JSON") {
  const std::vector<Command> commands = {Spawn{"grass", 1.25, 2.5, 0, 3},
                                         Remove{EntityId{7, 3}},
                                         InstallScript{"policy", std::string(64, 'a')},
                                         InstallScript{"policy", ""},
                                         InstallScript{"policy", std::string(64, 'b'), true},
                                         AcceptScript{"policy"},
                                         RestoreScript{"policy"},
                                         QuarantineScript{"policy", std::string(64, 'b'), ""},
                                         Rain{0.5}};
  for (const Command& command : commands) {
    const std::string json = command_to_json(command);
    const auto back = command_from_json(json);
    REQUIRE(back.ok());
    CHECK(command_to_json(back.value()) == json);
    CHECK(back.value().index() == command.index());
  }
  const auto brief = command_from_json(R"({"type":"spawn","species":"grass","x":1,"y":2})");
  REQUIRE(brief.ok());
  CHECK(std::get<Spawn>(brief.value()).count == 1);
}

TEST_CASE("commands that are not JSON, unknown, incomplete or out of range are refused") {
  for (const char* json :
       {"",
        "[]",
        "7",
        "{}",
        R"({"type":7})",
        R"({"type":"explode"})",
        R"({"type":"spawn"})",
        R"({"type":"spawn","species":7,"x":1,"y":2})",
        R"({"type":"spawn","species":"a","x":"1","y":2})",
        R"({"type":"spawn","species":"a","x":1,"y":2,"count":-1})",
        R"({"type":"spawn","species":"a","x":1,"y":2,"count":1.5})",
        R"({"type":"spawn","species":"a","x":1,"y":2,"count":4294967296})",
        R"({"type":"spawn","species":"a","x":1,"y":2,"extra":1})",
        R"({"type":"remove"})",
        R"({"type":"remove","id":-1})",
        R"({"type":"remove","id":1e300})",
        R"({"type":"install_script","slot":"policy"})",
        R"({"type":"install_script","slot":"policy","sha256":"","on_probation":1})",
        R"({"type":"accept_script"})",
        R"({"type":"restore_script","slot":7})",
        R"({"type":"quarantine_script","slot":"policy","sha256":""})",
        R"({"type":"rain","intensity":null})",
        R"({"type":"rain","intensity":0.5)"}) {
    CAPTURE(json);
    CHECK_FALSE(command_from_json(json).ok());
  }
}
