#include "abilities/ability_ladder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "abilities/agent_report.h"
#include "abilities/ladder_fixtures.h"
#include "engine/base/hash.h"
#include "engine/uses.h"
#include "sandbox/syntax/parser.h"
#include "scripting/checker.h"

namespace cherub::abilities {
namespace {

using engine::Receipt;

constexpr std::uint64_t kFightTicks = 6;
// Fights begin so many ticks later, one after the other: chances differ from tick to tick.
constexpr std::size_t kDelays = 8;
// Single precision in the columns.
constexpr double kEnergySlack = 1e-4;

Refusal refusal_of(Rung rung, std::string code, std::string message, std::string hint) {
  Refusal refusal;
  refusal.rung = rung;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.hint = std::move(hint);
  return refusal;
}

// A number that was asked for, and another that was declared.
std::optional<Refusal> other_number(const char* part, std::optional<double> wanted, double given) {
  if (!wanted || std::fabs(*wanted - given) <= 1e-9) return std::nullopt;
  return refusal_of(Rung::kAbilityContract, "demand",
                    std::string("ability.") + part + " is " + short_text(given) + ", and " +
                        short_text(*wanted) + " was asked for",
                    std::string("write ") + part + " = " + short_text(*wanted));
}

std::vector<Refusal> unmet(const AbilityDemands& demands, const engine::AbilitySpec& spec) {
  std::vector<Refusal> refusals;
  if (!demands.name.empty() && demands.name != spec.name) {
    refusals.push_back(refusal_of(
        Rung::kAbilityContract, "demand",
        "the ability is named \"" + spec.name + "\", and \"" + demands.name + "\" was asked for",
        "write name = \"" + demands.name + "\""));
  }
  for (auto refusal : {other_number("energy_cost", demands.energy_cost, spec.energy_cost),
                       other_number("cooldown", demands.cooldown_s, spec.cooldown_s),
                       other_number("range", demands.range_m, spec.range)}) {
    if (refusal) refusals.push_back(std::move(*refusal));
  }
  return refusals;
}

// All that is visible of a world, but for the user's energy and what it can use again when.
struct Visible {
  std::uint64_t hash = 0;
  double user_energy = 0;
};

Visible visible(const engine::World& world, engine::EntityId user) {
  base::Hasher hasher;
  const engine::Columns& columns = world.columns();
  const auto add = [&](float value) {
    hasher.add(std::uint64_t{std::bit_cast<std::uint32_t>(value)});
  };
  for (std::size_t row = 0; row < columns.size(); ++row) {
    hasher.add(std::uint64_t{columns.alive[row]});
    for (const auto* column :
         {&columns.x, &columns.y, &columns.health, &columns.hunger, &columns.thirst}) {
      add((*column)[row]);
    }
    if (row != user.index) add(columns.energy[row]);
  }
  engine::Society society = world.society();
  society.cooldowns = {};
  hasher.add(hash_of(society));
  return {hasher.value(), columns.energy[user.index]};
}

// One ability on its way from A2 to A4.
class Trial {
 public:
  Trial(const engine::Scenario& scenario, scripting::AbilityHost& host,
        AbilityLadderVerdict& verdict)
      : scenario_(scenario), host_(host), verdict_(verdict), details_(trial_details(scenario)) {}

  // Runs it on everything at all distances, in worlds that stand still: A2 and A3.
  std::optional<Refusal> probe_all() {
    std::optional<Refusal> unpaid;
    for (const Bodies bodies : {Bodies::kFresh, Bodies::kWorn}) {
      AbilityScene scene = AbilityScene::line(scenario_, verdict_.spec, bodies);
      for (const TrialUse& use : scene.uses()) {
        if (auto fault = probe(scene, use, bodies, unpaid)) return fault;
      }
    }
    return unpaid;
  }

  // Lets the user use it on whoever is near: A4.
  std::optional<Refusal> fight_all() {
    for (const Bodies bodies : {Bodies::kFresh, Bodies::kWorn}) {
      const std::vector<TrialUse> uses =
          AbilityScene::camp(scenario_, verdict_.spec, bodies).uses();
      for (const TrialUse& use : uses) {
        for (const sandbox::Value& details : details_) {
          fight_ = {bodies, fights_++ % kDelays};
          if (auto refusal = fight(use, details)) return refusal;
        }
      }
    }
    if (!verdict_.effect_on.empty()) return std::nullopt;
    Refusal refusal = refusal_of(
        Rung::kAbilityFight, "no_effect",
        "in no fixture fight did any use change anything; what became of the uses: " + receipts(),
        "let can_use allow a target that is near, and let execute call effects on it; energy_cost "
        "and range must allow it");
    refusal.fixture = "camp";
    return refusal;
  }

