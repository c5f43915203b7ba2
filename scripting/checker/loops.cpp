// Loops without an end, without a single turn, and counted from 0.
#include <algorithm>
#include <map>
#include <set>

#include "scripting/checker/hints.h"
#include "scripting/checker/rules.h"

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Block;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Local;
using sandbox::Statement;
using sandbox::StatementKind;

class LoopRules {
 public:
  explicit LoopRules(const CheckContext& context) : context_(context) {}

  void check(const StatementSite& site) {
    const Statement& statement = *site.statement;
    switch (statement.kind) {
      case StatementKind::kWhile:
      case StatementKind::kRepeat:
        return check_end(statement);
      case StatementKind::kNumericFor:
        return check_turns(statement);
      default:
        return;
    }
  }

  void check_element(const ExpressionSite& site) {
    const Expression& index = *site.expression;
    if (index.kind != ExpressionKind::kIndex || site.is_target) return;
    const Expression& list = bare(*index.children[0]);
    if (!counts_from_one(list)) return;
    const Expression& key = bare(*index.children[1]);
    const std::string text = context_.report.text(list);
    if (key.kind == ExpressionKind::kNumber && key.number == 0) {
      if (!zeros_.insert(text).second) return;
      report(site, index.range, "arrays begin at 1: " + text + "[0] is nil",
             "write " + text + "[1]");
    } else if (key.kind == ExpressionKind::kName && key.local) {
      check_loop_variable(site, key, text);
    } else if (draws_zero(key)) {
      context_.report.warning(key.range, "arrays begin at 1: this may draw 0",
                              "write math.random(#" + text + ")");
    }
  }

 private:
  // A busy wait: nothing in the body changes what the condition asks, and no way leads out. The
  // world stands still while act runs.
  void check_end(const Statement& loop) {
    const Expression& condition = *loop.values[0];
    const Block& body = loop.blocks[0];
    const bool is_while = loop.kind == StatementKind::kWhile;
    if (context_.survey.flow().can_leave(body)) return;
    const bool literal = is_while ? is_always_true(condition) : is_false(condition);
    if (literal) {
      return context_.report.error(condition.range, "this loop has no end",
                                   "leave it with break or return; act runs anew every tick, so it "
                                   "needs no loop around its actions");
    }
    asks_world_ = false;
    names_ = 0;
    if (!is_fixed(condition, body) || !asks_world_) return;
    context_.report.error(condition.range,
                          "this loop has no end: the world stands still while act runs",
                          is_while ? "write if instead of while: act runs anew every tick"
                                   : "leave the loop out: act runs anew every tick");
  }

  static bool is_false(const Expression& condition) {
    const ExpressionKind kind = bare(condition).kind;
    return kind == ExpressionKind::kFalse || kind == ExpressionKind::kNil;
  }

  // Whether an expression gives the same in every turn. Notes whether it asks self or the world.
  bool is_fixed(const Expression& expression, const Block& body) {
    const Expression& inner = bare(expression);
    switch (inner.kind) {
      case ExpressionKind::kNil:
      case ExpressionKind::kTrue:
      case ExpressionKind::kFalse:
      case ExpressionKind::kNumber:
      case ExpressionKind::kString:
        return true;
      case ExpressionKind::kName:
        return is_fixed_name(inner, body);
      case ExpressionKind::kIndex:
        return is_fixed_index(inner);
      case ExpressionKind::kCall:
        return is_fixed_call(inner, body);
      case ExpressionKind::kUnary:
        return inner.unary_op != sandbox::UnaryOp::kLength && is_fixed(*inner.children[0], body);
      case ExpressionKind::kBinary:
        return is_fixed(*inner.children[0], body) && is_fixed(*inner.children[1], body);
      default:
        return false;
    }
  }

