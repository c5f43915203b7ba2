#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "abilities/angel/language_model.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kBlanks = " \t";

struct Fence {
  char mark = '`';
  std::size_t length = 0;  // of the run of marks
  std::string tag;         // first word behind it, lower case
};

struct Block {
  std::string text;
  bool is_lua = false;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The run of at least three marks that the text begins with.
std::optional<Fence> fence_at(std::string_view text) {
  if (text.empty() || (text[0] != '`' && text[0] != '~')) return {};
  Fence fence;
  fence.mark = text[0];
  fence.length = std::min(text.find_first_not_of(fence.mark), text.size());
  if (fence.length < 3) return {};
  std::string_view rest = trimmed(text.substr(fence.length));
  if (rest.find('`') != std::string_view::npos) return {};  // `inline code` of three marks
  for (const char c : rest.substr(0, rest.find_first_of(" \t{,:"))) {
    fence.tag += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return fence;
}

// A line that opens a block. Models also write "Here it is: ```lua" in one line; there nothing but
// the tag may follow.
std::optional<Fence> opening(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (auto fence = fence_at(text)) return fence;
  const std::size_t at = text.find("```");
  if (at == std::string_view::npos) return {};
  auto fence = fence_at(text.substr(at));
  return fence && fence->tag == "lua" && text.size() == at + fence->length + 3 ? fence
                                                                               : std::nullopt;
}

bool is_lua(const Fence& fence) {
  return fence.tag == "lua" || fence.tag == "luau" || fence.tag == "luajit";
}

bool closes(std::string_view line, const Fence& open) {
  const auto fence = fence_at(trimmed(line));
  return fence && fence->mark == open.mark && fence->length >= open.length && fence->tag.empty();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::vector<Block> blocks_of(std::string_view text) {
  std::vector<Block> blocks;
  std::optional<Fence> open;
  for (const std::string_view line : lines_of(text)) {
    if (open && closes(line, *open)) {
      open.reset();
      continue;
    }
    // "```lua" is no line of Lua: whoever writes it in a block has forgotten to close that one.
    if (auto next = opening(line); next && (!open || is_lua(*next))) {
      open = std::move(next);
      blocks.push_back({"", is_lua(*open)});
    } else if (open) {
      blocks.back().text += line;
      blocks.back().text += '\n';
    }
  }
  return blocks;
}

// "\r\n" and lone "\r" as "\n".
std::string unix_lines(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      out += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      out += '\n';
  }
  return out;
}

// What follows a reasoning model's thoughts, which hold drafts of code. Some chat templates leave
// out the opening tag. The whole when it never stops thinking.
std::string_view answer_part(std::string_view text) {
  static constexpr std::string_view kEnd = "</think>";
  const std::size_t end = text.rfind(kEnd);
  if (end == std::string_view::npos) return text;
  const std::string_view rest = text.substr(end + kEnd.size());
  return rest.find_first_not_of(" \t\n") == std::string_view::npos ? text : rest;
}

// A policy without a fence: a line begins with `return`, and a function is written down.
bool looks_like_lua(std::string_view text) {
  const auto lines = lines_of(text);
  const bool returns = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    const std::string_view words = trimmed(line);
    return words.starts_with("return") && (words.size() == 6 || !is_word(words[6]));
  });
  for (std::size_t at = text.find("function"); at != std::string_view::npos;
       at = text.find("function", at + 1)) {
    const std::size_t stop = text.find_first_of("(\n", at);
    if (returns && stop != std::string_view::npos && text[stop] == '(') return true;
  }
  return false;
}

}  // namespace

base::Result<std::string> extract_code(const std::string& reply) {
  const std::string whole = unix_lines(reply);
  const std::string_view text = answer_part(whole);
  const Block* best = nullptr;
  const auto blocks = blocks_of(text);
  for (const Block& block : blocks) {
    if (block.text.find_first_not_of(" \t\n") == std::string::npos) continue;
    const bool better = !best || (block.is_lua && !best->is_lua) ||
                        (block.is_lua == best->is_lua && block.text.size() > best->text.size());
    if (better) best = &block;
  }
  if (best) return best->text;
  if (looks_like_lua(text)) return std::string(text);
  return base::Error{base::ErrorCode::kInvalidArgument,
                     "the reply holds no code; answer with one fenced block: ```lua, the whole "
                     "policy up to `return policy`, ```",
                     "reply"};
}

}  // namespace cherub::abilities::angel
