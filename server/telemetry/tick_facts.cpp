#include "server/telemetry/tick_facts.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "abilities/agent_report.h"
#include "engine/base/json.h"
#include "engine/heartbeat.h"
#include "server/telemetry/kinds.h"

namespace cherub::server::telemetry {
namespace {

using engine::AbilityKind;
using engine::EventKind;
using engine::Receipt;

constexpr std::array<const Kind*, kEventKinds> kKinds = {
    &kinds::kSpawn,
    &kinds::kSpawn,
    &kinds::kRemoval,
    &kinds::kEat,
    &kinds::kReach,
    &kinds::kCollision,
    &kinds::kHazard,
    &kinds::kMessage,
    &kinds::kInstalled,
    &kinds::kFault,
    &kinds::kAbilityUse,
    &kinds::kDamage,
    &kinds::kPickUp,
    &kinds::kDrop,
    &kinds::kGive,
    &kinds::kTheft,
    &kinds::kOffer,
    &kinds::kTrade,
    &kinds::kRequest,
    &kinds::kPollinate,
    &kinds::kMiss,
    &kinds::kFetch,
    &kinds::kCraft,
    &kinds::kPositionAbsorbed,
    &kinds::kPositionRefused,
    &kinds::kClientConsumption};  // or another of what clients report
static_assert(kKinds.back() != nullptr, "every EventKind has its kind here");

// What a client reported, by the first word of its text; in the order of engine::ReportKind.
constexpr std::array<const Kind*, 4> kReportKinds = {
    &kinds::kClientConsumption, &kinds::kClientPredation, &kinds::kClientPollination,
    &kinds::kClientRepro};

constexpr std::array<const char*, 3> kSlotNames = {"move", "ability", "message"};

const char* intent_name(const IntentFact& fact) {
  switch (fact.slot) {
    case Slot::kMove:
      return abilities::move_name(static_cast<engine::MoveKind>(fact.what));
    case Slot::kAbility:
      return abilities::ability_name(static_cast<AbilityKind>(fact.what));
    case Slot::kMessage:
      return "say";
  }
  return "";
}

// Calls visit(row) for each byte that is `least` or more, eight at a time as long as none is.
template <class Visit>
void each_at_least(std::span<const std::uint8_t> bytes, std::uint8_t least, Visit&& visit) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  // Receipts are small numbers: with this added, those that are wanted have their highest bit set.
  const std::uint64_t lift = (std::uint64_t{0x80} - least) * kOnes;
  static_assert(engine::kReceiptCount <= 0x80);
  std::size_t row = 0;
  for (; row + sizeof lift <= bytes.size(); row += sizeof lift) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + row, sizeof word);
    if (((word + lift) & (0x80 * kOnes)) == 0) continue;
    for (std::size_t i = row; i < row + sizeof word; ++i) {
      if (bytes[i] >= least) visit(static_cast<std::uint32_t>(i));
    }
  }
  for (; row < bytes.size(); ++row) {
    if (bytes[row] >= least) visit(static_cast<std::uint32_t>(row));
  }
}

IntentFact fact_of(const engine::World& world, Slot slot, std::uint32_t row, Receipt receipt) {
  const engine::Intents& intents = world.intents();
  IntentFact fact;
  fact.entity = world.id_of(row).packed();
  fact.slot = slot;
  fact.receipt = receipt;
  if (slot == Slot::kMove && row < intents.move.size()) fact.what = intents.move[row];
  if (slot != Slot::kAbility || row >= intents.ability.size()) return fact;
  fact.what = intents.ability[row];
  fact.target = intents.ability_target[row];
  if (static_cast<AbilityKind>(fact.what) != AbilityKind::kUse) return fact;
  const auto use = std::lower_bound(
      intents.uses.begin(), intents.uses.end(), row,
      [](const engine::Intents::Use& other, std::uint32_t wanted) { return other.row < wanted; });
  if (use == intents.uses.end() || use->row != row) return fact;
  fact.target = use->target.packed();
  if (use->ability < world.abilities().size()) fact.ability = world.abilities()[use->ability].name;
  return fact;
}

