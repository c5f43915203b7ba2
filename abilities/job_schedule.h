#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "abilities/job_queue.h"

namespace cherub::abilities {

// Hands out jobs so that few workers share a policy: a second copy of one costs a load, and what
// LuaJIT compiled for the first. Who does which job does not matter to its result. Safe to use from
// several threads.
class JobSchedule {
 public:
  explicit JobSchedule(std::span<const EvaluationJob> jobs);

  // Whose policy a worker has; each worker has a place of its own.
  class Place {
    friend class JobSchedule;
    std::optional<std::size_t> group;
  };
  // The job to do next: of the same policy while there are any, then of one that nobody has, then
  // of the one with the most jobs left. Nothing: all are done or being done.
  std::optional<std::size_t> next(Place& place);

 private:
  // The jobs of one policy.
  struct Group {
    std::vector<std::size_t> jobs;
    std::size_t begun = 0;
    std::size_t workers = 0;
    [[nodiscard]] std::size_t left() const { return jobs.size() - begun; }
  };

  [[nodiscard]] std::optional<std::size_t> choose() const;

  std::mutex mutex_;           // guards what follows
  std::vector<Group> groups_;  // in the order of their first jobs
};

}  // namespace cherub::abilities
