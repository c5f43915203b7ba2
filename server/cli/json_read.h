#pragma once

#include <cstdint>
#include <string>

#include "engine/base/json.h"

// Members of records that Cherub itself wrote: what is missing reads as nothing.
namespace cherub::server::cli {

std::string text_of(const rapidjson::Value& object, const char* name);
double number_of(const rapidjson::Value& object, const char* name);
std::uint64_t whole_of(const rapidjson::Value& object, const char* name);
// The member when it is an object, else nullptr.
const rapidjson::Value* object_of(const rapidjson::Value& object, const char* name);

// At most four significant digits, for people: "0.8333".
std::string short_number(double value);

}  // namespace cherub::server::cli
