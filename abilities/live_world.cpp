#include "abilities/live_world.h"

#include <cmath>

#include "abilities/agent_report.h"
#include "abilities/live_policy_wish.h"
#include "abilities/live_requests.h"
#include "abilities/live_slots.h"
#include "abilities/run_records.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

// Wall time between two `live` records, and between two `follow` records.
constexpr double kStatusIntervalS = 0.1, kFollowIntervalS = 0.1;
// Of many steps, each of the last ones is told.
constexpr std::uint64_t kStepsToldMax = 100;
// At one tick boundary: a flood of commands must not keep the world from living.
constexpr std::chrono::milliseconds kCommandTimeMax{20};
// A world that stands still is shown as it stands, as soon as a frame is wanted.
constexpr std::chrono::milliseconds kShowInterval{20};
constexpr int kShowTriesMax = 5;

}  // namespace

LiveWorld::Session::Session(LiveWorld& live_world, std::unique_ptr<engine::World> live,
                            std::unique_ptr<scripting::PolicyHost> policies,
                            std::unique_ptr<WorldStore> kept)
    : owner(live_world),
      world(std::move(live)),
      host(std::move(policies)),
      store(std::move(kept)),
      log(*world),
      status_gate(kStatusIntervalS),
      follow_gate(kFollowIntervalS),
      clock(
          live_world.options_.paced ? std::optional(live_world.scenario_.tick_rate) : std::nullopt,
          Clock::now()),
      maker([this](std::shared_ptr<CheckedVersion> made) {
        owner.control_.deliver(std::move(made));
      }),
      policy_slot(std::make_unique<Policies>(*this)),
      ability_slots(std::make_unique<Abilities>(*this)),
      requests(std::make_unique<Requests>(*this)),
      policy_wish(std::make_unique<PolicyWish>(*this)) {
  world->listen(&profile);
  world->use(live_world.pool_);
}

LiveWorld::Session::~Session() {
  world->listen(nullptr);
}

void LiveWorld::Session::record_source(const std::string& sha256) {
  const auto version = owner.registry_->find(sha256);
  if (version && store) store->on_source(sha256, version->source);
}

base::Result<void> LiveWorld::Session::submit_only(engine::Command command) {
  if (auto stamped = submit(std::move(command)); !stamped) return stamped.error();
  return {};
}

void LiveWorld::Session::abandon_reloads(const std::string& reason) {
  policy_slot->abandon(reason);
  ability_slots->abandon(reason);
}

void LiveWorld::Session::take_over() {
  policy_slot->take_over();
  ability_slots->take_over();
}

void LiveWorld::Session::tell_saves() {
  if (!store) return;
  for (const StoreNotice& notice : store->take_notices()) {
    base::JsonObject json;
    json.add("state", notice.ok ? "done" : "failed").add("tick", notice.tick);
    if (!notice.name.empty()) json.add("name", notice.name);
    if (notice.ok) json.add("bytes", notice.bytes).add("wall_s", notice.wall_s);
    if (!notice.ok) json.add("message", notice.message);
    owner.observer_.on_record(record("save", json));
  }
}

base::Result<void> LiveWorld::Session::close_store() {
  if (!store) return {};
  const auto closed = store->close(*world, *host);
  tell_saves();
  store.reset();
  return closed;
}

base::Result<void> LiveWorld::Session::install(const std::string& sha256, bool on_probation) {
  record_source(sha256);
  auto stamped = submit(engine::InstallScript{kPolicySlot, sha256, on_probation});
  if (!stamped) return stamped.error();
  result.sha256 = sha256;
  return {};
}

void LiveWorld::Session::tell_refused(const base::Error& error) {
  owner.observer_.on_record(record("command", base::JsonObject()
                                                  .add("state", "refused")
                                                  .add("tick", world->tick())
                                                  .add("message", error.text())));
}

void LiveWorld::Session::read_inbox() {
  const auto began = Clock::now();
  while (!owner.control_.cancel) {
    const auto item = owner.control_.take();
    if (!item) return;
    std::visit([this](const auto& request) { take_up(request); }, *item);
    if (Clock::now() - began > kCommandTimeMax) return;
  }
}

