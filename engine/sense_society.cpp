#include <algorithm>
#include <array>
#include <cmath>

#include "engine/senses.h"
#include "engine/uses.h"
#include "engine/world_state.h"

namespace cherub::engine {
namespace {

bool present(const WorldState& state, std::uint32_t row) {
  return row < state.columns.size() && state.columns.alive[row] != 0;
}

Sighting speaker_of(const Sound& sound, double distance_squared) {
  return {1,
          sound.species,
          static_cast<double>(sound.speaker.packed()),
          sound.x,
          sound.y,
          sound.z,
          std::sqrt(distance_squared)};
}

// The eldest offer that stands for this one, or nullptr.
const OfferIndexEntry* offer_for(const WorldState& state, EntityId to) {
  const OfferIndexEntry eldest{to.packed(), 0, 0};
  auto found = std::lower_bound(state.offer_index.begin(), state.offer_index.end(), eldest);
  for (; found != state.offer_index.end() && found->to == to.packed(); ++found) {
    // A command of this tick may have taken away who offers it.
    const Offer* const offer = state.society.offers.find(found->from_row);
    if (offer != nullptr && offer->to == to && offer->until > state.tick) return &*found;
  }
  return nullptr;
}

}  // namespace
}  // namespace cherub::engine

using cherub::engine::Heard;
using cherub::engine::OfferSeen;
using cherub::engine::World;

extern "C" {

std::int32_t cherub_sense_heard(const World* world, std::uint32_t row, Heard* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  if (state.society.sounds.empty() || !present(state, row)) return 0;
  const Columns& columns = state.columns;
  const Hearer hearer{state.id_of(row), columns.x[row], columns.y[row], columns.z[row],
                      state.rules_of(row).sense_radius};
  std::array<SoundHit, kHeardMax> hits;
  const std::size_t count = state.sound_map.heard(state.society.sounds, hearer, hits);
  for (std::size_t i = 0; i < count; ++i) {
    const Sound& sound = state.society.sounds[hits[i].sound];
    out[i] = {speaker_of(sound, hits[i].distance_squared), sound.text.data(),
              static_cast<std::uint32_t>(sound.text.size()),
              static_cast<std::uint32_t>(sound.kind)};
  }
  return static_cast<std::int32_t>(count);
}

void cherub_sense_offer(const World* world, std::uint32_t row, OfferSeen* out) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  *out = {};
  if (!present(state, row)) return;
  const OfferIndexEntry* const entry = offer_for(state, state.id_of(row));
  if (entry == nullptr) return;
  const Offer& offer = *state.society.offers.find(entry->from_row);
  *out = {1,
          offer.item,
          offer.want_item,
          offer.count,
          offer.want_count,
          static_cast<double>(state.id_of(entry->from_row).packed()),
          static_cast<double>(offer.until - state.tick) * state.tick_s};
}

std::uint32_t cherub_sense_items(const World* world, std::uint32_t row,
                                 std::int32_t species) noexcept {
  using namespace cherub::engine;
  const Hands* const hands = world->state().society.hands.find(row);
  if (hands == nullptr || species < 0) return 0;
  for (const ItemCount& entry : *hands) {
    if (entry.item == species) return entry.count;
  }
  return 0;
}

std::int32_t cherub_sense_knows(const World* world, std::uint32_t row,
                                std::int32_t ability) noexcept {
  using namespace cherub::engine;
  const WorldState& state = world->state();
  const auto& abilities = state.society.abilities;
  if (ability < 0 || std::size_t(ability) >= abilities.size()) return 0;
  const auto index = static_cast<AbilityIndex>(ability);
  const bool known = (known_abilities(state, row) & ability_bit(index)) != 0;
  return known && !abilities[index].sha256.empty() ? 1 : 0;
}

double cherub_sense_cooldown(const World* world, std::uint32_t row, std::int32_t ability) noexcept {
  using namespace cherub::engine;
  if (ability < 0 || std::size_t(ability) >= world->abilities().size()) return 0;
  return world->cooldown_left_s(row, static_cast<AbilityIndex>(ability));
}

double cherub_sense_rain(const World* world) noexcept {
  return world->rain_intensity();
}

}  // extern "C"
