#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

// Replies that change a policy in places instead of writing it anew:
//   <<<<<<< SEARCH
//   lines of the policy
//   =======
//   what takes their place
//   >>>>>>> REPLACE
namespace cherub::abilities::angel {

inline constexpr std::size_t kEditsMax = 64;  // blocks of one reply

// Whether a line of the reply opens a block.
bool has_edits(std::string_view reply);

// The policy with all blocks applied, one after the other. Lines are compared whole, without blanks
// at their ends. kInvalidArgument says of every block that does not fit, by its number, why not:
// it is not closed, its lines stand nowhere (with the most similar line) or more than once.
base::Result<std::string> apply_edits(std::string_view policy, std::string_view reply);

}  // namespace cherub::abilities::angel
