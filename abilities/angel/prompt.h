#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abilities/angel/language_model.h"
#include "engine/scenario.h"

namespace cherub::abilities::angel {

struct SeedRow {
  std::uint64_t seed = 0;
  bool success = false;
  std::vector<double> metrics;  // as Scenario::metrics
  std::uint64_t faults = 0;
  std::string note;             // first fault, main refusal
};

// All that a model is told. Bounded: long parts are cut with a mark that says so.
struct Brief {
  std::string goal;
  const engine::Scenario* scenario = nullptr;
  std::uint64_t fuel_per_act = 0;
  std::size_t memory_per_agent_bytes = 0;
  std::string parent_code;               // empty in the first round
  std::vector<SeedRow> parent_results;
  std::string critique;
  std::vector<std::string> errors;       // diagnostics of the last refused reply, as text with code frames
  std::string refused_code;              // the reply they are about
  std::vector<std::string> attempts;     // "iteration 2: score 0.41 (-0.10)"
};

ModelRequest build_prompt(const Brief& brief);

}  // namespace cherub::abilities::angel
