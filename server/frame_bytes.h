#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "server/frames.h"

// How numbers lie in frames.
namespace cherub::server {

static_assert(std::endian::native == std::endian::little,
              "frames are written as the machine keeps numbers");

// Writes numbers one behind the other into a string that has room for all of them.
class FrameWriter {
 public:
  explicit FrameWriter(std::size_t bytes_max) : bytes_(bytes_max, '\0') {}

  template <class Number>
  void put(Number value) {
    std::memcpy(bytes_.data() + at_, &value, sizeof value);
    at_ += sizeof value;
  }
  void put_bytes(const void* data, std::size_t size) {
    if (size > 0) std::memcpy(bytes_.data() + at_, data, size);
    at_ += size;
  }
  // Seven bits a byte, the lowest first, the last byte below 128.
  void put_varint(std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) put(static_cast<std::uint8_t>(value | 0x80));
    put(static_cast<std::uint8_t>(value));
  }
  // Small numbers of either sign become small: 0, -1, 1, -2 are 0, 1, 2, 3.
  void put_signed(std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    put_varint((bits << 1) ^ (value < 0 ? 0xffffffffU : 0U));
  }
  template <class Number>
  void put_at(std::size_t at, Number value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  [[nodiscard]] std::size_t size() const { return at_; }
  std::string take() {
    bytes_.resize(at_);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

// Reads them back from bytes that may be anything; past the end it gives zeros and is not good().
class FrameReader {
 public:
  explicit FrameReader(std::string_view bytes) : bytes_(bytes) {}

  template <class Number>
  Number get() {
    Number value{};
    if (bytes_.size() < sizeof value) {
      good_ = false;
      bytes_ = {};
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::uint32_t get_varint() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const auto byte = get<std::uint8_t>();
      if (shift == 28 && byte > 0x0f) break;
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  std::int32_t get_signed() {
    const std::uint32_t bits = get_varint();
    return static_cast<std::int32_t>((bits >> 1) ^ ((bits & 1) != 0 ? 0xffffffffU : 0U));
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

inline constexpr std::size_t kFrameLengthOffset = 24;
inline constexpr std::size_t kFrameStreamOffset = 28;
void put_header(FrameWriter& writer, const FrameHeader& header);

// Bits of what a delta says of an entity.
inline constexpr std::uint8_t kDeltaMoved = 1;
inline constexpr std::uint8_t kDeltaHeading = 2;
inline constexpr std::uint8_t kDeltaHealth = 4;
inline constexpr std::uint8_t kDeltaFlags = 8;
inline constexpr std::uint8_t kDeltaNew = 16;
inline constexpr std::uint8_t kDeltaGone = 32;

}  // namespace cherub::server
