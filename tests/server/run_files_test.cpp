#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "server/idempotency.h"
#include "server/progress_log.h"
#include "server/run_keeper.h"
#include "server/stored_runs.h"
#include "tests/abilities/faulty_file_system.h"
#include "tests/abilities/run_fixture.h"

namespace cherub::server {
namespace {

using abilities::FaultyFileSystem;
using abilities::TemporaryFolder;
namespace fs = std::filesystem;

constexpr const char* kId = "20261121-120000-abcd";
constexpr std::int64_t kHour = 3600 * 1000;

abilities::RunRecord numbered(int number, const std::string& type = "candidate") {
  return {type, R"({"type":")" + type + R"(","number":)" + std::to_string(number) + "}"};
}

std::vector<std::string> kept_in(const fs::path& folder) {
  std::vector<std::string> lines;
  for (const auto& record : read_progress(folder)) lines.push_back(record.json);
  return lines;
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string state_of(const TemporaryFolder& runs, const std::string& id = kId) {
  const auto run = StoredRuns(runs.path()).find(id);
  return run ? run->state : "none";
}

}  // namespace

TEST_CASE("the progress of a run is read as it was written, and gone on with") {
  const TemporaryFolder folder;
  for (int part = 0; part < 2; ++part) {
    ProgressLog log(abilities::real_file_system(), folder.path());
    log.add(numbered(0, "connected"));
    for (int i = 0; i < 3; ++i) log.add(numbered(part * 3 + i));
  }
  const auto lines = kept_in(folder.path());
  REQUIRE(lines.size() == 6);
  for (int i = 0; i < 6; ++i) CHECK(lines[static_cast<std::size_t>(i)] == numbered(i).json);
}

TEST_CASE("wherever a crash cut the file, what stands before is kept, and what follows too") {
  const TemporaryFolder folder;
  {
    ProgressLog log(abilities::real_file_system(), folder.path());
    for (int i = 0; i < 4; ++i) log.add(numbered(i));
  }
  const fs::path file = fs::path(folder.path()) / kProgressFile;
  const std::string whole = *abilities::read_text_file(file, 1 << 20);
  for (std::size_t bytes = 0; bytes <= whole.size(); ++bytes) {
    INFO(bytes);
    write_file(file, whole.substr(0, bytes));
    const auto before = kept_in(folder.path());
    { ProgressLog(abilities::real_file_system(), folder.path()).add(numbered(9)); }
    auto expected = before;
    expected.push_back(numbered(9).json);
    CHECK(kept_in(folder.path()) == expected);
    CHECK(before.size() + 1 >= static_cast<std::size_t>(std::count(
                                   whole.begin(), whole.begin() + std::ptrdiff_t(bytes), '\n')));
  }
}

TEST_CASE("a disk that fails costs the run nothing, and what was kept stays readable") {
  for (std::uint64_t nth = 1; nth < 8; ++nth) {
    const TemporaryFolder folder;
    FaultyFileSystem files(nth, FaultyFileSystem::Fault::kForEver);
    {
      ProgressLog log(files, folder.path());
      for (int i = 0; i < 5; ++i) log.add(numbered(i, "best"));
    }
    const auto lines = kept_in(folder.path());
    CHECK(lines.size() <= 5);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CHECK(lines[i] == numbered(static_cast<int>(i), "best").json);
    }
  }
}

TEST_CASE("details end at their bound, the story goes on, the end is always kept") {
  const TemporaryFolder folder;
  const std::string wide(100'000, 'x');
  {
    ProgressLog log(abilities::real_file_system(), folder.path());
    for (int i = 0; i < 60; ++i) log.add({"step", R"({"type":"step","x":")" + wide + "\"}"});
    for (int i = 0; i < 60; ++i) log.add({"best", R"({"type":"best","x":")" + wide + "\"}"});
    log.add(numbered(1, "done"));
  }
  const auto records = read_progress(folder.path());
  const auto count = [&](const std::string& type) {
    return std::count_if(records.begin(), records.end(),
                         [&](const auto& record) { return record.type == type; });
  };
  const std::size_t line = records.front().json.size() + 1;
  CHECK(count("step") == static_cast<std::ptrdiff_t>(kProgressDetailBytesMax / line));
  CHECK(count("step") + count("best") == static_cast<std::ptrdiff_t>(kProgressBytesMax / line));
  CHECK(records.back().type == "done");
  CHECK(fs::file_size(fs::path(folder.path()) / kProgressFile) < kProgressBytesMax + 1000);
}

