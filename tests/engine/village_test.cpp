#include <set>

#include "engine/base/hash.h"
#include "engine/base/thread_pool.h"
#include "engine/economy/systems.h"
#include "engine/snapshot.h"
#include "tests/engine/village_fixture.h"

// The village as a whole: nothing comes or goes but in the ways that are listed.
using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

using Owners = std::map<std::uint64_t, std::uint64_t>;  // EntityId::packed of what and whose

Owners owners_of(const World& world) {
  Owners owners;
  world.society().economy.owners.for_each([&](std::uint32_t row, EntityId owner) {
    owners[world.id_of(row).packed()] = owner.packed();
  });
  return owners;
}

// What a tick's events say that was made less what was used up, by item.
Stocks change_of(const World& world, const TickReport& report) {
  Stocks change;
  for (const Event& event : report.events) {
    if (event.kind == EventKind::kEat) change[index_in(world, event.text)] -= 1;
    if (event.kind != EventKind::kCraft) continue;
    const SpeciesIndex output = index_in(world, event.text);
    change[output] += static_cast<std::int64_t>(event.value);
    for (const RecipeSpec& recipe : world.scenario().economy->recipes) {
      if (recipe.output != event.text) continue;
      for (const StackSpec& input : recipe.inputs) {
        change[index_in(world, input.item)] -= input.count;
      }
    }
  }
  return change;
}

// What a tick's events do to what belongs to whom.
void follow(const World& world, const TickReport& report, Owners& owners) {
  for (const Event& event : report.events) {
    if (event.kind == EventKind::kDeath) {
      owners.erase(event.entity.packed());
      std::erase_if(owners,
                    [&](const auto& entry) { return entry.second == event.entity.packed(); });
    }
    if (event.kind == EventKind::kDrop && world.exists(event.other)) {
      owners[event.entity.packed()] = event.other.packed();
    }
  }
}

std::uint64_t run(World& world, int ticks) {
  Bustle bustle;
  for (int i = 1; i < ticks; ++i) world.step(bustle);
  return world.step(bustle).hash;
}

// Where a short rest is enough for long.
Scenario tireless_village() {
  Scenario scenario = shipped("village");
  for (SpeciesSpec& species : scenario.species) {
    if (species.kind == Kind::kAgent) species.rest_rate = 10;
  }
  return scenario;
}

// Where somebody will die of hunger.
Scenario hungry_village() {
  Scenario scenario = tireless_village();
  for (SpeciesSpec& species : scenario.species) {
    if (species.kind == Kind::kAgent) species.hunger_rate = 0.05;
  }
  return scenario;
}

}  // namespace

TEST_CASE("items, coins and what is owned come and go in the listed ways only") {
  std::uint64_t crafts = 0, thefts = 0, deaths = 0, drops = 0, eaten = 0, trades = 0, fetched = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto world = busy_village(seed, hungry_village());
    Bustle bustle;
    Stocks stocks = stocks_of(*world);
    Owners owners = owners_of(*world);
    const auto coin = index_in(*world, "coin");
    const std::int64_t coins = stocks[coin];
    REQUIRE(coins == 12 * 5 + 120);
    for (int tick = 0; tick < 500; ++tick) {
      const TickReport report = world->step(bustle);
      for (const auto& [item, count] : change_of(*world, report)) stocks[item] += count;
      follow(*world, report, owners);
      REQUIRE(stocks_of(*world) == stocks);
      REQUIRE(owners_of(*world) == owners);
      REQUIRE(stocks[coin] == coins);
      for (const Event& event : report.events) {
        crafts += event.kind == EventKind::kCraft ? 1 : 0;
        thefts += event.kind == EventKind::kTheft ? 1 : 0;
        drops += event.kind == EventKind::kDrop ? 1 : 0;
        eaten += event.kind == EventKind::kEat ? 1 : 0;
        trades += event.kind == EventKind::kTrade ? 1 : 0;
        fetched += event.kind == EventKind::kFetch ? 1 : 0;
        deaths += event.kind == EventKind::kDeath &&
                          event.value != static_cast<double>(DeathCause::kTaken)
                      ? 1
                      : 0;
      }
    }
  }
  // All of it happened.
  CAPTURE(crafts, thefts, deaths, drops, eaten, trades, fetched);
  for (const std::uint64_t count : {crafts, thefts, deaths, drops, eaten, trades, fetched}) {
    CHECK(count > 5);
  }
}

TEST_CASE("those who steal are thought less of than those who do not") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto world = busy_village(seed, tireless_village());
    Bustle bustle;
    std::map<std::uint64_t, int> thefts;
    for (int tick = 0; tick < 400; ++tick) {
      std::map<std::uint64_t, std::int32_t> before;
      for (const std::uint32_t row : world->agent_rows()) {
        before[world->id_of(row).packed()] = reputation_of(world->state(), row);
      }
      const TickReport report = world->step(bustle);
      for (const Event& event : report.events) {
        if (event.kind != EventKind::kTheft || !world->exists(event.entity)) continue;
        const std::int32_t now = reputation_of(world->state(), event.entity.index);
        const std::int32_t was = before[event.entity.packed()];
        CHECK(now == std::max(was - 10, -kReputationMax));
        ++thefts[event.entity.packed()];
      }
    }
    double of_thieves = 0, of_others = 0;
    int others = 0;
    for (const std::uint32_t row : world->agent_rows()) {
      const bool stole = thefts.contains(world->id_of(row).packed());
      (stole ? of_thieves : of_others) += reputation_of(world->state(), row);
      others += stole ? 0 : 1;
    }
    REQUIRE_FALSE(thefts.empty());
    CHECK(of_thieves / static_cast<double>(thefts.size()) <
          of_others / static_cast<double>(std::max(1, others)));
  }
}

