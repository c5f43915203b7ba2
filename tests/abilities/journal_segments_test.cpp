#include "abilities/journal_segments.h"

#include <fstream>

#include "abilities/journal_file.h"
#include "living_world.h"

namespace cherub::abilities {
namespace {

constexpr engine::Tick kLong = 64;
const std::vector<engine::Tick> kSaves{10, 20, 25, 30, 40, 52};

// A maze of many small segments: they begin at ticks 0, 10, 20, 30, 40, 52.
void keep_segments(const std::string& path, Living& living,
                   FileSystem& files = real_file_system()) {
  living.store_options.segment_ticks = 10;
  REQUIRE(living.begin("maze", kRememberingSource, path, files));
  for (const engine::Tick save : kSaves) {
    living.live_until(save, {save});
    living.store->wait_until_idle();
  }
  living.live_until(kLong);
}

std::vector<engine::Tick> firsts(const std::string& path) {
  std::vector<engine::Tick> ticks;
  for (const JournalSegment& segment : journal_segments(path + "/journal")) {
    ticks.push_back(segment.first);
  }
  return ticks;
}

std::string read_error(const std::string& path, engine::Tick from = 0) {
  const auto recording = read_journal(path + "/journal", from);
  return recording ? "" : recording.error().text();
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("saves cut the journal into segments, of which the older ones are packed") {
  const auto expected = hashes_without_stopping("maze", kRememberingSource, kLong);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    keep_segments(path, living);
    REQUIRE(living.store->close(*living.world, *living.host));
    for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
  }
  // The last save, by close(), found a segment of more than ten ticks.
  CHECK(firsts(path) == std::vector<engine::Tick>{0, 10, 20, 30, 40, 52, 64});
  for (const JournalSegment& segment : journal_segments(path + "/journal")) {
    CHECK(segment.packed == (segment.first != 64));
  }
  const auto recording = read_journal(path + "/journal");
  REQUIRE(recording);
  CHECK(recording->hashes == expected);
  CHECK(recording->ended);
  CHECK(recording->saves == std::vector<engine::Tick>{10, 20, 25, 30, 40, 52, 64});
  const ReplayReport whole = verified(path);
  CHECK(whole.verified);
  CHECK(whole.ticks == kLong);
  for (engine::Tick from = 0; from <= kLong; ++from) {
    ReplayOptions options;
    options.from = from;
    options.to = std::min(kLong, from + 7);
    const ReplayReport part = verified(path, options);
    CAPTURE(from, part.difference);
    REQUIRE(part.verified);
    REQUIRE(part.from <= from);
    REQUIRE(from - part.from <= 12);
  }
}

TEST_CASE("what waits for a tick is in the segment that begins there") {
  const auto live = [](Living& living) {
    living.live_until(20);
    living.install(kRememberingSource);
    living.submit(engine::Rain{0.7});
    if (living.store) living.store->save(*living.world, *living.host);
    living.live_until(30);
  };
  Living plain;
  REQUIRE(plain.begin("pasture", "", std::nullopt));
  live(plain);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    living.store_options.segment_ticks = 10;
    REQUIRE(living.begin("pasture", "", path));
    live(living);
    CHECK(living.hashes == plain.hashes);
  }
  CHECK(firsts(path) == std::vector<engine::Tick>{0, 20});
  const auto later = read_journal(path + "/journal", 25);
  REQUIRE(later);
  CHECK(later->first == 20);
  CHECK(later->commands.size() == 2);
  CHECK(later->sources.size() == 1);
  const auto all = read_journal(path + "/journal");
  REQUIRE(all);
  CHECK(all->commands.size() == 4);  // none twice
  ReplayOptions options;
  options.from = 20;
  CHECK(verified(path, options).from == 20);
  CHECK(verified(path, options).verified);
  CHECK(verified(path).verified);
}

TEST_CASE("a journal that grows asks for a save, also without autosave") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  Living living;
  living.store_options.segment_ticks = 5;
  living.store_options.segment_ticks_max = 20;
  REQUIRE(living.begin("maze", kRememberingSource, path));
  for (int i = 0; i < 100; ++i) {
    living.live_until(living.world->tick() + 1);
    living.store->wait_until_idle();
  }
  CHECK(firsts(path) == std::vector<engine::Tick>{0, 20, 40, 60, 80, 100});
  CHECK(living.store->folder().saves() == std::vector<engine::Tick>{20, 40, 60, 80, 100});
}

TEST_CASE("the first save of a segment stays, so that all ticks can be run again") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  Living living;
  living.store_options.segment_ticks = 10;
  REQUIRE(living.begin("maze", kRememberingSource, path));
  for (engine::Tick tick = 3; tick <= 120; tick += 3) {
    living.live_until(tick, {tick});
    living.store->wait_until_idle();
  }
  REQUIRE(living.store->close(*living.world, *living.host));
  const auto saves = living.store->folder().saves();
  CHECK(saves.size() < 24);
  for (const engine::Tick first : firsts(path)) {
    CAPTURE(first);
    if (first > 0) CHECK(std::find(saves.begin(), saves.end(), first) != saves.end());
  }
}