  bool is_fixed_name(const Expression& name, const Block& body) {
    const Local* local = name.local;
    if (!local || is_within(local->range, body)) return false;
    const LocalFacts& facts = context_.survey.facts(local);
    if (local->assignments == 0 || !facts.is_assigned_in(body.range)) {
      return local->assignments == 0 || local->captured_by == 0;
    }
    // It may be given anew in the body, but only what the world tells.
    if (local->captured_by > 0 || ++names_ > kNamesMax) return false;
    bool fixed = true;
    visit_assignments(body, [&](const Expression& target, const Expression* value) {
      if (target.local != local || !fixed) return;
      fixed = value && bare(*value).kind == ExpressionKind::kCall && is_fixed(*value, body);
    });
    return fixed;
  }

  static bool is_within(const sandbox::Range& range, const Block& body) {
    return range.begin >= body.range.begin && range.begin < body.range.end;
  }

  template <class Visit>
  static void visit_assignments(const Block& block, const Visit& visit) {
    for (const auto& statement : block.statements) {
      for (std::size_t i = 0; i < statement->targets.size(); ++i) {
        const bool single = statement->values.size() == statement->targets.size();
        visit(*statement->targets[i], single ? statement->values[i].get() : nullptr);
      }
      for (const Block& inner : statement->blocks) visit_assignments(inner, visit);
    }
  }

  bool is_fixed_index(const Expression& index) {
    const Type object = context_.types.of(*index.children[0]);
    const std::string* key = constant_key(index);
    if (!key) return false;
    if (is_record(object)) {
      return bare(*index.children[0]).kind == ExpressionKind::kName &&
             !context_.survey.assigns_field(*key) &&
             bare(*index.children[0]).local->assignments == 0;
    }
    const bool of_api = object.is(Shape::kSelf) || object.is(Shape::kWorld);
    asks_world_ = asks_world_ || of_api;
    // Memory is the policy's own, and fuel counts down while it runs.
    return of_api && *key != "memory" && *key != "fuel";
  }

  bool is_fixed_call(const Expression& call, const Block& body) {
    const Type callee = context_.types.of(*call.children[0]);
    if (!callee.is(Shape::kEntry)) return false;
    const bool sense = callee.entry->kind == ApiKind::kWorldSense;
    asks_world_ = asks_world_ || sense;
    const bool pure =
        sense || (callee.entry->name.starts_with("math.") && callee.entry->name != "math.random");
    return pure && std::all_of(call.children.begin() + 1, call.children.end(),
                               [&](const auto& child) { return is_fixed(*child, body); });
  }

  void check_turns(const Statement& loop) {
    const Expression& start = bare(*loop.values[0]);
    const Expression& limit = bare(*loop.values[1]);
    if (loop.values.size() > 2) {
      const Expression& step = bare(*loop.values[2]);
      if (step.kind == ExpressionKind::kNumber && step.number == 0) {
        context_.report.error(step.range, "this loop has no end: its step is 0",
                              "write 1, or -1 to count down");
      }
      return;
    }
    const bool is_length =
        start.kind == ExpressionKind::kUnary && start.unary_op == sandbox::UnaryOp::kLength;
    const bool number = start.kind == ExpressionKind::kNumber;
    if (limit.kind != ExpressionKind::kNumber) return;
    const bool down = (number && start.number > limit.number) || (is_length && limit.number <= 1);
    if (!down) return;
    sandbox::Range range = start.range;
    range.end = limit.range.end;
    const std::string variable = loop.locals[0]->name;
    context_.report.warning(range,
                            is_length ? "this loop counts up, and so does not count down to its end"
                                      : "this loop has no turn: it counts up",
                            "write for " + variable + " = " + context_.report.text(start) + ", " +
                                context_.report.text(limit) + ", -1 do");
  }

  // world.neighbors(…), or a constant list of the file.
  bool counts_from_one(const Expression& list) {
    if (is_list(context_.types.of(list))) return true;
    if (list.kind != ExpressionKind::kName || !list.local) return false;
    const auto [known, is_new] = lists_.insert({list.local, false});
    if (is_new) known->second = is_constant_list(list);
    return known->second;
  }

