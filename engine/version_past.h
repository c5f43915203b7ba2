#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/json_cursor.h"

namespace cherub::engine {

// Which versions of one script were good in this world, and which must not come in again; by
// sha256. Saved with the state, so that a world that is loaded knows what the one that went on
// does, but no part of its hash: it follows from the commands, and no tick depends on it.
struct VersionPast {
  static constexpr std::size_t kFormerMax = 8;        // of older ones none will be gone back to
  static constexpr std::size_t kQuarantinedMax = 64;  // the newest

  std::vector<std::string> former;       // were accepted, and gave way; the newest last, each once
  std::vector<std::string> quarantined;  // the newest last, each once

  [[nodiscard]] bool empty() const { return former.empty() && quarantined.empty(); }
  [[nodiscard]] bool is_quarantined(const std::string& sha256) const;
  // The version that was accepted last before the one that is; empty: none.
  [[nodiscard]] std::string last_good() const { return former.empty() ? "" : former.back(); }

  void gives_way(const std::string& sha256);  // one that was accepted; empty: none was
  void comes_in(const std::string& sha256);   // from quarantine only by force
  void quarantine(const std::string& sha256);

  bool operator==(const VersionPast&) const = default;
};
// Whether all that it names are sha256, each once, and not too many.
bool is_sound(const VersionPast& past);
// The members "former" and "quarantined", each where there are some.
void add_to(base::JsonObject& json, const VersionPast& past);
// Reads such a member, where the cursor stands at its value; false when it is another one.
bool read_member(base::JsonCursor& cursor, std::string_view name, VersionPast& past);

// The same of an ability, and what it goes back to while its version is on probation: a version, or
// an empty text where there was none.
struct AbilityPast {
  std::optional<std::string> fallback_sha256;
  VersionPast versions;

  [[nodiscard]] bool empty() const { return !fallback_sha256 && versions.empty(); }
  bool operator==(const AbilityPast&) const = default;
};

}  // namespace cherub::engine
