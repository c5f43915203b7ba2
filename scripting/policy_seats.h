#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "scripting/policy_version.h"

namespace cherub::scripting {

// Which versions of a script drive agents, and which one drives whom. Most of the time there is
// one. While memories move to a new version, while a new one is on probation, and where agents
// stayed behind because their memory could not move, there are several. Everything here follows
// from the world and its commands, so a replay arrives at the same.
class PolicySeats {
 public:
  static constexpr std::size_t kSeats = 4;
  static constexpr int kNobody = -1;
  static constexpr std::uint32_t kAllMoved = 0xffffffff;

  [[nodiscard]] PolicyVersion* at(std::size_t seat) const { return seats_[seat].version.get(); }
  // What newcomers act by; a null pointer: the native behaviour.
  [[nodiscard]] PolicyVersion* current() const {
    return current_ == kNobody ? nullptr : at(static_cast<std::size_t>(current_));
  }
  [[nodiscard]] std::size_t current_seat() const { return static_cast<std::size_t>(current_); }
  [[nodiscard]] PolicyVersion* find(const std::string& sha256) const;
  [[nodiscard]] bool is_fallback(std::size_t seat) const {
    return fallback_ == static_cast<int>(seat);
  }
  // Whether more than one seat is taken: only then is it looked up who drives whom.
  [[nodiscard]] bool shared() const { return shared_; }
  [[nodiscard]] bool migrating() const;

  // Room for so many rows; outside of decide phases.
  void resize(std::size_t rows);
  // The seat whose version drives a row in this tick. Newcomers, and those whose version had to
  // leave, get the current one. Different rows may be asked for from several threads.
  std::size_t seat_of(engine::EntityId agent);
  // The same without changing anything; the current seat for whoever is unknown.
  [[nodiscard]] std::size_t seat_seen(engine::EntityId agent) const;
  [[nodiscard]] bool drives(std::uint32_t row, std::size_t seat) const {
    return !shared_ || driver_[row] == seat;
  }
  void drive(std::uint32_t row, std::size_t seat) {
    driver_[row] = static_cast<std::uint8_t>(seat);
  }

  // Another version, or none, for all agents from now on, as their memories move. `fallback`: the
  // sha256 of the one that may have to come back with the memories that are left to it.
  void install(PreparedVersion next, const std::string& fallback);
  // One that has a seat already is to drive all again.
  void install_seated(const std::string& sha256, const std::string& fallback);
  // The fallback drives its agents again as they were; those that came later begin with it.
  void restore(const engine::World& world);
  // Nothing will be restored: what the fallback remembers of agents that it no longer drives goes.
  void forget_fallback();
  // Empties the seats of those that drive nobody: `driven` tells the agents of each in this tick.
  void settle(const std::array<std::size_t, kSeats>& driven);
  // Everything is forgotten; all versions leave.
  void clear();
  // The versions that left since the last call.
  std::vector<PreparedVersion> take_retired() { return std::exchange(retired_, {}); }

  // What saves hold, and how they come back; memories are the host's.
  void make_canonical();
  [[nodiscard]] std::vector<SavedVersion> saved_versions() const;
  [[nodiscard]] std::vector<std::uint32_t> saved_migration() const;
  void restore_seat(PreparedVersion version, const SavedVersion& saved);
  void restore_roles(const std::string& sha256, const std::string& fallback,
                     const std::vector<std::uint32_t>& migration);

  // By shard: the row where its migration goes on, or kAllMoved.
  std::array<std::uint32_t, kShardCount> next_row;
  // By row.
  std::vector<float> fuel;        // of the last act
  std::vector<float> saved_fuel;  // that acts may use beyond their allotment

  // Hashes a hundredth of what is kept by row; all of it in so many ticks.
  void hash_slice(base::Hasher& hasher, std::size_t shard, base::Tick tick) const;

  PolicySeats() { next_row.fill(kAllMoved); }

 private:
  struct Seat {
    PreparedVersion version;
    std::uint64_t joined = 0;  // counts up: who came later has more
  };
  [[nodiscard]] int seat_named(const std::string& sha256) const;
  std::size_t free_seat();
  void begin_migration(int seat, const std::string& fallback);
  void retire(std::size_t seat);
  void count_taken();

  std::array<Seat, kSeats> seats_;
  int current_ = kNobody, fallback_ = kNobody;
  bool shared_ = false;
  std::uint64_t joined_ = 0;
  std::vector<std::uint8_t> driver_;  // by row: seat; good while shared_
  std::vector<PreparedVersion> retired_;
};

}  // namespace cherub::scripting
