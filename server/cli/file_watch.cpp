#include "server/cli/file_watch.h"

#include <chrono>
#include <utility>

#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{150};
constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

}  // namespace

FileWatch::FileWatch(std::string path, std::function<void(const std::string& text)> on_change) {
  // Read here, so that a change right after construction is seen as one.
  auto first = read_text(path, kFileBytesMax);
  std::string last = first.ok() ? std::move(*first) : std::string();
  thread_ = std::thread([this, path = std::move(path), last = std::move(last),
                         on_change = std::move(on_change)]() mutable {
    while (!ending_) {
      std::this_thread::sleep_for(kInterval);
      auto text = read_text(path, kFileBytesMax);
      // An editor may be in the middle of saving: what is empty or gone is not a policy.
      if (!text.ok() || text->empty() || *text == last) continue;
      last = std::move(*text);
      on_change(last);
    }
  });
}

FileWatch::~FileWatch() {
  ending_ = true;
  thread_.join();
}

}  // namespace cherub::server::cli
