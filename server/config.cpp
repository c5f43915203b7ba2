#include "server/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "server/config_models.h"
#include "server/telemetry/event.h"

namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;

// Writes one field from its text; says what would be right when it cannot.
using Apply = std::optional<std::string> (*)(Config&, const std::string& text);

struct Key {
  const char* name;
  Apply apply;
};

template <std::string Config::*field>
std::optional<std::string> set_text(Config& config, const std::string& text) {
  config.*field = text;
  return std::nullopt;
}

template <auto field, std::uint32_t max>
std::optional<std::string> set_number(Config& config, const std::string& text) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value > max) {
    return "must be a whole number from 0 to " + std::to_string(max);
  }
  config.*field = static_cast<std::remove_reference_t<decltype(config.*field)>>(value);
  return std::nullopt;
}

template <auto limit, std::uint32_t min, std::uint32_t max>
std::optional<std::string> set_limit(Config& config, const std::string& text) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < min || value > max) {
    return "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  }
  config.limits.*limit = value;
  return std::nullopt;
}

template <bool Config::*field>
std::optional<std::string> set_switch(Config& config, const std::string& text) {
  const bool on = text == "on" || text == "true";
  if (!on && text != "off" && text != "false") return "must be on or off";
  config.*field = on;
  return std::nullopt;
}

std::optional<std::string> set_telemetry_level(Config& config, const std::string& text) {
  if (!telemetry::level_of(text)) return "must be DEBUG, INFO, WARN or ERROR";
  config.telemetry_level = text;
  return std::nullopt;
}

