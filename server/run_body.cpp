#include "server/run_body.h"

#include <algorithm>
#include <string>
#include <vector>

#include "abilities/goal.h"
#include "engine/base/json.h"
#include "engine/scenario.h"

namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;

constexpr const char* kClientKeyVariable = "CHERUB_CLIENT_KEY";

}  // namespace

void settle_key(abilities::RunRequest& request, const abilities::RunRequest& defaults) {
  // The operator's key goes to the operator's addresses only.
  std::vector<abilities::angel::ProviderConfig> own = defaults.configured;
  own.push_back(defaults.provider);
  const bool known = std::any_of(own.begin(), own.end(), [&](const auto& config) {
    return config.base_url == request.provider.base_url &&
           config.key_variable == request.provider.key_variable &&
           config.provider == request.provider.provider;
  });
  if (!known) request.provider.key_variable = kClientKeyVariable;
}

base::Result<abilities::RunRequest> read_run_body(std::string_view json,
                                                  const abilities::RunRequest& defaults) {
  const auto body = base::parse_json(json);
  if (!body.ok()) return body.error();
  if (!body->IsObject()) {
    return Error{ErrorCode::kInvalidArgument, "The body must be a JSON object.", "body"};
  }
  abilities::RunRequest wanted = defaults;
  const auto render = body->FindMember("render");
  if (render != body->MemberEnd() && render->value.IsBool()) {
    wanted.live_paced = render->value.GetBool();
  }
  auto request = abilities::run_request_from_json(json, wanted);
  if (!request.ok()) return request.error();
  if (body->HasMember("provider_url")) settle_key(*request, defaults);
  request->threads = std::clamp(request->threads, 1U, std::max(1U, defaults.threads));
  const auto scenario = abilities::scenario_of(*request);
  if (!scenario.ok()) return scenario.error();
  if (request->provider.provider == "builtin" && request->policy_code.empty()) {
    const auto objective = abilities::understand(request->user_goal, *scenario);
    if (!objective.ok()) {
      return Error{ErrorCode::kInvalidArgument, objective.error().message, "user_goal"};
    }
  }
  return request;
}

}  // namespace cherub::server
