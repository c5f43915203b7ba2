#include "server/run_defaults.h"

#include <algorithm>
#include <filesystem>
#include <thread>

namespace cherub::server {

std::string catalogue_folder(const Config& config) {
  if (config.catalogue == kNoCatalogue) return {};
  if (!config.catalogue.empty()) return config.catalogue;
  std::filesystem::path runs = std::filesystem::path(config.runs_dir).lexically_normal();
  if (!runs.has_filename()) runs = runs.parent_path();  // "runs/"
  return (runs.parent_path() / "catalogue").string();
}

abilities::RunRequest run_defaults(const Config& config) {
  abilities::RunRequest request;
  request.scenario = config.scenario;
  request.runs_dir = config.runs_dir;
  request.catalogue_dir = catalogue_folder(config);
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  request.threads = config.threads == 0 ? cores : config.threads;
  request.jit = config.jit;
  request.configured = config.providers;
  request.prices = config.prices;
  const bool listed = config.provider.empty() && !config.providers.empty();
  if (listed) {
    request.provider = config.providers.front();
    request.fallbacks.assign(config.providers.begin() + 1, config.providers.end());
    return request;
  }
  if (!config.provider.empty()) request.provider.provider = config.provider;
  for (const auto& configured : config.providers) {
    if (configured.name != config.provider) continue;
    request.provider = configured;
    return request;
  }
  request.provider.model = config.model;
  request.provider.base_url = config.base_url;
  request.provider.key_variable = config.key_variable;
  return request;
}

}  // namespace cherub::server
