// Definitions for the Lua language server, so that editors complete and check policies.
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

void add_functions(std::string& text, ApiKind kind, std::string_view owner,
                   std::string_view prefix = "") {
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind || !entry.name.starts_with(prefix)) continue;
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

bool is_required(const ApiEntry& entry) {
  return entry.name == "act" || (entry.kind == ApiKind::kAbility && entry.name != "can_use");
}

// The optional functions of a file are fields that may be nil.
void add_contract(std::string& text, ApiKind kind, const std::string& name) {
  text += "---@class " + name + "\n";
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind) continue;
    if (entry.parameters.empty()) {
      text += "---@field " + entry.name + " " + entry.returns + " " +
              with_unit(entry.doc, entry.unit, entry.range) + "\n";
      continue;
    }
    std::string names;
    for (const ApiParameter& parameter : entry.parameters) {
      names += (names.empty() ? "" : ", ") + parameter.name + (parameter.optional ? "?: " : ": ") +
               parameter.type;
    }
    text += "---@field " + entry.name + (is_required(entry) ? "" : "?") + " fun(" + names + ")" +
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
  text += "\n---Something that was said.\n---@class Sound\n";
  add_fields(text, ApiKind::kResultField, "Sound.");
  text += "\n---The sky.\n---@class Weather\n";
  add_fields(text, ApiKind::kResultField, "Weather.");
  text += "\n---A trade that somebody offers.\n---@class Offer\n";
  add_fields(text, ApiKind::kResultField, "Offer.");
  text += "\n---A place.\n---@class Place\n---@field x number [m]\n---@field y number [m]\n";
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
  add_contract(text, ApiKind::kContract, "Policy");
  text += "\n---The user or the target of an ability.\n---@class Person\n";
  add_fields(text, ApiKind::kResultField, "Person.");
  text += "\n---What an ability does to the world.\n---@class Effects\nlocal Effects = {}\n";
  add_functions(text, ApiKind::kEffect, "Effects.");
  text += "\n---What the file of an ability returns.\n";
  add_contract(text, ApiKind::kAbility, "Ability");
  text += "\n---Geometry on plain numbers.\nvec = {}\n";
  add_functions(text, ApiKind::kLibrary, "", "vec.");
  return text;
}

}  // namespace cherub::scripting
