#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "server/run_registry.h"

namespace cherub::server {

// Waits until the condition holds; false when it does not within ten seconds.
template <class Condition>
bool eventually(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

abilities::RunRecord record(const std::string& type, const std::string& more = "");

// Stands for execute_run: publishes a step and a best, then waits until it is told to end.
class FakeRun {
 public:
  RunFunction function();
  // Lets runs end by themselves.
  void release() { released_ = true; }
  [[nodiscard]] int started() const { return started_; }
  [[nodiscard]] int resumed() const { return resumed_; }

 private:
  std::atomic<bool> released_{false};
  std::atomic<int> started_{0}, resumed_{0};
};

}  // namespace cherub::server
