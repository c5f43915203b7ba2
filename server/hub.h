#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/run.h"
#include "server/frame_stream.h"
#include "server/metrics/live_figures.h"
#include "server/pov.h"
#include "server/record_channel.h"

namespace cherub::server::telemetry {
class Bus;
class Log;
}  // namespace cherub::server::telemetry

namespace cherub::server {

inline constexpr std::chrono::milliseconds kFrameInterval{33};  // at most 30 frames a second
inline constexpr std::size_t kPovAgentsMax = 16;                // whose views a run makes at a time

// What all hubs of a process share.
struct HubOptions {
  SteadyClock clock;  // limits the frame rate
  // Where records and frames are handed out; by default at once, on the publishing thread.
  Executor executor = [](const std::function<void()>& call) { call(); };
  std::function<std::int64_t()> wall_ms = [] { return std::int64_t{0}; };
  // Of all sequence numbers: changes when what they count is lost.
  std::string epoch = "0";
  std::shared_ptr<std::atomic<std::uint32_t>> streams =
      std::make_shared<std::atomic<std::uint32_t>>(0);
  std::shared_ptr<LiveFigures> figures = std::make_shared<LiveFigures>();
  std::shared_ptr<telemetry::Bus> telemetry = nullptr;  // null: none is kept
};

// Between one run and its clients: the run's records and world states go in on the run's threads
// and come out of channels. Publishing never waits for a client.
class Hub final : public abilities::RunObserver {
 public:
  // `hello` opens every render view.
  Hub(const std::string& run_id, std::string hello, HubOptions options);

  void on_record(const abilities::RunRecord& record) override;
  void on_tick(const engine::World& world, const engine::TickReport& report) override;
  bool wants_ticks() const override;
  void on_figures(const abilities::TickFigures& figures) override { figures_.add(figures); }
  void on_live_tick(const engine::World& world, const engine::TickReport& report) override;

  // A preset view of the progress, greeted with {"type":"connected", …}; `state` is the run's at
  // the moment.
  void join_progress(const std::shared_ptr<Outbox>& outbox, std::string_view state);
  [[nodiscard]] const std::shared_ptr<RecordChannel>& progress() const { return progress_; }
  // "world", "agents", "pov_world_<row>", "pov_agents_<row>". kNotFound: no such view;
  // kUnavailable: more agents are looked through than a run makes views for.
  base::Result<std::shared_ptr<FrameStream>> frames(std::string_view view);
  [[nodiscard]] const std::string& hello() const { return *hello_; }
  // Alive in the live world; from any thread.
  [[nodiscard]] std::size_t agents() const { return figures_.agents(); }
  // The run's own; null: none is kept.
  [[nodiscard]] const std::shared_ptr<telemetry::Log>& telemetry() const { return telemetry_; }

 private:
  std::shared_ptr<FrameStream> make_frames(const std::string& view, FrameChannel kind) const;
  void publish_world(const engine::World& world, const engine::TickReport& report);
  [[nodiscard]] std::vector<std::shared_ptr<Pov>> watched_povs() const;

  const std::string run_id_;
  const SharedBytes hello_;
  const HubOptions options_;
  RunFigures figures_;
  const std::shared_ptr<telemetry::Log> telemetry_;  // behind the bus that options_ keep alive
  const std::shared_ptr<RecordChannel> progress_;
  const std::shared_ptr<FrameStream> world_, agents_;

  mutable std::mutex povs_mutex_;
  std::map<std::uint32_t, std::shared_ptr<Pov>> povs_;  // by row
  std::atomic<bool> has_povs_{false};

  std::uint64_t terrain_hash_ = 0;  // these two: only of on_tick, which is called one at a time
  bool terrain_sent_ = false;
  std::atomic<std::int64_t> next_frame_ns_{0};  // on the steady clock
};

// A view of one run's progress: the greeting, the history, what follows.
void join_progress(RecordChannel& channel, const std::shared_ptr<Outbox>& outbox,
                   std::string_view run_id, std::string_view state);

}  // namespace cherub::server
