#include <filesystem>

#include "abilities/run_folder.h"
#include "abilities/run_loop.h"

namespace cherub::abilities {
namespace {

std::string policy_id(std::uint64_t number) {
  return "policy-" + std::to_string(number);
}

}  // namespace

RunSummary write_policy(const RunRequest& request, const std::string& dir, const PolicyOrder& order,
                        RunControl& control, RunObserver& observer, Ledger& ledger,
                        RunTools tools) {
  const auto folder = std::filesystem::path(dir);
  RunRequest inner = request;
  inner.user_goal = order.goal;
  inner.policy_code.clear();
  inner.existing_code = order.existing_code;
  inner.scenario = order.scenario.name;
  inner.threads = 1;  // the world has the others
  inner.live_seconds = 0;
  inner.world_dir.clear();
  inner.limits = ledger.left();
  inner.runs_dir = (folder / "policies").string();
  // The run's own replies stay its own.
  if (inner.cassette == (folder / kRepliesFile).string()) inner.cassette.clear();
  std::uint64_t number = order.number;  // a world that is gone on with counts anew
  while (std::filesystem::exists(std::filesystem::path(inner.runs_dir) / policy_id(number))) {
    ++number;
  }
  tools.scenario = order.scenario;
  tools.within = &ledger;
  return execute_run_with(inner, policy_id(number), control, observer, tools);
}

}  // namespace cherub::abilities
