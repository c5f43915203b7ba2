#include <algorithm>
#include <array>
#include <charconv>

#include "abilities/angel/peer_message.h"
#include "abilities/angel/prompt_parts.h"

namespace cherub::abilities::angel {
std::string bounded(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  const std::string_view kept = utf8_prefix(text, bytes_max);
  return std::string(kept) + "\n[… cut here: " + std::to_string(text.size() - kept.size()) +
         " bytes left out …]\n";
}

std::string fenced(std::string_view text, std::string_view tag, std::size_t bytes_max) {
  const std::string body = bounded(text, bytes_max);
  std::size_t run = 0;
  std::size_t longest = 2;
  for (const char c : body) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const std::string_view line_end = body.ends_with('\n') ? "" : "\n";
  return fence + std::string(tag) + "\n" + body + std::string(line_end) + fence + "\n";
}

std::string number(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::general, 4)
                       .ptr;
  return {buffer.data(), end};
}

std::string with_unit(double value, const std::string& unit) {
  return unit.empty() || unit == "1" ? number(value) : number(value) + " " + unit;
}

std::string line(std::string_view text) {
  return clean_line(text, kPromptLineBytesMax);
}

std::string cell(std::string_view text) {
  std::string out = line(text);
  std::replace(out.begin(), out.end(), '|', '/');
  return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < std::min(words.size(), kPromptRowsMax); ++i) {
    if (i > 0) out += separator;
    out += line(words[i]);
  }
  return words.size() > kPromptRowsMax ? out + std::string(separator) + "[… more …]" : out;
}

std::string more_rows(std::size_t count) {
  if (count <= kPromptRowsMax) return "";
  return "[… " + std::to_string(count - kPromptRowsMax) + " more rows left out …]\n";
}

bool has_action(const engine::Scenario& scenario, std::string_view action) {
  const auto& actions = scenario.actions;
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

}  // namespace cherub::abilities::angel
