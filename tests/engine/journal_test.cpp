#include "engine/journal.h"

#include "engine/base/sha256.h"
#include "tests/engine/fixtures.h"

using namespace cherub::engine;
using namespace cherub::engine::fixtures;

namespace {

constexpr const char* kSource = "return {act = function() end} -- \"quoted\" \xff\n";

RecordedStart start_of(const World& world) {
  RecordedStart start;
  start.scenario_yaml = world.scenario().yaml;
  start.seed = world.seed();
  start.fuel_per_act = 20'000;
  start.memory_bytes = std::uint64_t{1} << 33;
  for (const ColumnHash& column : world.column_hashes()) start.columns.emplace_back(column.name);
  return start;
}

// Journals a real run with commands, a save and faults in it.
std::string journal_of(Tick ticks) {
  const auto world = make_world(shipped("pasture").yaml, 0xfedcba9876543210u);
  JournalWriter journal;
  journal.start(start_of(*world));
  journal.model_reply({1, 2, cherub::base::sha256_hex("prompt"), "Here is\nyour code."});
  journal.source(cherub::base::sha256_hex(kSource), kSource);
  journal.source(cherub::base::sha256_hex("return {}"), "return {}");
  NativeBehaviour native;
  for (Tick tick = 0; tick < ticks; ++tick) {
    const auto keep = [&](Command command) {
      const auto stamped = world->submit(std::move(command));
      REQUIRE(stamped.ok());
      journal.command(*stamped);
    };
    if (tick == 3) keep(Spawn{"grass", 1.1, 2.2, 0, 3});
    if (tick == 3) keep(Rain{0.3});
    if (tick == 5) journal.save(tick);
    if (tick == 90) keep(Remove{world->id_of(world->agent_rows().front())});
    const TickReport report = world->step(native);
    if (tick == 4) journal.fault({tick, 7, "memory", "not enough memory"});
    if (tick % kBehaviourHashInterval == 0) journal.behaviour_hash(tick, tick + 1);
    journal.tick(tick, report.hash, world->column_hashes());
  }
  journal.end(ticks);
  return journal.text();
}

Recording read(const std::string& text) {
  auto recording = read_journal_text(text);
  if (!recording.ok()) FAIL(recording.error().text());
  return std::move(*recording);
}

std::string error_of(const std::string& text) {
  const auto recording = read_journal_text(text);
  return recording.ok() ? "" : recording.error().text();
}

// The lines of a journal, each with its newline.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace

TEST_CASE("a journal is read whole and replays to the same hashes") {
  const std::string text = journal_of(250);
  const Recording recording = read(text);
  CHECK(recording.start.seed == 0xfedcba9876543210u);
  CHECK(recording.start.fuel_per_act == 20'000);
  CHECK(recording.start.memory_bytes == std::uint64_t{1} << 33);
  CHECK(recording.sources.at(cherub::base::sha256_hex(kSource)) == kSource);
  CHECK(recording.sources.size() == 2);
  REQUIRE(recording.model_replies.size() == 1);
  CHECK(recording.model_replies[0].text == "Here is\nyour code.");
  CHECK(recording.hashes.size() == 250);
  CHECK(recording.behaviour_hashes == std::vector<std::uint64_t>{1, 101, 201});
  CHECK(recording.saves == std::vector<Tick>{5});
  REQUIRE(recording.faults.size() == 1);
  CHECK(recording.faults[0].row == 7);
  CHECK(recording.ended);
  CHECK(recording.torn_bytes == 0);
  CHECK(recording.bytes == text.size());

  const auto world = make_world(recording.start.scenario_yaml, recording.start.seed);
  NativeBehaviour native;
  std::size_t next = 0;
  const std::size_t columns = recording.start.columns.size();
  for (Tick tick = 0; tick < recording.hashes.size(); ++tick) {
    const auto& commands = recording.commands;
    for (; next < commands.size() && commands[next].tick == tick; ++next) {
      REQUIRE(world->submit(commands[next].command).ok());
    }
    REQUIRE(world->step(native).hash == recording.hashes[tick]);
    const auto hashes = world->column_hashes();
    REQUIRE(hashes.size() == columns);
    for (std::size_t i = 0; i < columns; ++i) {
      REQUIRE(static_cast<std::uint32_t>(hashes[i].hash) ==
              recording.column_hashes[tick * columns + i]);
    }
  }
}

TEST_CASE("a journal that is gone on with is one journal") {
  const std::string text = journal_of(50);
  const auto lines = lines_of(text);
  const std::string head = joined({lines.begin(), lines.begin() + 20});
  const Recording begun = read(head);
  JournalWriter writer(begun);
  writer.command({begun.hashes.size(), Rain{1}});
  const Recording whole = read(head + writer.text());
  CHECK(whole.commands.size() == begun.commands.size() + 1);
  CHECK(whole.torn_bytes == 0);
}

TEST_CASE("a journal cut at any byte reads to what was whole before the cut") {
  const std::string text = journal_of(12);
  const Recording all = read(text);
  const std::size_t head = text.find('\n') + 1;
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    const auto cut = read_journal_text(text.substr(0, length));
    REQUIRE(cut.ok() == (length >= head));
    if (!cut.ok()) continue;
    const Recording& part = *cut;
    REQUIRE(part.bytes + part.torn_bytes == length);
    REQUIRE(part.hashes.size() <= all.hashes.size());
    REQUIRE(std::equal(part.hashes.begin(), part.hashes.end(), all.hashes.begin()));
    REQUIRE(part.behaviour_hashes.size() == (part.hashes.empty() ? 0 : 1));
    REQUIRE_FALSE(part.ended);
    // What is kept can be gone on with.
    JournalWriter writer(part);
    writer.end(part.hashes.size());
    const Recording on = read(text.substr(0, part.bytes) + writer.text());
    REQUIRE(on.hashes.size() == part.hashes.size());
    REQUIRE(on.ended);
  }
}

TEST_CASE("every flipped byte is found, at its line or as a torn tail") {
  const std::string text = journal_of(6);
  for (std::size_t at = 0; at < text.size(); ++at) {
    CAPTURE(at);
    std::string flipped = text;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    const auto recording = read_journal_text(flipped);
    if (recording.ok()) {
      REQUIRE(recording->torn_bytes > 0);
      REQUIRE(recording->bytes <= at);
    } else {
      const auto line = 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(at), '\n');
      const std::string where = recording.error().where;
      REQUIRE(where == "line " + std::to_string(line));
    }
  }
}

