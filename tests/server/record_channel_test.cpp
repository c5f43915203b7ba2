#include "server/record_channel.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <sstream>
#include <thread>

#include "abilities/compression.h"
#include "engine/base/json.h"
#include "engine/base/random.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

OutboxLimits joined_limits() {
  OutboxLimits limits;
  limits.message_records = kMessageRecordsMax;
  return limits;
}

RecordChannelOptions options(Overflow overflow = Overflow::kClose) {
  RecordChannelOptions made;
  made.name = "progress/r";
  made.epoch = "e1";
  made.overflow = overflow;
  made.executor = [](const std::function<void()>& call) { call(); };
  made.wall_ms = [] { return std::int64_t{1234}; };
  return made;
}

std::vector<std::string> lines_of(Outbox& outbox) {
  std::vector<std::string> lines;
  while (const auto message = outbox.pop()) {
    std::istringstream text(*message->bytes);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
  }
  return lines;
}

OutgoingRecord numbered(int n, bool key = false) {
  return {"step", R"({"type":"step","n":)" + std::to_string(n) + "}", key};
}

Joined join(RecordChannel& channel, const std::shared_ptr<Outbox>& outbox, JoinRequest request) {
  Joined told;
  channel.join(outbox, std::move(request), [&](const Joined& joined) { told = joined; });
  return told;
}

JoinRequest behind(std::uint64_t after, std::string epoch = "e1") {
  JoinRequest request;
  request.after = after;
  request.epoch = std::move(epoch);
  return request;
}

// What a client makes of the lines: every number from `next` on once, in order, or told as a gap.
void follow(const std::vector<std::string>& lines, std::uint64_t& next) {
  for (const std::string& line : lines) {
    const auto record = base::parse_json(line);
    REQUIRE(record.ok());
    if (std::string((*record)["type"].GetString()) == "gap") {
      REQUIRE((*record)["data"]["from"].GetUint64() == next);
      next = (*record)["data"]["to"].GetUint64() + 1;
      continue;
    }
    REQUIRE((*record)["seq"].GetUint64() == next);
    REQUIRE((*record)["data"]["n"].GetUint64() == next);
    ++next;
  }
}

}  // namespace

TEST_CASE("an enveloped record carries channel, number, time, type and the record itself") {
  const auto channel = std::make_shared<RecordChannel>(options());
  const auto outbox = std::make_shared<Outbox>(joined_limits());
  join(*channel, outbox, {});
  channel->publish(numbered(7));
  CHECK(lines_of(*outbox) ==
        std::vector<std::string>{R"({"ch":"progress/r","seq":1,"ts":1234,"type":"step",)"
                                 R"("data":{"type":"step","n":7}})"});
}

