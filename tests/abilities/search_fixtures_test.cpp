#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "abilities/goal.h"
#include "abilities/search.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

// Gives its drafts as programs of a grammar, and keeps what it is told of them.
class Reader final : public angel::Angel {
 public:
  explicit Reader(std::deque<std::string> sources) : sources_(std::move(sources)) {}
  std::optional<angel::Draft> next(const angel::Brief&, const std::atomic<bool>*) override {
    if (sources_.empty()) return std::nullopt;
    angel::Draft draft;
    draft.id = ++drafts_;
    draft.source = draft.program = sources_.front();
    sources_.pop_front();
    return draft;
  }
  void learn(std::uint64_t id, double) override { learned.insert(id); }

  std::set<std::uint64_t> learned;

 private:
  std::deque<std::string> sources_;
  std::uint64_t drafts_ = 0;
};

const std::string kIdle =
    "local policy = {}\nfunction policy.act(self, world) end\nreturn policy\n";
// Goes to the target, and counts where a save does not look.
const std::string kForgetful =
    "local policy = {}\nlocal store = {n = 0}\nfunction policy.act(self, world)\n"
    "  local s = ({store})[1]\n  s.n = s.n + 1\n  self.memory.n = s.n\n"
    "  local target = world.target()\n"
    "  if self.last_move == 'blocked' then return self:wander() end\n"
    "  return self:move(target.x - self.x, target.y - self.y)\nend\nreturn policy\n";

}  // namespace

TEST_CASE("a program that leads but fails in the fixture worlds is neither kept nor learned from") {
  const TemporaryFolder temporary;
  RunRequest request = small_request(temporary);
  request.candidates = 2;
  request.max_steps = 600;
  const engine::Scenario scenario = *engine::builtin_scenario("maze");
  const Objective objective = *understand("approach the target", scenario);
  const auto registry = std::make_shared<scripting::ScriptRegistry>();
  Evaluator evaluator(scenario, registry, {}, 1);
  const scripting::HostOptions options;
  LadderPool ladders(std::make_shared<PolicyPool>(scenario, registry, options), 1);
  const auto folder = RunFolder::create(temporary.path(), "search");
  REQUIRE(folder);
  RunControl control;
  KeepingObserver kept;
  SerialObserver observer(kept);
  Ledger ledger;
  Reader reader({kIdle, kForgetful});
  Search search({request,
                 scenario,
                 objective,
                 {},
                 registry,
                 evaluator,
                 ladders,
                 *folder,
                 control.state(),
                 observer,
                 ledger,
                 false,
                 {},
                 {}});
  REQUIRE(search.run(&reader));
  REQUIRE(search.outcome().best);
  CHECK(search.outcome().best->source == kIdle);
  CHECK(reader.learned == std::set<std::uint64_t>{1});
  std::string refused;
  for (const std::string& json : kept.of_type("candidate")) {
    if (json.find("\"state\":\"refused\"") != std::string::npos) refused = json;
  }
  CHECK(refused.find("\"rung\":\"V3\"") != std::string::npos);
  CHECK(refused.find("lost_on_restore") != std::string::npos);
}

}  // namespace cherub::abilities
