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
  outbox.push_frame(bytes("frame"));
  outbox.push_record(bytes("a"));
  outbox.push_record(bytes("b"));
  CHECK(next(outbox) == "a");
  CHECK(next(outbox) == "b");
  const auto frame = outbox.pop();
  REQUIRE(frame);
  CHECK(frame->binary);
  CHECK_FALSE(outbox.pop());
}

TEST_CASE("of frames only the newest waits") {
  Outbox outbox;
  outbox.push_frame(bytes("1"));
  outbox.push_frame(bytes("2"));
  outbox.push_frame(bytes("3"));
  CHECK(next(outbox) == "3");
  CHECK_FALSE(outbox.pop());
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
  outbox.push_frame(bytes("too late"));
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
  outbox.push_frame(bytes("f"));
  CHECK(woken == 3);
  outbox.close({});
  CHECK(woken == 4);
}

}  // namespace cherub::server
