#pragma once

#include <cstdint>

// The laws that hold in every world, whatever its scenario says. Prompts tell them, so that nobody
// has to find them out by dying.
namespace cherub::engine {

// Hungrier than this, nobody has offspring.
inline constexpr float kReproduceHungerMax = 0.5f;
// What a child begins with; its energy is what its parent gave.
inline constexpr float kChildHunger = 0.3f;
// Less hungry than this, a body mends at half the rate at which it would starve.
inline constexpr float kMendHungerMax = 0.5f;
// Lifetimes differ by this share either way, so that a generation does not die in one tick.
inline constexpr double kLifetimeSpread = 0.2;
// Of a tick's way, what a body without energy still makes.
inline constexpr float kExhaustedShare = 0.2f;
// The first agents' hunger and energy, and the first plants' growth, lie between these.
inline constexpr double kStartHungerMax = 0.4;
inline constexpr double kStartEnergyMin = 0.5, kStartEnergyMax = 0.9;
inline constexpr double kStartGrowthMin = 0.3;
// Energy from which a plant seeds.
inline constexpr float kGrown = 0.5f;

// In ecosystems (Scenario::environment).
// Beyond these, health goes.
inline constexpr float kStarvingHunger = 0.8f, kParchedThirst = 0.85f;
// What the first animals begin with at most.
inline constexpr double kStartThirstMax = 0.4, kStartDriveMax = 0.5;
// The drive grows the faster the less hungry, not at all from so much hunger on and below so much
// health; children need so much of it.
inline constexpr float kBreedingHungerMax = 0.5f, kBreedingHealthMin = 0.5f, kBreedingDrive = 0.5f;
// How many times as fast the drive grows while it is fertile: for a while from a rain on.
inline constexpr float kFertileBreeding = 3;
inline constexpr std::uint64_t kFertile_ticks = 800;
// °C at which growth and decay stop, and from which they are as fast as can be.
inline constexpr double kFreezing = 0, kWarmest = 25;
// By how much more endotherms burn in frost, and by how much ectotherms slow down; neither where it
// is warmest.
inline constexpr float kHeating = 0.6f, kTorpor = 0.9f;
// A colony's health below which none of it breeds.
inline constexpr float kColonyBreeds = 0.5f;
// A plant with less than this share of its matter is no food.
inline constexpr double kRipeShare = 0.45;
inline constexpr float kDrinkPerS = 0.4f;  // thirst
// A hunter's speed by its prey's counts in a hunt within these bounds, and its pause after a try.
inline constexpr double kPaceMin = 0.2, kPaceMax = 2;
inline constexpr std::uint64_t kHuntPause_ticks = 20;
inline constexpr double kRoost_m = 3;
inline constexpr float kRoostRest = 1.5f;  // times the usual rest

}  // namespace cherub::engine
