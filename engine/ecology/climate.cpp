#include <algorithm>
#include <cmath>

#include "engine/ecology/systems.h"
#include "engine/nature.h"

namespace cherub::engine {
namespace {

constexpr Tick kRainTicks = 80;  // as long as a rain lasts, nothing dries
constexpr double kSoaked = 0.3;  // moisture that a full rain brings

// From -1 in midwinter to 1 in midsummer; a world begins in spring. Two parabolas, which differ
// from a sine by 6 % at most and are the same on every machine.
double season(const WorldState& state) {
  const double years =
      static_cast<double>(state.tick) * state.tick_s / state.scenario.environment->year_s;
  const double phase = years - std::floor(years);
  const double half = phase < 0.5 ? phase * 2 : phase * 2 - 1;
  const double arch = 4 * half * (1 - half);
  return phase < 0.5 ? arch : -arch;
}

}  // namespace

double light_now(const WorldState& state) {
  const EnvironmentSpec& environment = *state.scenario.environment;
  return std::clamp(environment.light + environment.light_swing * season(state), 0.0, 1.0);
}

double temperature_now(const WorldState& state) {
  const EnvironmentSpec& environment = *state.scenario.environment;
  return environment.temperature + environment.temperature_swing * season(state);
}

double warmth_now(const WorldState& state) {
  const double share = (temperature_now(state) - kFreezing) / (kWarmest - kFreezing);
  return std::clamp(share, 0.0, 1.0);
}

bool is_fertile(const WorldState& state) {
  return state.tick < state.ecology->fertile_until;
}

void soak(WorldState& state, double intensity) {
  if (intensity <= 0) return;
  const auto taken_up = static_cast<float>(kSoaked * intensity);
  for (float& moisture : state.ecology->soil.moisture) {
    moisture = std::min(1.0f, moisture + taken_up);
  }
  state.ecology->fertile_until = state.tick + kFertile_ticks;
}

void rain_by_itself(WorldState& state) {
  const EnvironmentSpec& environment = *state.scenario.environment;
  if (environment.rain_interval_s <= 0) return;
  const auto interval =
      std::max<Tick>(1, static_cast<Tick>(environment.rain_interval_s / state.tick_s));
  if (state.tick % interval != interval / 2) return;
  state.weather.rain_intensity = environment.rain_intensity;
  state.weather.rain_until = state.tick + kRainTicks;
  soak(state, environment.rain_intensity);
}

}  // namespace cherub::engine
