#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// What a single item of a pattern matches: a byte, a class such as `%a`, or a set such as `[a-z]`.
namespace cherub::sandbox::pattern {

using Byte = unsigned char;

enum ClassBit : std::uint16_t {
  kControl = 1,
  kSpace = 2,
  kPunctuation = 4,
  kDigit = 8,
  kHexadecimal = 16,
  kUpper = 32,
  kLower = 64,
  kZero = 128,
  kGraphic = 256,
};

constexpr std::array<std::uint16_t, 256> make_classes() {
  std::array<std::uint16_t, 256> classes{};
  for (int c = 0; c < 128; ++c) {
    int bits = 0;
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_graphic = c > 32 && c < 127;
    const int lower = c | 0x20;
    if (c < 32 || c == 127) bits |= kControl;
    if (c == ' ' || (c >= '\t' && c <= '\r')) bits |= kSpace;
    if (is_digit) bits |= kDigit;
    if (is_upper) bits |= kUpper;
    if (is_lower) bits |= kLower;
    if (is_digit || (lower >= 'a' && lower <= 'f')) bits |= kHexadecimal;
    if (is_graphic) bits |= kGraphic;
    if (is_graphic && !is_digit && !is_upper && !is_lower) bits |= kPunctuation;
    if (c == 0) bits |= kZero;
    classes[static_cast<std::size_t>(c)] = static_cast<std::uint16_t>(bits);
  }
  return classes;
}

inline constexpr std::array<std::uint16_t, 256> kClasses = make_classes();

// The class that a letter behind '%' names, in either case; 0 for none.
constexpr std::uint16_t class_of_letter(Byte letter) {
  switch (letter | 0x20) {
    case 'a':
      return kUpper | kLower;
    case 'c':
      return kControl;
    case 'd':
      return kDigit;
    case 'g':
      return kGraphic;
    case 'l':
      return kLower;
    case 'p':
      return kPunctuation;
    case 's':
      return kSpace;
    case 'u':
      return kUpper;
    case 'w':
      return kUpper | kLower | kDigit;
    case 'x':
      return kHexadecimal;
    case 'z':
      return kZero;
    default:
      return 0;
  }
}

// One bit for each byte.
struct SetBits {
  std::array<std::uint64_t, 4> words{};

  [[nodiscard]] bool has(Byte c) const { return ((words[c >> 6] >> (c & 63)) & 1) != 0; }
  constexpr void add(Byte c) { words[c >> 6] |= std::uint64_t{1} << (c & 63); }
  // All of another set, or all that is not in it.
  void add_all(const SetBits& other, bool is_negated) {
    for (std::size_t word = 0; word < words.size(); ++word) {
      words[word] |= is_negated ? ~other.words[word] : other.words[word];
    }
  }
  // All of low…high, in constant time.
  void add_range(Byte low, Byte high) {
    if (low > high) return;
    for (std::size_t word = low >> 6; word <= static_cast<std::size_t>(high >> 6); ++word) {
      std::uint64_t bits = ~std::uint64_t{0};
      if (word == static_cast<std::size_t>(low >> 6)) bits &= ~std::uint64_t{0} << (low & 63);
      if (word == static_cast<std::size_t>(high >> 6)) {
        bits &= ~std::uint64_t{0} >> (63 - (high & 63));
      }
      words[word] |= bits;
    }
  }
};

struct Item {
  enum class Kind { kAny, kByte, kClass, kSet };
  Kind kind = Kind::kAny;
  Byte byte = 0;
  std::uint16_t mask = 0;
  bool is_negated = false;
  const SetBits* set = nullptr;

  [[nodiscard]] bool matches(Byte c) const {
    switch (kind) {
      case Kind::kAny:
        return true;
      case Kind::kByte:
        return c == byte;
      case Kind::kClass:
        return ((kClasses[c] & mask) != 0) != is_negated;
      case Kind::kSet:
        return set->has(c);
    }
    return false;
  }
};

// What '%' and a letter or another character match.
inline Item escaped_item(Byte character) {
  Item item;
  const bool is_letter = (character & 0xc0) == 0x40;
  const std::uint16_t mask = is_letter ? class_of_letter(character) : std::uint16_t{0};
  if (mask == 0) {
    item.kind = Item::Kind::kByte;
    item.byte = character;
  } else {
    item.kind = Item::Kind::kClass;
    item.mask = mask;
    item.is_negated = (character & 0x20) == 0;
  }
  return item;
}

// The bytes of every class, by the low bits of its letter.
constexpr std::array<SetBits, 32> make_class_sets() {
  std::array<SetBits, 32> sets{};
  for (std::size_t letter = 0; letter < sets.size(); ++letter) {
    const std::uint16_t mask = class_of_letter(static_cast<Byte>(0x60 + letter));
    for (std::size_t c = 0; c < kClasses.size(); ++c) {
      if ((kClasses[c] & mask) != 0) sets[letter].add(static_cast<Byte>(c));
    }
  }
  return sets;
}

inline constexpr std::array<SetBits, 32> kClassSets = make_class_sets();

// The set that is written as `body` between its brackets, in time proportional to the text.
inline SetBits spell_set(std::string_view body) {
  SetBits bits;
  const bool is_negated = body.starts_with('^');
  for (std::size_t i = is_negated ? 1 : 0; i < body.size(); ++i) {
    const auto c = static_cast<Byte>(body[i]);
    if (c == '%') {
      // In `[a-%%]` the range takes the first '%', and the second one then escapes the bracket.
      const bool is_last = i + 1 == body.size();
      const auto escaped = static_cast<Byte>(is_last ? ']' : body[++i]);
      const Item item = escaped_item(escaped);
      if (item.kind == Item::Kind::kByte) {
        bits.add(item.byte);
      } else {
        bits.add_all(kClassSets[escaped & 31], item.is_negated);
      }
    } else if (i + 2 < body.size() && body[i + 1] == '-') {
      bits.add_range(c, static_cast<Byte>(body[i + 2]));
      i += 2;
    } else {
      bits.add(c);
    }
  }
  if (is_negated) {
    for (std::uint64_t& word : bits.words) word = ~word;
  }
  return bits;
}

}  // namespace cherub::sandbox::pattern