TEST_CASE("clients that want all share their bytes, and at most 64 records or 64 KiB go in one") {
  std::vector<std::function<void()>> waiting;
  auto made = options();
  made.executor = [&](std::function<void()> call) { waiting.push_back(std::move(call)); };
  const auto channel = std::make_shared<RecordChannel>(made);
  const auto first = std::make_shared<Outbox>(joined_limits());
  const auto second = std::make_shared<Outbox>(joined_limits());
  join(*channel, first, {});
  join(*channel, second, {});
  for (int i = 1; i <= 130; ++i) channel->publish(numbered(i));
  CHECK(waiting.size() == 1);  // a batch is handed over once
  waiting.front()();
  const auto one = first->pop();
  const auto other = second->pop();
  REQUIRE(one);
  CHECK(one->bytes == other->bytes);
  CHECK(std::count(one->bytes->begin(), one->bytes->end(), '\n') == 63);
  std::uint64_t next = 65;
  follow(lines_of(*first), next);
  CHECK(next == 131);
  const std::string large(40'000, 'x');
  channel->publish({"step", "{\"x\":\"" + large + "\"}", false});
  channel->publish({"step", "{\"x\":\"" + large + "\"}", false});
  waiting.back()();
  CHECK(second->pop()->bytes->size() <= kMessageBytesMax);
}

TEST_CASE("a client that comes back gets what it missed, once and in order") {
  const auto channel = std::make_shared<RecordChannel>(options());
  base::RandomStream random(5, 0, 0, base::Stream::kSearch);
  std::uint64_t next = 1;
  int published = 0;
  for (int round = 0; round < 200; ++round) {
    const auto outbox = std::make_shared<Outbox>(joined_limits());
    const Joined joined = join(*channel, outbox, behind(next - 1));
    REQUIRE(joined.recovered);
    REQUIRE(joined.from == next);
    for (auto i = random.below(20); i > 0; --i) channel->publish(numbered(++published));
    // It vanishes with something unread now and then.
    if (random.below(3) > 0) follow(lines_of(*outbox), next);
    channel->leave(outbox.get());
    for (auto i = random.below(20); i > 0; --i) channel->publish(numbered(++published));
  }
  const auto last = std::make_shared<Outbox>(joined_limits());
  join(*channel, last, behind(next - 1));
  follow(lines_of(*last), next);
  CHECK(next == static_cast<std::uint64_t>(published) + 1);
}

TEST_CASE("what cannot be recovered says why and begins with what is kept, holes told") {
  auto made = options();
  made.history_records = 10;
  const auto channel = std::make_shared<RecordChannel>(made);
  channel->publish(numbered(1, true));
  for (int i = 2; i <= 30; ++i) channel->publish(numbered(i));
  const auto reason = [&](JoinRequest request) {
    const auto outbox = std::make_shared<Outbox>(joined_limits());
    const Joined joined = join(*channel, outbox, std::move(request));
    std::uint64_t next = joined.from;
    follow(lines_of(*outbox), next);
    CHECK(next == 31);
    CHECK(joined.recovered == joined.reason.empty());
    return joined.reason;
  };
  CHECK(reason(behind(30)).empty());
  CHECK(reason(behind(21)).empty());
  CHECK(reason(behind(20)) == "history");
  CHECK(reason(behind(0)) == "history");
  CHECK(reason(behind(31)) == "ahead");
  CHECK(reason(behind(~0ULL)) == "ahead");
  CHECK(reason(behind(30, "e2")) == "epoch");
  JoinRequest latest;
  latest.history = HistoryWish::kLatest;
  const auto outbox = std::make_shared<Outbox>(joined_limits());
  CHECK(join(*channel, outbox, std::move(latest)).from == 30);
  CHECK(lines_of(*outbox).size() == 1);
}

TEST_CASE("what a filter leaves out neither waits nor counts against the client") {
  const auto channel = std::make_shared<RecordChannel>(options());
  const auto outbox = std::make_shared<Outbox>(joined_limits());
  JoinRequest request;
  request.filter = *Filter::parse(*base::parse_json(R"({"n":[5,2500]})"));
  join(*channel, outbox, std::move(request));
  for (int i = 1; i <= 3000; ++i) channel->publish(numbered(i));
  CHECK_FALSE(outbox->closing());
  const auto lines = lines_of(*outbox);
  REQUIRE(lines.size() == 2);
  CHECK((*base::parse_json(lines[1]))["seq"].GetUint64() == 2500);
}

TEST_CASE("who asks for it gets long records compressed, once for all, in their places") {
  const auto channel = std::make_shared<RecordChannel>(options());
  const auto plain = std::make_shared<Outbox>(joined_limits());
  std::vector<std::shared_ptr<Outbox>> packed;
  const auto join_packed = [&] {
    JoinRequest request;
    request.form = RecordForm::kCompressed;
    request.history = HistoryWish::kAll;
    packed.push_back(std::make_shared<Outbox>(joined_limits()));
    join(*channel, packed.back(), std::move(request));
  };
  join(*channel, plain, {});
  join_packed();
  join_packed();
  for (const std::string& text : {std::string("short"), std::string(3000, 'x'),
                                  std::string("short again"), std::string(520, 'y')}) {
    channel->publish({"step", R"({"type":"step","x":")" + text + "\"}", false});
  }
  join_packed();  // from the history
  const std::vector<std::string> expected = lines_of(*plain);
  REQUIRE(expected.size() == 4);
  std::vector<SharedBytes> blobs;
  for (const auto& outbox : packed) {
    std::vector<std::string> lines;
    while (const auto message = outbox->pop()) {
      if (!message->binary) {
        CHECK(message->bytes->size() < 512);
        lines.push_back(*message->bytes);
        continue;
      }
      blobs.push_back(message->bytes);
      const auto header = decode_header(*message->bytes);
      REQUIRE(header);
      CHECK(header->kind == FrameKind::kBlob);
      CHECK(header->flags == kFrameZstd);
      CHECK(header->channel == FrameChannel::kRecord);
      CHECK(header->seq == lines.size() + 1);
      const auto text = abilities::decompress(message->bytes->substr(kFrameHeaderBytes), 1 << 20);
      REQUIRE(text.ok());
      CHECK(message->bytes->size() < text->size());
      lines.push_back(*text);
    }
    CHECK(lines == expected);
  }
  REQUIRE(blobs.size() == 6);
  for (const std::size_t other : {2U, 4U}) {
    CHECK(blobs[other] == blobs[0]);
    CHECK(blobs[other + 1] == blobs[1]);
  }
}

TEST_CASE("telemetry that a client does not read is dropped from the oldest, and told") {
  const auto channel = std::make_shared<RecordChannel>(options(Overflow::kDropOldest));
  const auto outbox = std::make_shared<Outbox>(joined_limits());
  join(*channel, outbox, {});
  std::uint64_t next = 1;
  for (int i = 1; i <= 10'000; ++i) channel->publish(numbered(i));
  CHECK_FALSE(outbox->closing());
  const auto lines = lines_of(*outbox);
  REQUIRE(lines.size() == 4097);
  const auto gap = base::parse_json(lines[0]);
  CHECK((*gap)["data"]["n"].GetUint64() == 10'000 - 4096);
  follow(lines, next);
  CHECK(next == 10'001);
  channel->publish(numbered(10'001));
  follow(lines_of(*outbox), next);
  CHECK(next == 10'002);
}

TEST_CASE("publishers on several threads and clients that come and go lose and repeat nothing") {
  const auto channel = std::make_shared<RecordChannel>(options());
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    for (int i = 0; i < 20'000; ++i) channel->publish({"step", "{\"type\":\"step\"}", false});
    done = true;
  });
  std::uint64_t next = 1;
  const auto read = [&](Outbox& outbox) {
    for (const std::string& line : lines_of(outbox)) {
      const auto record = base::parse_json(line);
      if (std::string((*record)["type"].GetString()) == "gap") {
        next = (*record)["data"]["to"].GetUint64() + 1;
        continue;
      }
      REQUIRE((*record)["seq"].GetUint64() == next);
      ++next;
    }
  };
  bool last_round = false;
  while (!last_round) {
    last_round = done;
    const auto outbox = std::make_shared<Outbox>(joined_limits());
    const Joined joined = join(*channel, outbox, behind(next - 1));
    if (!joined.recovered) next = joined.from;
    for (int i = 0; i < 5; ++i) read(*outbox);
    channel->leave(outbox.get());
    read(*outbox);
  }
  publisher.join();
  const auto outbox = std::make_shared<Outbox>(joined_limits());
  join(*channel, outbox, behind(next - 1));
  read(*outbox);
  CHECK(next == 20'001);
}

}  // namespace cherub::server
