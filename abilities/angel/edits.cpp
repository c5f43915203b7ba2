#include "abilities/angel/edits.h"

#include <algorithm>
#include <vector>

#include "abilities/angel/peer_message.h"
#include "scripting/manifest.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kOpen = "<<<<<<< SEARCH",
                           kMiddle = "=======", kClose = ">>>>>>> REPLACE";
constexpr std::size_t kQuoteBytesMax = 100;

using Lines = std::vector<std::string>;

struct Edit {
  Lines search, replace;
  bool closed = false;
};

std::string without_end_blanks(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t\r");
  return std::string(line.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(without_end_blanks(text.substr(0, end)));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::vector<Edit> edits_of(std::string_view reply) {
  enum class In { kNothing, kSearch, kReplace } in = In::kNothing;
  std::vector<Edit> edits;
  for (std::string& line : lines_of(reply)) {
    if (line == kOpen) {
      edits.emplace_back();
      in = In::kSearch;
    } else if (in == In::kSearch && line == kMiddle) {
      in = In::kReplace;
    } else if (in == In::kReplace && line == kClose) {
      edits.back().closed = true;
      in = In::kNothing;
    } else if (in == In::kSearch) {
      edits.back().search.push_back(std::move(line));
    } else if (in == In::kReplace) {
      edits.back().replace.push_back(std::move(line));
    }
  }
  return edits;
}

// Where the lines of a search begin, counted from 0.
std::vector<std::size_t> places_of(const Lines& search, const Lines& lines) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at + search.size() <= lines.size(); ++at) {
    if (std::equal(search.begin(), search.end(), lines.begin() + std::ptrdiff_t(at))) {
      places.push_back(at);
    }
  }
  return places;
}

std::string quoted(const std::string& line) {
  return "`" + clean_line(line, kQuoteBytesMax) + "`";
}

// Which line of a search is the first that stands nowhere, and what stands there instead.
std::string not_found(const Lines& search, const Lines& lines) {
  for (const std::string& line : search) {
    if (std::find(lines.begin(), lines.end(), line) != lines.end()) continue;
    const std::string near = scripting::nearest_name(line, lines);
    return "the line " + quoted(line) + " is not in the policy" +
           (near.empty() ? "" : "; the most similar one is " + quoted(near));
  }
  return "its lines stand in the policy, but not in this order one behind the other";
}

// Applies one block, or says why not.
std::string apply(const Edit& edit, Lines& lines) {
  if (!edit.closed)
    return "it is not closed: " + std::string(kMiddle) + " and then " +
           quoted(std::string(kClose)) + " are needed, each on a line of its own";
  if (edit.search.empty()) return "it searches for nothing; repeat a line next to the place";
  const std::vector<std::size_t> places = places_of(edit.search, lines);
  if (places.empty()) return not_found(edit.search, lines);
  if (places.size() > 1) {
    std::string where;
    for (const std::size_t at : places)
      where += (where.empty() ? "" : ", ") + std::to_string(at + 1);
    return "its lines stand " + std::to_string(places.size()) + " times (from the lines " +
           clean_line(where, kQuoteBytesMax) + "); take more lines around them";
  }
  const auto begin = lines.begin() + std::ptrdiff_t(places.front());
  const auto at = lines.erase(begin, begin + std::ptrdiff_t(edit.search.size()));
  lines.insert(at, edit.replace.begin(), edit.replace.end());
  return "";
}

}  // namespace

bool has_edits(std::string_view reply) {
  const Lines lines = lines_of(reply);
  return std::find(lines.begin(), lines.end(), kOpen) != lines.end();
}

base::Result<std::string> apply_edits(std::string_view policy, std::string_view reply) {
  const auto wrong = [](std::string message) {
    return base::Error{base::ErrorCode::kInvalidArgument, std::move(message), "reply"};
  };
  const std::vector<Edit> edits = edits_of(reply);
  if (edits.empty()) return wrong("the reply has no block that begins with " + std::string(kOpen));
  if (edits.size() > kEditsMax) {
    return wrong("the reply has " + std::to_string(edits.size()) + " blocks; at most " +
                 std::to_string(kEditsMax) + " may be");
  }
  Lines lines = lines_of(policy);
  std::string problems;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const std::string problem = apply(edits[i], lines);
    if (problem.empty()) continue;
    problems +=
        (problems.empty() ? "" : "\n") + ("block " + std::to_string(i + 1)) + ": " + problem;
  }
  if (!problems.empty()) return wrong(problems);
  std::string changed;
  for (const std::string& line : lines) changed += line + "\n";
  return changed;
}

}  // namespace cherub::abilities::angel
