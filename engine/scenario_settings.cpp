#include "engine/scenario_settings.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/yaml_reader.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::array<std::string_view, 4> kSingles = {"hazard_damage", "episode_s", "tick_rate",
                                                      "agent_species"};
constexpr std::array<std::string_view, 2> kGroups = {"terrain", "senses"};
constexpr std::array<std::string_view, 2> kLists = {"species", "spawns"};

// economy.town.<field>
bool is_of_town(const std::vector<std::string>& parts) {
  return parts.size() == 3 && parts[0] == "economy" && parts[1] == "town";
}

Error invalid(std::string_view setting, std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), "set " + quoted(setting)};
}

template <std::size_t kCount>
bool is_one_of(const std::array<std::string_view, kCount>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> parts_of(const std::string& field) {
  std::vector<std::string> parts(1);
  for (const char letter : field) {
    if (letter == '.') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

bool is_field_name(const std::string& part) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !part.empty() && std::all_of(part.begin(), part.end(), fits);
}

// The entries of a list that are about a species, or the one with that name.
Result<std::vector<YAML::Node>> entries_of(const YAML::Node& list, const std::string& key,
                                           const std::string& name, const std::string& setting) {
  std::vector<YAML::Node> found;
  std::vector<std::string> names;
  for (const YAML::Node& entry : list) {
    names.push_back(entry[key].Scalar());
    if (names.back() == name) found.push_back(entry);
  }
  if (!found.empty()) return found;
  std::string known;
  for (const std::string& each : names) known += " " + each;
  return invalid(setting, "There is no " + quoted(name) + " here; there are:" + known + ".");
}

// A node of the tree with this key, made when it is not there.
void put(YAML::Node node, const std::string& key, const std::string& value) {
  node[key] = value;
}

Result<void> apply(YAML::Node& document, const Setting& setting, const std::string& text) {
  const std::vector<std::string> parts = parts_of(setting.field);
  if (parts.size() == 1) {
    put(document, parts[0], setting.value);
  } else if (parts.size() == 2) {
    if (!document[parts[0]]) document[parts[0]] = YAML::Node(YAML::NodeType::Map);
    put(document[parts[0]], parts[1], setting.value);
  } else if (is_of_town(parts)) {
    if (!document["economy"]) return invalid(text, "There is no economy here.");
    YAML::Node economy = document["economy"];
    if (!economy["town"]) economy["town"] = YAML::Node(YAML::NodeType::Map);
    put(economy["town"], parts[2], setting.value);
  } else {
    const std::string key = parts[0] == "species" ? "name" : "species";
    const YAML::Node list = document[parts[0]];
    const auto entries = entries_of(list, key, parts[1], text);
    if (!entries) return entries.error();
    for (const YAML::Node& entry : *entries) put(entry, parts[2], setting.value);
  }
  return {};
}

Result<Scenario> read_with(const Scenario& scenario, std::span<const std::string> settings) {
  base::Result<YAML::Node> document = load_yaml(scenario.yaml, kScenarioBytesMax);
  if (!document) return document.error();
  for (const std::string& text : settings) {
    const auto setting = parse_setting(text);
    if (!setting) return setting.error();
    if (auto done = apply(*document, *setting, text); !done) return done.error();
  }
  YAML::Emitter emitter;
  emitter << *document;
  return parse_scenario(std::string(emitter.c_str()) + "\n");
}

}  // namespace

Result<Setting> parse_setting(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size() ||
      text.size() > kSettingBytesMax) {
    return invalid(text.substr(0, kSettingBytesMax), "Write field=value: terrain.width=21.");
  }
  Setting setting{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  const std::vector<std::string> parts = parts_of(setting.field);
  const bool named = std::all_of(parts.begin(), parts.end(), is_field_name);
  const bool placed = (parts.size() == 1 && is_one_of(kSingles, parts[0])) ||
                      (parts.size() == 2 && is_one_of(kGroups, parts[0])) || is_of_town(parts) ||
                      (parts.size() == 3 && is_one_of(kLists, parts[0]) && parts[2] != "name" &&
                       parts[2] != "species");
  const bool printable = std::all_of(setting.value.begin(), setting.value.end(),
                                     [](char c) { return c >= ' ' && c <= '~'; });
  if (!named || !placed || !printable) {
    return invalid(
        text,
        "What can be set: agent_species, hazard_damage, episode_s, tick_rate, "
        "terrain.<field>, senses.<field>, species.<name>.<field>, spawns.<species>.<field>, "
        "economy.town.<field>.");
  }
  return setting;
}

Result<Scenario> with_settings(const Scenario& scenario, std::span<const std::string> settings) {
  if (settings.empty()) return scenario;
  if (settings.size() > kSettingsMax) {
    return Error{ErrorCode::kInvalidArgument,
                 "At most " + std::to_string(kSettingsMax) + " settings.", "set"};
  }
  try {
    return read_with(scenario, settings);
  } catch (const std::exception& failure) {
    return Error{ErrorCode::kInvalidArgument, failure.what(), "set"};
  }
}

}  // namespace cherub::engine
