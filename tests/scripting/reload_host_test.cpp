#include <algorithm>
#include <functional>

#include "engine/snapshot.h"
#include "tests/scripting/world_fixture.h"

using namespace cherub;
using namespace cherub::scripting;
using namespace cherub::scripting::fixtures;

namespace {

// Counts its acts and walks by the count, so that a memory that is lost shows in the world's hash.
constexpr const char* kOld = R"(
local policy = {}
function policy.init(self) self.memory.by = "old" end
function policy.act(self, world)
  local memory = self.memory
  memory.count = (memory.count or 0) + 1
  return self:move(math.cos(memory.count + self.id), math.sin(memory.count))
end
return policy
)";

constexpr const char* kNew = R"(
local policy = {}
function policy.init(self) self.memory.by = "new" end
function policy.migrate(old) return {count = old.count + 1000, by = old.by .. " new"} end
function policy.act(self, world)
  local memory = self.memory
  memory.count = (memory.count or 0) + 1
  return self:move(math.sin(memory.count + self.id), math.random() - 0.5)
end
return policy
)";

// Whose memory is large or odd cannot move.
constexpr const char* kPicky = R"(
local policy = {}
function policy.migrate(old)
  if old.count % 3 == 0 then error("cannot take " .. old.count) end
  if old.count % 3 == 1 then return {all = string.rep("x", 5000)} end
  return {count = old.count, by = "picky"}
end
function policy.act(self, world)
  self.memory.count = (self.memory.count or 0) + 2
  return self:move(self.memory.count % 5 - 2, 0.5)
end
return policy
)";

const std::string kStaggered = [] {
  std::string source = kOld;
  source.replace(source.find("(memory.count or 0)"), 19, "(memory.count or self.id % 7)");
  return source;
}();

struct Reload : Life {
  using Life::Life;
  std::string install(const std::string& source, bool on_probation) {
    const auto version = registry->add(source);
    REQUIRE(host->prepare(version->sha256, world->scenario()).ok);
    submit(engine::InstallScript{"policy", version->sha256, on_probation});
    return version->sha256;
  }
  void submit(const engine::Command& command) { REQUIRE(world->submit(command).ok()); }
  void steps(int ticks) {
    for (int tick = 0; tick < ticks; ++tick) step();
  }
  std::string memory(std::uint32_t row) { return host->memory_json(world->id_of(row)); }
  std::size_t driven_by(const std::string& sha256) {
    const auto rows = world->agent_rows();
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](auto row) {
      return host->version_of(world->id_of(row)) == sha256;
    }));
  }
};

struct Setting {
  bool jit = true;
  unsigned threads = 1;
};

// All that happens to a world in which versions come, fail to come, are withdrawn and accepted.
std::vector<std::uint64_t> eventful(Setting setting) {
  HostOptions options;
  options.jit = setting.jit;
  auto life = std::make_unique<Reload>(pasture(9'000, 9'000, 300), options, setting.threads);
  std::vector<std::uint64_t> hashes;
  life->install(kStaggered, false);
  for (int tick = 0; tick < 40; ++tick) {
    if (tick == 5) life->install(kNew, true);
    if (tick == 8) life->submit(engine::Spawn{"rabbit", 30, 30, 0, 50});
    if (tick == 11) life->install(kPicky, true);  // while memories still move
    if (tick == 18) life->submit(engine::RestoreScript{"policy"});
    if (tick == 20) life->install(kPicky, true);
    if (tick == 30) life->submit(engine::AcceptScript{"policy"});
    if (tick == 33) life->install(kNew, false);
    const std::uint64_t hash = life->step().hash;
    hashes.push_back(hash);
    hashes.push_back(life->host->state_hash());
  }
  return hashes;
}

}  // namespace

