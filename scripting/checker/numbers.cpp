// Numbers that are good Lua, and no good where they stand: chances, angles, radii.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "engine/base/json.h"
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Expression;
using sandbox::ExpressionKind;

// What people write for an angle when they mean degrees.
constexpr std::array kDegrees{30.0,  45.0,  60.0,  90.0,  120.0, 135.0,
                              150.0, 180.0, 225.0, 270.0, 315.0, 360.0};

bool is_degrees(const Expression& expression) {
  return expression.kind == ExpressionKind::kNumber &&
         std::find(kDegrees.begin(), kDegrees.end(), expression.number) != kDegrees.end();
}

class NumberRules {
 public:
  explicit NumberRules(const CheckContext& context) : context_(context) {}

  void check(const Expression& expression) {
    if (expression.kind == ExpressionKind::kCall) check_call(expression);
    if (expression.kind == ExpressionKind::kBinary) check_binary(expression);
  }

 private:
  void check_call(const Expression& call) {
    const ApiEntry* entry = callee_of(call);
    if (!entry || call.children.size() < 2) return;
    if (entry->name == "math.random") return check_random(call);
    const Expression& first = bare(*call.children[1]);
    const bool angle = entry->kind == ApiKind::kLibrary && !entry->parameters.empty() &&
                       entry->parameters[0].unit == "rad" && entry->name != "math.deg";
    if (angle && is_degrees(first)) return report_degrees(first);
    check_radius(*entry, call);
  }

  const ApiEntry* callee_of(const Expression& call) const {
    const Type callee = context_.types.of(*call.children[0]);
    return callee.is(Shape::kEntry) ? callee.entry : nullptr;
  }

  void report_degrees(const Expression& number) {
    const std::string text = context_.report.text(number);
    context_.report.warning(number.range,
                            "angles are in radians, and " + text + " looks like degrees",
                            "write math.rad(" + text + ")");
  }

  void check_radius(const ApiEntry& entry, const Expression& call) {
    for (std::size_t i = 0; i < entry.parameters.size() && i + 1 < call.children.size(); ++i) {
      const auto radius = literal_number(*call.children[i + 1]);
      if (entry.parameters[i].name != "radius" || !radius || *radius > 0) continue;
      context_.report.warning(call.children[i + 1]->range,
                              "nothing is found within " + base::json_number(*radius) + " m",
                              "write self.sense_radius, or how many metres to look");
    }
  }

  void check_random(const Expression& call) {
    const auto first = literal_number(*call.children[1]);
    const bool two = call.children.size() > 2;
    const auto second = two ? literal_number(*call.children[2]) : std::nullopt;
    const bool empty =
        two ? first && second && std::floor(*second) < std::floor(*first) : first && *first < 1;
    if (!empty) return;
    context_.report.error(
        call.range, "there is no whole number to draw from",
        two ? "write the smaller one first: math.random(low, high)"
            : "write math.random() for a number in [0, 1), math.random(n) for one "
              "of 1 … n");
  }

  void check_binary(const Expression& binary) {
    const Expression& left = bare(*binary.children[0]);
    const Expression& right = bare(*binary.children[1]);
    switch (binary.binary_op) {
      case BinaryOp::kLess:
      case BinaryOp::kLessEqual:
      case BinaryOp::kGreater:
      case BinaryOp::kGreaterEqual:
        check_chance(left, right);
        return check_chance(right, left);
      case BinaryOp::kAdd:
      case BinaryOp::kSubtract:
        if (is_heading(left) && is_degrees(right)) report_degrees(right);
        return;
      default:
        return;
    }
  }

  bool is_heading(const Expression& expression) const {
    const Type type = context_.types.of(expression);
    return type.entry && type.entry->kind == ApiKind::kSelfField && type.entry->name == "heading";
  }

  // `math.random(0, 1) < 0.2`: whole numbers only.
  void check_chance(const Expression& draw, const Expression& chance) {
    if (draw.kind != ExpressionKind::kCall || draw.children.size() < 2) return;
    if (chance.kind != ExpressionKind::kNumber || chance.number <= 0 || chance.number >= 1) return;
    const ApiEntry* entry = callee_of(draw);
    if (!entry || entry->name != "math.random" || chance.number == 0.5) return;
    context_.report.warning(draw.range, context_.report.text(draw) + " gives whole numbers only",
                            "write math.random() for a number in [0, 1)");
  }

  const CheckContext& context_;
};

}  // namespace

void check_numbers(const CheckContext& context) {
  NumberRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check(*site.expression);
  }
}

}  // namespace cherub::scripting
