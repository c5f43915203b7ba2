#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "server/telemetry/selection.h"
#include "server/transport.h"

namespace cherub::server::telemetry {

// Selected lines as the body of an answer: a block is read on another thread when the one before is
// sent, so no more than one is in memory, and the network never waits for the disk.
class Download final : public BodyStream {
 public:
  // Runs a task on the reading thread, or says why not.
  using Post = std::function<base::Result<void>(std::function<void()>)>;
  using Open = std::function<SelectedLines()>;  // called there

  Download(Post post, Open open);

  Piece next() override;
  void set_wake(std::function<void()> wake) override;

 private:
  // Between the two threads; outlives the client.
  struct Shared {
    std::mutex mutex;
    std::function<void()> wake;
    std::optional<base::Result<std::string>>
        block;  // read and not taken yet; an empty one: the end
    bool reading = false;
    std::optional<SelectedLines> lines;  // of the reading thread
  };
  static void read(Shared& shared, const Open& open);

  const Post post_;
  const Open open_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::string block_;  // what is being sent
  std::size_t sent_ = 0;
};

}  // namespace cherub::server::telemetry
