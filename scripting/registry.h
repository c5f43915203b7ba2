#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace cherub::scripting {

// One immutable source. Its sha256 is its name for ever.
struct ScriptVersion {
  std::string sha256;
  std::string source;
};

// All versions that a process knows, registered once each. Safe from any thread.
class ScriptRegistry {
 public:
  std::shared_ptr<const ScriptVersion> add(std::string source);
  [[nodiscard]] std::shared_ptr<const ScriptVersion> find(const std::string& sha256) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ScriptVersion>> versions_;
};

}  // namespace cherub::scripting
