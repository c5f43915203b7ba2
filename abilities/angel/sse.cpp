#include "abilities/angel/sse.h"

#include <algorithm>

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

base::Error too_large() {
  return {base::ErrorCode::kRefused,
          "an event of the stream is larger than " + std::to_string(kSseEventBytesMax >> 10) +
              " KiB; check the URL",
          ""};
}

}  // namespace

base::Result<void> SseParser::feed(std::string_view bytes, const Take& take) {
  while (!bytes.empty() && !enough_) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + part.size() > kSseEventBytesMax) return too_large();
    line_ += part;
    if (end == std::string_view::npos) return {};
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (auto ended = end_line(take); !ended) return ended;
  }
  return {};
}

base::Result<void> SseParser::finish(const Take& take) {
  if (!line_.empty() && !enough_) {
    if (auto ended = end_line(take); !ended) return ended;
  }
  if (!enough_) dispatch(take);
  return {};
}

base::Result<void> SseParser::end_line(const Take& take) {
  std::string_view line = line_;
  if (at_start_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  at_start_ = false;
  base::Result<void> read;
  if (line.empty()) {
    dispatch(take);
  } else {
    read = field(line);
  }
  line_.clear();
  return read;
}

base::Result<void> SseParser::field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") event_.name = value;
  if (name == "error") event_.name = name;
  if (name != "data" && name != "error") return {};
  if (event_.data.size() + value.size() > kSseEventBytesMax) return too_large();
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
  return {};
}

void SseParser::dispatch(const Take& take) {
  if (has_data_) enough_ = !take(event_);
  event_ = {};
  has_data_ = false;
}

}  // namespace cherub::abilities::angel
