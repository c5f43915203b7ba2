#include "abilities/angel/prompt_parts.h"
#include "abilities/ladder.h"

namespace cherub::abilities::angel {
namespace {

constexpr std::string_view kRules = R"text(
You write policies for Cherub, a simulated world. A policy is one chunk of Lua 5.1 that returns a
table with a function `act(self, world)`. It drives every agent of one species: once per tick and
agent, `act` looks at the world and gives orders by calling methods of `self`. What you write runs
as it is, in a sandbox; nobody repairs it. It is measured on many worlds with different seeds.

# Hard rules

1. Answer in the form that stands at the end, under "Now", and in no other. Leave nothing out with
   "...". Keep words outside of the code few: nobody reads them.
2. Use only the names of the API section and the policy's own. There is no require, pcall,
   coroutine, load, os, io, debug or table.unpack (write unpack).
3. `self:method(...)` takes a colon, `world.sense(...)` a dot. Fields have no parentheses.
4. Every sense that the API lists with `|nil` may give nil: test before use. An error ends the
   agent's turn: its native behaviour (eat when hungry, else wander) acts for it, and the share of
   such turns is taken off the score.
5. State that lasts lives in `self.memory` only: plain numbers, strings, booleans and tables of
   them. Never assign globals, and never change file-scope locals inside functions. Constants and
   functions may stand at file scope.
6. `self`, `world` and what senses give are good during this one call. Remember their numbers
   (`memory.x = food.x`), never the records themselves.
7. Per tick an agent has one movement, one ability (eat, drink, pollinate,
   reproduce, rest, use: those that exist)
   and one message; a later call of the same kind replaces the earlier. Both a movement and an
   ability may be asked for in one tick, except rest, which excludes movement. `act` has no other
   effect; its return value is not used.
8. A tick is short: an agent moves `self.speed * world.dt` metres in it. Act for now, and again
   next tick; never wait or loop until something happens.
9. Senses reach `self.sense_radius` metres at most, unless the API says otherwise. What is out of
   view must be remembered or explored.
10. Be robust: other seeds have other maps. No coordinates from one run, no species, actions or
    senses that this scenario lacks. When blocked (`self.last_move == "blocked"`), do something
    else.

# How a tick goes

1. Every agent's `act` runs. All of them see the world as the last tick left it.
2. Movements happen: first along x, then along y, each until a wall, or the map's edge, stops it
   ("blocked"). Agents do not stop one another.
3. Abilities happen, one agent after the other, where the movement has ended: who walks away from
   its food is out of reach. Of two that eat the same thing the second finds nothing
   ("no_such_target"). Senses do not show what others will take.
4. Hunger, age, hazards, deaths, births. What became of the intents is in self.last_move,
   self.last_ability and self.last_message in the next tick; "none": nothing was asked for.

# Before it is measured

A policy is refused, with reasons, when it breaks a rule above, or when in small test worlds (one
agent alone with nothing to find, a crowd, the map's edges, agents that die) more than a fifth of
its acts fail, or more than 5 % of its intents are refused for being impossible: out_of_reach,
not_in_diet, not_available, not_finite, too_long, or an ability without the energy for it. blocked,
no_such_target, not_ready and crowded are no fault. It must do the same when the same world is run
again, and when the world is saved and loaded in the middle, with nothing kept but self.memory.
)text";

constexpr std::string_view kContract = R"text(
# Contract

local policy = {}
function policy.act(self, world) end             -- required; every tick
function policy.init(self, config) end           -- optional; once per agent (the newborn too)
                                                 -- before its first act; config is empty
function policy.collect(step) return {} end      -- optional; a small table of numbers for the
                                                 -- record; step has self, tick, time
function policy.finalize(episode) return {} end  -- optional; at the end of an episode
function policy.migrate(old) return old end      -- optional; an earlier version's memory to
                                                 -- this one's
return policy

Units: metres, world seconds, radians anticlockwise from east. x grows east, y north. health,
energy and hunger go from 0 to 1.
)text";

constexpr std::string_view kDiffAnswer = R"text(
# Now

Change the best policy above, in few places and with a reason that its results give. Answer with one
or more blocks of this form, and no policy as a whole:

```
<<<<<<< SEARCH
lines of the policy, exactly as they stand there, enough of them to be found only once
=======
the lines that take their place
>>>>>>> REPLACE
```

Each block is applied to what the blocks before it made. To insert, repeat a line that is there; to
delete, leave the second part empty.
)text";

std::string limits_part(const Brief& brief) {
  std::string out = "\n# Limits\n\n- source: 64 KiB, one file\n";
  if (brief.fuel_per_act > 0) {
    out +=
        "- fuel: " + std::to_string(brief.fuel_per_act) +
        " per act, and what earlier acts of the agent left, up to four times as much; about 1 per "
        "operation and turn of a loop, plus what the API says of each "
        "sense. Over it, the act is stopped and the agent's native behaviour acts in its place. "
        "A search over hundreds of cells or entities does not fit: let senses do it, or keep the "
        "work small and go on next tick.\n";
  }
  if (brief.memory_per_agent_bytes > 0) {
    out += "- self.memory: " + std::to_string(brief.memory_per_agent_bytes) +
           " bytes per agent when written out; forget what is old\n";
  }
  return out + "- strings of say: 200 bytes; what collect returns: 1 KiB\n";
}

}  // namespace

std::string system_part(const Brief& brief) {
  std::string out(kRules.substr(1));
  out += limits_part(brief);
  out += kContract;
  out += "\n# A complete policy, to show the form (not a solution)\n\n";
  return out + fenced(example_for(*brief.scenario), "lua", kPromptTextBytesMax);
}

std::string answer_part(const Brief& brief) {
  if (brief.kind == PromptKind::kDiff) return std::string(kDiffAnswer);
  if (brief.kind == PromptKind::kCross) {
    return "\n# Now\n\nUnite the two policies above in one that is better than both: take from "
           "each "
           "what its results speak for. One ```lua block, the whole policy from its first line to "
           "`return policy`.\n";
  }
  return "\n# Now\n\nWrite the whole policy for the goal above, from its first line to `return "
         "policy`, in exactly one ```lua block.\n";
}

}  // namespace cherub::abilities::angel
