#include "abilities/ability_goal.h"

#include <algorithm>

#include "abilities/ability_words.h"

namespace cherub::abilities {
namespace {

using base::Error;
using base::ErrorCode;
using engine::EffectKind;
using engine::Kind;

// Words that mean an effect. `stems` are compared with GoalToken::stem.
struct Meaning {
  EffectKind kind;
  std::vector<const char*> stems;
  const char* example;  // for the list of what is understood
};

const std::vector<Meaning>& meanings() {
  static const std::vector<Meaning> all = {
      {EffectKind::kDamage,
       {"fireball", "fire",   "burn",   "flame", "bolt",  "lightning", "strik",  "hit",
        "hurt",     "damag",  "attack", "wound", "shoot", "arrow",     "bite",   "bites",
        "sting",    "poison", "punch",  "frost", "stab",  "blast",     "explod", "explosion"},
       "a fireball that costs 10 energy, range 12 m"},
      {EffectKind::kHeal,
       {"heal", "cur", "mend", "bandag", "health", "tend"},
       "heals a friend within 5 m by 0.2 health"},
      {EffectKind::kFeed, {"feed", "nourish", "hunger", "hungry"}, "feeds a companion, 0.3 hunger"},
      {EffectKind::kEnergise,
       {"energis", "energiz", "recharg", "refresh", "invigorat"},
       "recharges somebody near by 0.1 energy"},
      {EffectKind::kShield,
       {"shield", "protect", "guard", "armour", "armor", "ward", "defend", "barrier"},
       "a shield for 5 seconds"},
      {EffectKind::kPush,
       {"push", "throw", "knock", "shov", "repel", "fling", "hurl", "pull", "drag", "blow"},
       "pushes a target back 3 m"},
      {EffectKind::kDash,
       {"dash", "leap", "jump", "blink", "sprint", "teleport", "escap", "dodg", "flee", "charg"},
       "leaps 4 m away from a target"},
      {EffectKind::kPlant, {"plant", "sow", "seed", "seedl"}, "plants grass"},
      {EffectKind::kSteal, {"steal", "rob", "pickpocket", "snatch"}, "steals food"},
      {EffectKind::kGive, {"giv", "give", "donat", "shar", "hand"}, "gives food to somebody near"},
      {EffectKind::kPickUp, {"pick", "collect", "gather", "grab"}, "picks up things"},
      {EffectKind::kDrop, {"drop"}, "drops an apple"},
      {EffectKind::kEat, {"eat", "devour"}, "eats what is in reach"},
      {EffectKind::kDrink, {"drink"}, "drinks from water"},
      {EffectKind::kRest, {"rest", "sleep"}, "rests"},
      {EffectKind::kTell, {"tell", "whisper", "telepathy", "messag"}, "tells one agent \"come\""},
      {EffectKind::kCall,
       {"call", "shout", "cry", "yell", "scream", "alarm", "horn", "warn", "signal", "alert"},
       "calls for help, every 5 seconds"},
  };
  return all;
}

std::optional<EffectKind> meaning_of(const GoalToken& token) {
  if (token.kind != GoalToken::Kind::kWord) return std::nullopt;
  for (const Meaning& meaning : meanings()) {
    for (const char* stem : meaning.stems) {
      if (token.stem == stem || token.text == stem) return meaning.kind;
    }
  }
  return std::nullopt;
}

const engine::SpeciesSpec* find_named(const engine::Scenario& scenario, const GoalToken& token,
                                      Kind kind) {
  for (const engine::SpeciesSpec& species : scenario.species) {
    const bool named = token.text == species.name || token.text == species.name + "s";
    if (named && species.kind == kind) return &species;
  }
  return nullptr;
}

bool handles_items(EffectKind kind) {
  return kind == EffectKind::kGive || kind == EffectKind::kSteal || kind == EffectKind::kDrop ||
         kind == EffectKind::kPickUp;
}

// Reads one goal.
class WishReader {
 public:
  WishReader(std::string_view goal, const engine::Scenario& scenario)
      : tokens_(goal_tokens(goal)), scenario_(scenario), begin_(wish_begin(goal)) {}

