#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/run.h"
#include "server/outbox.h"

namespace cherub::server {

// The history that a late subscriber is given. Beyond it, plain records go before key records.
inline constexpr std::size_t kHistoryRecordsMax = 512;
inline constexpr std::size_t kHistoryBytesMax = std::size_t{2} << 20;
inline constexpr std::chrono::milliseconds kFrameInterval{33};  // at most 30 frames a second

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

// Between one run and its clients: the run's records and world states go in on the run's threads,
// immutable bytes come out into the outboxes of the subscribers. Publishing never waits for a
// client. Subscribing hands over history and switches to live in one step: nothing is lost or
// repeated.
class Hub final : public abilities::RunObserver {
 public:
  // `hello` opens every render view. The clock limits the frame rate.
  Hub(std::string run_id, std::string hello, SteadyClock clock);

  void on_record(const abilities::RunRecord& record) override;
  void on_tick(const engine::World& world, const engine::TickReport& report) override;
  bool wants_ticks() const override;

  // `state` is the run's at the moment, for the greeting {"type":"connected", …}.
  void join_progress(const std::shared_ptr<Outbox>& outbox, std::string_view state);
  void join_world(const std::shared_ptr<Outbox>& outbox);
  void join_agents(const std::shared_ptr<Outbox>& outbox);
  void leave(const std::shared_ptr<Outbox>& outbox);

 private:
  struct Remembered {
    SharedBytes bytes;
    bool key = false;
  };
  using Subscribers = std::vector<std::shared_ptr<Outbox>>;

  void remember(SharedBytes bytes, bool key);
  void forget_oldest();
  void publish_world(const engine::World& world, const engine::TickReport& report);
  void count_render_subscribers();

  const std::string run_id_;
  const SharedBytes hello_;
  const SteadyClock clock_;

  mutable std::mutex mutex_;
  std::uint64_t seq_ = 0;  // of records
  std::deque<Remembered> history_;
  std::size_t history_bytes_ = 0;
  Subscribers progress_, world_, agents_;
  SharedBytes last_world_, last_agents_;
  std::uint64_t terrain_hash_ = 0;
  std::uint32_t world_seq_ = 0, agents_seq_ = 0;

  std::atomic<std::size_t> render_subscribers_{0};
  std::atomic<std::int64_t> next_frame_ns_{0};  // on the steady clock
};

}  // namespace cherub::server
