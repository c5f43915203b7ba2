#include "engine/journal.h"

#include <array>
#include <charconv>
#include <utility>

#include "engine/base/base64.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"
#include "engine/command_json.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int kFormat = 2;
constexpr std::size_t kChecksumDigits = 8;
constexpr std::size_t kColumnsMax = 256;
constexpr Tick kTicksMax = Tick{1} << 53;  // what JSON holds exactly

std::uint32_t checksum_of(std::string_view json, std::uint32_t before) {
  return static_cast<std::uint32_t>(base::hash_bytes(json.data(), json.size(), before));
}

// Digits in their one spelling: lower case, all of them.
template <class Number>
std::optional<Number> from_hex(std::string_view digits) {
  Number number = 0;
  if (digits.size() != sizeof(Number) * 2) return std::nullopt;
  const auto [stop, status] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (status != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
  for (const char digit : digits) {
    if (digit >= 'A' && digit <= 'F') return std::nullopt;
  }
  return number;
}

bool unpack(std::string_view text, std::size_t columns, std::vector<std::uint32_t>& hashes) {
  const auto bytes = base::from_base64(text);
  if (!bytes || bytes->size() != columns * 4) return false;
  for (std::size_t at = 0; at < bytes->size(); at += 4) {
    std::uint32_t hash = 0;
    for (std::size_t i = 4; i-- > 0;) {
      hash = hash << 8 | static_cast<unsigned char>((*bytes)[at + i]);
    }
    hashes.push_back(hash);
  }
  return true;
}

// Whether JSON can hold the text as it is.
bool is_utf8(std::string_view text) {
  const auto read = base::parse_json(base::json_string(text));
  return read.ok() && std::string_view(read->GetString(), read->GetStringLength()) == text;
}

// The members of one record. What is missing or of another type makes it bad.
class Members {
 public:
  explicit Members(const rapidjson::Value& object) : object_(object) {}

  template <class Number>
  Number number(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsUint64() ||
        value->GetUint64() > std::numeric_limits<Number>::max()) {
      return fail<Number>(name);
    }
    return static_cast<Number>(value->GetUint64());
  }
  std::string text(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsString()) return fail<std::string>(name);
    return {value->GetString(), value->GetStringLength()};
  }
  std::uint64_t hash(const char* name) {
    const auto read = from_hex<std::uint64_t>(text(name));
    return read ? *read : fail<std::uint64_t>(name);
  }
  std::string object(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsObject()) return fail<std::string>(name);
    return base::to_json(*value);
  }
  std::vector<std::string> texts(const char* name) {
    const rapidjson::Value* value = find(name);
    std::vector<std::string> made;
    if (value == nullptr || !value->IsArray() || value->Size() > kColumnsMax) {
      return fail<std::vector<std::string>>(name);
    }
    for (const auto& entry : value->GetArray()) {
      if (!entry.IsString()) return fail<std::vector<std::string>>(name);
      made.emplace_back(entry.GetString(), entry.GetStringLength());
    }
    return made;
  }
  // The first member that is bad, or one that nobody asked for.
  std::optional<std::string> wrong() {
    if (bad_) return "\"" + *bad_ + "\" is missing or not what it should be.";
    if (used_ != object_.MemberCount()) return "The record has members that it should not have.";
    return std::nullopt;
  }

 private:
  const rapidjson::Value* find(const char* name) {
    ++used_;
    const auto member = object_.FindMember(name);
    return member == object_.MemberEnd() ? nullptr : &member->value;
  }
  template <class Value>
  Value fail(const char* name) {
    if (!bad_) bad_ = name;
    return {};
  }

  const rapidjson::Value& object_;
  std::size_t used_ = 0;
  std::optional<std::string> bad_;
};

std::string out_of_order(Tick tick) {
  return "Tick " + std::to_string(tick) + " is out of order.";
}

base::JsonObject head_of(const RecordedStart& start) {
  base::JsonArray columns;
  for (const std::string& column : start.columns) columns.add(column);
  return base::JsonObject()
      .add("cherub_journal", kFormat)
      .add("seed", base::hex64(start.seed))
      .add("fuel_per_act", start.fuel_per_act)
      .add("fuel_saved_max", start.fuel_saved_max)
      .add("fuel_per_load", start.fuel_per_load)
      .add("memory_bytes", start.memory_bytes)
      .add("memory_per_agent_bytes", start.memory_per_agent_bytes)
      .raw("columns", columns.text())
      .add("scenario", start.scenario_yaml);
}

}  // namespace

