#include <catch2/catch.hpp>

#include "abilities/compression.h"
#include "server/telemetry/event_files.h"
#include "telemetry_fixture.h"
#include "tests/abilities/faulty_file_system.h"

namespace cherub::server::telemetry {
namespace {

using abilities::FaultyFileSystem;

constexpr FileLimits kSmall{2000, 3};

std::string lines_of(std::uint64_t first, std::uint64_t last) {
  std::string lines;
  for (std::uint64_t seq = first; seq <= last; ++seq) lines += line_of(seq);
  return lines;
}

// Writes the lines one by one, and packs what is full.
void write_lines(const TelemetryFolder& folder, std::uint64_t first, std::uint64_t last,
                 FileLimits limits = kSmall) {
  abilities::FileSystem& real = abilities::real_file_system();
  EventFiles files(real, folder.path, limits);
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    const std::string line = line_of(seq);
    std::string_view rest = line;
    const auto full = files.write(rest, seq);
    REQUIRE(full.ok());
    REQUIRE(rest.empty());
    if (*full) REQUIRE(pack_full_files(real, folder.path, limits).ok());
  }
}

std::vector<std::string> names(const TelemetryFolder& folder) {
  return abilities::names_in(folder.path);
}

}  // namespace

TEST_CASE("lines come back from the file in their order") {
  const TelemetryFolder folder("order");
  CHECK(all_of(EventBlocks(folder.path, 0)).empty());
  write_lines(folder, 1, 9, FileLimits());
  CHECK(all_of(EventBlocks(folder.path, 0)) == lines_of(1, 9));
  CHECK(file_text(folder.path / "telemetry.jsonl") == lines_of(1, 9));
}

TEST_CASE("a torn line is cut at every byte, nothing before it is lost, and numbers go on") {
  const TelemetryFolder folder("torn");
  const std::string whole = lines_of(1, 3);
  const std::size_t second = line_of(1).size(), third = second + line_of(2).size();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    put_file(folder.path / "telemetry.jsonl", std::string_view(whole).substr(0, size));
    const std::uint64_t kept = size == whole.size() ? 3
                               : size >= third      ? 2
                               : size >= second     ? 1
                                                    : 0;
    EventFiles files(abilities::real_file_system(), folder.path, FileLimits());
    INFO(size);
    REQUIRE(numbers_in(all_of(EventBlocks(folder.path, 0))) == counted(1, kept));
    REQUIRE(files.last_seq() == kept);
    const std::string line = line_of(kept + 1);
    std::string_view rest = line;
    REQUIRE(files.write(rest, kept + 1).ok());
    REQUIRE(file_text(folder.path / "telemetry.jsonl") == lines_of(1, kept + 1));
  }
}

TEST_CASE("what somebody else wrote into the file is passed over") {
  const TelemetryFolder folder("foreign");
  const std::string text = line_of(1) + "\n\n{\"seq\":2}\nnonsense\n" + std::string(5000, 'x') +
                           "\n" + line_of(3) + "garbage\n";
  put_file(folder.path / "telemetry.jsonl", text);
  CHECK(numbers_in(all_of(EventBlocks(folder.path, 0))) == std::vector<std::uint64_t>{1, 3});
  EventFiles files(abilities::real_file_system(), folder.path, FileLimits());
  CHECK(files.last_seq() == 3);
}

TEST_CASE("a line longer than any of ours does not fill memory") {
  const TelemetryFolder folder("endless");
  put_file(folder.path / "telemetry.jsonl",
           std::string(std::size_t{5} << 20, 'x') + "\n" + lines_of(1, 3));
  CHECK(numbers_in(all_of(EventBlocks(folder.path, 0))) == counted(1, 3));
}

TEST_CASE("full files are packed, the oldest go, and the rest is whole") {
  const TelemetryFolder folder("rotation");
  write_lines(folder, 1, 200);
  const auto kept = names(folder);
  std::size_t packed = 0;
  for (const std::string& name : kept) packed += name.ends_with(".jsonl.zst") ? 1 : 0;
  CHECK(packed == kSmall.files);
  CHECK(kept.size() <= packed + 1);
  const auto numbers = numbers_in(all_of(EventBlocks(folder.path, 0)));
  REQUIRE_FALSE(numbers.empty());
  CHECK(numbers.front() > 1);
  CHECK(numbers == counted(numbers.front(), 200));
  // Who asks for the newest is not read the oldest.
  const auto late = numbers_in(all_of(EventBlocks(folder.path, 199)));
  CHECK(late.size() < numbers.size());
  CHECK(late.back() == 200);
  EventFiles again(abilities::real_file_system(), folder.path, kSmall);
  CHECK(again.last_seq() == 200);
}

