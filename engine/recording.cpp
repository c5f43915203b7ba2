#include "engine/recording.h"

#include <charconv>
#include <optional>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using rapidjson::Value;

constexpr int kVersion = 1;
constexpr std::size_t kHexDigits = 16;

std::optional<std::uint64_t> from_hex(const Value& value) {
  if (!value.IsString() || value.GetStringLength() != kHexDigits) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = value.GetString() + kHexDigits;
  const auto [stop, status] = std::from_chars(value.GetString(), end, number, 16);
  if (status != std::errc() || stop != end) return std::nullopt;
  // from_chars takes capitals; one number has one spelling here.
  if (base::hex64(number) != std::string_view(value.GetString(), kHexDigits)) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> from_number(const Value& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsUint64()) return std::nullopt;
  return member->value.GetUint64();
}

std::optional<std::string> from_text(const Value& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

// Takes one line after the other and keeps what has been read. Each take_… returns what is wrong
// with the line, or nothing.
class RecordingReader {
 public:
  std::optional<std::string> take(const Value& line) {
    if (!line.IsObject()) return "Must be a JSON object.";
    if (ended_) return "Nothing may follow the end record.";
    if (!begun_) return take_header(line);
    if (line.HasMember("source")) return take_source(line);
    if (line.HasMember("command")) return take_command(line);
    if (line.HasMember("hash")) return take_hash(line);
    if (line.HasMember("behaviour_hash")) return take_behaviour_hash(line);
    if (line.HasMember("end")) return take_end(line);
    return "Not a record of a recording.";
  }
  [[nodiscard]] bool ended() const { return ended_; }
  Recording& recording() { return recording_; }

 private:
  std::optional<std::string> take_header(const Value& line) {
    if (from_number(line, "cherub_recording") != kVersion || line.MemberCount() != 4) {
      return "Not the header of a recording of version " + std::to_string(kVersion) + ".";
    }
    const auto seed = line.HasMember("seed") ? from_hex(line["seed"]) : std::nullopt;
    const auto fuel = from_number(line, "fuel_per_act");
    auto scenario = from_text(line, "scenario");
    if (!seed || !fuel || !scenario) return "The header lacks seed, fuel_per_act or scenario.";
    recording_.seed = *seed;
    recording_.fuel_per_act = *fuel;
    recording_.scenario_yaml = std::move(*scenario);
    begun_ = true;
    return std::nullopt;
  }

  std::optional<std::string> take_source(const Value& line) {
    auto sha256 = from_text(line, "source");
    auto text = from_text(line, "text");
    if (!sha256 || !text || line.MemberCount() != 2) return "A source needs its sha256 and text.";
    if (base::sha256_hex(*text) != *sha256) return "The source is not what its sha256 says.";
    const bool added = recording_.sources.emplace(std::move(*sha256), std::move(*text)).second;
    return added ? std::nullopt : std::optional<std::string>("This source was given before.");
  }

  std::optional<std::string> take_command(const Value& line) {
    const auto tick = from_number(line, "tick");
    if (!tick || line.MemberCount() != 2) return "A command needs its tick.";
    if (*tick != recording_.hashes.size()) return out_of_order(*tick);
    Result<Command> command = command_from_json(base::to_json(line["command"]));
    if (!command) return command.error().text();
    recording_.commands.push_back({*tick, std::move(command.value())});
    return std::nullopt;
  }

  std::optional<std::string> take_hash(const Value& line) {
    const auto tick = from_number(line, "tick");
    const auto hash = from_hex(line["hash"]);
    if (!tick || !hash || line.MemberCount() != 2) return "A hash needs its tick and 16 digits.";
    if (*tick != recording_.hashes.size()) return out_of_order(*tick);
    recording_.hashes.push_back(*hash);
    return std::nullopt;
  }

  std::optional<std::string> take_behaviour_hash(const Value& line) {
    const auto tick = from_number(line, "tick");
    const auto hash = from_hex(line["behaviour_hash"]);
    if (!tick || !hash || line.MemberCount() != 2) return "A hash needs its tick and 16 digits.";
    if (*tick != recording_.behaviour_hashes.size() * kBehaviourHashInterval) {
      return out_of_order(*tick);
    }
    recording_.behaviour_hashes.push_back(*hash);
    return std::nullopt;
  }

  std::optional<std::string> take_end(const Value& line) {
    const auto ticks = from_number(line, "ticks");
    if (!ticks || !line["end"].IsTrue() || line.MemberCount() != 2) return "Not an end record.";
    // Commands may wait for a tick that was never run; everything else must be there.
    if (*ticks != recording_.hashes.size()) return "The end record counts other ticks.";
    ended_ = true;
    return std::nullopt;
  }

  static std::string out_of_order(Tick tick) {
    return "Tick " + std::to_string(tick) + " is out of order.";
  }

  Recording recording_;
  bool begun_ = false;
  bool ended_ = false;
};

Error bad_line(std::size_t line, std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message), "line " + std::to_string(line)};
}

}  // namespace

std::string recording_to_jsonl(const Recording& recording) {
  std::string text;
  const auto add = [&](const base::JsonObject& line) { text += line.text() + "\n"; };
  add(base::JsonObject()
          .add("cherub_recording", kVersion)
          .add("seed", base::hex64(recording.seed))
          .add("fuel_per_act", recording.fuel_per_act)
          .add("scenario", recording.scenario_yaml));
  for (const auto& [sha256, source] : recording.sources) {
    add(base::JsonObject().add("source", sha256).add("text", source));
  }
  std::size_t command = 0, behaviour = 0;
  const auto add_commands = [&](Tick tick) {
    for (; command < recording.commands.size() && recording.commands[command].tick <= tick;
         ++command) {
      add(base::JsonObject()
              .add("tick", recording.commands[command].tick)
              .raw("command", command_to_json(recording.commands[command].command)));
    }
  };
  for (Tick tick = 0; tick < recording.hashes.size(); ++tick) {
    add_commands(tick);
    add(base::JsonObject().add("tick", tick).add("hash", base::hex64(recording.hashes[tick])));
    const bool due = tick % kBehaviourHashInterval == 0;
    if (!due || behaviour >= recording.behaviour_hashes.size()) continue;
    const std::uint64_t hash = recording.behaviour_hashes[behaviour++];
    add(base::JsonObject().add("tick", tick).add("behaviour_hash", base::hex64(hash)));
  }
  add_commands(recording.hashes.size());
  add(base::JsonObject().add("end", true).add("ticks", recording.hashes.size()));
  return text;
}

base::Result<Recording> recording_from_jsonl(std::string_view text) {
  if (text.size() > kRecordingBytesMax) return bad_line(1, "The recording is too large.");
  RecordingReader reader;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad_line(number, "The line was cut off.");
    if (end > kRecordingLineBytesMax) return bad_line(number, "The line is too long.");
    const Result<rapidjson::Document> line = base::parse_json(text.substr(0, end));
    if (!line) return bad_line(number, line.error().text());
    if (std::optional<std::string> wrong = reader.take(*line)) {
      return bad_line(number, std::move(*wrong));
    }
    text.remove_prefix(end + 1);
  }
  if (!reader.ended()) return bad_line(number + 1, "The recording was cut off before its end.");
  return std::move(reader.recording());
}

}  // namespace cherub::engine
