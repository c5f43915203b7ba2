#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::abilities {

// One Zstandard frame with a checksum.
base::Result<std::string> compress(std::string_view bytes);
// What claims or turns out to be larger than `bytes_max` is an error, and is not unpacked.
base::Result<std::string> decompress(std::string_view frame, std::size_t bytes_max);

}  // namespace cherub::abilities
