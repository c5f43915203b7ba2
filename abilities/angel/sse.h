#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cherub::abilities::angel {

inline constexpr std::size_t kSseEventBytesMax = 1u << 20;  // of one event's data, and of one line

struct SseEvent {
  std::string name;  // of the `event` field; empty: none was given
  std::string data;  // of the `data` fields, joined by \n
};

// Server-sent events (HTML Living Standard, 9.2.6) out of bytes that may be split anywhere, between
// a CR and its LF too. Comments, `id`, `retry` and unknown fields are passed over, a byte order
// mark at the beginning as well; events without data do not exist. An `error` field, which older
// llama.cpp servers write, is the data of an event named error. One thread.
class SseParser {
 public:
  // Says whether it wants more.
  using Take = std::function<bool(const SseEvent&)>;

  // Gives every event that the bytes complete. Once `take` has said no, everything after is
  // ignored. kRefused: an event or a line beyond the limit.
  base::Result<void> feed(std::string_view bytes, const Take& take);
  // The stream is over: an event that lacks only its empty line is given all the same, for the
  // peers that forget it.
  base::Result<void> finish(const Take& take);

 private:
  base::Result<void> end_line(const Take& take);
  base::Result<void> field(std::string_view line);
  void dispatch(const Take& take);

  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
  bool enough_ = false;
};

}  // namespace cherub::abilities::angel
