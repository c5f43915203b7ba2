// The built-in angel's abilities as Lua.
#include <algorithm>
#include <cmath>

#include "abilities/angel/ability_plan.h"
#include "abilities/angel/peer_message.h"
#include "engine/base/json.h"

namespace cherub::abilities::angel {
namespace {

using engine::EffectKind;
using engine::Kind;

constexpr std::size_t kDescriptionBytesMax = 200;
constexpr std::size_t kCommentBytes = 96;

bool is_hostile(EffectKind kind) {
  return kind == EffectKind::kDamage || kind == EffectKind::kPush || kind == EffectKind::kSteal;
}

bool needs_item(EffectKind kind) {
  return kind == EffectKind::kGive || kind == EffectKind::kSteal || kind == EffectKind::kDrop;
}

std::string text_literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

// A comment of any length, in lines.
void add_comment(std::string& out, std::string_view text) {
  std::string line = "--";
  const auto flush = [&] {
    if (line != "--") out += line + "\n";
    line = "--";
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (line.size() + 1 + (end - at) > kCommentBytes) flush();
    if (end > at) line += " " + std::string(text.substr(at, end - at));
    at = end + 1;
  }
  flush();
}

class Printer {
 public:
  Printer(const AbilityPlan& plan, const engine::Scenario& scenario)
      : plan_(plan), scenario_(scenario) {}

  std::string run() {
    head();
    constants();
    can_use();
    execute();
    return std::move(out_) + "\nreturn ability\n";
  }

 private:
  [[nodiscard]] bool has(EffectKind kind) const {
    return std::any_of(plan_.effects.begin(), plan_.effects.end(),
                       [&](const PlannedEffect& effect) { return effect.wish.kind == kind; });
  }
  [[nodiscard]] bool speaks() const { return has(EffectKind::kCall) || has(EffectKind::kTell); }
  // The policy names the thing.
  [[nodiscard]] bool asks_for_item() const {
    return plan_.wish.item.empty() &&
           std::any_of(plan_.effects.begin(), plan_.effects.end(),
                       [](const PlannedEffect& effect) { return needs_item(effect.wish.kind); });
  }
  [[nodiscard]] bool has_details() const { return speaks() || asks_for_item(); }
  [[nodiscard]] bool is_alone() const { return plan_.wish.aim == AbilityAim::kUser; }

  static std::string phrase_of(const PlannedEffect& effect) {
    const std::string amount = base::json_number(effect.amount);
    switch (effect.wish.kind) {
      case EffectKind::kDamage:
        return "hurts by " + amount + " health";
      case EffectKind::kHeal:
        return std::string(effect.wish.on_user ? "heals the user" : "heals") + " by " + amount +
               " health";
      case EffectKind::kFeed:
        return "relieves " + amount + " hunger";
      case EffectKind::kEnergise:
        return "gives " + amount + " energy";
      case EffectKind::kPush:
        return std::string(effect.wish.turned ? "pulls " : "pushes ") + amount + " m";
      case EffectKind::kDash:
        return "leaps " + amount + " m";
      case EffectKind::kShield:
        return "keeps off " + percent_of(effect.amount) + " % of damage for " +
               base::json_number(effect.seconds) + " s";
      case EffectKind::kCall:
        return "calls words that are heard within " + amount + " m";
      case EffectKind::kTell:
        return "tells words that nobody else hears";
      case EffectKind::kPickUp:
        return "picks up";
      default:
        return std::string(engine::effect_name(effect.wish.kind)) + "s" +
               (counts(effect) && effect.amount > 1 ? " " + amount : "");
    }
  }

  static std::string percent_of(double share) {
    return base::json_number(std::round(1000 * share) / 10);
  }

  static bool counts(const PlannedEffect& effect) {
    return needs_item(effect.wish.kind) || effect.wish.kind == EffectKind::kDrink;
  }

  [[nodiscard]] std::string description() const {
    std::string text;
    for (const PlannedEffect& effect : plan_.effects) {
      text += (text.empty() ? "" : ", ") + phrase_of(effect);
    }
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
    if (!plan_.wish.item.empty()) text += " (" + plan_.wish.item + ")";
    switch (plan_.wish.aim) {
      case AbilityAim::kUser:
        break;
      case AbilityAim::kOther:
        text += "; a target within " + base::json_number(plan_.range_m) + " m";
        break;
      case AbilityAim::kAroundUser:
        text += "; up to " + std::to_string(kAreaTargetsMax) + " within " +
                base::json_number(plan_.radius_m) + " m of the user";
        break;
      case AbilityAim::kAroundTarget:
        text += "; up to " + std::to_string(kAreaTargetsMax) + " within " +
                base::json_number(plan_.radius_m) + " m of a target within " +
                base::json_number(plan_.range_m) + " m";
        break;
    }
    if (speaks()) text += "; details: text";
    if (asks_for_item()) text += "; details: item";
    return std::string(utf8_prefix(text + ".", kDescriptionBytesMax));
  }

