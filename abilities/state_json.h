#pragma once

#include <string>

#include "engine/world.h"

namespace cherub::abilities {

// The whole state as one JSON object: {"tick","seed","scenario","hash","weather","species":{…},
// "scripts":[…],"entities":{"row":[…],"generation":[…],…}}, a column for each component, living
// entities in row order.
std::string state_json(const engine::World& world);

}  // namespace cherub::abilities
