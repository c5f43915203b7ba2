#include "abilities/angel/parameters.h"

#include <algorithm>
#include <cmath>

namespace cherub::abilities::angel {
namespace {

constexpr double kCostMax = 100, kVisitsMax = 20, kCountMax = 30;
constexpr std::array kCosts = {0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0};

// The last digit that a constant of the measure has.
double grid_of(Measure measure) {
  switch (measure) {
    case Measure::kShare:
      return 0.01;
    case Measure::kDistance:
    case Measure::kCost:
      return 0.1;
    case Measure::kCount:
    case Measure::kVisits:
    case Measure::kTime:
      return 1;
  }
  return 1;
}

// The last digit that people would write.
double round_grid_of(Measure measure, double value) {
  switch (measure) {
    case Measure::kShare:
      return value > 0.1 && value < 0.9 ? 0.1 : 0.05;
    case Measure::kDistance:
      return 1;
    case Measure::kCost:
      return value > 20 ? 10 : value > 5 ? 5 : 1;
    case Measure::kTime:
      return value > 10 ? 5 : 1;
    case Measure::kCount:
    case Measure::kVisits:
      return 1;
  }
  return 1;
}

double on_grid(double value, double grid) {
  // Dividing by the whole number 1 / grid gives the decimal that is meant, to the last bit.
  const double per_unit = std::round(1 / grid);
  return grid < 1 ? std::round(value * per_unit) / per_unit : std::round(value / grid) * grid;
}

}  // namespace

std::span<const Measure> measures_of(Test test) {
  static constexpr std::array kShare = {Measure::kShare};
  static constexpr std::array kDistance = {Measure::kDistance};
  static constexpr std::array kCrowd = {Measure::kDistance, Measure::kCount};
  static constexpr std::array kVisits = {Measure::kVisits};
  static constexpr std::array kTime = {Measure::kTime};
  switch (test) {
    case Test::kHungry:
    case Test::kTired:
    case Test::kEnergetic:
    case Test::kHurt:
    case Test::kChance:
    case Test::kThirsty:
    case Test::kReady:
      return kShare;
    case Test::kSees:
    case Test::kMissing:
    case Test::kWayClear:
      return kDistance;
    case Test::kCrowded:
    case Test::kSparse:
      return kCrowd;
    case Test::kOftenHere:
    case Test::kFresh:
      return kVisits;
    case Test::kLate:
    case Test::kEarly:
      return kTime;
    case Test::kBlocked:
    case Test::kReached:
    case Test::kRole:
      break;
  }
  return {};
}

std::span<const Measure> measures_of(Deed deed) {
  static constexpr std::array kCount = {Measure::kCount};
  static constexpr std::array kDistance = {Measure::kDistance};
  static constexpr std::array kCosts = {Measure::kCost, Measure::kCost, Measure::kCost};
  static constexpr std::array kWay = {Measure::kCost, Measure::kTime};
  switch (deed) {
    case Deed::kWork:
    case Deed::kStore:
      return kCount;
    case Deed::kStrike:
    case Deed::kFlee:
    case Deed::kEat:
    case Deed::kKeepOn:
    case Deed::kForage:
    case Deed::kPollinate:
      return kDistance;
    case Deed::kWay:
      return kWay;
    case Deed::kFollowPath:
    case Deed::kPlan:
    case Deed::kSurvey:
    case Deed::kGoBack:
      return std::span(kCosts).first(1);
    case Deed::kExplore:
      return std::span(kCosts).first(2);
    case Deed::kProspect:
    case Deed::kSeek:
      return kCosts;
    case Deed::kApproach:
    case Deed::kReproduce:
    case Deed::kRest:
    case Deed::kWander:
    case Deed::kStay:
    case Deed::kFetch:
    case Deed::kSnack:
    case Deed::kSell:
    case Deed::kDrink:
    case Deed::kMate:
      break;
  }
  return {};
}

bool names_thing(Test test) {
  return test == Test::kSees || test == Test::kMissing || test == Test::kCrowded ||
         test == Test::kSparse || test == Test::kWayClear || test == Test::kRole;
}

bool is_of_villages(Deed deed) {
  return deed == Deed::kWork || deed == Deed::kStore || deed == Deed::kFetch ||
         deed == Deed::kSnack || deed == Deed::kSell || deed == Deed::kStrike;
}

bool is_of_maps(Deed deed) {
  return deed == Deed::kWay || deed == Deed::kSurvey || deed == Deed::kGoBack;
}

bool is_of_ecosystems(Deed deed) {
  return deed == Deed::kDrink || deed == Deed::kForage || deed == Deed::kMate ||
         deed == Deed::kPollinate;
}

bool names_thing(Deed deed) {
  return deed == Deed::kApproach || deed == Deed::kFlee || deed == Deed::kFollowPath ||
         deed == Deed::kProspect || deed == Deed::kSeek || deed == Deed::kEat ||
         deed == Deed::kPlan || deed == Deed::kWay || is_of_villages(deed);
}

bool goes_to_cell(Deed deed) {
  return deed == Deed::kFollowPath || deed == Deed::kProspect || deed == Deed::kSeek ||
         deed == Deed::kExplore || deed == Deed::kPlan;
}

bool uses_ability(Deed deed) {
  return deed == Deed::kEat || deed == Deed::kReproduce || deed == Deed::kSnack;
}

double Scales::low(Measure measure) const {
  switch (measure) {
    case Measure::kShare:
      return 0.01;
    case Measure::kDistance:
      return 0.5;
    case Measure::kVisits:
    case Measure::kTime:
      return 1;
    case Measure::kCount:
    case Measure::kCost:
      return 0;
  }
  return 0;
}

double Scales::high(Measure measure) const {
  switch (measure) {
    case Measure::kShare:
      return 0.99;
    case Measure::kDistance:
      return sense_radius;
    case Measure::kVisits:
      return kVisitsMax;
    case Measure::kTime:
      return std::max(1.0, std::floor(episode_s));
    case Measure::kCount:
      return kCountMax;
    case Measure::kCost:
      return kCostMax;
  }
  return 0;
}

double Scales::kept_in_range(Measure measure, double value) const {
  return std::clamp(on_grid(value, grid_of(measure)), low(measure), high(measure));
}

double Scales::typical(Measure measure) const {
  switch (measure) {
    case Measure::kShare:
      return 0.5;
    case Measure::kDistance:
      return sense_radius;
    case Measure::kVisits:
      return 2;
    case Measure::kTime:
      return kept_in_range(measure, episode_s / 2);
    case Measure::kCount:
      return 2;
    case Measure::kCost:
      return 4;
  }
  return 0;
}

double Scales::draw(Measure measure, base::RandomStream& random) const {
  const auto below = [&](std::uint64_t count) { return static_cast<double>(random.below(count)); };
  switch (measure) {
    case Measure::kShare:
      return kept_in_range(measure, 0.05 * (1 + below(19)));
    case Measure::kDistance:
      return 0.5 *
             (1 + below(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(2 * sense_radius))));
    case Measure::kVisits:
      return 1 + below(4);
    case Measure::kTime:
      return kept_in_range(measure, episode_s * (1 + below(19)) / 20);
    case Measure::kCount:
      return below(8);
    case Measure::kCost:  // each order of magnitude has the same chance
      return kCosts[random.below(kCosts.size())];
  }
  return 0;
}

