#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/commands.h"

namespace cherub::abilities {

// Which versions of a slot's script were good and which must not come in again, as its commands
// tell. A world that is loaded knows it from its journal.
class ScriptHistory {
 public:
  // In the order in which they are applied; commands that are not about scripts change nothing.
  void note(const engine::Command& command);

  [[nodiscard]] bool is_quarantined(const std::string& sha256) const {
    return quarantined_.count(sha256) > 0;
  }
  // The version that was accepted last beside this one and is not in quarantine; empty: none.
  [[nodiscard]] std::string last_good(const std::string& beside) const;

 private:
  void accept(const std::string& sha256);

  std::vector<std::string> good_;  // the newest last, each once
  std::string on_probation_;
  std::set<std::string> quarantined_;
};

}  // namespace cherub::abilities
