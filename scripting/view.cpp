#include "scripting/view.h"

#include "engine/ecology/ecology.h"

namespace cherub::scripting {

void View::look_at(const engine::World& seen) {
  const engine::Columns& columns = seen.columns();
  world = &seen;
  tick = static_cast<double>(seen.tick());
  dt = seen.tick_s();
  generation = columns.generation.data();
  age = columns.age.data();
  collisions = columns.collisions.data();
  species = columns.species.data();
  x = columns.x.data();
  y = columns.y.data();
  z = columns.z.data();
  heading = columns.heading.data();
  health = columns.health.data();
  energy = columns.energy.data();
  hunger = columns.hunger.data();
  damage = columns.damage.data();
  thirst = columns.thirst.data();
  role = columns.role.data();
  move_receipt = columns.move_receipt.data();
  ability_receipt = columns.ability_receipt.data();
  message_receipt = columns.message_receipt.data();
  const engine::Ecology* const ecology = seen.ecology();
  drive = ecology != nullptr ? ecology->bodies.drive.data() : nullptr;
  mode_now = ecology != nullptr ? ecology->bodies.mode.data() : nullptr;
}

void View::write_to(engine::Intents& intents) {
  move = intents.move.data();
  move_x = intents.move_x.data();
  move_y = intents.move_y.data();
  move_z = intents.move_z.data();
  ability = intents.ability.data();
  ability_target = intents.ability_target.data();
  mode = intents.mode.empty() ? nullptr : intents.mode.data();
}

}  // namespace cherub::scripting
