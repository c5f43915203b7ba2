#include <algorithm>
#include <utility>

#include "abilities/agent_report.h"
#include "abilities/live_policy_wish.h"
#include "abilities/live_requests.h"
#include "abilities/live_slots.h"
#include "abilities/replay.h"
#include "abilities/run_records.h"
#include "engine/base/hash.h"
#include "engine/snapshot.h"
#include "scripting/manifest.h"

namespace cherub::abilities {
namespace {

using base::Error;
using base::ErrorCode;

ConsoleReply said(std::string text) {
  ConsoleReply reply;
  reply.json = base::JsonObject().add("message", text).text();
  reply.text = std::move(text);
  return reply;
}

std::string rate_text(const std::optional<double>& hz) {
  return hz ? short_text(*hz) + " Hz" : "max";
}

// "spawn.x, spawn.y" names the arguments x, y.
std::string arguments_of(std::string where) {
  for (std::size_t dot = 0; (dot = where.find('.')) != std::string::npos;) {
    const std::size_t blank = where.rfind(' ', dot);
    const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
    where.erase(begin, dot + 1 - begin);
  }
  return where;
}

Error not_kept() {
  return {ErrorCode::kUnavailable, "This world is not kept in a folder.", "command"};
}

std::string at_tick(base::Tick tick) {
  return " at tick " + std::to_string(tick) + ".";
}

}  // namespace

void LiveWorld::Session::take_up(const AskRequest& request) {
  Answer answer = request.done;
  const bool wanted = static_cast<bool>(answer);
  ConsoleReply reply =
      std::visit([&](const auto& command) { return execute(command, answer); }, request.command);
  if (!wanted && !reply.ok) {
    owner.observer_.on_record(record("command", base::JsonObject()
                                                    .add("state", "refused")
                                                    .add("tick", world->tick())
                                                    .add("message", reply.text)));
  }
  if (answer) answer(std::move(reply));
}

base::Result<engine::StampedCommand> LiveWorld::Session::submit(engine::Command command) {
  auto stamped = world->submit(std::move(command));
  if (!stamped) return stamped;
  if (store) store->on_command(*stamped);
  return stamped;
}

void LiveWorld::Session::take_up(const engine::Command& command) {
  // A version may only come in through reload, which checks it first.
  const auto* script = std::get_if<engine::InstallScript>(&command);
  if (script != nullptr && !script->sha256.empty()) {
    ReloadRequest request;
    request.slot = script->slot;
    const auto version = owner.registry_->find(script->sha256);
    request.source = version ? version->source : "";
    take_up(request);
    return;
  }
  const auto* ability = std::get_if<engine::InstallAbility>(&command);
  if (ability != nullptr && !ability->spec.sha256.empty()) {
    const auto version = owner.registry_->find(ability->spec.sha256);
    ReloadRequest request;
    request.slot = kAbilitySlot;
    request.source = version ? version->source : "";
    return take_up(request);
  }
  if (engine::settles_a_reload(command)) {
    return tell_refused(
        {ErrorCode::kRefused, "What becomes of a reload is the world's own business.", "command"});
  }
  if (script != nullptr) {
    policy_slot->supersede("The native behaviour was asked for.");
    policy_slot->abandon("The native behaviour was asked for.");
    result.sha256.clear();
  }
  if (const auto stamped = submit(command); !stamped) tell_refused(stamped.error());
}

ConsoleReply LiveWorld::Session::time_reply(const std::string& text) const {
  ConsoleReply reply;
  reply.text = text;
  reply.json = base::JsonObject()
                   .add("tick", world->tick())
                   .add("paused", clock.paused())
                   .add("hash", base::hex64(result.hash))
                   .text();
  return reply;
}

ConsoleReply LiveWorld::Session::await(base::Tick tick, Answer& answer) {
  if (!answer) return {};
  awaiting.push_back({tick, std::exchange(answer, nullptr)});
  return {};
}

void LiveWorld::Session::answer_reached() {
  const base::Tick tick = world->tick();
  std::vector<Answer> reached;
  for (Awaiting& waiting : awaiting) {
    if (waiting.tick <= tick) reached.push_back(std::move(waiting.answer));
  }
  if (reached.empty()) return;
  std::erase_if(awaiting, [&](const Awaiting& waiting) { return waiting.tick <= tick; });
  for (const Answer& answer : reached) answer(time_reply("Stands still" + at_tick(tick)));
}

void LiveWorld::Session::answer_interrupted(const std::string& why) {
  for (const Awaiting& waiting : std::exchange(awaiting, {})) {
    waiting.answer(console_refusal({ErrorCode::kConflict,
                                    why + at_tick(world->tick()) + " Tick " +
                                        std::to_string(waiting.tick) + " was not waited for.",
                                    "tick"}));
  }
}

ConsoleReply LiveWorld::Session::execute(const console::Pause&, Answer&) {
  clock.pause();
  answer_interrupted("The world was paused");
  return time_reply("Paused" + at_tick(world->tick()));
}

ConsoleReply LiveWorld::Session::execute(const console::Resume&, Answer&) {
  clock.resume(Clock::now());
  answer_interrupted("The world was resumed");
  return time_reply("Goes on" + at_tick(world->tick()));
}

ConsoleReply LiveWorld::Session::execute(const console::Step& step, Answer& answer) {
  if (awaiting.size() >= kInboxMax) {
    return console_refusal({ErrorCode::kUnavailable,
                            "Too many steps wait to be done; try again when some are.", "ticks"});
  }
  if (clock.until()) answer_interrupted("The world was stepped");
  if (clock.steps_left(world->tick()) == 0) profile.interrupted();
  clock.step(world->tick(), step.ticks);
  await(clock.steps_end(), answer);
  return time_reply("Makes " + std::to_string(step.ticks) + " ticks.");
}

ConsoleReply LiveWorld::Session::execute(const console::Until& until, Answer& answer) {
  if (until.tick <= world->tick()) {
    return console_refusal({ErrorCode::kInvalidArgument,
                            "until: tick must be above " + std::to_string(world->tick()) +
                                ", where the world is now, not " + std::to_string(until.tick) + ".",
                            "tick"});
  }
  answer_interrupted("The world was sent to another tick");
  clock.run_until(until.tick, Clock::now());
  await(until.tick, answer);
  return time_reply("Goes on to tick " + std::to_string(until.tick) + ".");
}

ConsoleReply LiveWorld::Session::execute(const console::SetRate& set, Answer& answer) {
  clock.set_rate(set.hz, Clock::now());
  profile.interrupted();
  return execute(console::ShowSettings{}, answer);
}

ConsoleReply LiveWorld::Session::execute(const console::SetBudget& set, Answer& answer) {
  if (set.by_rate) {
    budget.follow_rate();
  } else {
    budget.set(set.ms);
  }
  return execute(console::ShowSettings{}, answer);
}

ConsoleReply LiveWorld::Session::execute(const console::SetAutosave& set, Answer&) {
  if (!store) return console_refusal(not_kept());
  store->set_autosave(set.seconds);
  return said(set.seconds > 0 ? "Saves every " + short_text(set.seconds) + " s."
                              : "Saves no more by itself.");
}

ConsoleReply LiveWorld::Session::execute(const console::ShowSettings&, Answer&) {
  const auto limit = budget.limit_ms(clock.rate());
  const auto or_null = [](const std::optional<double>& value) {
    return value ? base::json_number(*value) : std::string("null");
  };
  ConsoleReply reply;
  reply.text = "rate " + rate_text(clock.rate()) + ", budget_ms " +
               (limit ? short_text(*limit) : "off") +
               (budget.follows_rate() ? " (default: the tick's period while paced)" : "");
  reply.json = base::JsonObject()
                   .add("tick", world->tick())
                   .raw("rate_hz", or_null(clock.rate()))
                   .raw("budget_ms", or_null(limit))
                   .text();
  return reply;
}

// What the engine takes or refuses; applied at the start of the next tick.
ConsoleReply LiveWorld::Session::settled(engine::Command command, const std::string& text) {
  const auto stamped = submit(std::move(command));
  if (!stamped) {
    Error error = stamped.error();
    error.where = arguments_of(error.where);
    return console_refusal(error);
  }
  ConsoleReply reply;
  reply.text = text + at_tick(stamped->tick);
  reply.json = base::JsonObject().add("tick", stamped->tick).text();
  return reply;
}

ConsoleReply LiveWorld::Session::execute(const engine::Spawn& spawn, Answer&) {
  if (!owner.scenario_.find_species(spawn.species)) {
    std::vector<std::string> names;
    std::string all;
    for (const engine::SpeciesSpec& spec : owner.scenario_.species) {
      names.push_back(spec.name);
      all += (all.empty() ? "" : ", ") + spec.name;
    }
    const std::string near = scripting::nearest_name(spawn.species, names);
    return console_refusal(
        {ErrorCode::kNotFound,
         "spawn: there is no species \"" + spawn.species + "\" here; " +
             (near.empty() ? "there are " + all + "." : "did you mean \"" + near + "\"?"),
         "species"});
  }
  return settled(spawn, "Spawns " + std::to_string(spawn.count) + " " + spawn.species);
}

ConsoleReply LiveWorld::Session::execute(const console::Remove& remove, Answer&) {
  const auto id = find_entity(*world, remove.entity);
  if (!id) return console_refusal(id.error());
  return settled(engine::Remove{*id}, "Removes " + entity_name(*world, *id));
}

ConsoleReply LiveWorld::Session::execute(const engine::Rain& rain, Answer&) {
  return settled(rain, rain.intensity > 0 ? "Rains" : "Is dry");
}

ConsoleReply LiveWorld::Session::execute(const console::Debug& debug, Answer&) {
  const auto id = find_entity(*world, debug.agent);
  return id ? debug_agent(*world, *host, *id) : console_refusal(id.error());
}

ConsoleReply LiveWorld::Session::execute(const console::Follow& follow, Answer&) {
  if (!follow.agent) {
    followed.reset();
    return said("Follows nobody.");
  }
  const auto id = find_entity(*world, *follow.agent);
  if (!id) return console_refusal(id.error());
  followed = *id;
  followed_name = entity_name(*world, *id);
  ConsoleReply reply;
  reply.text = "Follows " + followed_name + ".";
  reply.json = follow_facts(*world, *host, *id).text();
  return reply;
}

ConsoleReply LiveWorld::Session::execute(const console::Profile&, Answer&) {
  ProfileSources sources;
  sources.world = world.get();
  sources.ticks = &profile;
  sources.ledger = owner.tools_.ledger;
  sources.versions = host->version_stats();
  sources.rate_hz = clock.rate();
  sources.budget_ms = budget.limit_ms(clock.rate());
  sources.paused = clock.paused();
  return profile_report(sources);
}

ConsoleReply LiveWorld::Session::execute(const console::ShowScenario&, Answer&) {
  return scenario_report(owner.scenario_);
}

ConsoleReply LiveWorld::Session::execute(const console::Dump& dump, Answer&) {
  std::string state = engine::snapshot_to_json(world->snapshot());
  ConsoleReply reply;
  base::JsonObject json;
  json.add("tick", world->tick()).add("bytes", state.size());
  if (dump.file.empty() && state.size() <= kInlineDumpBytesMax) {
    std::erase(state, '\n');  // records are lines, and JSON has no line break within a value
    reply.json = json.raw("state", state).text();
    reply.text = std::move(state);
    return reply;
  }
  if (owner.tools_.folder == nullptr) {
    return console_refusal(
        {ErrorCode::kUnavailable, "This run has no folder to write to.", "file"});
  }
  std::string name = dump.file.empty() ? "tick-" + std::to_string(world->tick()) : dump.file;
  if (!name.ends_with(".json")) name += ".json";
  const std::string path = "dump/" + name;
  if (const auto written = owner.tools_.folder->write(path, state + "\n"); !written) {
    return console_refusal(written.error());
  }
  reply.text = "Wrote " + (owner.tools_.folder->path() / path).string() + ", " +
               std::to_string(state.size()) + " bytes.";
  reply.json = json.add("file", path).text();
  return reply;
}

ConsoleReply LiveWorld::Session::execute(const console::Save& save, Answer&) {
  if (!store) return console_refusal(not_kept());
  if (save.name.empty()) {
    store->save(*world, *host);
  } else if (const auto begun = store->save_named(save.name, *world, *host); !begun) {
    return console_refusal(begun.error());
  }
  ConsoleReply reply;
  const std::string dir = store->folder().path().string();
  reply.text = "Saves tick " + std::to_string(world->tick()) +
               (save.name.empty() ? "" : " as " + save.name) + " in " + dir +
               "; a save record tells when it is done.";
  base::JsonObject json;
  json.add("tick", world->tick()).add("dir", dir);
  if (!save.name.empty()) json.add("name", save.name);
  reply.json = json.text();
  return reply;
}

ConsoleReply LiveWorld::Session::execute(const console::ListSaves&, Answer&) {
  if (!store) return console_refusal(not_kept());
  store->wait_until_idle();  // whoever asks has just saved
  const WorldFolder& folder = store->folder();
  base::JsonArray named, ticks;
  ConsoleReply reply;
  reply.text = "named:";
  for (const std::string& name : folder.named_saves()) {
    named.add(name);
    reply.text += " " + name;
  }
  reply.text += "\nby themselves, of ticks:";
  for (const engine::Tick tick : folder.saves()) {
    ticks.raw(std::to_string(tick));
    reply.text += " " + std::to_string(tick);
  }
  reply.json = base::JsonObject().raw("named", named.text()).raw("ticks", ticks.text()).text();
  return reply;
}

ConsoleReply LiveWorld::Session::execute(const console::Forget& forget, Answer&) {
  if (!store) return console_refusal(not_kept());
  store->wait_until_idle();  // it may be the one that is being written
  const auto removed = store->folder().remove_named(forget.save);
  return removed ? said("Forgot " + forget.save + ".") : console_refusal(removed.error());
}

// The journal goes on from the save; what came behind it is left.
ConsoleReply LiveWorld::Session::go_back(const std::string& name) {
  LoadedWorld loaded;
  const auto done = store->go_back(name, owner.registry_, owner.options_.host.jit, loaded);
  if (!done) {
    return console_refusal({done.error().code, "load: " + done.error().text(), "name"});
  }
  replace_world(std::move(loaded));
  answer_interrupted("A save was loaded");
  return time_reply("Went back to " + name + "; the world is" + at_tick(world->tick()));
}

// A world that another run has left. This one is closed and stays where it was kept.
ConsoleReply LiveWorld::Session::execute(const console::Load& load, Answer&) {
  if (store) {
    store->wait_until_idle();  // it may be the one that is being written
    const auto named = store->folder().named_saves();
    if (std::binary_search(named.begin(), named.end(), load.name)) return go_back(load.name);
  }
  if (owner.tools_.folder == nullptr) return console_refusal(not_kept());
  const auto dir = owner.tools_.folder->path().parent_path() / load.name;
  LoadedWorld loaded;
  auto opened = WorldStore::load(world_path(dir), owner.registry_, owner.options_.host.jit,
                                 owner.store_options(), loaded);
  if (!opened) {
    return console_refusal({opened.error().code,
                            "load: there is no save of this name, and the world of run \"" +
                                load.name + "\" cannot be taken: " + opened.error().message,
                            "name"});
  }
  if (const auto closed = close_store(); !closed) {
    owner.observer_.on_record(record("command", base::JsonObject()
                                                    .add("state", "failed")
                                                    .add("tick", world->tick())
                                                    .add("message", closed.error().text())));
  }
  store = std::move(*opened);
  replace_world(std::move(loaded));
  answer_interrupted("Another world was loaded");
  return time_reply("Loaded " + load.name + "; the world is" + at_tick(world->tick()));
}

void LiveWorld::Session::replace_world(LoadedWorld loaded) {
  requests->drop("Another world was loaded.");
  policy_wish->drop("Another world was loaded.");
  abandon_reloads("Another world was loaded.");
  world->listen(nullptr);
  host = std::move(loaded.host);  // the old one may look at its world to the end
  world = std::move(loaded.world);
  world->listen(&profile);
  world->use(owner.pool_);
  owner.scenario_ = world->scenario();
  profile.interrupted();
  result.hash = world->state_hash();
  take_over();
  log = StepLog(*world);
  unshown.reset();
  clock.forget_ticks();
  followed.reset();
  announce("loaded", std::nullopt);
}

ConsoleReply LiveWorld::Session::execute(const console::Help& help, Answer&) {
  const auto text = console_help(help.topic);
  return text ? said(*text) : console_refusal(text.error());
}

ConsoleReply LiveWorld::Session::execute(const console::Quit&, Answer&) {
  owner.control_.cancel = true;
  return said("The run ends" + at_tick(world->tick()));
}

}  // namespace cherub::abilities
