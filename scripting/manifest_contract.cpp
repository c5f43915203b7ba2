#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

constexpr ApiRow kContract[] = {
    {.name = "init",
     .parameters = "self: Self; config: table",
     .doc = "Optional. Runs once per agent, before its first act.",
     .right = "function policy.init(self, config) self.memory.home = {x = self.x, y = self.y} end",
     .wrong = "function policy.init(config, self) self.memory.home = self.x end",
     .wrong_hint = "function policy.init(self, config)"},
    {.name = "act",
     .parameters = "self: Self; world: World",
     .doc = "Required. Runs every tick; calls at most one movement, one ability and one message of "
            "self. What it returns is ignored.",
     .cost = "20000 at most",
     .right = "function policy.act(self, world) return self:wander() end",
     .wrong = "function policy.act() return self:wander() end",
     .wrong_hint = "function policy.act(self, world)"},
    {.name = "collect",
     .parameters = "step: CollectStep",
     .returns = "table",
     .range = "≤ 1 KiB",
     .doc = "Optional. Numbers and texts for the run's record; step.self is the agent as in act, "
            "step.tick and step.time the moment.",
     .right = "function policy.collect(step) return {hunger = step.self.hunger} end",
     .wrong = "function policy.collect(self) return {hunger = self.hunger} end",
     .wrong_hint = "function policy.collect(step)"},
    {.name = "finalize",
     .parameters = "episode: table",
     .returns = "table",
     .doc = "Optional. Runs at the end of an episode; what it returns goes into the record.",
     .right = "function policy.finalize(episode) return {done = true} end",
     .wrong = "function policy:finalize(episode) return {done = true} end",
     .wrong_hint = "function policy.finalize(episode)"},
    {.name = "migrate",
     .parameters = "old: table",
     .returns = "table",
     .doc = "Optional. At a reload: takes the memory that the earlier version left, returns the "
            "new one.",
     .right = "function policy.migrate(old) return {home = old.home} end",
     .wrong = "function policy:migrate(old) return {home = old.home} end",
     .wrong_hint = "function policy.migrate(old)"},
};

constexpr AbsentName kAbsent[] = {
    {"pcall xpcall", "test for nil before you use a value; a fault costs the agent only this tick"},
    {"coroutine", "keep the state in self.memory and go on from it in the next tick"},
    {"load loadstring loadfile dofile", "write the code into the policy itself"},
    {"require module package",
     "write all into this one file; the library is there without require"},
    {"io", "to log a line, write self:note(text)"},
    {"os", "for time, use world.time (seconds) or world.tick"},
    {"debug", "to log a line, write self:note(text)"},
    {"jit ffi", "write plain Lua; it is compiled as it is"},
    {"collectgarbage gcinfo", "leave it out; memory is taken care of"},
    {"getfenv setfenv", "pass what a function needs as parameters"},
    {"newproxy", "use a plain table"},
    {"_G _ENV _VERSION", "use locals, and self.memory for what lasts"},
    {"string.dump", "leave it out"},
    {"string.gfind", "write string.gmatch"},
    {"string.split string.explode", "loop with for word in s:gmatch(\"[^,]+\") do"},
    {"string.trim string.strip", "write s:match(\"^%s*(.-)%s*$\")"},
    {"string.contains string.includes", "write s:find(text, 1, true) ~= nil"},
    {"string.startswith string.starts", "write s:sub(1, #prefix) == prefix"},
    {"string.endswith string.ends", "write s:sub(-#suffix) == suffix"},
    {"string.pack string.unpack string.packsize", "use plain tables of numbers"},
    {"string.join", "write table.concat(list, separator)"},
    {"math.randomseed",
     "leave it out; each agent has random numbers of its own, the same in every replay"},
    {"math.clamp", "write math.max(low, math.min(high, x))"},
    {"math.round", "write math.floor(x + 0.5)"},
    {"math.sign", "write x > 0 and 1 or x < 0 and -1 or 0"},
    {"math.lerp", "write a + (b - a) * t"},
    {"math.hypot math.dist math.distance",
     "write vec.distance(ax, ay, bx, by); a Sighting has its distance"},
    {"math.log2", "write math.log(x) / math.log(2)"},
    {"math.mod", "write x % y"},
    {"math.type math.tointeger math.maxinteger math.mininteger math.ult",
     "numbers are doubles: test x == math.floor(x)"},
    {"math.infinity math.inf", "write math.huge"},
    {"table.unpack", "write unpack(list)"},
    {"table.pack", "write {...} and select(\"#\", ...)"},
    {"table.getn table.length table.size table.count", "write #list"},
    {"table.move table.clone table.copy table.new table.clear", "copy in a loop"},
    {"table.foreach table.foreachi", "loop with for key, value in pairs(t) do"},
    {"table.contains table.find table.indexof",
     "search in a loop: for i, value in ipairs(list) do"},
    {"table.keys table.values table.map table.filter table.reduce", "build the table in a loop"},
    {"table.append table.push table.add", "write table.insert(list, value)"},
    {"table.pop", "write table.remove(list)"},
    {"table.shuffle", "swap with math.random in a loop"},
    {"table.slice", "copy in a loop: for i = first, last do"},
    {"table.join", "write table.concat(list, separator)"},
    {"utf8", "string functions count bytes"},
    {"bit32", "write bit.band, bit.bor, bit.bxor, bit.lshift, bit.rshift"},
    {"__gc __mode", "leave it out; a policy does not see the collection of garbage"},
};

