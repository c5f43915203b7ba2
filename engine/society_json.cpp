#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/base64.h"
#include "engine/base/json.h"
#include "engine/base/json_cursor.h"
#include "engine/intents.h"
#include "engine/society.h"
#include "engine/world.h"

namespace cherub::engine {
namespace {

using base::JsonArray;
using base::JsonCursor;
using base::JsonObject;

constexpr std::size_t kEntriesMax = std::size_t{1} << 22;  // of one list

std::string ability_json(const AbilitySpec& spec) {
  return JsonObject()
      .add("name", spec.name)
      .add("sha256", spec.sha256)
      .add("energy_cost", spec.energy_cost)
      .add("cooldown_s", spec.cooldown_s)
      .add("range", spec.range)
      .text();
}

// The values of a table as lists of numbers behind their rows.
std::string numbers_json(std::uint32_t row, std::initializer_list<std::uint64_t> numbers) {
  std::string text = "[" + std::to_string(row);
  for (const std::uint64_t number : numbers) text += "," + std::to_string(number);
  return text + "]";
}

std::string entry_json(std::uint32_t row, AbilityMask mask) {
  return numbers_json(row, {mask});
}
std::string entry_json(std::uint32_t row, const std::vector<Cooldown>& running) {
  std::string text = "[" + std::to_string(row);
  for (const Cooldown& cooldown : running) {
    text += "," + std::to_string(cooldown.ability) + "," + std::to_string(cooldown.until);
  }
  return text + "]";
}
std::string entry_json(std::uint32_t row, const Hands& hands) {
  std::string text = "[" + std::to_string(row);
  for (const ItemCount& entry : hands) {
    text += "," + std::to_string(entry.item) + "," + std::to_string(entry.count);
  }
  return text + "]";
}
std::string entry_json(std::uint32_t row, const Shield& shield) {
  return JsonObject().add("row", row).add("share", shield.share).add("until", shield.until).text();
}
std::string entry_json(std::uint32_t row, const Offer& offer) {
  return numbers_json(row, {offer.to.packed(), offer.item, offer.want_item, offer.count,
                            offer.want_count, offer.until});
}

template <class Value>
std::string table_json(const SideTable<Value>& table) {
  JsonArray array;
  for (const std::uint32_t row : table.sorted_rows()) array.raw(entry_json(row, *table.find(row)));
  return array.text();
}

// Texts may be any bytes.
std::string sound_json(const Sound& sound) {
  return JsonObject()
      .add("kind", static_cast<int>(sound.kind))
      .add("species", sound.species)
      .add("speaker", sound.speaker.packed())
      .add("to", sound.to.packed())
      .add("x", double{sound.x})
      .add("y", double{sound.y})
      .add("z", double{sound.z})
      .add("radius", sound.radius)
      .add("text_base64", base::base64(sound.text))
      .text();
}

std::string past_json(AbilityIndex ability, const AbilityPast& past) {
  JsonObject json;
  json.add("ability", ability);
  if (past.fallback_sha256) json.add("fallback_sha256", *past.fallback_sha256);
  add_to(json, past.versions);
  return json.text();
}

class SocietyReader {
 public:
  explicit SocietyReader(JsonCursor& cursor) : cursor_(cursor) {}

  Society read() {
    int parts = 0;
    cursor_.object([&](std::string_view name) {
      // These only where there are some.
      if (name == "ability_pasts") return list([&] { read_past(); });
      if (name == "reports") {
        made_.reports = read_history(cursor_);
        return;
      }
      if (name == "economy") {
        made_.economy = read_economy(cursor_);
        return;
      }
      ++parts;
      read_part(name);
    });
    if (cursor_.ok() && parts != kParts) cursor_.fail("A part of the society is missing.");
    return std::move(made_);
  }

 private:
  static constexpr int kParts = 8;

