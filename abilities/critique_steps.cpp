#include "abilities/critique_steps.h"

#include <array>
#include <cstdio>
#include <vector>

#include "abilities/angel/peer_message.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

constexpr std::size_t kNoteBytesMax = 80;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

// What the world says of a step, without the policy's own words behind it.
std::string_view facts_of(std::string_view line) {
  std::size_t end = line.size();
  for (const std::string_view words : {",\"notes\":", ",\"collect\":"}) {
    end = std::min(end, line.find(words));
  }
  return line.substr(0, end);
}

std::string number_of(const rapidjson::Value& step, const char* name) {
  const auto found = step.FindMember(name);
  if (found == step.MemberEnd() || !found->value.IsNumber()) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", found->value.GetDouble());
  return text.data();
}

std::string word_of(const rapidjson::Value& step, const char* name) {
  const auto found = step.FindMember(name);
  return found == step.MemberEnd() || !found->value.IsString() ? "-" : found->value.GetString();
}

std::string notes_of(const rapidjson::Value& step) {
  const auto found = step.FindMember("notes");
  if (found == step.MemberEnd() || !found->value.IsArray()) return "";
  std::string text;
  for (const auto& note : found->value.GetArray()) {
    if (note.IsString()) text += (text.empty() ? " \"" : "; ") + std::string(note.GetString());
  }
  return text.empty() ? "" : " " + angel::clean_line(text, kNoteBytesMax) + "\"";
}

// A step without its time.
std::string step_text(const rapidjson::Value& step) {
  return number_of(step, "x") + ", " + number_of(step, "y") + " | " + word_of(step, "move") + ", " +
         word_of(step, "ability") + " | " + number_of(step, "health") + " " +
         number_of(step, "energy") + " " + number_of(step, "hunger") + " | " +
         number_of(step, "distance_to_target") + notes_of(step);
}

// Writes steps and folds those that are alike.
class StepPrinter {
 public:
  void add(std::string_view line) {
    const auto step = base::parse_json(line);
    if (!step || !step->IsObject()) return;
    const std::string time = number_of(*step, "t");
    std::string text = step_text(*step);
    if (text == last_) {
      until_ = time;
      return;
    }
    flush();
    out_ += time + " | " + text + "\n";
    last_ = std::move(text);
  }
  void skip(std::size_t count) {
    flush();
    out_ += "… " + std::to_string(count) + " steps …\n";
    last_.clear();
  }
  std::string take() {
    flush();
    return std::move(out_);
  }

 private:
  void flush() {
    if (!until_.empty()) out_ += "… the same until " + until_ + "\n";
    until_.clear();
  }

  std::string out_, last_, until_;
};

}  // namespace

std::string steps_text(std::string_view steps_jsonl) {
  const std::vector<std::string_view> lines = lines_of(steps_jsonl);
  if (lines.empty()) return "";
  StepPrinter printer;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool first = i < kFirstStepsMax, last = i + kLastStepsMax >= lines.size();
    if (first || last) printer.add(lines[i]);
    if (i == kFirstStepsMax && !last) {
      printer.skip(lines.size() - kFirstStepsMax - kLastStepsMax);
    }
  }
  return "t s | x, y m | move, ability | health energy hunger | target m\n" + printer.take();
}

std::optional<std::uint64_t> first_divergence(std::string_view steps, std::string_view others) {
  const std::vector<std::string_view> mine = lines_of(steps), theirs = lines_of(others);
  for (std::size_t i = 0; i < std::min(mine.size(), theirs.size()); ++i) {
    if (facts_of(mine[i]) != facts_of(theirs[i])) return i + 1;
  }
  return {};
}

}  // namespace cherub::abilities
