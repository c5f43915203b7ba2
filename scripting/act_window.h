#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "engine/base/ids.h"

namespace cherub::scripting {

// How many of the acts of the last kTicks ticks failed, from running totals. Starts again when
// another version comes. Follows from the world alone, so a replay arrives at the same.
class ActWindow {
 public:
  static constexpr base::Tick kTicks = 100;
  static constexpr base::Tick kPartTicks = 10;  // the window moves by so many

  struct Mark {
    base::Tick tick = 0;  // ticks done
    std::uint64_t acts = 0, faults = 0;
    bool operator==(const Mark&) const = default;
  };

  // Another version acts from now on; the totals so far.
  void begin(const Mark& now) { marks_.assign(1, now); }
  void forget() { marks_.clear(); }
  // Behind every tick.
  void on_tick(const Mark& now) {
    if (marks_.empty() || now.tick < marks_.back().tick + kPartTicks) return;
    marks_.push_back(now);
    while (now.tick - marks_.front().tick > kTicks) marks_.pop_front();
  }
  // What was done in the window; empty until it is full. `tick` is its length.
  [[nodiscard]] std::optional<Mark> full() const {
    if (marks_.empty()) return std::nullopt;
    const Mark &first = marks_.front(), &last = marks_.back();
    if (last.tick - first.tick < kTicks) return std::nullopt;
    return Mark{last.tick - first.tick, last.acts - first.acts, last.faults - first.faults};
  }

  [[nodiscard]] const std::deque<Mark>& marks() const { return marks_; }
  void restore(std::deque<Mark> marks) { marks_ = std::move(marks); }

 private:
  std::deque<Mark> marks_;  // the oldest is a window back
};

}  // namespace cherub::scripting
