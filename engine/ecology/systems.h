#pragma once

#include "engine/ecology/ecology.h"
#include "engine/world_state.h"

// What happens in an ecosystem: functions over a world whose WorldState::ecology is set. Each runs
// on one thread, in the order of rows or of soil cells.
namespace cherub::engine {

// Plants and soil change slowly: each of them has its turn once in so many ticks.
inline constexpr std::uint32_t kPlantTurn = 8, kSoilTurn = 16;
// The shares of an animal's matter that are its body; the rest is reserve, which hunger measures.
inline constexpr double kBodyShareFew = 0.2, kBodyShareMany = 0.1;

// A checked scenario's ecosystem before anybody lives in it; nothing without an environment.
std::optional<Ecology> begin_ecology(const Scenario& scenario);
// Makes the cells of the water sources water. Before set_terrain.
void dig_ponds(const EnvironmentSpec& environment, Terrain& terrain);

// Units of matter of a grown plant, or of an animal that is not hungry at all.
std::uint32_t matter_max(const WorldState& state, SpeciesIndex species);
// Of that, the animal's body without any reserve.
std::uint32_t body_matter(const WorldState& state, SpeciesIndex species);
// Brings hunger (of animals) or energy (growth, of plants) in line with the row's matter.
void show_matter(WorldState& state, std::uint32_t row);
// Room for what every row has.
void resize_bodies(WorldState& state);
// A newcomer from outside brings matter according to its hunger or growth.
void bring_matter(WorldState& state, std::uint32_t row);
// A newborn gets what its parents put aside for it.
void give_matter(WorldState& state, std::uint32_t row, std::uint32_t units);
// All that the row holds becomes litter where it lies.
void leave_matter(WorldState& state, std::uint32_t row);
// Takes up to `units` from a row's matter into the litter, or back into the soil.
std::uint32_t shed(WorldState& state, std::uint32_t row, std::uint32_t units);
std::uint32_t excrete(WorldState& state, std::uint32_t row, std::uint32_t units);

// Climate: shares and degrees at this tick.
double light_now(const WorldState& state);
double temperature_now(const WorldState& state);  // °C
// What warmth makes of growth and decay: 0 at freezing, 1 at 25 °C.
double warmth_now(const WorldState& state);
bool is_fertile(const WorldState& state);  // rained lately
// Rain falls: the soil takes it up.
void soak(WorldState& state, double intensity);
void rain_by_itself(WorldState& state);

// The live phase.
void live_in_ecosystem(WorldState& state);
void live_as_animals(WorldState& state);
void live_as_plants(WorldState& state);
void turn_soil(WorldState& state);
void tend_colonies(WorldState& state);

// Actions of the agent of a row: what abilities are to feeding.cpp.
Receipt use_in_ecosystem(WorldState& state, std::uint32_t row, AbilityKind kind, EntityId target);
Receipt feed_on(WorldState& state, std::uint32_t row, EntityId food, double reach_m);
// Feeds another animal out of one's own reserve, by up to `relief` of its hunger: matter is never
// made. Who has nothing to spare, or would feed itself, gets kFailed.
Receipt share_reserve(WorldState& state, std::uint32_t row, std::uint32_t target, double relief);
// Food that was no body of this ecosystem: it comes into the cycle. Returns the hunger relieved.
float feed_from_outside(WorldState& state, std::uint32_t row, double relief);
Receipt pollinate(WorldState& state, std::uint32_t row, EntityId flower, double reach_m);
Receipt drink_water(WorldState& state, std::uint32_t row);
Receipt breed(WorldState& state, std::uint32_t row);
// With this partner, which is of the same species, near and ready, or not.
Receipt breed_with(WorldState& state, std::uint32_t row, EntityId partner);
Receipt rest_in_ecosystem(WorldState& state, std::uint32_t row);
// Whether a species has a diet of nothing but agents: where others forage, it hunts.
bool eats_only_animals(const WorldState& state, SpeciesIndex species);
// Takes over what the agents say they are about.
void note_modes(WorldState& state);

// Whether an animal is ready for children, apart from a partner; and a plant for seeds.
bool is_ready_to_breed(const WorldState& state, std::uint32_t row);
bool may_seed(const WorldState& state, std::uint32_t row);
// Whether a plant is worth a bite: not nibbled to its roots.
bool is_ripe(const WorldState& state, std::uint32_t row);
// Units of a plant that grazers can take.
std::uint32_t leaves_of(const WorldState& state, std::uint32_t row);
// Whether a flower has nectar for one more visitor.
bool has_nectar(const WorldState& state, std::uint32_t row);
void take_nectar(WorldState& state, std::uint32_t row);
// What lives within `radius` m of a row, itself among them.
GridQuery around(const WorldState& state, std::uint32_t row, double radius, SpeciesMask species);
// Whether the row is near what its species roosts by; false without such a species.
bool is_at_roost(const WorldState& state, std::uint32_t row);

// For every cell of the ground, the cell with water that is nearest to its centre, or nothing
// where there is none at all.
void index_water(WorldState& state);
struct WaterSpot {
  bool found = false;
  double x = 0, y = 0, distance = 0;  // of the cell's centre
};
WaterSpot nearest_water(const WorldState& state, float x, float y);

}  // namespace cherub::engine
