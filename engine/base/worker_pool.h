#pragma once

#include <cstddef>
#include <functional>

namespace cherub::base {

// Where the tasks of a phase run. A world is given one from outside; what it computes does not
// depend on which.
class WorkerPool {
 public:
  virtual ~WorkerPool() = default;
  [[nodiscard]] virtual unsigned threads() const = 0;
  // Calls task(0) … task(count - 1), each once, on any thread and in any order, and returns when
  // all are done. Tasks must not throw, and must not call run() of the same pool.
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& task) = 0;
};

// Everything on the calling thread, in order.
class SerialPool final : public WorkerPool {
 public:
  [[nodiscard]] unsigned threads() const override { return 1; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    for (std::size_t i = 0; i < count; ++i) task(i);
  }
};

}  // namespace cherub::base