void LiveWorld::Session::announce(const char* state, const std::optional<StepFacts>& facts) {
  base::JsonObject json;
  json.add("state", state)
      .add("tick", world->tick())
      .add("t", static_cast<double>(world->tick()) * world->tick_s())
      .add("sha256", result.sha256)
      .add("hash", base::hex64(result.hash))
      .add("alive", world->alive_count())
      .add("agents", world->agent_rows().size())
      .add("faults", host->stats().fault_count());
  if (facts) json.raw("agent", "{" + step_members(*facts) + "}");
  owner.observer_.on_record(record("live", json));
}

void LiveWorld::Session::announce_pause() {
  if (clock.paused() == announced_pause) return;
  announced_pause = clock.paused();
  if (!announced_pause) profile.interrupted();
  announce(announced_pause ? "paused" : "resumed", std::nullopt);
}

bool LiveWorld::Session::wait_for_tick() {
  for (;;) {
    read_inbox();
    if (owner.control_.cancel) return false;
    announce_pause();
    if (clock.paused()) {
      policy_slot->answer_standing();
      ability_slots->answer_standing();
    }
    // An observer may have asked for something when it heard of the pause: that comes first.
    if (clock.due(world->tick(), Clock::now())) return true;
    const auto look = show_standing();
    owner.control_.wait(look ? look : clock.next());
  }
}

void LiveWorld::Session::warn_of_budget() {
  const TickTimes& times = profile.last();
  const double ms = static_cast<double>(times.total);
  const auto suppressed = budget.over(ms, clock.rate(), Clock::now());
  if (!suppressed) return;
  const engine::Phase phase = times.longest();
  owner.observer_.on_record(record(
      "warning",
      base::JsonObject()
          .add("about", "budget")
          .add("tick", world->tick() - 1)
          .add("ms", ms)
          .add("budget_ms", *budget.limit_ms(clock.rate()))
          .add("phase", engine::phase_name(phase))
          .add("phase_ms", static_cast<double>(times.phases[static_cast<std::size_t>(phase)]))
          .add("suppressed", *suppressed)));
}

void LiveWorld::Session::tell_followed(const engine::TickReport& report) {
  if (!followed) return;
  if (world->exists(*followed)) {
    if (!follow_gate.pass()) return;
    owner.observer_.on_record(record("follow", follow_facts(*world, *host, *followed)));
    return;
  }
  base::JsonObject json;
  json.add("state", "died")
      .add("tick", world->tick())
      .add("id", followed->packed())
      .add("name", followed_name);
  for (const engine::Event& event : report.events) {
    if (event.kind != engine::EventKind::kDeath || event.entity != *followed) continue;
    json.add("cause", engine::death_cause_name(static_cast<engine::DeathCause>(event.value)));
  }
  followed.reset();
  owner.observer_.on_record(record("follow", json));
}

void LiveWorld::Session::tick() {
  engine::TickReport report = world->step(*host);
  result.hash = report.hash;
  ++result.ticks;
  if (store) store->on_tick(*world, report, *host);
  after_tick(std::move(report));
}

void LiveWorld::Session::show(engine::TickReport report) {
  unshown.reset();
  if (owner.observer_.wants_ticks()) {
    owner.observer_.on_tick(*world, report);
  } else {
    unshown = std::move(report);
    showings_left = kShowTriesMax;
  }
}

// When to look again whether the last tick is wanted now; empty: not at all.
std::optional<LiveWorld::Session::Clock::time_point> LiveWorld::Session::show_standing() {
  if (!clock.paused() || !unshown) return std::nullopt;
  if (owner.observer_.wants_ticks()) {
    owner.observer_.on_tick(*world, *unshown);
    unshown.reset();
  } else if (--showings_left <= 0) {
    unshown.reset();  // nobody looks
  }
  return unshown ? std::optional(Clock::now() + kShowInterval) : std::nullopt;
}

