#include "server/stored_progress.h"

#include <utility>

#include "server/progress_log.h"
#include "server/spec/record_types.h"

namespace cherub::server {

std::shared_ptr<RecordChannel> stored_progress(const StoredRuns& stored, const StoredRun& run,
                                               const HubOptions& hub) {
  RecordChannelOptions options;
  options.name = "progress/" + run.run_id;
  options.epoch = hub.epoch;
  options.executor = [](const std::function<void()>& call) { call(); };
  options.wall_ms = hub.wall_ms;
  const auto channel = std::make_shared<RecordChannel>(std::move(options));
  bool ended = false;
  for (abilities::RunRecord& record : read_progress(stored.folder(run.run_id))) {
    const bool key = is_key_record(record.type);
    ended = is_last_record(record.type);
    channel->publish({std::move(record.type), std::move(record.json), key});
  }
  if (!ended && run.state != "interrupted" && run.summary_json != "null") {
    channel->publish({run.state == "failed" ? "error" : run.state, run.summary_json, true});
  }
  return channel;
}

}  // namespace cherub::server
