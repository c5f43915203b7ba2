// What stands behind dots and colons: members of self, the world, records and the library.
#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;

class MemberRules {
 public:
  explicit MemberRules(const CheckContext& context) : context_(context) {}

  void check(const ExpressionSite& site) {
    const Expression& expression = *site.expression;
    if (expression.kind == ExpressionKind::kMethodCall) {
      check_method(expression);
    } else if (const std::string* key = constant_key(expression)) {
      check_index(site, *key);
    }
  }

 private:
  void check_index(const ExpressionSite& site, const std::string& name) {
    const Expression& index = *site.expression;
    const Type object = context_.types.of(*index.children[0]);
    switch (object.shape) {
      case Shape::kSelf:
        return check_self(site, name);
      case Shape::kWorld:
        return check_world(site, name);
      case Shape::kSighting:
      case Shape::kStep:
      case Shape::kSound:
      case Shape::kOffer:
      case Shape::kWeather:
      case Shape::kCollectStep:
        return check_record(site, object.shape, name);
      case Shape::kSightings:
      case Shape::kSounds:
        return check_list(site, object.shape, name);
      case Shape::kLibrary:
        return check_library(site, object.library, name);
      case Shape::kEntry:
        if (object.entry->kind == ApiKind::kWorldSense) {
          report_error(index, api_display_name(*object.entry) + " is a function",
                       "call it: " + usage(*object.entry));
        }
        return;
      default:
        return;
    }
  }

  void check_self(const ExpressionSite& site, const std::string& name) {
    const Expression& index = *site.expression;
    if (site.is_target) return check_self_target(index, name);
    if (const ApiEntry* field = find_api(ApiKind::kSelfField, name))
      return check_value(site, *field);
    if (const ApiEntry* action = find_api(ApiKind::kSelfAction, name)) {
      return check_dot_call(site, *action);
    }
    if (context_.survey.assigns_field(name)) {
      return report_error(index, "self has no field '" + name + "'", "use self.memory." + name);
    }
    report_error(index, "self has no field '" + name + "'",
                 member_hint(Shape::kSelf, name, object_name(index)));
  }

  void check_self_target(const Expression& index, const std::string& name) {
    if (name == "memory") return;
    std::string hint = "use self.memory." + name + " for what lasts from tick to tick";
    if (find_api(ApiKind::kSelfField, name)) hint = "use self.memory for what lasts";
    if (name == "x" || name == "y" || name == "z") hint = "to move, write self:move_to(x, y)";
    report_error(index, "self is read only: self." + name + " cannot be assigned", hint);
  }

  // `self.move_to(self, x, y)` is good Lua, and a function that is only mentioned may be called
  // well.
  void check_dot_call(const ExpressionSite& site, const ApiEntry& action) {
    if (!is_callee(site)) return;
    const Expression& call = *site.parent;
    if (call.children.size() > 1 && context_.types.of(*call.children[1]).is(Shape::kSelf)) return;
    report_error(*site.expression, "actions of self are called with ':', not '.'",
                 "write " + object_name(*site.expression) + ":" + action.name + arguments(call));
  }

  void check_value(const ExpressionSite& site, const ApiEntry& field) {
    if (!is_callee(site)) return;
    report_error(*site.expression, api_display_name(field) + " is a value, not a function",
                 "write " + api_display_name(field));
  }

  void check_world(const ExpressionSite& site, const std::string& name) {
    const Expression& index = *site.expression;
    if (site.is_target) {
      return report_error(index, "world is read only: world." + name + " cannot be assigned",
                          "use self.memory for what lasts from tick to tick");
    }
    if (const ApiEntry* field = find_api(ApiKind::kWorldField, name))
      return check_value(site, *field);
    if (const ApiEntry* sense = find_api(ApiKind::kWorldSense, name)) {
      if (is_callee(site)) check_sense_exists(index, *sense);
      return;
    }
    report_error(index, "world has no '" + name + "'",
                 member_hint(Shape::kWorld, name, object_name(index)));
  }

  void check_sense_exists(const Expression& index, const ApiEntry& sense) {
    if (!context_.scenario || exists_in(sense, *context_.scenario)) return;
    context_.report.warning(
        index.range,
        api_display_name(sense) + " gives nil in the scenario '" + context_.scenario->name + "'",
        "look for a species with world.nearest(species, radius)");
  }

  void check_record(const ExpressionSite& site, Shape shape, const std::string& name) {
    const Expression& index = *site.expression;
    // A record is a table of the policy's own, which may have put more into it.
    if (site.is_target || context_.survey.assigns_field(name)) return;
    if (shape == Shape::kCollectStep) {
      if (name == "self" || name == "tick" || name == "time") return;
    } else {
      const std::string full = std::string(record_name(shape)) + "." + name;
      if (find_api(ApiKind::kResultField, full)) {
        if (is_callee(site)) {
          report_error(index, full + " is a value, not a function",
                       "write " + object_name(index) + "." + name);
        }
        return;
      }
    }
    report_error(index, std::string(owner_name(shape)) + " has no field '" + name + "'",
                 member_hint(shape, name, object_name(index)));
  }