  void read_part(std::string_view name) {
    if (name == "abilities") {
      list([&] { made_.abilities.push_back(read_ability()); });
    } else if (name == "role_abilities") {
      list([&] { made_.role_abilities.push_back(cursor_.number<AbilityMask>()); });
    } else if (name == "own_abilities") {
      table(made_.own_abilities, 1, [&](AbilityMask& mask, const auto& n) { mask = n[0]; });
    } else if (name == "cooldowns") {
      table(made_.cooldowns, 0, [&](std::vector<Cooldown>& running, const auto& n) {
        for (std::size_t i = 0; i + 1 < n.size(); i += 2) {
          running.push_back({narrow<AbilityIndex>(n[i]), n[i + 1]});
        }
      });
    } else if (name == "hands") {
      table(made_.hands, 0, [&](Hands& hands, const auto& n) {
        for (std::size_t i = 0; i + 1 < n.size(); i += 2) {
          hands.push_back({narrow<SpeciesIndex>(n[i]), narrow<std::uint32_t>(n[i + 1])});
        }
      });
    } else if (name == "shields") {
      list([&] { read_shield(); });
    } else if (name == "offers") {
      table(made_.offers, 6, [&](Offer& offer, const auto& n) {
        offer = {EntityId::unpack(n[0]),      narrow<SpeciesIndex>(n[1]),
                 narrow<SpeciesIndex>(n[2]),  narrow<std::uint32_t>(n[3]),
                 narrow<std::uint32_t>(n[4]), n[5]};
      });
    } else if (name == "sounds") {
      list([&] { made_.sounds.push_back(read_sound()); });
    } else {
      cursor_.fail("No such part of a society.");
    }
  }

  template <class Read>
  void list(Read&& read) {
    cursor_.array([&](std::size_t index) {
      if (index >= kEntriesMax) return cursor_.fail("Too many entries.");
      read();
    });
  }

  template <class Number>
  Number narrow(std::uint64_t value) {
    if (value > std::numeric_limits<Number>::max()) cursor_.fail("A number is out of range.");
    return static_cast<Number>(value);
  }

  // A row to which no entity can belong would make a table as long as its number.
  template <class Value>
  Value* add_row(SideTable<Value>& table, std::uint64_t row) {
    if (row >= 2 * std::uint64_t{kEntitiesMax} || table.find(narrow<std::uint32_t>(row))) {
      cursor_.fail("This row cannot be, or is listed twice.");
      return nullptr;
    }
    return &table[static_cast<std::uint32_t>(row)];
  }

  // Entries are [row, number …]: so many numbers, or pairs of them when `count` is 0.
  template <class Value, class Fill>
  void table(SideTable<Value>& table, std::size_t count, Fill&& fill) {
    list([&] {
      std::vector<std::uint64_t> numbers;
      list([&] { numbers.push_back(cursor_.number<std::uint64_t>()); });
      const bool right =
          count > 0 ? numbers.size() == count + 1 : numbers.size() >= 3 && numbers.size() % 2 == 1;
      if (!cursor_.ok()) return;
      if (!right) return cursor_.fail("An entry has too few or too many numbers.");
      Value* const value = add_row(table, numbers.front());
      numbers.erase(numbers.begin());
      if (value != nullptr) fill(*value, numbers);
    });
  }

  AbilitySpec read_ability() {
    AbilitySpec spec;
    cursor_.object([&](std::string_view name) {
      if (name == "name") {
        spec.name = cursor_.string();
      } else if (name == "sha256") {
        spec.sha256 = cursor_.string();
      } else if (name == "energy_cost") {
        spec.energy_cost = cursor_.number<double>();
      } else if (name == "cooldown_s") {
        spec.cooldown_s = cursor_.number<double>();
      } else if (name == "range") {
        spec.range = cursor_.number<double>();
      } else {
        cursor_.fail("No such field of an ability.");
      }
    });
    return spec;
  }

  void read_past() {
    std::optional<AbilityIndex> ability;
    AbilityPast past;
    cursor_.object([&](std::string_view name) {
      if (name == "ability") {
        ability = cursor_.number<AbilityIndex>();
      } else if (name == "fallback_sha256") {
        past.fallback_sha256 = cursor_.string();
      } else if (!read_member(cursor_, name, past.versions)) {
        cursor_.fail("No such field of an ability's past.");
      }
    });
    if (!cursor_.ok()) return;
    if (!ability || !made_.ability_pasts.emplace(*ability, std::move(past)).second) {
      cursor_.fail("The past of no ability, or of one twice.");
    }
  }

