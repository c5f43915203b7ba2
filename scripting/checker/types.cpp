#include "scripting/checker/types.h"

#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::BinaryOp;
using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Function;
using sandbox::Local;
using sandbox::LocalKind;

// Calls through which a parameter's shape may be handed on.
constexpr int kCallDepthMax = 4;
// Calls of one function that are compared.
constexpr std::size_t kCalleesMax = 64;
// How many values may hang on each other before the answer is "unknown": bounds the stack.
constexpr std::size_t kDepthMax = 400;

Type join(const Type& a, const Type& b) {
  if (a.is(Shape::kNil) || b.is(Shape::kNil)) {
    Type either = a.is(Shape::kNil) ? b : a;
    either.maybe_nil = true;
    return either;
  }
  if (a.shape != b.shape || a.library != b.library) return {};
  Type both = a;
  both.maybe_nil = a.maybe_nil || b.maybe_nil;
  if (a.entry != b.entry) {
    if (a.is(Shape::kEntry)) return {};
    both.entry = nullptr;
  }
  return both;
}

Type type_of_words(std::string_view words, const ApiEntry* entry) {
  Type type;
  type.entry = entry;
  if (words.ends_with("|nil")) {
    type.maybe_nil = true;
    words.remove_suffix(4);
  }
  if (words == "number" || words == "integer") type.shape = Shape::kNumber;
  if (words == "string") type.shape = Shape::kString;
  if (words == "boolean") type.shape = Shape::kBoolean;
  if (words == "Sighting") type.shape = Shape::kSighting;
  if (words == "Sighting[]") type.shape = Shape::kSightings;
  if (words == "Step") type.shape = Shape::kStep;
  if (words == "Sound[]") type.shape = Shape::kSounds;
  if (words == "Offer") type.shape = Shape::kOffer;
  if (words == "Weather") type.shape = Shape::kWeather;
  if (words == "Self") type.shape = Shape::kSelf;
  return type;
}

// What a parameter of a contract function is.
Shape role_of(std::string_view type) {
  if (type == "Self") return Shape::kSelf;
  if (type == "World") return Shape::kWorld;
  return type == "CollectStep" ? Shape::kCollectStep : Shape::kUnknown;
}

Type of_function_entry(const ApiEntry* entry) {
  if (!entry) return {};
  if (entry->name == "math.pi" || entry->name == "math.huge") return {Shape::kNumber};
  return {Shape::kEntry, false, entry};
}

Type global_type(const std::string& name) {
  if (const ApiEntry* entry = find_api(ApiKind::kLibrary, name)) return of_function_entry(entry);
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind == ApiKind::kLibrary && library_table(entry.name) == name) {
      return {Shape::kLibrary, false, nullptr, name};
    }
  }
  return {};
}

Type self_member(const std::string& name) {
  if (name == "memory") return {Shape::kMemory};
  if (const ApiEntry* field = find_api(ApiKind::kSelfField, name)) {
    return type_of_words(field->returns, field);
  }
  return of_function_entry(find_api(ApiKind::kSelfAction, name));
}

Type world_member(const std::string& name) {
  if (const ApiEntry* field = find_api(ApiKind::kWorldField, name)) {
    return type_of_words(field->returns, field);
  }
  return of_function_entry(find_api(ApiKind::kWorldSense, name));
}

}  // namespace

std::string_view record_name(Shape shape) {
  switch (shape) {
    case Shape::kSighting:
      return "Sighting";
    case Shape::kStep:
      return "Step";
    case Shape::kSound:
      return "Sound";
    case Shape::kOffer:
      return "Offer";
    case Shape::kWeather:
      return "Weather";
    default:
      return "";
  }
}

Shape element_of(Shape list) {
  if (list == Shape::kSightings) return Shape::kSighting;
  return list == Shape::kSounds ? Shape::kSound : Shape::kUnknown;
}

Types::Types(const Survey& survey, const Contract& contract)
    : survey_(survey), contract_(contract) {
  assign_named_roles();
  assign_contract_roles();
  known_.reserve(survey.expressions().size());
  for (int depth = 0; depth < kCallDepthMax; ++depth) {
    known_.clear();
    if (!assign_by_calls()) break;
  }
  known_.clear();
}

void Types::assign_contract_roles() {
  for (const ContractMember& member : contract_.members) {
    const ContractPart* part = contract_.spec->find(member.name);
    if (!member.function || !part) continue;
    const auto& parameters = member.function->parameters;
    for (const Local* parameter : parameters) parameters_[parameter] = {};
    // With the parameters mixed up, every use of them would be one more finding.
    if (!signature_fault(contract_, member).empty()) continue;
    for (std::size_t i = 0; i < parameters.size() && i < part->entry->parameters.size(); ++i) {
      parameters_[parameters[i]] = {role_of(part->entry->parameters[i].type)};
    }
  }
}

const std::string& Types::name_of(const FunctionSite& site) const {
  const Local* holder = survey_.holder_of(site.function);
  return holder ? holder->name : survey_.field_of(site.function);
}

