#include "abilities/world_store.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "living_world.h"

namespace cherub::abilities {
namespace {

// The world of the folder goes on as if nothing had happened to it.
void check_goes_on(const std::string& path, const std::vector<std::uint64_t>& expected) {
  FaultyFileSystem good(0, FaultyFileSystem::Fault::kOnce);
  Living living;
  living.load(path, good);
  const engine::Tick at = living.world->tick();
  if (at > 0) REQUIRE(living.world->state_hash() == expected[at - 1]);
  // A command that was lost with the crash is given again.
  if (at == 0 && living.waiting == 0) living.install(kRememberingSource);
  living.live_until(kTicksAfter);
  for (engine::Tick tick = at; tick < kTicksAfter; ++tick) {
    CAPTURE(tick);
    REQUIRE(living.hashes[tick] == expected[tick]);
  }
  REQUIRE(living.store->close(*living.world, *living.host));
}

}  // namespace

TEST_CASE("a world that is saved, closed and loaded goes on bit for bit") {
  for (const char* scenario : {"maze", "pasture"}) {
    for (const char* source : {"", kRememberingSource}) {
      CAPTURE(scenario, source);
      const auto expected = hashes_without_stopping(scenario, source, 300);
      const TemporaryFolder folder;
      const std::string path = folder.path() + "/world";
      engine::Tick until = 0;
      for (const engine::Tick end : {40, 130, 210, 300}) {
        Living living;
        if (until == 0) {
          REQUIRE(living.begin(scenario, source, path));
        } else {
          living.load(path);
          CHECK(living.notes.empty());
          CHECK(living.world->tick() == until);
        }
        living.live_until(end, {static_cast<engine::Tick>(end) - 15});
        REQUIRE(living.store->close(*living.world, *living.host));
        for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
        for (engine::Tick tick = until; tick < living.hashes.size(); ++tick) {
          REQUIRE(living.hashes[tick] == expected[tick]);
        }
        until = end;
      }
      const ReplayReport report = verified(path);
      CHECK(report.verified);
      CHECK(report.ticks == 300);
      CHECK(report.saves_compared >= 4);
      ReplayOptions later;
      later.from = 200;
      later.to = 250;
      later.threads = 2;
      const ReplayReport part = verified(path, later);
      CHECK(part.verified);
      CHECK(part.from > 100);
      CHECK(part.from + part.ticks == 250);
    }
  }
}

TEST_CASE("a world that was left without closing goes on from its newest save and its journal") {
  const auto expected = hashes_without_stopping("pasture", kRememberingSource, kTicksAfter);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("pasture", kRememberingSource, path));
    living.live_until(kTicks, {10});
  }
  check_goes_on(path, expected);
  CHECK(verified(path).verified);
  CHECK(verified(path).ticks == kTicksAfter);
}

TEST_CASE("whichever file operation fails, the world is loaded and goes on") {
  const auto expected = hashes_without_stopping("maze", kRememberingSource, kTicksAfter);
  using Fault = FaultyFileSystem::Fault;
  for (const auto& [fault, code] : {std::pair(Fault::kOnce, ENOSPC), {Fault::kForEver, EIO}}) {
    std::uint64_t created = 0;
    for (std::uint64_t nth = 1;; ++nth) {
      CAPTURE(nth, code);
      const TemporaryFolder folder;
      const std::string path = folder.path() + "/world";
      FaultyFileSystem files(nth, fault, code);
      bool kept = false;
      {
        Living living;
        kept = living.begin("maze", kRememberingSource, path, files);
        if (kept) living.live_until(kTicks, {10, 20});
        // The world itself never notices.
        for (std::size_t tick = 0; tick < living.hashes.size(); ++tick) {
          REQUIRE(living.hashes[tick] == expected[tick]);
        }
        if (kept) (void)living.store->close(*living.world, *living.host);
      }
      if (!kept) continue;
      ++created;
      check_goes_on(path, expected);
      REQUIRE(verified(path).verified);
      if (files.operations() < nth) break;
    }
    CHECK(created > 20);
  }
}

