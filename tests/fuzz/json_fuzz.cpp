// Whatever the bytes: JSON is read or refused, and what is read writes back to the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sandbox/value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cherub::sandbox;
  const auto value = value_from_json({reinterpret_cast<const char*>(data), size});
  if (!value.ok()) return value.error().message.empty() ? std::abort(), 0 : 0;
  const auto again = value_from_json(to_json(*value));
  if (!again.ok()) std::abort();
  return to_json(*again) == to_json(*value) ? 0 : (std::abort(), 0);
}
