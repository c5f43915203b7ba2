#include "server/hub.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

// Records that tell the story of a run; the rest (steps, single episodes, signs of life) is detail.
constexpr std::array<std::string_view, 8> kKeyTypes = {
    "iteration", "critique", "best", "reload", "quarantine", "error", "done", "terminated"};

bool is_key(std::string_view type) {
  return std::find(kKeyTypes.begin(), kKeyTypes.end(), type) != kKeyTypes.end();
}

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// `{"type":…}` with the sequence number as its last member.
std::string with_seq(const std::string& json, std::uint64_t seq) {
  if (json.size() < 2 || json.back() != '}') return json;
  std::string out = json.substr(0, json.size() - 1);
  out += json.size() > 2 ? ",\"seq\":" : "\"seq\":";
  out += std::to_string(seq);
  out += '}';
  return out;
}

}  // namespace

Hub::Hub(std::string run_id, std::string hello, SteadyClock clock)
    : run_id_(std::move(run_id)),
      hello_(std::make_shared<const std::string>(std::move(hello))),
      clock_(std::move(clock)) {}

void Hub::on_record(const abilities::RunRecord& record) {
  // Every subscriber is greeted in its own right; the run's own greeting would come twice.
  if (record.type == "connected") return;
  const std::lock_guard lock(mutex_);
  const auto bytes = std::make_shared<const std::string>(with_seq(record.json, ++seq_));
  remember(bytes, is_key(record.type));
  for (const auto& outbox : progress_) outbox->push_record(bytes);
}

void Hub::remember(SharedBytes bytes, bool key) {
  history_bytes_ += bytes->size();
  history_.push_back({std::move(bytes), key});
  while (history_.size() > 1 &&
         (history_.size() > kHistoryRecordsMax || history_bytes_ > kHistoryBytesMax)) {
    forget_oldest();
  }
}

void Hub::forget_oldest() {
  const auto plain = std::find_if(history_.begin(), history_.end(),
                                  [](const Remembered& record) { return !record.key; });
  // The newest record stays whatever it is: it is what the caller has just added.
  const auto victim = plain < history_.end() - 1 ? plain : history_.begin();
  history_bytes_ -= victim->bytes->size();
  history_.erase(victim);
}

bool Hub::wants_ticks() const {
  return render_subscribers_.load(std::memory_order_relaxed) > 0 &&
         nanoseconds(clock_()) >= next_frame_ns_.load(std::memory_order_relaxed);
}

void Hub::on_tick(const engine::World& world, const engine::TickReport& report) {
  if (!wants_ticks()) return;
  next_frame_ns_ = nanoseconds(clock_() + kFrameInterval);
  publish_world(world, report);
  FrameHeader header;
  header.tick = report.tick;
  header.seq = ++agents_seq_;  // only on_tick touches it, and that is called one at a time
  const auto frame =
      std::make_shared<const std::string>(encode_agents_frame(header, world.columns()));
  const std::lock_guard lock(mutex_);
  last_agents_ = frame;
  for (const auto& outbox : agents_) outbox->push_frame(frame);
}

void Hub::publish_world(const engine::World& world, const engine::TickReport& report) {
  const engine::Terrain& terrain = world.terrain();
  if (terrain.blocks.size() > kFrameVoxelsMax) return;
  base::Hasher hasher;
  hasher.add(std::uint64_t{terrain.width} << 32 | terrain.depth);
  hasher.add(std::span<const std::uint8_t>(terrain.blocks));
  if (world_seq_ > 0 && hasher.value() == terrain_hash_) return;
  terrain_hash_ = hasher.value();
  FrameHeader header;
  header.tick = report.tick;
  header.seq = ++world_seq_;
  const auto frame = std::make_shared<const std::string>(encode_world_frame(header, terrain));
  const std::lock_guard lock(mutex_);
  last_world_ = frame;
  for (const auto& outbox : world_) outbox->push_frame(frame);
}

void Hub::join_progress(const std::shared_ptr<Outbox>& outbox, std::string_view state) {
  const std::lock_guard lock(mutex_);
  outbox->push_record(std::make_shared<const std::string>(base::JsonObject()
                                                              .add("type", "connected")
                                                              .add("protocol", "cherub.v1")
                                                              .add("run_id", run_id_)
                                                              .add("state", state)
                                                              .add("records", seq_)
                                                              .text()));
  for (const Remembered& record : history_) outbox->push_record(record.bytes);
  progress_.push_back(outbox);
}

void Hub::join_world(const std::shared_ptr<Outbox>& outbox) {
  const std::lock_guard lock(mutex_);
  outbox->push_record(hello_);
  if (last_world_) outbox->push_frame(last_world_);
  world_.push_back(outbox);
  count_render_subscribers();
}

void Hub::join_agents(const std::shared_ptr<Outbox>& outbox) {
  const std::lock_guard lock(mutex_);
  outbox->push_record(hello_);
  if (last_agents_) outbox->push_frame(last_agents_);
  agents_.push_back(outbox);
  count_render_subscribers();
}

void Hub::leave(const std::shared_ptr<Outbox>& outbox) {
  const std::lock_guard lock(mutex_);
  for (Subscribers* subscribers : {&progress_, &world_, &agents_}) {
    std::erase(*subscribers, outbox);
  }
  count_render_subscribers();
}

void Hub::count_render_subscribers() {
  render_subscribers_ = world_.size() + agents_.size();
}

}  // namespace cherub::server
