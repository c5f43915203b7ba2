#include "scripting/checker/survey.h"

#include <algorithm>

namespace cherub::scripting {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;
using sandbox::LocalKind;
using sandbox::Statement;
using sandbox::StatementKind;

namespace {

// Of an ordinary source; others have room made for them as they go on.
constexpr std::size_t kBytesPerExpression = 8;

}  // namespace

const Expression& bare(const Expression& expression) {
  const Expression* inner = &expression;
  while (inner->kind == ExpressionKind::kParenthesis) inner = inner->children[0].get();
  return *inner;
}

const std::string* constant_key(const Expression& index) {
  if (index.kind != ExpressionKind::kIndex) return nullptr;
  const Expression& key = *index.children[1];
  return key.kind == ExpressionKind::kString ? &key.text : nullptr;
}

std::optional<double> literal_number(const sandbox::Expression& expression) {
  const sandbox::Expression& inner = bare(expression);
  if (inner.kind == ExpressionKind::kNumber) return inner.number;
  if (inner.kind != ExpressionKind::kUnary || inner.unary_op != sandbox::UnaryOp::kNegate) {
    return std::nullopt;
  }
  const sandbox::Expression& operand = bare(*inner.children[0]);
  if (operand.kind != ExpressionKind::kNumber) return std::nullopt;
  return -operand.number;
}

bool is_open_ended(const Expression& expression) {
  return expression.kind == ExpressionKind::kCall ||
         expression.kind == ExpressionKind::kMethodCall ||
         expression.kind == ExpressionKind::kVararg;
}

bool is_callee(const ExpressionSite& site) {
  return site.parent && site.parent->kind == ExpressionKind::kCall &&
         site.parent->children[0].get() == site.expression;
}

bool LocalFacts::is_assigned_in(const sandbox::Range& range) const {
  const auto first = std::lower_bound(assigned.begin(), assigned.end(), range.begin);
  return first != assigned.end() && *first < range.end;
}

Survey::Survey(const sandbox::Chunk& chunk) : main_(chunk.main.get()) {
  expressions_.reserve(chunk.source.size() / kBytesPerExpression);
  functions_.push_back({main_, nullptr, nullptr, nullptr, nullptr});
  walk_function(*main_);
  for (std::size_t i = 0; i < functions_.size(); ++i) function_places_[functions_[i].function] = i;
  for (const FunctionSite& site : functions_) {
    for (const auto& local : site.function->locals) {
      if (const Function* held = function_of(local.get())) holders_[held] = local.get();
    }
  }
  find_load_only();
}

const FunctionSite& Survey::site_of(const Function* function) const {
  return functions_[function_places_.at(function)];
}

const std::vector<const Statement*>& Survey::returns_of(const Function* function) const {
  static const std::vector<const Statement*> kNone;
  const auto found = returns_.find(function);
  return found == returns_.end() ? kNone : found->second;
}

const LocalFacts& Survey::facts(const Local* local) const {
  static const LocalFacts kNothing;
  const auto found = locals_.find(local);
  return found == locals_.end() ? kNothing : found->second;
}

const Function* Survey::function_of(const Local* local) const {
  const LocalFacts& known = facts(local);
  if (known.opaque) return nullptr;
  const Expression* only = nullptr;
  for (const Expression* source : known.sources) {
    // `local helper` before `helper = function …` is a forward declaration, not a second value.
    if (!source) continue;
    if (only) return nullptr;
    only = &bare(*source);
  }
  return only && only->kind == ExpressionKind::kFunction ? only->function.get() : nullptr;
}

const std::string& Survey::field_of(const Function* function) const {
  static const std::string kNone;
  const auto found = fields_.find(function);
  return found == fields_.end() ? kNone : found->second;
}

const Local* Survey::holder_of(const Function* function) const {
  const auto found = holders_.find(function);
  return found == holders_.end() ? nullptr : found->second;
}

const std::vector<ExpressionSite>& Survey::member_calls(const std::string& name) const {
  static const std::vector<ExpressionSite> kNone;
  const auto found = member_calls_.find(name);
  return found == member_calls_.end() ? kNone : found->second;
}

const std::vector<const Function*>& Survey::functions_named(const std::string& name) const {
  static const std::vector<const Function*> kNone;
  const auto found = field_functions_.find(name);
  return found == field_functions_.end() ? kNone : found->second;
}

bool Survey::assigns_global(const std::string& name) const {
  return global_targets_.contains(name);
}
bool Survey::calls_method(const std::string& name) const {
  return method_names_.contains(name);
}
bool Survey::assigns_field(const std::string& name) const {
  return field_targets_.contains(name);
}
bool Survey::is_load_only(const Function* function) const {
  return load_only_.contains(function);
}

void Survey::walk_function(const Function& function) {
  for (const Local* parameter : function.parameters) locals_[parameter].opaque = true;
  walk_block(function.body, function);
}

void Survey::walk_block(const sandbox::Block& block, const Function& function) {
  for (const auto& statement : block.statements) walk_statement(*statement, function);
}

void Survey::walk_statement(const Statement& statement, const Function& function) {
  statements_.push_back({&statement, &function});
  if (statement.kind == StatementKind::kReturn) returns_[&function].push_back(&statement);
  note_sources(statement);
  // A `repeat` block declares what its condition reads.
  const bool blocks_first = statement.kind == StatementKind::kRepeat;
  if (blocks_first) walk_block(statement.blocks[0], function);
  for (const auto& target : statement.targets) {
    walk_expression({target.get(), nullptr, &statement, &function, true});
  }
  for (const auto& value : statement.values) {
    walk_expression({value.get(), nullptr, &statement, &function, false});
  }
  if (blocks_first) return;
  for (const auto& block : statement.blocks) walk_block(block, function);
}

void Survey::walk_expression(const ExpressionSite& site) {
  const Expression& expression = *site.expression;
  expressions_.push_back(site);
  switch (expression.kind) {
    case ExpressionKind::kName:
      note_name(site);
      break;
    case ExpressionKind::kMethodCall:
      method_names_.insert(expression.text);
      break;
    case ExpressionKind::kIndex:
      if (const std::string* key = constant_key(expression); key && site.is_target) {
        field_targets_.insert(*key);
      } else if (key && is_callee(site)) {
        member_calls_[*key].push_back(site);
      }
      break;
    case ExpressionKind::kFunction:
      functions_.push_back(
          {expression.function.get(), &expression, site.parent, site.statement, site.function});
      walk_function(*expression.function);
      break;
    default:
      break;
  }
  for (const auto& child : expression.children) {
    walk_expression({child.get(), &expression, site.statement, site.function, false});
  }
  for (const auto& field : expression.fields) {
    if (field.key) {
      const bool named = field.key->kind == ExpressionKind::kString;
      note_field(named ? &field.key->text : nullptr, *field.value);
      walk_expression({field.key.get(), &expression, site.statement, site.function, false});
    }
    walk_expression({field.value.get(), &expression, site.statement, site.function, false});
  }
}

namespace {

// The expression that gives value `position` of a list, nullptr for nil. `known` tells whether one
// does.
struct ListValue {
  const Expression* expression = nullptr;
  bool known = true;
};

ListValue value_at(const std::vector<sandbox::ExpressionPtr>& values, std::size_t position) {
  if (position < values.size()) return {values[position].get(), true};
  if (!values.empty() && is_open_ended(*values.back())) return {nullptr, false};
  return {nullptr, true};
}

}  // namespace

void Survey::note_sources(const Statement& statement) {
  const auto give = [&](const Local* local, std::size_t position) {
    LocalFacts& known = locals_[local];
    const ListValue value = value_at(statement.values, position);
    if (!value.known) known.opaque = true;
    known.sources.push_back(value.expression);
  };
  switch (statement.kind) {
    case StatementKind::kLocal:
    case StatementKind::kLocalFunction:
      for (std::size_t i = 0; i < statement.locals.size(); ++i) give(statement.locals[i], i);
      break;
    case StatementKind::kNumericFor:
    case StatementKind::kGenericFor:
      for (std::size_t i = 0; i < statement.locals.size(); ++i) {
        LocalFacts& known = locals_[statement.locals[i]];
        known.opaque = true;
        known.loop = &statement;
        known.loop_position = i;
      }
      break;
    case StatementKind::kFunction:
    case StatementKind::kAssign:
      for (std::size_t i = 0; i < statement.targets.size(); ++i) {
        const Expression& target = *statement.targets[i];
        if (i < statement.values.size()) note_field(constant_key(target), *statement.values[i]);
        if (target.kind != ExpressionKind::kName) continue;
        if (target.local) {
          give(target.local, i);
          locals_[target.local].assigned.push_back(target.range.begin);
        } else {
          global_targets_.insert(target.text);
        }
      }
      break;
    default:
      break;
  }
}

void Survey::note_field(const std::string* key, const Expression& value) {
  const Expression& function = bare(value);
  if (!key || function.kind != ExpressionKind::kFunction) return;
  field_functions_[*key].push_back(function.function.get());
  fields_[function.function.get()] = *key;
}

void Survey::note_name(const ExpressionSite& site) {
  if (!site.expression->local || site.is_target) return;
  LocalFacts& known = locals_[site.expression->local];
  if (is_callee(site)) {
    known.calls.push_back(site);
    return;
  }
  const bool is_object = site.parent &&
                         (site.parent->kind == ExpressionKind::kIndex ||
                          site.parent->kind == ExpressionKind::kMethodCall) &&
                         site.parent->children[0].get() == site.expression;
  (is_object ? known.indexes : known.others).push_back(site);
}

bool Survey::runs_at_load(const FunctionSite& site) const {
  const auto at_load = [this](const Function* function) {
    return function == main_ || load_only_.contains(function);
  };
  // Called on the spot, or handed to a call at file scope, which most likely calls it at once.
  if (site.parent && site.parent->kind == ExpressionKind::kCall) return at_load(site.outer);
  if (site.parent && site.parent->kind == ExpressionKind::kParenthesis) return at_load(site.outer);
  const Local* holder = holder_of(site.function);
  if (!holder) return false;
  const LocalFacts& known = facts(holder);
  if (known.calls.empty() || !known.others.empty()) return false;
  return std::all_of(known.calls.begin(), known.calls.end(),
                     [&](const ExpressionSite& call) { return at_load(call.function); });
}

void Survey::find_load_only() {
  for (bool grew = true; grew;) {
    grew = false;
    for (const FunctionSite& site : functions_) {
      if (site.function == main_ || load_only_.contains(site.function)) continue;
      if (runs_at_load(site)) grew = load_only_.insert(site.function).second;
    }
  }
}

}  // namespace cherub::scripting
