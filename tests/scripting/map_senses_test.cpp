#include "tests/scripting/world_fixture.h"

using namespace cherub;
using namespace cherub::scripting;
using namespace cherub::scripting::fixtures;

namespace {

// Explores, asks its map for ways and cells, and says what it learned.
constexpr const char* kSurveyor = R"(
local policy = {}

function policy.act(self, world)
  local target = world.target()
  local step = target and world.way_step(target.x, target.y, target.z)
  if not step or not step.there then step = world.frontier_step(5) or step end
  local memory = self.memory
  memory.known = (memory.known or 0) + (world.seen(self.x + 2, self.y, self.z) and 1 or 0)
  if world.tick % 20 == 0 then self:say("known " .. memory.known) end
  if not step then return self:wander() end
  return self:move_to(step.x, step.y, step.z)
end

return policy
)";

// Some agents on many: more than one shard of them, and of tasks none with more than its rows.
engine::Scenario crowded(const std::string& name) {
  auto scenario = engine::builtin_scenario(name);
  REQUIRE(scenario.ok());
  scenario->spawns[0].count = 40;
  scenario->spawns[0].place = "anywhere";
  return *scenario;
}

std::vector<std::uint64_t> trail(const std::string& name, bool jit, unsigned threads) {
  HostOptions options;
  options.jit = jit;
  Life life(crowded(name), options, threads);
  life.install(kSurveyor);
  std::vector<std::uint64_t> hashes;
  for (int tick = 0; tick < 60; ++tick) hashes.push_back(life.step().hash);
  INFO(life.host->stats().first_fault);
  CHECK(life.host->stats().fault_count() == 0);
  return hashes;
}

}  // namespace

TEST_CASE("maps and ways over them are the same with the JIT on and off, on any threads") {
  for (const char* name : {"caves", "town", "tower"}) {
    CAPTURE(name);
    const std::vector<std::uint64_t> first = trail(name, true, 1);
    CHECK(trail(name, false, 1) == first);
    CHECK(trail(name, true, 3) == first);
  }
}

TEST_CASE("calls of map senses with wrong arguments say what is right") {
  for (const char* call : {"world.seen('a', 1)", "world.way_step(1, {})",
                           "world.way_step(1, 1, 'up')", "world.frontier_step('no')"}) {
    CAPTURE(call);
    Life life(crowded("caves"));
    const std::string source =
        std::string("local policy = {}\nlocal function ask(world) return ") + "(" + call +
        ") end\nfunction policy.act(self, world)\n" +
        "if ask(world) then self:idle() end self:idle() end\nreturn policy\n";
    const auto version = life.registry->add(source);
    const LoadVerdict verdict = life.host->prepare(version->sha256, life.world->scenario());
    if (!verdict.ok) continue;  // the checker saw it before
    REQUIRE(life.world->submit(engine::InstallScript{"policy", version->sha256}).ok());
    life.step();
    life.step();
    CHECK(life.host->stats().first_fault.find("must be a number") != std::string::npos);
  }
}
