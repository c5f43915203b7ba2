#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace cherub::server::net {

// All open connections, to know their number and to close them at the end. Network thread only.
class Connections {
 public:
  Connections() = default;

  // Holds a connection's place; gives it back when it goes.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Connections* owner, std::uint64_t id) : owner_(owner), id_(id) {}
    Ticket(Ticket&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), id_(other.id_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(id_, other.id_);
      return *this;
    }
    ~Ticket() {
      if (owner_ != nullptr) owner_->remove(id_);
    }

   private:
    Connections* owner_ = nullptr;
    std::uint64_t id_ = 0;
  };

  [[nodiscard]] std::size_t size() const { return closers_.size(); }
  // `close` ends the connection with a reason the peer can read; it must not call back in here.
  Ticket add(std::function<void()> close) {
    closers_.emplace(++last_id_, std::move(close));
    return {this, last_id_};
  }
  void close_all() {
    // Copied: closing may end a connection at once, which takes it out of the map.
    const auto closers = closers_;
    for (const auto& [id, close] : closers) close();
  }
  void when_empty(std::function<void()> call) {
    when_empty_ = std::move(call);
    if (closers_.empty() && when_empty_) when_empty_();
  }

 private:
  void remove(std::uint64_t id) {
    closers_.erase(id);
    if (closers_.empty() && when_empty_) when_empty_();
  }

  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::function<void()>> closers_;
  std::function<void()> when_empty_;
};

}  // namespace cherub::server::net
