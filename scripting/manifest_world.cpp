#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

constexpr ApiRow kFields[] = {
    {.name = "tick",
     .returns = "integer",
     .doc = "Ticks done since the world began.",
     .right = "if world.tick % 10 == 0 then self:wander() end",
     .wrong = "if world.step % 10 == 0 then self:wander() end",
     .wrong_hint = "write world.tick"},
    {.name = "time",
     .returns = "number",
     .unit = "s",
     .doc = "World seconds since the world began.",
     .right = "local late = world.time > 20",
     .wrong = "local late = os.time() > 20",
     .wrong_hint = "world.time"},
    {.name = "dt",
     .returns = "number",
     .unit = "s",
     .doc = "World seconds per tick.",
     .right = "local way = self.speed * world.dt",
     .wrong = "local way = self.speed * world.delta_time",
     .wrong_hint = "write world.dt"},
    {.name = "width",
     .returns = "integer",
     .unit = "m",
     .doc = "Size of the world along x.",
     .right = "local middle = world.width / 2",
     .wrong = "local middle = world:width() / 2",
     .wrong_hint = "write world.width"},
    {.name = "depth",
     .returns = "integer",
     .unit = "m",
     .doc = "Size of the world along y.",
     .right = "local middle = world.depth / 2",
     .wrong = "local middle = world.size.y / 2",
     .wrong_hint = "write world.width and world.depth"},
    {.name = "height",
     .returns = "integer",
     .unit = "m",
     .doc = "Layers of the world along z; 1 when it is flat.",
     .right = "local flat = world.height == 1",
     .wrong = "world.height = 2",
     .wrong_hint = "use self.memory"},
};

