#include "engine/base/thread_pool.h"

#include <algorithm>

namespace cherub::base {

ThreadPool::ThreadPool(unsigned threads) {
  for (unsigned i = 1; i < std::max(1u, threads); ++i) {
    helpers_.emplace_back([this] { work(); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  begun_.notify_all();
}

unsigned ThreadPool::threads() const {
  return static_cast<unsigned>(helpers_.size()) + 1;
}

void ThreadPool::take_tasks(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const std::size_t index = next_++;
    const auto& task = *task_;
    lock.unlock();
    task(index);
    lock.lock();
    if (--unfinished_ == 0) finished_.notify_all();
  }
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    begun_.wait(lock, [this] { return stopping_ || next_ < count_; });
    if (stopping_) return;
    take_tasks(lock);
  }
}

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (count == 0) return;
  std::unique_lock lock(mutex_);
  task_ = &task;
  count_ = unfinished_ = count;
  next_ = 0;
  begun_.notify_all();
  take_tasks(lock);
  finished_.wait(lock, [this] { return unfinished_ == 0; });
}

}  // namespace cherub::base
