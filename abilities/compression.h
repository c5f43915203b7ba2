#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::abilities {

// One Zstandard frame with a checksum.
base::Result<std::string> compress(std::string_view bytes);
// The same for one text after the other: what that needs is a megabyte, made once. One thread.
// `level`: Zstandard's, 1 is the fastest.
class Compressor {
 public:
  explicit Compressor(int level);
  ~Compressor();
  base::Result<std::string> compress(std::string_view bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};
// What claims or turns out to be larger than `bytes_max` is an error, and is not unpacked.
base::Result<std::string> decompress(std::string_view frame, std::size_t bytes_max);
// How long the frame is that `bytes` begins with, of a file of several; nothing when it is not
// whole or no frame.
std::optional<std::size_t> frame_bytes(std::string_view bytes);

}  // namespace cherub::abilities
