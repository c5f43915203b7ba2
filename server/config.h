#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/angel/call_gate.h"
#include "abilities/angel/provider_config.h"
#include "abilities/ledger.h"
#include "engine/base/result.h"
#include "server/limits.h"

namespace cherub::server {

inline constexpr std::size_t kConfigBytesMax = 64 * 1024;
inline constexpr const char* kConfigFileDefault = "cherub.yaml";
inline constexpr const char* kNoCatalogue = "none";

// What the program can be told besides a command's own arguments. Every field can be set, weakest
// first, by its default, by the file's key of the same name, by the environment variable
// CHERUB_<NAME> and by a flag; `providers` and `prices` by the file only.
struct Config {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8088;
  std::uint16_t frames_port = 0;  // for native renderers; 0: none
  std::string runs_dir = "runs";
  std::string catalogue;  // a folder, or none; empty: `catalogue` beside runs_dir
  std::string token_env;  // the variable that holds the access token; empty: none
  std::string origins;    // whose pages may use the server beside its own, with commas between
  std::string tls_cert, tls_key;   // PEM files; empty: no TLS
  std::uint32_t runs_at_once = 0;  // 0: one per core
  std::uint32_t runs_queued = 16;
  std::uint32_t runs_kept = 64;     // finished ones in memory; the others are read from disk
  bool resume_interrupted = false;  // when the server begins
  ServerLimits limits;
  std::string scenario = "maze";
  std::uint32_t threads = 0;  // for episodes; 0: one per core
  // Telemetry of each run: what is milder than the level is not taken; lines in memory; a file is
  // full at so many MiB, and so many full ones are kept.
  std::string telemetry_level = "INFO";
  std::uint32_t telemetry_ring = 5000, telemetry_file_mib = 50, telemetry_files = 8;
  bool jit = true;
  std::string provider;  // empty: the first of `providers`, else builtin
  std::string model;
  std::string base_url;
  std::string key_variable;  // the variable that holds the provider's key; empty: the usual one
  // Over all runs of the process; 0: no limit.
  std::uint32_t requests_per_minute = 0, tokens_per_minute = 0, calls_at_once = 8;
  std::vector<abilities::angel::ProviderConfig> providers;  // in the order in which they are asked
  abilities::PriceTable prices;

  [[nodiscard]] abilities::angel::CallLimits call_limits() const {
    return {requests_per_minute, tokens_per_minute, calls_at_once};
  }
};

// The names of all fields that are one value, in the order of the struct.
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
