#include "abilities/ladder_fixtures.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "abilities/builtin_abilities.h"
#include "abilities/memory_json.h"
#include "engine/base/check.h"
#include "engine/voxel_worlds.h"

namespace cherub::abilities {
namespace {

using engine::Kind;
using engine::Receipt;
using scripting::FaultKind;

constexpr std::uint64_t kSeed = 20'231;
constexpr std::uint32_t kFlatSide = 12, kMazeSide = 9, kVoxelSide = 13;  // m
constexpr double kPondRadius = 1.5;                                      // m
// Each agent's memory is looked at once in a hundred ticks: the longest fixture has more.
constexpr std::uint64_t kEmptyTicks = 104, kCrowdedTicks = 12, kEdgeTicks = 20, kDyingTicks = 28;
constexpr std::uint32_t kCrowdMin = 8, kCrowdMax = 16, kPlentyMin = 16, kPlentyMax = 40;
// Runs that are compared with the first one end here, with the save in their middle.
constexpr std::uint64_t kComparedTicksMax = 40;
constexpr double kCornerGap = 0.3;  // m
// Half a second to full hunger, two until no health is left; whoever does not hunger dies of age.
constexpr double kDyingHungerRate = 2, kDyingStarveRate = 0.6, kDyingLifetime_s = 2.4;

using Count = std::uint32_t (*)(Kind kind, std::uint32_t count);

engine::Scenario with_counts(engine::Scenario scenario, Count count_of) {
  for (engine::SpawnSpec& spawn : scenario.spawns) {
    const auto species = scenario.find_species(spawn.species);
    if (species) spawn.count = count_of(scenario.species[*species].kind, spawn.count);
  }
  return scenario;
}

std::uint32_t only_one(Kind kind, std::uint32_t count) {
  if (kind == Kind::kTarget) return count;
  return kind == Kind::kAgent ? std::min(count, 1u) : 0;
}

std::uint32_t a_crowd(Kind kind, std::uint32_t count) {
  if (kind == Kind::kTarget) return count;
  if (kind == Kind::kAgent) return std::clamp(count, kCrowdMin, kCrowdMax);
  return std::clamp(count, kPlentyMin, kPlentyMax);
}

std::uint32_t a_few(Kind kind, std::uint32_t count) {
  if (kind == Kind::kTarget) return count;
  return std::min(count, kind == Kind::kAgent ? 3u : 12u);
}

std::uint32_t no_agents(Kind kind, std::uint32_t count) {
  return kind == Kind::kAgent ? 0 : a_few(kind, count);
}

engine::Scenario dying(engine::Scenario scenario) {
  for (engine::SpeciesSpec& species : scenario.species) {
    if (species.kind != Kind::kAgent) continue;
    species.hunger_rate = kDyingHungerRate;
    species.starve_rate = kDyingStarveRate;
    species.lifetime_s = kDyingLifetime_s;
  }
  return scenario;
}

FixtureWorld fixture(std::string name, engine::Scenario scenario, std::uint64_t ticks) {
  FixtureWorld made;
  made.name = std::move(name);
  made.ticks = ticks;
  auto world = engine::World::create(std::move(scenario), kSeed);
  // A scenario that was read stays valid with other counts and rates within their ranges.
  CHERUB_CHECK(world.ok());
  made.world = std::move(*world);
  return made;
}

// What one run through a fixture showed.
struct Trace {
  std::vector<std::uint64_t> hashes;  // by tick
  std::string memories;               // behind the last tick that is compared
  std::optional<Refusal> fault;       // the first
  scripting::PolicyStats stats;
};

std::uint64_t compared_ticks(const FixtureWorld& fixture) {
  return std::min(fixture.ticks, kComparedTicksMax);
}

enum class Middle { kNothing, kSave, kRestore };

class FixtureRun {
 public:
  FixtureRun(FixtureWorld& fixture, scripting::PolicyHost& host, const std::string& sha256)
      : fixture_(fixture), world_(*fixture.world), host_(host), sha256_(sha256) {}