// Tells whoever watches; nothing here changes the world.
void LiveWorld::Session::after_tick(engine::TickReport report) {
  const scripting::PolicyStats& scripts = host->stats();
  owner.observer_.on_figures({static_cast<double>(profile.last().total) / 1000,
                              world->agent_rows().size(), scripts.fuel, scripts.fault_count()});
  owner.observer_.on_live_tick(*world, report);
  tell_saves();
  policy_slot->after_tick();
  ability_slots->after_tick();
  host->take_notes();  // nobody reads them here, and they must not pile up
  requests->after_tick(report);
  const auto facts = log.observe(*world);
  const bool stepping = clock.paused();
  clock.ticked(world->tick(), Clock::now());
  warn_of_budget();
  tell_followed(report);
  if (stepping) {
    const bool told = clock.steps_left(world->tick()) < kStepsToldMax || status_gate.pass();
    if (told) announce("stepped", facts);
  } else if (status_gate.pass()) {
    announce("running", facts);
  }
  announce_pause();
  show(std::move(report));
  answer_reached();
}

LiveWorld::LiveWorld(engine::Scenario scenario, std::shared_ptr<scripting::ScriptRegistry> registry,
                     LiveOptions options, RunControl::State& control, RunObserver& observer,
                     LiveTools tools)
    : scenario_(std::move(scenario)),
      registry_(std::move(registry)),
      options_(std::move(options)),
      control_(control),
      observer_(observer),
      tools_(tools),
      pool_(options_.threads) {}

LiveWorld::~LiveWorld() = default;

StoreOptions LiveWorld::store_options() const {
  StoreOptions options;
  options.autosave_s = options_.autosave_s;
  return options;
}

base::Result<LiveResult> LiveWorld::live(const std::string& sha256, const std::string& waiting) {
  auto world = engine::World::create(scenario_, options_.seed);
  if (!world) return world.error();
  std::unique_ptr<WorldStore> store;
  if (!options_.world_dir.empty()) {
    auto made = WorldStore::create(options_.world_dir, **world, options_.host, store_options());
    if (!made) return made.error();
    store = std::move(*made);
    for (const auto& reply : options_.model_replies) store->on_model_reply(reply);
  }
  auto host = std::make_unique<scripting::PolicyHost>(registry_, options_.host);
  if (!sha256.empty() && !host->prepare(sha256, scenario_).ok) {
    return base::Error{base::ErrorCode::kInternal,
                       "The best policy was measured but cannot be loaded again.", sha256};
  }
  Session session(*this, std::move(*world), std::move(host), std::move(store));
  session.take_over();
  if (auto installed = session.install_builtin_abilities(); !installed) return installed.error();
  if (!sha256.empty()) {
    if (auto installed = session.install(sha256, false); !installed) return installed.error();
  }
  return run(session, waiting);
}

base::Result<LiveResult> LiveWorld::go_on() {
  LoadedWorld loaded;
  auto store = WorldStore::load(options_.world_dir, registry_, options_.host.jit, store_options(),
                                loaded, options_.save_name);
  if (!store) return store.error();
  scenario_ = loaded.world->scenario();
  options_.seed = loaded.world->seed();
  base::JsonArray notes;
  for (const std::string& note : loaded.notes) notes.add(note);
  observer_.on_record(record("load", base::JsonObject()
                                         .add("tick", loaded.world->tick())
                                         .add("save_tick", loaded.save_tick)
                                         .raw("notes", notes.text())));
  Session session(*this, std::move(loaded.world), std::move(loaded.host), std::move(*store));
  session.result.hash = session.world->state_hash();
  session.take_over();
  return run(session, "");
}

base::Result<LiveResult> LiveWorld::run(Session& session, const std::string& waiting) {
  control_.begin_live();
  session.announce("started", std::nullopt);
  if (const auto version = registry_->find(waiting); version && !waiting.empty()) {
    ReloadRequest request;
    request.slot = kPolicySlot;
    request.source = version->source;
    session.take_up(request);
  }
  const auto ticks =
      static_cast<std::uint64_t>(std::llround(options_.seconds * scenario_.tick_rate));
  while (session.result.ticks < ticks) {
    if (!session.wait_for_tick()) {
      session.result.terminated = true;
      break;
    }
    session.tick();
  }
  session.answer_interrupted("The live world ended");
  session.requests->drop("The live world ended.");
  session.policy_wish->drop("The live world ended.");
  session.abandon_reloads("The live world ended.");
  session.announce("ended", std::nullopt);
  if (const auto closed = session.close_store(); !closed) return closed.error();
  session.result.tick = session.world->tick();
  session.result.policy = session.host->stats();
  session.result.wall_s = session.stopwatch.seconds();
  return std::move(session.result);
}

}  // namespace cherub::abilities
