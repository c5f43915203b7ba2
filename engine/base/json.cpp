#include "engine/base/json.h"

#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/base/utf8.h"

namespace cherub::base {
namespace {

constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

// The depth is checked on the text before RapidJSON builds anything from it.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kJsonDepthMax) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::string place(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(offset - line_start + 1);
}

// Passes what a reader finds on to the document. Numbers are read here: RapidJSON 1.1 takes "0e80"
// for 1.3e266.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(rapidjson::Document& document) : document_(document) {}

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool String(const char* text, rapidjson::SizeType size, bool copy) {
    return whole({text, size}) && document_.String(text, size, copy);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return whole({text, size}) && document_.Key(text, size, copy);
  }
  bool StartObject() { return document_.StartObject(); }
  bool EndObject(rapidjson::SizeType count) { return document_.EndObject(count); }
  bool StartArray() { return document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) { return document_.EndArray(count); }

  // The reader has seen to the grammar.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view number(text, size);
    if (std::int64_t whole = 0; number != "-0" && read(number, whole)) {
      return document_.Int64(whole);
    }
    if (std::uint64_t whole = 0; read(number, whole)) return document_.Uint64(whole);
    double value = 0;
    if (read(number, value)) return document_.Double(value);
    // Beyond what a double holds: too small is zero, too large is an error.
    const bool is_negative = number.front() == '-';
    const bool is_small = number[is_negative ? 1 : 0] == '0' || number.find("e-") != number.npos ||
                          number.find("E-") != number.npos;
    return is_small && document_.Double(is_negative ? -0.0 : 0.0);
  }

  // What ended the reading, if it was this builder.
  [[nodiscard]] const char* complaint() const { return complaint_; }

 private:
  template <class Number>
  static bool read(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  }

  // RapidJSON 1.1 takes half a surrogate pair, as in "\udfff", for a character.
  bool whole(std::string_view text) {
    if (is_utf8(text)) return true;
    complaint_ = "half a surrogate pair";
    return false;
  }

  rapidjson::Document& document_;
  const char* complaint_ = "a number too large";
};

}  // namespace

Result<rapidjson::Document> parse_json(std::string_view text) {
  if (too_deep(text)) {
    return Error{ErrorCode::kInvalidArgument,
                 "JSON nests deeper than " + std::to_string(kJsonDepthMax) + " levels; flatten it",
                 "JSON"};
  }
  rapidjson::Document document;
  rapidjson::ParseResult parsed;
  const char* complaint = nullptr;
  const auto read = [&](rapidjson::Document& into) {
    rapidjson::MemoryStream bytes(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    Builder builder(into);
    parsed = rapidjson::Reader().Parse<kParseFlags>(stream, builder);
    complaint = builder.complaint();
    return !parsed.IsError();
  };
  document.Populate(read);
  if (parsed.IsError()) {
    const bool ended = parsed.Code() == rapidjson::kParseErrorTermination;
    return Error{ErrorCode::kInvalidArgument,
                 ended ? complaint : rapidjson::GetParseError_En(parsed.Code()),
                 "JSON " + place(text, parsed.Offset())};
  }
  return document;
}

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0 && std::signbit(value)) return "-0.0";  // readers take "-0" for an integer
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

namespace {

// Whether a byte is a character by itself that stands in a JSON string as it is: most are.
constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

// Appends what stands for the character that begins at `at`; returns where the next one begins.
std::size_t append_character(std::string& out, std::string_view text, std::size_t at) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const char c = text[at];
  const std::size_t length = utf8_length(text, at);
  if (length == 0) {
    out += "\xef\xbf\xbd";
    return at + 1;
  }
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (static_cast<unsigned char>(c) < 0x20) {
    out += "\\u00";
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  } else {
    out.append(text, at, length);
  }
  return at + length;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t from = i;
    while (i < text.size() && is_plain(text[i])) ++i;
    out.append(text, from, i - from);
    if (i < text.size()) i = append_character(out, text, i);
  }
  out += '"';
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

std::string to_json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  if (body_.size() > 1) body_ += ',';
  append_string(body_, name);
  body_ += ':';
  body_ += json;
  return *this;
}

JsonArray& JsonArray::raw(std::string_view json) {
  if (body_.size() > 1) body_ += ',';
  body_ += json;
  return *this;
}

}  // namespace cherub::base
