#include "server/telemetry/download.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace cherub::server::telemetry {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace

Download::Download(Post post, Open open) : post_(std::move(post)), open_(std::move(open)) {}

void Download::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(shared_->mutex);
  shared_->wake = std::move(wake);
}

void Download::read(Shared& shared, const Open& open) {
  if (!shared.lines) shared.lines.emplace(open());
  auto block = shared.lines->next();
  std::function<void()> wake;
  {
    const std::lock_guard lock(shared.mutex);
    shared.block = std::move(block);
    shared.reading = false;
    wake = shared.wake;
  }
  if (wake) wake();
}

BodyStream::Piece Download::next() {
  if (sent_ < block_.size()) {
    Piece piece;
    piece.bytes = block_.substr(sent_, kPieceBytes);
    sent_ += piece.bytes.size();
    return piece;
  }
  std::optional<base::Result<std::string>> block;
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->reading) return {};
    block = std::exchange(shared_->block, std::nullopt);
    shared_->reading = !block;
  }
  if (!block) {
    const auto posted = post_([shared = shared_, open = open_] { read(*shared, open); });
    if (posted.ok()) return {};
    block.emplace(posted.error());
  }
  if (!block->ok()) {
    spdlog::error("a download breaks off: {}", block->error().text());
    return {"", true, true};
  }
  block_ = std::move(**block);
  sent_ = 0;
  if (block_.empty()) return {"", true};
  return next();
}

}  // namespace cherub::server::telemetry
