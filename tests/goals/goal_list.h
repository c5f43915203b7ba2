#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace cherub::goals {

// One line of goals.yaml.
struct GoalCase {
  std::string scenario;
  std::string goal;               // in words
  std::vector<std::string> aims;  // metrics; "-name": its poor end
  std::string baseline;           // file name without ending
  std::string baseline_source;    // what it holds
};

// The goals of `folder`/goals.yaml with the sources of their baselines. Errors: kIo, and
// kInvalidArgument with the place in the file.
base::Result<std::vector<GoalCase>> read_goals(const std::string& folder);

}  // namespace cherub::goals
