#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "abilities/policy_writer.h"
#include "abilities/run.h"
#include "abilities/run_model.h"

namespace cherub::abilities {

// What a run takes from outside besides its request, so that tests can give their own.
struct RunTools {
  MakeModel make_model;  // empty: over HTTP
  // What the runs of a process share; null: this run is alone.
  std::shared_ptr<angel::ModelServices> services;
  // Of what is searched for in a living world: its scenario, whatever ships under that name …
  std::optional<engine::Scenario> scenario;
  Ledger* within = nullptr;  // … and where what is used counts too
  // The run's folder is there: its search goes on with what was measured and answered before.
  bool resumes = false;
};

// The search for a policy for a living world: a run in <dir>/policies, as the request says but for
// the goal, on one thread and within the limits that `ledger` leaves.
RunSummary write_policy(const RunRequest& request, const std::string& dir, const PolicyOrder& order,
                        RunControl& control, RunObserver& observer, Ledger& ledger, RunTools tools);

// execute_run with given tools.
RunSummary execute_run_with(const RunRequest& request, const std::string& run_id,
                            RunControl& control, RunObserver& observer, const RunTools& tools);

}  // namespace cherub::abilities
