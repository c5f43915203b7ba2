#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/worker_pool.h"

namespace cherub::base {

// A fixed number of threads, the calling one among them. One call of run() at a time.
class ThreadPool final : public WorkerPool {
 public:
  explicit ThreadPool(unsigned threads);  // at least 1
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] unsigned threads() const override;
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override;

 private:
  void work();
  // Takes tasks until none is left. The lock is held on entry and on return.
  void take_tasks(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;  // guards all below
  std::condition_variable begun_, finished_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t count_ = 0, next_ = 0, unfinished_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> helpers_;
};

}  // namespace cherub::base