constexpr ApiRow kSenses[] = {
    {.name = "nearest",
     .parameters = "species: species; radius: number, m",
     .returns = "Sighting|nil",
     .doc =
         "The nearest living entity of a species, of \"any\" or of \"food\" (what the agent's diet "
         "lists); nil when there is none. Never the agent itself.",
     .cost = "20",
     .right = "local prey = world.nearest(\"any\", 10)",
     .wrong = "local prey = world:nearest(\"any\", 10)",
     .wrong_hint = "write world.nearest(\"any\", 10)"},
    {.name = "neighbors",
     .parameters = "species: species; radius: number, m",
     .returns = "Sighting[]",
     .range = "≤ 32",
     .doc = "The living entities of a species, \"any\" or \"food\", nearest first; an empty array "
            "when there are none.",
     .cost = "20 + 10 per Sighting",
     .right = "for _, other in ipairs(world.neighbors(\"any\", 5)) do self:note(other.species) end",
     .wrong = "for _, other in ipairs(world.get_neighbors(\"any\", 5)) do self:wander() end",
     .wrong_hint = "write world.neighbors(species, radius)"},
    {.name = "count",
     .parameters = "species: species; radius: number, m",
     .returns = "integer",
     .doc = "How many living entities of a species, \"any\" or \"food\", are near; not cut to 32.",
     .cost = "20",
     .right = "local crowd = world.count(\"any\", 3)",
     .wrong = "local crowd = world.count(3)",
     .wrong_hint = "write world.count(species, radius)"},
    {.name = "tile",
     .parameters = "x: number, m; y: number, m",
     .returns = "string|nil",
     .range = "open wall hazard water",
     .doc = "What fills the cell at a point of the agent's layer; nil when it is out of sight.",
     .cost = "2",
     .right = "local safe = world.tile(self.x + 1, self.y) == \"open\"",
     .wrong = "local safe = world.get_tile(self.x + 1, self.y) == \"open\"",
     .wrong_hint = "write world.tile(x, y)"},
    {.name = "clear",
     .parameters = "dx: number, 1; dy: number, 1; limit: number, m",
     .returns = "number",
     .unit = "m",
     .doc = "How far the agent could walk along a direction before a wall, at most limit.",
     .cost = "20",
     .right = "if world.clear(1, 0, 3) > 1 then self:move(1, 0) end",
     .wrong = "if world.clear(1, 0) > 1 then self:move(1, 0) end",
     .wrong_hint = "write world.clear(dx, dy, limit)"},
    {.name = "path_step",
     .parameters = "x: number, m; y: number, m; hazard_cost?: number, 1, 0 … 100",
     .returns = "Step|nil",
     .doc =
         "The next cell on a shortest way to a point, through open cells in sense_radius, around "
         "corners too; a cell of hazard counts as hazard_cost cells more (10). When the point is "
         "not reached in there, the way leads to the cell in there that is nearest to it as the "
         "crow flies, which may be a dead end: length is 0 once the agent stands in it, and only "
         "another point leads on. Nil for NaN.",
     .cost = "200",
     .right = "local step = world.path_step(9, 9); if step then self:move_to(step.x, step.y) end",
     .wrong = "local step = world.find_path(9, 9); if step then self:move_to(step.x, step.y) end",
     .wrong_hint = "write world.path_step(x, y)"},
    {.name = "target",
     .returns = "Sighting|nil",
     .doc = "Where the scenario's target is, however far: a compass.",
     .cost = "5",
     .right = "local goal = world.target(); if goal then self:move_to(goal.x, goal.y) end",
     .wrong = "local goal = world.goal; if goal then self:move_to(goal.x, goal.y) end",
     .wrong_hint = "write world.target()",
     .scenarios = "maze caves town tower"},
    {.name = "seen",
     .parameters = "x: number, m; y: number, m; z?: number, m",
     .returns = "string|nil",
     .range = "open wall hazard water",
     .doc = "What fills the cell at a point, if the agent has seen it at any time; z is its own "
            "when left out.",
     .cost = "2",
     .right = "local known = world.seen(3, 4) ~= nil",
     .wrong = "local known = world:seen(3, 4)",
     .wrong_hint = "write world.seen(3, 4)",
     .needs = "map"},
    {.name = "way_step",
     .parameters = "x: number, m; y: number, m; z?: number, m; hazard_cost?: number, 1, 0 … 100",
     .returns = "Step|nil",
     .doc = "The next cell on a shortest way to a point over cells that the agent has seen, by "
            "steps or through the air as the species moves; a cell of hazard counts as hazard_cost "
            "cells more (10). there is false when no way is known: the way then leads to the known "
            "place that is nearest to the point.",
     .cost = "400",
     .right = "local step = world.way_step(9, 9, 0); if step then self:move_to(step.x, step.y, "
              "step.z) end",
     .wrong = "local step = world:way_step(9, 9, 0); if step then self:move_to(step.x, step.y) end",
     .wrong_hint = "write world.way_step(9, 9, 0)",
     .needs = "map"},
    {.name = "frontier_step",
     .parameters = "hazard_cost?: number, 1, 0 … 100",
     .returns = "Step|nil",
     .doc = "The next cell on a shortest way to where the agent's map ends; nil when all that it "
            "can get to is known.",
     .cost = "400",
     .right = "local step = world.frontier_step(); if step then self:move_to(step.x, step.y, "
              "step.z) end",
     .wrong = "local step = world:frontier_step(); if step then self:move_to(step.x, step.y) end",
     .wrong_hint = "write world.frontier_step()",
     .needs = "map"},
};

