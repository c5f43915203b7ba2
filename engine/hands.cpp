#include "engine/hands.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/economy/systems.h"

namespace cherub::engine {

std::uint64_t count_in_hands(const WorldState& state, std::uint32_t row, SpeciesIndex item) {
  const Hands* const hands = state.society.hands.find(row);
  return hands != nullptr ? count_of(*hands, item) : 0;
}

std::uint64_t room_in_hands(const WorldState& state, std::uint32_t row) {
  const std::uint64_t capacity = state.scenario.species[state.columns.species[row]].hands;
  const Hands* const hands = state.society.hands.find(row);
  const std::uint64_t full = hands != nullptr ? total_of(*hands) : 0;
  return capacity > full ? capacity - full : 0;
}

namespace {

constexpr Tick kForgetInterval_ticks = 64;

// The caller has seen to it that there is room.
void put(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  if (count == 0) return;
  Hands& hands = state.society.hands[row];
  const auto at = std::lower_bound(
      hands.begin(), hands.end(), item,
      [](const ItemCount& entry, SpeciesIndex wanted) { return entry.item < wanted; });
  if (at != hands.end() && at->item == item) {
    at->count += count;
  } else {
    hands.insert(at, {item, count});
  }
}

// The caller has seen to it that there are as many.
void take(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  Hands* const hands = state.society.hands.find(row);
  if (count == 0 || hands == nullptr) return;
  for (ItemCount& entry : *hands) {
    if (entry.item == item) entry.count -= count;
  }
  std::erase_if(*hands, [](const ItemCount& entry) { return entry.count == 0; });
  if (hands->empty()) state.society.hands.erase(row);
}

const std::string& name_of(const WorldState& state, SpeciesIndex item) {
  return state.scenario.species[item].name;
}

void report(WorldState& state, EventKind kind, std::uint32_t row, std::uint32_t other, double value,
            std::string text) {
  Event event = event_at(state, kind, row, value);
  event.other = state.id_of(other);
  event.text = std::move(text);
  state.events.push_back(std::move(event));
}

// A thing that lies at the feet of the row from the end of this tick on. It had its room in hands.
void let_fall(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  const Columns& columns = state.columns;
  for (std::uint32_t i = 0; i < count; ++i) {
    expect_birth(state,
                 {item, state.id_of(row), columns.x[row], columns.y[row], columns.z[row], 1});
  }
  state.carried -= count;
}

std::string offer_text(const WorldState& state, const Offer& offer) {
  const auto part = [&](std::uint32_t count, SpeciesIndex item) {
    return count > 0 ? std::to_string(count) + " " + name_of(state, item) : "nothing";
  };
  return part(offer.count, offer.item) + " for " + part(offer.want_count, offer.want_item);
}

bool is_item(const WorldState& state, SpeciesIndex item) {
  return item < state.rules.size() && state.rules[item].kind == Kind::kItem;
}

// Taken off the ground although it is somebody else's.
void note_theft(WorldState& state, std::uint32_t row, std::uint32_t thing) {
  const EntityId owner = *state.society.economy.owners.find(thing);
  report(state, EventKind::kTheft, row, owner.index, 1,
         name_of(state, state.columns.species[thing]));
  after_theft(state, row, owner);
}

// What goes from hand to hand, at the prices of the place, coins.
double worth(const WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  const Columns& columns = state.columns;
  return count * price_at(state, item, columns.x[row], columns.y[row], columns.z[row]);
}

}  // namespace

Receipt move_items(WorldState& state, std::uint32_t from, std::uint32_t to, SpeciesIndex item,
                   std::uint32_t count) {
  if (count == 0 || count_in_hands(state, from, item) < count) return Receipt::kNoItem;
  if (room_in_hands(state, to) < count) return Receipt::kHandsFull;
  take(state, from, item, count);
  put(state, to, item, count);
  return Receipt::kAccepted;
}

void put_new(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  put(state, row, item, count);
  state.carried += count;
}

void use_up(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  take(state, row, item, count);
  state.carried -= count;
}

Receipt pick_up(WorldState& state, std::uint32_t row, EntityId thing) {
  if (room_in_hands(state, row) == 0) return Receipt::kHandsFull;
  Event event = event_at(state, EventKind::kPickUp, row);
  event.other = thing;
  state.events.push_back(std::move(event));
  if (state.economy && belongs_to_another(state, row, thing.index)) {
    note_theft(state, row, thing.index);
  }
  kill(state, thing.index, DeathCause::kTaken);
  put(state, row, state.columns.species[thing.index], 1);
  ++state.carried;
  return Receipt::kAccepted;
}

Receipt drop(WorldState& state, std::uint32_t row, SpeciesIndex item, std::uint32_t count) {
  if (count == 0 || count_in_hands(state, row, item) < count) return Receipt::kNoItem;
  take(state, row, item, count);
  let_fall(state, row, item, count);
  return Receipt::kAccepted;
}

Receipt give(WorldState& state, std::uint32_t row, std::uint32_t to, SpeciesIndex item,
             std::uint32_t count) {
  if (to == row) return Receipt::kNoSuchTarget;
  const Receipt receipt = move_items(state, row, to, item, count);
  if (receipt != Receipt::kAccepted) return receipt;
  report(state, EventKind::kGive, row, to, count, name_of(state, item));
  if (state.economy && !is_own(state, row, to)) after_gift(state, row, to);
  return Receipt::kAccepted;
}

Receipt steal(WorldState& state, std::uint32_t row, std::uint32_t from, SpeciesIndex item,
              std::uint32_t count, base::RandomStream& chance) {
  if (from == row) return Receipt::kNoSuchTarget;
  const bool store = state.rules_of(from).kind == Kind::kPlace;
  if (store && may_take(state, row, from)) return Receipt::kNotAvailable;
  if (count == 0 || count_in_hands(state, from, item) < count) return Receipt::kNoItem;
  if (room_in_hands(state, row) < count) return Receipt::kHandsFull;
  const double probability = state.economy ? theft_chance(state, row, from) : kTheftChance;
  const bool works = chance.uniform() < probability;
  report(state, EventKind::kTheft, row, from, works ? count : 0, name_of(state, item));
  if (state.economy) after_theft(state, row, state.id_of(from));
  if (!works) return Receipt::kFailed;
  take(state, from, item, count);
  put(state, row, item, count);
  return Receipt::kAccepted;
}

Receipt offer(WorldState& state, std::uint32_t row, const Effect& effect) {
  if (effect.target.index == row) return Receipt::kNoSuchTarget;
  const bool known = is_item(state, effect.item) && is_item(state, effect.want_item);
  if (!known || effect.count + effect.want_count == 0) return Receipt::kNoItem;
  if (count_in_hands(state, row, effect.item) < effect.count) return Receipt::kNoItem;
  const auto ticks = static_cast<Tick>(std::ceil(kOfferLifetime_s / state.tick_s));
  const Offer made{effect.target, effect.item,       effect.want_item,
                   effect.count,  effect.want_count, state.tick + 1 + ticks};
  state.society.offers[row] = made;
  report(state, EventKind::kOffer, row, effect.target.index, 0, offer_text(state, made));
  return Receipt::kAccepted;
}

Receipt accept(WorldState& state, std::uint32_t row, std::uint32_t from) {
  const Offer* const standing = state.society.offers.find(from);
  const bool stands = from != row && standing != nullptr && standing->until > state.tick &&
                      standing->to == state.id_of(row);
  if (!stands) return Receipt::kFailed;
  const Offer deal = *standing;
  const bool both_have = count_in_hands(state, from, deal.item) >= deal.count &&
                         count_in_hands(state, row, deal.want_item) >= deal.want_count;
  if (!both_have) return Receipt::kNoItem;
  // What is given away makes room for what comes.
  if (room_in_hands(state, row) + deal.want_count < deal.count ||
      room_in_hands(state, from) + deal.count < deal.want_count) {
    return Receipt::kHandsFull;
  }
  if (state.economy) {
    after_trade(state, from, row, worth(state, row, deal.item, deal.count),
                worth(state, row, deal.want_item, deal.want_count));
  }
  take(state, from, deal.item, deal.count);
  take(state, row, deal.want_item, deal.want_count);
  put(state, row, deal.item, deal.count);
  put(state, from, deal.want_item, deal.want_count);
  state.society.offers.erase(from);
  report(state, EventKind::kTrade, row, from, 0, offer_text(state, deal));
  return Receipt::kAccepted;
}

bool consume(WorldState& state, std::uint32_t row, SpeciesIndex item) {
  if (count_in_hands(state, row, item) == 0) return false;
  use_up(state, row, item, 1);
  return true;
}

void release_belongings(WorldState& state, std::uint32_t row) {
  Society& society = state.society;
  if (const Hands* const hands = society.hands.find(row)) {
    for (const ItemCount& entry : *hands) let_fall(state, row, entry.item, entry.count);
    society.hands.erase(row);
  }
  if (state.economy) forget_person(state, row);
  society.own_abilities.erase(row);
  society.cooldowns.erase(row);
  society.shields.erase(row);
  society.offers.erase(row);
}

void forget_what_passed(WorldState& state) {
  if (state.tick % kForgetInterval_ticks != 0) return;
  const auto passed = [&](Tick until) { return until <= state.tick; };
  Society& society = state.society;
  society.cooldowns.erase_if([&](std::uint32_t, std::vector<Cooldown>& running) {
    std::erase_if(running, [&](const Cooldown& cooldown) { return passed(cooldown.until); });
    return running.empty();
  });
  society.shields.erase_if(
      [&](std::uint32_t, const Shield& shield) { return passed(shield.until); });
  society.offers.erase_if([&](std::uint32_t, const Offer& made) { return passed(made.until); });
  forget_reports(society.reports, state.tick);
  if (state.economy) forget_idle_crafts(state);
}

void index_offers(WorldState& state) {
  state.offer_index.clear();
  state.society.offers.for_each([&](std::uint32_t row, const Offer& made) {
    if (made.until > state.tick) state.offer_index.push_back({made.to.packed(), made.until, row});
  });
  std::sort(state.offer_index.begin(), state.offer_index.end());
}

}  // namespace cherub::engine
