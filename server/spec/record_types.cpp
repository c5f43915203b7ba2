#include "server/spec/record_types.h"

#include <algorithm>
#include <utility>

namespace cherub::server {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;
using Members = std::vector<SchemaMember>;

// Not a number where nothing was measured yet.
Schema figure() {
  return Schema(R"({"type":["number","null"]})");
}

Schema sha256() {
  return text_schema().about("SHA-256 of a script, in hex.");
}

SchemaMember text(std::string name, Presence presence = Presence::kMust) {
  return {std::move(name), text_schema(), presence};
}
SchemaMember whole(std::string name, Presence presence = Presence::kMust) {
  return {std::move(name), whole_schema(), presence};
}
SchemaMember number(std::string name, Presence presence = Presence::kMust) {
  return {std::move(name), figure(), presence};
}
SchemaMember truth(std::string name, Presence presence = Presence::kMust) {
  return {std::move(name), boolean_schema(), presence};
}
SchemaMember script(std::string name, Presence presence = Presence::kMust) {
  return {std::move(name), sha256(), presence};
}
SchemaMember shape(std::string name, std::string_view schema, Presence presence = Presence::kMust) {
  return {std::move(name), named_schema(schema), presence};
}
SchemaMember list(std::string name, const Schema& item, Presence presence = Presence::kMust) {
  return {std::move(name), list_schema(item), presence};
}
SchemaMember state(const std::vector<std::string>& names) {
  return {"state", choice_schema(names)};
}

RecordType type_of(std::string name, RecordRank rank, std::string summary, Members members) {
  members.insert(members.begin(), {"type", constant_schema(name)});
  members.push_back({"seq", whole_schema().about("In views of one message a record."), kMay});
  return {std::move(name), rank, std::move(summary), object_schema(members)};
}

// What an agent does in a tick.
Members step_members() {
  return {number("t"),       whole("agent"),   number("x"),         number("y"),
          number("heading"), number("speed"),  whole("collisions"), number("distance_to_target"),
          number("health"),  number("energy"), number("hunger"),    text("move"),
          text("ability"),   whole("agents")};
}

Members with(Members members, const Members& more) {
  members.insert(members.end(), more.begin(), more.end());
  return members;
}

Members episode_members() {
  const Schema measured = object_schema({number("value"), text("unit")});
  return {whole("iteration"),
          whole("candidate"),
          whole("episode"),
          whole("seed"),
          truth("success"),
          whole("steps"),
          number("score"),
          number("collisions_total", kMay),
          number("path_len_est", kMay),
          number("coverage", kMay),
          number("time_to_goal", kMay),
          text("end_reason"),
          list("reasons", text_schema()),
          {"metrics", map_schema(measured)},
          whole("acts"),
          whole("faults"),
          text("first_fault", kMay),
          {"policy_summary", any_schema().about("What finalize() of the policy gave, or null.")},
          text("hash"),
          number("sim_time_s"),
          number("wall_time_s")};
}

Members candidate_members() {
  return {whole("iteration"),
          whole("candidate"),
          state({"generating", "evaluating", "scored", "judged", "refused", "faulted", "failed"}),
          whole("episodes"),
          number("best_score", kMay),
          text("rung", kMay),
          whole("episodes_done", kMay),
          whole("running", kMay),
          script("sha256", kMay),
          number("score", kMay),
          shape("score_interval", "Interval", kMay),
          number("success_rate", kMay),
          shape("success_interval", "Interval", kMay),
          whole("faults", kMay),
          truth("screened_out", kMay),
          truth("is_best", kMay),
          truth("twin", kMay),
          text("message", kMay),
          list("guards", named_schema("BrokenGuard"), kMay),
          list("diagnostics", named_schema("Refusal"), kMay),
          shape("judgement", "Judgement", kMay)};
}

Members reload_members() {
  return {state({"submitted", "checked", "shadowed", "swapped", "probation", "accepted",
                 "rolled_back", "refused", "superseded", "abandoned"}),
          {"slot", choice_schema({"policy", "ability"})},
          text("ability", kMay),
          whole("tick"),
          script("old_sha256"),
          script("new_sha256"),
          truth("forced", kMay),
          text("message", kMay),
          text("stage", kMay),
          list("diagnostics", named_schema("Diagnostic"), kMay),
          list("figures", named_schema("Figure"), kMay)};
}

Members ability_members() {
  return {state({"asked", "installed", "refused", "dropped"}),
          whole("number"),
          whole("tick"),
          text("goal"),
          whole("asker", kMay),
          whole("id", kMay),
          text("role", kMay),
          text("ability", kMay),
          text("origin", kMay),
          whole("rounds", kMay),
          text("message", kMay),
          text("stage", kMay),
          text("rung", kMay),
          list("refusals", named_schema("Refusal"), kMay),
          number("seconds_max", kMay),
          whole("suppressed", kMay),
          script("sha256", kMay),
          text("description", kMay),
          number("energy_cost", kMay),
          number("cooldown_s", kMay),
          number("range", kMay),
          number("price_max", kMay),
          text("price_on", kMay),
          whole("fuel_max", kMay),
          text("effect_on", kMay),
          list("notes", text_schema(), kMay),
          truth("granted", kMay)};
}

Members warning_members() {
  return {{"about", choice_schema({"budget", "catalogue"}), kMay},
          text("limit", kMay),
          number("used", kMay),
          number("max", kMay),
          text("message", kMay),
          text("where", kMay),
          whole("tick", kMay),
          number("ms", kMay),
          number("budget_ms", kMay),
          text("phase", kMay),
          number("phase_ms", kMay),
          whole("suppressed", kMay)};
}

Members follow_members() {
  return {state({"alive", "died"}),
          whole("tick"),
          whole("id"),
          text("name"),
          text("cause", kMay),
          number("x", kMay),
          number("y", kMay),
          number("heading", kMay),
          number("health", kMay),
          number("energy", kMay),
          number("hunger", kMay),
          {"intents", open_schema({}).or_null(), kMay},
          {"receipts", map_schema(text_schema()), kMay},
          whole("fuel", kMay)};
}

Members plan_members() {
  return {whole("calls"),     whole("calls_max"),
          whole("tokens_in"), whole("tokens_out_max"),
          number("cost"),     number("cost_max"),
          text("currency"),   whole("episodes_max"),
          whole("ticks_max"), {"limits", map_schema(number_schema())}};
}

Members measured_members() {
  return {whole("episodes"), number("success_rate"), number("score")};
}

// Of the last record: a run that ended before it had results tells less, and one that went on with
// a world that was kept tells of that.
Members summary_members() {
  const Schema tuning =
      object_schema(with(measured_members(), {shape("success_interval", "Interval"),
                                              shape("score_spread", "ScoreSpread")}));
  const Schema held_out = object_schema(
      with(measured_members(), {whole("successes"), shape("success_interval", "Interval"),
                                shape("score_spread", "ScoreSpread"),
                                shape("score_interval", "Interval"), whole("faults")}));
  const Schema baseline =
      object_schema(with(measured_members(), {text("policy"), shape("metrics", "MetricSpreads")}));
  const Schema catalogue =
      object_schema({text("dir"), list("used", text_schema()), whole("added")});
  const Schema timing = object_schema({number("sim_time_s"), number("wall_time_s"),
                                       number("speedup_x"), number("episodes_cpu_s", kMay)});
  return {text("run_id", kMay),
          text("dir", kMay),
          text("user_goal", kMay),
          text("scenario", kMay),
          text("provider", kMay),
          whole("seed", kMay),
          number("success_rate", kMay),
          number("score", kMay),
          text("hash", kMay),
          whole("ticks", kMay),
          whole("tick", kMay),
          script("best_sha256", kMay),
          script("sha256", kMay),
          whole("iterations", kMay),
          whole("candidates", kMay),
          whole("episodes", kMay),
          truth("concluded_early", kMay),
          text("reason", kMay),
          text("limit", kMay),
          {"ledger", open_schema({}).about("As GET /ledger, of this run."), kMay},
          list("objective", text_schema(), kMay),
          text("note", kMay),
          list("problems", text_schema(), kMay),
          {"catalogue", catalogue, kMay},
          whole("best_iteration", kMay),
          whole("best_candidate", kMay),
          {"tuning", tuning, kMay},
          shape("metrics", "MetricSpreads", kMay),
          {"held_out", held_out, kMay},
          shape("judgement", "Judgement", kMay),
          {"baseline", baseline, kMay},
          {"timing", timing, kMay},
          whole("faults", kMay),
          number("wall_time_s", kMay),
          text("message", kMay),
          text("where", kMay)};
}

std::vector<RecordType> search_types() {
  const Schema hit =
      object_schema({script("sha256"), text("name"), text("goal"), text("seeds"), number("score")});
  return {
      type_of("load", RecordRank::kDetail, "A kept world was loaded.",
              {whole("tick"), whole("save_tick"), list("notes", text_schema())}),
      type_of("estimate", RecordRank::kDetail, "What the run may take.", plan_members()),
      type_of("catalogue", RecordRank::kDetail, "The scripts that the run begins with.",
              {text("dir"), list("scripts", hit)}),
      type_of("iteration", RecordRank::kStory, "A round begins.",
              {whole("iteration"), whole("iterations"), whole("candidates"), whole("episodes"),
               number("best_score", kMay)}),
      type_of("model", RecordRank::kDetail, "A call of a model.",
              {text("provider"), text("model"), text("host"), text("state"), whole("attempt"),
               whole("tokens"), text("message", kMay)}),
      type_of("candidate", RecordRank::kDetail, "A candidate's way up the ladder.",
              candidate_members()),
      type_of("step", RecordRank::kDetail, "Now and then from the episode that is shown.",
              with({whole("iteration"), whole("candidate"), whole("episode"), whole("tick")},
                   step_members())),
      type_of("episode_summary", RecordRank::kDetail, "An episode ended.", episode_members()),
      type_of("best", RecordRank::kStory, "A new best, with its code.",
              {whole("iteration"), whole("candidate"), script("sha256"), number("score"),
               number("success_rate"), shape("success_interval", "Interval"), text("code")}),
      type_of(
          "critique", RecordRank::kStory, "What a round's episodes show.",
          {whole("iteration"), whole("candidate"), text("markdown"), {"facts", open_schema({})}}),
      type_of("receipt_stats", RecordRank::kDetail,
              "What became of all that was asked for in them.",
              {whole("iteration"),
               whole("candidate"),
               whole("episodes"),
               {"receipts", map_schema(whole_schema()).about("How often each came.")}}),
      type_of("critique_comment", RecordRank::kDetail, "A model's words about the critique.",
              {whole("iteration"), whole("candidate"), text("comment")}),
      type_of("warning", RecordRank::kDetail, "Something runs short.", warning_members()),
  };
}

std::vector<RecordType> live_types() {
  return {
      type_of("live", RecordRank::kDetail, "The live world.",
              {state({"started", "running", "paused", "stepped", "resumed", "loaded", "ended"}),
               whole("tick"),
               number("t"),
               script("sha256"),
               text("hash"),
               whole("alive"),
               whole("agents"),
               whole("faults"),
               {"agent", object_schema(step_members()), kMay}}),
      type_of("reload", RecordRank::kStory, "A step of a hot reload.", reload_members()),
      type_of("quarantine", RecordRank::kStory, "A script failed too often and gave way.",
              {{"slot", choice_schema({"policy", "ability"})},
               text("ability", kMay),
               whole("tick"),
               script("sha256"),
               script("restored"),
               list("figures", named_schema("Figure")),
               whole("agents", kMay),
               text("first_fault")}),
      type_of("ability", RecordRank::kDetail, "A wish for an ability.", ability_members()),
      type_of("command", RecordRank::kDetail, "What became of a command that nobody waits for.",
              {state({"refused", "failed"}), whole("tick"), text("message")}),
      type_of("follow", RecordRank::kDetail, "The agent that is followed.", follow_members()),
      type_of("save", RecordRank::kDetail, "A save of the live world.",
              {state({"done", "failed"}), whole("tick"), text("name", kMay), whole("bytes", kMay),
               number("wall_s", kMay), text("message", kMay)}),
  };
}

}  // namespace

const std::vector<RecordType>& record_types() {
  static const std::vector<RecordType> table = [] {
    std::vector<RecordType> types = search_types();
    for (RecordType& type : live_types()) types.push_back(std::move(type));
    types.push_back(type_of("done", RecordRank::kLast, "The run is complete.", summary_members()));
    types.push_back(
        type_of("terminated", RecordRank::kLast, "The run was ended.", summary_members()));
    types.push_back(type_of("error", RecordRank::kLast, "The run failed.", summary_members()));
    return types;
  }();
  return table;
}

const RecordType* find_record_type(std::string_view type) {
  const auto& types = record_types();
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const RecordType& one) { return one.type == type; });
  return found == types.end() ? nullptr : &*found;
}

bool is_key_record(std::string_view type) {
  const RecordType* const known = find_record_type(type);
  return known != nullptr && known->rank != RecordRank::kDetail;
}

bool is_last_record(std::string_view type) {
  const RecordType* const known = find_record_type(type);
  return known != nullptr && known->rank == RecordRank::kLast;
}

}  // namespace cherub::server
