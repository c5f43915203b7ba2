#include "server/static_files.h"

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "engine/base/sha256.h"
#include "server/web_files.h"

namespace cherub::server {
namespace {

struct Source {
  std::string_view path;
  std::string_view body;
};

const Source kSources[] = {
#include "server/web_table.inc"
};

std::string content_type(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (path.size() >= ending.size() && path.substr(path.size() - ending.size()) == ending) {
      return std::string(type);
    }
  }
  return "application/octet-stream";
}

StaticFile make_file(std::string_view path, std::string body) {
  std::string etag = "\"" + base::sha256_hex(body).substr(0, 32) + "\"";
  return {content_type(path), std::move(body), std::move(etag)};
}

// By path; made once, tags and all.
const std::map<std::string_view, StaticFile>& embedded() {
  static const std::map<std::string_view, StaticFile> files = [] {
    std::map<std::string_view, StaticFile> made;
    for (const Source& source : kSources) {
      made.emplace(source.path, make_file(source.path, std::string(source.body)));
    }
    return made;
  }();
  return files;
}

// One name, no folders, nothing hidden.
bool plain_name(std::string_view name) {
  if (name.empty() || name.front() == '.') return false;
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
         std::string_view::npos;
}

}  // namespace

std::optional<StaticFile> StaticFiles::find(std::string_view path) const {
  if (path == "/") path = "/index.html";
  if (!dir_.empty()) {
    const std::string name(path.substr(1));
    if (!plain_name(name)) return std::nullopt;
    std::ifstream file(dir_ + "/" + name, std::ios::binary);
    if (!file) return std::nullopt;
    return make_file(path, {std::istreambuf_iterator<char>(file), {}});
  }
  const auto found = embedded().find(path);
  return found == embedded().end() ? std::nullopt : std::optional(found->second);
}

}  // namespace cherub::server
