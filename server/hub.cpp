#include "server/hub.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "server/frames.h"
#include "server/spec/record_types.h"
#include "server/telemetry/bus.h"

namespace cherub::server {
namespace {

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

RecordChannelOptions progress_options(const std::string& run_id, const HubOptions& options) {
  RecordChannelOptions made;
  made.name = "progress/" + run_id;
  made.epoch = options.epoch;
  made.executor = options.executor;
  made.wall_ms = options.wall_ms;
  return made;
}

std::string state_of(const std::string& json) {
  const auto record = base::parse_json(json);
  if (!record.ok() || !record->IsObject()) return {};
  const auto state = record->FindMember("state");
  return state != record->MemberEnd() && state->value.IsString() ? state->value.GetString() : "";
}

// The number behind the prefix, or nothing.
std::optional<std::uint32_t> row_in(std::string_view view, std::string_view prefix) {
  if (!view.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = view.substr(prefix.size());
  std::uint32_t row = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), row);
  const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  return whole && row < engine::kEntitiesMax ? std::optional(row) : std::nullopt;
}

}  // namespace

Hub::Hub(const std::string& run_id, std::string hello, HubOptions options)
    : run_id_(run_id),
      hello_(std::make_shared<const std::string>(std::move(hello))),
      options_(std::move(options)),
      figures_(options_.figures),
      telemetry_(options_.telemetry ? options_.telemetry->open(run_id) : nullptr),
      progress_(std::make_shared<RecordChannel>(progress_options(run_id, options_))),
      world_(make_frames("world", FrameChannel::kWorld)),
      agents_(make_frames("agents", FrameChannel::kAgents)) {}

std::shared_ptr<FrameStream> Hub::make_frames(const std::string& view, FrameChannel kind) const {
  FrameStreamOptions made;
  made.name = "render/" + run_id_ + "/" + view;
  made.kind = kind;
  made.stream = ++*options_.streams;
  made.executor = options_.executor;
  made.clock = options_.clock;
  made.wall_ms = options_.wall_ms;
  return std::make_shared<FrameStream>(std::move(made));
}

void Hub::on_record(const abilities::RunRecord& record) {
  // Every subscriber is greeted in its own right; the run's own greeting would come twice.
  if (record.type == "connected") return;
  if (record.type == "reload") options_.figures->add_reload(state_of(record.json));
  progress_->publish({record.type, record.json, is_key_record(record.type)});
}

void Hub::on_live_tick(const engine::World& world, const engine::TickReport& report) {
  if (telemetry_) telemetry_->take_tick(world, report);
}

bool Hub::wants_ticks() const {
  const bool watched = world_->watched() || agents_->watched() ||
                       (has_povs_.load(std::memory_order_relaxed) && !watched_povs().empty());
  return watched && nanoseconds(options_.clock()) >= next_frame_ns_.load(std::memory_order_relaxed);
}

void Hub::on_tick(const engine::World& world, const engine::TickReport& report) {
  if (!wants_ticks()) return;
  next_frame_ns_ = nanoseconds(options_.clock() + kFrameInterval);
  publish_world(world, report);
  if (agents_->watched()) agents_->publish(report.tick, agents_image(world.columns()));
  for (const auto& pov : watched_povs()) pov->look(world, report.tick);
}

void Hub::publish_world(const engine::World& world, const engine::TickReport& report) {
  const engine::Terrain& terrain = world.terrain();
  if (terrain.blocks.size() > kFrameVoxelsMax) return;
  base::Hasher hasher;
  hasher.add(std::uint64_t{terrain.width} << 32 | terrain.depth);
  hasher.add(std::span<const std::uint8_t>(terrain.blocks));
  if (terrain_sent_ && hasher.value() == terrain_hash_) return;
  terrain_hash_ = hasher.value();
  terrain_sent_ = true;
  world_->publish(report.tick, terrain_image(terrain));
}

std::vector<std::shared_ptr<Pov>> Hub::watched_povs() const {
  std::vector<std::shared_ptr<Pov>> watched;
  if (!has_povs_.load(std::memory_order_relaxed)) return watched;
  const std::lock_guard lock(povs_mutex_);
  for (const auto& [row, pov] : povs_) {
    if (pov->watched()) watched.push_back(pov);
  }
  return watched;
}

void Hub::join_progress(const std::shared_ptr<Outbox>& outbox, std::string_view state) {
  server::join_progress(*progress_, outbox, run_id_, state);
}

void join_progress(RecordChannel& channel, const std::shared_ptr<Outbox>& outbox,
                   std::string_view run_id, std::string_view state) {
  JoinRequest request;
  request.form = RecordForm::kBare;
  request.history = HistoryWish::kAll;
  channel.join(outbox, std::move(request), [&](const Joined& joined) {
    outbox->push_record(std::make_shared<const std::string>(base::JsonObject()
                                                                .add("type", "connected")
                                                                .add("protocol", "cherub.v1")
                                                                .add("run_id", run_id)
                                                                .add("state", state)
                                                                .add("records", joined.seq)
                                                                .text()));
  });
}

base::Result<std::shared_ptr<FrameStream>> Hub::frames(std::string_view view) {
  if (view == "world") return world_;
  if (view == "agents") return agents_;
  const auto world_of = row_in(view, "pov_world_");
  const auto agents_of = row_in(view, "pov_agents_");
  if (!world_of && !agents_of) {
    return base::Error{base::ErrorCode::kNotFound,
                       "A run is rendered as 'world', 'agents', 'pov_world_<row>' and "
                       "'pov_agents_<row>'.",
                       "channel"};
  }
  const std::uint32_t row = world_of ? *world_of : *agents_of;
  const std::lock_guard lock(povs_mutex_);
  auto known = povs_.find(row);
  if (known == povs_.end()) {
    std::erase_if(povs_, [](const auto& entry) { return !entry.second->watched(); });
    if (povs_.size() >= kPovAgentsMax) {
      return base::Error{base::ErrorCode::kUnavailable,
                         "Views of 16 agents are made at a time; leave one first.", "channel"};
    }
    const std::string name = std::to_string(row);
    known = povs_
                .emplace(row, std::make_shared<Pov>(
                                  row, make_frames("pov_world_" + name, FrameChannel::kPovWorld),
                                  make_frames("pov_agents_" + name, FrameChannel::kPovAgents)))
                .first;
    has_povs_ = true;
  }
  return world_of ? known->second->world() : known->second->agents();
}

}  // namespace cherub::server
