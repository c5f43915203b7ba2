#include "server/spec/record_types.h"

// What records have in common.
namespace cherub::server {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;

Schema number_or_null() {
  return Schema(R"({"type":["number","null"]})");
}

Schema interval() {
  return object_schema({{"low", number_or_null()}, {"high", number_or_null()}})
      .about("An interval of 95 %.");
}

std::vector<SchemaMember> spread_members() {
  return {{"mean", number_or_null()},
          {"median", number_or_null()},
          {"worst_tenth", number_or_null()},
          {"min", number_or_null()},
          {"max", number_or_null()}};
}

Schema metric_spread() {
  std::vector<SchemaMember> members = spread_members();
  members.push_back({"unit", text_schema()});
  return object_schema(members);
}

Schema diagnostic() {
  return object_schema({{"line", whole_schema()},
                        {"column", whole_schema()},
                        {"offset", whole_schema()},
                        {"length", whole_schema()},
                        {"severity", text_schema()},
                        {"message", text_schema()},
                        {"hint", text_schema()}})
      .about("A place in a script and what is wrong there.");
}

Schema refusal() {
  return object_schema({{"rung", text_schema()},
                        {"code", text_schema()},
                        {"line", whole_schema(), kMay},
                        {"column", whole_schema(), kMay},
                        {"offset", whole_schema(), kMay},
                        {"length", whole_schema(), kMay},
                        {"severity", constant_schema("error")},
                        {"message", text_schema()},
                        {"hint", text_schema()},
                        {"fixture", text_schema(), kMay},
                        {"tick", whole_schema(), kMay},
                        {"entity", text_schema().about("row:generation"), kMay}})
      .about("Why a rung of the ladder sent a script back (docs/LADDER.md).");
}

Schema guard() {
  return object_schema({{"metric", text_schema()},
                        {"unit", text_schema()},
                        {"mean", number_or_null()},
                        {"reference", number_or_null()},
                        {"allowed", number_or_null()}});
}

Schema judgement() {
  return object_schema({{"rung", constant_schema("V6")},
                        {"against", text_schema()},
                        {"episodes", whole_schema()},
                        {"difference", number_or_null()},
                        {"interval", named_schema("Interval")},
                        {"verdict", text_schema()},
                        {"promoted", boolean_schema()},
                        {"guards", list_schema(named_schema("BrokenGuard"))},
                        {"reason", text_schema(), kMay}})
      .about("How the best did on held-out seeds, beside what it is to replace.");
}

Schema figure() {
  return object_schema(
      {{"name", text_schema()}, {"value", number_or_null()}, {"unit", text_schema()}});
}

}  // namespace

std::vector<SchemaMember> record_schemas() {
  return {{"Interval", interval()},
          {"ScoreSpread", object_schema(spread_members())},
          {"MetricSpreads", map_schema(metric_spread())},
          {"Diagnostic", diagnostic()},
          {"Refusal", refusal()},
          {"BrokenGuard", guard()},
          {"Judgement", judgement()},
          {"Figure", figure()}};
}

}  // namespace cherub::server