  Trace run(Middle middle, MistakeCount* mistakes) {
    Trace trace;
    begin();
    const bool first = middle == Middle::kNothing;
    const std::uint64_t ticks = first ? fixture_.ticks : compared_ticks(fixture_);
    for (std::uint64_t tick = 0; tick < ticks; ++tick) {
      if (!first && tick == ticks / 2) pause(middle);
      const engine::TickReport report = world_.step(host_);
      trace.hashes.push_back(report.hash);
      if (!trace.fault) note_fault(report, trace);
      if (mistakes != nullptr) count(report.tick, *mistakes);
      if (tick + 1 == compared_ticks(fixture_)) trace.memories = memories();
    }
    trace.stats = host_.stats();
    return trace;
  }

 private:
  void begin() {
    world_.reset(kSeed);
    host_.reset();
    const auto installs = builtin_installs(world_.scenario(), host_.abilities());
    CHERUB_CHECK(installs.ok());
    for (const engine::InstallAbility& install : *installs) submit(install);
    for (const engine::Spawn& arrival : fixture_.arrivals) submit(arrival);
    submit(engine::InstallScript{"policy", sha256_});
  }

  void submit(engine::Command command) {
    const auto submitted = world_.submit(std::move(command));
    CHERUB_CHECK(submitted.ok());
  }

  // Saves, and goes on in the same Vms or in those that know nothing but what was saved.
  void pause(Middle middle) {
    const scripting::SavedPolicies saved = host_.save_memories();
    if (middle == Middle::kSave) return;
    const auto read = memories_from_json(memories_to_json(world_.tick(), saved));
    CHERUB_CHECK(read.ok());
    host_.reset();
    const auto installs = builtin_installs(world_.scenario(), host_.abilities());
    CHERUB_CHECK(installs.ok());
    const auto restored = host_.restore_memories(world_, *read);
    CHERUB_CHECK(restored.ok());
  }

  // Looked at, not saved: that would make them anew.
  [[nodiscard]] std::string memories() {
    std::string all;
    for (const std::uint32_t row : world_.agent_rows()) {
      all += host_.memory_json(world_.id_of(row)) + "\n";
    }
    return all;
  }

  void note_fault(const engine::TickReport& report, Trace& trace) {
    const std::string& first = host_.stats().first_fault;
    if (first.empty()) return;
    for (const engine::Event& event : report.events) {
      if (event.kind != engine::EventKind::kFault || !event.text.ends_with(first)) continue;
      Refusal fault;
      fault.code = kFaultCodePrefix + event.text.substr(0, event.text.find(':'));
      fault.message = first;
      fault.fixture = fixture_.name;
      fault.tick = report.tick;
      fault.entity = event.entity;
      trace.fault = std::move(fault);
      return;
    }
  }

  void count(engine::Tick tick, MistakeCount& mistakes) const {
    const engine::Columns& columns = world_.columns();
    for (const std::uint32_t row : world_.agent_rows()) {
      const auto add = [&](std::uint8_t number, IntentSlot slot) {
        const auto receipt = static_cast<Receipt>(number);
        if (receipt == Receipt::kNone) return;
        ++mistakes.intents;
        if (!is_mistake(receipt, slot)) return;
        ++mistakes.mistakes;
        MistakeCount::First& first = mistakes.by_receipt[number];
        if (first.count++ > 0) return;
        first = {1, fixture_.name, tick, world_.id_of(row)};
      };
      add(columns.move_receipt[row], IntentSlot::kMove);
      add(columns.ability_receipt[row], IntentSlot::kAbility);
      add(columns.message_receipt[row], IntentSlot::kMessage);
    }
  }

