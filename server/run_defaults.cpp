#include "server/run_defaults.h"

#include <algorithm>
#include <thread>

namespace cherub::server {

abilities::RunRequest run_defaults(const Config& config) {
  abilities::RunRequest request;
  request.scenario = config.scenario;
  request.runs_dir = config.runs_dir;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  request.threads = config.threads == 0 ? cores : config.threads;
  request.jit = config.jit;
  request.provider.provider = config.provider;
  request.provider.model = config.model;
  request.provider.base_url = config.base_url;
  request.provider.key_variable = config.key_variable;
  return request;
}

}  // namespace cherub::server
