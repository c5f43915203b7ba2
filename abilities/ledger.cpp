#include "abilities/ledger.h"

#include <charconv>
#include <chrono>
#include <limits>
#include <vector>

#include "engine/base/json.h"

namespace cherub::abilities {
namespace {

constexpr Micros kMicrosPerUnit = 1'000'000;
constexpr std::uint64_t kTokensPerPrice = 1'000'000;
constexpr std::size_t kDecimals = 6;
constexpr std::uint64_t kUnitsMax = 1'000'000;
constexpr std::size_t kBytesPerToken = 4, kBytesPerTokenLeast = 2;
// Of the marks around messages, which no text shows.
constexpr std::uint64_t kFrameTokens = 64;
constexpr double kWarnShare = 0.8;

double steady_s() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

std::string seconds_text(double seconds) {
  return base::json_number(static_cast<double>(static_cast<std::uint64_t>(seconds * 1000)) / 1000);
}

base::JsonObject use_json(const Use& use) {
  base::JsonObject json;
  json.add("calls", use.calls)
      .add("errors", use.errors)
      .add("tokens_in", use.tokens_in)
      .add("tokens_out", use.tokens_out)
      .add("estimated_calls", use.estimated)
      .add("wall_ms", use.wall_ms);
  return json.raw("cost", use.unpriced > 0 ? "null" : micros_text(use.cost));
}

}  // namespace

std::string micros_text(Micros micros) {
  std::string text = std::to_string(micros / kMicrosPerUnit);
  std::string decimals = std::to_string(kMicrosPerUnit + micros % kMicrosPerUnit).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return decimals.empty() ? text : text + "." + decimals;
}

std::optional<Micros> micros_from_text(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string whole(text.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (whole.empty() || (point != std::string_view::npos && decimals.empty())) return {};
  if (decimals.size() > kDecimals || whole.size() > 7) return {};
  decimals.resize(kDecimals, '0');
  const std::string digits = whole + decimals;
  Micros micros = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), micros);
  if (status != std::errc{} || end != digits.data() + digits.size()) return {};
  if (micros > kUnitsMax * kMicrosPerUnit) return {};
  return micros;
}

const Price* PriceTable::find(std::string_view model) const {
  const auto found = models.find(model);
  return found == models.end() ? nullptr : &found->second;
}

const char* limit_name(LimitKind kind) {
  static constexpr std::array<const char*, kLimitKindCount> kNames = {
      "max_cost", "max_calls", "max_tokens", "max_ticks", "max_seconds"};
  return kNames[static_cast<std::size_t>(kind)];
}

Micros cost_of(const Price& price, std::uint64_t tokens_in, std::uint64_t tokens_out) {
  __extension__ using Wide = unsigned __int128;
  const Wide sum = Wide{price.in} * tokens_in + Wide{price.out} * tokens_out;
  return static_cast<Micros>((sum + kTokensPerPrice - 1) / kTokensPerPrice);
}

std::uint64_t estimated_tokens(std::size_t bytes) {
  return (bytes + kBytesPerToken - 1) / kBytesPerToken;
}

std::uint64_t tokens_bound(std::size_t bytes) {
  return bytes / kBytesPerTokenLeast + kFrameTokens;
}

void Use::add(const Use& other) {
  calls += other.calls;
  errors += other.errors;
  tokens_in += other.tokens_in;
  tokens_out += other.tokens_out;
  estimated += other.estimated;
  unpriced += other.unpriced;
  wall_ms += other.wall_ms;
  cost += other.cost;
}

Ledger::Reservation::Reservation(Reservation&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)),
      model_(std::move(other.model_)),
      tokens_(other.tokens_),
      cost_(other.cost_) {}

Ledger::Reservation::~Reservation() {
  if (ledger_) ledger_->release(*this);
}

void Ledger::Reservation::settle(const Tokens& used, bool failed, double wall_s) {
  Use use;
  use.calls = 1;
  use.errors = failed ? 1 : 0;
  use.tokens_in = used.in;
  use.tokens_out = used.out;
  const bool any = used.in + used.out > 0;
  use.estimated = any && used.estimated ? 1 : 0;
  use.wall_ms = static_cast<std::uint64_t>(wall_s * 1000);
  const Price* price = ledger_->options_.prices.find(model_);
  use.unpriced = any && !price ? 1 : 0;
  if (price) use.cost = cost_of(*price, used.in, used.out);
  std::exchange(ledger_, nullptr)->settle(*this, use);
}

