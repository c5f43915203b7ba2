#include "abilities/goal.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

namespace cherub::abilities {
namespace {

// A word keeps at least so many letters when an ending is taken off: "sing" is no form of "s".
constexpr std::size_t kStemLettersMin = 3;
// A turning word reaches over so many words, unless the clause ends before.
constexpr std::size_t kReachWords = 5;
// Behind what it governs it stands near: "walk as little as possible".
constexpr std::size_t kReachBehind = 2;
// What the goal names weighs so many times as much as all the scenario's own wishes together, which
// then only decide between policies that do equally well by the goal.
constexpr double kNamedFactor = 4;
// What remains of the weight of success where the goal is about something else.
constexpr double kUnnamedSuccess = 0.1;
// In front of the words for a metric's poor end, as death is of survival.
constexpr char kPoorEnd = '-';
// What remains of the scenario's own objective beside wishes that have nothing to do with it.
constexpr double kOwnShareOfForeign = 0.1;

enum class Turn { kNone, kFewer, kMore };

struct Token {
  std::string stem;
  bool clause_start = false;  // behind a comma, "and", "but" …
};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_vowel(char c) {
  return std::string_view("aeiouy").find(c) != std::string_view::npos;
}

// Takes an ending off when enough of the word remains.
bool strip(std::string& word, std::string_view ending) {
  if (!word.ends_with(ending) || word.size() < ending.size() + kStemLettersMin) return false;
  word.resize(word.size() - ending.size());
  return true;
}

// Brings the common forms of an English word together; it need not be a word itself. Both the goal
// and the metrics' words go through it, so only equality counts.
std::string stem_of(std::string word) {
  strip(word, "ly");
  if (strip(word, "ies")) {
    word += 'y';
  } else if (!word.ends_with("ss")) {
    strip(word, "s");
  }
  const bool cut = strip(word, "ing") || strip(word, "ed");
  const std::size_t size = word.size();
  const bool doubled = cut && size > kStemLettersMin && word[size - 1] == word[size - 2] &&
                       !is_vowel(word[size - 1]) && word[size - 1] != 'l' && word[size - 1] != 's';
  if (doubled) word.pop_back();
  strip(word, "e");
  return word;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::string word;
  bool clause_start = true;
  const auto finish = [&] {
    if (word.empty()) return;
    const bool joins = one_of(word, {"and", "but", "while", "then", "yet"});
    if (joins) {
      clause_start = true;
    } else {
      tokens.push_back({stem_of(word), clause_start});
      clause_start = false;
    }
    word.clear();
  };
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (c != '\'') {
      finish();
      if (one_of(std::string_view(&c, 1), {",", ";", ".", ":", "!"})) clause_start = true;
    }
  }
  finish();
  return tokens;
}

std::vector<std::string> stems_of(std::initializer_list<const char*> words) {
  std::vector<std::string> made;
  for (const char* word : words) made.push_back(stem_of(word));
  return made;
}

const std::vector<std::string>& stems(Turn turn) {
  static const std::vector<std::string> none;
  static const std::vector<std::string> fewer =
      stems_of({"without", "avoid",   "avoiding", "no",       "not",      "never",  "dont",
                "few",     "fewer",   "fewest",   "less",     "least",    "little", "low",
                "lower",   "minimal", "minimum",  "minimise", "minimize", "reduce", "prevent",
                "small",   "smaller", "smallest", "tiny",     "rarely",   "seldom", "nobody"});
  static const std::vector<std::string> more =
      stems_of({"many", "much", "maximal", "maximum", "maximise", "maximize", "increase", "large",
                "larger", "largest", "high", "higher", "highest"});
  if (turn == Turn::kFewer) return fewer;
  return turn == Turn::kMore ? more : none;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_at(const std::vector<Token>& tokens, std::size_t at, std::string_view word) {
  return at < tokens.size() && tokens[at].stem == stem_of(std::string(word));
}

// What one word says about those beside it. "at least three" wants no less, "not only" wants both,
// and "no fewer than" wants more.
Turn turn_of(const std::vector<Token>& tokens, std::size_t at) {
  const std::string& stem = tokens[at].stem;
  if (contains(stems(Turn::kMore), stem)) return Turn::kMore;
  if (!contains(stems(Turn::kFewer), stem)) return Turn::kNone;
  const bool denied = at > 0 && (is_at(tokens, at - 1, "no") || is_at(tokens, at - 1, "not"));
  if (is_at(tokens, at, "least") && at > 0 && is_at(tokens, at - 1, "at")) return Turn::kMore;
  if (is_at(tokens, at, "not") && is_at(tokens, at + 1, "only")) return Turn::kNone;
  if (denied && (is_at(tokens, at, "fewer") || is_at(tokens, at, "less"))) return Turn::kMore;
  return Turn::kFewer;
}

// "walk little", "walk as little as possible", "keep the herd small": what stands behind.
Turn turn_behind(const std::vector<Token>& tokens, std::size_t last) {
  static const std::vector<std::string> adverbs =
      stems_of({"little", "less", "rarely", "seldom", "small", "low", "never"});
  for (std::size_t at = last + 1; at <= last + kReachBehind && at < tokens.size(); ++at) {
    if (tokens[at].clause_start) break;
    if (contains(adverbs, tokens[at].stem)) return Turn::kFewer;
    if (is_at(tokens, at, "much")) return Turn::kMore;
  }
  return Turn::kNone;
}

// The turning word that governs tokens[first] … tokens[last]: the nearest one before them in their
// clause, else one right behind them.
Turn turn_at(const std::vector<Token>& tokens, std::size_t first, std::size_t last) {
  for (std::size_t back = 0; back <= kReachWords && back <= first; ++back) {
    const std::size_t at = first - back;
    const Turn turn = back > 0 ? turn_of(tokens, at) : Turn::kNone;
    if (turn != Turn::kNone) return turn;
    if (tokens[at].clause_start) break;
  }
  return turn_behind(tokens, last);
}

// Where the words of a phrase stand one behind the other.
std::optional<std::size_t> find_phrase(const std::vector<Token>& tokens,
                                       const std::vector<std::string>& phrase) {
  if (phrase.empty() || phrase.size() > tokens.size()) return std::nullopt;
  for (std::size_t at = 0; at + phrase.size() <= tokens.size(); ++at) {
    bool same = true;
    for (std::size_t i = 0; i < phrase.size() && same; ++i) {
      same = tokens[at + i].stem == phrase[i];
    }
    if (same) return at;
  }
  return std::nullopt;
}

struct Match {
  std::string word;
  double sign = 1;
};

// The first of the metric's words, or of its name's, that the goal contains.
std::optional<Match> match_metric(const engine::MetricSpec& metric,
                                  const std::vector<Token>& tokens) {
  std::vector<std::string> words = metric.words;
  words.push_back(metric.name);
  for (const std::string& word : words) {
    const std::vector<std::string> phrase = goal_words(word);
    const auto at = find_phrase(tokens, phrase);
    if (!at) continue;
    const Turn turn = turn_at(tokens, *at, *at + phrase.size() - 1);
    const bool means_poor = word.front() == kPoorEnd;
    // A word for the good end is turned around by "fewer", one for the poor end by nothing else.
    const bool higher = metric.better == engine::Better::kHigher;
    bool turned = higher ? turn == Turn::kFewer : turn == Turn::kMore;
    if (means_poor) turned = turn != Turn::kFewer;
    return Match{means_poor ? word.substr(1) : word, turned ? -1.0 : 1.0};
  }
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

base::Error not_understood(std::string_view goal, const engine::Scenario& scenario) {
  std::string message = "The goal \"" + std::string(goal.substr(0, 200)) +
                        "\" has no word that says how to measure it in " + scenario.name +
                        ". Understood are:";
  for (const engine::MetricSpec& metric : scenario.metrics) {
    std::vector<std::string> words = metric.words;
    for (std::string& word : words) {
      if (word.starts_with(kPoorEnd)) word.erase(0, 1);
    }
    message += "\n  " + metric.name + " (" + joined(words, ", ") + ")";
  }
  if (!scenario.goals.empty()) {
    message += "\nFor example: \"" + joined(scenario.goals, "\", \"") + "\"";
  }
  return {base::ErrorCode::kInvalidArgument, message, "user_goal"};
}

// Adds the goal's wishes to the scenario's. Wishes for something else altogether (to explore, where
// the scenario wants a target reached) must not drown in what the scenario wants by itself.
void combine(Objective& objective, const std::vector<double>& wishes, bool foreign) {
  const double own_share = foreign ? kOwnShareOfForeign : 1;
  objective.success_share *= own_share;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    double& weight = objective.weights[i];
    weight = wishes[i] < 0 ? wishes[i] : own_share * weight + wishes[i];
  }
}

}  // namespace

std::vector<std::string> goal_words(std::string_view text) {
  std::vector<std::string> words;
  for (Token& token : tokens_of(text)) words.push_back(std::move(token.stem));
  return words;
}

std::string aims_text(const Objective& objective, const engine::Scenario& scenario) {
  double largest = 0;
  for (const double weight : objective.weights) largest = std::max(largest, std::abs(weight));
  std::vector<std::string> aims;
  for (std::size_t i = 0; i < scenario.metrics.size() && largest > 0; ++i) {
    const double weight = objective.weights[i];
    if (std::abs(weight) < largest / 2) continue;
    const bool higher = scenario.metrics[i].better == engine::Better::kHigher;
    aims.push_back((higher == (weight > 0) ? "more " : "less ") + scenario.metrics[i].name);
  }
  return joined(aims, ", ");
}

base::Result<Objective> understand(std::string_view goal, const engine::Scenario& scenario) {
  if (goal.size() > kGoalBytesMax) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "A goal has at most " + std::to_string(kGoalBytesMax) +
                           " bytes; say it in a sentence or two.",
                       "user_goal"};
  }
  const std::vector<Token> tokens = tokens_of(goal);
  Objective objective = default_objective(scenario);
  double sum = 0;
  for (const double weight : objective.weights) sum += weight;
  const double named = sum > 0 ? kNamedFactor * sum : 1;
  std::vector<double> wishes(scenario.metrics.size());
  bool own = false, other = false;  // the goal names wishes of the scenario, and wishes beyond
  bool names_success = false;
  for (std::size_t i = 0; i < scenario.metrics.size(); ++i) {
    const engine::MetricSpec& metric = scenario.metrics[i];
    const auto match = match_metric(metric, tokens);
    if (!match) continue;
    wishes[i] = match->sign * named;
    if (match->sign > 0) (metric.weight > 0 ? own : other) = true;
    if (metric.name == scenario.success.metric) {
      names_success = true;
      if (match->sign < 0) objective.success_share = 0;
    }
    const char* arrow = match->sign > 0 ? " <- " : " (turned around) <- ";
    objective.matches.push_back(metric.name + arrow + match->word);
  }
  if (objective.matches.empty()) return not_understood(goal, scenario);
  if (!names_success) objective.success_share *= kUnnamedSuccess;
  // To explore safely is to explore: success is no part of it unless it is named.
  combine(objective, wishes, !own || (other && !names_success));
  return objective;
}

}  // namespace cherub::abilities
