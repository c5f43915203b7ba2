// What a client of GET /ws sends, a message a line, and frames that a decoder gets: no message does
// more than be answered or refused, sequence numbers keep their order, and bytes that are no frame
// leave the image as it was.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "server/frames.h"
#include "server/multiplex.h"

namespace {

using namespace cherub;
using namespace cherub::server;

Executor at_once() {
  return [](const std::function<void()>& call) { call(); };
}

std::shared_ptr<RecordChannel> records() {
  RecordChannelOptions options;
  options.name = "progress/r";
  options.epoch = "e";
  options.executor = at_once();
  options.wall_ms = [] { return std::int64_t{0}; };
  return std::make_shared<RecordChannel>(options);
}

std::shared_ptr<FrameStream> frames() {
  FrameStreamOptions options;
  options.name = "render/r/agents";
  options.kind = FrameChannel::kAgents;
  options.executor = at_once();
  options.clock = [] { return std::chrono::steady_clock::time_point(); };
  options.wall_ms = [] { return std::int64_t{0}; };
  return std::make_shared<FrameStream>(options);
}

// Every line that goes out is JSON, and numbers of records only grow.
void check_output(Outbox& outbox, std::uint64_t& seq) {
  while (const auto message = outbox.pop()) {
    if (message->binary) {
      if (!decode_header(*message->bytes)) std::abort();
      continue;
    }
    std::string_view text = *message->bytes;
    for (;;) {
      const std::size_t newline = text.find('\n');
      const auto line = base::parse_json(text.substr(0, newline));
      if (!line.ok() || !line->IsObject()) std::abort();
      if (line->HasMember("ch") && line->HasMember("data") && (*line)["type"] == "step") {
        if ((*line)["seq"].GetUint64() <= seq) std::abort();
        seq = (*line)["seq"].GetUint64();
      }
      if (newline == text.npos) break;
      text.remove_prefix(newline + 1);
    }
  }
}

void talk(std::string_view text) {
  const auto steps = records();
  const auto drawn = frames();
  drawn->publish(1, AgentsImage{{{3, 1, 2, 0, 0, 1, 0}}});
  for (int i = 0; i < 3; ++i) steps->publish({"step", R"({"type":"step","level":"INFO"})", false});
  const auto outbox = std::make_shared<Outbox>();
  Multiplex multiplex(
      outbox, "e",
      [&](const std::string& name) -> base::Result<Channel> {
        if (name == "progress/r") return Channel{steps, "{}"};
        if (name == "render/r/agents") return Channel{drawn, "{}"};
        return base::Error{base::ErrorCode::kNotFound, "no", "ch"};
      },
      [](const std::string&, const rapidjson::Value&, const std::string&) {
        return base::Result<void>();
      });
  while (!text.empty()) {
    std::uint64_t seq = 0;
    const std::size_t newline = std::min(text.find('\n'), text.size());
    multiplex.hear(text.substr(0, newline));
    check_output(*outbox, seq);
    steps->publish({"step", R"({"type":"step"})", false});
    check_output(*outbox, seq);
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
}

void decode(std::string_view bytes) {
  const FrameImage agents = AgentsImage{{{3, 1, 2, 0, 0, 1, 0}, {7, 1, 2, 0, 0, 1, 0}}};
  const FrameImage terrain = TerrainImage{2, 2, 1, {0, 1, 2, 3}};
  for (const FrameImage& base : {agents, terrain}) {
    FrameImage image = base;
    if (!apply_frame(image, bytes).ok() && image != base) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!text.empty() && text.front() == 1) {
    decode(text);
  } else {
    talk(text.substr(0, 4096));
  }
  return 0;
}