constexpr Key kKeys[] = {
    {"host", set_text<&Config::host>},
    {"port", set_number<&Config::port, 65535>},
    {"frames_port", set_number<&Config::frames_port, 65535>},
    {"runs_dir", set_text<&Config::runs_dir>},
    {"catalogue", set_text<&Config::catalogue>},
    {"token_env", set_text<&Config::token_env>},
    {"origins", set_text<&Config::origins>},
    {"tls_cert", set_text<&Config::tls_cert>},
    {"tls_key", set_text<&Config::tls_key>},
    {"runs_at_once", set_number<&Config::runs_at_once, 256>},
    {"runs_queued", set_number<&Config::runs_queued, 10'000>},
    {"runs_kept", set_number<&Config::runs_kept, 10'000>},
    {"resume_interrupted", set_switch<&Config::resume_interrupted>},
    {"header_bytes_max", set_limit<&ServerLimits::header_bytes, 512, 1 << 20>},
    {"body_bytes_max", set_limit<&ServerLimits::body_bytes, 1024, 64 << 20>},
    {"message_bytes_max", set_limit<&ServerLimits::message_bytes, 512, 16 << 20>},
    {"subscriptions_max", set_limit<&ServerLimits::subscriptions, 1, 10'000>},
    {"connections_max", set_limit<&ServerLimits::connections, 1, 100'000>},
    {"idle_seconds", set_limit<&ServerLimits::idle_seconds, 1, 3600>},
    {"header_seconds", set_limit<&ServerLimits::header_seconds, 1, 3600>},
    {"body_seconds", set_limit<&ServerLimits::body_seconds, 1, 3600>},
    {"run_requests_per_minute", set_limit<&ServerLimits::run_requests_per_minute, 0, 1'000'000>},
    {"run_requests_at_once", set_limit<&ServerLimits::run_requests_at_once, 1, 1'000'000>},
    {"sessions_max", set_limit<&ServerLimits::sessions, 0, 256>},
    {"session_world_seconds", set_limit<&ServerLimits::session_world_seconds, 1, 3600>},
    {"session_grace_seconds", set_limit<&ServerLimits::session_grace_seconds, 0, 86'400>},
    {"session_keep_seconds", set_limit<&ServerLimits::session_keep_seconds, 0, 86'400>},
    {"scenario", set_text<&Config::scenario>},
    {"threads", set_number<&Config::threads, 1024>},
    {"telemetry_level", set_telemetry_level},
    {"telemetry_ring", set_number<&Config::telemetry_ring, 1'000'000>},
    {"telemetry_file_mib", set_number<&Config::telemetry_file_mib, 1024>},
    {"telemetry_files", set_number<&Config::telemetry_files, 1000>},
    {"jit", set_switch<&Config::jit>},
    {"provider", set_text<&Config::provider>},
    {"model", set_text<&Config::model>},
    {"base_url", set_text<&Config::base_url>},
    {"key_variable", set_text<&Config::key_variable>},
    {"requests_per_minute", set_number<&Config::requests_per_minute, 1'000'000>},
    {"tokens_per_minute", set_number<&Config::tokens_per_minute, 1'000'000'000>},
    {"calls_at_once", set_number<&Config::calls_at_once, 1000>},
};

std::string known_keys() {
  std::string names;
  for (const Key& key : kKeys) names += std::string(key.name) + ", ";
  return names + "providers, prices";
}

std::string variable_of(std::string_view key) {
  std::string name = "CHERUB_";
  for (const char c : key) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

Error bad_config(std::string message, std::string where) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

base::Result<void> apply_file(Config& config, const YAML::Node& root, const std::string& file) {
  if (root.IsNull()) return {};
  if (!root.IsMap()) return bad_config("The file must be a map of keys to values.", file);
  for (const auto& entry : root) {
    const std::string where = file + ":" + std::to_string(entry.first.Mark().line + 1);
    if (!entry.first.IsScalar()) return bad_config("A key must be a word.", where);
    const std::string& name = entry.first.Scalar();
    if (name == "providers" || name == "prices") {
      const auto read = name == "prices" ? read_prices(config, entry.second, file)
                                         : read_providers(config, entry.second, file);
      if (!read) return read.error();
      continue;
    }
    const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const Key& known) { return name == known.name; });
    if (key == std::end(kKeys)) {
      return bad_config("Unknown key '" + name + "'; known are " + known_keys() + ".", where);
    }
    if (!entry.second.IsScalar()) return bad_config("'" + name + "' must be one value.", where);
    if (const auto wrong = key->apply(config, entry.second.Scalar())) {
      return bad_config("'" + name + "' " + *wrong + ".", where);
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> config_keys() {
  std::vector<std::string> names;
  for (const Key& key : kKeys) names.emplace_back(key.name);
  return names;
}

base::Result<Config> read_config(std::string_view yaml, const std::string& file_name,
                                 const Environment& environment) {
  Config config;
  try {
    const auto applied = apply_file(config, YAML::Load(std::string(yaml)), file_name);
    if (!applied.ok()) return applied.error();
  } catch (const YAML::Exception& exception) {
    return bad_config("This is not YAML: " + exception.msg + ".",
                      file_name + ":" + std::to_string(exception.mark.line + 1));
  }
  for (const Key& key : kKeys) {
    const std::string variable = variable_of(key.name);
    const std::optional<std::string> value = environment(variable);
    if (!value) continue;
    if (const auto wrong = key.apply(config, *value)) {
      return bad_config("The value " + *wrong + ".", "environment variable " + variable);
    }
  }
  return config;
}

base::Result<Config> load_config(const std::string& path) {
  std::string text;
  const std::string name = path.empty() ? kConfigFileDefault : path;
  std::error_code error;
  if (!path.empty() || std::filesystem::exists(name, error)) {
    std::ifstream file(name, std::ios::binary);
    if (!file || std::filesystem::is_directory(name, error)) {
      return Error{ErrorCode::kIo, "The configuration file cannot be read.", name};
    }
    text.assign(std::istreambuf_iterator<char>(file), {});
    if (text.size() > kConfigBytesMax) {
      return bad_config("A configuration file has at most 64 KiB.", name);
    }
  }
  return read_config(text, name, [](const std::string& variable) -> std::optional<std::string> {
    const char* const value = std::getenv(variable.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

}  // namespace cherub::server
