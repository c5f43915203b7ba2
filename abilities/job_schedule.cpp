#include "abilities/job_schedule.h"

#include <map>
#include <string>

namespace cherub::abilities {

JobSchedule::JobSchedule(std::span<const EvaluationJob> jobs) {
  std::map<std::string, std::size_t> group_of;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const auto [known, is_new] = group_of.try_emplace(jobs[job].sha256, groups_.size());
    if (is_new) groups_.emplace_back();
    groups_[known->second].jobs.push_back(job);
  }
}

std::optional<std::size_t> JobSchedule::next(Place& place) {
  const std::lock_guard lock(mutex_);
  if (place.group && groups_[*place.group].left() == 0) {
    --groups_[*place.group].workers;
    place.group.reset();
  }
  if (!place.group) {
    place.group = choose();
    if (!place.group) return {};
    ++groups_[*place.group].workers;
  }
  Group& group = groups_[*place.group];
  return group.jobs[group.begun++];
}

std::optional<std::size_t> JobSchedule::choose() const {
  std::optional<std::size_t> longest;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Group& group = groups_[i];
    if (group.left() == 0) continue;
    if (group.workers == 0) return i;
    if (!longest || group.left() > groups_[*longest].left()) longest = i;
  }
  return longest;
}

}  // namespace cherub::abilities
