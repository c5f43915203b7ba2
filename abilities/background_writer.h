#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "abilities/file_system.h"

namespace cherub::abilities {

// Writes one text at a time on a thread of its own, for an owner who must not wait for the kernel:
// a page of a file that is not yet in memory takes microseconds, and a tick of a large world tells
// of thousands. The thread begins with the first text; what is being written when the writer goes
// is written first.
class BackgroundWriter {
 public:
  ~BackgroundWriter();

  [[nodiscard]] bool busy() const;
  [[nodiscard]] std::size_t bytes() const;  // of what is being written, or was not taken back yet
  // Only while nothing is being written and all was taken back. `file` stays and is not used by
  // others until then. `text` is empty afterwards, with room of its own.
  void begin(OutputFile& file, std::string& text);
  void wait() const;
  // Once not busy: puts what could not be written in front of `text`, and says why.
  base::Result<void> take_back(std::string& text);

 private:
  void work(const std::stop_token& stop);

  mutable std::mutex mutex_;  // guards all below
  mutable std::condition_variable_any changed_;
  OutputFile* file_ = nullptr;  // while busy
  std::string text_;
  std::string_view rest_;  // of the text
  base::Result<void> done_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace cherub::abilities
