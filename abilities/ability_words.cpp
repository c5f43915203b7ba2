#include "abilities/ability_words.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "abilities/goal.h"

namespace cherub::abilities {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  GoalTokens run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool fraction = c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
      if (is_digit(c) || fraction) {
        take_number();
      } else if (is_letter(c)) {
        take_word();
      } else if (c == '"') {
        take_quote();
      } else {
        if (c == '%') add_word("percent");
        if (std::string_view(",;:!.").find(c) != std::string_view::npos) clause_start_ = true;
        ++at_;
      }
    }
    return std::move(tokens_);
  }

 private:
  void add(GoalToken token) {
    token.clause_start = clause_start_;
    clause_start_ = false;
    tokens_.push_back(std::move(token));
  }

  void add_word(std::string word) {
    if (is_one_of(word, {"and", "but", "while", "then", "also"})) {
      clause_start_ = true;
      return;
    }
    GoalToken token;
    const auto stems = goal_words(word);
    token.stem = stems.empty() ? word : stems.front();
    token.text = std::move(word);
    add(std::move(token));
  }

  void take_number() {
    GoalToken token;
    token.kind = GoalToken::Kind::kNumber;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(),
                                              token.value, std::chars_format::fixed);
    const auto length = static_cast<std::size_t>(end - (text_.data() + at_));
    token.text = std::string(text_.substr(at_, length));
    at_ += std::max<std::size_t>(1, length);
    if (error == std::errc()) add(std::move(token));
  }

  void take_word() {
    std::string word;
    while (at_ < text_.size() &&
           (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '_')) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_++])));
    }
    add_word(std::move(word));
  }

  void take_quote() {
    const std::size_t end = text_.find('"', at_ + 1);
    if (end == std::string_view::npos) {
      ++at_;
      return;
    }
    GoalToken token;
    token.kind = GoalToken::Kind::kQuote;
    token.text = std::string(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    add(std::move(token));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool clause_start_ = true;
  GoalTokens tokens_;
};

}  // namespace

GoalTokens goal_tokens(std::string_view goal) {
  return Tokenizer(goal).run();
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool says_before(const GoalTokens& tokens, std::size_t at, std::size_t reach,
                 std::initializer_list<std::string_view> words) {
  for (std::size_t back = 1; back <= reach && back <= at; ++back) {
    if (tokens[at - back + 1].clause_start) return false;
    if (is_one_of(tokens[at - back].text, words)) return true;
  }
  return false;
}

bool says_behind(const GoalTokens& tokens, std::size_t at, std::size_t reach,
                 std::initializer_list<std::string_view> words) {
  for (std::size_t on = 1; on <= reach && at + on < tokens.size(); ++on) {
    if (tokens[at + on].clause_start) return false;
    if (is_one_of(tokens[at + on].text, words)) return true;
  }
  return false;
}

bool says(const GoalTokens& tokens, std::initializer_list<std::string_view> words) {
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const GoalToken& token) { return is_one_of(token.text, words); });
}

}  // namespace cherub::abilities
