#include "scripting/ability_vm.h"

#include <cmath>

#include "scripting/driver.h"
#include "scripting/generated_prelude.h"

namespace cherub::scripting {
namespace {

namespace trusted = sandbox::trusted;
using base::EntityId;
using engine::Effect;
using engine::EffectKind;
using engine::Receipt;

constexpr const char* kScriptName = "ability";
constexpr std::uint64_t kLoadFuel = 2'000'000;
// So much fuel is gone in milliseconds. Whoever computes longer has found a hole in the meter.
constexpr double kWatchdog_s = 5, kForever_s = 1e9;

constexpr double kUserId = -2;  // what effects.lua writes for the user

}  // namespace

std::unique_ptr<AbilityVm> AbilityVm::create(const ScriptVersion& version,
                                             const engine::Scenario& scenario,
                                             const HostOptions& options, LoadVerdict& verdict) {
  std::unique_ptr<AbilityVm> ability(new AbilityVm);
  if (!ability->open(version, scenario, options, verdict)) return nullptr;
  verdict.ok = true;
  return ability;
}

AbilityVm::~AbilityVm() = default;

bool AbilityVm::open(const ScriptVersion& version, const engine::Scenario& scenario,
                     const HostOptions& options, LoadVerdict& verdict) {
  const auto refuse = [&verdict](sandbox::Diagnostic diagnostic) {
    verdict.stage = "load";
    verdict.diagnostics.push_back(std::move(diagnostic));
    return false;
  };
  auto vm = sandbox::Vm::create({.jit = options.jit,
                                 .memory_bytes = options.memory_limit(options.ability_memory_bytes),
                                 .watchdog_s = options.replays ? kForever_s : kWatchdog_s});
  if (!vm.ok()) return refuse(plain_diagnostic(vm.error().message));
  vm_ = std::move(*vm);
  trusted::set_random_source(*vm_, &AbilityVm::draw, this);
  push_host_table(scenario);
  const PreludeModule modules[] = {{"vec", prelude::k_vec_lua},
                                   {"view", prelude::k_view_lua},
                                   {"senses", prelude::k_senses_lua},
                                   {"effects", prelude::k_effects_lua}};
  auto driver = load_driver(*vm_, {"ability", prelude::k_ability_lua}, view_, modules);
  if (!driver.ok()) return refuse(plain_diagnostic(driver.error().message));
  driver_ = *driver;
  if (auto told = describe_scenario(*vm_, driver_, scenario); !told.ok()) {
    return refuse(plain_diagnostic(told.error().message));
  }
  sandbox::Vm::LoadResult loaded = vm_->load(kScriptName, version.source);
  if (!loaded.script) {
    verdict.stage = "load";
    verdict.diagnostics = std::move(loaded.outcome.diagnostics);
    return false;
  }
  script_ = std::move(loaded.script);
  if (read_contract(version.sha256)) return true;
  return refuse(as_diagnostic(trusted::take_error(*vm_)));
}

void AbilityVm::push_host_table(const engine::Scenario& scenario) {
  lua_State* lua = trusted::lua(*vm_);
  lua_newtable(lua);
  set_host_function(lua, this, "add_effect", &AbilityVm::on_effect);
  set_world_names(lua, scenario);
  lua_newtable(lua);
  for (int i = 0; i < engine::kEffectKindCount; ++i) {
    lua_pushnumber(lua, i);
    lua_setfield(lua, -2, engine::effect_name(static_cast<EffectKind>(i)));
  }
  lua_setfield(lua, -2, "effect_kinds");
}

bool AbilityVm::read_contract(const std::string& sha256) {
  lua_State* lua = trusted::lua(*vm_);
  trusted::push_script(*vm_, *script_);
  if (!call_driver(*vm_, driver_, "install", 1, 0, 0)) return false;
  if (!call_driver(*vm_, driver_, "describe", 0, 5, kLoadFuel)) return false;
  spec_.name = lua_tostring(lua, -5);
  spec_.sha256 = sha256;
  description_ = lua_tostring(lua, -4);
  spec_.energy_cost = lua_tonumber(lua, -3);
  spec_.cooldown_s = lua_tonumber(lua, -2);
  spec_.range = lua_tonumber(lua, -1);
  lua_pop(lua, 5);
  return true;
}

// The arguments of the driver's use(), for the agent of view_.row.
bool AbilityVm::push_use(const engine::UseRequest& request, const sandbox::Value& details) {
  lua_State* lua = trusted::lua(*vm_);
  const engine::Columns& columns = view_.world->columns();
  lua_pushnumber(lua, view_.row);
  if (request.at_place) {
    lua_pushnil(lua);
  } else {
    lua_pushnumber(lua, request.target.index);
  }
  lua_pushnumber(lua, request.x);
  lua_pushnumber(lua, request.y);
  const double dx = request.x - columns.x[view_.row], dy = request.y - columns.y[view_.row];
  lua_pushnumber(lua, request.at_place
                          ? std::sqrt(dx * dx + dy * dy)
                          : engine::distance_between(columns, view_.row, request.target.index));
  if (trusted::push_plain(*vm_, details).ok()) return true;
  lua_pop(lua, 5);
  return false;
}

UseOutcome AbilityVm::use(const engine::World& world, std::uint32_t row,
                          const engine::UseRequest& request, const sandbox::Value& details) {
  UseOutcome outcome;
  view_.look_at(world);
  view_.row = row;
  stream_ = world.random(world.id_of(row).packed(), base::Stream::kAbilityScript);
  outcome.ran = true;
  if (!push_use(request, details)) {  // they came out of a Vm: only memory can be at its end
    outcome.receipt = Receipt::kFaulted;
    outcome.fault = "out of memory";
    outcome.machine_fault = FaultKind::kMemory;
    return outcome;
  }
  outcome_ = &outcome;
  paid_ = 0;
  lua_State* lua = trusted::lua(*vm_);
  const bool done = call_driver(*vm_, driver_, "use", 6, 1, kFuelPerUse);
  outcome_ = nullptr;
  outcome.fuel = kFuelPerUse - vm_->state().fuel_left();
  if (done) {
    if (lua_toboolean(lua, -1) == 0) outcome.receipt = Receipt::kUnwilling;
    lua_pop(lua, 1);
  } else if (outcome.receipt == Receipt::kAccepted) {
    end_by_fault(outcome);
  }
  if (outcome.receipt != Receipt::kAccepted) outcome.effects.clear();
  return outcome;
}

void AbilityVm::end_by_fault(UseOutcome& outcome) {
  const bool by_watchdog = vm_->state().watchdog_hit;
  const sandbox::ErrorReport report = trusted::take_error(*vm_);
  outcome.receipt = Receipt::kFaulted;
  outcome.fault = report_text(report);
  if (by_watchdog) outcome.machine_fault = FaultKind::kWatchdog;
  if (report.kind == sandbox::OutcomeKind::kMemory) outcome.machine_fault = FaultKind::kMemory;
  if (outcome.machine_fault) outcome.fuel = 0;
}

// Takes an effect into the list. What is wrong with it, or nothing; an empty text when the use ends
// with outcome_->receipt.
std::optional<std::string> AbilityVm::add_effect(Effect effect) {
  if (outcome_ == nullptr) return "effects can be called from execute only";
  if (outcome_->effects.size() >= engine::kEffectsMax) {
    return "one use has at most " + std::to_string(engine::kEffectsMax) + " effects";
  }
  if (effect.text.size() > engine::kMessageBytesMax) {
    outcome_->receipt = Receipt::kTooLong;
    return "";
  }
  if (engine::needs_target(effect.kind) && !view_.world->exists(effect.target)) {
    outcome_->receipt = Receipt::kNoSuchTarget;
    return "";
  }
  paid_ += engine::effect_price(*view_.world, view_.row, effect);
  if (!(paid_ <= spec_.energy_cost + engine::kPriceSlack)) {
    outcome_->receipt = Receipt::kUnpaid;
    return "";
  }
  outcome_->effects.push_back(std::move(effect));
  return std::nullopt;
}

// add_effect(kind, target, amount, seconds, x, y, item, count, want_item, want_count, text): nil,
// true when the use is to end, or a text with what is wrong.
int AbilityVm::on_effect(lua_State* lua) {
  auto& ability = upvalue<AbilityVm>(lua);
  Effect effect;
  effect.kind = static_cast<EffectKind>(lua_tointeger(lua, 1));
  const double id = lua_tonumber(lua, 2);
  if (id >= 0) effect.target = EntityId::unpack(static_cast<std::uint64_t>(id));
  if (id == kUserId) effect.target = ability.view_.world->id_of(ability.view_.row);
  effect.amount = lua_tonumber(lua, 3);
  effect.seconds = lua_tonumber(lua, 4);
  effect.x = lua_tonumber(lua, 5);
  effect.y = lua_tonumber(lua, 6);
  effect.item = static_cast<std::uint16_t>(lua_tonumber(lua, 7));
  effect.count = static_cast<std::uint32_t>(lua_tonumber(lua, 8));
  effect.want_item = static_cast<std::uint16_t>(lua_tonumber(lua, 9));
  effect.want_count = static_cast<std::uint32_t>(lua_tonumber(lua, 10));
  std::size_t size = 0;
  if (const char* text = lua_tolstring(lua, 11, &size)) effect.text.assign(text, size);
  const auto problem = ability.add_effect(std::move(effect));
  if (!problem) return 0;
  if (problem->empty()) {
    lua_pushboolean(lua, 1);
  } else {
    lua_pushlstring(lua, problem->data(), problem->size());
  }
  return 1;
}

double AbilityVm::draw(void* context) {
  return static_cast<AbilityVm*>(context)->stream_.uniform();
}

}  // namespace cherub::scripting
