#include "scripting/ability_shadow.h"

#include <algorithm>
#include <cmath>

namespace cherub::scripting {
namespace {

using engine::Receipt;

bool same_effect(const engine::Effect& a, const engine::Effect& b) {
  return a.kind == b.kind && a.target == b.target && a.amount == b.amount &&
         a.seconds == b.seconds && a.x == b.x && a.y == b.y && a.item == b.item &&
         a.want_item == b.want_item && a.count == b.count && a.want_count == b.want_count &&
         a.text == b.text;
}

bool is_done(const UseOutcome& outcome) {
  return outcome.receipt == Receipt::kAccepted;
}

}  // namespace

void AbilityShadow::begin_tick() {
  for (Share& share : shares_) {
    share.uses = 0;
    share.fuel = 0;
  }
}

// Cost and range may be others than those that the engine held the use to.
bool AbilityShadow::allows(const engine::World& world, const AllowedUse& use) const {
  const engine::AbilitySpec& spec = version_->spec();
  const engine::Columns& columns = world.columns();
  if (double{columns.energy[use.row]} < spec.energy_cost) return false;
  if (!use.request.at_place) {
    return use.request.target.index == use.row ||
           engine::distance_between(columns, use.row, use.request.target.index) <= spec.range;
  }
  const double dx = use.request.x - double{columns.x[use.row]};
  const double dy = use.request.y - double{columns.y[use.row]};
  return std::sqrt(dx * dx + dy * dy) <= spec.range;
}

void AbilityShadow::run(const engine::World& world, std::size_t shard, const AllowedUse& use,
                        const UseOutcome& outcome) {
  Share& share = shares_[shard];
  if (share.uses >= kUsesPerTick || share.fuel >= kFuelPerTick) return;
  ++share.uses;
  AbilityShadowReport& report = share.report;
  ++report.uses;
  if (!allows(world, use)) {
    ++report.refused;
    return;
  }
  const UseOutcome tried = version_->vm(shard).use(world, use.row, use.request, *use.details);
  share.fuel += tried.fuel;
  report.fuel += tried.fuel;
  if (!tried.fault.empty()) {
    if (report.faults++ == 0) report.first_fault = tried.fault;
    return;
  }
  report.refused += tried.beyond_contract() ? 1 : 0;
  if (!outcome.fault.empty()) return;
  ++report.compared;
  if (is_done(tried) != is_done(outcome)) {
    ++report.other_answers;
  } else if (!std::equal(tried.effects.begin(), tried.effects.end(), outcome.effects.begin(),
                         outcome.effects.end(), same_effect)) {
    ++report.other_effects;
  }
}

AbilityShadowReport AbilityShadow::report() const {
  AbilityShadowReport all;
  for (const Share& share : shares_) {
    const AbilityShadowReport& part = share.report;
    all.uses += part.uses;
    all.fuel += part.fuel;
    all.faults += part.faults;
    all.refused += part.refused;
    all.compared += part.compared;
    all.other_answers += part.other_answers;
    all.other_effects += part.other_effects;
    if (all.first_fault.empty()) all.first_fault = part.first_fault;
  }
  return all;
}

}  // namespace cherub::scripting
