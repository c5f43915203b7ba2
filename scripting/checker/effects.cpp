#include "scripting/checker/effects.h"

#include <algorithm>

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;

// Functions through which an argument may be handed on.
constexpr int kHandDepthMax = 4;
// Functions of one name: with more, which one is called is not evident.
constexpr std::size_t kNamesakesMax = 16;

bool is_call(const Expression& expression) {
  return expression.kind == ExpressionKind::kCall || expression.kind == ExpressionKind::kMethodCall;
}

// The first child that is an argument; a method's object is argument 0.
std::size_t first_argument(const Expression& call) {
  return call.kind == ExpressionKind::kMethodCall ? 0 : 1;
}

}  // namespace

bool changes_first_argument(const ApiEntry& entry) {
  return entry.name == "table.insert" || entry.name == "table.remove" ||
         entry.name == "table.sort" || entry.name == "rawset" || entry.name == "setmetatable";
}

Effects::Effects(const Survey& survey, const Types& types, const Roots& roots)
    : survey_(survey), types_(types), roots_(roots) {
  for (const StatementSite& site : survey.statements()) {
    for (const auto& target : site.statement->targets) {
      if (target->kind == ExpressionKind::kIndex) note_root(*target->children[0]);
    }
  }
  for (int depth = 0; depth < kHandDepthMax; ++depth) {
    const std::size_t before = changed_.size();
    for (const ExpressionSite& site : survey.expressions()) {
      if (!is_call(*site.expression)) continue;
      for (const Expression* argument : changed_by(*site.expression)) note_root(*argument);
    }
    if (changed_.size() == before) break;
  }
}

void Effects::note_root(const Expression& expression) {
  const Local* root = roots_.of(expression);
  if (root && root->function != survey_.main()) changed_.insert(root);
}

std::vector<const Expression*> Effects::changed_by(const Expression& call) const {
  std::vector<const Expression*> arguments;
  if (!is_call(call)) return arguments;
  const Type callee = types_.of(*call.children[0]);
  if (call.kind == ExpressionKind::kCall && callee.is(Shape::kEntry)) {
    if (changes_first_argument(*callee.entry) && call.children.size() > 1) {
      arguments.push_back(call.children[1].get());
    }
    return arguments;
  }
  for (std::size_t i = first_argument(call); i < call.children.size(); ++i) {
    if (changes(call, i - first_argument(call))) arguments.push_back(call.children[i].get());
  }
  return arguments;
}

bool Effects::changes(const Expression& call, std::size_t position) const {
  const auto changes_parameter = [&](const Function* function) {
    return position < function->parameters.size() &&
           changed_.contains(function->parameters[position]);
  };
  const auto all_change = [&](const std::string& name) {
    const auto& functions = survey_.functions_named(name);
    return !functions.empty() && functions.size() <= kNamesakesMax &&
           std::all_of(functions.begin(), functions.end(), changes_parameter);
  };
  if (call.kind == ExpressionKind::kCall) {
    const Expression& callee = bare(*call.children[0]);
    if (callee.kind == ExpressionKind::kName) {
      const Function* function = callee.local ? survey_.function_of(callee.local) : nullptr;
      return function && changes_parameter(function);
    }
    const std::string* key = constant_key(callee);
    if (!key) return false;
    return all_change(*key);
  }
  return all_change(call.text);
}

}  // namespace cherub::scripting
