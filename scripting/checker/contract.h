#pragma once

#include <string>
#include <vector>

#include "sandbox/syntax/ast.h"
#include "scripting/checker/contract_spec.h"
#include "scripting/checker/survey.h"

namespace cherub::scripting {

// What the returned table holds under one name.
struct ContractMember {
  std::string name;
  const sandbox::Function* function = nullptr;  // nullptr: something that is no evident function
  const sandbox::Expression* value = nullptr;
  sandbox::Range range;     // of the name or value where it is put in
  bool with_colon = false;  // `function policy:act(…)`
};

// The table that a source returns, as far as the text tells.
struct Contract {
  const ContractSpec* spec = nullptr;            // what it should be
  const sandbox::Statement* returned = nullptr;  // the last `return` at file scope
  const sandbox::Expression* value = nullptr;    // what it returns
  const sandbox::Local* policy = nullptr;        // the local that holds the table, if one does
  std::vector<ContractMember> members;
  // True when the table is filled in ways that the text does not tell: then nothing is missing.
  bool open = false;

  [[nodiscard]] const ContractMember* find(const std::string& name) const;
};

// What is wrong with the parameters of a contract function, or empty. What to write instead is
// always ContractSpec::usage.
std::string signature_fault(const Contract& contract, const ContractMember& member);

Contract find_contract(const sandbox::Chunk& chunk, const Survey& survey, const ContractSpec& spec);

}  // namespace cherub::scripting