  bool is_constant_list(const Expression& list) const {
    if (list.local->assignments > 0) return false;
    const LocalFacts& facts = context_.survey.facts(list.local);
    if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return false;
    const Expression& table = bare(*facts.sources[0]);
    if (table.kind != ExpressionKind::kTable || table.fields.empty()) return false;
    for (const sandbox::TableField& field : table.fields) {
      if (field.key) return false;
    }
    // Whoever writes into it may have put something at 0.
    const bool written =
        std::any_of(facts.indexes.begin(), facts.indexes.end(), [](const ExpressionSite& use) {
          const auto& targets = use.statement->targets;
          return std::any_of(targets.begin(), targets.end(), [&](const auto& target) {
            return target.get() == use.parent && !constant_key(*target);
          });
        });
    const bool handed_on =
        std::any_of(facts.others.begin(), facts.others.end(), [](const ExpressionSite& use) {
          return !(use.parent && use.parent->kind == ExpressionKind::kUnary) &&
                 !(use.parent && use.parent->kind == ExpressionKind::kCall &&
                   is_iterator(*use.parent));
        });
    return !written && !handed_on;
  }

  static bool is_iterator(const Expression& call) {
    const Expression& callee = bare(*call.children[0]);
    return callee.kind == ExpressionKind::kName && !callee.local &&
           (callee.text == "ipairs" || callee.text == "pairs" || callee.text == "unpack");
  }

  // `for i = 0, … do` and list[i]
  void check_loop_variable(const ExpressionSite& site, const Expression& key,
                           const std::string& text) {
    const LocalFacts& facts = context_.survey.facts(key.local);
    if (!facts.loop || facts.loop->kind != StatementKind::kNumericFor) return;
    const Expression& start = bare(*facts.loop->values[0]);
    const bool from_zero = start.kind == ExpressionKind::kNumber && start.number == 0;
    if (!from_zero || facts.loop->values.size() > 2) return;
    // Only where the loop is over this list: `for i = 0, 3 do` may have a guard of its own.
    const sandbox::Range& limit = facts.loop->values[1]->range;
    const std::string until = context_.chunk.source.substr(limit.begin, limit.end - limit.begin);
    if (until.find("#" + text) == std::string::npos) return;
    if (!loops_.insert(facts.loop).second) return;
    report(site, start.range, "arrays begin at 1: " + text + "[0] is nil",
           "write for " + key.text + " = 1, #" + text + " do");
  }

  // Indexed further, nil is a fault.
  void report(const ExpressionSite& site, const sandbox::Range& range, std::string message,
              std::string hint) {
    const bool fails = site.parent && site.parent->kind == ExpressionKind::kIndex &&
                       site.parent->children[0].get() == site.expression;
    fails ? context_.report.error(range, std::move(message), std::move(hint))
          : context_.report.warning(range, std::move(message), std::move(hint));
  }

  // math.random(0, n) as a key.
  bool draws_zero(const Expression& key) const {
    if (key.kind != ExpressionKind::kCall || key.children.size() != 3) return false;
    const Type callee = context_.types.of(*key.children[0]);
    if (!callee.is(Shape::kEntry) || callee.entry->name != "math.random") return false;
    const Expression& low = bare(*key.children[1]);
    return low.kind == ExpressionKind::kNumber && low.number == 0;
  }

  const CheckContext& context_;
  static constexpr int kNamesMax = 4;   // given anew in a body
  std::map<const Local*, bool> lists_;  // whether they count from 1
  int names_ = 0;                       // of the condition that is looked at
  bool asks_world_ = false;             // the condition that is looked at
  std::set<const Statement*> loops_;    // reported as counting from 0
  std::set<std::string> zeros_;         // lists whose [0] was reported
};

}  // namespace

void check_loops(const CheckContext& context) {
  LoopRules rules(context);
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) return;
    rules.check(site);
  }
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check_element(site);
  }
}

}  // namespace cherub::scripting
