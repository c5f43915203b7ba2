#pragma once

#include <cstddef>
#include <string_view>

// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
namespace cherub::base {

// Length of the sequence at `text[at]`, 1 to 4, or 0 when the bytes there are not UTF-8.
std::size_t utf8_length(std::string_view text, std::size_t at);

// Offset of the first byte that is not part of a sequence; npos: all of it is UTF-8.
std::size_t invalid_utf8_at(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace cherub::base