double Scales::nudged(Measure measure, double value, base::RandomStream& random) const {
  // Small steps alone never get from "does not matter" to "never".
  if (measure == Measure::kCost && random.below(3) == 0) return draw(measure, random);
  if (random.uniform() < 0.5) return kept_in_range(measure, value * random.uniform(0.5, 2.0));
  const int size = static_cast<int>(random.below(kStepSizes));
  return stepped(measure, value, size, random.uniform() < 0.5);
}

double Scales::stepped(Measure measure, double value, int size, bool up) const {
  static constexpr std::array<double, kStepSizes> kShares = {0.2, 0.1, 0.05, 0.02};
  static constexpr std::array<double, kStepSizes> kDistances = {4, 2, 1, 0.3};
  static constexpr std::array<double, kStepSizes> kWholes = {5, 3, 2, 1};
  static constexpr std::array<double, kStepSizes> kTimeShares = {0.2, 0.1, 0.05, 0.02};
  static constexpr std::array<double, kStepSizes> kFactors = {5, 2.5, 1.5, 1.2};
  const auto at = static_cast<std::size_t>(size);
  double step = 0;
  switch (measure) {
    case Measure::kShare:
      step = kShares[at];
      break;
    case Measure::kDistance:
      step = kDistances[at];
      break;
    case Measure::kCount:
    case Measure::kVisits:
      step = kWholes[at];
      break;
    case Measure::kTime:
      step = std::max(1.0, kTimeShares[at] * episode_s);
      break;
    case Measure::kCost: {
      // A cost of nothing grows to something; a small one may shrink to nothing.
      const double factor = kFactors[at];
      const double other = up ? std::max(value, 0.5) * factor : value / factor;
      return kept_in_range(measure, other < 0.3 ? 0 : other);
    }
  }
  return kept_in_range(measure, up ? value + step : value - step);
}

double Scales::rounded(Measure measure, double value) const {
  return kept_in_range(measure, on_grid(value, round_grid_of(measure, value)));
}

}  // namespace cherub::abilities::angel
