// The decide phase for 100,000 agents in one Vm, beside the same behaviour in C++ and beside the
// same Lua with the same bindings in a bare LuaJIT: no meter, no protected call, no limits.
#include <cstdio>
#include <cstdlib>
#include <lua.hpp>
#include <memory>

#include "engine/world.h"
#include "scripting/driver.h"
#include "scripting/generated_prelude.h"
#include "scripting/policy_host.h"
#include "scripting/view.h"
#include "tests/bench/generated_policies.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_decide();

namespace {

constexpr std::uint32_t kAgents = 100'000;
constexpr int kRounds = 61;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench decide: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(base::Result<T> result) {
  if (!result.ok()) give_up(result.error().text());
  return std::move(*result);
}

// Agents spread over a wide pasture, a few ticks old so that their drives differ.
std::unique_ptr<engine::World> make_world() {
  engine::Scenario scenario = must(engine::builtin_scenario("pasture"));
  scenario.terrain.width = scenario.terrain.depth = 1000;
  for (engine::SpawnSpec& spawn : scenario.spawns) {
    if (spawn.species == scenario.agent_species) spawn.count = kAgents;
  }
  for (engine::SpeciesSpec& species : scenario.species) {
    if (species.name == scenario.agent_species) species.population_max = kAgents;
  }
  auto world = must(engine::World::create(scenario, 1));
  engine::RandomWalker walker;
  for (int i = 0; i < 5; ++i) world->step(walker);
  return world;
}

void decide_in_cpp(const engine::World& world, engine::Intents& intents) {
  const engine::Columns& columns = world.columns();
  const float middle_x = static_cast<float>(world.terrain().width) / 2;
  const float middle_y = static_cast<float>(world.terrain().depth) / 2;
  const auto move = [&intents](std::uint32_t row, float x, float y) {
    intents.move[row] = static_cast<std::uint8_t>(engine::MoveKind::kBy);
    intents.move_x[row] = x;
    intents.move_y[row] = y;
    intents.move_z[row] = 0;
  };
  for (const std::uint32_t row : world.agent_rows()) {
    const float dx = middle_x - columns.x[row];
    const float dy = middle_y - columns.y[row];
    if (columns.hunger[row] > 0.5f) {
      move(row, dx * 0.1f, dy * 0.1f);
    } else if (columns.energy[row] < 0.3f) {
      intents.ability[row] = static_cast<std::uint8_t>(engine::AbilityKind::kRest);
    } else {
      move(row, -dy * 0.05f, dx * 0.05f);
    }
  }
}

// What policy.lua gets in place of the sandbox's core.
constexpr const char* kBareGround = R"(
local driver, policy, view, host, modules = ...
local core = {
  charge = function() end, begin = function() end, remaining = function() return 0 end,
  freeze = function(contents) return setmetatable({}, {__index = contents}) end,
  names = {},
}
host.fuel_per_act, host.fuel_saved_max, host.fuel_per_load = 0, 0, 0
setfenv(driver, setmetatable({
  xpcall = function(f, _, self, world) return true, f(self, world) end}, {__index = _G}))
driver = driver(core, view, host, nil, modules)
driver.set_scenario(1000, 1000, 1, 0.1)
driver.install(policy())
return driver.decide
)";

class BareLua {
 public:
  explicit BareLua(const engine::Scenario& scenario) : lua_(luaL_newstate()) {
    namespace prelude = scripting::prelude;
    luaL_openlibs(lua_);
    load(kBareGround);
    load(prelude::k_policy_lua);
    load(k_small_policy_lua);
    lua_pushlightuserdata(lua_, &view_);
    lua_newtable(lua_);
    scripting::set_world_names(lua_, scenario);
    lua_newtable(lua_);
    for (const auto& [name, source] : {std::pair{"vec", prelude::k_vec_lua},
                                       {"view", prelude::k_view_lua},
                                       {"memories", prelude::k_memories_lua},
                                       {"senses", prelude::k_senses_lua},
                                       {"self", prelude::k_self_lua},
                                       {"uses", prelude::k_uses_lua},
                                       {"nature", prelude::k_nature_lua}}) {
      load(source);
      lua_setfield(lua_, -2, name);
    }
    if (lua_pcall(lua_, 5, 1, 0) != 0) give_up(lua_tostring(lua_, -1));
  }
  ~BareLua() { lua_close(lua_); }
  BareLua(const BareLua&) = delete;
  BareLua& operator=(const BareLua&) = delete;

  void decide(const engine::World& world, engine::Intents& intents) {
    view_.look_at(world);
    view_.write_to(intents);
    view_.rows = world.agent_rows().data();
    ready_.resize(world.columns().size());
    fuel_.resize(world.columns().size());
    view_.ready = ready_.data();
    view_.fuel = fuel_.data();
    saved_fuel_.resize(world.columns().size());
    view_.saved_fuel = saved_fuel_.data();
    lua_pushvalue(lua_, 1);
    lua_pushnumber(lua_, 0);
    lua_pushnumber(lua_, static_cast<lua_Number>(world.agent_rows().size() - 1));
    if (lua_pcall(lua_, 2, 0, 0) != 0) give_up(lua_tostring(lua_, -1));
  }

 private:
  void load(std::string_view source) {
    if (luaL_loadbuffer(lua_, source.data(), source.size(), "=bare") != 0)
      give_up(lua_tostring(lua_, -1));
  }
  lua_State* lua_;
  scripting::View view_;
  std::vector<std::uint32_t> ready_;
  std::vector<float> fuel_, saved_fuel_;
};

bool same_intents(const engine::Intents& a, const engine::Intents& b) {
  return a.move == b.move && a.move_x == b.move_x && a.move_y == b.move_y && a.ability == b.ability;
}

}  // namespace

void bench_decide() {
  auto world = make_world();
  auto registry = std::make_shared<scripting::ScriptRegistry>();
  const auto version = registry->add(std::string(k_small_policy_lua));
  if (!world->submit(engine::InstallScript{"policy", version->sha256}).ok())
    give_up("the script was not installed");
  scripting::PolicyHost host(registry, {});
  if (!host.prepare(version->sha256, world->scenario()).ok) give_up("the policy was refused");
  world->step(host);
  BareLua bare(world->scenario());
  engine::Intents sandboxed, unmetered, native;
  std::vector<engine::Event> faults;
  const std::size_t rows = world->columns().size();
  const auto medians = median_ns({[&] {
                                    sandboxed.clear(rows);
                                    host.decide(*world, sandboxed, faults);
                                  },
                                  [&] {
                                    unmetered.clear(rows);
                                    bare.decide(*world, unmetered);
                                  },
                                  [&] {
                                    native.clear(rows);
                                    decide_in_cpp(*world, native);
                                  }},
                                 kRounds);
  if (!faults.empty()) give_up("the policy faulted: " + faults.front().text);
  if (!same_intents(sandboxed, unmetered)) give_up("metered and unmetered Lua decided differently");
  const double agents = static_cast<double>(world->agent_rows().size());
  report("decide.ns_per_agent", medians[0] / agents, "ns", "lower");
  report("decide.unmetered_ns_per_agent", medians[1] / agents, "ns", "lower");
  report("decide.native_ns_per_agent", medians[2] / agents, "ns", "lower");
  report("decide.over_native", medians[0] / medians[2], "1", "lower");
  report("decide.over_unmetered", medians[0] / medians[1], "1", "lower");
}

}  // namespace cherub::bench
