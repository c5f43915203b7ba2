#include "scripting/ability_host.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/uses.h"
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

UseOutcome repeated(const MachineFault& fault) {
  UseOutcome outcome;
  outcome.receipt = Receipt::kFaulted;
  outcome.ran = true;
  outcome.fault = fault.message;
  return outcome;
}

}  // namespace

AbilityHost::AbilityHost(std::shared_ptr<ScriptRegistry> registry, const HostOptions& options)
    : registry_(std::move(registry)), options_(options) {}

AbilityHost::~AbilityHost() = default;

AbilityVersion* AbilityHost::find(const std::string& sha256, const engine::Scenario& scenario,
                                  AbilityVerdict& verdict) {
  const auto [place, is_new] = versions_.try_emplace(sha256);
  PreparedAbility& loaded = place->second.loaded;
  if (!is_new) {
    verdict.load.ok = loaded != nullptr;
    if (loaded) verdict.spec = loaded->spec();
    if (loaded) verdict.description = loaded->description();
    return loaded.get();
  }
  auto script = registry_->find(sha256);
  if (script) {
    loaded = AbilityVersion::create(std::move(script), scenario, options_, verdict);
  } else {
    verdict.load.stage = "load";
    verdict.load.diagnostics.push_back(
        plain_diagnostic("no script with the hash " + sha256 + " is registered"));
  }
  return loaded.get();
}

AbilityVerdict AbilityHost::prepare(const std::string& sha256, const engine::Scenario& scenario) {
  AbilityVerdict verdict;
  // Another process may know the source later.
  if (find(sha256, scenario, verdict) == nullptr) versions_.erase(sha256);
  return verdict;
}

AbilityVerdict AbilityHost::add(std::string source, const engine::Scenario& scenario) {
  return prepare(registry_->add(std::move(source))->sha256, scenario);
}

void AbilityHost::hand_over(PreparedAbility version) {
  Version& known = versions_[version->spec().sha256];
  // The one that is there may be at work.
  if (known.loaded) return retire(std::move(version));
  known.loaded = std::move(version);
}

void AbilityHost::retire_to(std::function<void(PreparedAbility)> sink) {
  retire_to_ = std::move(sink);
}

void AbilityHost::retire(PreparedAbility version) {
  if (retire_to_ && version) retire_to_(std::move(version));
}

bool AbilityHost::follows(const engine::World& world) const {
  const auto abilities = world.abilities();
  return std::equal(abilities.begin(), abilities.end(), followed_.begin(), followed_.end(),
                    [](const engine::AbilitySpec& spec, const std::string& sha256) {
                      return spec.sha256 == sha256;
                    }) &&
         world.society().ability_pasts == followed_pasts_;
}

// The versions that the world has installed, or may go back to; those that it had, and has no more,
// are dropped with what was counted of them.
void AbilityHost::follow(const engine::World& world) {
  if (follows(world)) return;
  followed_.clear();
  by_index_.clear();
  followed_pasts_ = world.society().ability_pasts;
  std::set<std::string> in_use;
  for (const engine::AbilitySpec& spec : world.abilities()) {
    AbilityVerdict verdict;
    followed_.push_back(spec.sha256);
    by_index_.push_back(spec.sha256.empty() ? nullptr
                                            : find(spec.sha256, world.scenario(), verdict));
    in_use.insert(spec.sha256);
  }
  for (const auto& [ability, past] : followed_pasts_) {
    in_use.insert(past.fallback_sha256.value_or(""));
  }
  std::erase_if(stats_, [&](const auto& counted) { return !in_use.contains(counted.first); });
  for (auto it = versions_.begin(); it != versions_.end();) {
    const bool was_in_use = std::exchange(it->second.in_use, in_use.contains(it->first));
    const bool leaves = was_in_use && !it->second.in_use;
    if (leaves) retire(std::move(it->second.loaded));
    it = leaves ? versions_.erase(it) : std::next(it);
  }
}

UseOutcome AbilityHost::use(const engine::World& world, const AllowedUse& allowed,
                            std::span<const MachineFault> expected) {
  const auto must_fail =
      std::find_if(expected.begin(), expected.end(),
                   [&](const MachineFault& fault) { return fault.row == allowed.row; });
  if (must_fail != expected.end()) return repeated(*must_fail);
  AbilityVersion* const version = by_index_[allowed.request.ability];
  if (version == nullptr) {
    UseOutcome outcome;
    outcome.receipt = Receipt::kUnknownAbility;
    return outcome;
  }
  return version->vm(shard_of(allowed.row))
      .use(world, allowed.row, allowed.request, *allowed.details);
}

