#include "scripting/manifest.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <numbers>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "engine/ability.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The part before the separator; `text` keeps what is behind it.
std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = trimmed(text.substr(0, end));
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return part;
}

ApiParameter parse_parameter(std::string_view text) {
  ApiParameter parameter;
  std::string_view name = take_part(text, ':');
  if (name.ends_with('?')) {
    parameter.optional = true;
    name.remove_suffix(1);
  }
  parameter.name = name;
  parameter.type = take_part(text, ',');
  parameter.unit = take_part(text, ',');
  parameter.range = trimmed(text);
  return parameter;
}

// "0.5 per health, × (1 + distance / 20 m)": what the engine takes for an effect.
std::string price_words(std::string_view effect) {
  engine::EffectPrice price;
  for (int i = 0; i < engine::kEffectKindCount; ++i) {
    const auto kind = static_cast<engine::EffectKind>(i);
    if (effect == engine::effect_name(kind)) price = engine::price_of(kind);
  }
  std::string words;
  const auto add = [&words](double amount, const std::string& unit) {
    if (amount == 0) return;
    std::ostringstream number;
    number << amount;
    words += (words.empty() ? "" : " + ") + number.str() + unit;
  };
  add(price.base, "");
  add(price.per_unit, std::string(" per ") + price.unit);
  add(price.per_metre, " per m of distance");
  if (words.empty()) return "0";
  return price.grows ? "(" + words + ") × (1 + distance / 20 m)" : words;
}

ApiEntry make_entry(ApiKind kind, const ApiRow& row) {
  ApiEntry entry;
  entry.kind = kind;
  entry.name = row.name;
  std::string_view parameters = row.parameters;
  while (!parameters.empty()) {
    entry.parameters.push_back(parse_parameter(take_part(parameters, ';')));
  }
  entry.returns = row.returns;
  entry.unit = row.unit;
  entry.range = row.range;
  entry.doc = row.doc;
  entry.cost = row.cost;
  if (kind == ApiKind::kEffect) entry.price = price_words(row.name);
  entry.scenarios = split_words(row.scenarios, ' ');
  entry.needs = row.needs;
  entry.right = row.right;
  entry.wrong = row.wrong;
  entry.wrong_hint = row.wrong_hint;
  return entry;
}

std::vector<ApiEntry> make_manifest() {
  std::vector<ApiEntry> entries;
  const auto add = [&entries](ApiKind kind, std::span<const ApiRow> rows) {
    for (const ApiRow& row : rows) entries.push_back(make_entry(kind, row));
  };
  add(ApiKind::kContract, contract_rows());
  add(ApiKind::kSelfField, self_field_rows());
  add(ApiKind::kSelfField, society_field_rows());
  add(ApiKind::kSelfField, ecology_field_rows());
  add(ApiKind::kSelfAction, self_action_rows());
  add(ApiKind::kSelfAction, society_action_rows());
  add(ApiKind::kSelfAction, ecology_action_rows());
  add(ApiKind::kSelfAction, economy_action_rows());
  add(ApiKind::kWorldField, world_field_rows());
  add(ApiKind::kWorldField, ecology_world_field_rows());
  add(ApiKind::kWorldSense, world_sense_rows());
  add(ApiKind::kWorldSense, society_sense_rows());
  add(ApiKind::kWorldSense, ecology_sense_rows());
  add(ApiKind::kWorldSense, economy_sense_rows());
  add(ApiKind::kResultField, result_field_rows());
  add(ApiKind::kResultField, society_result_rows());
  add(ApiKind::kAbility, ability_rows());
  add(ApiKind::kResultField, person_rows());
  add(ApiKind::kEffect, effect_rows());
  add(ApiKind::kLibrary, base_library_rows());
  add(ApiKind::kLibrary, math_library_rows());
  add(ApiKind::kLibrary, text_library_rows());
  add(ApiKind::kLibrary, vec_library_rows());
  return entries;
}

// How names are compared: models mix up moveTo, move_To and move_to more than they misspell.
std::string folded(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c != '_') result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

// Edits that turn one text into the other: insert, remove, replace, swap neighbours (the restricted
// distance of Damerau and Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

// Longer names would make the search slow, and are no misspelling of anything short.
constexpr std::size_t kNameBytesMax = 64;

}  // namespace

const std::vector<ApiEntry>& api_manifest() {
  static const std::vector<ApiEntry> manifest = make_manifest();
  return manifest;
}

std::string api_display_name(const ApiEntry& entry) {
  switch (entry.kind) {
    case ApiKind::kSelfField:
      return "self." + entry.name;
    case ApiKind::kSelfAction:
      return "self:" + entry.name;
    case ApiKind::kWorldField:
    case ApiKind::kWorldSense:
      return "world." + entry.name;
    case ApiKind::kContract:
      return "policy." + entry.name;
    case ApiKind::kAbility:
      return "ability." + entry.name;
    case ApiKind::kEffect:
      return "effects." + entry.name;
    case ApiKind::kResultField:
    case ApiKind::kLibrary:
      break;
  }
  return entry.name;
}

