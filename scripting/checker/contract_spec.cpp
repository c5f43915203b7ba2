#include "scripting/checker/contract_spec.h"

#include <algorithm>

namespace cherub::scripting {
namespace {

constexpr OtherName kPolicyNames[] = {
    {"update", "act"},        {"step", "act"},        {"tick", "act"},
    {"run", "act"},           {"think", "act"},       {"decide", "act"},
    {"on_tick", "act"},       {"action", "act"},      {"main", "act"},
    {"execute", "act"},       {"behave", "act"},      {"on_update", "act"},
    {"get_action", "act"},    {"loop", "act"},        {"onTick", "act"},
    {"initialize", "init"},   {"setup", "init"},      {"start", "init"},
    {"on_start", "init"},     {"create", "init"},     {"on_init", "init"},
    {"finish", "finalize"},   {"on_end", "finalize"}, {"end_episode", "finalize"},
    {"teardown", "finalize"}, {"observe", "collect"}, {"on_reload", "migrate"},
};

ContractSpec make_policy_contract() {
  ContractSpec spec;
  spec.table = "policy";
  spec.other_names = kPolicyNames;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kContract) continue;
    ContractPart part{.entry = &entry};
    if (entry.name == "act") {
      part.required = part.acts = true;
      part.ignores_result = "call the action: return self:move_to(x, y)";
    }
    if (entry.name == "collect") {
      part.must_return = "return a table: return {hunger = step.self.hunger}";
    }
    if (entry.name == "migrate") part.must_return = "return the memory: return old";
    spec.parts.push_back(part);
  }
  return spec;
}

constexpr OtherName kAbilityNames[] = {
    {"use", "execute"},       {"run", "execute"},      {"apply", "execute"},
    {"cast", "execute"},      {"activate", "execute"}, {"effect", "execute"},
    {"perform", "execute"},   {"can", "can_use"},      {"check", "can_use"},
    {"condition", "can_use"}, {"cost", "energy_cost"}, {"cooldown_s", "cooldown"},
    {"radius", "range"},
};

ContractSpec make_ability_contract() {
  ContractSpec spec;
  spec.table = "ability";
  spec.other_names = kAbilityNames;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kAbility) continue;
    ContractPart part{.entry = &entry};
    part.is_field = entry.parameters.empty();
    part.required = entry.name != "can_use";
    if (entry.name == "can_use") part.must_return = "return true or false";
    spec.parts.push_back(part);
  }
  return spec;
}

}  // namespace

const ContractPart* ContractSpec::find(std::string_view name) const {
  const auto found = std::find_if(parts.begin(), parts.end(), [name](const ContractPart& part) {
    return part.entry->name == name;
  });
  return found == parts.end() ? nullptr : &*found;
}

std::string ContractSpec::display_name(const ContractPart& part) const {
  return table + "." + part.entry->name;
}

std::string ContractSpec::usage(const ContractPart& part) const {
  if (part.is_field) return display_name(part);
  std::string text = "function " + display_name(part) + "(";
  for (const ApiParameter& parameter : part.entry->parameters) {
    if (&parameter != &part.entry->parameters.front()) text += ", ";
    text += parameter.name;
  }
  return text + ")";
}

const ContractPart* ContractSpec::meant_by(std::string_view name) const {
  for (const OtherName& other : other_names) {
    if (other.name == name) return find(other.part);
  }
  std::vector<std::string> known;
  for (const ContractPart& part : parts) known.push_back(part.entry->name);
  return find(nearest_name(name, known));
}

const ContractPart& ContractSpec::main_part() const {
  const auto found = std::find_if(parts.begin(), parts.end(), [](const ContractPart& part) {
    return part.required && !part.is_field;
  });
  return found == parts.end() ? parts.front() : *found;
}

const ContractSpec& ability_contract() {
  static const ContractSpec spec = make_ability_contract();
  return spec;
}

const ContractSpec& policy_contract() {
  static const ContractSpec spec = make_policy_contract();
  return spec;
}

}  // namespace cherub::scripting
