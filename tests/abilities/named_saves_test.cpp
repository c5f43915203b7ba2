#include <fstream>

#include "abilities/journal_segments.h"
#include "living_world.h"

namespace cherub::abilities {
namespace {

// Lives to tick 30 with a save named "early" at tick 15, and a command that waits there.
void keep_early(Living& living, const std::string& path, FileSystem& files = real_file_system()) {
  living.store_options.segment_ticks = 10;
  REQUIRE(living.begin("pasture", kRememberingSource, path, files));
  living.live_until(15);
  living.submit(engine::Rain{0.9});
  REQUIRE(living.store->save_named("early", *living.world, *living.host));
  living.live_until(22, {22});
  living.store->wait_until_idle();
  living.submit(engine::Spawn{living.world->scenario().agent_species, 5, 5, 0, 3});
  living.live_until(30, {30});
  living.store->wait_until_idle();
}

// Hashes of a world that had the rain at tick 15 and, where it went another way, more of it at 18.
std::vector<std::uint64_t> hashes_of(bool other_way, engine::Tick ticks) {
  Living living;
  REQUIRE(living.begin("pasture", kRememberingSource, std::nullopt));
  living.live_until(15);
  living.submit(engine::Rain{0.9});
  if (other_way) {
    living.live_until(18);
    living.submit(engine::Rain{0.1});
  }
  living.live_until(ticks);
  return living.hashes;
}

base::Result<void> go_back(Living& living, const std::string& name) {
  LoadedWorld loaded;
  auto done = living.store->go_back(name, living.registry, true, loaded);
  if (done) living.take(std::move(loaded));
  return done;
}

std::string refusal(const base::Result<void>& result) {
  return result ? "" : result.error().text();
}

}  // namespace

TEST_CASE("a named save is gone back to, and the world goes another way from there") {
  const auto same = hashes_of(false, 60), other = hashes_of(true, 60);
  REQUIRE(same[17] == other[17]);
  REQUIRE(same[30] != other[30]);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    keep_early(living, path);
    CHECK(living.store->folder().named_saves() == std::vector<std::string>{"early"});
    REQUIRE(go_back(living, "early"));
    CHECK(living.world->tick() == 15);
    CHECK(living.waiting == 1);
    CHECK(living.world->state_hash() == other[14]);
    CHECK(living.store->folder().saves().empty());
    living.live_until(18);
    living.submit(engine::Rain{0.1});
    living.live_until(40, {33});
    for (engine::Tick tick = 15; tick < 40; ++tick) REQUIRE(living.hashes[tick] == other[tick]);
    REQUIRE(living.store->close(*living.world, *living.host));
    for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
  }
  ReplayReport report = verified(path);
  CHECK(report.verified);
  CHECK(report.ticks == 40);
  CHECK(report.saves_compared >= 2);
  {
    Living living;
    living.load(path);
    CHECK(living.notes.empty());
    CHECK(living.world->tick() == 40);
    living.live_until(50);
    CHECK(living.hashes.back() == other[49]);
  }
  // A save that was kept can be gone back to again, also by a process that was not there.
  {
    Living living;
    living.load(path, real_file_system(), "early");
    CHECK(living.world->tick() == 15);
    living.live_until(60);
    for (engine::Tick tick = 15; tick < 60; ++tick) REQUIRE(living.hashes[tick] == same[tick]);
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  report = verified(path);
  CHECK(report.verified);
  CHECK(report.ticks == 60);
  // Events are told of one line of history only.
  const std::string events = file_text(path + "/events/0000000000-0000009999.jsonl");
  engine::Tick before = 0;
  for (std::size_t at = 0; at < events.size(); at = events.find('\n', at) + 1) {
    const engine::Tick tick = std::stoull(events.substr(at + 8));
    REQUIRE(tick >= before);
    before = tick;
  }
  CHECK(before > 40);
}

TEST_CASE("named saves have plain names, and are neither replaced nor aged") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  Living living;
  keep_early(living, path);
  const auto save = [&](const std::string& name) {
    return refusal(living.store->save_named(name, *living.world, *living.host));
  };
  for (const char* name : {"", ".", "..", "../x", "a/b", "/etc", ".hidden", "a b", "x.new", "x.old",
                           "a\n", "caf\xc3\xa9"}) {
    CAPTURE(name);
    CHECK(save(name).find("letters, digits") != std::string::npos);
    CHECK_FALSE(refusal(go_back(living, name)).empty());
    CHECK_FALSE(living.store->folder().remove_named(name));
  }
  CHECK(save(std::string(65, 'a')).find("letters, digits") != std::string::npos);
  CHECK(save("early").find("already") != std::string::npos);
  CHECK(save(std::string(64, 'a')).empty());
  CHECK(refusal(go_back(living, "late")).find("no save named \"late\"") != std::string::npos);
  CHECK(living.world->tick() == 30);
  for (engine::Tick tick = 31; tick < 60; ++tick) {
    living.live_until(tick, {tick});
    living.store->wait_until_idle();
  }
  CHECK(living.store->folder().named_saves().size() == 2);
  REQUIRE(living.store->folder().remove_named("early"));
  CHECK_FALSE(living.store->folder().remove_named("early"));
  CHECK(living.store->folder().named_saves().size() == 1);
}

