// Runs every file of the given folders through the fuzz target once, and mutations of each with a
// fixed seed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutationsPerSeed = 200;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// Overwrites, drops, doubles or swaps in a few places.
std::string mutate(std::string text, cherub::base::RandomStream& random) {
  const auto edits = 1 + random.below(4);
  for (std::uint64_t i = 0; i < edits && !text.empty(); ++i) {
    const auto at = static_cast<std::size_t>(random.below(text.size()));
    const auto length =
        static_cast<std::size_t>(1 + random.below(std::min<std::uint64_t>(12, text.size() - at)));
    switch (random.below(4)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      default:
        std::swap(text[at], text[static_cast<std::size_t>(random.below(text.size()))]);
        break;
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  int runs = 0;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    run(content.str());
    cherub::base::RandomStream random(1, 0, static_cast<std::uint64_t>(runs),
                                      cherub::base::Stream::kSearch);
    for (int i = 0; i < kMutationsPerSeed; ++i, ++runs) run(mutate(content.str(), random));
  }
  std::printf("%zu seeds, %d mutations\n", paths.size(), runs);
  return paths.empty() ? 1 : 0;
}
