#include "server/record_kinds.h"

#include <algorithm>
#include <array>

namespace cherub::server {
namespace {

constexpr std::array<std::string_view, 3> kLastTypes = {"done", "terminated", "error"};
constexpr std::array<std::string_view, 5> kStoryTypes = {"iteration", "critique", "best", "reload",
                                                         "quarantine"};

}  // namespace

bool is_last_record(std::string_view type) {
  return std::find(kLastTypes.begin(), kLastTypes.end(), type) != kLastTypes.end();
}

bool is_key_record(std::string_view type) {
  return is_last_record(type) ||
         std::find(kStoryTypes.begin(), kStoryTypes.end(), type) != kStoryTypes.end();
}

}  // namespace cherub::server
