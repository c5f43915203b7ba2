#include "engine/version_past.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace cherub::engine {
namespace {

using Names = std::vector<std::string>;

bool holds(const Names& names, const std::string& sha256) {
  return std::find(names.begin(), names.end(), sha256) != names.end();
}

void push(Names& names, const std::string& sha256, std::size_t most) {
  std::erase(names, sha256);
  names.push_back(sha256);
  if (names.size() > most) names.erase(names.begin());
}

bool are_sound(const Names& names, std::size_t most) {
  if (names.size() > most) return false;
  Names sorted = names;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end() &&
         std::all_of(names.begin(), names.end(),
                     [](const std::string& name) { return base::is_sha256(name); });
}

void add_member(base::JsonObject& json, const char* name, const Names& names) {
  if (names.empty()) return;
  base::JsonArray array;
  for (const std::string& sha256 : names) array.add(sha256);
  json.raw(name, array.text());
}

}  // namespace

bool VersionPast::is_quarantined(const std::string& sha256) const {
  return holds(quarantined, sha256);
}

void VersionPast::gives_way(const std::string& sha256) {
  if (!sha256.empty()) push(former, sha256, kFormerMax);
}

void VersionPast::comes_in(const std::string& sha256) {
  std::erase(former, sha256);
  std::erase(quarantined, sha256);
}

void VersionPast::quarantine(const std::string& sha256) {
  std::erase(former, sha256);
  push(quarantined, sha256, kQuarantinedMax);
}

bool is_sound(const VersionPast& past) {
  return are_sound(past.former, VersionPast::kFormerMax) &&
         are_sound(past.quarantined, VersionPast::kQuarantinedMax);
}

void add_to(base::JsonObject& json, const VersionPast& past) {
  add_member(json, "former", past.former);
  add_member(json, "quarantined", past.quarantined);
}

bool read_member(base::JsonCursor& cursor, std::string_view name, VersionPast& past) {
  const bool is_former = name == "former";
  if (!is_former && name != "quarantined") return false;
  Names& names = is_former ? past.former : past.quarantined;
  cursor.array([&](std::size_t index) {
    if (index >= VersionPast::kQuarantinedMax) return cursor.fail("Too many versions.");
    names.push_back(cursor.string());
  });
  return true;
}

}  // namespace cherub::engine
