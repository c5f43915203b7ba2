#include "sandbox/pattern.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string_view>

#include "sandbox/pattern_item.h"

namespace cherub::sandbox {
namespace {

using pattern::Byte;
using pattern::escaped_item;
using pattern::Item;
using pattern::kClasses;
using pattern::SetBits;
using pattern::spell_set;

constexpr int kDepthMax = 200;  // LuaJIT's bound on nested matches
constexpr std::int32_t kNone = -1;
constexpr char kEscape = '%';
constexpr std::int64_t kSetFuel = 32;  // for clearing and filling the table of a set

// Whether a pattern with this byte in it may match something else than itself.
constexpr std::array<bool, 256> make_specials() {
  std::array<bool, 256> specials{};
  for (const char c : std::string_view("^$*+?.([%-)\0", 12)) specials[static_cast<Byte>(c)] = true;
  return specials;
}

constexpr std::array<bool, 256> kSpecials = make_specials();

bool is_special(char c) {
  return kSpecials[static_cast<Byte>(c)];
}

class Matcher {
 public:
  Matcher(std::string_view subject, std::string_view pattern, PatternMatch& match)
      : subject_(subject),
        pattern_(pattern),
        match_(match),
        fuel_(std::max<std::int64_t>(match.fuel, 0)) {}

  // Leaves the status and the fuel that remains.
  PatternStatus search(std::size_t init) {
    const bool is_anchored = at(0) == '^';
    const std::int32_t begin = is_anchored ? 1 : 0;
    const auto last = static_cast<std::int32_t>(subject_.size());
    for (auto start = static_cast<std::int32_t>(init); start <= last; ++start) {
      if (!is_anchored && !skip_to_first_byte(start)) break;
      match_.capture_count = 0;
      depth_ = 0;
      const std::int32_t end = match_here(start, begin);
      if (status_ != PatternStatus::kMatch) return status_;
      if (end != kNone) return finish(start, end);
      if (is_anchored) break;
    }
    return status_ == PatternStatus::kMatch ? PatternStatus::kNoMatch : status_;
  }

  // Looks for the pattern as it stands. Pays for each byte passed and each byte compared.
  PatternStatus search_plain(std::size_t init) {
    const auto begin = static_cast<std::int32_t>(init);
    if (pattern_.empty()) return finish(begin, begin);
    for (std::size_t place = init; place + pattern_.size() <= subject_.size(); ++place) {
      const std::size_t found = std::min(subject_.find(pattern_[0], place), subject_.size());
      if (!pay(static_cast<std::int64_t>(found - place + 1))) return status_;
      place = found;
      if (place + pattern_.size() > subject_.size()) break;
      const std::string_view here = subject_.substr(place, pattern_.size());
      const auto differs = std::mismatch(here.begin(), here.end(), pattern_.begin());
      if (!pay(differs.first - here.begin())) return status_;
      if (differs.first != here.end()) continue;
      return finish(static_cast<std::int32_t>(place),
                    static_cast<std::int32_t>(place + pattern_.size()));
    }
    return PatternStatus::kNoMatch;
  }

  [[nodiscard]] std::int64_t fuel() const { return fuel_; }

 private:
  // The pattern behind its end reads as zeros, as the reference sees a C string.
  [[nodiscard]] char at(std::int32_t position) const {
    const auto index = static_cast<std::size_t>(position);
    return index < pattern_.size() ? pattern_[index] : '\0';
  }
  [[nodiscard]] bool is_end(std::int32_t position) const {
    return static_cast<std::size_t>(position) >= pattern_.size();
  }
  [[nodiscard]] std::int32_t subject_end() const {
    return static_cast<std::int32_t>(subject_.size());
  }
  // The subject reads as a zero behind its end, which only the frontier asks for.
  [[nodiscard]] Byte subject_at(std::int32_t position) const {
    const auto index = static_cast<std::size_t>(position);
    return index < subject_.size() ? static_cast<Byte>(subject_[index]) : Byte{0};
  }

  std::int32_t refuse(const char* message) {
    status_ = PatternStatus::kMalformedPattern;
    std::strncpy(match_.error, message, sizeof match_.error - 1);
    return kNone;
  }

  bool pay(std::int64_t steps) {
    if (fuel_ < steps) {
      fuel_ = 0;
      status_ = PatternStatus::kOutOfFuel;
      return false;
    }
    fuel_ -= steps;
    return true;
  }

