#pragma once

#include "abilities/world_folder.h"
#include "engine/recording.h"

namespace cherub::abilities {

// Brings `index.sqlite` of a world up to what its folder holds before tick `until`: tables saves,
// events, scripts, faults. It is only derived: one that is missing or damaged is made anew.
base::Result<void> update_world_index(const WorldFolder& folder, engine::Tick until);
// To be made anew: the world has gone back.
void remove_world_index(const WorldFolder& folder);

}  // namespace cherub::abilities
