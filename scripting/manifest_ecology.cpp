// What agents have and do in an ecosystem.
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

constexpr std::string_view kModes = "idle wander forage hunt flee drink rest mate pollinate swarm";

constexpr ApiRow kFields[] = {
    {.name = "drive",
     .returns = "number",
     .unit = "1",
     .range = "0 … 1",
     .doc = "Drive to reproduce; grows in grown, fed and healthy agents, and must be 0.5.",
     .right = "local ready = self.drive >= 0.5",
     .wrong = "local ready = self.reproductive_drive >= 0.5",
     .wrong_hint = "write self.drive",
     .needs = "ecosystem"},
    {.name = "mode",
     .returns = "string",
     .range = kModes,
     .doc = "What the agent last said that it is about.",
     .right = "if self.mode == \"flee\" then self:note(\"still running\") end",
     .wrong = "if self.behavior == \"flee\" then self:note(\"still running\") end",
     .wrong_hint = "write self.mode",
     .needs = "ecosystem"},
    {.name = "colony",
     .returns = "number",
     .unit = "1",
     .range = "0 … 1",
     .doc = "How well the colony of the species is: below 0.5 nobody in it breeds. 1 without one.",
     .right = "local calm = self.colony > 0.35",
     .wrong = "local calm = self.colony_health > 0.35",
     .wrong_hint = "write self.colony",
     .needs = "ecosystem"},
    {.name = "pause",
     .returns = "number",
     .unit = "s",
     .doc = "World seconds until the agent may hunt, or visit a flower, again; 0: now.",
     .right = "if self.pause == 0 then self:note(\"ready to hunt\") end",
     .wrong = "if self.pause_left == 0 then self:note(\"ready to hunt\") end",
     .wrong_hint = "write self.pause",
     .needs = "ecosystem"},
};

constexpr ApiRow kActions[] = {
    {.name = "drink",
     .returns = "Self",
     .doc = "Drinks from water whose cell is within self.reach; relieves 0.4 of thirst per second.",
     .cost = "2",
     .right = "local water = world.water(); if water and water.distance <= self.reach then "
              "self:drink() end",
     .wrong = "local water = world.water(); if water then self:drink(water) end",
     .wrong_hint = "write self:drink()",
     .needs = "ecosystem"},
    {.name = "pollinate",
     .parameters = "target: Sighting|integer",
     .returns = "Self",
     .doc = "Drinks the nectar of a flower within self.reach that the species pollinates, and "
            "carries its pollen; then self.pause must pass.",
     .cost = "2",
     .right = "local flower = world.blossom(self.reach); if flower then self:pollinate(flower) end",
     .wrong = "self:pollinate(\"wildflower\")",
     .wrong_hint = "write self:pollinate(target)",
     .needs = "ecosystem"},
    {.name = "set_mode",
     .parameters = "mode: string, , one of idle wander forage hunt flee drink rest mate pollinate "
                   "swarm",
     .returns = "Self",
     .doc =
         "Says what the agent is about, for those who watch, and for itself: self.mode. Who eats "
         "nothing but animals hunts where others forage.",
     .cost = "2",
     .right = "self:set_mode(\"rest\"); return self:rest()",
     .wrong = "self.mode = \"rest\"",
     .wrong_hint = "use self.memory",
     .needs = "ecosystem"},
};

constexpr ApiRow kWorldFields[] = {
    {.name = "light",
     .returns = "number",
     .unit = "1",
     .range = "0 … 1",
     .doc = "Light of the season, as plants use it.",
     .right = "local summer = world.light > 0.9",
     .wrong = "local summer = world.daylight > 0.9",
     .wrong_hint = "write world.light",
     .needs = "ecosystem"},
    {.name = "temperature",
     .returns = "number",
     .unit = "°C",
     .doc = "Of the season.",
     .right = "local cold = world.temperature < 8",
     .wrong = "local cold = world.temp < 8",
     .wrong_hint = "write world.temperature",
     .needs = "ecosystem"},
};

constexpr ApiRow kSenses[] = {
    {.name = "forage",
     .parameters = "radius: number, m",
     .returns = "Sighting|nil",
     .doc = "The nearest food of the best kind in sight, in the order of the diet: a ripe plant, "
            "or prey that does not hide by its roost. Nil when there is none.",
     .cost = "40",
     .right = "local food = world.forage(self.sense_radius); if food and food.distance <= "
              "self.reach then self:eat(food) end",
     .wrong = "local food = world.forage(\"food\", 9)",
     .wrong_hint = "write world.forage(radius)",
     .needs = "ecosystem"},
    {.name = "blossom",
     .parameters = "radius: number, m",
     .returns = "Sighting|nil",
     .doc = "The nearest flower with nectar that the agent's species pollinates; nil when there is "
            "none.",
     .cost = "40",
     .right =
         "local flower = world.blossom(9); if flower then self:move_to(flower.x, flower.y) end",
     .wrong = "local flower = world.blossom()",
     .wrong_hint = "write world.blossom(radius)",
     .needs = "ecosystem"},
    {.name = "water",
     .returns = "Sighting|nil",
     .doc = "The nearest water, however far: animals know where it is. Its species is \"water\", "
            "its id no entity's.",
     .cost = "10",
     .right = "local water = world.water(); if water then self:move_to(water.x, water.y) end",
     .wrong = "local water = world.nearest_water()",
     .wrong_hint = "write world.water()",
     .needs = "ecosystem"},
};

}  // namespace

std::span<const ApiRow> ecology_field_rows() {
  return kFields;
}
std::span<const ApiRow> ecology_action_rows() {
  return kActions;
}
std::span<const ApiRow> ecology_world_field_rows() {
  return kWorldFields;
}
std::span<const ApiRow> ecology_sense_rows() {
  return kSenses;
}

}  // namespace cherub::scripting