Ledger::Ledger(Options options) : options_(std::move(options)) {
  if (!options_.now_s) options_.now_s = steady_s;
  start_s_ = options_.now_s();
}

std::optional<base::Error> Ledger::over_limit(std::uint64_t tokens, Micros cost) {
  const auto refusal = [](LimitKind kind, const std::string& what) {
    return base::Error{base::ErrorCode::kRefused,
                       "the budget is used up: " + what + "; raise " + limit_name(kind),
                       std::string("limits.") + limit_name(kind)};
  };
  if (seconds_left() <= 0) {
    stopped_by_ = LimitKind::kSeconds;
    return refusal(LimitKind::kSeconds, "the time is over");
  }
  struct Row {
    LimitKind kind;
    std::optional<std::uint64_t> max;
    std::uint64_t used, reserved, more;
  };
  const Use& use = state_.use;
  const Limits& limits = options_.limits;
  const std::array<Row, 3> rows = {
      Row{LimitKind::kCost, limits.cost, use.cost, state_.reserved_cost, cost},
      Row{LimitKind::kCalls, limits.calls, use.calls, state_.reserved_calls, 1},
      Row{LimitKind::kTokens, limits.tokens, use.tokens_in + use.tokens_out, state_.reserved_tokens,
          tokens}};
  for (const Row& row : rows) {
    if (!row.max || row.used + row.reserved + row.more <= *row.max) continue;
    if (row.used + row.more > *row.max) stopped_by_ = row.kind;
    const auto shown = [&](std::uint64_t value) {
      return row.kind == LimitKind::kCost ? micros_text(value) : std::to_string(value);
    };
    return refusal(row.kind, "a call may take " + shown(row.more) + ", " +
                                 shown(row.used + row.reserved) + " of " + shown(*row.max) +
                                 " are used or reserved");
  }
  return {};
}

base::Result<Ledger::Reservation> Ledger::reserve(const std::string& model, const Tokens& most) {
  const Price* price = options_.prices.find(model);
  if (options_.limits.cost && !price) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "no price is known for the model \"" + model +
                           "\"; add it under `prices` in the configuration, or limit max_calls or "
                           "max_tokens instead",
                       "limits.max_cost"};
  }
  const std::uint64_t tokens = most.in + most.out;
  const Micros cost = price ? cost_of(*price, most.in, most.out) : 0;
  const std::lock_guard lock(mutex_);
  if (auto refused = over_limit(tokens, cost)) return *std::move(refused);
  state_.reserved_calls += 1;
  state_.reserved_tokens += tokens;
  state_.reserved_cost += cost;
  return Reservation(*this, model, tokens, cost);
}

void Ledger::release(const Reservation& reservation) {
  const std::lock_guard lock(mutex_);
  state_.reserved_calls -= 1;
  state_.reserved_tokens -= reservation.tokens_;
  state_.reserved_cost -= reservation.cost_;
}

void Ledger::settle(const Reservation& reservation, const Use& used) {
  {
    const std::lock_guard lock(mutex_);
    state_.reserved_calls -= 1;
    state_.reserved_tokens -= reservation.tokens_;
    state_.reserved_cost -= reservation.cost_;
  }
  enter(reservation.model_, used);
}

void Ledger::enter(const std::string& model, const Use& used) {
  {
    const std::lock_guard lock(mutex_);
    state_.use.add(used);
    state_.models[model].add(used);
  }
  if (options_.total) options_.total->enter(model, used);
  warn();
}

Limits Ledger::left() const {
  const std::lock_guard lock(mutex_);
  const auto rest = [](const auto& limit, auto used) {
    return limit ? std::optional(*limit > used ? *limit - used : 0) : limit;
  };
  Limits left;
  left.cost = rest(options_.limits.cost, state_.use.cost + state_.reserved_cost);
  left.calls = rest(options_.limits.calls, state_.use.calls + state_.reserved_calls);
  left.tokens = rest(options_.limits.tokens,
                     state_.use.tokens_in + state_.use.tokens_out + state_.reserved_tokens);
  left.ticks = rest(options_.limits.ticks, state_.ticks);
  if (options_.limits.seconds) left.seconds = std::max(0.0, *options_.limits.seconds - elapsed_s());
  return left;
}

