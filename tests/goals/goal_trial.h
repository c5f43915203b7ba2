#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "abilities/run.h"
#include "abilities/score.h"
#include "goal_list.h"

namespace cherub::goals {

struct TrialOptions {
  abilities::RunRequest request;  // all but scenario and goal; runs_dir must be writable
  std::uint64_t held_out = 64;    // seeds on which the two policies are compared
};

// A policy on the held-out seeds.
struct Measured {
  abilities::Aggregate aggregate;
  std::vector<double> scores;  // by seed
};

Measured measured(const engine::Scenario& scenario, const abilities::Objective& objective,
                  std::span<const abilities::EpisodeResult> episodes);

// What the built-in angel made of a goal, and a policy written by hand, on the same seeds.
struct Trial {
  std::string source;  // of the angel's policy
  std::string sha256;
  Measured angel, baseline, walker;
  double difference = 0;         // mean of angel less baseline
  abilities::Interval interval;  // of it, 95 %, paired
  double seconds = 0;            // wall time of the angel's run
  double cpu_s = 0;              // processor time of it, all threads
  std::uint64_t candidates = 0;  // measured
};

// Lets the built-in angel search and compares. `progress` hears records of the run as they come.
base::Result<Trial> try_goal(const GoalCase& goal, const TrialOptions& options,
                             const std::function<void(const abilities::RunRecord&)>& progress);

}  // namespace cherub::goals
