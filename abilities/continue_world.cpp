#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "abilities/run_loop.h"
#include "abilities/run_records.h"
#include "engine/base/hash.h"

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
  RunSummary summary;
  summary.dir = dir;
  const char* type = "error";
  base::JsonObject json;
  json.add("dir", dir);
  if (lived) {
    type = lived->terminated ? "terminated" : "done";
    summary.end = lived->terminated ? RunEnd::kTerminated : RunEnd::kDone;
    summary.hash = lived->hash;
    summary.ticks = lived->ticks;
    summary.best_sha256 = lived->sha256;
    json.add("ticks", lived->ticks)
        .add("tick", lived->tick)
        .add("hash", base::hex64(lived->hash))
        .add("sha256", lived->sha256)
        .add("faults", lived->policy.fault_count())
        .add("wall_time_s", lived->wall_s);
  } else {
    summary.error = lived.error().text();
    json.add("message", lived.error().message).add("where", lived.error().where);
  }
  const RunRecord last = record(type, json);
  summary.json = last.json;
  control.state().close();
  serial.on_record(last);
  return summary;
}

}  // namespace cherub::abilities
