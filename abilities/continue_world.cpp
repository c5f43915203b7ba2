#include "abilities/live_summary.h"
#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "abilities/run_loop.h"
#include "abilities/run_records.h"

namespace cherub::abilities {

RunSummary continue_world(const std::string& dir, const RunRequest& request, RunControl& control,
                          RunObserver& observer) {
  SerialObserver serial(observer);
  LiveOptions options;
  options.seconds = request.live_seconds;
  options.paced = request.live_paced;
  options.autosave_s = request.autosave_s;
  options.threads = request.threads;
  options.host.jit = request.jit;
  options.save_name = request.save_name;
  options.world_dir = world_path(dir).string();
  const auto services = std::make_shared<angel::ModelServices>(angel::CallLimits{}, request.prices);
  Ledger ledger({request.limits, request.prices, &services->total, {}, {}});
  LiveTools tools;
  tools.make_ability_angel = [&] {
    return make_ability_angel(request, {*services, ledger, {}, {}});
  };
  tools.write_policy = [&](const PolicyOrder& order, RunControl& inner, RunObserver& told) {
    return write_policy(request, dir, order, inner, told, ledger, {{}, services, {}, nullptr, {}});
  };
  LiveWorld world({}, std::make_shared<scripting::ScriptRegistry>(), options, control.state(),
                  serial, tools);
  const auto lived = world.go_on();
  RunSummary summary = live_summary(lived, dir);
  end_run(summary, control, serial);
  return summary;
}

}  // namespace cherub::abilities
