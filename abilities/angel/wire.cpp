#include "abilities/angel/wire.h"

namespace cherub::abilities::angel {

std::string path_without(std::string path, const std::string& suffix) {
  const auto trim = [&path] {
    while (path.ends_with('/')) path.pop_back();
  };
  trim();
  if (path.ends_with(suffix)) path.resize(path.size() - suffix.size());
  trim();
  return path;
}

const rapidjson::Value* member_of(const rapidjson::Value* value, const char* name) {
  if (!value || !value->IsObject()) return nullptr;
  const auto member = value->FindMember(name);
  return member == value->MemberEnd() ? nullptr : &member->value;
}

std::uint64_t count_of(const rapidjson::Value* value, const char* name) {
  const rapidjson::Value* count = member_of(value, name);
  return count && count->IsUint64() ? count->GetUint64() : 0;
}

base::Error empty_reply(bool cut_off) {
  return {base::ErrorCode::kUnavailable,
          cut_off ? "the reply was cut off before any text came; raise max_tokens"
                  : "the reply has no text; try again or choose another model",
          ""};
}

base::Error cut_stream() {
  return {base::ErrorCode::kUnavailable,
          "the connection was cut off in the middle of the reply; try again", ""};
}

}  // namespace cherub::abilities::angel
