#include "scripting/policy_seats.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/recording.h"

namespace cherub::scripting {

int PolicySeats::seat_named(const std::string& sha256) const {
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    if (seats_[seat].version && seats_[seat].version->sha256() == sha256) {
      return static_cast<int>(seat);
    }
  }
  return kNobody;
}

PolicyVersion* PolicySeats::find(const std::string& sha256) const {
  const int seat = seat_named(sha256);
  return seat == kNobody ? nullptr : at(static_cast<std::size_t>(seat));
}

bool PolicySeats::migrating() const {
  return std::any_of(next_row.begin(), next_row.end(),
                     [](std::uint32_t row) { return row != kAllMoved; });
}

void PolicySeats::resize(std::size_t rows) {
  for (Seat& seat : seats_) {
    if (seat.version) seat.version->resize(rows);
  }
  if (fuel.size() >= rows) return;
  fuel.resize(rows, 0);
  saved_fuel.resize(rows, 0);
  driver_.resize(rows, current_ == kNobody ? 0 : static_cast<std::uint8_t>(current_));
}

std::size_t PolicySeats::seat_seen(engine::EntityId agent) const {
  if (!shared_) return current_seat();
  const std::size_t seat = driver_[agent.index];
  const PolicyVersion* const version = at(seat);
  return version != nullptr && version->knows(agent) ? seat : current_seat();
}

std::size_t PolicySeats::seat_of(engine::EntityId agent) {
  const std::size_t seat = seat_seen(agent);
  if (shared_) drive(agent.index, seat);
  return seat;
}

void PolicySeats::retire(std::size_t seat) {
  seats_[seat].version->ready.clear();
  retired_.push_back(std::move(seats_[seat].version));
}

void PolicySeats::count_taken() {
  shared_ = std::count_if(seats_.begin(), seats_.end(),
                          [](const Seat& seat) { return seat.version != nullptr; }) > 1;
}

// The lowest that is free. When none is, the version that came first leaves, but for the two that
// have a part to play; its agents begin anew.
std::size_t PolicySeats::free_seat() {
  std::size_t oldest = kSeats;
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    if (!seats_[seat].version) return seat;
    if (static_cast<int>(seat) == current_ || static_cast<int>(seat) == fallback_) continue;
    if (oldest == kSeats || seats_[seat].joined < seats_[oldest].joined) oldest = seat;
  }
  retire(oldest);
  return oldest;
}

void PolicySeats::begin_migration(int seat, const std::string& fallback) {
  const int before = current_;
  current_ = seat;
  seats_[current_seat()].joined = ++joined_;
  fallback_ = fallback.empty() ? kNobody : seat_named(fallback);
  const bool was_shared = std::exchange(shared_, true);
  if (!was_shared && before != kNobody) {
    std::fill(driver_.begin(), driver_.end(), static_cast<std::uint8_t>(before));
  }
  count_taken();
  next_row.fill(shared_ ? 0 : kAllMoved);
}

void PolicySeats::install(PreparedVersion next, const std::string& fallback) {
  if (!next) return clear();
  const std::size_t seat = free_seat();
  next->resize(fuel.size());
  seats_[seat].version = std::move(next);
  begin_migration(static_cast<int>(seat), fallback);
}

void PolicySeats::install_seated(const std::string& sha256, const std::string& fallback) {
  const int seat = seat_named(sha256);
  CHERUB_CHECK(seat != kNobody);
  begin_migration(seat, fallback);
}

void PolicySeats::restore(const engine::World& world) {
  CHERUB_CHECK(fallback_ != kNobody);
  const std::uint64_t since = seats_[static_cast<std::size_t>(fallback_)].joined;
  for (const std::uint32_t row : world.agent_rows()) {
    const std::size_t seat = seat_seen(world.id_of(row));
    if (seats_[seat].joined > since) drive(row, static_cast<std::size_t>(fallback_));
  }
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    if (seats_[seat].version && seats_[seat].joined > since) retire(seat);
  }
  current_ = std::exchange(fallback_, kNobody);
  next_row.fill(kAllMoved);
  count_taken();
}

