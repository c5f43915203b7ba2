#include "engine/society.h"

#include <algorithm>

#include "engine/base/hash.h"

namespace cherub::engine {
namespace {

using base::Hasher;

void add(Hasher& hasher, double value) {
  hasher.add(std::span<const double>(&value, 1));
}

void add(Hasher& hasher, AbilityMask mask) {
  hasher.add(mask);
}
void add(Hasher& hasher, const std::vector<Cooldown>& running) {
  for (const Cooldown& cooldown : running) {
    hasher.add(std::uint64_t{cooldown.ability});
    hasher.add(cooldown.until);
  }
}
void add(Hasher& hasher, const Hands& hands) {
  for (const ItemCount& entry : hands) {
    hasher.add((std::uint64_t{entry.item} << 32) | entry.count);
  }
}
void add(Hasher& hasher, const Shield& shield) {
  add(hasher, shield.share);
  hasher.add(shield.until);
}
void add(Hasher& hasher, const Offer& offer) {
  hasher.add(offer.to.packed());
  hasher.add((std::uint64_t{offer.item} << 32) | offer.count);
  hasher.add((std::uint64_t{offer.want_item} << 32) | offer.want_count);
  hasher.add(offer.until);
}

// A sum, so that the order of the rows does not matter.
template <class Value>
void add_table(Hasher& hasher, const SideTable<Value>& table) {
  std::uint64_t sum = 0;
  table.for_each([&](std::uint32_t row, const Value& value) {
    Hasher entry;
    entry.add(std::uint64_t{row});
    add(entry, value);
    sum += entry.value();
  });
  hasher.add(sum);
  hasher.add(std::uint64_t{table.size()});
}

void add(Hasher& hasher, const AbilitySpec& spec) {
  hasher.add(std::string_view(spec.name));
  hasher.add(std::string_view(spec.sha256));
  add(hasher, spec.energy_cost);
  add(hasher, spec.cooldown_s);
  add(hasher, spec.range);
}

void add(Hasher& hasher, const Sound& sound) {
  hasher.add((std::uint64_t{sound.species} << 8) | static_cast<std::uint64_t>(sound.kind));
  hasher.add(sound.speaker.packed());
  hasher.add(sound.to.packed());
  const float place[] = {sound.x, sound.y, sound.z};
  hasher.add(std::span<const float>(place));
  add(hasher, sound.radius);
  hasher.add(std::string_view(sound.text));
}

}  // namespace

std::optional<AbilityIndex> find_ability(const Society& society, std::string_view name) {
  const auto& abilities = society.abilities;
  const auto found = std::find_if(abilities.begin(), abilities.end(),
                                  [&](const AbilitySpec& spec) { return spec.name == name; });
  if (found == abilities.end()) return std::nullopt;
  return static_cast<AbilityIndex>(found - abilities.begin());
}

bool is_blank(const Society& society) {
  return society.abilities.empty() && society.ability_pasts.empty() &&
         society.role_abilities.empty() && society.own_abilities.empty() &&
         society.cooldowns.empty() && society.hands.empty() && society.shields.empty() &&
         society.offers.empty() && society.sounds.empty() && society.reports.empty() &&
         society.economy.empty();
}

std::uint64_t hash_of(const Society& society) {
  Hasher hasher;
  for (const AbilitySpec& spec : society.abilities) add(hasher, spec);
  hasher.add(std::span<const AbilityMask>(society.role_abilities));
  add_table(hasher, society.own_abilities);
  add_table(hasher, society.cooldowns);
  add_table(hasher, society.hands);
  add_table(hasher, society.shields);
  add_table(hasher, society.offers);
  for (const Sound& sound : society.sounds) add(hasher, sound);
  if (!society.reports.empty()) hasher.add(hash_of(society.reports));
  if (!society.economy.empty()) hasher.add(hash_of(society.economy));
  return hasher.value();
}

std::uint64_t count_of(const Hands& hands, SpeciesIndex item) {
  for (const ItemCount& entry : hands) {
    if (entry.item == item) return entry.count;
  }
  return 0;
}

std::uint64_t total_of(const Hands& hands) {
  std::uint64_t total = 0;
  for (const ItemCount& entry : hands) total += entry.count;
  return total;
}

}  // namespace cherub::engine
