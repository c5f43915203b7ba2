#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/result.h"

namespace cherub::abilities {

// Money is counted in whole millionths of a currency's unit, so that sums are exact.
using Micros = std::uint64_t;

// "0.012345" or "3"; at least as many decimals as are needed, at most six.
std::string micros_text(Micros micros);
// Such a text, or nothing: negative, more than six decimals, beyond a million units.
std::optional<Micros> micros_from_text(std::string_view text);

// Of a million tokens.
struct Price {
  Micros in = 0, out = 0;
};

// What models cost, by the name that requests carry.
struct PriceTable {
  std::string currency = "USD";
  std::map<std::string, Price, std::less<>> models;

  [[nodiscard]] const Price* find(std::string_view model) const;
};

// What a run may use; empty: as much as it takes.
struct Limits {
  std::optional<Micros> cost;
  std::optional<std::uint64_t> calls;   // requests to models, retries among them
  std::optional<std::uint64_t> tokens;  // in and out together
  std::optional<std::uint64_t> ticks;   // of the episodes that search and judge
  std::optional<double> seconds;        // of wall time
};

enum class LimitKind { kCost, kCalls, kTokens, kTicks, kSeconds };
inline constexpr int kLimitKindCount = 5;
// "max_cost" …
const char* limit_name(LimitKind kind);

// Of so many tokens, rounded up to a millionth: nothing costs less than it may.
Micros cost_of(const Price& price, std::uint64_t tokens_in, std::uint64_t tokens_out);

// Tokens of a request: what may be used, or what was.
struct Tokens {
  std::uint64_t in = 0, out = 0;
  bool estimated = false;  // the peer did not say; reckoned from the text's length
};

// Four bytes a token, the usual rule for English and code; what a missing usage field is read as.
std::uint64_t estimated_tokens(std::size_t bytes);
// No text of so many bytes has more tokens, for all that is known of tokenizers: what is reserved.
std::uint64_t tokens_bound(std::size_t bytes);

// What was used under one name.
struct Use {
  std::uint64_t calls = 0, errors = 0, tokens_in = 0, tokens_out = 0;
  std::uint64_t estimated = 0;  // calls whose tokens were estimated
  std::uint64_t unpriced = 0;   // calls with tokens that no price is known for
  std::uint64_t wall_ms = 0;    // waiting for replies
  Micros cost = 0;

  void add(const Use& other);
};

struct LedgerState {
  Use use;
  std::map<std::string, Use> models;
  std::uint64_t ticks = 0;
  double seconds = 0;  // since the ledger was made
  std::uint64_t reserved_calls = 0, reserved_tokens = 0;
  Micros reserved_cost = 0;
};

// How far a limit is used, when four fifths are passed.
struct LimitWarning {
  LimitKind kind = LimitKind::kCost;
  std::string used, max;  // numbers as text
};

// What a run used, and what it may still use. Nothing is begun that could pass a limit: a call
// reserves the most that it can cost, and what it did cost is settled when it is over. Each settled
// call is also entered into `total`: the ledger of all runs of a process, or of a run around this
// one. Safe from any thread.
class Ledger {
 public:
  struct Options {
    Limits limits;
    PriceTable prices;
    Ledger* total = nullptr;                              // must outlive this one
    std::function<double()> now_s;                        // empty: the machine's steady clock
    std::function<void(const LimitWarning&)> on_warning;  // once a limit; from any thread
  };

  Ledger() : Ledger(Options{}) {}
  explicit Ledger(Options options);

  // A call's share until it is settled; given back when it never is.
  class Reservation {
   public:
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&&) = delete;
    ~Reservation();
    // `failed`: it gave no reply; what it used all the same is in `used`.
    void settle(const Tokens& used, bool failed, double wall_s);

   private:
    friend class Ledger;
    Reservation(Ledger& ledger, std::string model, std::uint64_t tokens, Micros cost)
        : ledger_(&ledger), model_(std::move(model)), tokens_(tokens), cost_(cost) {}
    Ledger* ledger_;
    std::string model_;
    std::uint64_t tokens_;
    Micros cost_;
  };

  // For one call that uses at most so much. kRefused when a limit does not leave it, with the
  // limit's name in `where`.
  base::Result<Reservation> reserve(const std::string& model, const Tokens& most);

  // Whether so many ticks may be simulated; reckon them with add_ticks() afterwards.
  bool allows_ticks(std::uint64_t ticks);
  // The same question without consequences: asking does not end the run.
  [[nodiscard]] bool has_room(std::uint64_t ticks) const;
  void add_ticks(std::uint64_t ticks);

  // The limit that ended the spending: one that refused something with nothing else outstanding, or
  // time that is over.
  [[nodiscard]] std::optional<LimitKind> stopped_by() const;
  [[nodiscard]] double seconds_left() const;  // infinity without a limit
  // The limits of a run inside of this one, whose ledger enters what it uses here as its `total`.
  [[nodiscard]] Limits left() const;

  [[nodiscard]] LedgerState state() const;
  [[nodiscard]] const Limits& limits() const { return options_.limits; }
  // All of it as one object: calls, tokens, cost (null: no price is known), models, limits.
  [[nodiscard]] std::string json() const;

 private:
  void settle(const Reservation& reservation, const Use& used);
  void enter(const std::string& model, const Use& used);
  void release(const Reservation& reservation);
  std::optional<base::Error> over_limit(std::uint64_t tokens, Micros cost);
  void warn();
  [[nodiscard]] double elapsed_s() const { return options_.now_s() - start_s_; }

  Options options_;
  double start_s_;
  mutable std::mutex mutex_;  // guards all below
  LedgerState state_;
  std::optional<LimitKind> stopped_by_;
  std::array<bool, kLimitKindCount> warned_{};
};

// "5 of 10 calls" and the like are made of these.
std::string limits_json(const Limits& limits);

}  // namespace cherub::abilities
