#include <catch2/catch.hpp>
#include <cstring>

#include "engine/base/random.h"
#include "server/frame_stream.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

using base::RandomStream;

RandomStream stream_of(std::uint64_t seed) {
  return {seed, 0, 0, base::Stream::kSearch};
}

std::uint8_t any_byte(RandomStream& random) {
  return static_cast<std::uint8_t>(random.below(256));
}

DrawnEntity entity(std::uint32_t row, RandomStream& random) {
  const auto place = [&] { return static_cast<std::int32_t>(random.below(1 << 20)) - (1 << 19); };
  return {row,
          place(),
          place(),
          any_byte(random),
          any_byte(random),
          any_byte(random),
          any_byte(random)};
}

// Some walk, turn, are hurt, die, are born, change their species; mostly nothing happens.
AgentsImage next_of(const AgentsImage& image, RandomStream& random) {
  AgentsImage next;
  std::uint32_t free_row = 0;
  for (DrawnEntity one : image.entities) {
    while (free_row < one.row && random.below(20) == 0) {
      next.entities.push_back(entity(free_row++, random));
      break;
    }
    free_row = one.row + 1;
    switch (random.below(30)) {
      case 0:
        continue;
      case 1:
        one.health = any_byte(random);
        break;
      case 2:
        one.flags = any_byte(random);
        one.heading = any_byte(random);
        break;
      case 3:
        one.species = any_byte(random);
        break;
      case 4:
      case 5:
        one.x += static_cast<std::int32_t>(random.below(400)) - 200;
        one.y -= static_cast<std::int32_t>(random.below(40));
        break;
      case 6:
        one.x = -one.x;
        one.health = any_byte(random);
        break;
      default:
        break;
    }
    next.entities.push_back(one);
  }
  for (auto born = random.below(3); born > 0; --born) {
    const std::uint32_t row =
        next.entities.empty()
            ? 0
            : next.entities.back().row + 1 + static_cast<std::uint32_t>(random.below(5));
    next.entities.push_back(entity(row, random));
  }
  return next;
}

TerrainImage next_of(TerrainImage image, RandomStream& random) {
  for (auto changes = random.below(6); changes > 0 && !image.blocks.empty(); --changes) {
    image.blocks[static_cast<std::size_t>(random.below(image.blocks.size()))] = any_byte(random);
  }
  return image;
}

TerrainImage plain_terrain(std::uint32_t side) {
  return {side, side, 2, std::vector<std::uint8_t>(std::size_t{side} * side * 2)};
}

FrameHeader header_for(const FrameImage& image, std::uint32_t seq) {
  FrameHeader header;
  header.channel =
      std::holds_alternative<TerrainImage>(image) ? FrameChannel::kWorld : FrameChannel::kAgents;
  header.seq = seq;
  header.base_back = 1;
  return header;
}

template <class Image>
void check_chain(Image image, std::uint64_t seed, int frames) {
  RandomStream random = stream_of(seed);
  FrameImage shown, truth = image;
  REQUIRE(apply_frame(shown, encode_key(header_for(truth, 0), truth)).ok());
  REQUIRE(shown == truth);
  for (int i = 1; i <= frames; ++i) {
    image = next_of(image, random);
    const FrameImage base = std::exchange(truth, FrameImage(image));
    const FrameHeader header = header_for(truth, static_cast<std::uint32_t>(i));
    const std::string delta = encode_delta(header, base, truth);
    const std::string key = encode_key(header, truth);
    if (!delta.empty()) REQUIRE(delta.size() - kFrameHeaderBytes <= key.size() / 2);
    const auto applied = apply_frame(shown, delta.empty() ? key : delta);
    INFO((applied.ok() ? "" : applied.error().text()));
    REQUIRE(applied.ok());
    REQUIRE(shown == truth);
  }
}

// A client that decodes what comes and asks of every frame whether it may.
struct Viewer {
  std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>();
  FrameImage image;
  std::uint32_t seq = 0;
  int deltas = 0, keys = 0;

