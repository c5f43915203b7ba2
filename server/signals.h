#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace cherub::server {

// Turns SIGINT and SIGTERM into calls on a thread of its own. Make it before any other thread, so
// that all of them leave the signals to it.
class SignalWatch {
 public:
  // `on_signal` gets 1 for the first signal, 2 for the second …
  explicit SignalWatch(std::function<void(int count)> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace cherub::server
