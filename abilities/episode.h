#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "abilities/job_queue.h"
#include "engine/behaviour.h"
#include "engine/scenario.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// Who acts in an episode: a policy by its hash, through its host, or any other behaviour.
struct EpisodeDriver {
  engine::Behaviour* behaviour = nullptr;
  scripting::PolicyHost* host = nullptr;  // the same object when a policy acts, else null
  std::string sha256;                     // empty without a policy
};

// Who looks on; null members: nobody does, nothing ends it early.
struct EpisodeWatch {
  EpisodeViewer* viewer = nullptr;
  const std::atomic<bool>* cancel = nullptr;
};

// Runs one episode to its end, on the calling thread. The world begins again for it: of what was in
// it before, nothing is left.
EpisodeResult run_episode(engine::World& world, const EpisodeDriver& driver,
                          const EpisodeSpec& spec, const EpisodeWatch& watch = {});

// How many ticks an episode has at most: the spec's, or the scenario's default length.
std::uint64_t episode_ticks(const engine::Scenario& scenario, std::uint64_t ticks_max);

}  // namespace cherub::abilities