TEST_CASE("the end of a try that was gone on with is no end") {
  const TemporaryFolder folder;
  for (const char* end : {"terminated", "done"}) {
    ProgressLog log(abilities::real_file_system(), folder.path());
    log.add(numbered(1));
    log.add(numbered(2, end));
  }
  const auto records = read_progress(folder.path());
  REQUIRE(records.size() == 3);
  CHECK(records[1].type == "candidate");
  CHECK(records[2].type == "done");
}

TEST_CASE("what a folder holds tells the state of its run") {
  const TemporaryFolder runs;
  const RunKeeper keeper(runs.path());
  const fs::path folder = keeper.folder(kId);
  CHECK(state_of(runs) == "none");
  REQUIRE(keeper.accept(kId, R"({"scenario":"maze"})", std::nullopt).ok());
  CHECK(state_of(runs) == "interrupted");  // accepted by a process that is gone
  CHECK(StoredRuns(runs.path()).find(kId)->request_json == R"({"scenario":"maze"})");
  write_file(folder / "request.json", R"({"scenario":"meadow"})");
  CHECK(StoredRuns(runs.path()).find(kId)->request_json == R"({"scenario":"meadow"})");
  write_file(folder / "summary.json", R"({"type":"terminated"})");
  CHECK(state_of(runs) == "terminated");
  REQUIRE(keeper.interrupt(kId).ok());
  CHECK(state_of(runs) == "interrupted");
  REQUIRE(keeper.reopen(kId).ok());
  CHECK(state_of(runs) == "interrupted");  // gone on with, and gone again
  CHECK(fs::exists(folder / "summary_before.json"));
  write_file(folder / "summary.json", R"({"type":"error"})");
  CHECK(state_of(runs) == "failed");
  write_file(folder / "summary.json", "torn");
  CHECK(state_of(runs) == "interrupted");
  CHECK(state_of(runs, "..") == "none");
  CHECK(state_of(runs, "") == "none");
}

TEST_CASE("a run that another process is at runs") {
  const TemporaryFolder runs;
  const RunKeeper keeper(runs.path());
  write_file(keeper.folder(kId) / "request.json", "{}");
  auto file = abilities::OutputFile::open(abilities::real_file_system(),
                                          keeper.folder(kId) / "measured.jsonl",
                                          abilities::OutputFile::Mode::kAppend);
  REQUIRE(file.ok());
  CHECK(state_of(runs) == "interrupted");
  REQUIRE(file->lock().ok());
  CHECK(state_of(runs) == "running");
}

TEST_CASE("a key is known for a day, to later processes too, and tells other bodies") {
  const TemporaryFolder runs;
  const RunKeeper keeper(runs.path());
  const std::string id = abilities::make_run_id(100 * 3600, 1);
  const UsedKey key = used_key("k1", "{}", 100 * kHour);
  {
    IdempotencyKeys keys(keeper, 100 * kHour);
    CHECK_FALSE(keys.find(key));
    REQUIRE(keeper.accept(id, "{}", key).ok());
    keys.add(key, id);
    CHECK(keys.find(key)->same_body);
  }
  IdempotencyKeys keys(keeper, 101 * kHour);
  const auto known = keys.find(used_key("k1", "{}", 101 * kHour));
  REQUIRE(known);
  CHECK(known->run_id == id);
  CHECK(known->same_body);
  CHECK_FALSE(keys.find(used_key("k1", "{ }", 101 * kHour))->same_body);
  CHECK_FALSE(keys.find(used_key("k2", "{}", 101 * kHour)));
  CHECK(keys.find(used_key("k1", "{}", 124 * kHour)));
  CHECK_FALSE(keys.find(used_key("k1", "{}", 124 * kHour + 1)));
  IdempotencyKeys later(keeper, 125 * kHour);
  CHECK_FALSE(later.find(used_key("k1", "{}", 125 * kHour)));
}

TEST_CASE("of too many keys the oldest is forgotten") {
  const TemporaryFolder runs;
  IdempotencyKeys keys(RunKeeper(runs.path()), 0);
  for (std::size_t i = 0; i <= kIdempotencyKeysMax; ++i) {
    keys.add(used_key("k" + std::to_string(i), "", 0), "r" + std::to_string(i));
  }
  CHECK_FALSE(keys.find(used_key("k0", "", 0)));
  CHECK(keys.find(used_key("k1", "", 0))->run_id == "r1");
}

}  // namespace cherub::server