  void head() {
    std::string goal(utf8_prefix(plan_.goal, 400));
    std::replace_if(
        goal.begin(), goal.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    add_comment(out_, "Goal: " + goal);
    add_comment(out_,
                "Written by Cherub's built-in angel. Energy is counted as self.energy is, from "
                "0 to 1.");
    for (const std::string& note : plan_.notes) add_comment(out_, note);
    for (const PlannedEffect& effect : plan_.effects) {
      if (!effect.reckoning.empty()) add_comment(out_, "Price: " + effect.reckoning + ".");
    }
    out_ += "local ability = {\n  name = " + text_literal(plan_.name) +
            ",\n  description = " + text_literal(description()) +
            ",\n  energy_cost = " + base::json_number(plan_.energy_cost) +
            ",\n  cooldown = " + base::json_number(plan_.cooldown_s) +
            ",  -- s\n  range = " + base::json_number(plan_.range_m) + ",  -- m\n}\n\n";
  }

  void constant(const std::string& name, const std::string& value, const std::string& unit) {
    out_ += "local " + name + " = " + value + (unit.empty() ? "" : "  -- " + unit) + "\n";
  }

  void constants() {
    const std::size_t before = out_.size();
    for (const PlannedEffect& effect : plan_.effects) {
      if (effect.constant.empty()) continue;
      constant(effect.constant, base::json_number(effect.amount), unit_of(effect.wish.kind));
      if (effect.wish.kind == EffectKind::kShield) {
        constant("SECONDS", base::json_number(effect.seconds), "");
      }
    }
    if (plan_.is_area()) {
      constant("RADIUS", base::json_number(plan_.radius_m), "m");
      constant("TARGETS_MAX", std::to_string(kAreaTargetsMax), "the nearest; all are paid for");
      if (agents().size() > 1) {
        std::string table;
        for (const std::string& name : agents())
          table += (table.empty() ? "" : ", ") + name + " = true";
        constant("AGENTS", "{" + table + "}", "");
      }
    }
    if (!plan_.wish.item.empty()) constant("ITEM", text_literal(plan_.wish.item), "");
    if (speaks()) {
      constant("WORDS", text_literal(plan_.wish.words), "unless details have a text");
    }
    if (out_.size() > before) out_ += "\n";
  }

  static std::string unit_of(EffectKind kind) {
    switch (kind) {
      case EffectKind::kDamage:
      case EffectKind::kHeal:
        return "of health";
      case EffectKind::kFeed:
        return "of hunger";
      case EffectKind::kEnergise:
        return "of energy";
      case EffectKind::kShield:
        return "of damage";
      case EffectKind::kPush:
      case EffectKind::kDash:
      case EffectKind::kCall:
        return "m";
      default:
        return "";
    }
  }

  [[nodiscard]] std::vector<std::string> agents() const {
    std::vector<std::string> names;
    for (const engine::SpeciesSpec& species : scenario_.species) {
      if (species.kind == Kind::kAgent) names.push_back(species.name);
    }
    return names;
  }

  void can_use() {
    std::vector<std::string> tests;
    const EffectKind first = main_effect(plan_.wish).kind;
    const bool somebody = plan_.wish.aim == AbilityAim::kOther && first != EffectKind::kPlant;
    if (somebody) {
      tests.emplace_back("target.id ~= nil");
      const bool another = is_hostile(first) || first == EffectKind::kGive ||
                           first == EffectKind::kPickUp || first == EffectKind::kEnergise ||
                           first == EffectKind::kTell || first == EffectKind::kEat;
      if (another) tests.emplace_back("target.id ~= user.id");
      if (first == EffectKind::kHeal) tests.emplace_back("target.health < 1");
    }
    if (asks_for_item()) tests.emplace_back("details ~= nil and details.item ~= nil");
    if (tests.empty()) return;
    out_ += "function ability.can_use(user, target" +
            std::string(asks_for_item() ? ", world, details" : "") + ")\n  return ";
    for (std::size_t i = 0; i < tests.size(); ++i) out_ += (i > 0 ? " and " : "") + tests[i];
    out_ += "\nend\n\n";
  }

  void execute() {
    out_ += "function ability.execute(user, target, world, effects" +
            std::string(has_details() ? ", details" : "") + ")\n";
    if (speaks()) line(1, "local text = details and details.text or WORDS");
    if (asks_for_item()) line(1, "local item = details and details.item");
    for (const PlannedEffect& effect : plan_.effects) {
      if (is_alone() || effect.wish.on_user) apply(1, effect, "user");
    }
    if (plan_.is_area()) {
      area();
    } else if (!is_alone()) {
      for (const PlannedEffect& effect : plan_.effects) {
        if (!effect.wish.on_user) apply(1, effect, "target");
      }
    }
    out_ += "end\n";
  }

  void area() {
    const bool thrown = plan_.wish.aim == AbilityAim::kAroundTarget;
    const auto names = agents();
    const std::string whom = names.size() == 1 ? text_literal(names.front()) : "\"any\"";
    const std::string how_far =
        thrown ? "math.min(target.distance + RADIUS, ability.range)" : "RADIUS";
    line(1, "local met = 0");
    line(1, "for _, other in ipairs(world.neighbors(" + whom + ", " + how_far + ")) do");
    std::string test = "met < TARGETS_MAX";
    if (names.size() > 1) test += " and AGENTS[other.species]";
    if (thrown) {
      line(2, "local near = vec.distance(other.x, other.y, target.x, target.y) <= RADIUS");
      test += " and near";
    }
    line(2, "if " + test + " then");
    for (const PlannedEffect& effect : plan_.effects) {
      if (!effect.wish.on_user) apply(3, effect, "other");
    }
    line(3, "met = met + 1");
    line(2, "end");
    line(1, "end");
  }

  void line(int level, const std::string& text) {
    out_ += std::string(static_cast<std::size_t>(2 * level), ' ') + text + "\n";
  }

  void apply(int level, const PlannedEffect& effect, const std::string& whom) {
    const std::string call = std::string("effects.") + engine::effect_name(effect.wish.kind);
    const std::string item = plan_.wish.item.empty() ? "item" : "ITEM";
    switch (effect.wish.kind) {
      case EffectKind::kPush:
        line(level, "local dx, dy = vec.direction(user.x, user.y, " + whom + ".x, " + whom + ".y)");
        return line(level, call + "(" + whom +
                               (effect.wish.turned ? ", -dx * PUSH, -dy * PUSH)"
                                                   : ", dx * PUSH, dy * PUSH)"));
      case EffectKind::kDash:
        return dash(level, effect.wish.turned);
      case EffectKind::kShield:
        return line(level, call + "(" + whom + ", SHARE, SECONDS)");
      case EffectKind::kCall:
        return line(level, call + "(text, EARSHOT)");
      case EffectKind::kTell:
        return line(level, call + "(" + whom + ", text)");
      case EffectKind::kPlant:
        return line(level, call + "(ITEM, target.x, target.y)");
      case EffectKind::kDrop:
        return line(level, call + "(" + item + ", COUNT)");
      case EffectKind::kGive:
      case EffectKind::kSteal:
        return line(level, call + "(" + whom + ", " + item + ", COUNT)");
      case EffectKind::kDrink:
        return line(level, call + "(THIRST)");
      case EffectKind::kRest:
        return line(level, call + "()");
      default:
        return line(level, call + "(" + whom +
                               (effect.constant.empty() ? ")" : ", " + effect.constant + ")"));
    }
  }

  // Ahead when the user itself is meant, which is where it stands.
  void dash(int level, bool toward) {
    line(level, toward ? "local dx, dy = vec.direction(user.x, user.y, target.x, target.y)"
                       : "local dx, dy = vec.direction(target.x, target.y, user.x, user.y)");
    line(level, "if dx == 0 and dy == 0 then");
    line(level + 1, "dx, dy = math.cos(user.heading), math.sin(user.heading)");
    line(level, "end");
    line(level, "effects.dash(dx * LEAP, dy * LEAP)");
  }

  const AbilityPlan& plan_;
  const engine::Scenario& scenario_;
  std::string out_;
};

}  // namespace

std::string print_ability(const AbilityPlan& plan, const engine::Scenario& scenario) {
  return Printer(plan, scenario).run();
}

}  // namespace cherub::abilities::angel
