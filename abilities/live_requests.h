#pragma once

#include <optional>
#include <vector>

#include "abilities/ability_requests.h"
#include "abilities/live_session.h"

namespace cherub::abilities {

// Wishes of agents and people for abilities, from the event to the grant. The world goes on
// meanwhile; what comes of a wish are the commands InstallAbility and GrantAbility, which are
// journaled like any others, so that a replay needs neither wish nor angel.
class LiveWorld::Session::Requests {
 public:
  explicit Requests(Session& session);

  // A person's wish; the number of the request.
  base::Result<std::uint64_t> ask(const std::string& goal, const std::optional<Holder>& holder);
  void after_tick(const engine::TickReport& report);
  void take_up(const FinishedAbility& finished);
  // What waits, is in work, or is not installed yet will not be.
  void drop(const std::string& reason);

 private:
  // A written ability that goes through the steps of a reload.
  struct Coming {
    AbilityRequest request;
    WrittenAbility written;
  };

  void hear(const engine::Event& event);
  void begin_next();
  void install(AbilityRequest request, const WrittenAbility& written);
  void settle();
  void refused(std::uint64_t number, const ReloadOutcome& outcome);
  void tell(const char* state, const AbilityRequest& request, base::JsonObject more);
  void tell_refused(const AbilityRequest& request, AbilityAsk why);
  [[nodiscard]] std::vector<std::string> names_taken() const;

  Session& session_;
  AbilityQueue queue_;
  std::optional<AbilityRequest> working_;
  std::vector<Coming> coming_;
  std::uint64_t untold_ = 0;  // refusals of agents' asks since the last one that was told
  RateGate refusals_told_;
  AbilityWriter writer_;  // last: its thread ends first
};

}  // namespace cherub::abilities