TEST_CASE("a village goes the same way on any number of threads and from any save") {
  const auto one = busy_village(5, shipped("village"));
  const auto other = busy_village(5, shipped("village"));
  cherub::base::ThreadPool pool(3);
  other->use(pool);
  REQUIRE(run(*one, 150) == run(*other, 150));
  const std::string text = snapshot_to_json(one->snapshot());
  CHECK(text.find("\"economy\":{\"owners\":[[") != std::string::npos);
  const auto read = snapshot_from_json(text);
  REQUIRE(read.ok());
  CHECK(snapshot_to_json(*read) == text);
  CHECK_FALSE(first_difference(one->snapshot(), *read));
  const auto loaded = World::restore(*read);
  if (!loaded.ok()) FAIL(loaded.error().text());
  for (int i = 0; i < 20; ++i) REQUIRE(run(*one, 5) == run(**loaded, 5));
  const std::uint64_t hash = one->state_hash();
  one->reset(5);
  CHECK(one->state_hash() != hash);
  CHECK(one->state_hash() == make_world(shipped("village"), 5)->state_hash());
}

TEST_CASE("every part of an economy is state") {
  const auto world = busy_village(3, shipped("village"));
  run(*world, 200);
  const Snapshot good = world->snapshot();
  const Economy& economy = good.society.economy;
  REQUIRE_FALSE(economy.owners.empty());
  REQUIRE_FALSE(economy.standings.empty());
  REQUIRE_FALSE(economy.bonds.empty());
  const auto refused = [&](const std::function<void(Economy&)>& change, const std::string& part) {
    Snapshot bad = good;
    change(bad.society.economy);
    CHECK(hash_of(bad.society) != hash_of(good.society));
    CHECK(first_difference(good, bad)->column == "society.economy." + part);
    const auto restored = World::restore(bad);
    REQUIRE_FALSE(restored.ok());
    CHECK(restored.error().where.find("economy." + part) != std::string::npos);
  };
  const std::uint32_t house = economy.owners.sorted_rows().front();
  const std::uint32_t person = world->agent_rows().front();
  refused([&](Economy& made) { made.owners[house] = EntityId{9999, 0}; }, "owners");
  refused([&](Economy& made) { made.owners[person] = world->id_of(person); }, "owners");
  refused([&](Economy& made) { made.standings[person].points = kReputationMax + 1; }, "standings");
  refused([&](Economy& made) { made.standings[house] = {1, 0}; }, "standings");
  refused([&](Economy& made) { made.bonds[person] = {}; }, "bonds");
  refused([&](Economy& made) { made.bonds[person] = {{EntityId{1, 0}, 0}}; }, "bonds");
  refused([&](Economy& made) { made.crafts[person] = {index_in(*world, "coin"), 1, 0}; }, "crafts");
  refused(
      [&](Economy& made) {
        made.crafts[person] = {index_in(*world, "bread"), 999, 0};
      },
      "crafts");
}

TEST_CASE("the plan of a village follows from its seed") {
  const auto places = [](std::uint64_t seed) {
    const auto world = make_world(shipped("village"), seed);
    std::vector<float> all;
    for (std::uint32_t row = 0; row < world->columns().size(); ++row) {
      all.push_back(world->columns().x[row]);
      all.push_back(world->columns().y[row]);
    }
    return all;
  };
  CHECK(places(1) == places(1));
  CHECK(places(1) != places(2));
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto world = make_world(shipped("village"), seed);
    const Columns& columns = world->columns();
    double wheat_x = 0, wheat_y = 0, tree_x = 0, tree_y = 0;
    std::set<std::uint64_t> owners;
    for (std::uint32_t row = 0; row < columns.size(); ++row) {
      const std::string& name = world->scenario().species[columns.species[row]].name;
      if (name == "wheat") wheat_x += columns.x[row] - 16, wheat_y += columns.y[row] - 16;
      if (name == "tree") tree_x += columns.x[row] - 16, tree_y += columns.y[row] - 16;
      if (name == "granary") CHECK(std::hypot(columns.x[row] - 16, columns.y[row] - 16) < 4);
      if (name != "house") continue;
      const EntityId* const owner = world->society().economy.owners.find(row);
      REQUIRE(owner != nullptr);
      CHECK(columns.species[owner->index] == index_in(*world, "person"));
      owners.insert(owner->packed());
    }
    CHECK(owners.size() == 12);                      // to each a house
    CHECK(wheat_x * tree_x + wheat_y * tree_y < 0);  // on opposite sides
  }
}

TEST_CASE("people, thieves, traders and scarcity make a village easier or harder") {
  std::string yaml = shipped("village").yaml;
  const std::string town = "{people: 12, thieves: 2, traders: 1, scarcity: 0}";
  yaml.replace(yaml.find(town), town.size(),
               "{people: 20, thieves: 5, traders: 0, scarcity: 0.75}");
  const auto world = make_world(yaml);
  const auto count = [&](const char* species) {
    return world->alive_count(index_in(*world, species));
  };
  CHECK(count("person") == 10 + 4 + 4 + 4);
  CHECK(count("house") == 20);
  CHECK(count("thief") == 5);
  CHECK(count("trader") == 0);
  CHECK(count("wheat") == 10);  // of 40
}

// A change of this value is a change of the rules: old recordings no longer replay.
TEST_CASE("the rules of the village have not changed by accident") {
  const auto world = busy_village(11, shipped("village"));
  CHECK(cherub::base::hex64(run(*world, 300)) == "356d7505b058cfb9");
}