TEST_CASE("memories move in portions; until its turn an agent acts by the old version") {
  Reload life(pasture(2'000, 0, 100));
  const std::string old_sha = life.install(kOld, false);
  life.steps(3);
  const std::string new_sha = life.install(kNew, true);
  for (int tick = 1; tick <= 8; ++tick) {
    life.step();
    const std::size_t moved = std::min(2'000, 256 * tick);
    CHECK(life.driven_by(new_sha) == moved);
    CHECK(life.driven_by(old_sha) == 2'000 - moved);
    CHECK(life.host->migration().moved == moved);
    CHECK(life.host->migration().going == (tick < 8));
  }
  // The first moved before its fourth act, the last before its eleventh: none lost a tick.
  CHECK(life.memory(0) == R"({"by":"old new","count":1011})");
  CHECK(life.memory(1'999) == R"({"by":"old new","count":1011})");
  CHECK(life.host->migration().stayed == 0);
  CHECK(life.host->stats().acts == 11 * 2'000);
  CHECK(life.host->stats().fault_count() == 0);
}

TEST_CASE("without memories and migrate the swap is immediate") {
  constexpr const char* kPlain =
      "local policy = {}\nfunction policy.act(self) self:move(1, 0) end\nreturn policy\n";
  Reload life(pasture(5'000, 0, 200));
  life.install(kPlain, false);
  life.steps(2);
  const std::string next = life.install(std::string(kPlain) + "-- again\n", true);
  life.step();
  CHECK(life.driven_by(next) == 5'000);
  CHECK_FALSE(life.host->migration().going);
}

TEST_CASE("migrate gets a table also for an agent that kept nothing") {
  Reload life(pasture(50, 0, 30));
  life.install("local policy = {}\nfunction policy.act(self) self:idle() end\nreturn policy\n",
               false);
  life.steps(2);
  const std::string next = life.install(R"(
    local policy = {}
    function policy.migrate(old) return {home = old.home or "none"} end
    function policy.act(self) self:say(self.memory.home) end
    return policy)",
                                        false);
  life.steps(2);
  CHECK(life.driven_by(next) == 50);
  CHECK(life.memory(0) == R"({"home":"none"})");
  CHECK(life.host->stats().fault_count() == 0);
}

TEST_CASE("an agent whose memory cannot move keeps the old version and its memory") {
  Reload life(pasture(700, 0, 60));
  const std::string old_sha = life.install(kStaggered, false);
  life.steps(4);
  const std::string picky = life.install(kPicky, false);
  life.steps(3);
  const auto moves = life.host->migration();
  CHECK(moves.moved > 150);
  CHECK(moves.stayed > 350);
  CHECK(moves.moved + moves.stayed == 700);
  CHECK(moves.first_failure.find("strings of more than 4096") != std::string::npos);
  CHECK(life.driven_by(old_sha) == moves.stayed);
  CHECK(life.driven_by(picky) == moves.moved);
  CHECK(life.host->stats().fault_count() == 0);
  for (const std::uint32_t row : life.world->agent_rows()) {
    // What it had counted when its turn came, one tick later for each portion.
    const std::uint32_t first = row % 7 + 4 + row / 256;
    const bool stays = life.host->version_of(life.world->id_of(row)) == old_sha;
    INFO(row << " " << life.memory(row) << moves.first_failure);
    CHECK(stays == (first % 3 != 2));
    CHECK(life.memory(row).find(stays ? "\"old\"" : "picky") != std::string::npos);
  }
  // Who is born acts by the new one; when the last straggler is gone, so is the old version.
  life.submit(engine::Spawn{"rabbit", 30, 30, 0, 1});
  for (const std::uint32_t row : life.world->agent_rows()) {
    if (life.host->version_of(life.world->id_of(row)) != old_sha) continue;
    life.submit(engine::Remove{life.world->id_of(row)});
  }
  life.steps(2);
  CHECK(life.driven_by(picky) == moves.moved + 1);
  CHECK(life.host->save_memories().versions.size() == 1);
}

TEST_CASE("a restored version drives its agents with the memories that they had, newborn anew") {
  Reload life(pasture(1'500, 0, 80));
  const std::string old_sha = life.install(kOld, false);
  life.steps(3);
  std::vector<std::string> before;
  for (const std::uint32_t row : life.world->agent_rows()) before.push_back(life.memory(row));
  const auto rows = std::vector(life.world->agent_rows().begin(), life.world->agent_rows().end());
  life.install(kNew, true);
  life.steps(2);  // not all have moved yet
  life.submit(engine::Spawn{"rabbit", 30, 30, 0, 3});
  life.step();
  life.install(kPicky, true);  // replaces the new one; what comes back stays the old
  life.steps(4);
  life.submit(engine::RestoreScript{"policy"});
  life.step();
  CHECK(life.driven_by(old_sha) == 1'503);
  CHECK(life.host->save_memories().versions.size() == 1);
  // One act since, and one for each tick before they moved; the last never did.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string now = life.memory(rows[i]);
    const int acts = i < 256 ? 4 : i < 512 ? 5 : i < 768 ? 6 : 11;
    CHECK(now == R"({"by":"old","count":)" + std::to_string(acts) + "}");
  }
  int newborn = 0;
  for (const std::uint32_t row : life.world->agent_rows()) {
    newborn += life.memory(row) == R"({"by":"old","count":1})" ? 1 : 0;
  }
  CHECK(newborn == 3);
}

TEST_CASE("an accepted version lets go of what was kept for a rollback") {
  Reload life(pasture(600, 0, 60));
  life.install(kStaggered, false);
  life.steps(2);
  const std::string picky = life.install(kPicky, true);
  life.steps(3);
  const auto kept_of = [](const SavedPolicies& saved) {
    return std::count_if(saved.agents.begin(), saved.agents.end(),
                         [](const AgentMemory& agent) { return !agent.drives; });
  };
  CHECK(kept_of(life.host->save_memories()) == std::ptrdiff_t(life.driven_by(picky)));
  life.submit(engine::AcceptScript{"policy"});
  life.step();
  const SavedPolicies saved = life.host->save_memories();
  CHECK(kept_of(saved) == 0);
  CHECK(saved.agents.size() == 600);
  CHECK(saved.versions.size() == 2);  // some agents stayed behind
}

TEST_CASE("more versions than seats: the oldest leaves, and its agents begin anew") {
  Reload life(pasture(40, 0, 30));
  life.install(kStaggered, false);
  life.steps(1);
  for (int i = 0; i < 6; ++i) {
    // Nobody's memory can move.
    const std::string source =
        "local policy = {}\nfunction policy.migrate(old) error('no') end\n"
        "function policy.act(self) self.memory.n = " +
        std::to_string(i) + " end\nreturn policy\n";
    life.install(source, false);
    life.submit(engine::Spawn{"rabbit", 10, 10, 0, 2});
    life.steps(2);
    CHECK(life.host->save_memories().versions.size() <= 4);
  }
  CHECK(life.host->stats().fault_count() == 0);
  CHECK(life.world->agent_rows().size() == 52);
}

TEST_CASE("reloads of all kinds give the same with the JIT on and off, on any threads") {
  const auto expected = eventful({true, 1});
  CHECK(eventful({true, 3}) == expected);
  CHECK(eventful({false, 2}) == expected);
}

TEST_CASE("a host that is saved in the middle of a migration or probation goes on alike") {
  for (const int save_at : {6, 12, 21, 26}) {
    CAPTURE(save_at);
    auto scenario = engine::builtin_scenario("pasture");
    REQUIRE(scenario.ok());
    auto life = std::make_unique<Reload>(*scenario);
    life->install(kStaggered, false);
    life->submit(engine::Spawn{"rabbit", 30, 30, 0, 3'000});
    std::vector<std::uint64_t> hashes[2];
    const auto live = [&](int from, int to, std::vector<std::uint64_t>& into) {
      for (int tick = from; tick < to; ++tick) {
        if (tick == 5) life->install(kNew, true);
        if (tick == 11) life->install(kPicky, true);
        if (tick == 19) life->submit(engine::RestoreScript{"policy"});
        if (tick == 20) life->install(kPicky, true);
        if (tick == 25) life->submit(engine::AcceptScript{"policy"});
        into.push_back(life->step().hash);
        into.push_back(life->host->state_hash());
      }
    };
    std::vector<std::uint64_t> ignored;
    live(0, save_at, ignored);
    const engine::Snapshot snapshot = life->world->snapshot();
    const SavedPolicies saved = life->host->save_memories();
    live(save_at, 32, hashes[0]);
    auto restored = engine::World::restore(snapshot);
    REQUIRE(restored.ok());
    life->world = std::move(*restored);
    life->world->use(life->pool);
    life->host = std::make_unique<PolicyHost>(life->registry, HostOptions{});
    REQUIRE(life->host->restore_memories(*life->world, saved).ok());
    live(save_at, 32, hashes[1]);
    CHECK(hashes[0] == hashes[1]);
  }
}

TEST_CASE("saved policies that make no sense are refused") {
  Reload life(pasture(20, 0, 20));
  life.install(kOld, false);
  life.steps(2);
  const SavedPolicies good = life.host->save_memories();
  const auto refused = [&](const std::function<void(SavedPolicies&)>& change) {
    SavedPolicies bad = good;
    change(bad);
    PolicyHost other(life.registry, {});
    return !other.restore_memories(*life.world, bad).ok();
  };
  CHECK_FALSE(refused([](auto&) {}));
  CHECK(refused([](auto& saved) { saved.versions[0].seat = 4; }));
  CHECK(refused([](auto& saved) { saved.versions[0].sha256 = std::string(64, '0'); }));
  CHECK(refused([](auto& saved) { saved.versions.push_back(saved.versions[0]); }));
  CHECK(refused([](auto& saved) { saved.agents[3].seat = 2; }));
  CHECK(refused([](auto& saved) { saved.agents[3].seat = 200; }));
  CHECK(refused([](auto& saved) { saved.agents[3].agent.index = 1u << 30; }));
}

TEST_CASE("a shadow acts beside the others and leaves no trace") {
  constexpr const char* kShadow = R"(
    local policy = {}
    local calls = {n = 0}
    function policy.migrate(old) return {count = old.count} end
    function policy.act(self, world)
      local memory = self.memory
      memory.count = memory.count + 1
      self:note("here") self:say("boo")
      if self.id % 5 == 0 then return self:wander() end
      if self.id % 5 == 1 then return self:eat(12345678) end
      if self.id % 5 == 2 then return self:move(0 / 0, 1) end
      return self:move(math.cos(memory.count + self.id), math.random())
    end
    return policy)";
  Reload plain(pasture(3'000, 100, 120)), watched(pasture(3'000, 100, 120), {}, 3);
  for (Reload* life : {&plain, &watched}) {
    life->install(kOld, false);
    life->steps(5);
  }
  LoadVerdict verdict;
  auto version = prepare_version(watched.registry->add(kShadow), watched.world->scenario(), {},
                                 watched.world->columns().size(), verdict);
  INFO(sandbox::diagnostics_text(verdict.diagnostics, "policy.lua", kShadow));
  REQUIRE(version);
  watched.host->begin_shadow(std::move(version));
  watched.host->watch_receipts(true);
  for (int tick = 0; tick < 20; ++tick) {
    CHECK(plain.step().hash == watched.step().hash);
    CHECK(plain.host->state_hash() == watched.host->state_hash());
  }
  const ShadowReport report = *watched.host->shadow();
  CHECK(report.ticks == 20);
  CHECK(report.agents == 500);
  CHECK(report.acts == 10'000);
  CHECK(report.compared == 10'000);
  CHECK(report.faults == 0);
  CHECK(report.fuel > 10 * report.acts);
  CHECK(report.other_messages == 10'000);
  CHECK(report.other_abilities == 2'000);
  CHECK(report.other_moves == 4'000);
  CHECK(report.refused == 4'000);
  watched.host->end_shadow();
  CHECK(watched.host->shadow() == nullptr);
  CHECK(watched.host->take_notes().empty());
  for (int tick = 0; tick < 3; ++tick) CHECK(plain.step().hash == watched.step().hash);
  CHECK(plain.memory(7) == watched.memory(7));
}

TEST_CASE("a shadow that fails or runs without end is told of, at a bounded cost") {
  constexpr const char* kEndless = R"(
    local policy = {}
    function policy.act(self) local n = 0 while n >= 0 do n = n + 1 end end
    return policy)";
  Reload life(pasture(3'000, 0, 120));
  life.install(kOld, false);
  life.steps(3);
  LoadVerdict verdict;
  life.host->begin_shadow(prepare_version(life.registry->add(kEndless), life.world->scenario(), {},
                                          life.world->columns().size(), verdict));
  life.steps(2);
  const ShadowReport report = *life.host->shadow();
  CHECK(report.faults == report.acts);
  CHECK(report.faults > 10);
  CHECK(report.fuel < 3'000'000);
  CHECK(report.first_fault.find("policy:3") != std::string::npos);
  CHECK(life.host->stats().fault_count() == 0);
}

TEST_CASE("refused intents are counted for the version that asked") {
  Reload life(pasture(100, 0, 30));
  life.install(kOld, false);
  life.host->watch_receipts(true);
  life.steps(4);
  const std::string bad = life.install(R"(
    local policy = {}
    function policy.act(self) self:eat(99999) end
    return policy)",
                                       false);
  life.steps(6);
  const auto versions = life.host->version_stats();
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].stats.judged == 400);
  CHECK(versions[0].stats.refused == 0);
  CHECK(versions[0].agents == 0);
  CHECK(versions[1].sha256 == bad);
  CHECK(versions[1].since == 4);
  CHECK(versions[1].stats.acts == 600);
  CHECK(versions[1].stats.judged == 500);  // those of the last tick are judged in the next
  CHECK(versions[1].stats.refused == 500);
}

TEST_CASE("fuel that an act leaves is there for later ones, up to a limit") {
  HostOptions options;
  options.fuel_per_act = 1'000;
  options.fuel_saved_max = 2'500;
  Reload life(pasture(1, 0, 20), options);
  life.install(R"(
    local policy = {}
    function policy.act(self, world)
      local memory = self.memory
      memory.left = self.fuel
      memory.tick = (memory.tick or 0) + 1
      if memory.tick == 7 then for i = 1, 3000 do memory.i = i % 3 end end
      memory.after = self.fuel
    end
    return policy)",
               false);
  const engine::EntityId agent = life.world->id_of(life.world->agent_rows()[0]);
  double used = 0, allotted = 0;
  for (int tick = 1; tick <= 12; ++tick) {
    life.step();
    used += double(life.host->last_fuel(agent));
    allotted += 1'000;
    CHECK(used <= allotted);
    const double saved = double(life.host->saved_fuel(agent));
    CHECK(saved <= 2'500);
    if (tick < 7) CHECK(saved == Approx(std::min(2'500.0, allotted - used)).margin(tick));
    if (tick == 7) {
      // More than a tick's allotment: the loop asks for more than all that there is.
      CHECK(life.host->last_fuel(agent) == 3'500);
      CHECK(saved == 0);
    }
  }
  CHECK(life.host->stats().faults[static_cast<std::size_t>(FaultKind::kFuel)] == 1);
}

TEST_CASE("self.fuel reads the same with the JIT on and off, and counts down") {
  std::vector<std::string> seen[2];
  for (const bool jit : {false, true}) {
    HostOptions options;
    options.jit = jit;
    Reload life(pasture(30, 60, 30), options);
    life.install(R"(
      local policy = {}
      function policy.act(self, world)
        local first = self.fuel
        local sum = 0
        for i = 1, 20 + self.id % 50 do sum = sum + (i % 7) * self.x end
        local food = world.nearest("food", 9)
        local last = self.fuel
        if not (last < first and first - last < 2000) then error("fuel does not count down") end
        self.memory.path = {first, first - last, food and food.distance or 0}
        if self.id % 9 == 3 and first > 60000 then while self.fuel > 5000 do sum = sum + 1 end end
        return self:move(sum % 3 - 1, 0)
      end
      return policy)",
                 false);
    life.steps(150);
    CHECK(life.host->stats().fault_count() == 0);
    for (const std::uint32_t row : life.world->agent_rows()) seen[jit].push_back(life.memory(row));
  }
  CHECK(seen[0] == seen[1]);
  CHECK(std::any_of(seen[0].begin(), seen[0].end(),
                    [&](const std::string& memory) { return memory != seen[0][0]; }));
}
