#include <algorithm>
#include <array>
#include <cmath>

#include "abilities/angel/grammar.h"
#include "engine/base/json.h"

// Programs as JSON, so that a later search can go on from one.
namespace cherub::abilities::angel {
namespace {

using rapidjson::Value;

constexpr double kParameterMax = 1e6;

// In the order of the enums.
constexpr std::array kTestNames = {"hungry",     "tired",   "energetic", "hurt",      "sees",
                                   "missing",    "crowded", "sparse",    "way_clear", "blocked",
                                   "often_here", "fresh",   "chance",    "late",      "early",
                                   "thirsty",    "ready",   "reached",   "role"};
constexpr std::array kDeedNames = {
    "approach", "flee",   "follow_path", "prospect", "eat",      "reproduce", "rest",
    "keep_on",  "wander", "seek",        "explore",  "stay",     "plan",      "work",
    "store",    "fetch",  "snack",       "sell",     "strike",   "way",       "survey",
    "go_back",  "drink",  "forage",      "mate",     "pollinate"};
static_assert(kTestNames.size() == static_cast<std::size_t>(Test::kRole) + 1);
static_assert(kDeedNames.size() == static_cast<std::size_t>(Deed::kPollinate) + 1);

const Value* member(const Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

bool read_number(const Value& object, const char* name, double& out) {
  const Value* const value = member(object, name);
  if (value == nullptr || !value->IsNumber()) return false;
  out = value->GetDouble();
  return out >= 0 && out <= kParameterMax;
}

bool read_flag(const Value& object, const char* name, bool& out) {
  const Value* const value = member(object, name);
  if (value == nullptr || !value->IsBool()) return false;
  out = value->GetBool();
  return true;
}

// The place of the member's text among the names; their number when it is none of them.
template <class Names>
std::size_t read_name(const Value& object, const char* name, const Names& names) {
  const Value* const value = member(object, name);
  if (value == nullptr || !value->IsString()) return names.size();
  const std::string_view text(value->GetString(), value->GetStringLength());
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), text) - names.begin());
}

template <class Kind>
bool holds(const std::vector<Kind>& kinds, Kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

std::string Grammar::text(const Program& program) const {
  const auto thing = [this](std::size_t index) {
    return index < things_.size() ? things_[index].name : std::string();
  };
  base::JsonArray rules;
  for (const Rule& rule : program.rules) {
    base::JsonArray conditions;
    for (const Condition& condition : rule.conditions) {
      conditions.raw(base::JsonObject()
                         .add("test", kTestNames[static_cast<std::size_t>(condition.test)])
                         .add("thing", thing(condition.thing))
                         .add("a", condition.a)
                         .add("b", condition.b)
                         .text());
    }
    const Action& action = rule.action;
    const std::string deed = base::JsonObject()
                                 .add("deed", kDeedNames[static_cast<std::size_t>(action.deed)])
                                 .add("thing", thing(action.thing))
                                 .add("a", action.a)
                                 .add("b", action.b)
                                 .add("c", action.c)
                                 .add("go_on", action.go_on)
                                 .text();
    rules.raw(base::JsonObject().raw("if", conditions.text()).raw("do", deed).text());
  }
  return base::JsonObject().raw("rules", rules.text()).text();
}

bool Grammar::read_thing(const Value& object, std::size_t& out) const {
  std::vector<std::string> names;
  for (const Thing& thing : things_) names.push_back(thing.name);
  if (names.empty()) names.emplace_back();
  out = read_name(object, "thing", names);
  return out < names.size();
}

template <class Word>
bool Grammar::is_about(Word word, std::size_t thing) const {
  return thing < things_.size() && suits(word, things_[thing]);
}

bool Grammar::read_rule(const Value& object, Rule& rule) const {
  const Value* const conditions = member(object, "if");
  const Value* const deed = member(object, "do");
  if (conditions == nullptr || !conditions->IsArray() || deed == nullptr) return false;
  if (conditions->Size() > kConditionsMax) return false;
  for (const Value& given : conditions->GetArray()) {
    Condition condition;
    condition.test = static_cast<Test>(read_name(given, "test", kTestNames));
    const bool right = holds(tests_, condition.test) && read_thing(given, condition.thing) &&
                       read_number(given, "a", condition.a) && read_number(given, "b", condition.b);
    if (!right) return false;
    if (names_thing(condition.test) && !is_about(condition.test, condition.thing)) return false;
    rule.conditions.push_back(condition);
  }
  Action& action = rule.action;
  action.deed = static_cast<Deed>(read_name(*deed, "deed", kDeedNames));
  const bool right = holds(deeds_, action.deed) && read_thing(*deed, action.thing) &&
                     read_number(*deed, "a", action.a) && read_number(*deed, "b", action.b) &&
                     read_number(*deed, "c", action.c) && read_flag(*deed, "go_on", action.go_on);
  return right && (!names_thing(action.deed) || is_about(action.deed, action.thing));
}

std::optional<Program> Grammar::read(std::string_view text) const {
  const auto document = base::parse_json(text);
  if (!document) return std::nullopt;
  const Value* const rules = member(*document, "rules");
  if (rules == nullptr || !rules->IsArray()) return std::nullopt;
  if (rules->Empty() || rules->Size() > kRulesMax) return std::nullopt;
  Program program;
  for (const Value& given : rules->GetArray()) {
    if (!read_rule(given, program.rules.emplace_back())) return std::nullopt;
  }
  return program;
}

}  // namespace cherub::abilities::angel
