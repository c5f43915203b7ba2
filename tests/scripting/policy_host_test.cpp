#include "tests/scripting/world_fixture.h"

using namespace cherub;
using namespace cherub::scripting;
using namespace cherub::scripting::fixtures;

namespace {

// Keeps text until its Vm has no room left, then begins anew: where that is, the machine decides.
constexpr const char* kHoarder = R"(
local policy = {}
function policy.act(self, world)
  local memory = self.memory
  memory.count = (memory.count or 0) + 1
  self:say("count " .. memory.count)
  if self.id % 5 == 0 then
    local parts = {}
    for i = 1, 3000 do parts[i] = string.rep("x", 1000) .. i end
    memory.longest = #parts
  end
  return self:move(memory.count % 3 - 1, 0.1)
end
return policy
)";

constexpr const char* kCounter = R"(
local policy = {}
function policy.act(self, world)
  local memory = self.memory
  memory.ticks = (memory.ticks or 0) + 1
  memory.list = memory.list or {}
  memory.list[#memory.list % 5 + 1] = {self.x, name = "at " .. memory.ticks, [0.5] = -0.0}
  return self:move(#memory.list - 2, memory.ticks % 2)
end
return policy
)";

std::vector<std::string> messages_of(const engine::TickReport& report) {
  std::vector<std::string> messages;
  for (const engine::Event& event : report.events) {
    if (event.kind == engine::EventKind::kMessage) messages.push_back(event.text);
  }
  return messages;
}

HostOptions small_memory() {
  HostOptions options;
  options.memory_bytes = 2u << 20;
  options.fuel_per_act = 20'000'000;
  return options;
}

}  // namespace

TEST_CASE("faults of the machine can be repeated where the machine does not make them") {
  std::vector<std::uint64_t> hashes;
  std::vector<std::vector<std::string>> messages;
  std::vector<MachineFault> faults;
  {
    Life life(pasture(20, 50, 20), small_memory());
    life.install(kHoarder);
    for (int tick = 0; tick < 12; ++tick) {
      const engine::TickReport report = life.step();
      hashes.push_back(report.hash);
      hashes.push_back(life.host->state_hash());
      messages.push_back(messages_of(report));
    }
    faults = life.host->take_machine_faults();
    CHECK(life.host->take_machine_faults().empty());
  }
  REQUIRE(!faults.empty());
  for (const bool jit : {true, false}) {
    HostOptions options = small_memory();
    options.memory_bytes = 64u << 20;
    options.replays = true;
    options.jit = jit;
    Life life(pasture(20, 50, 20), options);
    life.host->expect_machine_faults(faults);
    life.install(kHoarder);
    for (std::size_t tick = 0; tick < 12; ++tick) {
      const engine::TickReport report = life.step();
      INFO("tick " << tick << ", JIT " << jit);
      REQUIRE(report.hash == hashes[2 * tick]);
      REQUIRE(life.host->state_hash() == hashes[2 * tick + 1]);
      REQUIRE(messages_of(report) == messages[tick]);
    }
  }
}

TEST_CASE("agents whose memories together exceed the limit lose them, and a replay repeats it") {
  constexpr const char* kLarge = R"(
    local policy = {}
    function policy.act(self, world)
      local memory = self.memory
      memory.n = (memory.n or 0) + 1
      memory[memory.n] = string.rep(self.id .. " " .. memory.n, 60)
      return self:move(memory.n % 3 - 1, 0)
    end
    return policy)";
  HostOptions options;
  options.memory_bytes = 3u << 20;
  std::vector<std::uint64_t> hashes;
  std::vector<MachineFault> faults;
  {
    Life life(pasture(500, 0, 60), options);
    life.install(kLarge);
    for (int tick = 0; tick < 30; ++tick) hashes.push_back(life.step().hash);
    faults = life.host->take_machine_faults();
    const auto& kinds = life.host->stats().faults;
    CHECK(kinds[static_cast<std::size_t>(FaultKind::kOverflow)] > 0);
  }
  options.replays = true;
  Life life(pasture(500, 0, 60), options);
  life.host->expect_machine_faults(faults);
  life.install(kLarge);
  for (int tick = 0; tick < 30; ++tick) {
    INFO("tick " << tick);
    REQUIRE(life.step().hash == hashes[static_cast<std::size_t>(tick)]);
  }
}

TEST_CASE("saved memories are what runs on, to the bit") {
  Life life(pasture(30, 100, 30));
  life.install(kCounter);
  for (int tick = 0; tick < 10; ++tick) life.step();
  const auto first = life.host->save_memories().agents;
  const auto second = life.host->save_memories().agents;
  REQUIRE(first.size() == life.world->agent_rows().size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].agent == second[i].agent);
    CHECK(first[i].memory == second[i].memory);
    CHECK(life.host->memory_json(first[i].agent) == sandbox::to_json(first[i].memory));
  }
}

TEST_CASE("an agent's last act tells its fuel; a dead one has none") {
  Life life(pasture(5, 20, 20));
  life.install(kCounter);
  life.step();
  const engine::EntityId agent = life.world->id_of(life.world->agent_rows()[0]);
  CHECK(life.host->last_fuel(agent) > 10);
  CHECK(life.host->last_fuel(agent) < 1000);
  CHECK(life.host->last_fuel({agent.index, agent.generation + 1}) == 0);
}

TEST_CASE("a policy without memory costs no table, and one agent's fault is its own") {
  Life life(pasture(50, 100, 30));
  life.install(R"(
    local policy = {}
    function policy.act(self, world)
      if self.id % 7 == 0 then return world.target().x end
      if self.id % 7 == 1 then local n = 0 while n >= 0 do n = n + 1 end end
      return self:move(1, 0)
    end
    return policy)");
  life.step();
  const auto& stats = life.host->stats();
  std::uint64_t errors = 0, endless = 0;
  for (const std::uint32_t row : life.world->agent_rows()) {
    errors += row % 7 == 0 ? 1 : 0;
    endless += row % 7 == 1 ? 1 : 0;
  }
  CHECK(stats.acts == life.world->agent_rows().size());
  CHECK(stats.faults[static_cast<std::size_t>(FaultKind::kError)] == errors);
  CHECK(stats.faults[static_cast<std::size_t>(FaultKind::kFuel)] == endless);
  CHECK(life.host->memory_json(life.world->id_of(life.world->agent_rows()[0])) == "null");
}
