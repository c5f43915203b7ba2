#include "server/frames.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <numbers>

#include "engine/base/json.h"

namespace cherub::server {
namespace {

engine::Columns two_of_three_alive() {
  engine::Columns columns;
  columns.alive = {1, 0, 1};
  columns.species = {0, 1, 2};
  columns.script = {0, engine::kNoScript, engine::kNoScript};
  columns.x = {1.5F, 0, 7};
  columns.y = {2.5F, 0, 8};
  columns.z = {0, 0, 0};
  columns.heading = {static_cast<float>(-std::numbers::pi / 2), 0, 0};
  columns.health = {0.5F, 0, 2};
  columns.reached = {1, 0, 0};
  columns.move_receipt = {static_cast<std::uint8_t>(engine::Receipt::kBlocked), 0, 0};
  return columns;
}

std::string two_alive_frame() {
  FrameHeader header;
  header.channel = FrameChannel::kAgents;
  return encode_key(header, agents_image(two_of_three_alive()));
}

template <class Number>
Number at(const std::string& bytes, std::size_t offset) {
  Number value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

TEST_CASE("a header reads back as it was written, and has the documented layout") {
  FrameHeader header;
  header.seq = 7;
  header.tick = 123456789012;
  header.flags = 3;
  header.channel = FrameChannel::kAgents;
  const std::string frame = encode_key(header, agents_image(two_of_three_alive()));
  const auto back = decode_header(frame);
  REQUIRE(back);
  CHECK(back->seq == 7);
  CHECK(back->tick == 123456789012);
  CHECK(back->flags == 3);
  CHECK(back->kind == FrameKind::kKey);
  CHECK(back->channel == FrameChannel::kAgents);
  CHECK(back->length == frame.size() - kFrameHeaderBytes);
  CHECK(at<std::uint8_t>(frame, 0) == 1);
  CHECK(at<std::uint32_t>(frame, 4) == 2);
  CHECK(at<std::uint64_t>(frame, 16) == 123456789012);
  CHECK(at<std::uint32_t>(frame, 24) == 4 + 2 * kEntityBytes);
}

TEST_CASE("only the living are in an agents frame, sixteen bytes each") {
  const std::string frame = two_alive_frame();
  const std::size_t first = kFrameHeaderBytes + 4;
  const std::size_t second = first + kEntityBytes;
  CHECK(at<std::uint32_t>(frame, kFrameHeaderBytes) == 2);
  CHECK(at<std::uint32_t>(frame, first) == 0);
  CHECK(at<float>(frame, first + 4) == 1.5F);
  CHECK(at<float>(frame, first + 8) == 2.5F);
  CHECK(at<std::uint8_t>(frame, first + 13) == 128);
  CHECK(at<std::uint8_t>(frame, first + 14) ==
        (kEntityAlive | kEntityReached | kEntityScripted | kEntityBlocked));
  CHECK(at<std::uint8_t>(frame, first + 15) == 192);  // three quarters of a turn
  CHECK(at<std::uint32_t>(frame, second) == 2);
  CHECK(at<std::uint8_t>(frame, second + 12) == 2);
  CHECK(at<std::uint8_t>(frame, second + 13) == 255);  // clamped
  CHECK(at<std::uint8_t>(frame, second + 14) == kEntityAlive);
}

TEST_CASE("positions are rounded to 1/128 m, angles and shares to a byte, whatever they are") {
  engine::Columns columns = two_of_three_alive();
  columns.x[0] = 1.0F + 1.0F / 300;
  columns.y[0] = -7.0F - 1.0F / 200;
  columns.x[2] = 1e30F;
  columns.heading[2] = -0.001F;
  const AgentsImage image = agents_image(columns);
  CHECK(image.entities[0].x == 128);
  CHECK(image.entities[0].y == -897);
  CHECK(image.entities[1].x == 1 << 30);
  CHECK(image.entities[1].heading == 0);
  columns.heading[2] = static_cast<float>(-std::numbers::pi / 64);
  CHECK(agents_image(columns).entities[1].heading == 254);
}

TEST_CASE("the upper bits of the flags tell the layer of voxels, up to fifteen") {
  engine::Columns columns = two_of_three_alive();
  const auto layer = [&](float z) {
    columns.z[2] = z;
    const std::uint8_t flags = agents_image(columns).entities[1].flags;
    CHECK((flags & 15) == kEntityAlive);
    return flags >> kEntityLayerShift;
  };
  CHECK(layer(0.99F) == 0);
  CHECK(layer(2.5F) == 2);
  CHECK(layer(14.9F) == 14);
  CHECK(layer(300) == kEntityLayerMax);
  CHECK(layer(-3) == 0);
  CHECK(layer(std::numeric_limits<float>::quiet_NaN()) == 0);
}

TEST_CASE("a world frame carries size and voxels") {
  engine::Terrain terrain;
  terrain.width = 3;
  terrain.depth = 2;
  terrain.blocks = {0, 1, 2, 3, 0, 1};
  const std::string frame = encode_key({}, terrain_image(terrain));
  REQUIRE(decode_header(frame));
  CHECK(decode_header(frame)->channel == FrameChannel::kWorld);
  CHECK(at<std::uint32_t>(frame, 32) == 3);
  CHECK(at<std::uint32_t>(frame, 36) == 2);
  CHECK(at<std::uint32_t>(frame, 40) == 1);
  CHECK(frame.substr(44) == std::string("\0\1\2\3\0\1", 6));
}

TEST_CASE("what is cut short or of another version is no frame") {
  const std::string frame = two_alive_frame();
  CHECK_FALSE(decode_header(frame.substr(0, 31)));
  CHECK_FALSE(decode_header(frame.substr(0, frame.size() - 1)));
  CHECK_FALSE(decode_header(frame + "x"));
  std::string other = frame;
  other[0] = 2;
  CHECK_FALSE(decode_header(other));
}

TEST_CASE("the hello of a view names species and size") {
  const auto scenario = engine::builtin_scenario("maze");
  REQUIRE(scenario.ok());
  const auto hello = base::parse_json(render_hello(*scenario));
  REQUIRE(hello.ok());
  CHECK(std::string((*hello)["type"].GetString()) == "hello");
  CHECK((*hello)["species"].Size() == scenario->species.size());
  CHECK((*hello)["width"].GetUint() == scenario->terrain.width);
}

}  // namespace cherub::server