std::size_t JournalWriter::begin_record() {
  text_.append(kChecksumDigits, '0') += ' ';
  return text_.size();
}

void JournalWriter::end_record(std::size_t begin) {
  checksum_ = checksum_of(std::string_view(text_).substr(begin), checksum_);
  std::uint32_t rest = checksum_;
  for (std::size_t i = 0; i < kChecksumDigits; ++i, rest >>= 4) {
    text_[begin - 2 - i] = "0123456789abcdef"[rest & 15];
  }
  text_ += '\n';
}

void JournalWriter::add(std::string_view json) {
  const std::size_t begin = begin_record();
  text_ += json;
  end_record(begin);
}

void JournalWriter::start(const RecordedStart& start) {
  add(head_of(start).text());
}

void JournalWriter::segment(const Recording& beginning, std::uint32_t before) {
  add(head_of(beginning.start).add("from", beginning.first).add("before", before).text());
  for (const auto& [sha256, text] : beginning.sources) source(sha256, text);
  for (const StampedCommand& waiting : beginning.commands) command(waiting);
}

void JournalWriter::model_reply(const ModelReply& reply) {
  add(base::JsonObject()
          .add("model_reply", reply.prompt_sha256)
          .add("iteration", reply.iteration)
          .add("candidate", reply.candidate)
          .add("text", reply.text)
          .text());
}

void JournalWriter::source(std::string_view sha256, std::string_view text) {
  base::JsonObject record;
  record.add("source", sha256);
  if (is_utf8(text)) {
    record.add("text", text);
  } else {
    record.add("base64", base::base64(text));
  }
  add(record.text());
}

void JournalWriter::command(const StampedCommand& command) {
  add(base::JsonObject()
          .add("tick", command.tick)
          .raw("command", command_to_json(command.command))
          .text());
}

void JournalWriter::save(Tick tick) {
  add(base::JsonObject().add("save", tick).text());
}

void JournalWriter::fault(const RecordedFault& fault) {
  add(base::JsonObject()
          .add("tick", fault.tick)
          .add("fault", fault.kind)
          .add("row", fault.row)
          .add("message", fault.message)
          .text());
}

void JournalWriter::behaviour_hash(Tick tick, std::uint64_t hash) {
  add(base::JsonObject().add("tick", tick).add("behaviour_hash", base::hex64(hash)).text());
}

// In place: worlds of few agents make 100,000s of these in a second.
void JournalWriter::tick(Tick tick, std::uint64_t hash, std::span<const ColumnHash> columns) {
  const std::size_t begin = begin_record();
  text_ += "{\"tick\":";
  text_ += std::to_string(tick);
  text_ += ",\"hash\":\"";
  text_ += base::hex64(hash);
  text_ += "\",\"columns\":\"";
  packed_.clear();  // the low 32 bits of each, lowest byte first
  for (const ColumnHash& column : columns) {
    for (int shift = 0; shift < 32; shift += 8) packed_ += static_cast<char>(column.hash >> shift);
  }
  base::append_base64(text_, packed_);
  text_ += "\"}";
  end_record(begin);
}

void JournalWriter::end(Tick ticks) {
  add(base::JsonObject().add("end", ticks).text());
}

const std::pair<const char*, JournalReader::Take> JournalReader::kKinds[] = {
    {"source", &JournalReader::take_source},
    {"model_reply", &JournalReader::take_model_reply},
    {"save", &JournalReader::take_save},
    {"end", &JournalReader::take_end},
    {"command", &JournalReader::take_command},
    {"fault", &JournalReader::take_fault},
    {"behaviour_hash", &JournalReader::take_behaviour_hash},
};

void JournalReader::fail(std::string message) {
  error_ = Error{ErrorCode::kInvalidArgument, std::move(message), "line " + std::to_string(line_)};
}

void JournalReader::read(std::string_view bytes) {
  while (!error_ && !bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (rest_.size() + piece.size() > kJournalLineBytesMax) {
      ++line_;
      return fail("The line is longer than a record can be.");
    }
    if (end == std::string_view::npos) {
      rest_ += piece;
      return;
    }
    if (rest_.empty()) {
      take_line(piece);
    } else {
      rest_ += piece;
      take_line(std::exchange(rest_, {}));
    }
    bytes.remove_prefix(end + 1);
  }
}