  base::Result<AbilityWish> run(AbilityNumbers numbers) {
    wish_.numbers = std::move(numbers);
    for (std::size_t at = begin_; at < tokens_.size(); ++at) {
      if (const auto kind = meaning_of(tokens_[at])) meet(*kind, at);
    }
    if (wish_.effects.empty()) return not_understood();
    if (wish_.effects.size() > kWishedEffectsMax) {
      return Error{ErrorCode::kInvalidArgument,
                   "The goal asks for more than " + std::to_string(kWishedEffectsMax) +
                       " effects at once; ask for several abilities.",
                   "goal"};
    }
    for (std::size_t at = begin_; at < tokens_.size(); ++at) {
      if (tokens_[at].kind == GoalToken::Kind::kNumber) read_amount(at);
    }
    read_halves();
    wish_.aim = aim();
    wish_.words = words();
    if (auto found = find_item(); !found) return found.error();
    return std::move(wish_);
  }

 private:
  // "give the healers a shield": the giving is no part of the wish.
  std::size_t wish_begin(std::string_view goal) const {
    const bool gives =
        !tokens_.empty() &&
        is_one_of(tokens_.front().text, {"give", "grant", "teach", "let", "allow", "enable"});
    if (!gives) return 0;
    const bool to_role = !ability_title(goal, scenario_).role.empty();
    for (std::size_t at = 1; at < tokens_.size() && at < 6; ++at) {
      if (is_one_of(tokens_[at].text, {"way", "ability", "power", "means"})) return at;
    }
    const bool to_all =
        says_behind(tokens_, 0, 2, {"agents", "people", "them", "everyone", "everybody"});
    return to_role || to_all ? 2 : 0;
  }

  // Whether another effect governs the word: "heals wounds", "a shield against fire".
  bool is_object(EffectKind kind, std::size_t at) const {
    if (says_before(tokens_, at, 3,
                    {"without", "no", "not", "never", "against", "from", "instead"})) {
      return true;
    }
    const WishedEffect* const last = wish_.effects.empty() ? nullptr : &wish_.effects.back();
    const bool near = last != nullptr && at - last_at_ <= 3 && !tokens_[at].clause_start;
    return near && last->kind == EffectKind::kHeal && kind == EffectKind::kDamage;
  }

  void meet(EffectKind kind, std::size_t at) {
    if (is_object(kind, at)) return;
    const std::string& word = tokens_[at].text;
    // "gives 0.1 energy", "restores health": the thing says what is meant.
    if (kind == EffectKind::kGive && says_behind(tokens_, at, 3, {"energy"})) {
      kind = EffectKind::kEnergise;
    }
    if (kind == EffectKind::kGive && says_behind(tokens_, at, 3, {"health"})) return;
    const bool throws = is_one_of(tokens_[at].stem, {"throw", "hurl", "fling", "shoot"});
    if (throws && kind == EffectKind::kPush && throws_something(at)) return;
    if (word == "health" && has(EffectKind::kHeal)) return;
    if (word == "health" && has(EffectKind::kDamage)) return;
    if (has(kind)) return;
    if (kind == EffectKind::kSteal && says_behind(tokens_, at, 3, {"health", "life"})) {
      add(EffectKind::kDamage, at);
      add(EffectKind::kHeal, at);
      wish_.effects.back().on_user = true;
      return;
    }
    add(kind, at);
    WishedEffect& added = wish_.effects.back();
    if (kind == EffectKind::kPush) added.turned = is_one_of(tokens_[at].stem, {"pull", "drag"});
    if (kind == EffectKind::kDash) {
      added.turned = tokens_[at].stem == "charg" ||
                     says_behind(tokens_, at, 5, {"toward", "towards", "to", "at"});
    }
  }

  bool throws_something(std::size_t at) const {
    for (std::size_t on = at + 1; on <= at + 3 && on < tokens_.size(); ++on) {
      if (is_one_of(tokens_[on].text, {"back", "away", "off", "aside"})) return false;
      if (meaning_of(tokens_[on])) return true;
    }
    return false;
  }

  bool has(EffectKind kind) const {
    return std::any_of(wish_.effects.begin(), wish_.effects.end(),
                       [&](const WishedEffect& effect) { return effect.kind == kind; });
  }

  void add(EffectKind kind, std::size_t at) {
    WishedEffect effect;
    effect.kind = kind;
    wish_.effects.push_back(effect);
    last_at_ = at;
  }

