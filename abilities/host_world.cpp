#include "abilities/host_world.h"

#include <utility>

#include "abilities/live_summary.h"
#include "abilities/live_world.h"
#include "abilities/replay.h"
#include "abilities/run_folder.h"
#include "abilities/run_records.h"

namespace cherub::abilities {
namespace {

std::string request_json(const HostOrder& order) {
  return base::JsonObject()
      .add("kind", order.kind)
      .add("scenario", order.scenario.name)
      .add("seed", order.seed)
      .add("live_paced", order.paced)
      .add("live_seconds", order.seconds)
      .text();
}

// Whoever took the run in may have made its folder.
base::Result<RunFolder> folder_of(const HostOrder& order, const std::string& run_id) {
  auto folder = RunFolder::open(order.runs_dir, run_id);
  return folder ? std::move(folder) : RunFolder::create(order.runs_dir, run_id);
}

base::Result<LiveResult> live(const HostOrder& order, const RunFolder& folder, RunControl& control,
                              RunObserver& observer) {
  if (auto kept = folder.write("request.json", request_json(order) + "\n"); !kept) {
    return kept.error();
  }
  LiveOptions options;
  options.seed = order.seed;
  options.seconds = order.seconds;
  options.paced = order.paced;
  options.autosave_s = order.autosave_s;
  options.threads = order.threads;
  options.host.jit = order.jit;
  options.world_dir = (folder.path() / "live").string();
  LiveTools tools;
  tools.folder = &folder;
  LiveWorld world(order.scenario, std::make_shared<scripting::ScriptRegistry>(), options,
                  control.state(), observer, tools);
  return world.live("", "");
}

}  // namespace

RunSummary host_world(const HostOrder& order, const std::string& run_id, RunControl& control,
                      RunObserver& observer) {
  SerialObserver serial(observer);
  serial.on_record(record("connected", base::JsonObject().add("run_id", run_id)));
  const auto folder = folder_of(order, run_id);
  const auto lived =
      folder ? live(order, *folder, control, serial) : base::Result<LiveResult>(folder.error());
  RunSummary summary = live_summary(lived, folder ? folder->path().string() : "");
  summary.run_id = run_id;
  if (folder) {
    if (const auto kept = folder->write("summary.json", summary.json + "\n"); !kept) {
      serial.on_record(record("warning", base::JsonObject()
                                             .add("about", "summary")
                                             .add("message", kept.error().message)
                                             .add("where", kept.error().where)));
    }
  }
  end_run(summary, control, serial);
  return summary;
}

}  // namespace cherub::abilities