void JournalReader::take_line(std::string_view line) {
  ++line_;
  const auto written = from_hex<std::uint32_t>(line.substr(0, kChecksumDigits));
  const bool framed = written && line.size() > kChecksumDigits && line[kChecksumDigits] == ' ';
  const std::string_view json = framed ? line.substr(kChecksumDigits + 1) : std::string_view();
  const auto fits = [&](std::uint32_t before) {
    return framed && checksum_of(json, before) == *written;
  };
  const std::uint64_t end = offset_ + line.size() + 1;
  if (suspect_) {
    if (fits(suspect_->written) || fits(suspect_->computed)) {
      line_ = suspect_->line;
      return fail("The record was changed, moved or is not where it was: its checksum is wrong.");
    }
    suspect_->written = written.value_or(0);
    suspect_->computed = checksum_of(json, suspect_->computed);
  } else if (!fits(made_.last_checksum)) {
    suspect_ = {line_, written.value_or(0), checksum_of(json, made_.last_checksum)};
  } else {
    if (auto wrong = take(json)) return fail(std::move(*wrong));
    made_.last_checksum = *written;
    made_.bytes = end;
  }
  offset_ = end;
}

std::optional<std::string> JournalReader::take(std::string_view json) {
  const bool closes_tick = json.starts_with("{\"tick\":") && json.find(",\"hash\":") < 40;
  if (begun_ && closes_tick) return take_tick(json);
  const Result<rapidjson::Document> document = base::parse_json(json);
  if (!document) return document.error().text();
  if (!document->IsObject()) return "A record is a JSON object.";
  if (!begun_) return take_head(*document);
  made_.ended = false;
  for (const auto& [name, take_it] : kKinds) {
    if (document->HasMember(name)) return (this->*take_it)(*document);
  }
  return "Not a record of a journal.";
}

std::optional<std::string> JournalReader::take_head(const rapidjson::Value& record) {
  Members members(record);
  if (members.number<int>("cherub_journal") != kFormat) {
    return "Not the head of a journal of format " + std::to_string(kFormat) + ".";
  }
  RecordedStart& start = made_.start;
  start.seed = members.hash("seed");
  start.fuel_per_act = members.number<std::uint64_t>("fuel_per_act");
  start.fuel_saved_max = members.number<std::uint64_t>("fuel_saved_max");
  start.fuel_per_load = members.number<std::uint64_t>("fuel_per_load");
  start.memory_bytes = members.number<std::uint64_t>("memory_bytes");
  start.memory_per_agent_bytes = members.number<std::uint64_t>("memory_per_agent_bytes");
  start.columns = members.texts("columns");
  start.scenario_yaml = members.text("scenario");
  if (record.HasMember("from")) {
    made_.first = members.number<Tick>("from");
    made_.before = members.number<std::uint32_t>("before");
    if (made_.first > kTicksMax) return out_of_order(made_.first);
  }
  begun_ = true;
  return members.wrong();
}

std::optional<std::string> JournalReader::take_source(const rapidjson::Value& record) {
  Members members(record);
  const std::string sha256 = members.text("source");
  const bool is_text = record.HasMember("text");
  std::string source = members.text(is_text ? "text" : "base64");
  if (auto wrong = members.wrong()) return wrong;
  if (!is_text) source = base::from_base64(source).value_or("");
  if (base::sha256_hex(source) != sha256) return "The source is not what its sha256 says.";
  made_.sources.emplace(sha256, std::move(source));
  return std::nullopt;
}

std::optional<std::string> JournalReader::take_model_reply(const rapidjson::Value& record) {
  Members members(record);
  ModelReply reply;
  reply.prompt_sha256 = members.text("model_reply");
  reply.iteration = members.number<std::uint32_t>("iteration");
  reply.candidate = members.number<std::uint32_t>("candidate");
  reply.text = members.text("text");
  made_.model_replies.push_back(std::move(reply));
  return members.wrong();
}

std::optional<std::string> JournalReader::take_save(const rapidjson::Value& record) {
  Members members(record);
  const Tick tick = members.number<Tick>("save");
  if (auto wrong = members.wrong()) return wrong;
  if (tick != made_.end() || open_) return out_of_order(tick);
  made_.saves.push_back(tick);
  return std::nullopt;
}

