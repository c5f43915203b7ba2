#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cherub::server {

struct StaticFile {
  std::string content_type;
  std::string body;
  std::string etag;  // quoted
};

// The viewer's files. Embedded in the program: a fixed table, so no path can lead elsewhere. With a
// development folder they are read from there on every request, and only plain names inside it.
class StaticFiles {
 public:
  explicit StaticFiles(std::string development_dir = {}) : dir_(std::move(development_dir)) {}

  // `path` as in the request; "/" is index.html.
  [[nodiscard]] std::optional<StaticFile> find(std::string_view path) const;

 private:
  std::string dir_;
};

}  // namespace cherub::server