TEST_CASE("the last number is known right behind a rotation") {
  const TelemetryFolder folder("edge");
  write_lines(folder, 1, 1, FileLimits{1, 3});
  CHECK(names(folder).size() == 1);
  CHECK(names(folder).front().ends_with(".zst"));
  EventFiles files(abilities::real_file_system(), folder.path, kSmall);
  CHECK(files.last_seq() == 1);
}

TEST_CASE("packed files of many blocks keep lines that lie across them") {
  const TelemetryFolder folder("blocks");
  const FileLimits large{std::size_t{3} << 20, 3};
  abilities::FileSystem& real = abilities::real_file_system();
  EventFiles files(real, folder.path, large);
  std::uint64_t seq = 0;
  for (bool full = false; !full;) {
    std::string lines;
    const std::uint64_t first = seq + 1;
    for (int i = 0; i < 1000; ++i) {
      ++seq;
      lines += line_of(seq, kinds::kMessage, "{\"text\":\"" + std::to_string(seq * 7919) + "\"}");
    }
    std::string_view rest = lines;
    full = *files.write(rest, first);
  }
  const std::string before = all_of(EventBlocks(folder.path, 0));
  EventBlocks open_before(folder.path, 0);
  REQUIRE(pack_full_files(real, folder.path, large).ok());
  REQUIRE(names(folder).size() == 1);
  const std::string after = all_of(EventBlocks(folder.path, 0));
  CHECK(after == before);
  CHECK(numbers_in(after) == counted(1, seq));
  // What was opened before it was packed and removed is read to its end.
  CHECK(all_of(std::move(open_before)) == before);
}

TEST_CASE("a damaged packed file is an error, not silence") {
  const TelemetryFolder folder("damaged");
  write_lines(folder, 1, 40);
  for (const std::string& name : names(folder)) {
    if (!name.ends_with(".zst")) continue;
    std::string bytes = file_text(folder.path / name);
    bytes.resize(bytes.size() - 3);
    put_file(folder.path / name, bytes);
  }
  EventBlocks blocks(folder.path, 0);
  const auto block = blocks.next();
  REQUIRE_FALSE(block.ok());
  CHECK(block.error().code == base::ErrorCode::kIo);
  CHECK(block.error().where.find(".zst") != std::string::npos);
}

TEST_CASE("whatever operation of the disk fails, no line is lost or told twice") {
  for (std::uint64_t nth = 1; nth < 40; ++nth) {
    const TelemetryFolder folder("faults");
    FaultyFileSystem disk(nth, FaultyFileSystem::Fault::kOnce);
    EventFiles files(disk, folder.path, FileLimits{800, 100});
    std::string waiting;
    std::uint64_t first = 1;
    for (std::uint64_t seq = 1; seq <= 30; ++seq) {
      if (waiting.empty()) first = seq;
      waiting += line_of(seq);
      std::string_view rest = waiting;
      const auto full = files.write(rest, first);
      waiting.erase(0, waiting.size() - rest.size());
      if (full.ok() && *full) (void)pack_full_files(disk, folder.path, FileLimits{800, 100});
    }
    INFO(nth);
    REQUIRE(waiting.empty());
    REQUIRE(numbers_in(all_of(EventBlocks(folder.path, 0))) == counted(1, 30));
  }
}

TEST_CASE("packing that broke off is done again") {
  const TelemetryFolder folder("unfinished");
  write_lines(folder, 1, 20, FileLimits{1500, 100});
  const auto packed = names(folder).front();
  REQUIRE(packed.ends_with(".zst"));
  // As a crash between the renaming and the removing leaves it, with a part of another.
  const std::string text = all_of(EventBlocks(folder.path, 0));
  const std::string plain = packed.substr(0, packed.size() - 4);
  const auto unpacked = abilities::decompress(file_text(folder.path / packed), 1 << 20);
  REQUIRE(unpacked.ok());
  put_file(folder.path / plain, *unpacked);
  put_file(folder.path / (packed + ".new"), "half");
  CHECK(all_of(EventBlocks(folder.path, 0)) == text);
  REQUIRE(pack_full_files(abilities::real_file_system(), folder.path, FileLimits()).ok());
  CHECK_FALSE(std::filesystem::exists(folder.path / plain));
  CHECK(all_of(EventBlocks(folder.path, 0)) == text);
}

}  // namespace cherub::server::telemetry
