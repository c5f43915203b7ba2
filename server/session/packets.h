#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/scenario.h"
#include "server/session/tick_copy.h"

namespace cherub::server::session {

// What the first message behind the hello tells of every species.
std::string species_json(const engine::Scenario& scenario);
// Its ponds, or "[]".
std::string water_json(const engine::Scenario& scenario);

// Makes the tick packets of one client: what has changed since what it was sent. Ticks that it is
// not sent are joined: states give way to newer ones, events wait. Network thread only.
class PacketMaker {
 public:
  PacketMaker(const engine::Scenario& scenario, std::string session_id);

  // The client begins anew: the next packet tells of everybody.
  void start_over();
  void take(std::shared_ptr<const TickCopy> copy);
  // Whether take() brought anything that no packet has told.
  [[nodiscard]] bool pending() const { return pending_; }
  // Of all events that wait. A client that keeps them waiting beyond measure is to be closed.
  [[nodiscard]] std::size_t waiting_bytes() const { return event_bytes_; }
  // The packet of the newest tick. `telemetry`: a JSON array, or empty.
  std::string make(std::string_view telemetry);
  [[nodiscard]] const TickCopy* newest() const { return newest_.get(); }

 private:
  [[nodiscard]] std::string event_json(const engine::Event& event, base::Tick tick) const;
  [[nodiscard]] std::string spawn_json(const EntityCopy& entity) const;
  [[nodiscard]] std::string removals_json();
  [[nodiscard]] std::string voxels_json();

  const std::vector<std::string> species_names_;
  const std::uint32_t width_, depth_;
  const double tick_s_;
  const std::string session_id_;

  std::shared_ptr<const TickCopy> newest_;
  bool pending_ = false;
  std::vector<std::string> events_;
  std::size_t event_bytes_ = 0;
  std::unordered_set<std::uint64_t> acks_;  // whose place the client got wrong
  struct Told {
    EntityCopy copy;           // as it was sent last
    std::uint64_t packet = 0;  // the last one in whose tick it lived
  };
  std::unordered_map<std::uint64_t, Told> told_;  // by id
  std::uint64_t packets_ = 0;
  base::Tick last_tick_ = 0;  // of the last packet
  std::shared_ptr<const std::vector<std::uint8_t>> told_voxels_;
};

}  // namespace cherub::server::session
