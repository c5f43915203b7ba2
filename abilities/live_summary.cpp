#include "abilities/live_summary.h"

#include "abilities/run_records.h"
#include "engine/base/hash.h"

namespace cherub::abilities {
namespace {

const char* type_of(RunEnd end) {
  switch (end) {
    case RunEnd::kDone:
      return "done";
    case RunEnd::kTerminated:
      return "terminated";
    case RunEnd::kFailed:
      break;
  }
  return "error";
}

}  // namespace

RunSummary live_summary(const base::Result<LiveResult>& lived, const std::string& dir) {
  RunSummary summary;
  summary.dir = dir;
  base::JsonObject json;
  json.add("dir", dir);
  if (lived) {
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
  summary.json = record(type_of(summary.end), json).json;
  return summary;
}

void end_run(const RunSummary& summary, RunControl& control, RunObserver& observer) {
  control.state().close();
  observer.on_record({type_of(summary.end), summary.json});
}

}  // namespace cherub::abilities
