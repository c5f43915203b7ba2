#include "server/outbox.h"

#include <catch2/catch.hpp>

namespace cherub::server {
namespace {

SharedBytes bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string next(Outbox& outbox) {
  const auto message = outbox.pop();
  return message ? *message->bytes : "";
}

}  // namespace

TEST_CASE("records come out in order, before any frame") {
  Outbox outbox;
  outbox.push_frame(1, {bytes("frame"), true});
  outbox.push_record(bytes("a"));
  outbox.push_record(bytes("b"));
  CHECK(next(outbox) == "a");
  CHECK(next(outbox) == "b");
  const auto frame = outbox.pop();
  REQUIRE(frame);
  CHECK(frame->binary);
  CHECK_FALSE(outbox.pop());
}

TEST_CASE("of the frames of a stream only the newest waits, each stream in its turn") {
  Outbox outbox;
  outbox.push_frame(1, {bytes("1"), true});
  outbox.push_frame(2, {bytes("other"), true});
  outbox.push_frame(1, {bytes("2"), true});
  outbox.push_frame(1, {bytes("3"), true});
  CHECK(next(outbox) == "3");
  CHECK(next(outbox) == "other");
  CHECK_FALSE(outbox.pop());
  outbox.push_frame(1, {bytes("4"), true});
  outbox.drop_frame(1);
  CHECK_FALSE(outbox.pop());
}

TEST_CASE("a delta is taken only when nothing of its stream waits") {
  Outbox outbox;
  CHECK(outbox.push_delta(1, bytes("d1")));
  CHECK_FALSE(outbox.push_delta(1, bytes("d2")));
  CHECK(outbox.push_delta(2, bytes("d3")));
  CHECK(next(outbox) == "d1");
  CHECK(outbox.push_delta(1, bytes("d4")));
}

TEST_CASE("records are joined into messages of so many, a bundle is never cut") {
  OutboxLimits limits;
  limits.message_records = 4;
  Outbox outbox(limits);
  outbox.push({bytes("a\nb\nc"), 3});
  outbox.push({bytes("d"), 1});
  outbox.push({bytes("e\nf"), 2});
  CHECK(next(outbox) == "a\nb\nc\nd");
  CHECK(next(outbox) == "e\nf");
  outbox.push({bytes(std::string(40'000, 'x')), 1});
  outbox.push({bytes(std::string(40'000, 'y')), 1});
  CHECK(next(outbox).size() == 40'000);
}

TEST_CASE("a compressed record is a message of its own, in its place") {
  OutboxLimits limits;
  limits.message_records = 64;
  for (const bool lossy : {false, true}) {
    Outbox outbox(limits);
    for (const auto& [text, binary] : {std::pair{"a", false},
                                       {"b", false},
                                       {"zip", true},
                                       {"zap", true},
                                       {"c", false},
                                       {"d", false}}) {
      Bundle bundle{bytes(text), 1, binary};
      lossy ? outbox.push_lossy({std::move(bundle), nullptr, 1, 1}) : outbox.push(bundle);
    }
    std::vector<std::pair<std::string, bool>> messages;
    while (const auto message = outbox.pop())
      messages.emplace_back(*message->bytes, message->binary);
    CHECK(messages == std::vector<std::pair<std::string, bool>>{
                          {"a\nb", false}, {"zip", true}, {"zap", true}, {"c\nd", false}});
  }
}

TEST_CASE("telemetry beyond its bound loses the oldest of each channel, told before the rest") {
  OutboxLimits limits;
  limits.lossy_records = 4;
  limits.message_records = 64;
  Outbox outbox(limits);
  const SharedBytes one = bytes("one"), two = bytes("two");
  for (std::uint64_t seq = 1; seq <= 8; ++seq) {
    outbox.push_lossy({{bytes(std::to_string(seq)), 1}, seq % 2 == 0 ? one : two, seq, seq});
  }
  CHECK(next(outbox) == R"({"ch":"two","type":"gap","data":{"from":1,"to":3,"n":2}})"
                        "\n"
                        R"({"ch":"one","type":"gap","data":{"from":2,"to":4,"n":2}})"
                        "\n5\n6\n7\n8");
  CHECK_FALSE(outbox.pop());
}

TEST_CASE("where a message carries one record, a gap is a message too") {
  Outbox outbox({10, 100, 1, 100, 1});
  outbox.push_lossy({{bytes("1"), 1}, nullptr, 1, 1});
  outbox.push_lossy({{bytes("2"), 1}, nullptr, 2, 2});
  CHECK(next(outbox) == R"({"type":"gap","from":1,"to":1,"n":1})");
  CHECK(next(outbox) == "2");
  CHECK_FALSE(outbox.pop());
}

TEST_CASE("telemetry and frames take turns, records go before both") {
  Outbox outbox;
  for (int i = 0; i < 3; ++i) {
    outbox.push_lossy({{bytes("t"), 1}, nullptr, 1, 1});
    outbox.push_frame(static_cast<std::uint32_t>(i), {bytes("f"), true});
  }
  outbox.push_record(bytes("r"));
  std::string order;
  while (const auto message = outbox.pop()) order += *message->bytes;
  CHECK(order == "rtftftf");
}

TEST_CASE("one record over the limit closes the client, at the limit it does not") {
  Outbox outbox({3, 100});
  for (int i = 0; i < 3; ++i) outbox.push_record(bytes("x"));
  CHECK_FALSE(outbox.closing());
  outbox.push_record(bytes("x"));
  REQUIRE(outbox.closing());
  CHECK(outbox.closing()->code == kCloseTooSlow);
  CHECK_FALSE(outbox.pop());
}

TEST_CASE("one byte over the limit closes the client, at the limit it does not") {
  Outbox outbox({100, 10});
  outbox.push_record(bytes("12345"));
  outbox.push_record(bytes("67890"));
  CHECK_FALSE(outbox.closing());
  outbox.push_record(bytes("!"));
  CHECK(outbox.closing());
}

TEST_CASE("what was popped makes room again") {
  Outbox outbox({1, 100});
  for (int i = 0; i < 5; ++i) {
    outbox.push_record(bytes("x"));
    CHECK(next(outbox) == "x");
  }
  CHECK_FALSE(outbox.closing());
}

TEST_CASE("a close lets what waits be sent and takes nothing more") {
  Outbox outbox;
  outbox.push_record(bytes("last"));
  outbox.close({kCloseGoingAway, "bye"});
  outbox.push_record(bytes("too late"));
  outbox.push_frame(1, {bytes("too late"), true});
  CHECK(next(outbox) == "last");
  CHECK_FALSE(outbox.pop());
  CHECK(outbox.closing()->code == kCloseGoingAway);
}

TEST_CASE("the session is woken once per idleness and at a close") {
  Outbox outbox;
  int woken = 0;
  outbox.set_wake([&] { ++woken; });
  CHECK(woken == 1);  // what was pushed before is not forgotten
  CHECK_FALSE(outbox.pop());
  outbox.push_record(bytes("a"));
  outbox.push_record(bytes("b"));
  CHECK(woken == 2);
  (void)outbox.pop();
  (void)outbox.pop();
  CHECK_FALSE(outbox.pop());
  outbox.push_frame(1, {bytes("f"), true});
  CHECK(woken == 3);
  outbox.close({});
  CHECK(woken == 4);
}

}  // namespace cherub::server
