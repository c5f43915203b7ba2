#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How goals for abilities are taken apart.
namespace cherub::abilities {

// A word, a number, or a text in quotes.
struct GoalToken {
  enum class Kind { kWord, kNumber, kQuote } kind = Kind::kWord;
  std::string text;          // a word in lower case, or what stood in the quotes
  std::string stem;          // of a word: goal_words
  double value = 0;          // of a number
  bool clause_start = true;  // behind a comma, "and", "but" …
};
using GoalTokens = std::vector<GoalToken>;

// "12m" is a number and a word, "10 %" a number and the word "percent".
GoalTokens goal_tokens(std::string_view goal);

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words);
// Whether one of the words stands among the `reach` tokens before `at` in its clause.
bool says_before(const GoalTokens& tokens, std::size_t at, std::size_t reach,
                 std::initializer_list<std::string_view> words);
bool says_behind(const GoalTokens& tokens, std::size_t at, std::size_t reach,
                 std::initializer_list<std::string_view> words);
bool says(const GoalTokens& tokens, std::initializer_list<std::string_view> words);

}  // namespace cherub::abilities
