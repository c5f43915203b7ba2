#include "abilities/compression.h"

#include <zstd.h>

#include <memory>

namespace cherub::abilities {
namespace {

constexpr int kLevel = 3;

base::Error damaged(const std::string& why) {
  return {base::ErrorCode::kInvalidArgument, "The compressed bytes are damaged: " + why + ".", ""};
}

}  // namespace

struct Compressor::Context {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), ZSTD_freeCCtx};
};

Compressor::Compressor(int level) : context_(std::make_unique<Context>()) {
  ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_checksumFlag, 1);
}

Compressor::~Compressor() = default;

base::Result<std::string> compress(std::string_view bytes) {
  return Compressor(kLevel).compress(bytes);
}

base::Result<std::string> Compressor::compress(std::string_view bytes) {
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context_->zstd.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) {
    return base::Error{base::ErrorCode::kInternal,
                       std::string("Compressing failed: ") + ZSTD_getErrorName(size) + ".", ""};
  }
  frame.resize(size);
  return frame;
}

base::Result<std::string> decompress(std::string_view frame, std::size_t bytes_max) {
  const unsigned long long claimed = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (claimed == ZSTD_CONTENTSIZE_ERROR || claimed == ZSTD_CONTENTSIZE_UNKNOWN) {
    return damaged("this is no frame of a known size");
  }
  if (claimed > bytes_max) {
    return base::Error{base::ErrorCode::kRefused,
                       "Unpacked it has " + std::to_string(claimed) + " bytes; at most " +
                           std::to_string(bytes_max) + " are read.",
                       ""};
  }
  std::string bytes(claimed, '\0');
  const std::size_t size = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0) return damaged(ZSTD_getErrorName(size));
  if (size != claimed) return damaged("it is shorter than it says");
  return bytes;
}

std::optional<std::size_t> frame_bytes(std::string_view bytes) {
  const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  return ZSTD_isError(size) != 0 ? std::nullopt : std::optional(size);
}

}  // namespace cherub::abilities
