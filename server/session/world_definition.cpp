#include "server/session/world_definition.h"

#include <cmath>
#include <string>
#include <utility>

#include "engine/base/json.h"
#include "engine/yaml_reader.h"

namespace cherub::server::session {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr double kSeedMax = 9007199254740992.0;  // 2^53

Error wrong(std::string message, std::string where) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

// What a run that is measured needs, and a world that only lives does not.
Result<std::string> completed(std::string text) {
  const auto root = engine::load_yaml(text, engine::kScenarioBytesMax);
  if (!root) return root.error();
  if (!root->IsMap()) return wrong("A world definition is an object.", "world");
  std::string missing;
  const bool is_json = text.find_first_not_of(" \t\r\n") == text.find('{');
  const auto add = [&](const char* key, const std::string& value) {
    if ((*root)[key]) return;
    missing +=
        is_json ? ",\"" + std::string(key) + "\":" + value : "\n" + std::string(key) + ": " + value;
  };
  add("name", "\"session\"");
  add("metrics", R"([{"name": "survival"}])");
  add("success", R"({"metric": "survival"})");
  std::string agent;
  const YAML::Node species = (*root)["species"];
  for (std::size_t i = 0; species && species.IsSequence() && i < species.size(); ++i) {
    const YAML::Node entry = species[i];
    if (!entry.IsMap() || !entry["name"] || !entry["name"].IsScalar() || !agent.empty()) continue;
    const YAML::Node kind = entry["kind"];
    if (!kind || (kind.IsScalar() && kind.Scalar() == "agent")) agent = entry["name"].Scalar();
  }
  if (!agent.empty()) add("agent_species", base::json_string(agent));
  if (missing.empty()) return text;
  if (!is_json) return text + missing + "\n";
  const std::size_t end = text.rfind('}');
  if (end == text.npos) return wrong("The object does not end.", "world");
  const bool empty = text.find_last_not_of(" \t\r\n", end - 1) == text.find('{');
  return text.substr(0, end) + missing.substr(empty ? 1 : 0) + "}";
}

Result<void> check_limits(const engine::Scenario& scenario) {
  std::uint64_t entities = 0;
  for (const engine::SpawnSpec& spawn : scenario.spawns) entities += spawn.count;
  if (entities > kSessionEntitiesMax) {
    return wrong("Has at most " + std::to_string(kSessionEntitiesMax) + " entities.", "spawns");
  }
  const engine::TerrainSpec& terrain = scenario.terrain;
  if (std::uint64_t{terrain.width} * terrain.depth * terrain.height > kSessionVoxelsMax) {
    return wrong("Has at most " + std::to_string(kSessionVoxelsMax) + " voxels.", "terrain");
  }
  if (scenario.tick_rate > kSessionTickRateMax) {
    return wrong("Must be at most " + base::json_number(kSessionTickRateMax) + ".", "tick_rate");
  }
  return {};
}

Result<WorldDefinition> defined_by(const Result<engine::Scenario>& scenario, std::uint64_t seed) {
  if (!scenario) return scenario.error();
  if (auto checked = check_limits(*scenario); !checked) return checked.error();
  return WorldDefinition{*scenario, seed};
}

Result<WorldDefinition> read_text(const std::string& text, std::uint64_t seed) {
  auto whole = completed(text);
  if (!whole) return whole.error();
  return defined_by(engine::parse_scenario(*whole), seed);
}

Result<std::uint64_t> read_seed(const rapidjson::Value& message) {
  const auto seed = message.FindMember("seed");
  if (seed == message.MemberEnd()) return std::uint64_t{1};
  const double value = seed->value.IsNumber() ? seed->value.GetDouble() : -1;
  if (value >= 0 && value <= kSeedMax && value == std::floor(value)) {
    return static_cast<std::uint64_t>(value);
  }
  return wrong("Must be a whole number from 0 to 2^53.", "seed");
}

Result<WorldDefinition> read_message(const rapidjson::Value& message) {
  for (const auto& member : message.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (name == "type" || name == "scenario" || name == "world" || name == "seed") continue;
    return wrong("No such member; there are scenario, world and seed.",
                 std::string(name.substr(0, 64)));
  }
  const auto seed = read_seed(message);
  if (!seed) return seed.error();
  const auto scenario = message.FindMember("scenario"), world = message.FindMember("world");
  if (scenario != message.MemberEnd()) {
    if (world != message.MemberEnd()) return wrong("Give a scenario or a world.", "world");
    if (!scenario->value.IsString()) return wrong("Must be the name of a scenario.", "scenario");
    auto shipped = engine::builtin_scenario(scenario->value.GetString());
    if (!shipped) return wrong(shipped.error().message, "scenario");
    return defined_by(shipped, *seed);
  }
  if (world == message.MemberEnd()) return wrong("Missing.", "world");
  if (world->value.IsString()) {
    return read_text({world->value.GetString(), world->value.GetStringLength()}, *seed);
  }
  if (!world->value.IsObject()) return wrong("Must be an object, or YAML as a text.", "world");
  return read_text(base::to_json(world->value), *seed);
}

}  // namespace

Result<WorldDefinition> read_world_definition(std::string_view text) {
  const bool is_json = text.find_first_not_of(" \t\r\n") == text.find('{') && !text.empty();
  if (!is_json) return read_text(std::string(text), 1);
  const auto document = base::parse_json(text);
  if (!document) return document.error();
  const auto type = document->FindMember("type");
  if (type == document->MemberEnd()) return read_text(std::string(text), 1);
  if (!type->value.IsString() || std::string_view(type->value.GetString()) != "world") {
    return wrong("The first message must be of type world.", "type");
  }
  return read_message(*document);
}

}  // namespace cherub::server::session
