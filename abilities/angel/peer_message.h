#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <string>
#include <string_view>

// What strangers say, made fit to be shown: model servers' error texts end in logs, terminals and
// prompts.
namespace cherub::abilities::angel {

inline constexpr std::size_t kPeerMessageBytesMax = 400;

// One line of at most `bytes_max` bytes (and "…" when it was cut): control characters, line ends
// and bytes that are not UTF-8 become single spaces.
std::string clean_line(std::string_view text, std::size_t bytes_max = kPeerMessageBytesMax);

// Every occurrence of the secret (when it is not empty) replaced by "[key]".
std::string redact(std::string text, std::string_view secret);

// The error that a JSON reply carries, in any of the usual shapes: {"error": {"message": …}},
// {"error": "…"}, {"message": …}, {"detail": … or [{"msg": …}]}, with what a gateway's
// {"metadata": {"provider_name": …, "raw": …}} tells of the provider behind it. Empty when there is
// none. Not cleaned.
std::string error_of_json(const rapidjson::Value& root);

// The object that says what went wrong in a reply or an event of a stream, or nullptr: the member
// `error` of it or of its first choice, or itself when it calls itself an error.
const rapidjson::Value* error_in(const rapidjson::Value& root);

// The HTTP status that an error object stands for, by its `code` or `type`; 0: it does not say.
unsigned status_of_error(const rapidjson::Value& error);

// A member that is an object's string, or empty.
std::string_view string_member(const rapidjson::Value& object, const char* name);

// The longest beginning of at most `bytes_max` bytes that does not split a UTF-8 sequence.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace cherub::abilities::angel
