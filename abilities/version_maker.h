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
#include "scripting/ability_version.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

enum class ScriptKind { kPolicy, kAbility };

// What came of a check.
struct CheckedVersion {
  std::uint64_t number = 0;  // of the order
  scripting::LoadVerdict verdict;
  // Null pointers when refused; of a policy or of an ability. The shadow is the same again, to be
  // tried, and only there when it was ordered.
  scripting::PreparedVersion version, shadow;
  scripting::PreparedAbility ability, ability_shadow;

  [[nodiscard]] bool is_ready() const { return version || ability; }
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
    ScriptKind kind = ScriptKind::kPolicy;
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
  void free(scripting::PreparedAbility version) { add(std::move(version)); }

 private:
  using Job = std::variant<Order, scripting::PreparedVersion, scripting::PreparedAbility>;
  void add(Job job);
  void work(const std::stop_token& stop);
  void make(const Order& order);
  static void make_policy(const Order& order, CheckedVersion& made);
  static void make_ability(const Order& order, CheckedVersion& made);

  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::jthread thread_;
};

}  // namespace cherub::abilities