std::optional<std::string> JournalReader::take_end(const rapidjson::Value& record) {
  Members members(record);
  const Tick tick = members.number<Tick>("end");
  if (auto wrong = members.wrong()) return wrong;
  if (tick != made_.end() || open_) return out_of_order(tick);
  made_.ended = true;
  return std::nullopt;
}

std::optional<std::string> JournalReader::take_command(const rapidjson::Value& record) {
  Members members(record);
  const Tick tick = members.number<Tick>("tick");
  const std::string json = members.object("command");
  if (auto wrong = members.wrong()) return wrong;
  if (tick != made_.end() || open_) return out_of_order(tick);
  Result<Command> command = command_from_json(json);
  if (!command) return command.error().text();
  made_.commands.push_back({tick, std::move(command.value())});
  return std::nullopt;
}

std::optional<std::string> JournalReader::take_fault(const rapidjson::Value& record) {
  Members members(record);
  RecordedFault fault;
  fault.tick = members.number<Tick>("tick");
  fault.kind = members.text("fault");
  fault.row = members.number<std::uint32_t>("row");
  fault.message = members.text("message");
  if (auto wrong = members.wrong()) return wrong;
  if (fault.tick != made_.end()) return out_of_order(fault.tick);
  open_tick();
  made_.faults.push_back(std::move(fault));
  return std::nullopt;
}

std::optional<std::string> JournalReader::take_behaviour_hash(const rapidjson::Value& record) {
  Members members(record);
  const Tick tick = members.number<Tick>("tick");
  const std::uint64_t hash = members.hash("behaviour_hash");
  if (auto wrong = members.wrong()) return wrong;
  if (tick != made_.end() || tick != made_.next_behaviour_hash()) {
    return out_of_order(tick);
  }
  open_tick();
  made_.behaviour_hashes.push_back(hash);
  return std::nullopt;
}

void JournalReader::open_tick() {
  if (open_) return;
  open_ = {made_.bytes, made_.last_checksum, made_.faults.size(), made_.behaviour_hashes.size()};
}

// By hand: there are millions of these.
std::optional<std::string> JournalReader::take_tick(std::string_view json) {
  constexpr std::string_view kBefore = "{\"tick\":", kHash = ",\"hash\":\"";
  constexpr std::string_view kColumns = "\",\"columns\":\"", kAfter = "\"}";
  constexpr const char* kWrong = "A tick has its number, a hash of 16 digits and its columns.";
  json.remove_prefix(kBefore.size());
  Tick tick = 0;
  const auto [stop, status] = std::from_chars(json.data(), json.data() + json.size(), tick);
  if (status != std::errc{}) return kWrong;
  json.remove_prefix(static_cast<std::size_t>(stop - json.data()));
  if (!json.starts_with(kHash) || !json.ends_with(kAfter)) return kWrong;
  json.remove_prefix(kHash.size());
  json.remove_suffix(kAfter.size());
  const auto hash = from_hex<std::uint64_t>(json.substr(0, 16));
  json.remove_prefix(std::min<std::size_t>(16, json.size()));
  if (!hash || !json.starts_with(kColumns)) return kWrong;
  json.remove_prefix(kColumns.size());
  if (tick != made_.end()) return out_of_order(tick);
  if (made_.next_behaviour_hash() <= tick) {
    return "The hash of the behaviour's state is missing before this tick.";
  }
  if (!unpack(json, made_.start.columns.size(), made_.column_hashes)) return kWrong;
  made_.hashes.push_back(*hash);
  made_.ended = false;
  open_.reset();
  return std::nullopt;
}

base::Result<Recording> JournalReader::finish() {
  if (error_) return *error_;
  if (!begun_) {
    return Error{ErrorCode::kInvalidArgument,
                 "The journal has no head: it was cut off, or it is another file.", "line 1"};
  }
  const std::uint64_t read = offset_ + rest_.size();
  if (open_) {
    made_.bytes = open_->bytes;
    made_.last_checksum = open_->checksum;
    made_.faults.resize(open_->faults);
    made_.behaviour_hashes.resize(open_->behaviour_hashes);
  }
  made_.torn_bytes = read - made_.bytes;
  return std::move(made_);
}

base::Result<Recording> read_journal_text(std::string_view text) {
  JournalReader reader;
  reader.read(text);
  return reader.finish();
}

}  // namespace cherub::engine
