#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/recording.h"
#include "engine/world.h"

// The journal of a world: one record per line, `<8 hexadecimal digits> <JSON object>`. The digits
// are a checksum of the JSON and of the checksum before it, so that a record that was changed,
// moved or left out is seen. Records, in their order:
//   {"cherub_journal":2,"seed":"<16 hex>",…,"columns":[…],"scenario":"<yaml>"}     first
//     "from":N,"before":N   also, when it is a later segment: the ticks before it, and the checksum
//                           of the record that it follows, as a number
//   {"model_reply":"<sha256 of the prompt>","iteration":N,"candidate":N,"text":"…"}
//   {"source":"<sha256>","text":"…"}            or "base64" for bytes that are not UTF-8
//   {"tick":N,"command":{"type":"spawn",…}}     before tick N
//   {"save":N}                                  N ticks were done when memories were saved
//   {"tick":N,"fault":"memory","row":N,"message":"…"}
//   {"tick":N,"behaviour_hash":"<16 hex>"}      N a multiple of kBehaviourHashInterval
//   {"tick":N,"hash":"<16 hex>","columns":"<base64 of 32 bits each>"}   closes tick N
//   {"end":N}                                   closed in order after N ticks; may be gone on with
namespace cherub::engine {

inline constexpr std::size_t kJournalLineBytesMax = std::size_t{8} << 20;

// Makes records as text, to be appended to a journal in the order of the calls.
class JournalWriter {
 public:
  JournalWriter() = default;
  // Goes on behind what was read.
  explicit JournalWriter(const Recording& read) : checksum_(read.last_checksum) {}

  void start(const RecordedStart& start);
  // A segment that begins at `beginning.first`: the head, with `before` as the record it follows,
  // then the sources and the commands that wait for that tick.
  void segment(const Recording& beginning, std::uint32_t before);
  void model_reply(const ModelReply& reply);
  void source(std::string_view sha256, std::string_view text);
  void command(const StampedCommand& command);
  void save(Tick tick);
  void fault(const RecordedFault& fault);
  void behaviour_hash(Tick tick, std::uint64_t hash);
  void tick(Tick tick, std::uint64_t hash, std::span<const ColumnHash> columns);
  void end(Tick ticks);

  [[nodiscard]] std::string& text() { return text_; }  // for the caller to write and clear
  [[nodiscard]] std::uint32_t checksum() const { return checksum_; }  // of the last record

 private:
  void add(std::string_view json);
  // A record that is written straight into the text, from where its JSON begins.
  std::size_t begin_record();
  void end_record(std::size_t begin);

  std::string text_, packed_;
  std::uint32_t checksum_ = 0;
};

// Takes the bytes of a journal in pieces of any size. A torn tail — bytes at the end among which no
// whole record is — is cut: Recording::torn_bytes. Anything else that is wrong is an error that
// names the line.
class JournalReader {
 public:
  void read(std::string_view bytes);
  base::Result<Recording> finish();

 private:
  void take_line(std::string_view line);
  // Each returns what is wrong with the record, or nothing.
  using Take = std::optional<std::string> (JournalReader::*)(const rapidjson::Value&);
  static const std::pair<const char*, Take> kKinds[];  // by the member that only they have
  std::optional<std::string> take(std::string_view json);
  std::optional<std::string> take_head(const rapidjson::Value& record);
  std::optional<std::string> take_source(const rapidjson::Value& record);
  std::optional<std::string> take_model_reply(const rapidjson::Value& record);
  std::optional<std::string> take_save(const rapidjson::Value& record);
  std::optional<std::string> take_end(const rapidjson::Value& record);
  std::optional<std::string> take_command(const rapidjson::Value& record);
  std::optional<std::string> take_fault(const rapidjson::Value& record);
  std::optional<std::string> take_behaviour_hash(const rapidjson::Value& record);
  std::optional<std::string> take_tick(std::string_view json);
  void open_tick();
  void fail(std::string message);

  Recording made_;
  std::string rest_;  // of a line whose end has not come yet
  std::uint64_t line_ = 0, offset_ = 0;
  bool begun_ = false;
  // Where the records of a tick begin that is not closed yet; without their tick they are cut.
  struct OpenTick {
    std::uint64_t bytes = 0;
    std::uint32_t checksum = 0;
    std::size_t faults = 0, behaviour_hashes = 0;
  };
  std::optional<OpenTick> open_;
  // Set at a record whose checksum is wrong: the checksums that a whole record behind it may chain
  // to.
  struct Suspect {
    std::uint64_t line = 0;
    std::uint32_t written = 0, computed = 0;
  };
  std::optional<Suspect> suspect_;
  std::optional<base::Error> error_;
};

// The whole text of a journal.
base::Result<Recording> read_journal_text(std::string_view text);

}  // namespace cherub::engine
