#include "server/cli/json_read.h"

#include <array>
#include <cstdio>

namespace cherub::server::cli {
namespace {

const rapidjson::Value* member_of(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() ? nullptr : &member->value;
}

}  // namespace

std::string text_of(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* const member = member_of(object, name);
  if (member == nullptr || !member->IsString()) return {};
  return {member->GetString(), member->GetStringLength()};
}

double number_of(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* const member = member_of(object, name);
  return member != nullptr && member->IsNumber() ? member->GetDouble() : 0;
}

std::uint64_t whole_of(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* const member = member_of(object, name);
  return member != nullptr && member->IsUint64() ? member->GetUint64() : 0;
}

const rapidjson::Value* object_of(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value* const member = member_of(object, name);
  return member != nullptr && member->IsObject() ? member : nullptr;
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

}  // namespace cherub::server::cli
