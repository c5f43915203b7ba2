#include "scripting/registry.h"

#include <utility>

#include "engine/base/sha256.h"

namespace cherub::scripting {

std::shared_ptr<const ScriptVersion> ScriptRegistry::add(std::string source) {
  std::string name = base::sha256_hex(source);
  const std::lock_guard lock(mutex_);
  auto& version = versions_[name];
  if (!version) {
    version = std::make_shared<const ScriptVersion>(ScriptVersion{name, std::move(source)});
  }
  return version;
}

std::shared_ptr<const ScriptVersion> ScriptRegistry::find(const std::string& sha256) const {
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(sha256);
  return found == versions_.end() ? nullptr : found->second;
}

}  // namespace cherub::scripting
