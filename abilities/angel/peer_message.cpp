#include "abilities/angel/peer_message.h"

#include "engine/base/json.h"

namespace cherub::abilities::angel {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// U+0080 … U+009F, which terminals read as commands, in UTF-8.
bool is_c1_control(std::string_view text, std::size_t at) {
  return text[at] == '\xc2' && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xa0 && is_continuation(text[at + 1]);
}

// Bytes that are not UTF-8 as U+FFFD.
std::string valid_utf8(std::string_view text) {
  auto document = base::parse_json(base::json_string(text));
  if (!document || !document->IsString()) return {};
  return {document->GetString(), document->GetStringLength()};
}

}  // namespace

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && is_continuation(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

std::string clean_line(std::string_view text, std::size_t bytes_max) {
  // Twice the limit is looked at, so that a megabyte of spaces costs nothing.
  const std::string valid = valid_utf8(utf8_prefix(text, 2 * bytes_max));
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const bool wide = is_c1_control(valid, i);
    if (byte > 0x20 && byte != 0x7f && !wide) {
      out += valid[i];
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    if (wide) ++i;
  }
  while (out.ends_with(' ')) out.pop_back();
  if (out.size() <= bytes_max && text.size() <= 2 * bytes_max) return out;
  return std::string(utf8_prefix(out, bytes_max)) + "…";
}

std::string redact(std::string text, std::string_view secret) {
  static constexpr std::string_view kMark = "[key]";
  if (secret.empty()) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kMark.size())) {
    text.replace(at, secret.size(), kMark);
  }
  return text;
}

std::string_view string_member(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject()) return {};
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

std::string error_of_json(const rapidjson::Value& root) {
  if (!root.IsObject()) return {};
  const auto error = root.FindMember("error");
  if (error != root.MemberEnd() && error->value.IsObject()) {
    const std::string_view message = string_member(error->value, "message");
    return message.empty() ? base::to_json(error->value) : std::string(message);
  }
  if (const auto text = string_member(root, "error"); !text.empty()) return std::string(text);
  if (const auto text = string_member(root, "message"); !text.empty()) return std::string(text);
  if (const auto text = string_member(root, "detail"); !text.empty()) return std::string(text);
  const auto detail = root.FindMember("detail");
  if (detail != root.MemberEnd() && detail->value.IsArray() && !detail->value.Empty()) {
    return std::string(string_member(detail->value[0], "msg"));
  }
  return {};
}

}  // namespace cherub::abilities::angel
