// The rules of docs/ARCHITECTURE.md that a reader of the sources can check: layers point one way,
// Lua and Boost stay where they belong, files stay small enough to read.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinesMax = 500;
constexpr std::size_t kColumnsMax = 100;

struct SourceFile {
  std::string path;  // from the repository root
  std::vector<std::string> lines;
};

std::vector<SourceFile> sources(const std::vector<std::string>& folders,
                                const std::set<std::string>& extensions) {
  std::vector<SourceFile> files;
  const fs::path root = CHERUB_SOURCE_DIR;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file() || !extensions.contains(entry.path().extension().string()))
        continue;
      SourceFile file{fs::relative(entry.path(), root).string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

// Programs that tests feed to the sandbox are data, not code that anyone lives in.
bool is_input(const std::string& path) {
  return path.starts_with("tests/escapes/attacks/") || path.starts_with("tests/fuzz/seeds/") ||
         path.starts_with("tests/programs/");
}

const std::vector<std::string> kRooms{"engine", "sandbox", "scripting", "abilities", "server"};

// "engine/base/hash.h" is in the room "engine/base"; everything else in that of its first folder.
std::string room_of(const std::string& path) {
  if (path.starts_with("engine/base/")) return "engine/base";
  return path.substr(0, path.find('/'));
}

std::vector<std::string> includes(const SourceFile& file) {
  static const std::regex pattern("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
  std::vector<std::string> found;
  for (const std::string& line : file.lines) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) found.push_back(match[1]);
  }
  return found;
}

}  // namespace

TEST_CASE("includes point one way: server, abilities, scripting, sandbox and engine, base") {
  const std::map<std::string, std::set<std::string>> allowed{
      {"engine/base", {"engine/base"}},
      {"engine", {"engine", "engine/base"}},
      {"sandbox", {"sandbox", "engine/base"}},
      {"scripting", {"scripting", "sandbox", "engine", "engine/base"}},
      {"abilities", {"abilities", "scripting", "sandbox", "engine", "engine/base"}},
      {"server", {"server", "abilities", "scripting", "sandbox", "engine", "engine/base"}},
  };
  for (const SourceFile& file : sources(kRooms, {".h", ".cpp"})) {
    for (const std::string& include : includes(file)) {
      const std::string target = room_of(include);
      if (!allowed.contains(target)) continue;  // not ours
      INFO(file.path << " includes " << include);
      CHECK(allowed.at(room_of(file.path)).contains(target));
    }
  }
}

TEST_CASE("Lua stays in sandbox and scripting, Boost in server and the angel's transport") {
  for (const SourceFile& file : sources(kRooms, {".h", ".cpp"})) {
    const std::string room = room_of(file.path);
    for (const std::string& include : includes(file)) {
      INFO(file.path << " includes " << include);
      const bool lua = include == "lua.hpp" || include == "lua.h" || include.starts_with("luajit");
      CHECK((!lua || room == "sandbox" || room == "scripting"));
      const bool boost = include.starts_with("boost/");
      CHECK(
          (!boost || room == "server" || file.path.starts_with("abilities/angel/http_transport")));
    }
  }
}

TEST_CASE("only the sandbox makes Lua states") {
  for (const SourceFile& file : sources(kRooms, {".h", ".cpp"})) {
    for (const std::string& line : file.lines) {
      const bool makes = line.find("lua_newstate") != std::string::npos ||
                         line.find("luaL_newstate") != std::string::npos;
      INFO(file.path);
      CHECK((!makes || room_of(file.path) == "sandbox"));
    }
  }
}

TEST_CASE("every header guards itself, and includes are written from the root") {
  for (const SourceFile& file : sources(kRooms, {".h", ".cpp"})) {
    INFO(file.path);
    if (file.path.ends_with(".h")) {
      CHECK(std::find(file.lines.begin(), file.lines.end(), "#pragma once") != file.lines.end());
    }
    for (const std::string& include : includes(file)) CHECK_FALSE(include.starts_with("."));
  }
}

TEST_CASE("files and lines stay readable") {
  std::vector<std::string> folders = kRooms;
  folders.insert(folders.end(), {"clients", "tests"});
  for (const SourceFile& file : sources(folders, {".h", ".cpp", ".lua", ".js", ".css", ".py"})) {
    if (is_input(file.path)) continue;
    INFO(file.path);
    CHECK(file.lines.size() <= kLinesMax);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      // Columns are counted in characters, as people see them.
      const auto columns = std::count_if(file.lines[i].begin(), file.lines[i].end(),
                                         [](char c) { return (c & 0xc0) != 0x80; });
      INFO("line " << i + 1);
      CHECK(static_cast<std::size_t>(columns) <= kColumnsMax);
    }
  }
}

TEST_CASE("no worldly side doors in the engine: no clock, threads, files or unordered iteration") {
  const std::vector<std::string> forbidden{"<chrono>",        "<thread>",  "<mutex>",
                                           "<fstream>",       "<random>",  "<unordered_map>",
                                           "<unordered_set>", "<iostream>"};
  for (const SourceFile& file : sources({"engine"}, {".h", ".cpp"})) {
    // Made by whoever owns a world, never by a world.
    if (file.path.find("engine/base/thread_pool.") != std::string::npos) continue;
    for (const std::string& line : file.lines) {
      for (const std::string& word : forbidden) {
        INFO(file.path << ": " << line);
        CHECK(line.find("#include " + word) == std::string::npos);
      }
    }
  }
}