void PolicySeats::forget_fallback() {
  if (fallback_ == kNobody) return;
  const auto seat = static_cast<std::size_t>(std::exchange(fallback_, kNobody));
  PolicyVersion& version = *at(seat);
  std::array<std::vector<std::uint32_t>, kShardCount> rows;
  for (std::uint32_t row = 0; row < version.ready.size(); ++row) {
    if (version.ready[row] == 0 || driver_[row] == seat) continue;
    version.ready[row] = 0;
    rows[shard_of(row)].push_back(row);
  }
  for (std::size_t shard = 0; shard < kShardCount; ++shard) {
    PolicyVm* const vm = version.vm_if_made(shard);
    if (vm != nullptr) vm->drop_memories(rows[shard]);
  }
}

void PolicySeats::settle(const std::array<std::size_t, kSeats>& driven) {
  if (!shared_ || migrating()) return;
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    const int number = static_cast<int>(seat);
    if (!seats_[seat].version || number == current_ || number == fallback_) continue;
    if (driven[seat] == 0) retire(seat);
  }
  count_taken();
}

void PolicySeats::clear() {
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    if (seats_[seat].version) retire(seat);
    seats_[seat].joined = 0;
  }
  current_ = fallback_ = kNobody;
  shared_ = false;
  joined_ = 0;
  next_row.fill(kAllMoved);
  fuel.clear();
  saved_fuel.clear();
  driver_.clear();
}

// Rows that nobody is known in look alike in a world that goes on and in one that was loaded.
void PolicySeats::make_canonical() {
  for (std::uint32_t row = 0; row < driver_.size(); ++row) {
    bool known = false, driven = false;
    for (std::size_t seat = 0; seat < kSeats; ++seat) {
      if (!seats_[seat].version || seats_[seat].version->ready[row] == 0) continue;
      known = true;
      driven = driven || drives(row, seat);
    }
    if (!known) saved_fuel[row] = 0;
    if (!driven && current_ != kNobody) drive(row, current_seat());
  }
}

std::vector<SavedVersion> PolicySeats::saved_versions() const {
  std::vector<SavedVersion> saved;
  for (std::size_t seat = 0; seat < kSeats; ++seat) {
    const Seat& taken = seats_[seat];
    if (!taken.version) continue;
    saved.push_back({static_cast<std::uint8_t>(seat), taken.joined, taken.version->sha256()});
  }
  return saved;
}

std::vector<std::uint32_t> PolicySeats::saved_migration() const {
  if (!migrating()) return {};
  return {next_row.begin(), next_row.end()};
}

void PolicySeats::restore_seat(PreparedVersion version, const SavedVersion& saved) {
  version->resize(fuel.size());
  seats_[saved.seat].version = std::move(version);
  seats_[saved.seat].joined = saved.joined;
  joined_ = std::max(joined_, saved.joined);
}

void PolicySeats::restore_roles(const std::string& sha256, const std::string& fallback,
                                const std::vector<std::uint32_t>& migration) {
  current_ = seat_named(sha256);
  fallback_ = fallback.empty() ? kNobody : seat_named(fallback);
  count_taken();
  next_row.fill(kAllMoved);
  std::copy_n(migration.begin(), std::min(migration.size(), kShardCount), next_row.begin());
  if (current_ != kNobody) {
    std::fill(driver_.begin(), driver_.end(), static_cast<std::uint8_t>(current_));
  }
}

void PolicySeats::hash_slice(base::Hasher& hasher, std::size_t shard, base::Tick tick) const {
  constexpr std::size_t kSlices = engine::kBehaviourHashInterval;
  const std::size_t slice = tick % kSlices;
  const std::size_t rows = saved_fuel.size();
  for (std::size_t block = shard * kShardBlockRows; block < rows;
       block += kShardCount * kShardBlockRows) {
    const std::size_t first = block + slice * kShardBlockRows / kSlices;
    const std::size_t last = std::min(rows, block + (slice + 1) * kShardBlockRows / kSlices);
    if (first >= last) continue;
    hasher.add(std::span<const float>(saved_fuel).subspan(first, last - first));
    if (!shared_) continue;
    hasher.add(
        std::string_view(reinterpret_cast<const char*>(driver_.data()) + first, last - first));
  }
}

}  // namespace cherub::scripting
