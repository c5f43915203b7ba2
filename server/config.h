#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace cherub::server {

inline constexpr std::size_t kConfigBytesMax = 64 * 1024;
inline constexpr const char* kConfigFileDefault = "cherub.yaml";
inline constexpr const char* kNoCatalogue = "none";

// What the program can be told besides a command's own arguments. Every field can be set, weakest
// first, by its default, by the file's key of the same name, by the environment variable
// CHERUB_<NAME> and by a flag.
struct Config {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8088;
  std::string runs_dir = "runs";
  std::string catalogue;  // a folder, or none; empty: `catalogue` beside runs_dir
  std::string token_env;  // the variable that holds the access token; empty: none
  std::string scenario = "maze";
  std::uint32_t threads = 0;  // for episodes; 0: one per core
  bool jit = true;
  std::string provider = "builtin";
  std::string model;
  std::string base_url;
  std::string key_variable;  // the variable that holds the provider's key; empty: the usual one
};

// The names of all fields, in the order of the struct.
std::vector<std::string> config_keys();

// Looks a variable up in the environment; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Defaults, then the file's text, then the environment. `file_name` is for messages: an unknown key
// or a wrong type is an error that names key and file. An empty text is an empty file.
base::Result<Config> read_config(std::string_view yaml, const std::string& file_name,
                                 const Environment& environment);

// The same from disk: `path` if given, else ./cherub.yaml if there is one.
base::Result<Config> load_config(const std::string& path);

}  // namespace cherub::server
