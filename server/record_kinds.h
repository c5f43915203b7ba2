#pragma once

#include <string_view>

namespace cherub::server {

// Records that tell the story of a run; the rest (steps, single episodes, signs of life) is detail.
bool is_key_record(std::string_view type);
// The one that ends a run's progress: done, terminated or error.
bool is_last_record(std::string_view type);

}  // namespace cherub::server
