#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>

#include "engine/scenario.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// What came of a check.
struct CheckedVersion {
  std::uint64_t number = 0;  // of the order
  scripting::LoadVerdict verdict;
  scripting::PreparedVersion version;  // a null pointer when refused
  scripting::PreparedVersion shadow;   // the same again, to be tried; only when it was ordered
};

// Checks and loads versions, and frees those that have left, on a thread of its own: both take
// longer than a tick may. Owned by the thread that steps the world.
class VersionMaker {
 public:
  struct Order {
    std::uint64_t number = 0;
    std::shared_ptr<const scripting::ScriptVersion> version;
    engine::Scenario scenario;
    scripting::HostOptions options;
    std::size_t rows = 0;  // of the world
    bool with_shadow = true;
  };
  // Called with what is made, from the maker's thread.
  using Deliver = std::function<void(std::shared_ptr<CheckedVersion>)>;

  explicit VersionMaker(Deliver deliver);
  // Orders that have not begun are forgotten.
  ~VersionMaker();
  VersionMaker(const VersionMaker&) = delete;
  VersionMaker& operator=(const VersionMaker&) = delete;

  void order(Order order) { add(std::move(order)); }
  void free(scripting::PreparedVersion version) { add(std::move(version)); }

 private:
  using Job = std::variant<Order, scripting::PreparedVersion>;
  void add(Job job);
  void work(const std::stop_token& stop);
  void make(const Order& order);

  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::jthread thread_;
};

}  // namespace cherub::abilities