 private:
  std::optional<Refusal> probe(AbilityScene& scene, const TrialUse& use, Bodies bodies,
                               std::optional<Refusal>& unpaid) {
    const std::string fixture = bodies == Bodies::kFresh ? "line" : "line of the worn";
    std::optional<Refusal> first_fault;
    std::size_t faults = 0;
    for (const sandbox::Value& details : details_) {
      std::string fault;
      const engine::Intents::Use made = scene.probe(host_, use, details, fault);
      ++verdict_.uses;
      if (made.receipt == Receipt::kFaulted) {
        if (faults++ == 0) first_fault = faulted(Rung::kAbilityRuns, use, fault, fixture);
        // Without details nobody but the script is to blame.
        if (details.is_nil()) return first_fault;
      }
      if (made.receipt == Receipt::kTooLong) return too_long(use, fixture);
      if (made.receipt == Receipt::kUnpaid && !unpaid) unpaid = too_dear(use, fixture);
      if (made.receipt == Receipt::kAccepted) note_price(scene, use, made);
    }
    // Not every kind of thing that a policy may name suits; one of them has to.
    return faults + 1 == details_.size() ? first_fault : std::nullopt;
  }

  void note_price(AbilityScene& scene, const TrialUse& use, const engine::Intents::Use& made) {
    double price = 0;
    for (const engine::Effect& effect : made.effects) {
      price += engine::effect_price(scene.world(), made.row, effect);
    }
    if (price <= verdict_.price_max && !verdict_.price_on.empty()) return;
    verdict_.price_max = price;
    verdict_.price_on = use.on;
  }

  // The event's text begins with the name under which the scene knows the ability.
  static std::string own_words(const std::string& fault) {
    const std::size_t colon = fault.find(": ");
    const std::size_t begin = colon == std::string::npos ? 0 : colon + 2;
    return fault.substr(begin, fault.find('\n') - begin);
  }

  static Refusal faulted(Rung rung, const TrialUse& use, const std::string& fault,
                         const std::string& fixture) {
    const bool fuel = fault.find("fuel") != std::string::npos;
    Refusal refusal = refusal_of(
        rung, fuel ? "fault_fuel" : "fault_error",
        "a use on " + use.on + " failed: " + own_words(fault),
        fuel ? "do less in one use: it has 20000 units of fuel"
             : "test what may be missing: target.id and target.health are nil for a place, details "
               "is nil when the policy hands on nothing, senses may give nil");
    refusal.fixture = fixture;
    return refusal;
  }

  static Refusal too_long(const TrialUse& use, const std::string& fixture) {
    Refusal refusal =
        refusal_of(Rung::kAbilityRuns, "too_long",
                   "a use on " + use.on + " says more than 200 bytes", "write shorter texts");
    refusal.fixture = fixture;
    return refusal;
  }

  Refusal too_dear(const TrialUse& use, const std::string& fixture) const {
    Refusal refusal = refusal_of(
        Rung::kAbilityPrice, "unpaid",
        "a use on " + use.on + " asks for effects that cost more than its energy_cost of " +
            short_text(verdict_.spec.energy_cost) + ": nothing would happen",
        "make the effects weaker or fewer, the range shorter, or energy_cost higher; damage, heal "
        "and push cost (1 + distance / 20 m) times as much far away");
    refusal.fixture = fixture;
    return refusal;
  }

  struct Course {
    std::vector<std::uint64_t> hashes;
    std::vector<Visible> seen;
    std::uint64_t uses = 0;  // that were paid
    std::array<bool, engine::kReceiptCount> receipts{};
    std::string fault;
  };

  // `use`: nullptr, nobody does anything.
  Course run(const TrialUse* use, const sandbox::Value& details) {
    AbilityScene scene = AbilityScene::camp(scenario_, verdict_.spec, fight_.bodies);
    Course course;
    for (std::size_t i = 0; i < fight_.delay; ++i) scene.step_idle();
    for (std::uint64_t tick = 0; tick < kFightTicks; ++tick) {
      const engine::TickReport report =
          use != nullptr ? scene.step(host_, *use, details) : scene.step_idle();
      course.hashes.push_back(report.hash);
      course.seen.push_back(visible(scene.world(), scene.user()));
      course.receipts[scene.world().columns().ability_receipt[scene.user().index]] = true;
      for (const engine::Event& event : report.events) {
        course.uses += event.kind == engine::EventKind::kAbility ? 1 : 0;
        if (event.kind == engine::EventKind::kFault) course.fault = event.text;
      }
    }
    return course;
  }

  std::optional<Refusal> fight(const TrialUse& use, const sandbox::Value& details) {
    const std::string fixture = fight_.bodies == Bodies::kFresh ? "camp" : "camp of the worn";
    const Course first = run(&use, details);
    verdict_.uses += kFightTicks;
    for (std::size_t i = 0; i < first.receipts.size(); ++i) receipts_[i] |= first.receipts[i];
    if (first.hashes != run(&use, details).hashes) {
      Refusal refusal = refusal_of(Rung::kAbilityFight, "runs_differ",
                                   "the same fight went another way the second time",
                                   "use nothing but the arguments, the senses and math.random");
      refusal.fixture = fixture;
      return refusal;
    }
    if (first.receipts[static_cast<std::size_t>(Receipt::kUnpaid)]) return too_dear(use, fixture);
    if (!first.fault.empty() && details.is_nil()) {
      return faulted(Rung::kAbilityFight, use, first.fault, fixture);
    }
    if (first.uses > 0 && verdict_.effect_on.empty() && changed(first)) {
      verdict_.effect_on = use.on + (fight_.bodies == Bodies::kWorn ? ", wounded and hungry" : "");
    }
    return std::nullopt;
  }

