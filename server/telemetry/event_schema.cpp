#include "server/telemetry/event_schema.h"

#include <string>
#include <vector>

#include "server/telemetry/kinds.h"

namespace cherub::server::telemetry {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;

std::vector<SchemaMember> members() {
  std::vector<std::string> levels, sources, names;
  std::string words;
  for (int i = 0; i <= static_cast<int>(Level::kError); ++i) {
    levels.emplace_back(level_name(static_cast<Level>(i)));
  }
  for (int i = 0; i < kSourceCount; ++i) {
    sources.emplace_back(source_name(static_cast<Source>(i)));
  }
  for (const Kind* kind : kinds::kAll) {
    names.emplace_back(kind->name);
    words += (words.empty() ? "" : "; ") + names.back() + ": " + kind->words;
  }
  return {{"ts", whole_schema().about("Milliseconds since 1970.")},
          {"tick", whole_schema().or_null()},
          {"level", choice_schema(levels)},
          {"src", choice_schema(sources)},
          {"evt", choice_schema(names).about(words + ".")},
          {"run", text_schema().about("Its id; of the server itself: server.")},
          {"entity_id", whole_schema().or_null()},
          {"detail", open_schema({}).about("Depends on evt; long ones are shortened.")}};
}

}  // namespace

Schema event_schema() {
  std::vector<SchemaMember> line = members();
  line.insert(line.begin(), {"seq", whole_schema().about("Counts the events of a run from 1.")});
  return object_schema(line);
}

Schema record_schema() {
  std::vector<SchemaMember> record = members();
  record.insert(record.begin(), {"type", constant_schema("telemetry")});
  record.push_back({"seq", whole_schema().about("In views of one message a record."), kMay});
  return object_schema(record);
}

Schema statistics_schema() {
  const Schema counts = map_schema(whole_schema());
  return object_schema({{"run", text_schema().or_null()},
                        {"events", whole_schema()},
                        {"first_seq", whole_schema().or_null()},
                        {"last_seq", whole_schema().or_null()},
                        {"first_ts", whole_schema().or_null()},
                        {"last_ts", whole_schema().or_null()},
                        {"per_second", number_schema()},
                        {"per_second_last_minute", number_schema()},
                        {"by_level", counts},
                        {"by_src", counts},
                        {"by_evt", counts}});
}

}  // namespace cherub::server::telemetry
