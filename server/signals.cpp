#include "server/signals.h"

#include <csignal>
#include <ctime>
#include <utility>

namespace cherub::server {

SignalWatch::SignalWatch(std::function<void(int count)> on_signal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this, signals, on_signal = std::move(on_signal)] {
    int count = 0;
    while (!ending_) {
      const timespec patience{0, 100'000'000};
      if (sigtimedwait(&signals, nullptr, &patience) > 0) on_signal(++count);
    }
  });
}

SignalWatch::~SignalWatch() {
  ending_ = true;
  thread_.join();
}

}  // namespace cherub::server
