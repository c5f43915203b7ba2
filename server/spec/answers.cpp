#include "server/spec/answers.h"

#include "server/run_registry.h"
#include "server/telemetry/event_schema.h"

namespace cherub::server {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;

Schema sha256() {
  return text_schema().about("SHA-256 of the source, in hex.");
}

Schema run_state() {
  return named_schema("RunStateName");
}

Schema last_record() {
  return either_schema({named_schema("record_done"), named_schema("record_terminated"),
                        named_schema("record_error"), Schema(R"({"type":"null"})")})
      .about("The last record, once the run is over.");
}

// What a run was asked for, as it is told again.
Schema told_request() {
  std::vector<SchemaMember> members = abilities::run_request_members();
  members.push_back({"kind", constant_schema("session"), kMay});
  members.push_back({"cassette", text_schema(), kMay});
  members.push_back({"cassette_mode", text_schema(), kMay});
  return object_schema(members);
}

std::vector<SchemaMember> run_members() {
  return {{"run_id", text_schema()},
          {"state", run_state()},
          {"request", named_schema("ToldRequest").or_null()},
          {"results", last_record()},
          {"position", whole_schema().about("In the queue, from 1."), kMay}};
}

Schema run() {
  std::vector<SchemaMember> members = run_members();
  members.push_back({"best", named_schema("record_best").or_null()});
  members.push_back({"reload", named_schema("record_reload").or_null()});
  members.push_back({"critique", open_schema({}).or_null().about("Of the episodes that judged.")});
  return object_schema(members);
}

Schema problem_schema() {
  return object_schema({{"type", text_schema().with("format", R"("uri-reference")")},
                        {"title", text_schema()},
                        {"status", whole_schema(400, 599)},
                        {"detail", text_schema()},
                        {"instance", text_schema().about("The path that was asked for."), kMay},
                        {"field", text_schema().about("The part of the request at fault."), kMay},
                        {"diagnostics", list_schema(named_schema("Diagnostic")), kMay}});
}

std::vector<SchemaMember> use_members() {
  return {{"calls", whole_schema()},
          {"errors", whole_schema()},
          {"tokens_in", whole_schema()},
          {"tokens_out", whole_schema()},
          {"estimated_calls", whole_schema()},
          {"wall_ms", whole_schema()},
          {"cost", number_schema().or_null().about("Null: a price is not known.")}};
}

Schema ledger() {
  std::vector<SchemaMember> members = use_members();
  members.push_back({"currency", text_schema()});
  members.push_back({"ticks", whole_schema()});
  members.push_back({"seconds", number_schema()});
  members.push_back({"models", map_schema(object_schema(use_members()))});
  members.push_back({"limits", map_schema(number_schema())});
  members.push_back({"stopped_by", text_schema().or_null()});
  return object_schema(members);
}

std::vector<SchemaMember> spread_members() {
  return {{"mean_ms", number_schema()},
          {"p50_ms", number_schema()},
          {"p99_ms", number_schema()},
          {"max_ms", number_schema()}};
}

Schema profile() {
  std::vector<SchemaMember> phase = spread_members();
  phase.push_back({"phase", text_schema()});
  const Schema script = object_schema({{"sha256", sha256()},
                                       {"since_tick", whole_schema()},
                                       {"agents", whole_schema()},
                                       {"acts", whole_schema()},
                                       {"fuel_mean", number_schema()},
                                       {"fuel_max", whole_schema()},
                                       {"faults", map_schema(whole_schema())}});
  return object_schema({{"tick", whole_schema(), kMay},
                        {"paused", boolean_schema(), kMay},
                        {"rate_hz", number_schema().or_null(), kMay},
                        {"budget_ms", number_schema().or_null(), kMay},
                        {"alive", whole_schema(), kMay},
                        {"window_ticks", whole_schema(), kMay},
                        {"ticks_per_s", number_schema(), kMay},
                        {"tick_ms", object_schema(spread_members()), kMay},
                        {"phases", list_schema(object_schema(phase)), kMay},
                        {"species", map_schema(whole_schema()), kMay},
                        {"scripts", list_schema(script), kMay},
                        {"model", named_schema("Ledger").or_null()}})
      .about("All but `model` is of the live world, once there is one.");
}

std::vector<SchemaMember> run_schemas() {
  return {
      {"RunRequest",
       object_schema(abilities::run_request_members()).about("At least user_goal or policy_code.")},
      {"ToldRequest", told_request()},
      {"RunStarted", object_schema({{"run_id", text_schema()},
                                    {"state", run_state(), kMay},
                                    {"progress", text_schema().about("A path of views."), kMay}})},
      {"RunList", object_schema({{"runs", list_schema(object_schema(run_members()))},
                                 {"next", text_schema().or_null().about(
                                              "What `before` is on the next page.")}})},
      {"RunChanges", object_schema({{"limits", open_schema({}), kMay},
                                    {"iterations", whole_schema(1, 100), kMay},
                                    {"threads", whole_schema(), kMay},
                                    {"live_seconds", number_schema(), kMay}})},
      {"Run", run()},
      {"Code",
       object_schema({{"run_id", text_schema()}, {"code", text_schema()}, {"sha256", sha256()}})},
      {"Reloaded", object_schema({{"accepted", boolean_schema().or_null()},
                                  {"tick", whole_schema().or_null()},
                                  {"sha256", sha256()},
                                  {"detail", text_schema(), kMay}})},
      {"CommandReply", object_schema({{"ok", boolean_schema()},
                                      {"waits", boolean_schema(), kMay},
                                      {"text", text_schema()},
                                      {"data", open_schema({})}})},
      {"Profile", profile()},
  };
}

}  // namespace

Schema run_state_name_schema() {
  return choice_schema(run_state_names());
}

Schema run_state_schema() {
  return object_schema({{"run_id", text_schema()}, {"state", run_state()}});
}

std::vector<SchemaMember> answer_schemas() {
  std::vector<SchemaMember> schemas = run_schemas();
  schemas.push_back({"Health", object_schema({{"status", constant_schema("ok")},
                                              {"protocol", text_schema()},
                                              {"running", whole_schema()},
                                              {"queued", whole_schema()}})});
  schemas.push_back({"Ledger", ledger()});
  schemas.push_back({"LogEvent", telemetry::event_schema()});
  schemas.push_back({"LogStatistics", telemetry::statistics_schema()});
  schemas.push_back({"Problem", problem_schema()});
  return schemas;
}

}  // namespace cherub::server