void AbilityHost::run_shard(const engine::World& world, std::size_t shard,
                            std::span<const MachineFault> expected) {
  for (const std::size_t i : by_shard_[shard]) {
    const AskedUse& asked = asked_[i];
    UseOutcome& outcome = outcomes_[i];
    const auto index = world.find_ability(asked.ability);
    if (!index) {
      outcome.receipt = Receipt::kUnknownAbility;
      continue;
    }
    requests_[i] = {*index, asked.target.value_or(world.id_of(asked.row)), asked.at_place, asked.x,
                    asked.y};
    outcome.receipt = engine::check_use(world, asked.row, requests_[i]);
    if (outcome.receipt != Receipt::kAccepted) continue;
    const AllowedUse allowed{asked.row, requests_[i], &asked.details};
    outcome = use(world, allowed, expected);
    if (shadows_.empty() || !outcome.ran) continue;
    const auto shadow = shadows_.find(asked.ability);
    if (shadow != shadows_.end()) shadow->second.run(world, shard, allowed, outcome);
  }
}

void AbilityHost::run(const engine::World& world, engine::Intents& intents, Tick tick) {
  asked_ = std::move(tick.asked);
  // A later call of the same act, or a fault, has taken the place of the use.
  std::erase_if(asked_, [&](const AskedUse& use) {
    return intents.ability[use.row] != static_cast<std::uint8_t>(engine::AbilityKind::kUse);
  });
  if (asked_.empty()) return;
  follow(world);
  std::sort(asked_.begin(), asked_.end(),
            [](const AskedUse& a, const AskedUse& b) { return a.row < b.row; });
  requests_.assign(asked_.size(), {});
  outcomes_.clear();
  outcomes_.resize(asked_.size());
  for (auto& indices : by_shard_) indices.clear();
  for (std::size_t i = 0; i < asked_.size(); ++i) by_shard_[shard_of(asked_[i].row)].push_back(i);
  for (auto& shadow : shadows_) shadow.second.begin_tick();
  world.pool().run(kShardCount, [&](std::size_t shard) { run_shard(world, shard, tick.expected); });
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    const std::uint32_t row = asked_[i].row;
    const engine::UseRequest& request = requests_[i];
    UseOutcome& outcome = outcomes_[i];
    count(world, request, outcome);
    if (!outcome.fault.empty()) {
      tick.faults.push_back(
          fault_event(world, row, "ability " + asked_[i].ability + ": " + outcome.fault));
    }
    if (outcome.machine_fault) {
      tick.machine_faults.push_back(
          {world.tick(), row, *outcome.machine_fault, outcome.fault, true});
    }
    intents.uses.push_back({row, request.ability, request.target, outcome.receipt,
                            std::move(outcome.effects), request.at_place, request.x, request.y});
  }
}

void AbilityHost::count(const engine::World& world, const engine::UseRequest& request,
                        const UseOutcome& outcome) {
  if (!outcome.ran) return;
  AbilityStats& stats = stats_[world.abilities()[request.ability].sha256];
  ++stats.uses;
  stats.accepted += outcome.receipt == Receipt::kAccepted ? 1 : 0;
  stats.refused += outcome.beyond_contract() ? 1 : 0;
  stats.fuel += outcome.fuel;
  stats.fuel_max = std::max(stats.fuel_max, outcome.fuel);
  if (outcome.fault.empty()) return;
  if (stats.faults++ == 0) stats.first_fault = outcome.fault;
}

void AbilityHost::begin_shadow(const std::string& ability, PreparedAbility version) {
  end_shadow(ability);
  shadows_.emplace(ability, AbilityShadow(std::move(version)));
}

std::optional<AbilityShadowReport> AbilityHost::shadow(const std::string& ability) const {
  const auto found = shadows_.find(ability);
  return found == shadows_.end() ? std::nullopt : std::optional(found->second.report());
}

void AbilityHost::end_shadow(const std::string& ability) {
  const auto found = shadows_.find(ability);
  if (found == shadows_.end()) return;
  retire(found->second.release());
  shadows_.erase(found);
}

AbilityStats AbilityHost::stats_of(const std::string& sha256) const {
  const auto found = stats_.find(sha256);
  return found == stats_.end() ? AbilityStats() : found->second;
}

void AbilityHost::reset() {
  stats_.clear();
  shadows_.clear();
}

}  // namespace cherub::scripting
