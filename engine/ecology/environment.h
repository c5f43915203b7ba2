#pragma once

#include <vector>

namespace cherub::engine {

// A round pond; its cells are water.
struct WaterSource {
  double x = 0, y = 0;  // m
  double radius = 1;    // m
};

// What an ecosystem's world is like: `environment` of a scenario. Shares are from 0 to 1.
struct EnvironmentSpec {
  // Climate. Light and temperature swing about their means once in a year.
  double temperature = 15, temperature_swing = 8;  // °C
  double light = 0.8, light_swing = 0.15;          // share of what plants could use
  double humidity = 0.5;                           // keeps so much of the water in the soil
  double wind = 0;      // carries seeds and spores (1 + wind) times as far
  double year_s = 600;  // world seconds
  // Soil, in squares of cell_m on a side.
  double cell_m = 4;
  double nutrients = 0.5;       // matter per m² that plants can take up
  double organic = 0.25;        // matter per m² of litter
  double moisture = 0.6;        // at first
  double evaporation = 0.004;   // share of the moisture per s, warm and dry
  double decomposition = 0.01;  // share of the litter per s, warm and wet
  std::vector<WaterSource> water;
  // Rain by itself: every so many seconds, and how much. 0: only by command.
  double rain_interval_s = 0, rain_intensity = 0.6;
  // Multiply what traits and species say.
  double hunger_factor = 1, thirst_factor = 1, tiring_factor = 1, growth_factor = 1,
         spread_factor = 1, breeding_factor = 1, catch_factor = 1;
  // The numbers of the first inhabitants differ from seed to seed by at most this share.
  double jitter = 0;
};

}  // namespace cherub::engine
