// How abilities use what they are given, and policies use abilities.
#include <algorithm>
#include <cstdlib>

#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Local;
using sandbox::LocalKind;
using sandbox::Range;

constexpr std::size_t kNameBytesMax = 32;

bool is_ability_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kNameBytesMax && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

// The bounds of a range such as "0 … 100".
bool within(const std::string& range, double value) {
  const std::size_t dots = range.find(" … ");
  if (dots == std::string::npos) return range != "≥ 0" || value >= 0;
  const double high = std::strtod(range.c_str() + dots + std::string_view(" … ").size(), nullptr);
  return value >= std::strtod(range.c_str(), nullptr) && value <= high;
}

std::string names_of(ApiKind kind, std::string_view prefix) {
  std::string text;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != kind || !entry.name.starts_with(prefix)) continue;
    text += (text.empty() ? "" : ", ") + entry.name.substr(prefix.size());
  }
  return text;
}

// What the parameters user, target and effects are used for. They are known by their names.
class AbilityUseRules {
 public:
  explicit AbilityUseRules(const CheckContext& context) : context_(context) {}

  void check(const ExpressionSite& site) {
    const Expression& expression = *site.expression;
    if (expression.kind == ExpressionKind::kMethodCall) return check_method(expression);
    const std::string* key = constant_key(expression);
    if (!key) return;
    if (is_parameter(*expression.children[0], "effects")) return check_effect(site, *key);
    if (is_person(*expression.children[0])) check_field(site, *key);
  }

 private:
  static bool is_parameter(const Expression& expression, std::string_view name) {
    const Expression& inner = bare(expression);
    return inner.kind == ExpressionKind::kName && inner.local && inner.text == name &&
           inner.local->kind == LocalKind::kParameter && inner.local->assignments == 0;
  }
  static bool is_person(const Expression& expression) {
    return is_parameter(expression, "user") || is_parameter(expression, "target");
  }

  static std::string effect_hint(const std::string& name) {
    if (const ApiEntry* entry = find_api(ApiKind::kEffect, name)) return "write " + usage(*entry);
    std::vector<std::string> known;
    for (const ApiEntry& entry : api_manifest()) {
      if (entry.kind == ApiKind::kEffect) known.push_back(entry.name);
    }
    const std::string near = nearest_name(name, known);
    if (!near.empty()) return "write " + usage(*find_api(ApiKind::kEffect, near));
    return "effects has " + names_of(ApiKind::kEffect, "");
  }

  void check_method(const Expression& call) {
    const Expression& object = *call.children[0];
    if (is_parameter(object, "effects")) {
      return error(call.name_range, "effects are called with '.', not ':'", effect_hint(call.text));
    }
    if (is_person(object)) {
      error(call.name_range, bare(object).text + " is a record and cannot act",
            effect_hint(call.text));
    }
  }

  void check_field(const ExpressionSite& site, const std::string& name) {
    const Expression& index = *site.expression;
    const std::string object = bare(*index.children[0]).text;
    if (site.is_target) {
      return error(index.range,
                   "assigning " + object + "." + name + " changes nothing in the world",
                   "list an effect: effects has " + names_of(ApiKind::kEffect, ""));
    }
    if (find_api(ApiKind::kResultField, "Person." + name)) return;
    std::vector<std::string> known;
    for (const std::string& field : split_words(names_of(ApiKind::kResultField, "Person."), ',')) {
      known.push_back(field);
    }
    const std::string near = nearest_name(name, known);
    error(index.range, object + " has no field '" + name + "'",
          near.empty() ? "a Person has " + names_of(ApiKind::kResultField, "Person.")
                       : "write " + object + "." + near + "; a Person has " +
                             names_of(ApiKind::kResultField, "Person."));
  }

