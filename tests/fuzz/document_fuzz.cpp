// Every JSON document that the server takes goes through base::parse_json: it is read within its
// limits or refused with its place, and what was read is written and read again as the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/base/json.h"

namespace {

std::size_t depth_of(const rapidjson::Value& value) {
  std::size_t deepest = 0;
  if (value.IsArray()) {
    for (const auto& item : value.GetArray()) deepest = std::max(deepest, depth_of(item));
  } else if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      deepest = std::max(deepest, depth_of(member.value));
    }
  } else {
    return 0;
  }
  return deepest + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cherub::base;
  const auto document = parse_json({reinterpret_cast<const char*>(data), size});
  if (!document.ok()) return document.error().message.empty() ? std::abort(), 0 : 0;
  if (depth_of(*document) > kJsonDepthMax) std::abort();
  const std::string text = to_json(*document);
  const auto again = parse_json(text);
  if (!again.ok() || to_json(*again) != text) std::abort();
  return 0;
}