  // Takes one message if there is one; false: none.
  bool take() {
    const auto message = outbox->pop();
    if (!message) return false;
    const auto header = decode_header(*message->bytes);
    REQUIRE(header);
    if (header->kind == FrameKind::kDelta) {
      REQUIRE(header->seq - header->base_back == seq);
      ++deltas;
    } else {
      ++keys;
    }
    REQUIRE(apply_frame(image, *message->bytes).ok());
    seq = header->seq;
    return true;
  }
};

struct Stream {
  std::chrono::steady_clock::time_point now{std::chrono::seconds(100)};
  std::shared_ptr<FrameStream> frames;

  explicit Stream(FrameChannel kind) {
    FrameStreamOptions options;
    options.name = "render/r/x";
    options.kind = kind;
    options.stream = 9;
    options.executor = [](const std::function<void()>& call) { call(); };
    options.clock = [this] { return now; };
    options.wall_ms = [] { return std::int64_t{5}; };
    frames = std::make_shared<FrameStream>(options);
  }
  void join(Viewer& viewer, FrameForm form = FrameForm::kBinary) {
    frames->join(viewer.outbox, form, [](std::uint32_t) {});
  }
};

}  // namespace

TEST_CASE("a key frame and the deltas behind it give the same image as a key frame at any tick") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random = stream_of(seed);
    AgentsImage agents;
    for (std::uint32_t row = 0; row < 200; row += 1 + static_cast<std::uint32_t>(seed % 3)) {
      agents.entities.push_back(entity(row, random));
    }
    check_chain(agents, seed, 100);
    check_chain(plain_terrain(12), seed, 100);
  }
}

TEST_CASE("empty images, a first entity and the last one's death make frames too") {
  RandomStream random = stream_of(1);
  const FrameImage nobody = AgentsImage{}, one = AgentsImage{{entity(70'000, random)}};
  FrameImage shown = nobody;
  for (const auto& [base, next] : {std::pair(nobody, one), std::pair(one, nobody)}) {
    const FrameHeader header = header_for(next, 1);
    const std::string delta = encode_delta(header, base, next);
    REQUIRE(apply_frame(shown, delta.empty() ? encode_key(header, next) : delta).ok());
    CHECK(shown == next);
  }
  CHECK(encode_delta(header_for(one, 1), FrameImage(TerrainImage{}), one).empty());
  CHECK(encode_delta({}, FrameImage(plain_terrain(3)), FrameImage(plain_terrain(4))).empty());
}

TEST_CASE("an entity that only walks costs four bytes") {
  AgentsImage base, next;
  for (std::uint32_t row = 0; row < 1000; ++row) {
    base.entities.push_back({row, 1000, 1000, 0, 255, 1, 0});
    next.entities.push_back({row, 1000 + (row % 3 == 0 ? 12 : 0), 1000, 0, 255, 1, 0});
  }
  const std::string delta = encode_delta(header_for(next, 1), base, next);
  CHECK(delta.size() == kFrameHeaderBytes + 4 + 334 * 4);
}

TEST_CASE("whatever the bytes, an image stays as it was or becomes another whole one") {
  RandomStream random = stream_of(3);
  AgentsImage agents;
  for (std::uint32_t row = 0; row < 50; ++row) agents.entities.push_back(entity(row * 2, random));
  const FrameImage base = agents, next = next_of(agents, random);
  const std::string good = encode_delta(header_for(next, 1), base, next);
  REQUIRE_FALSE(good.empty());
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    std::string frame = good.substr(0, cut);
    if (cut >= kFrameHeaderBytes) {
      const auto length = static_cast<std::uint32_t>(cut - kFrameHeaderBytes);
      std::memcpy(frame.data() + 24, &length, sizeof length);
    }
    FrameImage image = base;
    CHECK_FALSE(apply_frame(image, frame).ok());
    CHECK(image == base);
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string frame = good;
    for (auto edits = 1 + random.below(3); edits > 0; --edits) {
      frame[static_cast<std::size_t>(random.below(frame.size()))] =
          static_cast<char>(random.below(256));
    }
    FrameImage image = base;
    if (!apply_frame(image, frame).ok()) CHECK(image == base);
  }
}

TEST_CASE("a client that keeps up gets deltas, and a key frame every sixty frames") {
  Stream stream(FrameChannel::kAgents);
  Viewer viewer;
  stream.join(viewer);
  RandomStream random = stream_of(4);
  AgentsImage image;
  for (std::uint32_t row = 0; row < 300; ++row) image.entities.push_back(entity(row, random));
  for (std::uint64_t tick = 1; tick <= 180; ++tick) {
    image = next_of(image, random);
    stream.frames->publish(tick, image);
    CHECK(viewer.take());
    CHECK(viewer.image == FrameImage(image));
  }
  CHECK(viewer.keys == 3);
  CHECK(viewer.deltas == 177);
}

TEST_CASE("however frames are missed, what is shown was true, and the newest comes in the end") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Stream stream(FrameChannel::kWorld);
    RandomStream random = stream_of(seed);
    std::vector<Viewer> viewers(4);
    std::vector<FrameImage> truth{FrameImage()};
    TerrainImage image = plain_terrain(10);
    for (std::uint64_t tick = 1; tick <= 200; ++tick) {
      if (tick % 50 == 10) stream.join(viewers[tick / 50]);
      image = next_of(std::move(image), random);
      truth.emplace_back(image);
      stream.frames->publish(tick, image);
      for (std::size_t i = 0; i < viewers.size(); ++i) {
        if (random.below(1 + i * 2) > 0) continue;  // each one slower than the one before
        if (viewers[i].take()) REQUIRE(viewers[i].image == truth[viewers[i].seq]);
      }
    }
    for (Viewer& viewer : viewers) {
      while (viewer.take()) REQUIRE(viewer.image == truth[viewer.seq]);
      REQUIRE(viewer.seq == 200);
    }
  }
}

