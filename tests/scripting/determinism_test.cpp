#include "engine/base/hash.h"
#include "tests/scripting/world_fixture.h"

using namespace cherub;
using namespace cherub::scripting;
using namespace cherub::scripting::fixtures;

namespace {

// Remembers where it ate, draws random numbers, talks, walks through tables in pairs' order, and
// fails now and then.
constexpr const char* kForager = R"(
local policy = {}

function policy.init(self, config)
  self.memory.home = {x = self.x, y = self.y}
  self.memory.meals = {}
end

function policy.act(self, world)
  local memory = self.memory
  local food = world.nearest("food", 8)
  if math.random() < 0.002 then error("tripped") end
  if food and self.hunger > 0.2 then
    if food.distance < 0.99 then
      memory.meals[#memory.meals + 1] = math.floor(food.x) + math.floor(food.y) / 1000
      if #memory.meals > 12 then memory.meals = {} end
      return self:eat(food)
    end
    return self:move_to(food.x, food.y)
  end
  local sum = 0
  for name, value in pairs({a = 1, [memory.home] = 2, [3] = 3, b = 4}) do
    sum = sum * 7 + value
  end
  memory.sum = (memory.sum or 0) % 100 + sum
  if self.energy > 0.9 then return self:reproduce() end
  if world.tick % 10 == 3 then self:say("at " .. string.format("%.3f", self.x)) end
  return self:move(math.random() * 2 - 1, memory.home.y > self.y and 0.1 or -0.1)
end

return policy
)";

// Another version, which takes over what the first one remembered.
constexpr const char* kHomebody = R"(
local policy = {}

function policy.migrate(old)
  return {home = old.home, seen = #old.meals}
end

function policy.act(self, world)
  local memory = self.memory
  memory.seen = (memory.seen or 0) + world.count("food", 3)
  local home = memory.home
  if not home then return self:wander() end
  if self.hunger > 0.4 then
    local food = world.nearest("food", 10)
    if food and food.distance < 0.99 then return self:eat(food) end
    if food then return self:move_to(food.x, food.y) end
  end
  return self:move_to(home.x + math.random() * memory.seen % 3, home.y)
end

return policy
)";

struct Setting {
  bool jit;
  unsigned threads;
};

struct Trail {
  std::vector<std::uint64_t> hashes;  // of the world and of the memories, by turns
  std::vector<std::string> messages;  // and faults
  std::uint64_t fuel = 0;
  bool operator==(const Trail&) const = default;
};

// Reloads, births, deaths and commands come in the middle.
Trail follow(const engine::Scenario& scenario, int ticks, Setting setting) {
  HostOptions options;
  options.jit = setting.jit;
  Life life(scenario, options, setting.threads);
  life.install(kForager);
  Trail trail;
  for (int tick = 0; tick < ticks; ++tick) {
    if (tick == ticks / 4) REQUIRE(life.world->submit(engine::Spawn{"rabbit", 3, 3, 0, 40}).ok());
    if (tick == ticks / 3) {
      const std::uint32_t row = life.world->agent_rows()[5];
      REQUIRE(life.world->submit(engine::Remove{life.world->id_of(row)}).ok());
    }
    if (tick == ticks / 2) life.install(kHomebody);
    const engine::TickReport report = life.step();
    trail.hashes.push_back(report.hash);
    trail.hashes.push_back(life.host->state_hash());
    for (const engine::Event& event : report.events) {
      if (!event.text.empty()) trail.messages.push_back(event.text);
    }
  }
  trail.fuel = life.host->stats().fuel;
  return trail;
}

}  // namespace

TEST_CASE("policies do the same with the JIT on and off, on any number of threads") {
  const engine::Scenario scenario = pasture(60, 500, 48);
  const Trail expected = follow(scenario, 240, {true, 1});
  REQUIRE(expected.messages.size() > 100);
  for (const Setting setting : {Setting{true, 2}, {true, 4}, {true, 7}, {false, 1}, {false, 2}}) {
    INFO("JIT " << setting.jit << ", threads " << setting.threads);
    CHECK(follow(scenario, 240, setting) == expected);
  }
}

TEST_CASE("many agents in many shards do the same on any number of threads") {
  const engine::Scenario scenario = pasture(30'000, 20'000, 400);
  const Trail expected = follow(scenario, 12, {true, 1});
  for (const Setting setting : {Setting{true, 2}, {true, 7}, {false, 3}}) {
    INFO("JIT " << setting.jit << ", threads " << setting.threads);
    CHECK(follow(scenario, 12, setting) == expected);
  }
}

// A change of this value is a change of the rules, of the library or of the meter.
TEST_CASE("a life with policies has not changed by accident") {
  const Trail trail = follow(pasture(60, 500, 48), 240, {true, 1});
  base::Hasher hasher;
  hasher.add(std::span<const std::uint64_t>(trail.hashes));
  CHECK(base::hex64(hasher.value()) == "b0845b54037cb069");
  CHECK(trail.fuel == 2725842);
}
