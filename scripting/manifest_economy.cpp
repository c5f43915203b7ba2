// What agents do and sense where there is an economy.
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

constexpr ApiRow kActions[] = {
    {.name = "fetch",
     .parameters = "target: Sighting|integer; item: string; count?: integer, 1, 1 … 1000",
     .returns = "Self",
     .doc = "Takes items out of the store of a place in reach, the agent's own or one that serves "
            "its species; short for self:use(\"fetch\", target, details).",
     .cost = "50",
     .right = "local store = world.nearest(\"any\", 3); if store then self:fetch(store, \"bread\", "
              "2) end",
     .wrong = "local store = world.nearest(\"any\", 3); if store then self:fetch(\"bread\") end",
     .wrong_hint = "write self:fetch(target, item)",
     .needs = "fetch"},
    {.name = "craft",
     .parameters = "item: string",
     .returns = "Self",
     .doc = "One tick of work on an item by its recipe, where that says; call it in every tick "
            "until self.items has more of it. Short for self:use(\"craft\", nil, details).",
     .cost = "50",
     .right = "if (self.items.grain or 0) >= 2 then return self:craft(\"bread\") end",
     .wrong = "return self:crafts(\"bread\")",
     .wrong_hint = "write self:craft(item)",
     .needs = "craft"},
};

constexpr ApiRow kSenses[] = {
    {.name = "nearest_ripe",
     .parameters = "species: string; radius: number, m",
     .returns = "Sighting|nil",
     .doc = "The nearest plant of the species that can be harvested, of the 32 nearest.",
     .cost = "40",
     .right = "local food = world.nearest_ripe(\"wheat\", 20)",
     .wrong = "local food = world:nearest_ripe(\"wheat\", 20)",
     .wrong_hint = "write world.nearest_ripe(\"wheat\", 20)",
     .needs = "economy"},
    {.name = "price_at",
     .parameters = "item: string; x?: number, m; y?: number, m",
     .returns = "number|nil",
     .unit = "coins",
     .doc = "What one of an item is worth here, or at a point in sight: its price divided by one "
            "more than there are within 10 m, on the ground, in hands and in stores.",
     .cost = "150",
     .right = "local dear = (world.price_at(\"bread\") or 0) > 3",
     .wrong = "local dear = world.price(\"bread\") > 3",
     .wrong_hint = "write world.price_at(item)",
     .needs = "economy"},
    {.name = "owner_of",
     .parameters = "target: Sighting|integer",
     .returns = "integer|nil",
     .doc = "The id of whose a place or a thing on the ground is; nil: nobody's, or not in sight.",
     .cost = "5",
     .right = "local house = world.nearest(\"house\", 20); if house and world.owner_of(house) == "
              "self.id then self:move_to(house.x, house.y) end",
     .wrong =
         "local house = world.nearest(\"house\", 20); if house and house.owner == self.id then "
         "self:move_to(house.x, house.y) end",
     .wrong_hint = "a Sighting has",
     .needs = "economy"},
    {.name = "role_of",
     .parameters = "target: Sighting|integer",
     .returns = "string|nil",
     .doc = "The role of somebody in sight.",
     .cost = "5",
     .right = "local other = world.nearest(\"person\", 5); if other and world.role_of(other) == "
              "\"guard\" then self:say(\"good evening\") end",
     .wrong = "local other = world.nearest(\"person\", 5); if other and other.role == \"guard\" "
              "then self:say(\"good evening\") end",
     .wrong_hint = "a Sighting has",
     .needs = "economy"},
    {.name = "reputation_of",
     .parameters = "target: Sighting|integer",
     .returns = "integer|nil",
     .unit = "1",
     .range = "-100 … 100",
     .doc = "What is thought of somebody in sight, or of self.id: theft costs 10, blows against "
            "those of good name 5; a gift gives 2, a fair trade 1, at most once in 10 s.",
     .cost = "5",
     .right = "local other = world.nearest(\"thief\", 5); if other and (world.reputation_of(other) "
              "or 0) < 0 then self:use(\"attack\", other) end",
     .wrong = "local other = world.nearest(\"thief\", 5); if other and other.reputation < 0 then "
              "self:use(\"attack\", other) end",
     .wrong_hint = "a Sighting has",
     .needs = "economy"},
    {.name = "relationship",
     .parameters = "target: Sighting|integer",
     .returns = "integer",
     .unit = "1",
     .range = "-100 … 100",
     .doc =
         "What the agent feels for somebody: after theft -20, a blow -10, a gift 5, a fair trade "
         "3; the 16 strongest ties are remembered. 0: nothing.",
     .cost = "5",
     .right = "local other = world.nearest(\"person\", 5); if other and world.relationship(other) "
              "< 0 then self:move(self.x - other.x, self.y - other.y) end",
     .wrong =
         "local other = world.nearest(\"person\", 5); if other and world:relationship(other) < 0 "
         "then self:idle() end",
     .wrong_hint = "write world.relationship(other)",
     .needs = "economy"},
    {.name = "stock_of",
     .parameters = "target: Sighting|integer",
     .returns = "table|nil",
     .doc = "What is in the store of a place, or in the hands of somebody, in sight, as counts by "
            "name: {bread = 2}; nil when it can hold nothing.",
     .cost = "5 + 1 per item species",
     .right = "local store = world.nearest(\"granary\", 20); local stock = store and "
              "world.stock_of(store); if stock and stock.bread then self:fetch(store, \"bread\") "
              "end",
     .wrong = "local store = world.nearest(\"granary\", 20); if store and store.bread then "
              "self:fetch(store, \"bread\") end",
     .wrong_hint = "a Sighting has",
     .needs = "economy"},
};

}  // namespace

std::span<const ApiRow> economy_action_rows() {
  return kActions;
}
std::span<const ApiRow> economy_sense_rows() {
  return kSenses;
}

}  // namespace cherub::scripting