void add_intents(TickFacts& facts, const engine::World& world, Level level, std::size_t room) {
  const engine::Columns& columns = world.columns();
  const auto least =
      static_cast<std::uint8_t>(level == Level::kDebug ? static_cast<int>(Receipt::kAccepted)
                                                       : static_cast<int>(Receipt::kBlocked) + 1);
  const auto add = [&](Slot slot, std::span<const std::uint8_t> receipts) {
    each_at_least(receipts, least, [&](std::uint32_t row) {
      if (columns.alive[row] == 0) return;  // an answer to who is gone
      const auto receipt = static_cast<Receipt>(receipts[row]);
      if (facts.intents.size() < room) {
        facts.intents.push_back(fact_of(world, slot, row, receipt));
      } else {
        ++facts.intents_omitted[receipts[row]];
        facts.omits = true;
      }
    });
  };
  if (kinds::kIntentRefused.level < level) return;
  add(Slot::kMove, columns.move_receipt);
  add(Slot::kAbility, columns.ability_receipt);
  add(Slot::kMessage, columns.message_receipt);
}

Event event_of(const IntentFact& fact) {
  Event event;
  event.kind = engine::is_refusal(fact.receipt) ? &kinds::kIntentRefused : &kinds::kIntentEmit;
  event.level = event.kind->level;
  event.entity = fact.entity;
  base::JsonObject detail;
  detail.add("slot", kSlotNames[static_cast<std::size_t>(fact.slot)])
      .add("intent", intent_name(fact))
      .add("receipt", engine::receipt_name(fact.receipt));
  if (!fact.ability.empty()) detail.add("ability", fact.ability);
  if (fact.target != 0) detail.add("target", fact.target);
  event.detail = detail.text();
  return event;
}

Event omitted_event(const TickFacts& facts) {
  base::JsonObject events, intents;
  for (std::size_t i = 0; i < kEventKinds; ++i) {
    const auto kind = static_cast<EventKind>(i);
    if (facts.events_omitted[i] > 0) events.add(engine::event_name(kind), facts.events_omitted[i]);
  }
  for (std::size_t i = 0; i < facts.intents_omitted.size(); ++i) {
    const auto receipt = static_cast<Receipt>(i);
    if (facts.intents_omitted[i] == 0) continue;
    intents.add(engine::receipt_name(receipt), facts.intents_omitted[i]);
  }
  Event event;
  event.kind = &kinds::kOmitted;
  event.level = event.kind->level;
  event.detail =
      base::JsonObject().raw("events", events.text()).raw("intents", intents.text()).text();
  return event;
}

}  // namespace

const Kind& kind_of(const engine::Event& event) {
  if (event.kind == EventKind::kClientEvent) {
    for (std::size_t i = 0; i < kReportKinds.size(); ++i) {
      const auto kind = static_cast<engine::ReportKind>(i);
      if (event.text.starts_with(engine::report_kind_name(kind))) return *kReportKinds[i];
    }
  }
  return *kKinds[static_cast<std::size_t>(event.kind)];
}

void add_tick(TickFacts& facts, const engine::World& world, const engine::TickReport& report,
              Level level, std::size_t room) {
  facts.tick = report.tick;
  const std::size_t events_max = std::min(room, kTickEventsMax);
  for (const engine::Event& event : report.events) {
    if (kind_of(event).level < level) continue;
    if (facts.events.size() < events_max) {
      facts.events.push_back(event);
    } else {
      ++facts.events_omitted[static_cast<std::size_t>(event.kind)];
      facts.omits = true;
    }
  }
  add_intents(facts, world, level, std::min(room - facts.events.size(), kTickIntentsMax));
}

void tell_tick(const TickFacts& facts, const std::function<void(Event)>& take) {
  std::string line;
  const auto tell = [&](Event event) {
    event.tick = facts.tick;
    take(std::move(event));
  };
  for (const engine::Event& happened : facts.events) {
    line.clear();
    facts.words->append(line, facts.tick, happened);
    Event event;
    event.kind = &kind_of(happened);
    event.level = event.kind->level;
    if (happened.kind != EventKind::kReload) event.entity = happened.entity.packed();
    // {"tick":N,"kind":…}: the event tells the tick itself.
    event.detail = "{" + line.substr(line.find(',') + 1, line.size() - line.find(',') - 2);
    tell(std::move(event));
  }
  for (const IntentFact& fact : facts.intents) tell(event_of(fact));
  if (facts.omits) tell(omitted_event(facts));
}

}  // namespace cherub::server::telemetry
