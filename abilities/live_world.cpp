#include "abilities/live_world.h"

#include <cmath>

#include "abilities/run_records.h"
#include "abilities/step_log.h"
#include "abilities/stopwatch.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

using Clock = RunControl::State::Clock;

constexpr double kStatusIntervalS = 0.1;  // wall time between two `live` records
constexpr double kLagMaxS = 1;  // a paced world that fell behind more than this gives up on it

constexpr const char* kSlot = "policy";

}  // namespace

// One life of one world.
struct LiveWorld::Session {
  LiveWorld& owner;
  engine::World& world;
  scripting::PolicyHost& host;
  WorldStore* store;  // nullptr: the world is not kept
  LiveResult result;
  StepLog log;
  RateGate status_gate{kStatusIntervalS};
  Stopwatch stopwatch;
  bool announced_pause = false;
  Clock::time_point next_tick = Clock::now();

  Session(LiveWorld& live_world, engine::World& live, scripting::PolicyHost& policies,
          WorldStore* kept)
      : owner(live_world), world(live), host(policies), store(kept), log(live) {}

  base::Result<void> install(const std::string& sha256);
  void record_source(const std::string& sha256);
  void tell_saves();
  void read_inbox();
  void submit(engine::Command command);
  void reload(const ReloadRequest& request);
  void swap_to(const std::string& sha256);
  void announce(const char* state, const std::optional<StepFacts>& facts);
  bool wait_for_tick();
  void tick();
};

void LiveWorld::Session::record_source(const std::string& sha256) {
  const auto version = owner.registry_->find(sha256);
  if (version && store != nullptr) store->on_source(sha256, version->source);
}

base::Result<void> LiveWorld::Session::install(const std::string& sha256) {
  auto stamped = world.submit(engine::InstallScript{kSlot, sha256});
  if (!stamped) return stamped.error();
  record_source(sha256);
  if (store != nullptr) store->on_command(*stamped);
  result.sha256 = sha256;
  return {};
}

void LiveWorld::Session::tell_saves() {
  if (store == nullptr) return;
  for (const StoreNotice& notice : store->take_notices()) {
    base::JsonObject json;
    json.add("state", notice.ok ? "done" : "failed").add("tick", notice.tick);
    if (notice.ok) json.add("bytes", notice.bytes).add("wall_s", notice.wall_s);
    if (!notice.ok) json.add("message", notice.message);
    owner.observer_.on_record(record("save", json));
  }
}

void LiveWorld::Session::submit(engine::Command command) {
  auto stamped = world.submit(std::move(command));
  if (!stamped) {
    owner.observer_.on_record(record("command", base::JsonObject()
                                                    .add("state", "refused")
                                                    .add("tick", world.tick())
                                                    .add("message", stamped.error().text())));
    return;
  }
  if (store != nullptr) store->on_command(*stamped);
}

void LiveWorld::Session::swap_to(const std::string& sha256) {
  const std::string old = result.sha256;
  const base::Tick tick = world.tick();
  const auto installed = install(sha256);
  base::JsonObject json;
  json.add("state", installed ? "accepted" : "refused")
      .add("slot", kSlot)
      .add("tick", tick)
      .add("old_sha256", old)
      .add("new_sha256", sha256);
  if (!installed) json.add("message", installed.error().text());
  owner.observer_.on_record(record("reload", json));
}

// A refused version changes nothing: the old one keeps acting.
void LiveWorld::Session::reload(const ReloadRequest& request) {
  if (request.slot != kSlot) {
    request.refuse("slot", "There is no script slot \"" + request.slot + "\"; this world has \"" +
                               kSlot + "\".");
    return;
  }
  const auto version = owner.registry_->add(request.source);
  ReloadOutcome outcome;
  outcome.sha256 = version->sha256;
  outcome.verdict = host.prepare(version->sha256, owner.scenario_);
  if (outcome.verdict.ok) {
    outcome.tick = world.tick();
    swap_to(version->sha256);
  } else {
    owner.observer_.on_record(record(
        "reload", base::JsonObject()
                      .add("state", "refused")
                      .add("slot", kSlot)
                      .add("tick", world.tick())
                      .add("old_sha256", result.sha256)
                      .add("new_sha256", version->sha256)
                      .add("stage", outcome.verdict.stage)
                      .raw("diagnostics", sandbox::diagnostics_json(outcome.verdict.diagnostics))));
  }
  if (request.done) request.done(outcome);
}

void LiveWorld::Session::read_inbox() {
  Inbox inbox = owner.control_.take();
  for (engine::Command& command : inbox.commands) {
    // A version may only come in through reload, which checks it first.
    const auto* script = std::get_if<engine::InstallScript>(&command);
    if (script != nullptr && !script->sha256.empty()) {
      ReloadRequest request;
      request.slot = script->slot;
      const auto version = owner.registry_->find(script->sha256);
      request.source = version ? version->source : "";
      reload(request);
      continue;
    }
    submit(std::move(command));
  }
  for (const ReloadRequest& request : inbox.reloads) reload(request);
  if (owner.control_.take_save() && store != nullptr) store->save(world, host);
}

