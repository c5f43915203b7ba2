#include "abilities/live_requests.h"

#include <algorithm>
#include <utility>

#include "abilities/agent_report.h"
#include "abilities/run_records.h"

namespace cherub::abilities {
namespace {

constexpr double kRefusalIntervalS = 1;  // of wall time: a world can refuse without end
constexpr std::size_t kWrittenMax = 64;  // that the result of a live world keeps

const char* reason_of(AbilityAsk why) {
  switch (why) {
    case AbilityAsk::kTaken:
      return "";
    case AbilityAsk::kAskedBefore:
      return "The same was asked for before.";
    case AbilityAsk::kTooOften:
      return "Agents have asked too often in the last minute of the world; ask again later.";
    case AbilityAsk::kFull:
      return "Too many wishes for abilities wait already; ask again when some are done.";
    case AbilityAsk::kEmpty:
      return "Say in words what the ability is to do.";
  }
  return "";
}

}  // namespace

LiveWorld::Session::Requests::Requests(Session& session)
    : session_(session),
      queue_(session.world->tick_s()),
      refusals_told_(kRefusalIntervalS),
      writer_(session.owner.tools_.make_ability_angel, session.owner.options_.host,
              [&control = session.owner.control_](std::shared_ptr<FinishedAbility> finished) {
                control.deliver(std::move(finished));
              }) {}

void LiveWorld::Session::Requests::tell(const char* state, const AbilityRequest& request,
                                        base::JsonObject more) {
  more.add("state", state)
      .add("number", request.number)
      .add("tick", session_.world->tick())
      .add("goal", request.goal);
  if (request.asker) more.add("asker", request.asker->packed());
  if (request.entity) more.add("id", request.entity->packed());
  if (!request.role.empty()) more.add("role", request.role);
  session_.owner.observer_.on_record(record("ability", more));
}

void LiveWorld::Session::Requests::tell_refused(const AbilityRequest& request, AbilityAsk why) {
  ++untold_;
  if (!refusals_told_.pass()) return;
  tell("refused", request,
       base::JsonObject().add("message", reason_of(why)).add("suppressed", untold_ - 1));
  untold_ = 0;
}

base::Result<std::uint64_t> LiveWorld::Session::Requests::ask(const std::string& goal,
                                                              const std::optional<Holder>& holder) {
  AbilityRequest request;
  request.goal = goal;
  if (holder) {
    request.entity = holder->entity;
    request.role = holder->role;
  } else {
    request.role = ability_title(goal, session_.world->scenario()).role;
  }
  const AbilityAsk outcome = queue_.ask(request, session_.world->tick());
  if (outcome != AbilityAsk::kTaken) {
    const bool empty = outcome == AbilityAsk::kEmpty;
    return base::Error{empty ? base::ErrorCode::kInvalidArgument : base::ErrorCode::kUnavailable,
                       reason_of(outcome), "goal"};
  }
  tell("asked", request, {});
  begin_next();
  return request.number;
}

// An agent's wish: its role will know the ability.
void LiveWorld::Session::Requests::hear(const engine::Event& event) {
  const engine::World& lived_in = *session_.world;
  if (!lived_in.exists(event.entity)) return;
  const std::uint8_t role = lived_in.columns().role[event.entity.index];
  if (role >= lived_in.scenario().roles.size()) return;
  AbilityRequest request;
  request.goal = event.text;
  request.asker = event.entity;
  request.role = lived_in.scenario().roles[role].name;
  const AbilityAsk outcome = queue_.ask(request, lived_in.tick());
  if (outcome == AbilityAsk::kTaken) {
    tell("asked", request, {});
  } else if (outcome != AbilityAsk::kAskedBefore) {
    tell_refused(request, outcome);
  }
}

void LiveWorld::Session::Requests::after_tick(const engine::TickReport& report) {
  for (const engine::Event& event : report.events) {
    if (event.kind == engine::EventKind::kRequest) hear(event);
  }
  if (writer_.seconds() > session_.owner.options_.ability_seconds_max) writer_.cancel();
  settle();
  begin_next();
}

std::vector<std::string> LiveWorld::Session::Requests::names_taken() const {
  std::vector<std::string> names;
  for (const engine::AbilitySpec& spec : session_.world->abilities()) names.push_back(spec.name);
  for (const Coming& coming : coming_) names.push_back(coming.written.title.name);
  return names;
}

void LiveWorld::Session::Requests::begin_next() {
  auto request = queue_.next();
  if (!request) return;
  writer_.begin(request->number, {request->goal, names_taken()}, session_.world->scenario());
  working_ = std::move(request);
}

void LiveWorld::Session::Requests::take_up(const FinishedAbility& finished) {
  const bool too_late = writer_.seconds() > session_.owner.options_.ability_seconds_max;
  writer_.finished();
  queue_.finished();
  // Else it was for a world that is no longer there.
  if (working_ && working_->number == finished.number) {
    AbilityRequest request = std::move(*working_);
    working_.reset();
    if (finished.written.ok) {
      install(std::move(request), finished.written);
    } else {
      base::JsonObject json = ability_json(finished.written);
      if (too_late) {
        json.add("seconds_max", session_.owner.options_.ability_seconds_max);
      }
      tell("refused", request, std::move(json));
    }
  }
  begin_next();
}

void LiveWorld::Session::Requests::install(AbilityRequest request, const WrittenAbility& written) {
  // Somebody else may have installed one of this name meanwhile.
  const auto names = names_taken();
  if (std::find(names.begin(), names.end(), written.title.name) != names.end()) {
    return tell("refused", request,
                base::JsonObject().add("message", "Another ability has taken the name " +
                                                      written.title.name + " meanwhile."));
  }
  const std::uint64_t number = request.number;
  coming_.push_back({std::move(request), written});
  ReloadRequest reload;
  reload.slot = kAbilitySlot;
  reload.source = written.source;
  reload.done = [this, number](const ReloadOutcome& outcome) {
    if (!outcome.verdict.ok) refused(number, outcome);
  };
  session_.take_up(reload);
}

void LiveWorld::Session::Requests::refused(std::uint64_t number, const ReloadOutcome& outcome) {
  const auto found = std::find_if(coming_.begin(), coming_.end(), [&](const Coming& coming) {
    return coming.request.number == number;
  });
  if (found == coming_.end()) return;
  base::JsonObject json;
  json.add("ability", found->written.title.name).add("stage", outcome.verdict.stage);
  if (!outcome.verdict.diagnostics.empty()) {
    json.add("message", outcome.verdict.diagnostics.front().message);
  }
  tell("refused", found->request, std::move(json));
  coming_.erase(found);
}

// Grants what is in the world by now.
void LiveWorld::Session::Requests::settle() {
  for (std::size_t i = 0; i < coming_.size();) {
    const Coming& coming = coming_[i];
    const std::string& name = coming.written.title.name;
    const auto index = session_.world->find_ability(name);
    const bool there =
        index && session_.world->abilities()[*index].sha256 == coming.written.verdict.spec.sha256;
    if (!there) {
      ++i;
      continue;
    }
    base::JsonObject json = ability_json(coming.written);
    if (coming.request.entity || !coming.request.role.empty()) {
      const auto granted =
          session_.submit(engine::GrantAbility{name, coming.request.entity, coming.request.role});
      json.add("granted", granted.ok());
      if (!granted) json.add("message", granted.error().text());
    } else {
      json.add("granted", false);
    }
    tell("installed", coming.request, std::move(json));
    auto& kept = session_.result.abilities;
    if (kept.size() < kWrittenMax) kept.push_back(coming.written);
    coming_.erase(coming_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void LiveWorld::Session::Requests::drop(const std::string& reason) {
  std::vector<AbilityRequest> dropped(queue_.waiting().begin(), queue_.waiting().end());
  if (working_) dropped.insert(dropped.begin(), *working_);
  for (const Coming& coming : coming_) dropped.push_back(coming.request);
  queue_.clear();
  working_.reset();
  coming_.clear();
  writer_.cancel();  // what it delivers belongs to nobody; only then the next one begins
  for (const AbilityRequest& request : dropped) {
    tell("dropped", request, base::JsonObject().add("message", reason));
  }
}

// Nobody named: whoever the goal names, or nobody until somebody grants it.
ConsoleReply LiveWorld::Session::execute(const console::WriteAbility& wish, Answer&) {
  std::optional<Holder> holder;
  if (!wish.who.empty()) {
    auto found = holder_of(wish.who);
    if (!found) return console_refusal(found.error());
    holder = std::move(*found);
  }
  const auto number = requests->ask(wish.goal, holder);
  if (!number) return console_refusal(number.error());
  ConsoleReply reply;
  reply.text = "The angel writes it; an ability record tells what comes of request " +
               std::to_string(*number) + ".";
  reply.json = base::JsonObject().add("tick", world->tick()).add("number", *number).text();
  return reply;
}

void LiveWorld::Session::take_up(const std::shared_ptr<FinishedAbility>& finished) {
  requests->take_up(*finished);
}

}  // namespace cherub::abilities