TEST_CASE("a named save that is damaged or of another world changes nothing") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  Living living;
  keep_early(living, path);
  living.store->wait_until_idle();
  const std::string named = path + "/named/early/";
  for (const std::string& name : names_in(named)) {
    CAPTURE(name);
    const std::string good = file_text(named + name);
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
    std::ofstream(named + name, std::ios::binary) << bad;
    CHECK_FALSE(refusal(go_back(living, "early")).empty());
    std::ofstream(named + name, std::ios::binary) << good;
  }
  Living other;
  REQUIRE(other.begin("maze", kRememberingSource, folder.path() + "/other"));
  REQUIRE(other.store->save_named("stranger", *other.world, *other.host));
  other.store->wait_until_idle();
  std::filesystem::copy(folder.path() + "/other/named/stranger", path + "/named/stranger");
  CHECK(refusal(go_back(living, "stranger")).find("another world") != std::string::npos);
  living.live_until(35);
  REQUIRE(living.store->close(*living.world, *living.host));
  CHECK(verified(path).verified);
  CHECK(verified(path).ticks == 35);
}

TEST_CASE("whichever file operation fails while a world goes back, it is here or there") {
  const auto other = hashes_of(false, 40);
  const auto live = [](const std::string& path, FileSystem& files, std::uint64_t* before) {
    Living living;
    keep_early(living, path, files);
    if (before != nullptr) *before = static_cast<FaultyFileSystem&>(files).operations();
    const bool went = go_back(living, "early").ok();
    living.live_until(went ? 20 : 32);
    (void)living.store->close(*living.world, *living.host);
    return went;
  };
  std::uint64_t before = 0;
  {
    const TemporaryFolder folder;
    FaultyFileSystem counting(0, FaultyFileSystem::Fault::kOnce);
    REQUIRE(live(folder.path() + "/world", counting, &before));
  }
  int went_back = 0, stayed = 0;
  using Fault = FaultyFileSystem::Fault;
  for (const Fault fault : {Fault::kOnce, Fault::kForEver}) {
    for (std::uint64_t nth = before - 10; nth < before + 40; ++nth) {
      CAPTURE(nth);
      const TemporaryFolder folder;
      const std::string path = folder.path() + "/world";
      FaultyFileSystem files(nth, fault);
      ++(live(path, files, nullptr) ? went_back : stayed);
      REQUIRE(verified(path).verified);
      Living again;
      again.load(path);
      const engine::Tick at = again.world->tick();
      if (at <= 20) REQUIRE(again.world->state_hash() == other[at - 1]);
      again.live_until(at + 3);
      REQUIRE(again.store->close(*again.world, *again.host));
      REQUIRE(verified(path).verified);
    }
  }
  CHECK(went_back > 10);
  CHECK(stayed > 2);
}

}  // namespace cherub::abilities
