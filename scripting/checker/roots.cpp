#include "scripting/checker/roots.h"

#include <algorithm>

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;

// Aliases are followed that far: `local a = state; local b = a.x; …`.
constexpr int kAliasDepthMax = 8;

}  // namespace

const Local* Roots::of(const Expression& expression) const {
  return of(expression, 0);
}

const Local* Roots::of(const Expression& expression, int depth) const {
  const Expression& inner = bare(expression);
  if (depth > kAliasDepthMax) return nullptr;
  if (inner.kind == ExpressionKind::kIndex) return of(*inner.children[0], depth + 1);
  if (inner.kind == ExpressionKind::kCall) return of_getter(inner, depth);
  if (inner.kind != ExpressionKind::kName || !inner.local) return nullptr;
  return of_local(inner.local, depth);
}

const Local* Roots::of_local(const Local* local, int depth) const {
  if (local->function == survey_.main()) return local;
  if (local->assignments > 0) return nullptr;
  const auto& parameters = local->function->parameters;
  if (std::find(parameters.begin(), parameters.end(), local) != parameters.end()) return local;
  const LocalFacts& facts = survey_.facts(local);
  if (facts.loop) return of_loop(facts, depth);
  if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return nullptr;
  return of(*facts.sources[0], depth + 1);
}

// `for _, entry in pairs(state) do entry.seen = true end`
const Local* Roots::of_loop(const LocalFacts& facts, int depth) const {
  if (facts.loop->kind != sandbox::StatementKind::kGenericFor || facts.loop_position != 1) {
    return nullptr;
  }
  const Expression& iterator = bare(*facts.loop->values[0]);
  if (iterator.kind != ExpressionKind::kCall || iterator.children.size() != 2) return nullptr;
  const Type callee = types_.of(*iterator.children[0]);
  if (!callee.is(Shape::kEntry)) return nullptr;
  if (callee.entry->name != "pairs" && callee.entry->name != "ipairs") return nullptr;
  return of(*iterator.children[1], depth + 1);
}

// `local function get_state() return state end`
const Local* Roots::of_getter(const Expression& call, int depth) const {
  const Expression& callee = bare(*call.children[0]);
  if (callee.kind != ExpressionKind::kName || !callee.local) return nullptr;
  const Function* function = survey_.function_of(callee.local);
  if (!function) return nullptr;
  const auto& returns = survey_.returns_of(function);
  if (returns.size() != 1 || returns[0]->values.size() != 1) return nullptr;
  const Local* root = of(*returns[0]->values[0], depth + 2);
  return root && root->function == survey_.main() ? root : nullptr;
}

bool Roots::reaches_memory(const Expression& expression) const {
  return reaches_memory(expression, 0);
}

bool Roots::reaches_memory(const Expression& expression, int depth) const {
  const Expression& inner = bare(expression);
  if (depth > kAliasDepthMax) return false;
  if (types_.of(inner).is(Shape::kMemory)) return true;
  if (inner.kind == ExpressionKind::kIndex) return reaches_memory(*inner.children[0], depth + 1);
  if (inner.kind != ExpressionKind::kName || !inner.local) return false;
  const LocalFacts& facts = survey_.facts(inner.local);
  if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return false;
  if (inner.local->assignments > 0) return false;
  return reaches_memory(*facts.sources[0], depth + 1);
}

}  // namespace cherub::scripting