TEST_CASE("short and interrupted writes change nothing") {
  using Fault = FaultyFileSystem::Fault;
  for (const Fault fault : {Fault::kShortWrites, Fault::kInterrupted}) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/world";
    FaultyFileSystem files(0, fault);
    Living living;
    REQUIRE(living.begin("maze", kRememberingSource, path, files));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
    for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
    CHECK(verified(path).verified);
    CHECK(verified(path).torn_bytes == 0);
  }
}

TEST_CASE("a disk that was full for a while leaves no gap in the journal") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  FaultyFileSystem files(0, FaultyFileSystem::Fault::kOnce);
  // Somewhere behind the creation, in the journal's own writes.
  Living probe;
  REQUIRE(probe.begin("maze", "", folder.path() + "/probe", files));
  const std::uint64_t made = files.operations();
  FaultyFileSystem full(made + 1, FaultyFileSystem::Fault::kOnce);
  Living living;
  REQUIRE(living.begin("maze", "", path, full));
  living.live_until(kTicks);
  REQUIRE(living.store->close(*living.world, *living.host));
  const auto notices = living.store->take_notices();
  REQUIRE(notices.size() >= 2);
  CHECK_FALSE(notices.front().ok);
  CHECK(notices.front().message.find("No space left") != std::string::npos);
  CHECK(notices.back().ok);
  CHECK(verified(path).ticks == kTicks);
  CHECK(verified(path).verified);
}

TEST_CASE("damaged saves are gone around, down to the beginning") {
  const auto expected = hashes_without_stopping("pasture", kRememberingSource, kTicksAfter);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("pasture", kRememberingSource, path));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  WorldFolder kept(real_file_system(), path);
  CHECK(kept.saves() == std::vector<engine::Tick>{10, 30});
  for (const engine::Tick tick : kept.saves()) {
    const std::string save = path + "/saves/" + tick_name(tick);
    for (const std::string& name : names_in(save)) {
      if (name.starts_with("state")) std::ofstream(save + "/" + name) << "{}";
    }
  }
  Living living;
  living.load(path);
  CHECK(living.notes.size() == 2);
  CHECK(living.save_tick == 0);
  CHECK(living.world->tick() == kTicks);
  CHECK(living.world->state_hash() == expected[kTicks - 1]);
}

TEST_CASE("a replay names the tick, the column and the entity of an altered save") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("pasture", kRememberingSource, path));
    living.live_until(kTicks, {10, 20});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  WorldFolder kept(real_file_system(), path);
  auto save = kept.read_save(kTicks, SaveCheck::kIntact);
  REQUIRE(save);
  save->snapshot.columns.energy[7] -= 0.125f;
  REQUIRE(kept.write_save(*save));
  const ReplayReport report = verified(path);
  CHECK_FALSE(report.verified);
  CHECK(report.first_difference_tick == std::optional<std::uint64_t>(kTicks));
  CHECK(report.column == "energy");
  CHECK(report.entity == save->snapshot.columns.generation[7] * (std::uint64_t{1} << 32) + 7);
  CHECK(report.difference.find("altered") != std::string::npos);
  CHECK(report.recorded != report.replayed);
}

TEST_CASE("a replay names the column at the tick, and the entity at the next save") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("pasture", kRememberingSource, path));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  const WorldFolder kept(real_file_system(), path);
  auto recording = read_journal(kept.journal());
  REQUIRE(recording);
  const auto& names = recording->start.columns;
  const auto column_at = [&](engine::Tick tick, const std::string& name) {
    return tick * names.size() +
           std::size_t(std::find(names.begin(), names.end(), name) - names.begin());
  };
  // A hash that was altered in the record: the world itself is the same.
  recording->hashes[17] ^= 1;
  recording->column_hashes[column_at(17, "hunger")] ^= 1;
  auto report = replay_recording(*recording, {}, {}, &kept);
  REQUIRE(report);
  CHECK(report->first_difference_tick == std::optional<std::uint64_t>(17));
  CHECK(report->column == "hunger");
  CHECK_FALSE(report->entity);
  CHECK(report->difference.find("the journal was altered") != std::string::npos);

  // A command that was taken out of the record: everything behind it differs.
  recording = read_journal(kept.journal());
  recording->commands.erase(recording->commands.begin() + 1, recording->commands.end());
  report = replay_recording(*recording, {}, {}, &kept);
  REQUIRE(report);
  CHECK(report->first_difference_tick == std::optional<std::uint64_t>(3));
  CHECK(report->column == "energy");  // of what the rain lets grow
  CHECK(report->seen_tick == 10);
  CHECK_FALSE(report->verified);
}