constexpr ApiLimit kLimits[] = {
    {"source", "64 KiB of text, one file"},
    {"fuel of one act",
     "20 000; roughly 1 per operation, 1 per turn of a loop, and the costs below"},
    {"saved fuel",
     "what an act leaves is kept for the agent's later ones, up to 80 000; self.fuel tells what is "
     "left"},
    {"fuel of loading, init, collect, finalize, migrate", "2 000 000 each"},
    {"self.memory", "4096 bytes serialised; plain data only"},
    {"self:say", "200 bytes, one message per tick"},
    {"intents",
     "one movement, one ability and one message per tick; a later one replaces the earlier"},
    {"world.neighbors", "32 entities, nearest first"},
    {"collect", "1 KiB serialised"},
    {"a fault", "error or too much fuel: the native behaviour acts for the agent in that tick"},
};

constexpr std::string_view kExample =
    R"lua(-- Eats when hungry, keeps away from what is too near, looks around otherwise.
local policy = {}

local HUNGRY = 0.5  -- constants may stand at the top; what changes lives in self.memory

local function flee(self, threat)
  local away_x, away_y = self.x - threat.x, self.y - threat.y
  return self:move(away_x, away_y)
end

function policy.init(self, config)
  self.memory.home = {x = self.x, y = self.y}
end

function policy.act(self, world)
  local near = world.nearest("any", 1)
  if near and self.health < 0.3 then
    return flee(self, near)
  end
  if self.hunger > HUNGRY then
    local food = world.nearest("food", self.sense_radius)
    if food and food.distance <= self.reach then
      return self:eat(food)
    elseif food then
      return self:move_to(food.x, food.y)
    end
  end
  if self.last_move == "blocked" then
    local home = self.memory.home
    return self:move_to(home.x, home.y)
  end
  return self:wander()
end

function policy.collect(step)
  return {hunger = step.self.hunger, tick = step.tick}
end

return policy
)lua";

}  // namespace

std::span<const ApiRow> contract_rows() {
  return kContract;
}
std::span<const AbsentName> absent_names() {
  return kAbsent;
}
std::span<const ApiLimit> api_limits() {
  return kLimits;
}
std::string_view example_policy() {
  return kExample;
}

}  // namespace cherub::scripting
