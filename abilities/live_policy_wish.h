#pragma once

#include <optional>
#include <string>

#include "abilities/live_session.h"
#include "abilities/policy_writer.h"

namespace cherub::abilities {

// A person's wish for another policy, from words to a reload. The angel searches beside the world;
// what it finds goes through the steps of docs/RELOAD.md like any other version, and what is
// journaled is their commands, so that a replay needs neither wish nor angel. One at a time.
class LiveWorld::Session::PolicyWish {
 public:
  explicit PolicyWish(Session& session);

  // The number of the wish. kConflict while another one is in work.
  base::Result<std::uint64_t> ask(const std::string& goal);
  void take_up(const FinishedPolicy& finished);
  // What is in work will not come; false when nothing is.
  bool drop(const std::string& reason);

 private:
  void tell(const char* state, std::uint64_t number, const std::string& goal,
            base::JsonObject more = {});
  void tell_search(const PolicyOrder& order, const RunRecord& record);
  void reload(const RunSummary& summary);

  // The wish that somebody waits for. Its search may outlast it.
  struct Wish {
    std::uint64_t number = 0;
    std::string goal;
  };

  Session& session_;
  std::uint64_t numbers_ = 0;
  std::optional<Wish> wish_;
  PolicyWriter writer_;  // last: its thread ends first
};

}  // namespace cherub::abilities