TEST_CASE("records that were moved, doubled or left out are found") {
  const auto lines = lines_of(journal_of(30));
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    CAPTURE(i);
    auto changed = lines;
    std::swap(changed[i], changed[i + 1]);
    const auto swapped = read_journal_text(joined(changed));
    REQUIRE((!swapped.ok() || swapped->torn_bytes > 0));
    changed = lines;
    changed.erase(changed.begin() + std::ptrdiff_t(i));
    const auto shorter = read_journal_text(joined(changed));
    REQUIRE((!shorter.ok() || shorter->torn_bytes > 0));
    changed = lines;
    changed.insert(changed.begin() + std::ptrdiff_t(i), lines[i]);
    const auto doubled = read_journal_text(joined(changed));
    REQUIRE((!doubled.ok() || doubled->torn_bytes > 0));
  }
}

TEST_CASE("blocks of zeros at the end, as a power cut leaves them, are a torn tail") {
  const std::string text = journal_of(20);
  for (const std::string& rubbish : {std::string(5000, '\0'), std::string("\n\n\n")}) {
    const Recording recording = read(text + rubbish);
    CHECK(recording.hashes.size() == 20);
    CHECK(recording.torn_bytes == rubbish.size());
  }
}

TEST_CASE("whole records that make no sense name their line") {
  const auto world = make_world(shipped("maze"), 1);
  const auto hashes = world->column_hashes();
  const auto wrong = [&](const std::function<void(JournalWriter&)>& write) {
    JournalWriter writer;
    writer.start(start_of(*world));
    write(writer);
    writer.end(0);
    const std::string error = error_of(writer.text());
    CAPTURE(error);
    CHECK(error.starts_with("line "));
    CHECK_FALSE(error.starts_with("line 1:"));
  };
  wrong([&](JournalWriter& w) { w.tick(1, 5, hashes); });
  wrong([&](JournalWriter& w) { w.tick(0, 5, hashes); });  // lacks the hash of the behaviour
  wrong([&](JournalWriter& w) {
    w.behaviour_hash(0, 1);
    w.tick(0, 5, {});
  });
  wrong([&](JournalWriter& w) { w.behaviour_hash(100, 1); });
  wrong([&](JournalWriter& w) { w.command({5, Rain{1}}); });
  wrong([&](JournalWriter& w) { w.command({0, Rain{std::nan("")}}); });
  wrong([&](JournalWriter& w) { w.save(3); });
  wrong([&](JournalWriter& w) { w.end(3); });
  wrong([&](JournalWriter& w) { w.fault({4, 0, "memory", ""}); });
  wrong([&](JournalWriter& w) { w.source("abc", "def"); });
  wrong([&](JournalWriter& w) { w.start(start_of(*world)); });
  CHECK(error_of("").starts_with("line 1:"));
  CHECK(error_of("garbage\n").starts_with("line 1:"));
  CHECK(error_of(std::string(kJournalLineBytesMax + 1, ' ')).starts_with("line 1:"));
}

TEST_CASE("bytes changed at random never crash the reader of journals") {
  const std::string text = journal_of(20).substr(0, 9000);
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    cherub::base::RandomStream random(seed);
    std::string broken = text;
    for (int i = 0; i < 3; ++i) {
      broken[random.below(broken.size())] = static_cast<char>(random.below(256));
    }
    const auto recording = read_journal_text(broken);
    if (recording.ok()) CHECK(recording->bytes < text.size());
  }
}
