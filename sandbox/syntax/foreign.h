#pragma once

#include <string>
#include <string_view>

namespace cherub::sandbox {

// What to write in Lua for a symbol of another language (`!=`, `+=`, `&&` …), or an empty text.
std::string foreign_symbol_hint(std::string_view symbol);

// What to write in Lua for a word of another language: `def`, `elif`, `null`, `None` … Empty for
// other words. Such a word is an ordinary name to the parser, so a checker of unknown names can use
// this too.
std::string_view foreign_word_hint(std::string_view word);

// The length of a symbol at the start of `text` that no Lua source can hold there, or 0. Text
// begins with a byte that is neither space nor part of a name.
std::size_t foreign_symbol_size(std::string_view text);

// What to write for a character outside ASCII, such as a typographic quote.
std::string_view foreign_character_hint(std::string_view utf8);

}  // namespace cherub::sandbox
