#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>

#include "engine/world_state.h"

namespace cherub::engine {

inline constexpr std::size_t kRowsPerTask = 8192;

// Calls task(first, last, log) for ranges that cover 0 … count - 1, on the world's pool. Appends
// the events and deaths that the tasks logged in the order of the ranges, so that nothing depends
// on who ran which when; returns the logs.
template <class Task>
std::span<TaskLog> run_tasks(WorldState& state, std::size_t count, Task&& task) {
  const std::size_t tasks = (count + kRowsPerTask - 1) / kRowsPerTask;
  if (state.task_logs.size() < tasks) state.task_logs.resize(tasks);
  const auto run = [&](std::size_t i) {
    TaskLog& log = state.task_logs[i];
    log.events.clear();
    log.deaths.clear();
    log.births.clear();
    log.rows.clear();
    task(i * kRowsPerTask, std::min(count, (i + 1) * kRowsPerTask), log);
  };
  if (tasks == 1) {
    run(0);  // a small world pays for no pool
  } else {
    state.pool->run(tasks, std::ref(run));
  }
  const std::span<TaskLog> logs(state.task_logs.data(), tasks);
  for (TaskLog& log : logs) {
    std::move(log.events.begin(), log.events.end(), std::back_inserter(state.events));
    state.deaths.insert(state.deaths.end(), log.deaths.begin(), log.deaths.end());
  }
  return logs;
}

}  // namespace cherub::engine