void LiveWorld::Session::announce(const char* state, const std::optional<StepFacts>& facts) {
  base::JsonObject json;
  json.add("state", state)
      .add("tick", world.tick())
      .add("t", static_cast<double>(world.tick()) * world.tick_s())
      .add("sha256", result.sha256)
      .add("hash", base::hex64(result.hash))
      .add("alive", world.alive_count())
      .add("agents", world.agent_rows().size())
      .add("faults", host.stats().fault_count());
  if (facts) json.raw("agent", "{" + step_members(*facts) + "}");
  owner.observer_.on_record(record("live", json));
}

// Returns when the next tick is due; false when the run was terminated.
bool LiveWorld::Session::wait_for_tick() {
  for (;;) {
    if (owner.control_.cancel) return false;
    read_inbox();
    const bool paused = owner.control_.paused();
    if (paused != announced_pause) {
      announce(paused ? "paused" : "resumed", std::nullopt);
      announced_pause = paused;
      next_tick = Clock::now();
    }
    if (paused) {
      if (owner.control_.take_step()) return true;
      owner.control_.wait(std::nullopt);
      continue;
    }
    if (!owner.options_.paced || Clock::now() >= next_tick) return true;
    owner.control_.wait(next_tick);
  }
}

void LiveWorld::Session::tick() {
  const engine::TickReport report = world.step(host);
  result.hash = report.hash;
  ++result.ticks;
  if (store != nullptr) store->on_tick(world, report, host);
  tell_saves();
  host.take_notes();  // nobody reads them here, and they must not pile up
  const auto facts = log.observe(world);
  if (owner.observer_.wants_ticks()) owner.observer_.on_tick(world, report);
  if (announced_pause) {
    announce("stepped", facts);
  } else if (status_gate.pass()) {
    announce("running", facts);
  }
  const auto period =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(world.tick_s()));
  next_tick += period;
  if (Clock::now() - next_tick > std::chrono::duration<double>(kLagMaxS)) next_tick = Clock::now();
}

LiveWorld::LiveWorld(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
                     LiveOptions options, RunControl::State& control, RunObserver& observer)
    : scenario_(std::move(scenario)),
      registry_(std::move(registry)),
      options_(std::move(options)),
      control_(control),
      observer_(observer) {}

LiveWorld::~LiveWorld() = default;

base::Result<LiveResult> LiveWorld::live(const std::string& sha256, const std::string& waiting) {
  auto world = engine::World::create(scenario_, options_.seed);
  if (!world) return world.error();
  std::unique_ptr<WorldStore> store;
  if (!options_.world_dir.empty()) {
    auto made = WorldStore::create(options_.world_dir, **world, options_.host,
                                   {.autosave_s = options_.autosave_s});
    if (!made) return made.error();
    store = std::move(*made);
    for (const auto& reply : options_.model_replies) store->on_model_reply(reply);
  }
  scripting::PolicyHost host(registry_, options_.host);
  Session session(*this, **world, host, store.get());
  const scripting::LoadVerdict verdict = host.prepare(sha256, scenario_);
  if (!verdict.ok) {
    return base::Error{base::ErrorCode::kInternal,
                       "The best policy was measured but cannot be loaded again.", sha256};
  }
  if (auto installed = session.install(sha256); !installed) return installed.error();
  return run(session, waiting);
}

base::Result<LiveResult> LiveWorld::go_on() {
  LoadedWorld loaded;
  auto store = WorldStore::load(options_.world_dir, registry_, options_.host.jit,
                                {.autosave_s = options_.autosave_s}, loaded);
  if (!store) return store.error();
  scenario_ = loaded.world->scenario();
  options_.seed = loaded.world->seed();
  Session session(*this, *loaded.world, *loaded.host, store->get());
  session.result.sha256 = loaded.world->script_slots().front().sha256;
  session.result.hash = loaded.world->state_hash();
  base::JsonArray notes;
  for (const std::string& note : loaded.notes) notes.add(note);
  observer_.on_record(record("load", base::JsonObject()
                                         .add("tick", loaded.world->tick())
                                         .add("save_tick", loaded.save_tick)
                                         .raw("notes", notes.text())));
  return run(session, "");
}

base::Result<LiveResult> LiveWorld::run(Session& session, const std::string& waiting) {
  session.announce("started", std::nullopt);
  const auto ticks =
      static_cast<std::uint64_t>(std::llround(options_.seconds * scenario_.tick_rate));
  while (session.result.ticks < ticks) {
    if (!session.wait_for_tick()) {
      session.result.terminated = true;
      break;
    }
    session.tick();
    // It was checked when it came in, before this world began.
    if (session.result.ticks == 1 && !waiting.empty()) {
      const scripting::LoadVerdict again = session.host.prepare(waiting, scenario_);
      if (again.ok) session.swap_to(waiting);
    }
  }
  session.announce("ended", std::nullopt);
  if (session.store != nullptr) {
    const auto closed = session.store->close(session.world, session.host);
    session.tell_saves();
    if (!closed) return closed.error();
  }
  session.result.tick = session.world.tick();
  session.result.policy = session.host.stats();
  session.result.wall_s = session.stopwatch.seconds();
  return std::move(session.result);
}

}  // namespace cherub::abilities