// A parameter is the agent or the world when it is called so. In a function that is called with a
// colon, or is a metamethod, `self` may be any object.
void Types::assign_named_roles() {
  for (const FunctionSite& site : survey_.functions()) {
    const std::string& name = name_of(site);
    if (name.empty() || name.starts_with("__") || survey_.calls_method(name)) continue;
    for (const Local* parameter : site.function->parameters) {
      if (parameter->kind == LocalKind::kSelf) continue;
      if (parameter->name == "self") parameters_[parameter] = {Shape::kSelf};
      if (parameter->name == "world") parameters_[parameter] = {Shape::kWorld};
    }
  }
}

// What callers hand in says more than a name: `Stack.push(stack, 1)` has no agent.
bool Types::assign_by_calls() {
  auto next = parameters_;
  for (const FunctionSite& site : survey_.functions()) {
    const Local* holder = survey_.holder_of(site.function);
    const auto& callees =
        holder ? survey_.facts(holder).calls : survey_.member_calls(name_of(site));
    if (callees.empty()) continue;
    const bool all_known = holder && survey_.facts(holder).others.empty();
    for (std::size_t i = 0; i < site.function->parameters.size(); ++i) {
      const Local* parameter = site.function->parameters[i];
      const bool has_role = parameters_.contains(parameter);
      const bool by_name = parameter->name == "self" || parameter->name == "world";
      if (all_known || (by_name && has_role)) next[parameter] = argument_type(callees, i);
    }
  }
  if (next == parameters_) return false;
  parameters_ = std::move(next);
  return true;
}

Type Types::argument_type(const std::vector<ExpressionSite>& callees, std::size_t position) const {
  Type type;
  if (callees.size() > kCalleesMax) return {};
  for (std::size_t i = 0; i < callees.size(); ++i) {
    const auto& children = callees[i].parent->children;
    Type given{Shape::kNil};
    if (position + 1 < children.size()) {
      given = of(*children[position + 1]);
    } else if (is_open_ended(*children.back()) && children.size() > 1) {
      given = {};
    }
    type = i == 0 ? given : join(type, given);
    if (!type.known()) return {};
  }
  return type;
}

template <class Node>
Type Types::remembered(const Node* node) const {
  const auto [place, is_new] = known_.try_emplace(node);
  if (!is_new) return place->second;
  if (underway_ > kDepthMax) {
    known_.erase(place);
    return {};
  }
  Type& type = place->second;  // stays where it is, whatever comes to the others
  ++underway_;
  type = compute(node);
  --underway_;
  return type;
}

Type Types::of(const Expression& expression) const {
  const Expression& inner = bare(expression);
  switch (inner.kind) {  // quicker said than remembered
    case ExpressionKind::kTrue:
    case ExpressionKind::kFalse:
    case ExpressionKind::kNumber:
    case ExpressionKind::kString:
      return compute(&inner);
    default:
      return remembered(&inner);
  }
}
Type Types::of(const Local* local) const {
  return remembered(local);
}

Type Types::compute(const Local* local) const {
  const LocalFacts& facts = survey_.facts(local);
  if (const auto role = parameters_.find(local); role != parameters_.end()) {
    return local->assignments == 0 ? role->second : Type{};
  }
  if (facts.loop && local->assignments == 0) return of_loop_variable(facts);
  if (facts.opaque || facts.sources.empty()) return {};
  Type type = facts.sources[0] ? of(*facts.sources[0]) : Type{Shape::kNil};
  for (std::size_t i = 1; i < facts.sources.size() && type.known(); ++i) {
    const Type next = facts.sources[i] ? of(*facts.sources[i]) : Type{Shape::kNil};
    if (!next.known()) return {};
    type = join(type, next);
  }
  return type;
}

Type Types::of_loop_variable(const LocalFacts& facts) const {
  if (facts.loop->kind == sandbox::StatementKind::kNumericFor) return {Shape::kNumber};
  const Expression& iterator = bare(*facts.loop->values[0]);
  if (iterator.kind != ExpressionKind::kCall || iterator.children.size() < 2) return {};
  const Type callee = of(*iterator.children[0]);
  if (!callee.is(Shape::kEntry)) return {};
  if (callee.entry->name != "ipairs" && callee.entry->name != "pairs") return {};
  const Type list = of(*iterator.children[1]);
  if (callee.entry->name == "ipairs" && facts.loop_position == 0) return {Shape::kNumber};
  if (!is_list(list)) return {};
  return {facts.loop_position == 0 ? Shape::kNumber : element_of(list.shape)};
}

Type Types::compute(const Expression* node) const {
  const Expression& expression = *node;
  switch (expression.kind) {
    case ExpressionKind::kNil:
      return {Shape::kNil};
    case ExpressionKind::kTrue:
    case ExpressionKind::kFalse:
      return {Shape::kBoolean};
    case ExpressionKind::kNumber:
      return {Shape::kNumber};
    case ExpressionKind::kString:
      return {Shape::kString};
    case ExpressionKind::kFunction:
      return {Shape::kFunction};
    case ExpressionKind::kTable:
      return {Shape::kTable};
    case ExpressionKind::kName:
      return expression.local ? of(expression.local) : global_type(expression.text);
    case ExpressionKind::kIndex:
      return of_index(expression);
    case ExpressionKind::kCall:
      return of_call(expression);
    case ExpressionKind::kMethodCall:
      return of_method_call(expression);
    case ExpressionKind::kBinary:
      return of_binary(expression);
    case ExpressionKind::kUnary:
      if (expression.unary_op == sandbox::UnaryOp::kNot) return {Shape::kBoolean};
      if (expression.unary_op == sandbox::UnaryOp::kLength) return {Shape::kNumber};
      return of(*expression.children[0]).is(Shape::kNumber) ? Type{Shape::kNumber} : Type{};
    case ExpressionKind::kVararg:
    case ExpressionKind::kParenthesis:
      break;
  }
  return {};
}

