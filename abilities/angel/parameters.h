#pragma once

#include <array>
#include <span>

#include "engine/base/random.h"

// The words that behaviour programs are made of, and the constants that belong to them.
namespace cherub::abilities::angel {

// What a condition asks. The constants are called a and b.
enum class Test {
  kHungry,     // self.hunger > a
  kTired,      // self.energy < a
  kEnergetic,  // self.energy > a
  kHurt,       // self.health < a
  kSees,       // the thing is within a metres
  kMissing,    // … is not
  kCrowded,    // more than b of the thing within a metres
  kSparse,     // at most b of them
  kWayClear,   // nothing solid for a metres toward the thing
  kBlocked,    // the last move ended at a wall
  kOftenHere,  // the agent came into this cell more than a times
  kFresh,      // … at most a times
  kChance,     // with probability a
  kLate,       // more than a seconds since the world began
  kEarly,      // fewer
  kThirsty,    // self.thirst > a
  kReady,      // self.drive > a
  kReached,    // the target was within reach at some time
  kRole,       // the agent has the role that the thing is
};

// What a rule does. An action that finds nothing to do leaves the tick to the rules below it.
enum class Deed {
  kApproach,    // straight toward the thing
  kFlee,        // straight away from the thing within a metres
  kFollowPath,  // one cell of a way toward the thing, a hazard counting a cells
  kProspect,  // into the cheapest neighbouring cell: distance, visits (a), hazard (b), dead end (c)
  kEat,       // goes to the thing within a metres and eats it
  kReproduce,
  kRest,
  kKeepOn,  // further along the heading while nothing solid is within a metres
  kWander,
  kSeek,     // a way to the cheapest cell in sight: steps, hazards (a), visits (b), distance (c)
  kExplore,  // the same without a goal: steps, hazards (a), visits (b); never onto a target
  kStay,     // stands still
  kPlan,     // a shortest way to the thing on a remembered map, a hazard counting a cells
  // Of villages; the thing is an item.
  kWork,    // makes it, where that is done, while fewer than a are in hands
  kStore,   // brings it to the common store when more than a are in hands
  kFetch,   // gets some out of the common store when none is in hands
  kSnack,   // eats it out of the hands
  kSell,    // offers it to a trader for what it is worth there
  kStrike,  // the thing is somebody: goes to him within a metres and strikes
  // Of worlds whose agents remember what they saw; a hazard counts a cells.
  kWay,     // a known way toward the thing; from a dead end on, others for b seconds
  kSurvey,  // to the nearest end of the map
  kGoBack,  // a known way to where the agent began
  // Of ecosystems.
  kDrink,      // goes to the nearest water and drinks
  kForage,     // goes to the best food within a metres and eats of it
  kMate,       // goes to the nearest of its kind and reproduces
  kPollinate,  // goes to the nearest flower with nectar within a metres and visits it
};

// What kind of number a constant is.
enum class Measure {
  kShare,     // 0 … 1
  kDistance,  // m
  kCount,     // entities
  kVisits,    // times
  kCost,      // metres or cells that something is worth
  kTime,      // s
};

// The constants of a word, in the order a, b, c.
std::span<const Measure> measures_of(Test test);
std::span<const Measure> measures_of(Deed deed);

// Whether a word is about a thing of the scenario.
bool names_thing(Test test);
bool names_thing(Deed deed);
bool is_of_villages(Deed deed);
bool is_of_maps(Deed deed);
bool is_of_ecosystems(Deed deed);
// Whether a deed walks from the centre of a cell to that of the next.
bool goes_to_cell(Deed deed);
// Whether a deed needs no movement, so that another rule may choose one.
bool uses_ability(Deed deed);

// One constant of a program.
struct Parameter {
  double* value = nullptr;
  Measure measure = Measure::kShare;
};

inline constexpr int kStepSizes = 4;

// How large constants are in one scenario.
struct Scales {
  double sense_radius = 1;  // m
  double episode_s = 60;

  [[nodiscard]] double low(Measure measure) const;
  [[nodiscard]] double high(Measure measure) const;
  // What a person would try first.
  [[nodiscard]] double typical(Measure measure) const;
  [[nodiscard]] double draw(Measure measure, base::RandomStream& random) const;
  // A value near another one, or, for costs, sometimes far from it.
  [[nodiscard]] double nudged(Measure measure, double value, base::RandomStream& random) const;
  // The value one step up or down; steps of size 0 are the largest, kStepSizes - 1 the smallest.
  [[nodiscard]] double stepped(Measure measure, double value, int size, bool up) const;
  // The nearest value that is easier to read: a round one. Equal to it when it is round.
  [[nodiscard]] double rounded(Measure measure, double value) const;

 private:
  [[nodiscard]] double kept_in_range(Measure measure, double value) const;
};

}  // namespace cherub::abilities::angel
