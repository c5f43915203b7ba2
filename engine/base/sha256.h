#pragma once

#include <string>
#include <string_view>

namespace cherub::base {

// SHA-256 (FIPS 180-4) of the bytes, as 64 lower-case hexadecimal digits. Names script versions.
std::string sha256_hex(std::string_view bytes);
// Whether the text could have come from sha256_hex.
bool is_sha256(std::string_view text);

}  // namespace cherub::base
