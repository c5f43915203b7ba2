#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/multiplex.h"
#include "server/run_registry.h"
#include "server/session/packets.h"
#include "server/session/world_definition.h"
#include "server/transport.h"

namespace cherub::server::session {

inline constexpr std::uint32_t kTelemetryMax = 50;                      // events in a packet
inline constexpr int kHeartbeatsMax = 16;                               // that wait for one tick
inline constexpr std::size_t kEventsWaitingMax = std::size_t{4} << 20;  // bytes
// Events of ticks that the network thread has not got to; beyond it the client asks too much.
inline constexpr std::size_t kInboxEventsMax = 100'000;

// Calls the function that much later on the network thread.
using Later = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

// What sessions work with; the registry and what is behind the functions outlive them.
struct SessionTools {
  RunRegistry& registry;
  Executor executor;  // of the network thread
  Later later;
  // Until the world's definition must be there.
  std::chrono::milliseconds world_patience{30'000};
  // A world goes on so long without its client, then stands still so long, then ends.
  std::chrono::milliseconds grace{30'000}, keep{600'000};
  std::string runs_dir{};
};

// How the client wants its packets.
struct PacketWish {
  std::uint32_t every_ticks = 1;
  bool telemetry = false;
};

// One world and the one client that moves its creatures (docs/SESSIONS.md). Lives on the network
// thread, but for what the world's thread hands over: take_tick(), keep_summary(), take_end().
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::string id, std::shared_ptr<const SessionTools> tools);

  // A client comes, for the first time or again; nobody may be there.
  View join(const PacketWish& wish);
  [[nodiscard]] bool has_client() const { return outbox_ != nullptr; }
  // Nothing more comes of it: no world was defined in time, or it has ended.
  [[nodiscard]] bool over() const { return over_; }

  void take_tick(const engine::World& world, const engine::TickReport& report);
  void keep_summary(const abilities::RunSummary& summary);
  void take_end();

 private:
  void hear(std::string_view text);
  void begin(std::string_view definition);
  void hear_message(std::string_view text);
  base::Result<void> take_heartbeat(std::string_view text);
  base::Result<void> take_control(const rapidjson::Value& message);
  void ask(const std::string& action, abilities::ConsoleCommand command);
  void leave(const Outbox* outbox);
  // Whether a client is there that is not being closed.
  [[nodiscard]] bool listens() const { return outbox_ && !outbox_->closing(); }
  void wait_for_return();

  void schedule();
  void drain();
  void greet();
  void send_packet();
  void watch_telemetry();
  [[nodiscard]] std::string telemetry_json();
  void finish();
  void say(const base::JsonObject& message);
  void give_up(std::uint16_t code, const std::string& reason);
  void close(std::uint16_t code, const std::string& reason);

  const std::string id_;
  const std::shared_ptr<const SessionTools> tools_;

  // Of the client that is there.
  std::shared_ptr<Outbox> outbox_;
  std::unique_ptr<Refuser> refuser_;
  PacketWish wish_;
  std::shared_ptr<Outbox> telemetry_;  // the newest events that no packet has told
  bool greeted_ = false;
  std::uint64_t visits_ = 0;  // counts clients, so that a timer knows its own

  std::optional<engine::Scenario> scenario_;
  std::shared_ptr<Run> run_;
  std::optional<PacketMaker> packets_;
  bool paused_by_absence_ = false;
  bool over_ = false;
  std::atomic<int> heartbeats_waiting_{0};

  // Of the thread that ticks.
  std::shared_ptr<const TickCopy> last_copy_;

  std::mutex inbox_mutex_;  // all that the world ever waits for
  std::vector<std::shared_ptr<const TickCopy>> inbox_;
  std::size_t inbox_events_ = 0;
  bool overrun_ = false;  // of the inbox
  abilities::RunSummary summary_;
  bool ended_ = false;
  bool scheduled_ = false;
};

}  // namespace cherub::server::session
