#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "server/telemetry/kinds.h"
#include "server/telemetry/log.h"

namespace cherub::server::telemetry {

// A folder of its own that is empty at the start and gone at the end.
struct TelemetryFolder {
  explicit TelemetryFolder(const std::string& name)
      : path(std::filesystem::temp_directory_path() / ("cherub_telemetry_" + name)) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~TelemetryFolder() { std::filesystem::remove_all(path); }
  const std::filesystem::path path;
};

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline Event event_of(const Kind& kind, std::string detail = {}) {
  Event event;
  event.kind = &kind;
  event.level = kind.level;
  event.detail = std::move(detail);
  return event;
}

inline std::string line_of(std::uint64_t seq, const Kind& kind = kinds::kSpawn,
                           std::string detail = {}) {
  std::string line;
  append_line(line, seq, "r", event_of(kind, std::move(detail)));
  return line;
}

inline std::vector<std::uint64_t> numbers_in(std::string_view lines) {
  std::vector<std::uint64_t> numbers;
  for_each_line(lines,
                [&](std::string_view, const EventHead& head) { numbers.push_back(head.seq); });
  return numbers;
}

// Everything on disk, block after block.
inline std::string all_of(EventBlocks blocks) {
  std::string text;
  for (;;) {
    const auto block = blocks.next();
    if (!block.ok() || block->empty()) return text;
    text += *block;
  }
}

inline std::string all_of(SelectedLines lines) {
  std::string text;
  for (;;) {
    const auto block = lines.next();
    if (!block.ok() || block->empty()) return text;
    text += *block;
  }
}

inline std::vector<std::uint64_t> counted(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = first; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

}  // namespace cherub::server::telemetry
