#include "sandbox/syntax/foreign.h"

#include <array>

namespace cherub::sandbox {
namespace {

struct Entry {
  std::string_view text;
  std::string_view hint;
};

constexpr std::string_view kNoBits =
    "Lua 5.1 has no bit operators; for conditions write 'and', 'or', 'not'";
constexpr std::string_view kFunctionHint =
    "write a function as 'function(x) return x + 1 end'; 'at least' is '>='";

// Longest first among those that share a beginning.
constexpr auto kSymbols = std::to_array<Entry>({
    {"!==", "write '~=' for 'not equal'"},
    {"!=", "write '~=' for 'not equal'"},
    {"!", "write 'not x' instead of '!x'"},
    {"===", "write '==' for 'equal'"},
    {"=>", kFunctionHint},
    {"=<", "write '<=' for 'at most'"},
    {"&&", "write 'and'"},
    {"&", kNoBits},
    {"||", "write 'or'"},
    {"|", kNoBits},
    {"<>", "write '~=' for 'not equal'"},
    {"<<", "Lua 5.1 has no bit operators; write 'x * 2 ^ n'"},
    {">>", "Lua 5.1 has no bit operators; write 'math.floor(x / 2 ^ n)'"},
    {"+=", ""},
    {"-=", ""},
    {"*=", ""},
    {"/=", ""},
    {"%=", ""},
    {"^=", ""},
    {"..=", ""},
    {"++", "write 'x = x + 1'"},
    {"**", "write 'x ^ y' for a power"},
    {"//", "a comment begins with '--'; to divide and round down write 'math.floor(a / b)'"},
    {"->", kFunctionHint},
    {":=", "write 'local x = value' to declare, 'x = value' to assign"},
    {"???", "write 'a or b'"},
    {"??", "write 'a or b'"},
    {"?.", "write 'a and a.b'"},
    {"?", "write 'condition and a or b', or 'if condition then … else … end'"},
    {"~", "write 'not x', '~=' for 'not equal'; Lua 5.1 has no bit operators"},
    {"`", "write \"text\" or [[text]], and join with '..'"},
    {"@", "Lua has no decorators; remove it"},
    {"$", "names are letters, digits and '_'; join text with '..'"},
    {"\\", "a backslash has a meaning only inside a string; a line needs none to go on"},
});

constexpr auto kWords = std::to_array<Entry>({
    {"def", "write 'local function name(x) … end'"},
    {"func", "write 'local function name(x) … end'"},
    {"fn", "write 'local function name(x) … end'"},
    {"fun", "write 'local function name(x) … end'"},
    {"lambda", "write 'function(x) return … end'"},
    {"elif", "write 'elseif condition then'"},
    {"elsif", "write 'elseif condition then'"},
    {"elseIf", "write 'elseif condition then'"},
    {"endif", "write 'end'"},
    {"fi", "write 'end'"},
    {"done", "write 'end'"},
    {"continue", "write 'goto continue', and put '::continue::' in front of the loop's 'end'"},
    {"pass", "leave it out: a block may be empty"},
    {"let", "write 'local x = value'"},
    {"var", "write 'local x = value'"},
    {"const", "write 'local x = value'"},
    {"auto", "write 'local x = value'"},
    {"int", "write 'local x = value': types are not declared"},
    {"float", "write 'local x = value': types are not declared"},
    {"double", "write 'local x = value': types are not declared"},
    {"bool", "write 'local x = value': types are not declared"},
    {"void", "write 'local function name(x) … end': types are not declared"},
    {"global", "write 'x = value': a name that is not 'local' is global"},
    {"export", "a script hands out what it returns at its end: 'return policy'"},
    {"import", "nothing is imported: everything a script may use is there already"},
    {"from", "nothing is imported: everything a script may use is there already"},
    {"class", "write a table with functions: 'local t = {}', 'function t.act(self) … end'"},
    {"new", "write a table: '{x = 1}', or call the function that makes it"},
    {"try", "there are no exceptions: test values with 'if' before you use them"},
    {"except", "there are no exceptions: test values with 'if' before you use them"},
    {"catch", "there are no exceptions: test values with 'if' before you use them"},
    {"throw", "write 'error(\"message\")'"},
    {"raise", "write 'error(\"message\")'"},
    {"switch", "write 'if … then … elseif … then … end'"},
    {"case", "write 'elseif x == value then'"},
    {"match", "write 'if … then … elseif … then … end'"},
    {"foreach", "write 'for key, value in pairs(t) do … end'"},
    {"unless", "write 'if not condition then … end'"},
    {"await", "leave it out: calls return when they are done"},
    {"async", "leave it out: calls return when they are done"},
    {"yield", "return the value and go on at the next call"},
    {"is", "write '=='"},
    {"del", "write 'x = nil'"},
    {"delete", "write 'x = nil'"},
    {"assert", "write 'assert(condition, \"message\")' with parentheses"},
    {"echo", "write 'print(value)' with parentheses"},
    {"print", "write 'print(value)' with parentheses"},
    {"None", "write 'nil'"},
    {"null", "write 'nil'"},
    {"NULL", "write 'nil'"},
    {"nullptr", "write 'nil'"},
    {"undefined", "write 'nil'"},
    {"True", "write 'true'"},
    {"TRUE", "write 'true'"},
    {"False", "write 'false'"},
    {"FALSE", "write 'false'"},
    {"this", "write 'self'"},
    {"len", "write '#x' for the length of a list or string"},
    {"str", "write 'tostring(x)'"},
    {"range", "write 'for i = first, last do … end'"},
});

constexpr auto kCharacters = std::to_array<Entry>({
    {"\u201c", "write straight quotes: \"text\""},
    {"\u201d", "write straight quotes: \"text\""},
    {"\u2018", "write straight quotes: 'text'"},
    {"\u2019", "write straight quotes: 'text'"},
    {"\u2013", "write '-' for minus, '--' for a comment"},
    {"\u2014", "write '-' for minus, '--' for a comment"},
    {"\u2212", "write '-' for minus"},
    {"\u00d7", "write '*'"},
    {"\u00f7", "write '/'"},
    {"\u2264", "write '<='"},
    {"\u2265", "write '>='"},
    {"\u2260", "write '~='"},
    {"\u2192", "write a function as 'function(x) return x + 1 end'"},
    {"\u2026", "write '...'"},
    {"\u00a0", "write a plain space"},
    {"\u200b", "remove the invisible character"},
    {"\ufeff", "remove the invisible character"},
});

}  // namespace

std::string foreign_symbol_hint(std::string_view symbol) {
  for (const Entry& entry : kSymbols) {
    if (entry.text != symbol) continue;
    if (!entry.hint.empty()) return std::string(entry.hint);
    const std::string operation(symbol.substr(0, symbol.size() - 1));
    return "write 'x = x " + operation + " value'";
  }
  return {};
}

std::string_view foreign_word_hint(std::string_view word) {
  for (const Entry& entry : kWords) {
    if (entry.text == word) return entry.hint;
  }
  return {};
}

std::size_t foreign_symbol_size(std::string_view text) {
  // Lua's own symbols that begin like a foreign one.
  if (text.starts_with("~=") || text.starts_with("...")) return 0;
  for (const Entry& entry : kSymbols) {
    if (text.front() == entry.text.front() && text.starts_with(entry.text)) {
      return entry.text.size();
    }
  }
  return 0;
}

std::string_view foreign_character_hint(std::string_view utf8) {
  for (const Entry& entry : kCharacters) {
    if (utf8.starts_with(entry.text)) return entry.hint;
  }
  return "names are made of the letters a-z and A-Z, digits and '_'; other text belongs in quotes";
}

}  // namespace cherub::sandbox
