// What a sense may not have found, followed along the ways through a function. Whoever has tested
// the result, in whatever way, hears nothing.
#include <algorithm>
#include <map>
#include <set>

#include "scripting/checker/flow.h"
#include "scripting/checker/hints.h"
#include "scripting/checker/nil_state.h"
#include "scripting/checker/rules.h"

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Block;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;
using sandbox::Statement;
using sandbox::StatementKind;

// Conditions in locals that are looked into, in one source.
constexpr int kKeptConditionsMax = 2000;

// The untested result of a sense. The target of a maze is always there.
bool is_unsure(const Type& type) {
  return type.maybe_nil && type.entry && type.entry->kind == ApiKind::kWorldSense &&
         type.entry->name != "target" && (is_record(type) || type.is(Shape::kString));
}

bool is_call(const Expression& expression) {
  return expression.kind == ExpressionKind::kCall || expression.kind == ExpressionKind::kMethodCall;
}

// Walks one function; functions inside of it are walked on their own, with nothing known.
class NilRules {
 public:
  explicit NilRules(const CheckContext& context) : context_(context) {
    // Who counts first knows that there is one.
    for (const ExpressionSite& site : context.survey.expressions()) {
      const std::string* key = constant_key(*site.expression);
      counts_ = counts_ || (key && *key == "count");
      const bool further = site.parent && site.parent->kind == ExpressionKind::kIndex &&
                           site.parent->children[0].get() == site.expression;
      if (further) indexed_further_.insert(site.expression);
    }
  }

  void check(const Function& function) {
    state_ = {};
    breaks_.clear();
    walk(function.body);
  }

 private:
  void walk(const Block& block) {
    for (const auto& statement : block.statements) walk(*statement);
  }

  void walk(const Statement& statement) {
    switch (statement.kind) {
      case StatementKind::kLocal:
      case StatementKind::kAssign:
        return walk_values(statement);
      case StatementKind::kIf:
        return walk_if(statement);
      case StatementKind::kWhile:
      case StatementKind::kRepeat:
      case StatementKind::kNumericFor:
      case StatementKind::kGenericFor:
        return walk_loop(statement);
      case StatementKind::kLabel:
        // A jump may come from anywhere.
        state_.forget_all();
        return state_.revive();
      case StatementKind::kBreak:
        if (!breaks_.empty()) breaks_.back().push_back(state_);
        return state_.end();
      case StatementKind::kGoto:
        return state_.end();
      default:
        break;
    }
    for (const auto& value : statement.values) visit(*value);
    for (const Block& block : statement.blocks) walk(block);
    if (statement.kind == StatementKind::kReturn || raises_error(statement)) state_.end();
    if (statement.kind == StatementKind::kCall) narrow_by_assert(*statement.values[0]);
  }

  void narrow_by_assert(const Expression& call) {
    if (call.kind != ExpressionKind::kCall || call.children.size() < 2) return;
    const Type callee = context_.types.of(*call.children[0]);
    if (!callee.is(Shape::kEntry) || callee.entry->name != "assert") return;
    state_ = ways_of(*call.children[1]).when_true;
  }

  void walk_values(const Statement& statement) {
    for (const auto& value : statement.values) visit(*value);
    for (const auto& target : statement.targets) visit(*target);
    std::vector<std::pair<const Local*, std::optional<Presence>>> given;
    const std::size_t count = std::max(statement.locals.size(), statement.targets.size());
    for (std::size_t i = 0; i < count; ++i) {
      const Local* local = i < statement.locals.size() ? statement.locals[i] : nullptr;
      if (!local && i < statement.targets.size()) local = statement.targets[i]->local;
      if (local && is_followed(local)) given.emplace_back(local, presence_of(statement, i));
    }
    // Whoever tests the new value may thereby test the old one.
    for (const auto& value : statement.values) forget_names(state_, *value);
    for (const auto& [local, presence] : given) {
      presence ? state_.set(local, *presence) : state_.forget(local);
    }
  }

  std::optional<Presence> presence_of(const Statement& statement, std::size_t position) const {
    const auto& values = statement.values;
    if (position >= values.size()) {
      if (!values.empty() && is_open_ended(*values.back())) return std::nullopt;
      return Presence::kNil;
    }
    const Expression& value = bare(*values[position]);
    if (value.kind == ExpressionKind::kNil) return Presence::kNil;
    if (is_call(value) && is_unsure(context_.types.of(value)) && !counts_) return Presence::kMaybe;
    return std::nullopt;
  }

  // A local that inner functions change may change at any call.
  static bool is_followed(const Local* local) {
    return local->captured_by == 0 || local->assignments == 0;
  }

