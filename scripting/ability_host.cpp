#include "scripting/ability_host.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/uses.h"
#include "scripting/checker.h"
#include "scripting/driver.h"

namespace cherub::scripting {
namespace {

using engine::Receipt;

engine::Event fault_event(const engine::World& world, std::uint32_t row, const std::string& text) {
  engine::Event event;
  event.kind = engine::EventKind::kFault;
  event.entity = world.id_of(row);
  event.species = world.columns().species[row];
  event.x = world.columns().x[row];
  event.y = world.columns().y[row];
  event.value = static_cast<double>(FaultKind::kError);
  event.text = text;
  return event;
}

}  // namespace

AbilityHost::AbilityHost(std::shared_ptr<ScriptRegistry> registry, const HostOptions& options)
    : registry_(std::move(registry)), jit_(options.jit) {}

AbilityHost::~AbilityHost() = default;

// The first Vm is made at once, in the place of shard 0: it tells what the version declares.
AbilityHost::Version& AbilityHost::find(const std::string& sha256,
                                        const engine::Scenario& scenario) {
  const auto [place, is_new] = versions_.try_emplace(sha256);
  Version& version = place->second;
  if (!is_new) return version;
  LoadVerdict& verdict = version.verdict.load;
  version.script = registry_->find(sha256);
  if (!version.script) {
    verdict.stage = "load";
    verdict.diagnostics.push_back(
        plain_diagnostic("no script with the hash " + sha256 + " is registered"));
    return version;
  }
  CheckReport checked = check_ability("ability", version.script->source, &scenario);
  const bool fits = checked.ok();
  verdict.diagnostics = std::move(checked.diagnostics);
  if (!fits) {
    verdict.stage = "check";
    return version;
  }
  version.vms[0] = AbilityVm::create(*version.script, scenario, jit_, verdict);
  if (!version.vms[0]) return version;
  version.verdict.spec = version.vms[0]->spec();
  version.verdict.description = version.vms[0]->description();
  return version;
}

AbilityVerdict AbilityHost::prepare(const std::string& sha256, const engine::Scenario& scenario) {
  AbilityVerdict verdict = find(sha256, scenario).verdict;
  // Another process may know the source later.
  if (!verdict.load.ok) versions_.erase(sha256);
  return verdict;
}

AbilityVerdict AbilityHost::add(std::string source, const engine::Scenario& scenario) {
  return prepare(registry_->add(std::move(source))->sha256, scenario);
}

// The versions that the world has installed; those that it had, and has no more, are dropped.
void AbilityHost::follow(const engine::World& world) {
  const auto abilities = world.abilities();
  const bool same =
      std::equal(abilities.begin(), abilities.end(), followed_.begin(), followed_.end(),
                 [](const engine::AbilitySpec& spec, const std::string& sha256) {
                   return spec.sha256 == sha256;
                 });
  if (same) return;
  followed_.clear();
  by_index_.clear();
  std::vector<std::string> before;
  for (auto& [sha256, version] : versions_) {
    if (std::exchange(version.installed, false)) before.push_back(sha256);
  }
  for (const engine::AbilitySpec& spec : abilities) {
    followed_.push_back(spec.sha256);
    by_index_.push_back(spec.sha256.empty() ? nullptr : &find(spec.sha256, world.scenario()));
    if (by_index_.back() != nullptr) by_index_.back()->installed = true;
  }
  for (const std::string& sha256 : before) {
    if (!versions_.at(sha256).installed) versions_.erase(sha256);
  }
}

UseOutcome AbilityHost::use(const engine::World& world, const engine::UseRequest& request,
                            const AskedUse& asked) {
  UseOutcome outcome;
  Version* const version = by_index_[request.ability];
  if (version == nullptr || !version->verdict.load.ok) {
    outcome.receipt = Receipt::kUnknownAbility;
    return outcome;
  }
  auto& vm = version->vms[shard_of(asked.row)];
  if (!vm) {
    LoadVerdict verdict;
    vm = AbilityVm::create(*version->script, world.scenario(), jit_, verdict);
    // The same source loaded before; only the machine's memory could be at its end.
    CHERUB_CHECK(vm != nullptr);
  }
  return vm->use(world, asked.row, request, asked.details);
}

void AbilityHost::run(const engine::World& world, engine::Intents& intents,
                      std::vector<AskedUse> asked, std::vector<engine::Event>& faults) {
  // A later call of the same act, or a fault, has taken the place of the use.
  std::erase_if(asked, [&](const AskedUse& use) {
    return intents.ability[use.row] != static_cast<std::uint8_t>(engine::AbilityKind::kUse);
  });
  if (asked.empty()) return;
  follow(world);
  std::sort(asked.begin(), asked.end(),
            [](const AskedUse& a, const AskedUse& b) { return a.row < b.row; });
  std::vector<engine::UseRequest> requests(asked.size());
  std::vector<UseOutcome> outcomes(asked.size());
  std::array<std::vector<std::size_t>, kShardCount> by_shard;
  for (std::size_t i = 0; i < asked.size(); ++i) by_shard[shard_of(asked[i].row)].push_back(i);
  world.pool().run(kShardCount, [&](std::size_t shard) {
    for (const std::size_t i : by_shard[shard]) {
      const auto index = world.find_ability(asked[i].ability);
      if (!index) {
        outcomes[i].receipt = Receipt::kUnknownAbility;
        continue;
      }
      requests[i] = {*index, asked[i].target.value_or(world.id_of(asked[i].row)), asked[i].at_place,
                     asked[i].x, asked[i].y};
      outcomes[i].receipt = engine::check_use(world, asked[i].row, requests[i]);
      if (outcomes[i].receipt == Receipt::kAccepted) {
        outcomes[i] = use(world, requests[i], asked[i]);
      }
    }
  });
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const engine::UseRequest& request = requests[i];
    UseOutcome& outcome = outcomes[i];
    count(world, request, outcome);
    if (!outcome.fault.empty()) {
      faults.push_back(
          fault_event(world, asked[i].row, "ability " + asked[i].ability + ": " + outcome.fault));
    }
    intents.uses.push_back({asked[i].row, request.ability, request.target, outcome.receipt,
                            std::move(outcome.effects), request.at_place, request.x, request.y});
  }
}

// Only uses whose script ran have used fuel.
void AbilityHost::count(const engine::World& world, const engine::UseRequest& request,
                        const UseOutcome& outcome) {
  if (outcome.fuel == 0) return;
  AbilityStats& stats = stats_[world.abilities()[request.ability].sha256];
  ++stats.uses;
  stats.accepted += outcome.receipt == Receipt::kAccepted ? 1 : 0;
  stats.fuel += outcome.fuel;
  stats.fuel_max = std::max(stats.fuel_max, outcome.fuel);
  if (outcome.fault.empty()) return;
  if (stats.faults++ == 0) stats.first_fault = outcome.fault;
}

void AbilityHost::reset() {
  stats_.clear();
}

}  // namespace cherub::scripting
