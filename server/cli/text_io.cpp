#include "server/cli/text_io.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace cherub::server::cli {

base::Result<std::string> read_text(const std::string& path, std::size_t bytes_max) {
  const bool standard = path == "-";
  std::FILE* const opened = standard ? stdin : std::fopen(path.c_str(), "rb");
  if (opened == nullptr) {
    return base::Error{base::ErrorCode::kIo, std::strerror(errno), path};
  }
  const auto close = [standard](std::FILE* file) {
    if (!standard) std::fclose(file);
  };
  const std::unique_ptr<std::FILE, decltype(close)> file(opened, close);
  std::string text;
  std::array<char, 16384> piece;
  std::size_t bytes = 0;
  while ((bytes = std::fread(piece.data(), 1, piece.size(), file.get())) > 0) {
    text.append(piece.data(), bytes);
    if (text.size() > bytes_max) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "The file has more than " + std::to_string(bytes_max) + " bytes.", path};
    }
  }
  if (std::ferror(file.get()) != 0) {
    return base::Error{base::ErrorCode::kIo, std::strerror(errno), path};
  }
  return text;
}

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void print_error(const base::Error& error) {
  std::fprintf(stderr, "cherub: %s\n", error.text().c_str());
}

}  // namespace cherub::server::cli
