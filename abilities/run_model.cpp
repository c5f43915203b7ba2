#include "abilities/run_model.h"

#include <utility>

#include "abilities/angel/cassette.h"
#include "abilities/angel/http_peer.h"
#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

using angel::CassetteMode;
using angel::CassetteRequest;
using angel::LanguageModel;
using angel::PatientModel;
using angel::Peer;
using angel::ProviderConfig;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kCassetteProvider = "cassette";

std::vector<ProviderConfig> providers_of(const RunRequest& request) {
  std::vector<ProviderConfig> providers{request.provider};
  providers.insert(providers.end(), request.fallbacks.begin(), request.fallbacks.end());
  return providers;
}

Result<std::unique_ptr<Peer>> make_peer(const ProviderConfig& config, const MakeModel& make_model) {
  if (!make_model) return angel::make_http_peer(config, {});
  auto model = make_model(config);
  if (!model) return model.error();
  return angel::make_peer_of_model(std::move(*model), config);
}

Result<std::unique_ptr<PatientModel>> make_patient_model(
    const std::vector<ProviderConfig>& providers, const RunModelTools& tools) {
  std::vector<std::unique_ptr<Peer>> peers;
  for (const ProviderConfig& config : providers) {
    auto peer = make_peer(config, tools.make_model);
    if (!peer) return peer.error();
    peers.push_back(std::move(*peer));
  }
  angel::CallTools calls;
  calls.gate = &tools.services.gate;
  calls.breaker = &tools.services.breaker;
  calls.ledger = &tools.ledger;
  calls.on_progress = tools.on_progress;
  return std::make_unique<PatientModel>(std::move(peers), std::move(calls));
}

Result<void> check_prices(const RunRequest& request) {
  if (!request.limits.cost) return {};
  for (const ProviderConfig& config : providers_of(request)) {
    if (request.prices.find(config.model)) continue;
    return Error{ErrorCode::kInvalidArgument,
                 "A limit on cost needs prices, and none is known for the model \"" + config.model +
                     "\". Write them under `prices` in cherub.yaml, or limit max_calls or "
                     "max_tokens instead.",
                 "limits.max_cost"};
  }
  return {};
}

Result<std::unique_ptr<LanguageModel>> make_cassette_model(const RunRequest& request,
                                                           const RunModelTools& tools) {
  const bool alone = request.provider.provider == kCassetteProvider;
  const auto named = angel::cassette_mode_named(request.cassette_mode);
  if (!named) {
    return Error{ErrorCode::kInvalidArgument, "must be record, replay, strict or auto",
                 "cassette_mode"};
  }
  const CassetteMode mode = alone ? CassetteMode::kStrict : *named;
  auto cassette = angel::Cassette::open(real_file_system(), request.cassette, mode);
  if (!cassette) return cassette.error();
  CassetteRequest parameters;
  parameters.model = request.provider.model;
  parameters.temperature = request.provider.temperature;
  parameters.max_tokens = request.provider.max_tokens;
  if (const CassetteRequest* first = (*cassette)->first(); alone && first) {
    parameters.model = first->model;
    parameters.temperature = first->temperature;
    parameters.max_tokens = first->max_tokens;
  }
  angel::CassetteModel::Inner inner;
  if (mode != CassetteMode::kStrict) {
    auto model = make_patient_model(providers_of(request), tools);
    // What was recorded can be had without a key; only a miss then fails.
    const bool needs_model = mode == CassetteMode::kRecord;
    if (!model && needs_model) return model.error();
    if (model) {
      inner = [patient = std::shared_ptr<PatientModel>(std::move(*model))](
                  const angel::ModelRequest& asked, const std::atomic<bool>* cancel) {
        return patient->call(asked, cancel);
      };
    } else {
      inner = [error = model.error()](const angel::ModelRequest&, const std::atomic<bool>*) {
        return PatientModel::Call{error, {}, true};
      };
    }
  }
  return std::unique_ptr<LanguageModel>(std::make_unique<angel::CassetteModel>(
      std::move(*cassette), std::move(parameters), std::move(inner), &tools.ledger));
}

}  // namespace

Result<std::unique_ptr<LanguageModel>> make_run_model(const RunRequest& request,
                                                      const RunModelTools& tools) {
  for (const ProviderConfig& fallback : request.fallbacks) {
    if (fallback.provider == "openai" || fallback.provider == "anthropic") continue;
    return Error{
        ErrorCode::kInvalidArgument,
        "Only language models can take turns; leave \"" + fallback.provider + "\" out of the list.",
        "provider"};
  }
  if (request.provider.provider == kCassetteProvider && request.cassette.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "The provider cassette needs a recorded file: name it with --cassette.",
                 "provider"};
  }
  if (auto priced = check_prices(request); !priced) return priced.error();
  if (!request.cassette.empty()) return make_cassette_model(request, tools);
  auto model = make_patient_model(providers_of(request), tools);
  if (!model) return model.error();
  return std::unique_ptr<LanguageModel>(std::move(*model));
}

base::JsonObject estimate_json(const RunRequest& request, const RunPlan& plan) {
  const std::uint64_t tokens_in = estimated_tokens(plan.prompt_bytes);
  const std::uint64_t tokens_out = request.provider.max_tokens;
  base::JsonObject json;
  json.add("calls", plan.calls)
      .add("calls_max", plan.calls_max)
      .add("tokens_in", plan.calls * tokens_in)
      .add("tokens_out_max", plan.calls * tokens_out);
  const Price* price = request.prices.find(request.provider.model);
  const auto cost = [&](std::uint64_t calls) {
    if (calls == 0) return std::string("0");
    return price ? micros_text(cost_of(*price, calls * tokens_in, calls * tokens_out)) : "null";
  };
  return json.raw("cost", cost(plan.calls))
      .raw("cost_max", cost(plan.calls_max))
      .add("currency", request.prices.currency)
      .add("episodes_max", plan.episodes_max)
      .add("ticks_max", plan.ticks_max)
      .raw("limits", limits_json(request.limits));
}

base::JsonObject progress_json(const angel::ModelProgress& progress) {
  base::JsonObject json;
  json.add("provider", progress.provider)
      .add("model", progress.model)
      .add("host", progress.host)
      .add("state", progress.state)
      .add("attempt", progress.attempt)
      .add("tokens", progress.tokens);
  if (!progress.message.empty()) json.add("message", progress.message);
  return json;
}

base::JsonObject warning_json(const LimitWarning& warning) {
  const std::string name = limit_name(warning.kind);
  return base::JsonObject()
      .add("limit", name)
      .raw("used", warning.used)
      .raw("max", warning.max)
      .add("message", warning.used + " of " + warning.max + " of " + name + " are used.");
}

}  // namespace cherub::abilities
