#include "abilities/policy_pool.h"

#include <catch2/catch.hpp>

#include "abilities/episode.h"
#include "abilities/ladder_pool.h"
#include "run_fixture.h"
#include "scripting/policy_loader.h"

namespace cherub::abilities {
namespace {

struct Bench {
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  std::shared_ptr<PolicyPool> pool = std::make_shared<PolicyPool>(
      *engine::builtin_scenario("maze"), registry, scripting::HostOptions{});
};

}  // namespace

TEST_CASE("what the ladder loaded is what its episodes take") {
  const Bench bench;
  LadderPool ladders(bench.pool, 1);
  const std::string source = kCountingSource;
  REQUIRE(ladders.load({&source, 1}).front().ok);
  const std::string sha256 = bench.registry->add(source)->sha256;
  LoadedPolicy taken = bench.pool->take(sha256);
  CHECK(taken.verdict.ok);
  const LoadedPolicy second = bench.pool->take(sha256);
  CHECK(second.host != taken.host);
  const auto* const host = taken.host.get();
  bench.pool->give_back(std::move(taken));
  CHECK(bench.pool->take(sha256).host.get() == host);
}

TEST_CASE("loading alone refuses as the whole ladder does") {
  const Bench bench;
  LadderPool ladders(bench.pool, 2);
  const std::vector<std::string> sources = {
      "return (",
      "return os.time()",
      "return 7",
      std::string("x\0y", 3),
      "\x1bLJ",
      "return \"\xff\"",
      "local p = {} function p.act(self) return self.nothing() end return p",
      "error('no')"};
  const auto whole = ladders.climb(sources);
  for (int round = 0; round < 2; ++round) {  // the second finds them in the pool
    const auto loaded = ladders.load(sources);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      CAPTURE(i);
      CHECK_FALSE(loaded[i].ok);
      CHECK(refusals_json(loaded[i].refusals) == refusals_json(whole[i].refusals));
    }
  }
}

TEST_CASE("a policy that comes back from the pool acts as a new one") {
  const Bench bench;
  const std::string source = kCountingSource;
  const std::string sha256 = bench.registry->add(source)->sha256;
  const auto world = engine::World::create(bench.pool->scenario(), 1);
  REQUIRE(world);
  const auto run = [&](LoadedPolicy& policy, std::uint64_t seed) {
    const EpisodeDriver driver{policy.host.get(), policy.host.get(), sha256};
    return run_episode(**world, driver, {.seed = seed, .ticks_max = 60, .record_steps = true});
  };
  LoadedPolicy used = bench.pool->take(sha256);
  for (const std::uint64_t seed : {5u, 6u, 7u}) run(used, seed);
  bench.pool->give_back(std::move(used));
  used = bench.pool->take(sha256);
  LoadedPolicy fresh = bench.pool->take(sha256);
  REQUIRE(fresh.host != used.host);
  const EpisodeResult again = run(used, 8), first = run(fresh, 8);
  REQUIRE(first.ticks == 60);
  CHECK(again.hash == first.hash);
  CHECK(again.steps_jsonl == first.steps_jsonl);
  CHECK(again.policy.fuel == first.policy.fuel);
}

TEST_CASE("a policy acts in a Vm that another one left as in a new one") {
  const auto scenario = engine::builtin_scenario("maze");
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  const scripting::HostOptions options{.memory_bytes = std::size_t{8} << 20,
                                       .jit = GENERATE(true, false)};
  const auto vms = std::make_shared<scripting::SpareVms>(*scenario, options);
  const auto world = engine::World::create(*scenario, 1);
  REQUIRE(world);
  const auto run = [&](const std::string& source) {
    scripting::PolicyHost host(registry, options);
    const auto version = registry->add(source);
    scripting::LoadVerdict verdict;
    auto prepared = scripting::prepare_version(version, nullptr, vms, verdict);
    CHECK(verdict.ok == (prepared != nullptr));
    if (prepared) host.hand_over(std::move(prepared));
    return run_episode(**world, {&host, &host, version->sha256},
                       {.seed = 8, .ticks_max = 60, .record_steps = true});
  };
  const EpisodeResult first = run(kCountingSource);
  REQUIRE(first.ticks == 60);
  REQUIRE(first.policy.fault_count() == 0);
  CHECK(vms->idle() == 1);

  const auto acting = [](const std::string& body, const std::string& before = "") {
    return before + "\nlocal policy = {}\nfunction policy.act(self, world)\n" + body +
           "\nend\nreturn policy\n";
  };
  struct Former {
    std::string source;
    std::size_t left;  // Vms
  };
  for (const Former& former : {
           Former{acting("error('no')"), 1},
           Former{acting("while true do self:wander() end"), 1},
           Former{acting("self.memory.all = {} self:wander() self:note(string.rep('x', 900))"), 1},
           Former{acting("self:move(math.random(), many[1][1])",
                         "local many = {} for i = 1, 2e4 do many[i] = {i} end"),
                  1},
           Former{acting("return down(self)", "local function down(n) return 1 + down(n) end"), 1},
           Former{acting("self:note(odd .. odd) self:wander()",
                         "local odd = setmetatable({}, {__concat = function() return 'a' end})"),
                  1},
           // Met the limit of memory: it is freed.
           Former{acting("self:wander()", "local all = {} for i = 1, 1e6 do all[i] = {i} end"), 0},
       }) {
    CAPTURE(former.source, options.jit);
    run(former.source);
    CHECK(vms->idle() == former.left);
    const EpisodeResult again = run(kCountingSource);
    CHECK(vms->idle() == 1);
    CHECK(again.hash == first.hash);
    CHECK(again.steps_jsonl == first.steps_jsonl);
    CHECK(again.policy.fuel == first.policy.fuel);
    CHECK(again.policy.fuel_max == first.policy.fuel_max);
    CHECK(again.policy.faults == first.policy.faults);
  }
}

TEST_CASE("a pool keeps those that were used last, and no more than it may") {
  const Bench bench;
  const auto sha256_of = [&](int i) {
    return bench.registry->add(std::string(kWandererSource) + "-- " + std::to_string(i) + "\n")
        ->sha256;
  };
  constexpr int kPolicies = 70;
  std::vector<const scripting::PolicyHost*> hosts;
  for (int i = 0; i < kPolicies; ++i) {
    LoadedPolicy policy = bench.pool->take(sha256_of(i));
    hosts.push_back(policy.host.get());
    bench.pool->give_back(std::move(policy));
  }
  LoadedPolicy last = bench.pool->take(sha256_of(kPolicies - 1));
  CHECK(last.host.get() == hosts.back());
  CHECK(bench.pool->idle() == 17);  // of 18
  const LoadedPolicy gone = bench.pool->take(sha256_of(0));
  CHECK(gone.verdict.ok);
  CHECK(bench.pool->idle() == 17);  // it was made anew
}

}  // namespace cherub::abilities