Type Types::of_index(const Expression& index) const {
  const Type object = of(*index.children[0]);
  const std::string* key = constant_key(index);
  if (!key) {
    const bool element = is_list(object) && of(*index.children[1]).is(Shape::kNumber);
    return element ? Type{element_of(object.shape), true} : Type{};
  }
  switch (object.shape) {
    case Shape::kSelf:
      return self_member(*key);
    case Shape::kWorld:
      return world_member(*key);
    case Shape::kLibrary:
      return of_function_entry(find_api(ApiKind::kLibrary, object.library + "." + *key));
    case Shape::kCollectStep:
      if (*key == "self") return {Shape::kSelf};
      return *key == "tick" || *key == "time" ? Type{Shape::kNumber} : Type{};
    case Shape::kSighting:
    case Shape::kStep:
    case Shape::kSound:
    case Shape::kOffer:
    case Shape::kWeather: {
      const std::string name = std::string(record_name(object.shape)) + "." + *key;
      const ApiEntry* field = find_api(ApiKind::kResultField, name);
      // A record is a table: the policy may have put another value there.
      if (!field || survey_.assigns_field(*key)) return {};
      return type_of_words(field->returns, field);
    }
    default:
      return {};
  }
}

Type Types::of_call(const Expression& call) const {
  const Expression& callee = bare(*call.children[0]);
  const Type type = of(callee);
  if (type.is(Shape::kEntry)) {
    if (type.entry->name == "assert" && call.children.size() > 1) {
      Type value = of(*call.children[1]);
      value.maybe_nil = false;
      return value;
    }
    return type_of_words(type.entry->returns, type.entry);
  }
  if (callee.kind != ExpressionKind::kName || !callee.local) return {};
  const Function* function = survey_.function_of(callee.local);
  return function ? of_results(function) : Type{};
}

// What a local function returns first, when all its returns agree.
Type Types::of_results(const Function* function) const {
  Type type;
  bool first = true;
  for (const sandbox::Statement* statement : survey_.returns_of(function)) {
    const auto& values = statement->values;
    const Type returned = values.empty() ? Type{Shape::kNil} : of(*values[0]);
    if (!returned.known()) return {};
    type = first ? returned : join(type, returned);
    if (!type.known()) return {};
    first = false;
  }
  if (!first && !survey_.flow().ends(function->body)) type.maybe_nil = true;
  return type;
}

Type Types::of_method_call(const Expression& call) const {
  const Type object = of(*call.children[0]);
  const ApiEntry* entry = nullptr;
  if (object.is(Shape::kSelf)) entry = find_api(ApiKind::kSelfAction, call.text);
  if (object.is(Shape::kString)) entry = find_api(ApiKind::kLibrary, "string." + call.text);
  return entry ? type_of_words(entry->returns, entry) : Type{};
}

Type Types::of_binary(const Expression& binary) const {
  const Type left = of(*binary.children[0]);
  const Type right = of(*binary.children[1]);
  switch (binary.binary_op) {
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual:
    case BinaryOp::kLess:
    case BinaryOp::kLessEqual:
    case BinaryOp::kGreater:
    case BinaryOp::kGreaterEqual:
      return {Shape::kBoolean};
    case BinaryOp::kConcat:
      return left.is(Shape::kString) || right.is(Shape::kString) ? Type{Shape::kString} : Type{};
    case BinaryOp::kOr: {
      if (!left.known() || !right.known()) return {};
      if (left.is(Shape::kNil)) return right;
      Type value = left;
      value.maybe_nil = false;
      return join(value, right);
    }
    case BinaryOp::kAnd: {
      // Either the right value, or a false one that stands for nothing.
      Type value = right;
      value.maybe_nil = true;
      return value;
    }
    default:
      return left.is(Shape::kNumber) && right.is(Shape::kNumber) ? Type{Shape::kNumber} : Type{};
  }
}

const std::string* Types::constant_text(const Expression& expression) const {
  const Expression& inner = bare(expression);
  if (inner.kind == ExpressionKind::kString) return &inner.text;
  if (inner.kind != ExpressionKind::kName || !inner.local) return nullptr;
  const LocalFacts& facts = survey_.facts(inner.local);
  if (facts.opaque || facts.sources.size() != 1 || !facts.sources[0]) return nullptr;
  const Expression& source = bare(*facts.sources[0]);
  return source.kind == ExpressionKind::kString ? &source.text : nullptr;
}

}  // namespace cherub::scripting
