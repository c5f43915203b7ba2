#include "server/telemetry/record_events.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "engine/base/json.h"
#include "server/telemetry/kinds.h"

namespace cherub::server::telemetry {
namespace {

struct Meaning {
  std::string_view type;
  const Kind* kind;
};

constexpr Meaning kMeanings[] = {{"estimate", &kinds::kEstimate},
                                 {"catalogue", &kinds::kCatalogue},
                                 {"iteration", &kinds::kIteration},
                                 {"model", &kinds::kModelCall},
                                 {"candidate", &kinds::kCandidate},
                                 {"episode_summary", &kinds::kEpisode},
                                 {"step", &kinds::kStep},
                                 {"best", &kinds::kBest},
                                 {"critique", &kinds::kCritique},
                                 {"receipt_stats", &kinds::kCritique},
                                 {"critique_comment", &kinds::kCritique},
                                 {"live", &kinds::kWorld},
                                 {"reload", &kinds::kReload},
                                 {"ability", &kinds::kAbilityWish},
                                 {"quarantine", &kinds::kQuarantine},
                                 {"command", &kinds::kCommand},
                                 {"follow", &kinds::kFollow},
                                 {"save", &kinds::kSave},
                                 {"load", &kinds::kLoad},
                                 {"warning", &kinds::kWarning},
                                 {"done", &kinds::kSessionEnd},
                                 {"terminated", &kinds::kSessionEnd},
                                 {"error", &kinds::kSessionEnd}};

// States that are no ordinary step.
struct Weight {
  const Kind* kind;
  std::string_view state;
  Level level;
};

constexpr Weight kWeights[] = {{&kinds::kWorld, "running", Level::kDebug},
                               {&kinds::kWorld, "stepped", Level::kDebug},
                               {&kinds::kModelCall, "streaming", Level::kDebug},
                               {&kinds::kModelCall, "failed", Level::kWarn},
                               {&kinds::kCandidate, "generating", Level::kDebug},
                               {&kinds::kCandidate, "evaluating", Level::kDebug},
                               {&kinds::kReload, "refused", Level::kWarn},
                               {&kinds::kReload, "rolled_back", Level::kWarn},
                               {&kinds::kAbilityWish, "refused", Level::kWarn},
                               {&kinds::kCommand, "refused", Level::kWarn},
                               {&kinds::kSave, "failed", Level::kError}};

std::string_view text_of(const rapidjson::Document& document, const char* name) {
  const auto member = document.FindMember(name);
  if (member == document.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

std::optional<std::uint64_t> number_of(const rapidjson::Document& document, const char* name) {
  const auto member = document.FindMember(name);
  if (member == document.MemberEnd() || !member->value.IsUint64()) return std::nullopt;
  return member->value.GetUint64();
}

}  // namespace

const Kind& kind_of_record(std::string_view type) {
  const auto* const found = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                                         [&](const Meaning& one) { return one.type == type; });
  return found == std::end(kMeanings) ? kinds::kRecord : *found->kind;
}

Event event_of_record(const abilities::RunRecord& record) {
  Event event;
  event.kind = &kind_of_record(record.type);
  event.level = record.type == "error" ? Level::kError : event.kind->level;
  const auto document = base::parse_json(record.json);
  if (!document.ok() || !document->IsObject()) {
    event.detail = base::JsonObject().add("type", record.type).text();
    return event;
  }
  event.tick = number_of(*document, "tick");
  if (event.kind == &kinds::kFollow) event.entity = number_of(*document, "id");
  const std::string_view state = text_of(*document, "state");
  const auto* const weight =
      std::find_if(std::begin(kWeights), std::end(kWeights),
                   [&](const Weight& one) { return one.kind == event.kind && one.state == state; });
  if (weight != std::end(kWeights)) event.level = weight->level;
  event.detail = record.json;
  return event;
}

}  // namespace cherub::server::telemetry
