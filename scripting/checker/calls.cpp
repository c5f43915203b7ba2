// Arguments of calls into the API and the library: how many, and of what type when that is evident.
#include <algorithm>
#include <cstdlib>

#include "engine/intents.h"
#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;

// A call of a known function. `arguments` are those that the manifest's parameters name.
struct KnownCall {
  const ApiEntry* entry = nullptr;
  std::vector<const Expression*> arguments;
  bool open_ended = false;  // the last argument may stand for several
  const Expression* call = nullptr;
};

std::string_view shape_words(Shape shape) {
  switch (shape) {
    case Shape::kNil:
      return "nil";
    case Shape::kBoolean:
      return "a boolean";
    case Shape::kNumber:
      return "a number";
    case Shape::kString:
      return "a string";
    case Shape::kTable:
    case Shape::kMemory:
      return "a table";
    case Shape::kFunction:
    case Shape::kEntry:
      return "a function";
    case Shape::kSelf:
      return "self";
    case Shape::kWorld:
      return "world";
    case Shape::kSighting:
      return "a Sighting";
    case Shape::kSightings:
      return "an array of Sightings";
    case Shape::kStep:
      return "a Step";
    case Shape::kSound:
      return "a Sound";
    case Shape::kSounds:
      return "an array of Sounds";
    case Shape::kOffer:
      return "an Offer";
    case Shape::kWeather:
      return "the weather";
    case Shape::kCollectStep:
      return "the step";
    case Shape::kLibrary:
      return "a library";
    case Shape::kUnknown:
      break;
  }
  return "something else";
}

// Whether `a number` of text is what the library would turn into one: "12".
bool reads_as_number(const Expression& expression) {
  if (expression.kind != ExpressionKind::kString || expression.text.empty()) return true;
  char* end = nullptr;
  std::strtod(expression.text.c_str(), &end);
  return *end == '\0';
}

class CallRules {
 public:
  explicit CallRules(const CheckContext& context) : context_(context) {}