TEST_CASE("a key frame may be wished for, but not all the time") {
  Stream stream(FrameChannel::kWorld);
  Viewer viewer;
  stream.join(viewer);
  TerrainImage image = plain_terrain(10);
  stream.frames->publish(1, image);
  image.blocks[3] = 1;
  stream.frames->publish(2, image);
  while (viewer.take()) continue;
  const int keys = viewer.keys;
  CHECK(stream.frames->wish_key(viewer.outbox.get()));
  CHECK(viewer.take());
  CHECK(viewer.keys == keys + 1);
  CHECK_FALSE(stream.frames->wish_key(viewer.outbox.get()));
  stream.now += kKeyWishInterval;
  CHECK(stream.frames->wish_key(viewer.outbox.get()));
}

TEST_CASE("the forms of a frame: numbered, JSON, an enveloped record") {
  Stream stream(FrameChannel::kWorld);
  Viewer numbered, json, envelope;
  stream.join(numbered, FrameForm::kNumbered);
  stream.join(json, FrameForm::kJson);
  stream.join(envelope, FrameForm::kEnvelope);
  stream.frames->publish(7, TerrainImage{1, 2, 1, {1, 2}});
  const auto frame = numbered.outbox->pop();
  CHECK(decode_header(*frame->bytes)->stream == 9);
  CHECK(frame->binary);
  const std::string text = R"({"type":"frame","channel":"world","seq":1,"tick":7,"len":14,)"
                           R"("payload_b64":"AQAAAAIAAAABAAAAAQI=","ts":5})";
  CHECK(*json.outbox->pop()->bytes == text);
  CHECK(*envelope.outbox->pop()->bytes ==
        R"({"ch":"render/r/x","seq":1,"ts":5,"type":"frame","data":)" + text + "}");
  // Who left gets nothing more, not even what waits.
  stream.frames->publish(8, TerrainImage{1, 2, 1, {1, 3}});
  stream.frames->leave(json.outbox.get());
  CHECK_FALSE(json.outbox->pop());
}

}  // namespace cherub::server
