#pragma once

#include <string>

#include "abilities/ledger.h"
#include "engine/base/result.h"
#include "server/config.h"
#include "server/run_registry.h"

namespace cherub::server {

struct ServeOptions {
  Config config;
  std::string web_dir;                        // serve the viewer's files from here, for development
  const abilities::Ledger* ledger = nullptr;  // what all runs took of models; null: unknown
};

// Serves until SIGINT or SIGTERM, then interrupts runs, which can be resumed, and tells clients
// good-bye, within ten seconds; a second signal ends the process at once. Prints one line with the
// address when it is ready.
base::Result<void> serve(const ServeOptions& options, RunFunction run_function);

}  // namespace cherub::server
