#pragma once

#include <functional>
#include <memory>

#include "abilities/angel/language_model.h"
#include "abilities/angel/model_services.h"
#include "abilities/angel/patient_model.h"
#include "abilities/run.h"
#include "engine/base/json.h"

namespace cherub::abilities {

// Makes the model of one provider; for tests, which have their own.
using MakeModel = std::function<base::Result<std::unique_ptr<angel::LanguageModel>>(
    const angel::ProviderConfig&)>;

// What a run's model works with; all of it outlives the model.
struct RunModelTools {
  angel::ModelServices& services;
  Ledger& ledger;
  MakeModel make_model;  // empty: over HTTP
  std::function<void(const angel::ModelProgress&)> on_progress;
};

// The model that writes a run's policies: its providers in their order, in front of them the
// cassette when there is one. kInvalidArgument: a provider's settings, or a limit on cost for a
// model without a price.
base::Result<std::unique_ptr<angel::LanguageModel>> make_run_model(const RunRequest& request,
                                                                   const RunModelTools& tools);

// What a run may take, reckoned before it begins.
struct RunPlan {
  std::uint64_t calls = 0;      // when every reply is of use at once
  std::uint64_t calls_max = 0;  // with all repairs
  std::uint64_t prompt_bytes = 0;
  std::uint64_t episodes_max = 0, ticks_max = 0;  // of the search
};

// The plan in tokens and money, as the record "estimate" tells it.
base::JsonObject estimate_json(const RunRequest& request, const RunPlan& plan);

// The members of a "model" record, and of the "warning" that a limit is nearly reached.
base::JsonObject progress_json(const angel::ModelProgress& progress);
base::JsonObject warning_json(const LimitWarning& warning);

}  // namespace cherub::abilities
