// A stub for the Lua language server, so that editors complete and check policies.
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

std::string luals_type(std::string_view type) {
  if (type == "species") return "string";
  return std::string(type);
}

std::string with_unit(const std::string& doc, const std::string& unit, const std::string& range) {
  std::string text = doc;
  if (!unit.empty()) text += " [" + unit + "]";
  if (!range.empty()) text += " (" + range + ")";
  return text;
}

void add_fields(std::string& text, ApiKind kind, std::string_view prefix) {
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind || !entry.name.starts_with(prefix)) continue;
    text += "---@field " + entry.name.substr(prefix.size()) + " " + luals_type(entry.returns) +
            " " + with_unit(entry.doc, entry.unit, entry.range) + "\n";
  }
}

void add_functions(std::string& text, ApiKind kind, std::string_view owner) {
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind) continue;
    text += "\n---" + entry.doc + "\n";
    std::string names;
    for (const ApiParameter& parameter : entry.parameters) {
      text += "---@param " + parameter.name + (parameter.optional ? "? " : " ") +
              luals_type(parameter.type) + " " + with_unit("", parameter.unit, parameter.range) +
              "\n";
      names += (names.empty() ? "" : ", ") + parameter.name;
    }
    if (!entry.returns.empty()) text += "---@return " + luals_type(entry.returns) + "\n";
    text += "function " + std::string(owner) + entry.name + "(" + names + ") end\n";
  }
}

// The optional functions of a policy are fields that may be nil.
void add_contract(std::string& text) {
  text += "---@class Policy\n";
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kContract) continue;
    std::string names;
    for (const ApiParameter& parameter : entry.parameters) {
      names += (names.empty() ? "" : ", ") + parameter.name + ": " + parameter.type;
    }
    text += "---@field " + entry.name + (entry.name == "act" ? "" : "?") + " fun(" + names + ")" +
            (entry.returns.empty() ? "" : ": " + entry.returns) + " " + entry.doc + "\n";
  }
}

}  // namespace

std::string api_luals() {
  std::string text = "---@meta\n-- Made from the API manifest by `cherub api`.\n\n";
  text += "---One entity as an agent sees it.\n---@class Sighting\n";
  add_fields(text, ApiKind::kResultField, "Sighting.");
  text += "\n---The next cell on a way.\n---@class Step\n";
  add_fields(text, ApiKind::kResultField, "Step.");
  text +=
      "\n---What policy.collect gets.\n---@class CollectStep\n---@field self Self\n"
      "---@field tick integer\n---@field time number [s]\n";
  text += "\n---The agent.\n---@class Self\n";
  add_fields(text, ApiKind::kSelfField, "");
  text += "local Self = {}\n";
  add_functions(text, ApiKind::kSelfAction, "Self:");
  text += "\n---What the agent can know of the world.\n---@class World\n";
  add_fields(text, ApiKind::kWorldField, "");
  text += "local World = {}\n";
  add_functions(text, ApiKind::kWorldSense, "World.");
  text += "\n---What a file returns.\n";
  add_contract(text);
  return text;
}

}  // namespace cherub::scripting