  void walk_if(const Statement& statement) {
    NilState after;
    after.end();
    bool left = false;
    for (std::size_t i = 0; i < statement.blocks.size(); ++i) {
      NilState rest;
      if (i < statement.values.size()) {
        visit(*statement.values[i]);
        // Another condition may hang together with what was tested before.
        state_.forget_tested();
        NilBranches ways = ways_of(*statement.values[i]);
        state_ = std::move(ways.when_true);
        rest = std::move(ways.when_false);
      }
      walk(statement.blocks[i]);
      left = left || state_.dead();
      after.join(state_);
      state_ = std::move(rest);
    }
    if (statement.blocks.size() == statement.values.size()) after.join(state_);
    state_ = std::move(after);
    if (left) state_.forget_tested();
  }

  void walk_loop(const Statement& loop) {
    const bool checks_first = loop.kind != StatementKind::kRepeat;
    if (loop.kind != StatementKind::kWhile && checks_first) {
      for (const auto& value : loop.values) visit(*value);
    }
    state_.forget_assigned(context_.survey, loop.range);
    NilState after = state_;
    if (loop.kind == StatementKind::kWhile) {
      visit(*loop.values[0]);
      NilBranches ways = ways_of(*loop.values[0]);
      state_ = std::move(ways.when_true);
      after = std::move(ways.when_false);
    }
    breaks_.emplace_back();
    walk(loop.blocks[0]);
    if (!checks_first) {
      visit(*loop.values[0]);
      after = ways_of(*loop.values[0]).when_true;
    }
    for (const NilState& broken : breaks_.back()) after.join(broken);
    breaks_.pop_back();
    state_ = std::move(after);
    state_.forget_tested();
  }

  NilBranches ways_of(const Expression& condition) {
    return branch(context_.survey, state_, condition, budget_);
  }

  void visit(const Expression& expression) {
    if (expression.kind == ExpressionKind::kFunction) return;
    const bool chooses =
        expression.kind == ExpressionKind::kBinary &&
        (expression.binary_op == BinaryOp::kAnd || expression.binary_op == BinaryOp::kOr);
    if (chooses) return visit_choice(expression);
    for (const auto& child : expression.children) visit(*child);
    for (const auto& field : expression.fields) {
      if (field.key) visit(*field.key);
      visit(*field.value);
    }
    if (state_.dead()) return;
    check_use(expression);
  }

  void visit_choice(const Expression& choice) {
    visit(*choice.children[0]);
    NilState before = state_;
    state_.forget_tested();
    const bool both = choice.binary_op == BinaryOp::kAnd;
    NilBranches ways = ways_of(*choice.children[0]);
    state_ = std::move(both ? ways.when_true : ways.when_false);
    visit(*choice.children[1]);
    state_ = std::move(before);
  }

  void check_use(const Expression& expression) {
    switch (expression.kind) {
      case ExpressionKind::kIndex:
      case ExpressionKind::kMethodCall:
        return check_object(expression);
      case ExpressionKind::kBinary:
        if (expression.binary_op == BinaryOp::kEqual ||
            expression.binary_op == BinaryOp::kNotEqual) {
          return;
        }
        for (const auto& child : expression.children) check_operand(bare(*child));
        return;
      case ExpressionKind::kUnary:
        if (expression.unary_op != sandbox::UnaryOp::kNot) {
          check_operand(bare(*expression.children[0]));
        }
        return;
      default:
        break;
    }
    if (expression.kind == ExpressionKind::kCall) check_arguments(expression, 1);
  }

  // `food.x`, `world.nearest("food", 5).x`, `others[1].x`
  void check_object(const Expression& use) {
    const Expression& object = bare(*use.children[0]);
    if (use.kind == ExpressionKind::kMethodCall) check_arguments(use, 1);
    if (object.kind == ExpressionKind::kName) return check_local(object);
    if (is_call(object)) return check_result(object, use);
    check_element(object, use);
  }

  void check_local(const Expression& name) {
    const auto presence = name.local ? state_.of(name.local) : std::nullopt;
    if (!presence || *presence == Presence::kSet) return;
    if (*presence == Presence::kTested && !is_record(context_.types.of(name))) return;
    state_.set(name.local, Presence::kSet);
    if (!reported_.insert(name.local).second) return;
    const std::string& text = name.text;
    if (*presence == Presence::kNil) {
      return context_.report.error(name.range, "'" + text + "' is nil here", nil_hint(name));
    }
    context_.report.warning(name.range, "'" + text + "' may be nil here",
                            "test it first: if " + text + " then … end");
  }

  std::string nil_hint(const Expression& name) const {
    const LocalFacts& facts = context_.survey.facts(name.local);
    if (is_record(context_.types.of(name))) {
      return "use it where it was found: if " + name.text + " then … end";
    }
    const bool never_given = !facts.opaque && name.local->assignments == 0;
    return never_given ? "give it a value first: local " + name.text + " = …"
                       : "give it a value on this way too";
  }