  void check_effect(const ExpressionSite& site, const std::string& name) {
    const Expression& index = *site.expression;
    const ApiEntry* entry = find_api(ApiKind::kEffect, name);
    if (!entry) {
      return error(index.range, "there is no effect '" + name + "'", effect_hint(name));
    }
    if (!is_callee(site)) return;
    const Expression& call = *site.parent;
    const std::size_t given = call.children.size() - 1;
    const bool open_ended = given > 0 && is_open_ended(*call.children.back());
    const auto& parameters = entry->parameters;
    const auto needed = static_cast<std::size_t>(std::count_if(
        parameters.begin(), parameters.end(), [](const ApiParameter& p) { return !p.optional; }));
    if ((given < needed && !open_ended) || given > parameters.size()) {
      return error(call.range,
                   api_display_name(*entry) + " takes " + std::to_string(needed) +
                       (needed == parameters.size() ? "" : " or more") + " arguments, got " +
                       std::to_string(given),
                   "write " + usage(*entry));
    }
    for (std::size_t i = 0; i < given; ++i) {
      if (!check_argument(*entry, parameters[i], *call.children[i + 1])) return;
    }
  }

  bool check_argument(const ApiEntry& entry, const ApiParameter& parameter,
                      const Expression& argument) {
    const std::string name = "'" + parameter.name + "' of " + api_display_name(entry);
    const Type type = context_.types.of(argument);
    const bool number = type.is(Shape::kNumber), text = type.is(Shape::kString);
    const bool plain = number || text || type.is(Shape::kBoolean);
    const bool wrong =
        (parameter.type == "Person" && (text || type.is(Shape::kBoolean))) ||
        (parameter.type == "string" && plain && !text) ||
        (parameter.type != "string" && parameter.type != "Person" && plain && !number);
    if (wrong) {
      error(argument.range, name + " must be a " + parameter.type, "write " + usage(entry));
      return false;
    }
    const auto value = literal_number(argument);
    if (value && !within(parameter.range, *value)) {
      error(argument.range, name + " is outside of " + parameter.range,
            "write a number in " + parameter.range);
      return false;
    }
    return true;
  }

  void error(const Range& range, std::string message, std::string hint) {
    context_.report.error(range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
};

void check_own_name(const CheckContext& context, const ContractMember& member) {
  const std::string* text = context.types.constant_text(*member.value);
  if (!text || is_ability_name(*text)) return;
  context.report.error(member.value->range, "this cannot be the name of an ability",
                       "write a lower-case word of at most 32 letters, digits and _");
}

// `self:use("firebal", target)`: what no role of the scenario knows may still come later.
void check_ability_name(const CheckContext& context, const Expression& call) {
  const bool names_one = call.text == "use" || call.text == "knows" || call.text == "cooldown";
  if (call.kind != ExpressionKind::kMethodCall || !names_one || call.children.size() < 2) return;
  if (!context.types.of(*call.children[0]).is(Shape::kSelf)) return;
  const std::string* name = context.types.constant_text(*call.children[1]);
  if (!name) return;
  std::vector<std::string> known;
  std::string all;
  for (const engine::RoleSpec& role : context.scenario->roles) {
    for (const std::string& ability : role.abilities) {
      if (std::find(known.begin(), known.end(), ability) != known.end()) continue;
      known.push_back(ability);
      all += (all.empty() ? "" : ", ") + ability;
    }
  }
  if (known.empty() || std::find(known.begin(), known.end(), *name) != known.end()) return;
  const std::string near = nearest_name(*name, known);
  context.report.warning(
      call.children[1]->range,
      "no role of the scenario '" + context.scenario->name + "' knows an ability \"" + *name + "\"",
      (near.empty() ? "" : "write \"" + near + "\"; ") + "here are " + all);
}

}  // namespace

void check_ability_names(const CheckContext& context) {
  if (!context.scenario) return;
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    check_ability_name(context, *site.expression);
  }
}

void check_ability_uses(const CheckContext& context) {
  if (context.contract.spec != &ability_contract()) return;
  if (const ContractMember* name = context.contract.find("name")) check_own_name(context, *name);
  AbilityUseRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check(site);
  }
}

}  // namespace cherub::scripting
