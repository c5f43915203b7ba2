#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/ecology/environment.h"
#include "engine/ecology/traits.h"
#include "engine/economy/economy.h"
#include "engine/gait.h"

namespace cherub::engine {

enum class Better { kHigher, kLower };

// A named number that an episode is judged by. The recorder of each name is in metrics.cpp.
struct MetricSpec {
  std::string name;  // "time_to_goal"
  std::string unit;  // "s", "m", "1" …
  Better better = Better::kHigher;
  std::string description;  // one line
  // What people say when they mean it: "fast", "quickly" …; with a "-" in front when they mean its
  // poor end: "-death".
  std::vector<std::string> words;
  double weight = 0;  // in the scenario's own objective
  double scale = 1;   // a typical range: |difference| / scale is what a search compares
  // A policy whose mean is worse than that of what it replaces by more than so many scales may not
  // become the best, unless the goal asks for just that. Infinity: any may.
  double guard = std::numeric_limits<double>::infinity();
};

struct SuccessPredicate {
  std::string metric;
  std::string op = ">=";  // one of < <= > >= ==
  double value = 0;
  [[nodiscard]] bool holds(double measured) const;
};

// What the entities of a species are.
enum class Kind : std::uint8_t {
  kAgent,  // has behaviour, may be driven by a script slot
  kPlant,
  kTarget,
  kItem,      // a thing: lies on the ground, or is carried in hands as a count
  kObstacle,  // agents cannot walk into it
  kPlace,     // a building or the like: where work is done, things are kept, or somebody lives
};
const char* kind_name(Kind kind);  // "agent", "plant", "target", "item", "obstacle", "place"

// How a target or obstacle goes about by itself, from cell to cell.
enum class Route : std::uint8_t {
  kNone,  // it stays
  kBeat,  // straight on, and back where the way ends
  kRoam,  // on at every fork by chance
};

struct SpeciesSpec {
  std::string name;
  Kind kind = Kind::kAgent;
  double speed = 0;         // m/s
  double sense_radius = 0;  // m
  double reach = 1;         // m: eat, touch
  double radius = 0.3;      // body, for collisions, m
  std::vector<std::string> diet;
  double hunger_rate = 0;            // per s
  double thirst_rate = 0;            // per s
  double energy_rate = 0;            // per s of movement
  double starve_rate = 0;            // health per s while hunger is 1, and while thirst is
  double food_value = 0;             // hunger relieved by eating one
  double rest_rate = 0.1;            // energy per s of rest
  double growth_rate = 0;            // plants: energy per s, until 1
  double spread_rate = 0;            // plants: chance per s of a seed when grown
  double spread_radius = 0;          // m
  double density_radius = 1.5;       // plants: no seed takes where, within this, …
  std::uint32_t density_max = 4;     // … so many of its kind already stand
  std::uint32_t population_max = 0;  // births stop there; 0: none
  double reproduce_energy = 0;       // needed; half of it goes to the child; 0: cannot
  double reproduce_age_s = 0;        // youngest parent, s
  double lifetime_s = 0;             // 0: does not age to death
  std::uint32_t hands = 0;           // agents, places: how many items they can carry or keep
  std::string role;                  // agents: of its members at first; empty: none
  Gait gait;                         // `motion` and `climb`
  double lift = 1;                   // who flies: m/s up and down
  double turn_rate = 0;              // rad/s; 0: turns at once
  double view_angle = 360;           // degrees that it sees at once, around its heading
  Route route = Route::kNone;        // targets and obstacles
  double contact_damage = 0;         // obstacles: health per s that touching one costs