  // Whether the uses made any difference beside what was paid for them.
  bool changed(const Course& fought) {
    auto& idle = idle_[static_cast<std::size_t>(fight_.bodies)][fight_.delay];
    if (!idle) idle = run(nullptr, {});
    const double cost = verdict_.spec.energy_cost;
    for (std::size_t i = 0; i < fought.seen.size(); ++i) {
      if (fought.seen[i].hash != idle->seen[i].hash) return true;
    }
    const double kept = idle->seen.back().user_energy - static_cast<double>(fought.uses) * cost;
    return fought.seen.back().user_energy - std::max(0.0, kept) > kEnergySlack;
  }

  std::string receipts() const {
    std::string names;
    for (std::size_t i = 1; i < receipts_.size(); ++i) {
      if (!receipts_[i]) continue;
      names +=
          (names.empty() ? "" : ", ") + std::string(engine::receipt_name(static_cast<Receipt>(i)));
    }
    return names.empty() ? "none" : names;
  }

  const engine::Scenario& scenario_;
  scripting::AbilityHost& host_;
  AbilityLadderVerdict& verdict_;
  const std::vector<sandbox::Value> details_;
  std::array<bool, engine::kReceiptCount> receipts_{};
  struct Fight {
    Bodies bodies = Bodies::kFresh;
    std::size_t delay = 0;  // ticks
  };
  Fight fight_;
  std::size_t fights_ = 0;
  std::array<std::array<std::optional<Course>, kDelays>, 2> idle_;
};

void refuse(AbilityLadderVerdict& verdict, std::vector<Refusal> refusals) {
  for (const Refusal& refusal : refusals) {
    sandbox::Diagnostic found;
    found.message = refusal.message;
    found.hint = refusal.hint;
    if (refusal.range) found.range = *refusal.range;
    verdict.diagnostics.push_back(std::move(found));
  }
  verdict.refusals = std::move(refusals);
}

}  // namespace

AbilityLadder::AbilityLadder(engine::Scenario scenario, scripting::HostOptions options)
    : scenario_(std::move(scenario)), options_(options) {}

AbilityLadderVerdict AbilityLadder::climb(const std::string& source,
                                          const AbilityDemands& demands) {
  AbilityLadderVerdict verdict;
  if (auto refusal = refusal_of_text(source)) {
    refusal->rung = Rung::kAbilityText;
    refuse(verdict, {std::move(*refusal)});
    return verdict;
  }
  // A registry of its own: what is refused is not kept.
  scripting::AbilityHost host(std::make_shared<scripting::ScriptRegistry>(), options_);
  scripting::AbilityVerdict added = host.add(source, scenario_);
  verdict.diagnostics = std::move(added.load.diagnostics);
  if (!added.load.ok) {
    const bool loads = added.load.stage == "load";
    const bool parses = loads || sandbox::parse("ability", source).chunk;
    if (parses) verdict.reached = loads ? Rung::kAbilityContract : Rung::kAbilityText;
    const Rung rung = loads    ? Rung::kAbilityRuns
                      : parses ? Rung::kAbilityContract
                               : Rung::kAbilityText;
    verdict.refusals = refusals_of(verdict.diagnostics, rung,
                                   loads    ? "load"
                                   : parses ? "check"
                                            : "syntax");
    return verdict;
  }
  verdict.reached = Rung::kAbilityText;
  verdict.spec = added.spec;
  verdict.description = added.description;
  if (auto refusals = unmet(demands, verdict.spec); !refusals.empty()) {
    refuse(verdict, std::move(refusals));
    return verdict;
  }
  verdict.reached = Rung::kAbilityContract;
  Trial trial(scenario_, host, verdict);
  auto refusal = trial.probe_all();
  if (!refusal) {
    verdict.reached = Rung::kAbilityPrice;
    refusal = trial.fight_all();
  } else if (refusal->rung == Rung::kAbilityPrice) {
    verdict.reached = Rung::kAbilityRuns;
  }
  if (const auto found = host.stats().find(verdict.spec.sha256); found != host.stats().end()) {
    verdict.fuel_max = found->second.fuel_max;
  }
  if (refusal) {
    refusal->range = blamed_line(source, refusal->message, "ability");
    refuse(verdict, {std::move(*refusal)});
    return verdict;
  }
  verdict.reached = Rung::kAbilityFight;
  verdict.ok = true;
  return verdict;
}

}  // namespace cherub::abilities
