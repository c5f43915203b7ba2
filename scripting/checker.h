#pragma once

#include <string>

#include "engine/scenario.h"
#include "sandbox/syntax/diagnostic.h"
#include "sandbox/syntax/parser.h"

namespace cherub::scripting {

struct CheckReport {
  sandbox::Diagnostics diagnostics;
  [[nodiscard]] bool ok() const;  // no error among them; warnings may be
};

// V0 and V1 of the ladder: parses a policy and checks it against the API manifest and the contract,
// with every rule of docs/CHECKER.md. With a scenario, also what does not exist there. Takes any
// text, and time that grows with it: 64 KiB of the worst cost some 30 ms. Finds at most 20 errors.
CheckReport check_policy(const std::string& name, const std::string& source,
                         const engine::Scenario* scenario = nullptr);
// The same for what was parsed as a policy.
CheckReport check_policy(const sandbox::ParseResult& parsed,
                         const engine::Scenario* scenario = nullptr);
// The same for the file of an ability.
CheckReport check_ability(const std::string& name, const std::string& source,
                          const engine::Scenario* scenario = nullptr);

// Whether a source is an ability rather than a policy: what it returns has execute, and no act.
bool is_ability(const std::string& source);

// The same for another kind of script.
struct ContractSpec;
CheckReport check_script(const std::string& name, const std::string& source,
                         const ContractSpec& contract, const engine::Scenario* scenario = nullptr);

}  // namespace cherub::scripting
