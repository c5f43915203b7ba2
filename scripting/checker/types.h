#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scripting/checker/contract.h"
#include "scripting/checker/survey.h"
#include "scripting/manifest.h"

namespace cherub::scripting {

// What kind of value an expression gives, as far as that is evident.
enum class Shape {
  kUnknown,
  kNil,
  kBoolean,
  kNumber,
  kString,
  kTable,
  kFunction,
  kSelf,
  kWorld,
  kMemory,
  kSighting,
  kSightings,
  kStep,
  kSound,
  kSounds,
  kOffer,
  kWeather,
  kCollectStep,  // the parameter of policy.collect
  kLibrary,      // math, string, table, bit
  kEntry,        // a function of the manifest
};

struct Type {
  Shape shape = Shape::kUnknown;
  bool maybe_nil = false;
  const ApiEntry* entry = nullptr;  // kEntry: the function; else the field or sense it came from
  std::string library{};            // kLibrary: its name

  [[nodiscard]] bool is(Shape other) const { return shape == other; }
  [[nodiscard]] bool known() const { return shape != Shape::kUnknown; }
  bool operator==(const Type&) const = default;
};

// Follows values through locals, parameters of local functions and the API. Guesses nothing: where
// two ways lead to different shapes, the answer is kUnknown.
class Types {
 public:
  Types(const Survey& survey, const Contract& contract);

  [[nodiscard]] Type of(const sandbox::Expression& expression) const;
  [[nodiscard]] Type of(const sandbox::Local* local) const;
  // The text that an expression always is, or nullptr.
  [[nodiscard]] const std::string* constant_text(const sandbox::Expression& expression) const;

 private:
  using Expression = sandbox::Expression;
  void assign_contract_roles();
  void assign_named_roles();
  bool assign_by_calls();  // whether anything is other than before
  // What all of the calls hand in at a position, when they agree.
  [[nodiscard]] Type argument_type(const std::vector<ExpressionSite>& callees,
                                   std::size_t position) const;
  // The field or local that a function is put into, or empty.
  [[nodiscard]] const std::string& name_of(const FunctionSite& site) const;
  template <class Node>
  [[nodiscard]] Type remembered(const Node* node) const;
  [[nodiscard]] Type of_index(const Expression& index) const;
  [[nodiscard]] Type of_call(const Expression& call) const;
  [[nodiscard]] Type of_method_call(const Expression& call) const;
  [[nodiscard]] Type of_binary(const Expression& binary) const;
  [[nodiscard]] Type of_results(const sandbox::Function* function) const;
  [[nodiscard]] Type of_loop_variable(const LocalFacts& facts) const;
  [[nodiscard]] Type compute(const Expression* node) const;
  [[nodiscard]] Type compute(const sandbox::Local* local) const;

  const Survey& survey_;
  const Contract& contract_;
  std::unordered_map<const sandbox::Local*, Type> parameters_;
  // Expressions and locals that are done; unknown as long as they are underway, which cuts cycles.
  mutable std::unordered_map<const void*, Type> known_;
  mutable std::size_t underway_ = 0;
};

// The record of a field name such as "Sighting", for what the senses give; else empty.
std::string_view record_name(Shape shape);
inline bool is_record(const Type& type) {
  return !record_name(type.shape).empty();
}
// What is in an array that a sense gives: kSighting of kSightings …; kUnknown for what is none.
Shape element_of(Shape list);
inline bool is_list(const Type& type) {
  return element_of(type.shape) != Shape::kUnknown;
}

}  // namespace cherub::scripting
