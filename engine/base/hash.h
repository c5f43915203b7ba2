#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cherub::base {

// 64 bits of XXH3: fast, stable over machines of the same byte order; not for secrets.
std::uint64_t hash_bytes(const void* data, std::size_t size, std::uint64_t seed = 0);

// Chains columns into one hash, in the order of the calls.
class Hasher {
 public:
  template <class T>
  void add(std::span<const T> values) {
    state_ = hash_bytes(values.data(), values.size_bytes(), state_);
  }
  void add(std::string_view text) { state_ = hash_bytes(text.data(), text.size(), state_); }
  void add(std::uint64_t value) { state_ = hash_bytes(&value, sizeof value, state_); }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

// 16 lower-case hexadecimal digits.
std::string hex64(std::uint64_t value);

}  // namespace cherub::base