  // What follows counts in ecosystems only (Scenario::environment). engine/ecology/traits.h has the
  // formulas by which traits give most of it.
  std::optional<SpeciesTraits> traits;
  double matter = 1;         // of a grown plant, or of an animal's body and full reserve
  double drain_rate = 0;     // energy per s, awake or not
  double drive_rate = 0;     // reproductive drive per s
  double parch_rate = 0;     // health per s while dehydrated
  double graze_relief = 0;   // hunger that a bite of a plant relieves
  double prey_relief = 0;    // hunger that one prey relieves, at most
  double nectar_relief = 0;  // hunger that a visit to a flower relieves
  double birth_cost = 0;     // energy of each parent
  double clutch = 1;         // children at a time
  double mating_radius = 2;  // m
  double catch_chance = 0;   // hunters: of a prey that is as fast and in full health
  double canopy = 0;         // m: plants that shade others
  std::vector<std::string> pollinates;
  std::string roost;       // a species near which it rests well and is hidden from hunters,
  bool nests = false;      // and outside of which it does not breed
  double territory_m = 0;  // animals: no births where, within this, …
  std::uint32_t territory_max = 1;  // … more than so many of its kind live; 0 m: anywhere
  bool colony = false;              // its members swarm when their colony is not well
  bool decomposer = false;          // a plant that lives on litter, and without light
  std::string policy;  // agents: what they act by when no script drives them; empty: native
  // What follows counts where there is an `economy` only.
  double price = 0;                 // items: coins for one where there is no other
  std::vector<StackSpec> holds;     // what is in each one's hands or store at the beginning
  std::vector<std::string> serves;  // places: species whose members may take from the store
  bool owned = false;               // places: each belongs to one of the agent_species
  bool shelter = false;             // places: who rests here has a roof
};

// An occupation: what those who have it know.
struct RoleSpec {
  std::string name;
  std::vector<std::string> abilities;  // by name; a world installs their scripts
  bool may_request = false;            // may ask for new abilities in words
};

struct SpawnSpec {
  std::string species;
  std::uint32_t count = 1;
  // anywhere | start | target (where a generator put them) | in the open: centre | homes | fields
  // | woods | edge
  std::string place = "anywhere";
  std::string role = "";  // agents: instead of their species'; empty: that
  // Where there is an `economy`: `share` of them for each "person", "trader" or "thief" of its town
  // instead of `count`; where they are `scarce`, less by the town's scarcity.
  std::string per = "";
  double share = 1;
  bool scarce = false;
};

struct TerrainSpec {
  std::string generator = "flat";  // flat | maze | caves | town | tower
  std::uint32_t width = 32, depth = 32, height = 1;
  double openness = 0;        // 0 … 1; maze: share of inner walls removed; others: voxel_worlds.h
  double hazard_density = 0;  // share of open cells, 0 … 1; never start, target or the only way
  double water_density = 0;   // flat: share of cells that are water, 0 … 0.5
};

inline constexpr std::string_view kActionNames[] = {"move",      "move_to", "wander",   "eat",
                                                    "reproduce", "rest",    "say",      "turn",
                                                    "use",       "drink",   "pollinate"};

// The policies that `species: policy:` can name; their Lua is in scripting/policies.
inline constexpr std::string_view kDefaultPolicyNames[] = {"animal", "villager", "trader", "thief"};

// Whether walls hide what is behind them. kAuto: in a maze.
enum class WallSight : std::uint8_t { kAuto, kBlock, kIgnore };

// What may be set to make a world easier or harder, for people and programs that ask.
struct SettingSpec {
  std::string field;  // as set() takes it: "terrain.width"
  double low = 0, high = 0;
  std::string description;
};

struct CurriculumStep {
  std::string name;
  std::vector<std::string> set;  // "terrain.width=13"
  // Passed when the success rate on held-out seeds is, by its interval's lower bound, as high.
  double advance = 0.5;
};
// Settings from easy to hard.
struct Curriculum {
  std::string name;
  std::string description;
  std::vector<CurriculumStep> steps;
};

// One kind of world, as data. `yaml` keeps the text it came from, so a recording can carry it
// whole.
struct Scenario {
  std::string name;
  std::string title;
  std::string description;   // the rules, in words, for people and prompts
  double tick_rate = 10;     // Hz; one tick is 1 / tick_rate world seconds
  double episode_s = 30;     // default length of an episode, world seconds
  double hazard_damage = 0;  // health per s in a hazard
  TerrainSpec terrain;
  WallSight walls = WallSight::kAuto;  // `senses: {walls: block | ignore}`
  bool keeps_map = false;              // `senses: {map: true}`: agents remember what they saw
  std::optional<EnvironmentSpec> environment;  // makes the world an ecosystem
  std::optional<EconomySpec> economy;          // makes the world a village
  std::vector<RoleSpec> roles;
  std::vector<SpeciesSpec> species;
  std::vector<SpawnSpec> spawns;
  std::vector<MetricSpec> metrics;
  SuccessPredicate success;
  std::vector<std::string> goals;  // example goals in words
  // What agents can do here, out of kActionNames: an intent of any other kind is not available.
  std::vector<std::string> actions;
  std::string agent_species;  // the species that script slot "policy" drives
  std::vector<SettingSpec> settings;
  std::vector<Curriculum> curricula;
  std::string yaml;

  [[nodiscard]] std::optional<std::size_t> find_species(std::string_view species_name) const;
  [[nodiscard]] std::optional<std::size_t> find_role(std::string_view role_name) const;
  [[nodiscard]] const MetricSpec* find_metric(std::string_view metric_name) const;
  [[nodiscard]] const Curriculum* find_curriculum(std::string_view curriculum_name) const;
};

inline constexpr std::size_t kScenarioBytesMax = 256 * 1024;

// Reads and validates a scenario. Errors name the field path, what was given and what is right;
// unknown fields are errors, with the nearest right name.
base::Result<Scenario> parse_scenario(std::string_view yaml);

// The scenarios that ship, compiled in.
std::vector<std::string> builtin_scenario_names();
base::Result<Scenario> builtin_scenario(std::string_view name);

}  // namespace cherub::engine