bool Ledger::has_room(std::uint64_t ticks) const {
  const std::lock_guard lock(mutex_);
  return !options_.limits.ticks || state_.ticks + ticks <= *options_.limits.ticks;
}

bool Ledger::allows_ticks(std::uint64_t ticks) {
  if (has_room(ticks)) return true;
  const std::lock_guard lock(mutex_);
  stopped_by_ = LimitKind::kTicks;
  return false;
}

void Ledger::add_ticks(std::uint64_t ticks) {
  {
    const std::lock_guard lock(mutex_);
    state_.ticks += ticks;
  }
  if (options_.total) options_.total->add_ticks(ticks);
  warn();
}

void Ledger::warn() {
  if (!options_.on_warning) return;
  std::vector<LimitWarning> due;
  const double now_s = elapsed_s();
  {
    const std::lock_guard lock(mutex_);
    const auto look = [&](LimitKind kind, double used, double max, const std::string& used_text,
                          const std::string& max_text) {
      bool& warned = warned_[static_cast<std::size_t>(kind)];
      if (warned || used < kWarnShare * max) return;
      warned = true;
      due.push_back({kind, used_text, max_text});
    };
    const auto whole = [&](LimitKind kind, std::uint64_t used, std::optional<std::uint64_t> max) {
      if (!max) return;
      const bool money = kind == LimitKind::kCost;
      look(kind, double(used), double(*max), money ? micros_text(used) : std::to_string(used),
           money ? micros_text(*max) : std::to_string(*max));
    };
    const Limits& limits = options_.limits;
    whole(LimitKind::kCost, state_.use.cost, limits.cost);
    whole(LimitKind::kCalls, state_.use.calls, limits.calls);
    whole(LimitKind::kTokens, state_.use.tokens_in + state_.use.tokens_out, limits.tokens);
    whole(LimitKind::kTicks, state_.ticks, limits.ticks);
    if (limits.seconds) {
      look(LimitKind::kSeconds, now_s, *limits.seconds, seconds_text(now_s),
           base::json_number(*limits.seconds));
    }
  }
  for (const LimitWarning& warning : due) options_.on_warning(warning);
}

std::optional<LimitKind> Ledger::stopped_by() const {
  const std::lock_guard lock(mutex_);
  if (!stopped_by_ && seconds_left() <= 0) return LimitKind::kSeconds;
  return stopped_by_;
}

double Ledger::seconds_left() const {
  if (!options_.limits.seconds) return std::numeric_limits<double>::infinity();
  return *options_.limits.seconds - elapsed_s();
}

LedgerState Ledger::state() const {
  const double seconds = elapsed_s();
  const std::lock_guard lock(mutex_);
  LedgerState state = state_;
  state.seconds = seconds;
  return state;
}

std::string Ledger::json() const {
  const LedgerState state = this->state();
  base::JsonObject json = use_json(state.use);
  json.add("currency", options_.prices.currency)
      .add("ticks", state.ticks)
      .raw("seconds", seconds_text(state.seconds));
  base::JsonObject models;
  for (const auto& [model, use] : state.models) models.raw(model, use_json(use).text());
  json.raw("models", models.text()).raw("limits", limits_json(options_.limits));
  const auto stopped = stopped_by();
  return json.raw("stopped_by", stopped ? base::json_string(limit_name(*stopped)) : "null").text();
}

std::string limits_json(const Limits& limits) {
  base::JsonObject json;
  if (limits.cost) json.raw(limit_name(LimitKind::kCost), micros_text(*limits.cost));
  if (limits.calls) json.add(limit_name(LimitKind::kCalls), *limits.calls);
  if (limits.tokens) json.add(limit_name(LimitKind::kTokens), *limits.tokens);
  if (limits.ticks) json.add(limit_name(LimitKind::kTicks), *limits.ticks);
  if (limits.seconds) json.add(limit_name(LimitKind::kSeconds), *limits.seconds);
  return json.text();
}

}  // namespace cherub::abilities
