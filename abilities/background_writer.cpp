#include "abilities/background_writer.h"

#include <utility>

#include "engine/base/check.h"

namespace cherub::abilities {

BackgroundWriter::~BackgroundWriter() {
  wait();
}

bool BackgroundWriter::busy() const {
  const std::lock_guard lock(mutex_);
  return file_ != nullptr;
}

std::size_t BackgroundWriter::bytes() const {
  const std::lock_guard lock(mutex_);
  return rest_.size();
}

void BackgroundWriter::begin(OutputFile& file, std::string& text) {
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  {
    const std::lock_guard lock(mutex_);
    CHERUB_CHECK(file_ == nullptr && rest_.empty());
    std::swap(text_, text);
    text.clear();
    rest_ = text_;
    file_ = &file;
  }
  changed_.notify_all();
}

void BackgroundWriter::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return file_ == nullptr; });
}

base::Result<void> BackgroundWriter::take_back(std::string& text) {
  const std::lock_guard lock(mutex_);
  CHERUB_CHECK(file_ == nullptr);
  text.insert(0, rest_);
  rest_ = {};
  return std::exchange(done_, {});
}

void BackgroundWriter::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return file_ != nullptr; })) {
    OutputFile& file = *file_;
    std::string_view rest = rest_;
    lock.unlock();
    auto done = file.write(rest);
    lock.lock();
    rest_ = rest;
    done_ = std::move(done);
    file_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace cherub::abilities
