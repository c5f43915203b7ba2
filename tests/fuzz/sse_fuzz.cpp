// Whatever the bytes and wherever they are cut: the events are the same as of the whole.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "abilities/angel/sse.h"

namespace {

using cherub::abilities::angel::SseEvent;
using cherub::abilities::angel::SseParser;
using Events = std::vector<std::pair<std::string, std::string>>;

// The events of pieces of so many bytes, the last one being whether all was well.
Events events_of(std::string_view text, std::size_t piece) {
  Events events;
  SseParser parser;
  const auto take = [&](const SseEvent& event) {
    events.emplace_back(event.name, event.data);
    return true;
  };
  bool good = true;
  for (std::size_t at = 0; good && at < text.size(); at += piece) {
    good = parser.feed(text.substr(at, piece), take).ok();
  }
  if (good) good = parser.finish(take).ok();
  events.emplace_back("", good ? "good" : "refused");
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Events whole = events_of(text, size + 1);
  for (const std::size_t piece : {1, 2, 7}) {
    if (events_of(text, piece) != whole) std::abort();
  }
  return 0;
}