  PatternStatus finish(std::int32_t start, std::int32_t end) {
    match_.start = start;
    match_.end = end;
    return PatternStatus::kMatch;
  }

  // Where the pattern begins with a plain byte that must occur, goes to its next occurrence. False
  // when there is none, or no fuel.
  bool skip_to_first_byte(std::int32_t& start) {
    const char first = at(0);
    if (is_special(first)) return true;
    const char behind = at(1);
    if (behind == '*' || behind == '?' || behind == '-') return true;
    const std::size_t found = subject_.find(first, static_cast<std::size_t>(start));
    const std::size_t stop = found == std::string_view::npos ? subject_.size() : found;
    if (!pay(static_cast<std::int64_t>(stop) - start)) return false;
    start = static_cast<std::int32_t>(stop);
    return found != std::string_view::npos;
  }

  std::int32_t match_here(std::int32_t s, std::int32_t p);
  std::int32_t match_tail(std::int32_t s, std::int32_t p);
  std::int32_t item_end(std::int32_t p);
  Item item_at(std::int32_t p, std::int32_t end);
  const SetBits& set_at(std::int32_t p, std::int32_t end);
  std::int32_t set_end(std::int32_t p);
  std::int32_t count_matching(const Item& item, std::int32_t s);
  std::int32_t expand_greedily(const Item& item, std::int32_t s, std::int32_t p);
  std::int32_t expand_lazily(const Item& item, std::int32_t s, std::int32_t p);
  std::int32_t open_capture(std::int32_t s, std::int32_t p, std::int32_t length);
  std::int32_t close_capture(std::int32_t s, std::int32_t p);
  std::int32_t match_balance(std::int32_t s, std::int32_t p);
  std::int32_t match_back_reference(std::int32_t s, char digit);
  bool match_frontier(std::int32_t s, std::int32_t p, std::int32_t& end);

  // A set is spelt out once into a table of bits. Few patterns have more sets than this cache has
  // lines; those that do pay for spelling them again.
  struct Set {
    std::int32_t begin = kNone;
    std::int32_t end = kNone;
    bool is_filled = false;
    SetBits bits{};
  };
  static constexpr std::size_t kSets = 8;
  Set& set_line(std::int32_t p) { return sets_[static_cast<std::size_t>(p) % kSets]; }

