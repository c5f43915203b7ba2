#pragma once

#include <string>

#include "engine/scenario.h"
#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/diagnostic.h"

namespace cherub::scripting {

struct CheckReport {
  sandbox::Diagnostics diagnostics;
  [[nodiscard]] bool ok() const;  // no error among them; warnings may be
};

// V0 and V1 of the ladder: parses a policy and checks it against the API manifest and the contract
// — unknown names with the nearest right one, wrong arity and literal types, unknown species,
// missing contract parts, hidden state (assigned globals, file-scope locals mutated from
// functions), removed Lua features with what to use instead. With a scenario, also what does not
// exist there.
CheckReport check_policy(const std::string& name, const std::string& source,
                         const engine::Scenario* scenario = nullptr);
// The same for the file of an ability.
CheckReport check_ability(const std::string& name, const std::string& source,
                          const engine::Scenario* scenario = nullptr);

// Whether a source is an ability rather than a policy: what it returns has execute, and no act.
bool is_ability(const std::string& source);

}  // namespace cherub::scripting
