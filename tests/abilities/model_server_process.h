#pragma once

#include <rapidjson/document.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace cherub::testing {

// A directory that is gone with its owner.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Runs a program to its end without its output; its exit code, or -1 when it could not run.
int run_program(const std::vector<std::string>& arguments);

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

// tests/system/model_server.py on a free port of 127.0.0.1, ended with its owner.
class ModelServer {
 public:
  // `script`: as the program's --script. `more`: further arguments, like --tls CERT KEY.
  explicit ModelServer(const std::string& script, const std::vector<std::string>& more = {});
  ~ModelServer();
  ModelServer(const ModelServer&) = delete;
  ModelServer& operator=(const ModelServer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }  // "http://127.0.0.1:40123"
  [[nodiscard]] std::string port() const { return url_.substr(url_.rfind(':') + 1); }
  // What it was asked so far, in order; see record_of() there for the fields.
  [[nodiscard]] std::vector<rapidjson::Document> requests() const;

 private:
  ScratchDirectory scratch_;
  pid_t process_ = -1;
  std::string url_;
};

}  // namespace cherub::testing