  std::string_view subject_;
  std::string_view pattern_;
  PatternMatch& match_;
  std::int64_t fuel_;
  // kMatch while nothing has gone wrong.
  PatternStatus status_ = PatternStatus::kMatch;
  int depth_ = 0;
  std::array<Set, kSets> sets_;
};

// The end of the match of the pattern from `p` on at `s`, or kNone. Bounded recursion: sequences
// loop, only what may have to be tried again recurses.
std::int32_t Matcher::match_here(std::int32_t s, std::int32_t p) {
  if (++depth_ > kDepthMax) {
    status_ = PatternStatus::kTooComplex;
    return kNone;
  }
  if (!pay(1)) return kNone;
  const std::int32_t end = match_tail(s, p);
  --depth_;
  return status_ == PatternStatus::kMatch ? end : kNone;
}

std::int32_t Matcher::match_tail(std::int32_t s, std::int32_t p) {
  while (status_ == PatternStatus::kMatch && !is_end(p)) {
    const char c = at(p);
    const char next = at(p + 1);
    if (c == '(') {
      return next == ')' ? open_capture(s, p + 2, kPositionCapture)
                         : open_capture(s, p + 1, kUnfinishedCapture);
    }
    if (c == ')') return close_capture(s, p + 1);
    if (c == '$' && is_end(p + 1)) return s == subject_end() ? s : kNone;
    if (!pay(1)) return kNone;
    if (c == kEscape && next == 'b') {
      s = match_balance(s, p + 2);
      if (s == kNone) return kNone;
      p += 4;
      continue;
    }
    if (c == kEscape && next == 'f') {
      std::int32_t end = kNone;
      if (!match_frontier(s, p + 2, end)) return kNone;
      p = end;
      continue;
    }
    if (c == kEscape && next >= '0' && next <= '9') {
      s = match_back_reference(s, next);
      if (s == kNone) return kNone;
      p += 2;
      continue;
    }
    const std::int32_t end = item_end(p);
    if (end == kNone) return kNone;
    const Item item = item_at(p, end);
    const bool matches = s < subject_end() && item.matches(subject_at(s));
    switch (at(end)) {
      case '?':
        if (matches) {
          const std::int32_t found = match_here(s + 1, end + 1);
          if (found != kNone || status_ != PatternStatus::kMatch) return found;
        }
        p = end + 1;
        continue;
      case '*':
        return expand_greedily(item, s, end + 1);
      case '+':
        return matches ? expand_greedily(item, s + 1, end + 1) : kNone;
      case '-':
        return expand_lazily(item, s, end + 1);
      default:
        break;
    }
    if (!matches) return kNone;
    ++s;
    p = end;
  }
  return status_ == PatternStatus::kMatch ? s : kNone;
}

// Behind the item that begins at `p`, in front of its repetition sign.
std::int32_t Matcher::item_end(std::int32_t p) {
  if (at(p) == '[') return set_end(p);
  if (at(p) != kEscape) return p + 1;
  if (is_end(p + 1)) return refuse("malformed pattern (ends with '%')");
  return p + 2;
}

std::int32_t Matcher::set_end(std::int32_t p) {
  Set& line = set_line(p);
  if (line.begin == p) return line.end;
  std::int32_t end = p + 1;
  if (at(end) == '^') ++end;
  do {  // a `]` that comes first is one of the set
    if (is_end(end)) return refuse("malformed pattern (missing ']')");
    if (at(end++) == kEscape && !is_end(end)) ++end;
  } while (at(end) != ']');
  ++end;
  if (!pay(kSetFuel + end - p)) return kNone;
  line.begin = p;
  line.end = end;
  line.is_filled = false;
  return end;
}

Item Matcher::item_at(std::int32_t p, std::int32_t end) {
  const char c = at(p);
  if (c == kEscape) return escaped_item(static_cast<Byte>(at(p + 1)));
  Item item;
  if (c == '[') {
    item.kind = Item::Kind::kSet;
    item.set = &set_at(p, end);
  } else if (c != '.') {
    item.kind = Item::Kind::kByte;
    item.byte = static_cast<Byte>(c);
  }
  return item;
}

const SetBits& Matcher::set_at(std::int32_t p, std::int32_t end) {
  Set& line = set_line(p);
  if (!line.is_filled) {
    const auto begin = static_cast<std::size_t>(p) + 1;
    line.bits = spell_set(pattern_.substr(begin, static_cast<std::size_t>(end) - 1 - begin));
    line.is_filled = true;
  }
  return line.bits;
}

// How many bytes from `s` on the item matches. Pays for each.
std::int32_t Matcher::count_matching(const Item& item, std::int32_t s) {
  const std::int64_t room = std::min<std::int64_t>(subject_end() - s, fuel_);
  const auto* const begin = reinterpret_cast<const Byte*>(subject_.data()) + s;
  const Byte* const end = begin + room;
  const Byte* c = begin;
  switch (item.kind) {
    case Item::Kind::kAny:
      c = end;
      break;
    case Item::Kind::kByte:
      while (c < end && *c == item.byte) ++c;
      break;
    case Item::Kind::kClass:
      while (c < end && ((kClasses[*c] & item.mask) != 0) != item.is_negated) ++c;
      break;
    case Item::Kind::kSet:
      while (c < end && item.set->has(*c)) ++c;
      break;
  }
  const auto count = static_cast<std::int32_t>(c - begin);
  pay(count + 1);
  return count;
}

std::int32_t Matcher::expand_greedily(const Item& item, std::int32_t s, std::int32_t p) {
  for (std::int32_t end = s + count_matching(item, s); end >= s && status_ == PatternStatus::kMatch;
       --end) {
    const std::int32_t found = match_here(end, p);
    if (found != kNone) return found;
  }
  return kNone;
}

std::int32_t Matcher::expand_lazily(const Item& item, std::int32_t s, std::int32_t p) {
  // A nested match may give the cache line of the set to another one, so the item keeps its own.
  SetBits bits{};
  Item own = item;
  if (item.kind == Item::Kind::kSet) {
    bits = *item.set;
    own.set = &bits;
  }
  for (;;) {
    const std::int32_t found = match_here(s, p);
    if (found != kNone || status_ != PatternStatus::kMatch) return found;
    if (s >= subject_end() || !own.matches(subject_at(s))) return kNone;
    ++s;
  }
}

std::int32_t Matcher::open_capture(std::int32_t s, std::int32_t p, std::int32_t length) {
  const std::int32_t index = match_.capture_count;
  if (index >= kCapturesMax) return refuse("too many captures");
  match_.captures[index] = {s, length};
  match_.capture_count = index + 1;
  const std::int32_t end = match_here(s, p);
  if (end == kNone) --match_.capture_count;
  return end;
}

std::int32_t Matcher::close_capture(std::int32_t s, std::int32_t p) {
  std::int32_t index = match_.capture_count - 1;
  while (index >= 0 && match_.captures[index].length != kUnfinishedCapture) --index;
  if (index < 0) return refuse("invalid pattern capture");
  PatternCapture& capture = match_.captures[index];
  capture.length = s - capture.start;
  const std::int32_t end = match_here(s, p);
  if (end == kNone) capture.length = kUnfinishedCapture;
  return end;
}

std::int32_t Matcher::match_balance(std::int32_t s, std::int32_t p) {
  if (is_end(p) || is_end(p + 1)) return refuse("unbalanced pattern");
  const char open = at(p);
  const char close = at(p + 1);
  const auto size = static_cast<std::int64_t>(subject_.size());
  if (s >= size || subject_[static_cast<std::size_t>(s)] != open) return kNone;
  std::int64_t depth = 1;
  const std::int64_t stop = std::min(size, s + fuel_ + 1);
  for (std::int64_t i = s + 1; i < stop; ++i) {
    const char c = subject_[static_cast<std::size_t>(i)];
    if (c == close) {
      if (--depth > 0) continue;
      pay(i - s);
      return static_cast<std::int32_t>(i + 1);
    }
    if (c == open) ++depth;
  }
  pay(size - s);
  return kNone;
}

std::int32_t Matcher::match_back_reference(std::int32_t s, char digit) {
  const std::int32_t index = digit - '1';
  if (index < 0 || index >= match_.capture_count ||
      match_.captures[index].length == kUnfinishedCapture) {
    return refuse("invalid capture index");
  }
  const PatternCapture& capture = match_.captures[index];
  if (capture.length < 0 || subject_end() - s < capture.length) return kNone;
  if (!pay(capture.length)) return kNone;
  const auto size = static_cast<std::size_t>(capture.length);
  const std::string_view text = subject_.substr(static_cast<std::size_t>(capture.start), size);
  const bool is_same = subject_.substr(static_cast<std::size_t>(s), size) == text;
  return is_same ? s + capture.length : kNone;
}

bool Matcher::match_frontier(std::int32_t s, std::int32_t p, std::int32_t& end) {
  if (at(p) != '[') {
    refuse("missing '[' after '%f' in pattern");
    return false;
  }
  end = set_end(p);
  if (end == kNone) return false;
  const Item set = item_at(p, end);
  const Byte previous = s == 0 ? Byte{0} : subject_at(s - 1);
  return !set.matches(previous) && set.matches(subject_at(s));
}

}  // namespace

extern "C" void cherub_pattern_match(const char* subject, std::size_t subject_size,
                                     const char* pattern, std::size_t pattern_size,
                                     std::size_t init, PatternMatch* match) {
  constexpr std::size_t kSizeMax = std::numeric_limits<std::int32_t>::max() - 4;
  const std::int64_t budget = std::max<std::int64_t>(match->fuel, 0);
  match->start = 0;
  match->end = 0;
  match->capture_count = 0;
  match->error[0] = '\0';
  match->error[sizeof match->error - 1] = '\0';
  if (subject_size > kSizeMax || pattern_size > kSizeMax) {
    match->status = static_cast<std::int32_t>(PatternStatus::kTooComplex);
    match->fuel = 0;
    return;
  }
  if (init > subject_size) {
    match->status = static_cast<std::int32_t>(PatternStatus::kNoMatch);
    match->fuel = 0;
    return;
  }
  std::string_view text(pattern, pattern_size);
  const bool is_plain = std::none_of(text.begin(), text.end(), is_special);
  text = text.substr(0, text.find('\0'));  // ends a pattern, as in the reference
  Matcher matcher({subject, subject_size}, text, *match);
  const PatternStatus status = is_plain ? matcher.search_plain(init) : matcher.search(init);
  if (status != PatternStatus::kMatch) match->capture_count = 0;
  match->status = static_cast<std::int32_t>(status);
  match->fuel = budget - matcher.fuel();
}

}  // namespace cherub::sandbox