  FixtureWorld& fixture_;
  engine::World& world_;
  scripting::PolicyHost& host_;
  const std::string& sha256_;
};

std::string percent(double share) {
  return std::to_string(std::lround(100 * share)) + " %";
}

const char* fault_hint(FaultKind kind) {
  switch (kind) {
    case FaultKind::kFuel:
      return "do less in one act: bound the loops, let senses search, go on in the next tick";
    case FaultKind::kInvalidMemory:
      return "keep only plain numbers, strings, booleans and small tables of them in self.memory, "
             "and forget what is old";
    case FaultKind::kMemory:
    case FaultKind::kOverflow:
      return "build fewer and smaller tables and strings in one act";
    default:
      return "test what senses give before it is used: each may be nil";
  }
}

std::optional<Refusal> fault_refusal(const Trace& trace) {
  const scripting::PolicyStats& stats = trace.stats;
  const auto& faults = stats.faults;
  const bool bad_memory = faults[static_cast<std::size_t>(FaultKind::kInvalidMemory)] > 0;
  const double share =
      stats.acts == 0 ? 0
                      : static_cast<double>(stats.fault_count()) / static_cast<double>(stats.acts);
  if (!trace.fault || (share <= kFaultShareMax && !bad_memory)) return {};
  Refusal refusal = *trace.fault;
  FaultKind kind = FaultKind::kError;
  for (int i = 0; i < scripting::kFaultKindCount; ++i) {
    const auto named = static_cast<FaultKind>(i);
    if (refusal.code == std::string(kFaultCodePrefix) + scripting::fault_name(named)) kind = named;
  }
  refusal.hint = fault_hint(kind);
  refusal.message =
      std::to_string(stats.fault_count()) + " of " + std::to_string(stats.acts) +
      " acts failed; the first: " + refusal.message.substr(0, refusal.message.find('\n'));
  return refusal;
}

// The tick in which two runs first differ.
std::optional<engine::Tick> first_difference(const Trace& one, const Trace& other) {
  for (std::size_t tick = 0; tick < std::min(one.hashes.size(), other.hashes.size()); ++tick) {
    if (one.hashes[tick] != other.hashes[tick]) return tick;
  }
  return {};
}

Refusal difference(const FixtureWorld& fixture, std::optional<engine::Tick> tick, const char* code,
                   std::string message, std::string hint) {
  Refusal refusal;
  refusal.code = code;
  refusal.message = std::move(message);
  refusal.hint = std::move(hint);
  refusal.fixture = fixture.name;
  refusal.tick = tick;
  return refusal;
}

const char* kKeepInMemory =
    "keep whatever lasts from one act to the next in self.memory, and nothing anywhere else: not "
    "in file-scope locals, tables or closures";

}  // namespace

bool is_mistake(Receipt receipt, IntentSlot slot) {
  switch (receipt) {
    case Receipt::kNone:
    case Receipt::kAccepted:
    case Receipt::kBlocked:
    case Receipt::kNoSuchTarget:
    case Receipt::kNotReady:
    case Receipt::kCrowded:
    case Receipt::kUnwilling:
    case Receipt::kFailed:
    case Receipt::kFaulted:
      return false;
    case Receipt::kExhausted:
      return slot != IntentSlot::kMove;
    default:
      return true;
  }
}

engine::Scenario fixture_scenario(engine::Scenario scenario) {
  engine::TerrainSpec& terrain = scenario.terrain;
  const std::uint32_t side = terrain.generator == "maze"                 ? kMazeSide
                             : engine::is_voxel_world(terrain.generator) ? kVoxelSide
                                                                         : kFlatSide;
  terrain.width = std::min(terrain.width, side);
  terrain.depth = std::min(terrain.depth, side);
  // Of its ponds one stays, in the middle.
  if (scenario.environment && !scenario.environment->water.empty()) {
    scenario.environment->water = {{terrain.width / 2.0, terrain.depth / 2.0, kPondRadius}};
  }
  return scenario;
}

std::vector<FixtureWorld> make_fixtures(const engine::Scenario& small) {
  std::vector<FixtureWorld> all;
  all.push_back(fixture("empty", with_counts(small, only_one), kEmptyTicks));
  all.push_back(fixture("crowded", with_counts(small, a_crowd), kCrowdedTicks));
  // In a flat world agents are put into corners; others are nothing but corners.
  const bool flat = small.terrain.generator == "flat";
  all.push_back(fixture("edge", with_counts(small, flat ? no_agents : a_few), kEdgeTicks));
  const double right = small.terrain.width - kCornerGap, top = small.terrain.depth - kCornerGap;
  if (flat) {
    for (const auto& [x, y] : {std::pair{kCornerGap, kCornerGap}, {right, top}, {right, 1.0}}) {
      all.back().arrivals.push_back({small.agent_species, x, y, 0, 1});
    }
  }
  all.push_back(fixture("dying", with_counts(dying(small), a_few), kDyingTicks));
  return all;
}

std::optional<Refusal> MistakeCount::refusal() const {
  if (static_cast<double>(mistakes) <= kMistakeShareMax * static_cast<double>(intents)) return {};
  std::string list;
  const First* most = nullptr;
  for (std::size_t i = 0; i < by_receipt.size(); ++i) {
    const First& first = by_receipt[i];
    if (first.count == 0) continue;
    list += (list.empty() ? "" : ", ") + std::to_string(first.count) + " x " +
            engine::receipt_name(static_cast<Receipt>(i));
    if (most == nullptr || first.count > most->count) most = &first;
  }
  Refusal refusal;
  refusal.code = kIntentsRefusedCode;
  refusal.message = std::to_string(mistakes) + " of " + std::to_string(intents) + " intents (" +
                    percent(static_cast<double>(mistakes) / static_cast<double>(intents)) +
                    ") were refused: " + list + "; at most " + percent(kMistakeShareMax) +
                    " may be";
  refusal.hint =
      "ask only for what can be: check reach, diet, energy and readiness before, and look at "
      "self.last_move and self.last_ability";
  refusal.fixture = most->fixture;
  refusal.tick = most->tick;
  refusal.entity = most->entity;
  return refusal;
}

std::optional<Refusal> try_fixture(FixtureWorld& fixture, scripting::PolicyHost& host,
                                   const std::string& sha256, MistakeCount& mistakes) {
  FixtureRun run(fixture, host, sha256);
  const Trace first = run.run(Middle::kNothing, &mistakes);
  if (auto refusal = fault_refusal(first)) return refusal;
  const Trace restored = run.run(Middle::kRestore, nullptr);
  const auto parted = first_difference(first, restored);
  if (parted && *parted < compared_ticks(fixture) / 2) {
    return difference(fixture, parted, "runs_differ",
                      "the same world with the same seed went another way the second time",
                      kKeepInMemory);
  }
  if (!parted && first.memories == restored.memories) return {};
  // Was it the save, or that nothing but the save was there?
  const Trace saved = run.run(Middle::kSave, nullptr);
  const auto lost = first_difference(saved, restored);
  if (lost || saved.memories != restored.memories) {
    return difference(fixture, lost, "lost_on_restore",
                      "after the world was saved and loaded it went on in another way: the policy "
                      "keeps something that saves do not",
                      kKeepInMemory);
  }
  if (!parted) return {};  // the same entries in another order
  return difference(fixture, parted, "save_changes",
                    "after the world was saved it went on in another way than without",
                    "write self.memory as plain data: every table under one name only, and "
                    "nothing that hangs on the order of pairs");
}

std::optional<sandbox::Range> blamed_line(const std::string& source, const std::string& message,
                                          const std::string& script) {
  const std::string name = script + ":";
  const std::size_t at = message.find(name);
  if (at == std::string::npos) return {};
  std::uint32_t line = 0;
  const char* const digits = message.data() + at + name.size();
  const auto [end, error] = std::from_chars(digits, message.data() + message.size(), line);
  if (error != std::errc{} || line == 0) return {};
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < line; ++i) {
    begin = source.find('\n', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  const std::size_t stop = std::min(source.find('\n', begin), source.size());
  const std::size_t word = std::min(source.find_first_not_of(" \t", begin), stop);
  sandbox::Range range;
  range.begin = static_cast<std::uint32_t>(word);
  range.end = static_cast<std::uint32_t>(stop);
  range.line = line;
  range.column = static_cast<std::uint32_t>(word - begin + 1);
  return range;
}

}  // namespace cherub::abilities
