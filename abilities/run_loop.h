#pragma once

#include <functional>
#include <memory>
#include <string>

#include "abilities/angel/language_model.h"
#include "abilities/run.h"

namespace cherub::abilities {

// What a run takes from outside besides its request, so that tests can give their own.
struct RunTools {
  std::function<base::Result<std::unique_ptr<angel::LanguageModel>>(const angel::ProviderConfig&)>
      make_model = angel::make_language_model;
};

// execute_run with given tools.
RunSummary execute_run_with(const RunRequest& request, const std::string& run_id,
                            RunControl& control, RunObserver& observer, const RunTools& tools);

}  // namespace cherub::abilities