constexpr ApiRow kResultFields[] = {
    {.name = "Sighting.id",
     .returns = "integer",
     .doc = "Names the entity for ever; self:eat takes it.",
     .right = "local food = world.nearest(\"any\", 9); if food then self:eat(food.id) end",
     .wrong = "local food = world.nearest(\"any\", 9); if food then self:eat(food.entity_id) end",
     .wrong_hint = "write food.id"},
    {.name = "Sighting.species",
     .returns = "string",
     .doc = "The species' name.",
     .right = "local food = world.nearest(\"any\", 9); if food then self:note(food.species) end",
     .wrong = "local food = world.nearest(\"any\", 9); if food then self:note(food.type) end",
     .wrong_hint = "write food.species"},
    {.name = "Sighting.x",
     .returns = "number",
     .unit = "m",
     .doc = "Position.",
     .right =
         "local food = world.nearest(\"any\", 9); if food then self:move(food.x - self.x, 0) end",
     .wrong = "local food = world.nearest(\"any\", 9); if food then self:move(food.pos.x, 0) end",
     .wrong_hint = "write food.x and food.y"},
    {.name = "Sighting.y",
     .returns = "number",
     .unit = "m",
     .doc = "Position.",
     .right =
         "local food = world.nearest(\"any\", 9); if food then self:move(0, food.y - self.y) end",
     .wrong =
         "local food = world.nearest(\"any\", 9); if food then self:move(0, food.position[2]) end",
     .wrong_hint = "write food.x and food.y"},
    {.name = "Sighting.z",
     .returns = "number",
     .unit = "m",
     .doc = "Position.",
     .right = "local food = world.nearest(\"any\", 9); if food then self:move(0, 0, food.z - "
              "self.z) end",
     .wrong =
         "local food = world.nearest(\"any\", 9); if food then self:move(0, 0, food.altitude) end",
     .wrong_hint = "write food.z"},
    {.name = "Sighting.distance",
     .returns = "number",
     .unit = "m",
     .doc = "From the agent, centre to centre.",
     .right =
         "local food = world.nearest(\"any\", 9); if food and food.distance <= self.reach then "
         "self:eat(food) end",
     .wrong = "local food = world.nearest(\"any\", 9); if food and food.dist <= self.reach then "
              "self:eat(food) end",
     .wrong_hint = "write food.distance"},
    {.name = "Step.x",
     .returns = "number",
     .unit = "m",
     .doc = "Centre of the next cell on the way.",
     .right = "local step = world.path_step(9, 9); if step then self:move_to(step.x, step.y) end",
     .wrong =
         "local step = world.path_step(9, 9); if step then self:move_to(step.pos.x, step.y) end",
     .wrong_hint = "write step.x and step.y"},
    {.name = "Step.y",
     .returns = "number",
     .unit = "m",
     .doc = "Centre of the next cell on the way.",
     .right = "local step = world.path_step(9, 9); if step then self:move(0, step.y - self.y) end",
     .wrong = "local step = world.path_step(9, 9); if step then self:move(0, step.dy) end",
     .wrong_hint = "write step.x and step.y"},
    {.name = "Step.length",
     .returns = "integer",
     .doc = "Cells on the way that was found.",
     .right =
         "local step = world.path_step(9, 9); if step and step.length < 5 then self:idle() end",
     .wrong =
         "local step = world.path_step(9, 9); if step and step.distance < 5 then self:idle() end",
     .wrong_hint = "write step.length"},
    {.name = "Step.z",
     .returns = "number",
     .unit = "m",
     .doc = "Height of the next cell; of world.way_step and world.frontier_step only.",
     .right = "local step = world.way_step(9, 9, 0); if step then self:move_to(step.x, step.y, "
              "step.z) end",
     .wrong = "local step = world.way_step(9, 9, 0); if step then self:move_to(step.x, step.y, "
              "step.zz) end",
     .wrong_hint = "write step.z",
     .needs = "map"},
    {.name = "Step.there",
     .returns = "boolean",
     .doc = "Whether the way leads to what was asked for; of world.way_step and "
            "world.frontier_step only.",
     .right = "local step = world.way_step(9, 9, 0); if step and step.there then self:wander() end",
     .wrong = "local step = world.way_step(9, 9, 0); if step and step.their then self:wander() end",
     .wrong_hint = "write step.there",
     .needs = "map"},
};

}  // namespace

std::span<const ApiRow> world_field_rows() {
  return kFields;
}
std::span<const ApiRow> world_sense_rows() {
  return kSenses;
}
std::span<const ApiRow> result_field_rows() {
  return kResultFields;
}

}  // namespace cherub::scripting
