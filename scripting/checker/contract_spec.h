#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scripting/manifest.h"

namespace cherub::scripting {

// One entry of the table that a script returns: a function, or a field with a plain value.
struct ContractPart {
  // Its signature. Parameters of the types Self, World and CollectStep play these roles in the
  // function. Of a field, `returns` is the type and `range` the bounds: "0 … 100".
  const ApiEntry* entry = nullptr;
  bool is_field = false;
  bool required = false;
  bool acts = false;                  // asks for actions, and is no good without
  std::string_view must_return{};     // what to write when it returns nothing; empty: it need not
  std::string_view ignores_result{};  // what to write instead of a result; empty: it may have one
};

// What other engines call a part.
struct OtherName {
  std::string_view name;
  std::string_view part;
};

// What a kind of script must return. The rules about contracts know nothing else of it: another
// kind of script is another one of these.
struct ContractSpec {
  std::string table;  // what sources call the table: "policy"
  std::vector<ContractPart> parts;
  std::span<const OtherName> other_names;

  [[nodiscard]] const ContractPart* find(std::string_view name) const;
  // "policy.act"
  [[nodiscard]] std::string display_name(const ContractPart& part) const;
  // "function policy.act(self, world)", or "policy.range" for a field.
  [[nodiscard]] std::string usage(const ContractPart& part) const;
  // The part that is meant by a name of another engine or a misspelt one, or nullptr.
  [[nodiscard]] const ContractPart* meant_by(std::string_view name) const;
  // The first required part.
  [[nodiscard]] const ContractPart& main_part() const;
};

// policy.act and what goes with it; from the rows of the manifest.
const ContractSpec& policy_contract();
// ability.execute and what goes with it, likewise.
const ContractSpec& ability_contract();

}  // namespace cherub::scripting
