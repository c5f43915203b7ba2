#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "abilities/run.h"

namespace cherub::server::cli {

// Reads commands from a file descriptor, line by line, on a thread of its own, and asks the run. At
// a terminal every line is asked at once. A script's next line waits until the one before it has
// been answered, and its first one for the live world: so `step 3` and `debug 0` mean what they
// say, and a long script cannot flood the run. The end of the input ends the reading, not the run.
class ConsoleInput {
 public:
  using OnReply = std::function<void(const std::string& line, const abilities::ConsoleReply&)>;

  // `on_reply` is called from the reading thread or the run's.
  ConsoleInput(int descriptor, bool at_terminal, abilities::RunControl& control, OnReply on_reply);
  ~ConsoleInput();
  ConsoleInput(const ConsoleInput&) = delete;
  ConsoleInput& operator=(const ConsoleInput&) = delete;

 private:
  void read();
  void take(std::string& text);
  void ask(const std::string& line);

  const int descriptor_;
  const bool at_terminal_;
  abilities::RunControl& control_;
  const OnReply on_reply_;
  bool skipping_ = false;  // the rest of a line that was too long
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace cherub::server::cli
