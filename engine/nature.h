#pragma once

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

}  // namespace cherub::engine
