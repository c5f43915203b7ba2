#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cherub::base {

// Base64 (RFC 4648) without padding.
std::string base64(std::string_view bytes);
void append_base64(std::string& text, std::string_view bytes);
// The reverse; nothing when the text is not what base64() writes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace cherub::base
