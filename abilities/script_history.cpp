#include "abilities/script_history.h"

#include <algorithm>

namespace cherub::abilities {
namespace {

// Of older ones none will be gone back to.
constexpr std::size_t kGoodMax = 64;

}  // namespace

void ScriptHistory::accept(const std::string& sha256) {
  if (sha256.empty()) return;
  std::erase(good_, sha256);
  good_.push_back(sha256);
  if (good_.size() > kGoodMax) good_.erase(good_.begin());
}

void ScriptHistory::note(const engine::Command& command) {
  if (const auto* install = std::get_if<engine::InstallScript>(&command)) {
    quarantined_.erase(install->sha256);  // only by force does it come in again
    on_probation_ = install->on_probation ? install->sha256 : std::string();
    if (!install->on_probation) accept(install->sha256);
  } else if (std::holds_alternative<engine::AcceptScript>(command)) {
    accept(on_probation_);
    on_probation_.clear();
  } else if (std::holds_alternative<engine::RestoreScript>(command)) {
    on_probation_.clear();
  } else if (const auto* quarantine = std::get_if<engine::QuarantineScript>(&command)) {
    quarantined_.insert(quarantine->sha256);
    std::erase(good_, quarantine->sha256);
    on_probation_.clear();
  }
}

std::string ScriptHistory::last_good(const std::string& beside) const {
  const auto found = std::find_if(good_.rbegin(), good_.rend(),
                                  [&](const std::string& sha256) { return sha256 != beside; });
  return found == good_.rend() ? std::string() : *found;
}

}  // namespace cherub::abilities
