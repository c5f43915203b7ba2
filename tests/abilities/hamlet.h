#pragma once

namespace cherub::abilities::fixtures {

// A flat world of people who know all that ships. Nobody is there at first.
inline constexpr const char* kHamlet = R"yaml(
name: hamlet
title: Hamlet
description: People who know everything.
tick_rate: 10
episode_s: 10
terrain: {generator: flat, width: 20, depth: 20}
species:
  - {name: person, kind: agent, speed: 2, sense_radius: 12, reach: 2, hunger_rate: 0.001,
     energy_rate: 0.0, thirst_rate: 0.01, starve_rate: 0.01, rest_rate: 0.2, hands: 5,
     diet: [grass, apple], role: mage}
  - {name: grass, kind: plant, food_value: 0.4}
  - {name: apple, kind: item, food_value: 0.3}
  - {name: coin, kind: item}
spawns: []
agent_species: person
actions: [move, move_to, wander, eat, rest, say, turn, use]
roles:
  - name: mage
    may_request: true
    abilities: [eat, graze, attack, defend, heal, flee_burst, pick_up, drop, give, trade_offer,
                trade_accept, steal, drink, rest, call, plant, fireball, telepathy]
  - {name: hermit, abilities: []}
metrics:
  - {name: survival, unit: "1", better: higher, description: Who lives., words: [live], weight: 1,
     scale: 1}
success: {metric: survival, op: ">=", value: 0}
goals: ["live"]
)yaml";

}  // namespace cherub::abilities::fixtures
