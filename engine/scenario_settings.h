#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/scenario.h"

// Scenarios that differ from their file in some numbers.
namespace cherub::engine {

inline constexpr std::size_t kSettingsMax = 64;
inline constexpr std::size_t kSettingBytesMax = 200;

struct Setting {
  std::string field;  // "terrain.width", "species.walker.speed", "spawns.cart.count"
  std::string value;
};

// `field=value`. A field is one of hazard_damage, episode_s and tick_rate, or lies in terrain,
// senses, species or spawns; entries of the last two are named by their species. Errors tell what
// is right.
base::Result<Setting> parse_setting(std::string_view text);

// The scenario with these settings, in their order, read again from its text: what is no such field
// or out of range is an error that names the setting. The outcome's `yaml` has them, so it can be
// recorded and saved like any other.
base::Result<Scenario> with_settings(const Scenario& scenario,
                                     std::span<const std::string> settings);

}  // namespace cherub::engine