std::string api_signature(const ApiEntry& entry) {
  std::string text = api_display_name(entry);
  const bool is_value = entry.kind == ApiKind::kSelfField || entry.kind == ApiKind::kWorldField ||
                        entry.kind == ApiKind::kResultField || entry.name == "math.pi" ||
                        (entry.kind == ApiKind::kAbility && entry.parameters.empty()) ||
                        entry.name == "math.huge";
  if (is_value) {
    text += ": " + entry.returns;
    return entry.unit.empty() || entry.unit == "1" ? text : text + " " + entry.unit;
  }
  text += "(";
  for (const ApiParameter& parameter : entry.parameters) {
    if (&parameter != &entry.parameters.front()) text += ", ";
    text += parameter.name;
    if (parameter.name == "...") continue;
    text += parameter.optional ? "?: " : ": ";
    text += parameter.type == "species" ? "string" : parameter.type;
    if (!parameter.unit.empty() && parameter.unit != "1") text += " " + parameter.unit;
  }
  text += ")";
  if (!entry.returns.empty()) text += " -> " + entry.returns;
  if (!entry.unit.empty() && entry.unit != "1") text += " " + entry.unit;
  return text;
}

const ApiEntry* find_api(ApiKind kind, std::string_view name) {
  using Index = std::map<ApiKind, std::unordered_map<std::string_view, const ApiEntry*>>;
  static const Index index = [] {
    Index made;
    for (const ApiEntry& entry : api_manifest()) made[entry.kind].try_emplace(entry.name, &entry);
    return made;
  }();
  const auto of_kind = index.find(kind);
  if (of_kind == index.end()) return nullptr;
  const auto found = of_kind->second.find(name);
  return found == of_kind->second.end() ? nullptr : found->second;
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  if (name.empty() || name.size() > kNameBytesMax) return {};
  const std::string given = folded(name);
  // A third of the letters may be wrong; a single letter is a name of its own.
  const std::size_t cutoff =
      given.size() < 2 ? 0 : std::min<std::size_t>(3, (given.size() + 2) / 3);
  std::array<std::size_t, 2> best{cutoff + 1, 0};
  std::string found;
  for (const std::string& candidate : known) {
    if (candidate.size() > kNameBytesMax) continue;
    const std::array distance{edit_distance(given, folded(candidate)),
                              edit_distance(name, candidate)};
    const std::size_t limit = std::min(cutoff, (candidate.size() + 1) / 2);
    if (distance[0] <= limit && distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string_view absent_hint(std::string_view name) {
  for (const AbsentName& absent : absent_names()) {
    std::string_view names = absent.names;
    while (!names.empty()) {
      if (take_part(names, ' ') == name) return absent.instead;
    }
  }
  return {};
}

std::vector<std::string> split_words(std::string_view text, char separator) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = take_part(text, separator);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

std::optional<NumberRange> number_range(std::string_view text) {
  constexpr std::string_view kDots = " … ";
  if (text == "-pi … pi") return NumberRange{-std::numbers::pi, std::numbers::pi};
  const std::size_t dots = text.find(kDots);
  if (dots == std::string_view::npos) return std::nullopt;
  const std::string low(text.substr(0, dots));
  const std::string high(text.substr(dots + kDots.size()));
  char* end = nullptr;
  const double limit = std::strtod(high.c_str(), &end);
  if (end == high.c_str() || *end != '\0') return std::nullopt;
  return NumberRange{std::strtod(low.c_str(), nullptr), limit};
}

std::string_view library_table(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

namespace {

bool has_action(const engine::Scenario& scenario, std::string_view name) {
  return std::find(scenario.actions.begin(), scenario.actions.end(), name) !=
         scenario.actions.end();
}

bool has_capability(const engine::Scenario& scenario, std::string_view needs) {
  const auto& species = scenario.species;
  const auto& roles = scenario.roles;
  if (needs == "thirst") {
    return std::any_of(species.begin(), species.end(),
                       [](const engine::SpeciesSpec& s) { return s.thirst_rate > 0; });
  }
  if (needs == "items") {
    return std::any_of(species.begin(), species.end(),
                       [](const engine::SpeciesSpec& s) { return s.kind == engine::Kind::kItem; });
  }
  if (needs == "ecosystem") return scenario.environment.has_value();
  if (needs == "speech") return has_action(scenario, "say");
  if (needs == "walls") return scenario.terrain.generator != "flat";
  if (needs == "map") return scenario.keeps_map;
  if (needs == "roles") return !roles.empty();
  if (needs == "economy") return scenario.economy.has_value();
  if (needs == "requests") {
    return std::any_of(roles.begin(), roles.end(),
                       [](const engine::RoleSpec& role) { return role.may_request; });
  }
  if (!has_action(scenario, "use")) return false;
  return needs == "abilities" ||
         std::any_of(roles.begin(), roles.end(), [&](const engine::RoleSpec& role) {
           return std::find(role.abilities.begin(), role.abilities.end(), needs) !=
                  role.abilities.end();
         });
}

}  // namespace

bool exists_in(const ApiEntry& entry, const engine::Scenario& scenario) {
  if (!entry.needs.empty()) return has_capability(scenario, entry.needs);
  if (entry.kind == ApiKind::kSelfAction && !scenario.actions.empty()) {
    // These need nothing of the world.
    if (entry.name == "idle" || entry.name == "note") return true;
    return has_action(scenario, entry.name);
  }
  if (entry.scenarios.empty()) return true;
  const auto& names = entry.scenarios;
  if (std::find(names.begin(), names.end(), scenario.name) != names.end()) return true;
  // A scenario of the user's own that has a target has the compass too.
  return entry.name == "target" &&
         std::any_of(scenario.species.begin(), scenario.species.end(),
                     [](const engine::SpeciesSpec& s) { return s.kind == engine::Kind::kTarget; });
}

}  // namespace cherub::scripting