  void read_shield() {
    std::uint64_t row = kEntriesMax;
    Shield shield;
    cursor_.object([&](std::string_view name) {
      if (name == "row") {
        row = cursor_.number<std::uint64_t>();
      } else if (name == "share") {
        shield.share = cursor_.number<double>();
      } else if (name == "until") {
        shield.until = cursor_.number<Tick>();
      } else {
        cursor_.fail("No such field of a shield.");
      }
    });
    if (!cursor_.ok()) return;
    if (Shield* const entry = add_row(made_.shields, row)) *entry = shield;
  }

  Sound read_sound() {
    Sound sound;
    cursor_.object([&](std::string_view name) {
      if (name == "kind") {
        sound.kind = static_cast<SoundKind>(cursor_.number<std::uint8_t>());
      } else if (name == "species") {
        sound.species = cursor_.number<SpeciesIndex>();
      } else if (name == "speaker") {
        sound.speaker = EntityId::unpack(cursor_.number<std::uint64_t>());
      } else if (name == "to") {
        sound.to = EntityId::unpack(cursor_.number<std::uint64_t>());
      } else if (name == "x") {
        sound.x = cursor_.number<float>();
      } else if (name == "y") {
        sound.y = cursor_.number<float>();
      } else if (name == "z") {
        sound.z = cursor_.number<float>();
      } else if (name == "radius") {
        sound.radius = cursor_.number<double>();
      } else if (name == "text_base64") {
        const auto text = base::from_base64(cursor_.string());
        if (!text) return cursor_.fail("Is not base64.");
        sound.text = *text;
      } else {
        cursor_.fail("No such field of a sound.");
      }
    });
    return sound;
  }

  JsonCursor& cursor_;
  Society made_;
};

template <class Value>
bool same(const SideTable<Value>& first, const SideTable<Value>& second) {
  const std::vector<std::uint32_t> rows = first.sorted_rows();
  return rows == second.sorted_rows() &&
         std::all_of(rows.begin(), rows.end(),
                     [&](std::uint32_t row) { return *first.find(row) == *second.find(row); });
}

}  // namespace

std::string society_json(const Society& society) {
  JsonArray abilities, roles, sounds;
  for (const AbilitySpec& spec : society.abilities) abilities.raw(ability_json(spec));
  for (const AbilityMask mask : society.role_abilities) roles.raw(std::to_string(mask));
  for (const Sound& sound : society.sounds) sounds.raw(sound_json(sound));
  JsonObject json;
  json.raw("abilities", abilities.text());
  if (!society.ability_pasts.empty()) {
    JsonArray pasts;
    for (const auto& [ability, past] : society.ability_pasts) pasts.raw(past_json(ability, past));
    json.raw("ability_pasts", pasts.text());
  }
  if (!society.reports.empty()) json.raw("reports", history_json(society.reports));
  if (!society.economy.empty()) json.raw("economy", economy_json(society.economy));
  return json.raw("role_abilities", roles.text())
      .raw("own_abilities", table_json(society.own_abilities))
      .raw("cooldowns", table_json(society.cooldowns))
      .raw("hands", table_json(society.hands))
      .raw("shields", table_json(society.shields))
      .raw("offers", table_json(society.offers))
      .raw("sounds", sounds.text())
      .text();
}

Society read_society(JsonCursor& cursor) {
  return SocietyReader(cursor).read();
}

const char* difference_of(const Society& first, const Society& second) {
  if (first.abilities != second.abilities) return "society.abilities";
  if (first.ability_pasts != second.ability_pasts) return "society.ability_pasts";
  if (first.role_abilities != second.role_abilities) return "society.role_abilities";
  if (!same(first.own_abilities, second.own_abilities)) return "society.own_abilities";
  if (!same(first.cooldowns, second.cooldowns)) return "society.cooldowns";
  if (!same(first.hands, second.hands)) return "society.hands";
  if (!same(first.shields, second.shields)) return "society.shields";
  if (!same(first.offers, second.offers)) return "society.offers";
  if (first.sounds != second.sounds) return "society.sounds";
  if (first.reports != second.reports) return "society.reports";
  return difference_of(first.economy, second.economy);
}

}  // namespace cherub::engine