  void check_list(const ExpressionSite& site, Shape list, const std::string& name) {
    const Expression& index = *site.expression;
    if (site.is_target || context_.survey.assigns_field(name)) return;
    const std::string object = object_name(index);
    if (name == "n" || name == "length" || name == "size" || name == "count") {
      report_error(index, "an array has no field '" + name + "'", "write #" + object);
    } else if (list == Shape::kSounds) {
      if (!find_api(ApiKind::kResultField, "Sound." + name)) return;
      report_error(index, "world.heard gives an array of Sounds, not one",
                   "loop with for _, sound in ipairs(" + object + ") do, or test and take " +
                       object + "[1]");
    } else if (find_api(ApiKind::kResultField, "Sighting." + name)) {
      report_error(
          index, "world.neighbors gives an array of Sightings, not one",
          "loop with for _, other in ipairs(" + object + ") do, or take one with world.nearest");
    }
  }

  void check_library(const ExpressionSite& site, const std::string& table,
                     const std::string& name) {
    const Expression& index = *site.expression;
    const std::string full = table + "." + name;
    if (site.is_target) {
      return report_error(index, "the library is read only: " + full + " cannot be assigned",
                          "write local function " + name + "(…)");
    }
    const ApiEntry* entry = find_api(ApiKind::kLibrary, full);
    if (!entry) {
      return report_error(index, full + " does not exist", library_hint(table, name));
    }
    if (entry->parameters.empty() && is_callee(site)) check_value(site, *entry);
  }

  void check_method(const Expression& call) {
    const Type object = context_.types.of(*call.children[0]);
    const std::string& name = call.text;
    const std::string owner = object_name(call);
    switch (object.shape) {
      case Shape::kSelf:
        return check_self_method(call);
      case Shape::kWorld:
        return check_world_method(call);
      case Shape::kLibrary:
        return report(call.name_range, "functions of " + object.library + " are called with '.'",
                      "write " + object.library + "." + name + arguments(call));
      case Shape::kString:
        if (find_api(ApiKind::kLibrary, "string." + name)) return;
        return report(call.name_range, "string." + name + " does not exist",
                      library_hint("string", name));
      case Shape::kMemory:
        return report(call.name_range, "self.memory is a plain table without functions",
                      "write self.memory.name = value, and read self.memory.name");
      case Shape::kSightings:
      case Shape::kSounds:
        return report(
            call.name_range, "an array has no functions",
            "write #" + owner + ", " + owner + "[1] or a loop with ipairs(" + owner + ")");
      case Shape::kSighting:
      case Shape::kStep:
      case Shape::kSound:
      case Shape::kOffer:
      case Shape::kWeather:
      case Shape::kCollectStep:
        if (context_.survey.assigns_field(name)) return;
        return report(call.name_range,
                      std::string(owner_name(object.shape)) + " is plain data without functions",
                      member_hint(object.shape, name, owner));
      default:
        return;
    }
  }

  void check_self_method(const Expression& call) {
    const std::string& name = call.text;
    if (const ApiEntry* action = find_api(ApiKind::kSelfAction, name)) {
      if (!context_.scenario || exists_in(*action, *context_.scenario)) return;
      std::string here;
      for (const std::string& other : context_.scenario->actions) {
        here += (here.empty() ? "" : ", ") + other;
      }
      return report(call.name_range,
                    "the scenario '" + context_.scenario->name + "' has no action '" + name + "'",
                    "actions here: " + here);
    }
    if (const ApiEntry* field = find_api(ApiKind::kSelfField, name)) {
      return report(call.name_range, "self." + name + " is a value, not a function",
                    "write " + usage(*field));
    }
    if (find_api(ApiKind::kWorldSense, name)) {
      return report(call.name_range, "senses belong to world, not to self",
                    "write world." + name + arguments(call));
    }
    report(call.name_range, "self has no action '" + name + "'", action_hint(name));
  }

  void check_world_method(const Expression& call) {
    const std::string& name = call.text;
    if (find_api(ApiKind::kWorldSense, name)) {
      return report(call.name_range, "senses of world are called with '.', not ':'",
                    "write " + object_name(call) + "." + name + arguments(call));
    }
    if (const ApiEntry* field = find_api(ApiKind::kWorldField, name)) {
      return report(call.name_range, "world." + name + " is a value, not a function",
                    "write " + usage(*field));
    }
    report(call.name_range, "world has no '" + name + "'",
           member_hint(Shape::kWorld, name, object_name(call)));
  }

  // How the source calls the thing before the dot.
  std::string object_name(const Expression& index) const {
    const Expression& object = bare(*index.children[0]);
    return object.kind == ExpressionKind::kName ? object.text : "it";
  }

  std::string arguments(const Expression& call) const {
    std::string text = "(";
    for (std::size_t i = 1; i < call.children.size(); ++i) {
      text += (i > 1 ? ", " : "") + context_.report.text(*call.children[i]);
    }
    return text + ")";
  }

  void report(const sandbox::Range& range, std::string message, std::string hint) {
    context_.report.error(range, std::move(message), std::move(hint));
  }
  void report_error(const Expression& index, std::string message, std::string hint) {
    report(index.range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
};

}  // namespace

void check_members(const CheckContext& context) {
  MemberRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check(site);
  }
}

}  // namespace cherub::scripting
