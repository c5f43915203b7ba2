#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

// What the checks of a scenario's parts have in common. Errors are kInvalidArgument and name the
// field's path: "species[2].speed".
namespace cherub::engine {

base::Error invalid(std::string where, std::string message);
std::string plain_number(double value);                          // "0.5", at most six digits
std::string entry_of(std::string_view list, std::size_t index);  // "species[2]"

// Not so for what is no number.
base::Result<void> in_range(const std::string& where, double value, double low, double high);
// One of the names; else the nearest of them is proposed, or all are listed.
base::Result<void> is_known(const std::string& where, const std::string& name,
                            const std::vector<std::string>& names);

}  // namespace cherub::engine
