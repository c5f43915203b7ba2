#pragma once

#include <optional>
#include <string>

#include "abilities/console.h"
#include "engine/world.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// The living entity that is meant; kNotFound says what is there instead.
base::Result<base::EntityId> find_entity(const engine::World& world, EntityRef ref);

// Everything that is known of one living entity, for people and as {"id":…,"columns":…,…}.
ConsoleReply debug_agent(const engine::World& world, scripting::PolicyHost& host,
                         base::EntityId id);

// The members of a `follow` record of a living entity, and the same as a line.
base::JsonObject follow_facts(const engine::World& world, const scripting::PolicyHost& host,
                              base::EntityId id);
std::string entity_name(const engine::World& world, base::EntityId id);  // "rabbit 12:1"

// What an agent asked for, in the words of policies: "move_to", "eat".
const char* move_name(engine::MoveKind kind);
const char* ability_name(engine::AbilityKind kind);

// A float as short as it reads back; null when it is no number.
std::string float_json(float value);
// Three decimals at most, without zeros at the end.
std::string short_text(double value);

}  // namespace cherub::abilities
