#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cherub::bench {

// A program that runs beside a benchmark, with pipes to its input and output. Ended, and waited
// for, when it goes out of scope.
class ChildProcess {
 public:
  // `arguments[0]` is looked up in PATH.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next line of its output; empty at its end.
  std::string line();

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
};

}  // namespace cherub::bench
