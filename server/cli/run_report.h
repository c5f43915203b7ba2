#pragma once

#include "abilities/run.h"

namespace cherub::server::cli {

// What a person wants to see at the end of a run: the generated Lua, its measured results beside
// the random walker's, and where everything is kept.
void print_run_report(const abilities::RunSummary& summary);

}  // namespace cherub::server::cli