TEST_CASE("the newest segment may be cut at any byte, an older one may not") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    keep_segments(path, living);
  }
  const auto all = read_journal(path + "/journal");
  REQUIRE(all);
  const auto segments = journal_segments(path + "/journal");
  REQUIRE(segments.size() == 6);
  const std::string newest = file_text(segments.back().path.string());
  const std::size_t head = newest.find('\n') + 1;
  for (std::size_t length = head; length < newest.size(); length += 1 + length % 3) {
    CAPTURE(length);
    write_text(segments.back().path, std::string_view(newest).substr(0, length));
    const auto part = read_journal(path + "/journal");
    REQUIRE(part);
    REQUIRE(part->bytes + part->torn_bytes == length);
    REQUIRE(part->end() >= 52);
    REQUIRE(std::equal(part->hashes.begin(), part->hashes.end(), all->hashes.begin()));
  }
  write_text(segments.back().path, newest);
  REQUIRE(read_error(path).empty());

  const JournalSegment& middle = segments[3];
  const auto text = read_packed(middle.path);
  REQUIRE(text);
  std::filesystem::remove(middle.path.string() + ".zst");
  for (std::size_t length = 0; length < text->size(); length += 1 + length % 5) {
    CAPTURE(length);
    write_text(middle.path, std::string_view(*text).substr(0, length));
    REQUIRE(read_error(path).find(middle.path.filename().string()) != std::string::npos);
    REQUIRE(read_error(path, 45).empty());  // nobody needs it for what is behind it
  }
}

TEST_CASE("a segment that is missing or damaged is named, and the world goes on without it") {
  const auto expected = hashes_without_stopping("maze", kRememberingSource, kLong + 6);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    keep_segments(path, living);
  }
  const auto segments = journal_segments(path + "/journal");
  const std::string packed = segments[2].path.string() + ".zst";
  const std::string good = file_text(packed);
  for (std::size_t at = 0; at < good.size(); at += 37) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write_text(packed, bad);
    const std::string error = read_error(path);
    CAPTURE(at, error);
    REQUIRE(error.find(packed) != std::string::npos);
  }
  std::filesystem::remove(packed);
  CHECK(read_error(path).find("segment 2 is missing") != std::string::npos);
  CHECK(read_error(path, 35).empty());
  ReplayOptions later;
  later.from = 30;
  CHECK(verified(path, later).verified);
  std::filesystem::remove(segments[0].path.string() + ".zst");
  CHECK(read_error(path).find("begins at tick 10") != std::string::npos);
  {
    Living living;
    living.load(path);
    CHECK(living.save_tick == 52);
    living.live_until(kLong + 6);
    CHECK(living.hashes.back() == expected.back());
  }
  std::filesystem::remove(segments.back().path);
  LoadedWorld loaded;
  const auto lost =
      WorldStore::load(path, std::make_shared<scripting::ScriptRegistry>(), true, {}, loaded);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().text().find("newest segment is missing") != std::string::npos);
}

TEST_CASE("whichever file operation fails while the journal is cut, nothing is lost") {
  const TemporaryFolder probed;
  FaultyFileSystem counting(0, FaultyFileSystem::Fault::kOnce);
  Living probe;
  REQUIRE(probe.begin("maze", kRememberingSource, probed.path() + "/world", counting));
  const std::uint64_t creation = counting.operations();
  const auto expected = hashes_without_stopping("maze", kRememberingSource, kLong + 6);
  using Fault = FaultyFileSystem::Fault;
  for (const Fault fault : {Fault::kOnce, Fault::kForEver}) {
    for (std::uint64_t nth = 1;; nth += 3) {
      CAPTURE(nth);
      const TemporaryFolder folder;
      const std::string path = folder.path() + "/world";
      FaultyFileSystem files(creation + nth, fault);
      engine::Tick lived = 0;
      {
        Living living;
        keep_segments(path, living, files);
        if (fault == Fault::kOnce) (void)living.store->close(*living.world, *living.host);
        lived = living.world->tick();
      }
      REQUIRE(verified(path).verified);
      Living again;
      again.load(path);
      const engine::Tick at = again.world->tick();
      if (fault == Fault::kOnce) REQUIRE(at == lived);
      if (at > 0) REQUIRE(again.world->state_hash() == expected[at - 1]);
      if (at == 0 && again.waiting == 0) again.install(kRememberingSource);
      again.live_until(kLong + 6);
      REQUIRE(again.hashes.back() == expected.back());
      REQUIRE(again.store->close(*again.world, *again.host));
      REQUIRE(verified(path).verified);
      if (files.operations() < creation + nth) break;
    }
  }
}

}  // namespace cherub::abilities