  WishedEffect* find(std::initializer_list<EffectKind> kinds) {
    for (WishedEffect& effect : wish_.effects) {
      if (std::find(kinds.begin(), kinds.end(), effect.kind) != kinds.end()) return &effect;
    }
    return nullptr;
  }

  // Numbers that ability_numbers does not take: the effects' own.
  void read_amount(std::size_t at) {
    const double value = tokens_[at].value;
    const std::string unit = at + 1 < tokens_.size() ? tokens_[at + 1].text : "";
    const auto share = [&] { return value > 1 || unit == "percent" ? value / 100 : value; };
    const auto set = [](WishedEffect* effect, double amount) {
      if (effect != nullptr && !effect->amount) effect->amount = amount;
    };
    if (is_one_of(unit, {"m", "metre", "metres", "meter", "meters"})) {
      if (!wish_.numbers.range_m && !wish_.numbers.radius_m) {
        WishedEffect* moved = find({EffectKind::kPush, EffectKind::kDash});
        set(moved != nullptr ? moved : find({EffectKind::kCall}), value);
      } else if (value != wish_.numbers.range_m && value != wish_.numbers.radius_m) {
        set(find({EffectKind::kPush, EffectKind::kDash, EffectKind::kCall}), value);
      }
    } else if (says_behind(tokens_, at, 3, {"health", "damage", "hp"}) ||
               says_before(tokens_, at, 2, {"damage", "health", "heals"})) {
      set(find({EffectKind::kDamage, EffectKind::kHeal}), share());
    } else if (says_behind(tokens_, at, 3, {"hunger"})) {
      set(find({EffectKind::kFeed}), share());
    } else if (says_behind(tokens_, at, 3, {"energy"}) && !is_cost(share())) {
      set(find({EffectKind::kEnergise}), share());
    } else if (unit == "percent" && !is_cost(share())) {
      set(find({EffectKind::kShield, EffectKind::kDamage, EffectKind::kHeal}), share());
    } else if (at + 1 < tokens_.size() && find_named(scenario_, tokens_[at + 1], Kind::kItem)) {
      set(find({EffectKind::kGive, EffectKind::kSteal, EffectKind::kDrop}), value);
    }
  }

  [[nodiscard]] bool is_cost(double share) const { return wish_.numbers.energy_cost == share; }

  void read_halves() {
    WishedEffect* const shield = find({EffectKind::kShield});
    if (shield != nullptr && !shield->amount && says(tokens_, {"half", "halves"})) {
      shield->amount = 0.5;
    }
  }

  AbilityAim aim() const {
    const EffectKind first = main_effect(wish_).kind;
    if (needs_no_target(first)) return AbilityAim::kUser;
    const bool many = wish_.numbers.radius_m ||
                      says(tokens_, {"everyone", "everybody", "all", "around", "nearby", "area",
                                     "explosion", "explodes", "group", "crowd", "nova"});
    const bool in_hands = handles_items(first) || first == EffectKind::kPlant ||
                          first == EffectKind::kEat || first == EffectKind::kTell;
    if (many && !in_hands) {
      const bool thrown = first == EffectKind::kDamage && wish_.numbers.range_m;
      return thrown ? AbilityAim::kAroundTarget : AbilityAim::kAroundUser;
    }
    const bool self = says(tokens_, {"self", "itself", "myself", "oneself", "himself", "herself",
                                     "themselves", "own", "user"});
    const bool other = says(tokens_, {"other", "others", "another", "friend", "friends", "ally",
                                      "allies", "companion", "companions", "somebody", "someone",
                                      "target", "neighbour", "neighbor"}) ||
                       wish_.numbers.range_m;
    if (first == EffectKind::kShield) return other ? AbilityAim::kOther : AbilityAim::kUser;
    const bool good = first == EffectKind::kHeal || first == EffectKind::kFeed;
    return self && good && !other ? AbilityAim::kUser : AbilityAim::kOther;
  }

  std::string words() const {
    for (const GoalToken& token : tokens_) {
      if (token.kind == GoalToken::Kind::kQuote) return token.text.substr(0, kWordsBytesMax);
    }
    for (std::size_t at = begin_; at + 1 < tokens_.size(); ++at) {
      const bool leads = is_one_of(tokens_[at].text, {"for", "that", "of"});
      const bool plain = tokens_[at + 1].kind == GoalToken::Kind::kWord &&
                         !is_one_of(tokens_[at + 1].text, {"costs", "a", "the", "is", "all"});
      if (leads && plain && at > begin_) return tokens_[at + 1].text.substr(0, kWordsBytesMax);
    }
    return "help";
  }

