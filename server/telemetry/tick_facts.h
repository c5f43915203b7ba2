#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "abilities/event_log.h"
#include "engine/events.h"
#include "engine/world.h"
#include "server/telemetry/event.h"

namespace cherub::server::telemetry {

// Of one tick at most so many are told one by one: intents repeat themselves from tick to tick, and
// what happens in a large world is in its own log of events.
inline constexpr std::size_t kTickEventsMax = 1000, kTickIntentsMax = 50;
inline constexpr std::size_t kEventKinds = std::size_t(engine::EventKind::kClientEvent) + 1;

// The kind of an engine's event.
const Kind& kind_of(const engine::Event& event);

enum class Slot : std::uint8_t { kMove, kAbility, kMessage };

// What an agent asked for, and what came of it.
struct IntentFact {
  std::uint64_t entity = 0;
  Slot slot = Slot::kMove;
  engine::Receipt receipt = engine::Receipt::kNone;
  std::uint8_t what = 0;     // MoveKind or AbilityKind
  std::string ability;       // the name, when one was used
  std::uint64_t target = 0;  // EntityId::packed of an ability's; 0: none, or the first row's
};

// What a tick hands over: copies, so that the world goes on meanwhile. Not each of them may be
// told: the others are counted.
struct TickFacts {
  engine::Tick tick = 0;
  std::shared_ptr<const abilities::EventLines> words;  // of the world's scenario
  std::vector<engine::Event> events;
  std::vector<IntentFact> intents;
  std::array<std::uint32_t, kEventKinds> events_omitted{};             // by EventKind
  std::array<std::uint32_t, engine::kReceiptCount> intents_omitted{};  // by Receipt
  bool omits = false;

  [[nodiscard]] std::size_t size() const { return events.size() + intents.size(); }
};

// Adds what happened in a tick, of the level or worse: at most `room` one by one, the rest to the
// counts. From DEBUG on that is every intent that was answered, else the refused ones. Takes some
// nanoseconds for each event, and one for eight agents.
void add_tick(TickFacts& facts, const engine::World& world, const engine::TickReport& report,
              Level level, std::size_t room);

// Calls take(event) for each, without `ts`, in the order of the tick; what was omitted comes last.
void tell_tick(const TickFacts& facts, const std::function<void(Event)>& take);

}  // namespace cherub::server::telemetry
