#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"
#include "server/config.h"
#include "server/run_registry.h"

namespace cherub::server {

struct ServeOptions {
  Config config;
  std::string web_dir;                       // serve the viewer's files from here, for development
  std::function<std::string()> ledger_json;  // what all runs took of models; empty: unknown
};

// Serves until SIGINT or SIGTERM, then interrupts runs, which can be resumed, and tells clients
// good-bye, within ten seconds; a second signal ends the process at once. Prints one line with the
// address when it is ready.
base::Result<void> serve(const ServeOptions& options, RunFunction run_function);

}  // namespace cherub::server
