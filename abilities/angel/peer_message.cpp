#include "abilities/angel/peer_message.h"

#include <cstdlib>

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

// " (provider X: its words)" of a gateway's error, or nothing.
std::string provider_behind(const rapidjson::Value& error) {
  const auto metadata = error.FindMember("metadata");
  if (metadata == error.MemberEnd() || !metadata->value.IsObject()) return {};
  const std::string_view name = string_member(metadata->value, "provider_name");
  const std::string_view raw = string_member(metadata->value, "raw");
  if (name.empty() && raw.empty()) return {};
  return " (provider " + std::string(name) + (raw.empty() ? "" : ": " + std::string(raw)) + ")";
}

struct NamedStatus {
  std::string_view name;
  unsigned status;
};

// As OpenAI, Anthropic, OpenRouter and llama.cpp's server name their errors.
constexpr NamedStatus kNamedStatuses[] = {
    {"overloaded_error", 529},
    {"rate_limit_error", 429},
    {"rate_limit_exceeded", 429},
    {"insufficient_quota", 402},
    {"billing_error", 402},
    {"authentication_error", 401},
    {"invalid_api_key", 401},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"model_not_found", 404},
    {"request_too_large", 413},
    {"context_length_exceeded", 413},
    {"exceed_context_size_error", 413},
    {"invalid_request_error", 400},
    {"timeout_error", 504},
    {"unavailable_error", 503},
    {"api_error", 500},
    {"server_error", 500},
};

unsigned status_named(std::string_view name) {
  for (const NamedStatus& known : kNamedStatuses) {
    if (known.name == name) return known.status;
  }
  return 0;
}

unsigned status_in_range(std::uint64_t code) {
  return code >= 400 && code < 600 ? static_cast<unsigned>(code) : 0;
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
    return message.empty() ? base::to_json(error->value)
                           : std::string(message) + provider_behind(error->value);
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

const rapidjson::Value* error_in(const rapidjson::Value& root) {
  if (!root.IsObject()) return nullptr;
  const auto error = root.FindMember("error");
  if (error != root.MemberEnd() && !error->value.IsNull()) return &error->value;
  const auto choices = root.FindMember("choices");
  if (choices != root.MemberEnd() && choices->value.IsArray() && !choices->value.Empty()) {
    return choices->value[0].IsObject() ? error_in(choices->value[0]) : nullptr;
  }
  const bool says_so =
      string_member(root, "object") == "error" || string_member(root, "type") == "error";
  return says_so ? &root : nullptr;
}

unsigned status_of_error(const rapidjson::Value& error) {
  if (!error.IsObject()) return 0;
  // What is named exactly says more than a number: llama.cpp has sent prompts that are too long
  // back with 500.
  unsigned status = status_named(string_member(error, "code"));
  if (status == 0) status = status_named(string_member(error, "type"));
  const auto code = error.FindMember("code");
  const bool number = code != error.MemberEnd() && code->value.IsUint64();
  const unsigned told = number
                            ? status_in_range(code->value.GetUint64())
                            : status_in_range(std::strtoul(
                                  std::string(string_member(error, "code")).c_str(), nullptr, 10));
  const bool vague = status == 0 || status == 400 || status == 500;
  return vague && told != 0 ? told : status;
}

}  // namespace cherub::abilities::angel
