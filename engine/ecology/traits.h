#pragma once

#include <cstdint>

namespace cherub::engine {

struct SpeciesSpec;

enum class Thermoregulation : std::uint8_t { kEndotherm, kEctotherm, kAutotroph, kDecomposer };
enum class Locomotion : std::uint8_t { kRooted, kWalker, kInsect, kBird };
enum class Strategy : std::uint8_t { kFew, kMany };  // K and r of life history theory

// What a species is like; its rates and senses follow by allometry.
struct SpeciesTraits {
  double mass_kg = 1;
  Thermoregulation thermoregulation = Thermoregulation::kEndotherm;
  Locomotion locomotion = Locomotion::kRooted;
  Strategy strategy = Strategy::kFew;
  double clutch = 1;               // children at a time
  double generation_ticks = 1000;  // from birth to the birth of the next
  double senses = 1;               // times what its mass gives
  double runner_m = 0;             // plants: how far runners or seeds go,
  double spores_m = 0;             // or spores
  double canopy_m = 0;             // trees
};

// Basal metabolism relative to an endotherm of 80 kg, which has about 1: 0.03738 m^0.75 (Kleiber
// 1932) for endotherms, 0.03738 m^0.69 for ectotherms (the mass exponent of insects), a tenth of
// the endotherm's for what does not move.
double metabolism_of(const SpeciesTraits& traits);

// Whether the cold slows it; who has no traits is warm.
bool is_ectotherm(const SpeciesSpec& species);

// Fills the species' numbers from its traits; `tick_rate` in Hz. With B the metabolism and m the
// mass, all per second:
//   hunger    max(0.015 B, 0.008)      thirst     max(0.020 B, 0.003)
//   drain     max(0.020 B, 0.005)      rest       drain + max(0.030 B, 0.010)
//   drive     max(0.005 B, 0.003), three times for those who have many children
//   starving  max(0.010 B, 0.003)      parching   max(0.015 B, 0.003)
//   relief by grazing max(0.15 B, 0.05), by prey max(0.67 B, 0.10), by nectar max(0.52 B, 0.25)
//   cost of birth max(0.3 B, 0.1)
//   speed     0.67 m^0.25 on foot, 3.0 m^0.17 for insects, 4.0 m^0.17 for birds: exponents after
//             Peters (1983), coefficients so that a small world takes half a minute to cross
//   senses    max(0.895 m^0.5, 3) m, times traits.senses
//   matter    m^0.25: much flatter than nature's, so that a deer needs tens of tufts, not thousands
// A generation gives the youngest parent (0.3 of it) and the lifetime (2.5 of it), and plants how
// fast they grow (in 0.8 of it) and seed (twice in it, four times for many children).
void apply_traits(const SpeciesTraits& traits, double tick_rate, SpeciesSpec& species);

}  // namespace cherub::engine