  void check_result(const Expression& call, const Expression& use) {
    if (counts_ || !is_unsure(context_.types.of(call))) return;
    const Shape shape = context_.types.of(call).shape;
    const std::string name = shape == Shape::kStep    ? "step"
                             : shape == Shape::kOffer ? "offer"
                                                      : "food";
    context_.report.warning(use.range, context_.report.text(call) + " may be nil",
                            "keep it first: local " + name + " = …; if " + name + " then … end");
  }

  // `others[1].x` where nobody ever asks how many there are.
  void check_element(const Expression& element, const Expression& use) {
    if (element.kind != ExpressionKind::kIndex || counts_) return;
    const Expression& list = bare(*element.children[0]);
    if (list.kind != ExpressionKind::kName || !list.local) return;
    if (bare(*element.children[1]).kind != ExpressionKind::kNumber) return;
    const Type array = context_.types.of(list);
    if (!is_list(array)) return;
    if (bare(*element.children[1]).number < 1 || is_measured(list.local)) return;
    if (!reported_.insert(list.local).second) return;
    const std::string text = context_.report.text(element);
    context_.report.warning(use.range,
                            text + (array.is(Shape::kSounds) ? " is nil when nothing was heard"
                                                             : " is nil when nobody is near"),
                            "test it first: if " + text + " then … end");
  }

  // Whether any use of a list may tell that it is not empty.
  bool is_measured(const Local* list) {
    const auto [known, is_new] = measured_.insert({list, true});
    if (!is_new) return known->second;
    const LocalFacts& facts = context_.survey.facts(list);
    // An element that stands alone is tested or kept.
    known->second =
        !facts.others.empty() ||
        std::any_of(facts.indexes.begin(), facts.indexes.end(), [this](const ExpressionSite& use) {
          return !indexed_further_.contains(use.parent);
        });
    return known->second;
  }

  // A nil among operands. That a Sighting is no number is another rule's business.
  void check_operand(const Expression& operand) {
    if (operand.kind == ExpressionKind::kName && operand.local) {
      const auto presence = state_.of(operand.local);
      const bool text = context_.types.of(operand).is(Shape::kString);
      const bool unsure = presence == Presence::kMaybe && text;
      if (presence == Presence::kNil || unsure) check_local(operand);
      return;
    }
    const Type type = is_call(operand) ? context_.types.of(operand) : Type{};
    if (!type.is(Shape::kString) || !is_unsure(type)) return;
    context_.report.warning(operand.range, context_.report.text(operand) + " may be nil",
                            "write tostring(" + context_.report.text(operand) + ")");
  }

  // `self:eat(food)`: the API takes no nil where it wants something.
  void check_arguments(const Expression& call, std::size_t first) {
    const ApiEntry* entry = callee_of(call, first);
    if (!entry) return;
    for (std::size_t i = first; i < call.children.size(); ++i) {
      if (i - first >= entry->parameters.size()) return;
      const ApiParameter& parameter = entry->parameters[i - first];
      if (parameter.optional || parameter.type == "any" || parameter.type.ends_with("|nil")) {
        continue;
      }
      check_argument(*entry, bare(*call.children[i]));
    }
  }

  const ApiEntry* callee_of(const Expression& call, std::size_t& first) const {
    if (call.kind == ExpressionKind::kMethodCall) {
      const Type object = context_.types.of(*call.children[0]);
      return object.is(Shape::kSelf) ? find_api(ApiKind::kSelfAction, call.text) : nullptr;
    }
    const Type callee = context_.types.of(*call.children[0]);
    if (!callee.is(Shape::kEntry)) return nullptr;
    if (callee.entry->kind == ApiKind::kSelfAction) ++first;
    return callee.entry;
  }

  void check_argument(const ApiEntry& entry, const Expression& argument) {
    if (argument.kind == ExpressionKind::kName && argument.local) {
      const auto presence = state_.of(argument.local);
      const bool tested = presence == Presence::kTested;
      if (presence && *presence != Presence::kSet && !tested) check_local(argument);
      return;
    }
    if (counts_ || !is_call(argument) || !is_unsure(context_.types.of(argument))) return;
    const std::string call = api_display_name(entry) + "(food)";
    context_.report.warning(argument.range, context_.report.text(argument) + " may be nil",
                            "keep it first: local food = …; if food then " + call + " end");
  }

  const CheckContext& context_;
  NilState state_;
  std::vector<std::vector<NilState>> breaks_;  // of the loops around, at their `break`s
  std::set<const Local*> reported_;
  std::map<const Local*, bool> measured_;        // lists that were looked at
  std::set<const Expression*> indexed_further_;  // `list[1]` of `list[1].x`
  int budget_ = kKeptConditionsMax;
  bool counts_ = false;  // the source calls something named count
};

}  // namespace

void check_nil(const CheckContext& context) {
  NilRules rules(context);
  for (const FunctionSite& site : context.survey.functions()) {
    if (context.report.full()) return;
    rules.check(*site.function);
  }
}

}  // namespace cherub::scripting
