#include "abilities/angel/village_lines.h"

namespace cherub::abilities::angel {
namespace {

// "return …, or walk there" for what was found.
std::vector<std::string> reach_lines(const std::string& deed) {
  return {"if found and found.distance <= self.reach then return " + deed + " end",
          "if found then return self:move_to(found.x, found.y) end"};
}

std::vector<std::string> work_lines(const Action& action, const Thing& thing,
                                    Constants& constants) {
  const engine::RecipeSpec& recipe = *thing.trade.recipe;
  const std::string enough =
      constants.name(thing.name + "_enough", action.a, thing.name + " in hands are enough");
  std::string when = "(items." + thing.name + " or 0) < " + enough;
  for (const engine::StackSpec& input : recipe.inputs) {
    when += " and (items." + input.item + " or 0) >= " + std::to_string(input.count);
  }
  if (!recipe.tool.empty()) when += " and items." + recipe.tool;
  std::vector<std::string> lines = {"local items = self.items"};
  if (recipe.at.empty()) {
    lines.push_back("if " + when + " then return self:craft(\"" + thing.name + "\") end");
    return lines;
  }
  const std::string sense = thing.trade.harvested ? "world.nearest_ripe" : "world.nearest";
  lines.push_back("local ready = " + when);
  lines.push_back("local found = ready and " + sense + "(\"" + recipe.at +
                  "\", self.sense_radius)");
  for (std::string& line : reach_lines("self:craft(\"" + thing.name + "\")")) {
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> store_lines(const Action& action, const Thing& thing,
                                     Constants& constants) {
  const std::string load =
      constants.name(thing.name + "_load", action.a, "more " + thing.name + " is worth the way");
  std::vector<std::string> lines = {"local held = self.items." + thing.name + " or 0",
                                    "local found = held > " + load + " and world.nearest(\"" +
                                        thing.trade.store + "\", self.sense_radius)"};
  for (std::string& line : reach_lines("self:give(found, \"" + thing.name + "\", held)")) {
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> fetch_lines(const Thing& thing) {
  const std::string& name = thing.name;
  return {"local found = not self.items." + name + " and world.nearest(\"" + thing.trade.store +
              "\", self.sense_radius)",
          "local stock = found and world.stock_of(found)",
          "if found and stock and stock." + name + " then",
          "  if found.distance > self.reach then return self:move_to(found.x, found.y) end",
          "  return self:fetch(found, \"" + name + "\", math.min(2, stock." + name + "))",
          "end"};
}

std::vector<std::string> sell_lines(const Thing& thing) {
  const std::string& name = thing.name;
  return {"local found = self.items." + name + " and world.nearest(\"" + thing.trade.buyer +
              "\", self.sense_radius)",
          "local price = found and world.price_at(\"" + name + "\", found.x, found.y)",
          "if found and price and price >= 0.7 then  -- a coin for less would be unfair",
          "  if found.distance > self.reach then return self:move_to(found.x, found.y) end",
          "  if self:cooldown(\"trade_offer\") == 0 then",
          "    local coins = math.max(1, math.floor(price))",
          "    return self:use(\"trade_offer\", found, {",
          "      item = \"" + name + "\", count = 1, want_item = \"" + thing.trade.currency +
              "\", want_count = coins,",
          "    })",
          "  end",
          "end"};
}

std::vector<std::string> strike_lines(const Action& action, const Thing& thing,
                                      Constants& constants) {
  const std::string& name = thing.name;
  const std::string radius =
      constants.name(name + "_hunt", action.a, "m that it goes for a " + name + " at most");
  return {"local found = world.nearest(\"" + name + "\", " + radius + ")",
          "if found and found.distance > self.reach then",
          "  return self:move_to(found.x, found.y)",
          "end",
          "if found and self:cooldown(\"attack\") == 0 and self.energy > 0.1 then",
          "  return self:use(\"attack\", found)",
          "end"};
}

std::vector<std::string> snack_lines(const Action& action, const Thing& thing) {
  const std::string& name = thing.name;
  const std::string eat = "self:use(\"snack\", nil, {item = \"" + name + "\"})";
  return {"if self.items." + name + " then " + (action.go_on ? "" : "return ") + eat + " end"};
}

}  // namespace

std::vector<std::string> village_lines(const Action& action, const Thing& thing,
                                       Constants& constants) {
  if (!suits(action.deed, thing)) return {};  // there is nothing to be done about it
  switch (action.deed) {
    case Deed::kWork:
      return work_lines(action, thing, constants);
    case Deed::kStore:
      return store_lines(action, thing, constants);
    case Deed::kFetch:
      return fetch_lines(thing);
    case Deed::kSnack:
      return snack_lines(action, thing);
    case Deed::kSell:
      return sell_lines(thing);
    case Deed::kStrike:
      return strike_lines(action, thing, constants);
    default:
      return {};
  }
}

}  // namespace cherub::abilities::angel