TEST_CASE("faults of the machine are in the journal, and a replay has them where they were") {
  constexpr const char* kHoarder =
      "local policy = {}\n"
      "function policy.act(self, world)\n"
      "  self.memory.count = (self.memory.count or 0) + 1\n"
      "  if self.id % 5 == 0 then\n"
      "    local parts = {}\n"
      "    for i = 1, 3000 do parts[i] = string.rep('x', 1000) .. i end\n"
      "  end\n"
      "  self:move(self.memory.count % 3 - 1, 0.1)\n"
      "end\n"
      "return policy\n";
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    living.options.memory_bytes = 2u << 20;
    living.options.fuel_per_act = 20'000'000;
    REQUIRE(living.begin("pasture", kHoarder, path));
    living.live_until(8, {4});
  }
  {
    Living living;
    living.load(path);
    CHECK(living.world->tick() == 8);
    living.live_until(11);
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  const auto recording = read_journal(path + "/journal");
  REQUIRE(recording);
  REQUIRE_FALSE(recording->faults.empty());
  CHECK(recording->faults.back().tick > 8);
  for (const bool jit : {true, false}) {
    ReplayOptions options;
    options.jit = jit;
    options.threads = 2;
    const ReplayReport report = verified(path, options);
    CAPTURE(jit, report.difference);
    CHECK(report.verified);
    CHECK(report.ticks == 11);
  }
}

TEST_CASE("events and the index tell what happened, also after a crash") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  {
    Living living;
    REQUIRE(living.begin("pasture", kRememberingSource, path));
    living.live_until(kTicks, {10});
    REQUIRE(living.store->close(*living.world, *living.host));
  }
  const std::string whole = file_text(path + "/events/0000000000-0000009999.jsonl");
  CHECK(whole.find("\"kind\":\"spawn\"") != std::string::npos);
  CHECK(std::filesystem::exists(path + "/index.sqlite"));
  // Lines that were lost or doubled in a crash are made good by loading.
  std::ofstream(path + "/events/0000000000-0000009999.jsonl") << whole.substr(0, 200);
  std::filesystem::remove_all(path + "/saves/" + tick_name(kTicks));
  std::ofstream(path + "/index.sqlite") << "not a database at all";
  {
    Living living;
    living.load(path);
    REQUIRE(living.store->close(*living.world, *living.host));
    for (const StoreNotice& notice : living.store->take_notices()) CHECK(notice.ok);
  }
  const std::string again = file_text(path + "/events/0000000000-0000009999.jsonl");
  CHECK(again.size() > 200);
  CHECK(whole.ends_with(again.substr(again.find('\n', 200) + 1)));
  CHECK(file_text(path + "/index.sqlite").starts_with("SQLite format 3"));
}

TEST_CASE("of old saves, one stays for each doubling of age") {
  const TemporaryFolder folder;
  WorldFolder kept(real_file_system(), folder.path() + "/world");
  Living living;
  REQUIRE(living.begin("maze", "", std::nullopt));
  REQUIRE(kept.create(living.world->scenario(), kSeed));
  for (int i = 0; i < 200; ++i) {
    living.live_until(living.world->tick() + 1);
    REQUIRE(kept.write_save({living.world->snapshot(), {}}));
  }
  const auto saves = kept.saves();
  CHECK(saves.size() >= kNewestSavesKept + 3);
  CHECK(saves.size() <= kNewestSavesKept + 9);
  for (std::size_t i = 0; i < kNewestSavesKept; ++i) CHECK(saves[saves.size() - 1 - i] == 200 - i);
  for (const engine::Tick tick : saves) CHECK(kept.read_save(tick, SaveCheck::kIntact));
}

TEST_CASE("a folder that keeps a world is not begun again") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/world";
  Living first, second;
  REQUIRE(first.begin("maze", "", path));
  CHECK_FALSE(second.begin("maze", "", path));
  // Nor is it gone on with while it lives.
  LoadedWorld loaded;
  const auto store = WorldStore::load(path, second.registry, true, {}, loaded);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == base::ErrorCode::kConflict);
  CHECK(verified(path).ticks == 0);
}

}  // namespace cherub::abilities