  void check(const Expression& expression) {
    const KnownCall call = known_call(expression);
    if (!call.entry) return;
    if (call.entry->kind == ApiKind::kLibrary && call.entry->parameters.empty()) return;
    if (report_record_for_numbers(call) || report_count(call)) return;
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      const bool last = i + 1 == call.arguments.size();
      if (last && call.open_ended && call.arguments[i]->kind == ExpressionKind::kVararg) break;
      if (!check_argument(call, i)) break;
    }
  }

 private:
  KnownCall known_call(const Expression& expression) const {
    KnownCall known;
    known.call = &expression;
    std::size_t first = 1;
    if (expression.kind == ExpressionKind::kCall) {
      const Type callee = context_.types.of(*expression.children[0]);
      if (!callee.is(Shape::kEntry) || callee.maybe_nil) return {};
      known.entry = callee.entry;
      if (callee.entry->kind == ApiKind::kSelfAction) {
        // Without self in front the colon is what is wrong, and reported as that.
        if (expression.children.size() < 2) return {};
        if (!context_.types.of(*expression.children[1]).is(Shape::kSelf)) return {};
        first = 2;
      }
    } else if (expression.kind == ExpressionKind::kMethodCall) {
      const Type object = context_.types.of(*expression.children[0]);
      if (object.is(Shape::kSelf)) known.entry = find_api(ApiKind::kSelfAction, expression.text);
      if (object.is(Shape::kString)) {
        known.entry = find_api(ApiKind::kLibrary, "string." + expression.text);
        first = 0;
      }
    }
    if (!known.entry) return {};
    for (std::size_t i = first; i < expression.children.size(); ++i) {
      known.arguments.push_back(expression.children[i].get());
    }
    known.open_ended = expression.children.size() > std::max<std::size_t>(first, 1) &&
                       is_open_ended(*expression.children.back());
    return known;
  }

  // `self:move_to(food)`: the most frequent slip has an answer of its own.
  bool report_record_for_numbers(const KnownCall& call) {
    if (call.arguments.empty() || call.entry->parameters.size() < 2) return false;
    const auto& parameters = call.entry->parameters;
    if (parameters[0].type != "number" || parameters[1].type != "number") return false;
    if (call.entry->kind == ApiKind::kLibrary) return false;
    const Type first = context_.types.of(*call.arguments[0]);
    const bool record = first.is(Shape::kSighting) || first.is(Shape::kStep) ||
                        first.is(Shape::kSound) ||
                        (first.is(Shape::kTable) && call.arguments.size() == 1);
    if (!record) return false;
    const Expression& argument = bare(*call.arguments[0]);
    const std::string name = argument.kind == ExpressionKind::kName ? argument.text : "target";
    std::string hint = "write " + usage(*call.entry);
    const std::size_t open = hint.find('(');
    if (call.entry->name == "move") {
      hint = "write self:move(" + name + ".x - self.x, " + name + ".y - self.y)";
    } else {
      hint = hint.substr(0, open) + "(" + name + ".x, " + name + ".y)";
    }
    error(argument,
          api_display_name(*call.entry) + " takes numbers, not " +
              std::string(shape_words(first.shape)),
          hint);
    return true;
  }

  bool report_count(const KnownCall& call) {
    const auto& parameters = call.entry->parameters;
    const bool variadic = !parameters.empty() && parameters.back().name == "...";
    const auto required = static_cast<std::size_t>(std::count_if(
        parameters.begin(), parameters.end(), [](const ApiParameter& p) { return !p.optional; }));
    const std::size_t given = call.arguments.size();
    const std::string name = api_display_name(*call.entry);
    if (given < required && !call.open_ended) {
      // `self:move_to(food.position)`: that there is no such field says it all.
      if (context_.report.has_error_in(call.call->range)) return true;
      error(*call.call, name + " needs " + count_words(required) + ", got " + std::to_string(given),
            "write " + usage(*call.entry) + direction_hint(call));
      return true;
    }
    const bool extra = !variadic && given > parameters.size();
    if (!extra) return false;
    if (call.entry->kind == ApiKind::kLibrary) {
      // Harmless in Lua, but not what was meant.
      context_.report.warning(call.arguments[parameters.size()]->range,
                              name + " ignores what follows its " + count_words(parameters.size()),
                              extra_hint(*call.entry));
      return false;
    }
    error(*call.arguments[parameters.size()],
          name + " takes at most " + count_words(parameters.size()) + ", got " +
              std::to_string(given),
          context_.types.of(*call.arguments[0]).is(Shape::kSelf)
              ? "leave self out: " + usage(*call.entry)
              : "write " + full_usage(*call.entry));
    return true;
  }

  // `self:move("north")`
  std::string direction_hint(const KnownCall& call) const {
    const bool word = call.entry->name == "move" && call.arguments.size() == 1 &&
                      context_.types.of(*call.arguments[0]).is(Shape::kString);
    return word ? "; east is self:move(1, 0), north is self:move(0, 1)" : "";
  }

  static std::string extra_hint(const ApiEntry& entry) {
    if (entry.name == "math.floor" || entry.name == "math.ceil") {
      return "for two digits write math.floor(x * 100 + 0.5) / 100";
    }
    return "write " + full_usage(entry);
  }

  static std::string full_usage(const ApiEntry& entry) {
    std::string text = api_display_name(entry) + "(";
    for (const ApiParameter& parameter : entry.parameters) {
      if (&parameter != &entry.parameters.front()) text += ", ";
      text += parameter.name;
    }
    return text + ")";
  }

  static std::string count_words(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " argument" : " arguments");
  }

  // Returns false when a finding makes the later arguments uninteresting.
  bool check_argument(const KnownCall& call, std::size_t position) {
    const auto& parameters = call.entry->parameters;
    if (position >= parameters.size()) return false;
    const ApiParameter& parameter = parameters[position];
    const Expression& argument = bare(*call.arguments[position]);
    const Type type = context_.types.of(argument);
    if (parameter.type == "species") return check_species(call, argument, type);
    if (!fits(call, parameter, argument, type)) {
      error(argument,
            "'" + parameter.name + "' of " + api_display_name(*call.entry) + " must be " +
                type_words(parameter.type) + ", not " + std::string(shape_words(type.shape)),
            argument_hint(call, argument, type));
      return false;
    }
    check_range(call, parameter, argument);
    return true;
  }

  bool fits(const KnownCall& call, const ApiParameter& parameter, const Expression& argument,
            const Type& type) const {
    if (!type.known() || parameter.type == "any") return true;
    if (type.is(Shape::kNil)) {
      // A variable that only ever was nil may be a slip of the analysis; the word nil is none.
      return parameter.optional || argument.kind != ExpressionKind::kNil ||
             parameter.type.ends_with("|nil");
    }
    if (parameter.type == "number" || parameter.type == "integer") {
      if (type.is(Shape::kNumber)) return true;
      const bool library = call.entry->kind == ApiKind::kLibrary;
      return library && type.is(Shape::kString) && reads_as_number(argument);
    }
    // Only note turns a number into text by itself; the library does everywhere.
    if (call.entry->name == "say" && type.is(Shape::kNumber)) return false;
    if (parameter.type == "string") return type.is(Shape::kString) || type.is(Shape::kNumber);
    if (parameter.type == "integer|string")
      return type.is(Shape::kString) || type.is(Shape::kNumber);
    if (parameter.type == "function") return type.is(Shape::kFunction) || type.is(Shape::kEntry);
    if (parameter.type == "Sighting|integer") return fits_target(argument, type);
    if (parameter.type.starts_with("table")) return fits_table(call, type);
    return true;
  }

  // A table that the policy keeps for itself may be a copy of a Sighting.
  static bool fits_target(const Expression& argument, const Type& type) {
    if (type.is(Shape::kTable)) return argument.kind != ExpressionKind::kTable;
    return type.is(Shape::kSighting) || type.is(Shape::kNumber) || type.is(Shape::kMemory);
  }

  static bool fits_table(const KnownCall& call, const Type& type) {
    const bool is_array_loop = call.entry->name == "ipairs";
    if (is_record(type)) return !is_array_loop;
    return type.is(Shape::kTable) || type.is(Shape::kMemory) || is_list(type);
  }

  static std::string type_words(std::string_view type) {
    if (type == "Sighting|integer") return "a Sighting or an id";
    if (type == "integer|string") return "a number or \"#\"";
    if (type == "table|nil") return "a table or nil";
    return (type == "integer" ? "an " : "a ") + std::string(type);
  }

  std::string argument_hint(const KnownCall& call, const Expression& argument,
                            const Type& type) const {
    if (call.entry->name == "eat" && type.is(Shape::kString)) {
      const std::string* name = context_.types.constant_text(argument);
      return "find it first: local food = world.nearest(\"" + (name ? *name : "any") +
             "\", self.reach); if food then self:eat(food) end";
    }
    if (call.entry->name == "eat" && type.is(Shape::kSightings)) {
      return "take one of them: self:eat(" + context_.report.text(argument) + "[1])";
    }
    if (type.is(Shape::kSighting) && call.entry->name == "ipairs") {
      return "world.nearest gives one; for an array write world.neighbors(species, radius)";
    }
    if (type.is(Shape::kSelf)) return "leave self out: " + usage(*call.entry);
    if (type.is(Shape::kEntry) && type.entry->kind == ApiKind::kWorldSense) {
      return "call it: " + usage(*type.entry);
    }
    if (call.entry->name == "say" && type.is(Shape::kNumber)) {
      return "write self:say(tostring(" + context_.report.text(argument) + "))";
    }
    return "write " + usage(*call.entry);
  }

  bool check_species(const KnownCall& call, const Expression& argument, const Type& type) {
    if (type.known() && !type.is(Shape::kString) &&
        !(type.is(Shape::kNil) && argument.kind != ExpressionKind::kNil)) {
      std::string hint = "write " + usage(*call.entry);
      if (type.is(Shape::kSelf)) hint = "leave self out: " + usage(*call.entry);
      error(argument,
            "'species' of " + api_display_name(*call.entry) + " must be a string, not " +
                std::string(shape_words(type.shape)),
            hint);
      return false;
    }
    const std::string* name = context_.types.constant_text(argument);
    const engine::Scenario* scenario = context_.scenario;
    if (!name || !scenario || scenario->find_species(*name)) return true;
    std::vector<std::string> names{"any", "food"};
    if (scenario->environment) names.insert(names.end(), {"threat", "roost"});
    if (std::find(names.begin(), names.end(), *name) != names.end()) return true;
    std::string here;
    for (const engine::SpeciesSpec& species : scenario->species) {
      names.push_back(species.name);
      here += "\"" + species.name + "\", ";
    }
    const std::string near = nearest_name(*name, names);
    error(argument, "the scenario '" + scenario->name + "' has no species \"" + *name + "\"",
          (near.empty() ? "" : "write \"" + near + "\"; ") + "here are " + here +
              "\"any\" for all and \"food\" for what the agent eats");
    return true;
  }

  void check_range(const KnownCall& call, const ApiParameter& parameter,
                   const Expression& argument) {
    const std::string name = "'" + parameter.name + "' of " + api_display_name(*call.entry);
    if (call.entry->name == "say" && argument.kind == ExpressionKind::kString &&
        argument.text.size() > engine::kMessageBytesMax) {
      error(argument, name + " is longer than 200 bytes", "shorten it, or write self:note(text)");
    }
    const auto range = number_range(parameter.range);
    if (!range || argument.kind != ExpressionKind::kNumber) return;
    if (argument.number >= range->low && argument.number <= range->high) return;
    context_.report.warning(argument.range, name + " is outside of " + parameter.range,
                            "write a number in " + parameter.range);
  }

  void error(const Expression& at, std::string message, std::string hint) {
    context_.report.error(at.range, std::move(message), std::move(hint));
  }

  const CheckContext& context_;
};

}  // namespace

void check_calls(const CheckContext& context) {
  CallRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check(*site.expression);
  }
}

}  // namespace cherub::scripting
