// What clients report in an ecosystem: the same rules as for what animals do by themselves.
#include <map>

#include "engine/heartbeat.h"
#include "engine/outlook.h"
#include "tests/engine/ecosystem_fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

// Animals change what they are about now and then, and do nothing by themselves.
void be_about(const World& world, Intents& intents) {
  constexpr Mode kModes[] = {Mode::kForage, Mode::kHunt, Mode::kPollinate, Mode::kMate};
  for (const std::uint32_t row : world.agent_rows()) {
    intents.mode[row] = static_cast<std::uint8_t>(kModes[(world.tick() / 7 + row) % 4]);
  }
}

// A client that claims all sorts of things of neighbours, true ones and others.
Heartbeat claims(const World& world, cherub::base::RandomStream& random) {
  Heartbeat heartbeat;
  const Columns& columns = world.columns();
  const auto pick = [&] { return static_cast<std::uint32_t>(random.below(columns.size())); };
  for (const std::uint32_t row : world.agent_rows()) {
    const EntityId id = world.id_of(row);
    const double x = double{columns.x[row]}, y = double{columns.y[row]};
    heartbeat.moves.push_back({id, x + random.uniform(-4, 4), y + random.uniform(-4, 4)});
    std::array<GridHit, 4> hits;
    GridQuery query;
    query.x = columns.x[row];
    query.y = columns.y[row];
    query.radius = 2.2;
    query.species = ~SpeciesMask{0};
    query.exclude_row = row;
    const std::size_t count = world.grid().neighbors(query, hits);
    for (std::size_t i = 0; i < count; ++i) {
      const auto kind = static_cast<ReportKind>(random.below(4));
      heartbeat.events.push_back({kind, id, EntityId::unpack(hits[i].id), x, y});
    }
    heartbeat.events.push_back(
        {static_cast<ReportKind>(random.below(4)), id, world.id_of(pick()), x, y});
    if (heartbeat.events.size() + 8 > kHeartbeatEventsMax) break;
  }
  return heartbeat;
}

}  // namespace

TEST_CASE("whatever clients report, matter is neither made nor lost, and it happens twice alike") {
  const auto world = make_world(shipped("meadow"), 3), twin = make_world(shipped("meadow"), 3);
  Puppeteer everybody(be_about);
  auto random = cherub::base::RandomStream::of(3, 1, cherub::base::Stream::kBehaviour);
  std::map<std::string, int> told;
  for (int tick = 0; tick < 400; ++tick) {
    if (tick % 3 == 0) {
      const Heartbeat heartbeat = claims(*world, random);
      REQUIRE(world->submit(heartbeat).ok());
      REQUIRE(twin->submit(heartbeat).ok());
    }
    const TickReport report = world->step(everybody);
    REQUIRE(report.hash == twin->step(everybody).hash);
    for (const Event& event : report.events) {
      if (event.kind == EventKind::kClientEvent) ++told[event.text];
    }
    check_balance(*world);
  }
  CHECK(told["consumption accepted"] > 20);
  CHECK(told["pollination accepted"] > 5);
  CHECK(told["predation accepted"] + told["predation failed"] > 0);
  CHECK(told["consumption not_in_diet"] > 0);
  CHECK(told["consumption out_of_reach"] > 0);
  CHECK(told["predation not_ready"] > 0);
}

TEST_CASE("an outlook's flags are what a report is accepted by") {
  const auto world = make_world(shipped("meadow"), 5);
  Puppeteer everybody(be_about);
  int flags = 0;
  for (int tick = 0; tick < 60; ++tick) {
    world->step(everybody);
    for (const std::uint32_t row : world->agent_rows()) {
      const Outlook outlook = outlook_of(*world, row);
      const Conduct conduct = outlook.conduct;
      if (outlook.can_consume) CHECK((conduct == Conduct::kForage && outlook.hunger > 0.2f));
      const bool feeds = conduct == Conduct::kForage || conduct == Conduct::kHunt;
      if (outlook.can_predate) CHECK((feeds && outlook.hunger > 0.3f));
      if (outlook.can_pollinate) CHECK(conduct == Conduct::kPollinate);
      if (outlook.can_drink) CHECK(outlook.hydration < 0.7f);
      flags += outlook.can_consume + 1000 * (outlook.can_pollinate ? 1 : 0);
    }
  }
  CHECK(flags % 1000 > 0);
  CHECK(flags >= 1000);
  for (std::uint32_t row = 0; row < world->columns().size(); ++row) {
    if (world->columns().alive[row] == 0) continue;
    const Outlook outlook = outlook_of(*world, row);
    const bool plant = outlook.kind == Kind::kPlant;
    CHECK((outlook.conduct == Conduct::kGrow) == plant);
    if (outlook.spread_eligible) CHECK((plant && outlook.growth > 0.5f && outlook.health > 0.6f));
  }
}
