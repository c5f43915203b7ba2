#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json_schema.h"

namespace cherub::server {

// How long a record stays in the history of its channel.
enum class RecordRank {
  kDetail,  // goes first
  kStory,   // tells the story of a run: stays longest
  kLast,    // nothing follows; stays longest
};

// A type of the records that a run's progress carries, with the shape of its data.
struct RecordType {
  std::string type;
  RecordRank rank = RecordRank::kDetail;
  std::string summary;
  base::Schema data;  // `type` is its first member; where a view sends it bare, `seq` its last
};

// All of them, in the order in which a run tells them. The hub ranks records by this table, and the
// AsyncAPI document is made from it.
const std::vector<RecordType>& record_types();
const RecordType* find_record_type(std::string_view type);
// Of the story, or the last; a type that is not in the table is a detail.
bool is_key_record(std::string_view type);
bool is_last_record(std::string_view type);

// Shapes that several types share, by the names that they refer to.
std::vector<base::SchemaMember> record_schemas();

}  // namespace cherub::server