  base::Result<void> find_item() {
    WishedEffect* const handling =
        find({EffectKind::kGive, EffectKind::kSteal, EffectKind::kDrop, EffectKind::kPickUp});
    WishedEffect* const planting = find({EffectKind::kPlant});
    if (handling == nullptr && planting == nullptr) return {};
    const Kind kind = planting != nullptr ? Kind::kPlant : Kind::kItem;
    const engine::SpeciesSpec* only = nullptr;
    bool any = false;
    for (const engine::SpeciesSpec& species : scenario_.species) {
      if (species.kind != kind) continue;
      const bool food = says(tokens_, {"food", "meal"}) && species.food_value > 0;
      if (food && wish_.item.empty()) wish_.item = species.name;
      any = true;
      if (only == nullptr) only = &species;
    }
    if (!any) {
      return Error{ErrorCode::kInvalidArgument,
                   "The scenario '" + scenario_.name + "' has no " +
                       (planting != nullptr ? "plants" : "items") + " for this ability.",
                   "goal"};
    }
    for (std::size_t at = begin_; at < tokens_.size(); ++at) {
      if (const auto* named = find_named(scenario_, tokens_[at], kind)) wish_.item = named->name;
    }
    if (planting != nullptr && wish_.item.empty()) wish_.item = only->name;
    return {};
  }

  static Error not_understood() {
    return {ErrorCode::kInvalidArgument,
            "No word of the goal names an effect that an ability can have. Understood are:\n" +
                understood_effects() +
                "Numbers may say the energy (10 is 10 %), range 12 m, radius 3 m, every 5 seconds, "
                "for 4 seconds.",
            "goal"};
  }

  static constexpr std::size_t kWordsBytesMax = 100;
  GoalTokens tokens_;
  const engine::Scenario& scenario_;
  std::size_t begin_;
  std::size_t last_at_ = 0;
  AbilityWish wish_;
};

}  // namespace

bool needs_no_target(EffectKind kind) {
  return kind == EffectKind::kDash || kind == EffectKind::kDrop || kind == EffectKind::kDrink ||
         kind == EffectKind::kRest || kind == EffectKind::kCall;
}

const WishedEffect& main_effect(const AbilityWish& wish) {
  for (const WishedEffect& effect : wish.effects) {
    if (!needs_no_target(effect.kind) && !effect.on_user) return effect;
  }
  return wish.effects.front();
}

std::string understood_effects() {
  std::string text;
  for (const Meaning& meaning : meanings()) {
    text +=
        std::string("  ") + engine::effect_name(meaning.kind) + ": \"" + meaning.example + "\"\n";
  }
  return text;
}

namespace {

// The first number behind a minus sign that joins no words; empty: there is none.
std::string negative_number(std::string_view goal) {
  for (std::size_t at = 0; at + 1 < goal.size(); ++at) {
    const bool apart = at == 0 || goal[at - 1] == ' ' || goal[at - 1] == '(';
    if (goal[at] != '-' || !apart) continue;
    const std::size_t end = goal.find_first_not_of("0123456789.", at + 1);
    const std::string_view number = goal.substr(at, end == goal.npos ? end : end - at);
    if (number.size() > 1) return std::string(number);
  }
  return "";
}

}  // namespace

base::Result<AbilityWish> understand_ability(std::string_view goal,
                                             const engine::Scenario& scenario) {
  if (goal.size() > kAbilityGoalBytesMax) {
    return Error{
        ErrorCode::kInvalidArgument,
        "A goal for an ability has at most " + std::to_string(kAbilityGoalBytesMax) + " bytes.",
        "goal"};
  }
  if (const std::string number = negative_number(goal); !number.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "The goal's number " + number + " is negative; say how much without a sign.",
                 "goal"};
  }
  auto numbers = ability_numbers(goal);
  if (!numbers) return numbers.error();
  return WishReader(goal, scenario).run(std::move(*numbers));
}

}  // namespace cherub::abilities
