// What language models get wrong, each with the line and the words that must come back.
#include "scripting/checker.h"

#include <catch2/catch.hpp>
#include <optional>

#include "sandbox/syntax/parser.h"

using namespace cherub;

namespace {

struct Mistake {
  const char* title;
  const char* source;
  std::uint32_t line;
  const char* message;
  const char* hint;
  const char* scenario = "";
  sandbox::Severity severity = sandbox::Severity::kError;
};

constexpr sandbox::Severity kWarning = sandbox::Severity::kWarning;

scripting::CheckReport check(const std::string& source, const std::string& scenario = "") {
  const auto known = engine::builtin_scenario(scenario);
  return scripting::check_policy("policy", source, known.ok() ? &known.value() : nullptr);
}

// Lines of `body` count from 1: act stands on the same line as the first of them.
std::string act(const std::string& body) {
  return "local policy = {} function policy.act(self, world) " + body + "\nend return policy";
}

void expect(const Mistake& mistake, const std::string& source) {
  const auto report = check(source, mistake.scenario);
  INFO(mistake.title << "\n" << sandbox::diagnostics_text(report.diagnostics, "policy", source));
  bool found = false;
  for (const sandbox::Diagnostic& diagnostic : report.diagnostics) {
    found = found ||
            (diagnostic.severity == mistake.severity && diagnostic.range.line == mistake.line &&
             diagnostic.message.find(mistake.message) != std::string::npos &&
             diagnostic.hint.find(mistake.hint) != std::string::npos);
  }
  INFO("expected at line " << mistake.line << ": " << mistake.message << " = " << mistake.hint);
  CHECK(found);
  CHECK(report.ok() == (mistake.severity == kWarning));
}

// Bodies of act.
const Mistake kInAct[] = {
    {"dot for an action", "\nself.move_to(1, 2)", 2, "called with ':'", "self:move_to(1, 2)"},
    {"dot for say", "self.say('a' .. 1)", 1, "called with ':'", "self:say('a' .. 1)"},
    {"colon for a sense", "\n\nlocal f = world:nearest('grass', 5)", 3, "called with '.'",
     "world.nearest('grass', 5)"},
    {"action of the world", "world:move_to(1, 2)", 1, "world has no 'move_to'",
     "self:move_to(x, y)"},
    {"sense of self", "local f = self:nearest('grass', 5)", 1, "senses belong to world",
     "world.nearest('grass', 5)"},
    {"position as a record", "local p = self.position", 1, "no field 'position'",
     "self.x and self.y"},
    {"misspelt field", "if self.hungr > 1 then self:rest() end", 1, "no field 'hungr'",
     "self.hunger"},
    {"camel case", "self:moveTo(1, 2)", 1, "no action 'moveTo'", "self:move_to(x, y)"},
    {"invented action", "self:attack(3)", 1, "no action 'attack'", "self:eat(target)"},
    {"invented sense", "local l = world.get_entities('any')", 1, "no 'get_entities'",
     "world.neighbors(species, radius)"},
    {"record's position",
     "local f = world.nearest('any', 5)\nif f then self:move_to(f.pos.x, f.y) end", 2,
     "no field 'pos'", "f.x and f.y"},
    {"record in a loop", "for _, f in ipairs(world.neighbors('any', 5)) do\nself:note(f.name) end",
     2, "no field 'name'", "f.species"},
    {"record chosen by or",
     "local f = world.nearest('a', 5) or world.nearest('b', 5)\n"
     "if f then self:note(f.typ) end",
     2, "no field 'typ'", "f.species"},
    {"energy of another",
     "local f = world.nearest('any', 5)\nif f and f.energy > 1 then self:idle() end", 2,
     "no field 'energy'", "a Sighting has id, species"},
    {"whole record to move_to", "local f = world.nearest('any', 5)\nif f then self:move_to(f) end",
     2, "takes numbers, not a Sighting", "self:move_to(f.x, f.y)"},
    {"whole record to move", "local f = world.nearest('any', 5)\nif f then self:move(f) end", 2,
     "takes numbers", "self:move(f.x - self.x, f.y - self.y)"},
    {"table to move_to", "self:move_to({x = 1, y = 2})", 1, "takes numbers, not a table",
     "self:move_to(target.x, target.y)"},
    {"no radius", "local f = world.nearest('grass')", 1, "needs 2 arguments, got 1",
     "world.nearest(species, radius)"},
    {"arguments swapped", "local f = world.nearest(10, 'grass')", 1,
     "must be a string, not a number", "world.nearest(species, radius)"},
    {"self handed to a sense", "local f = world.nearest(self, 'grass', 10)", 1,
     "at most 2 arguments", "leave self out"},
    {"too many arguments", "self:wander(1)", 1, "at most 0 arguments", "self:wander()"},
    {"nil for a number", "self:move(nil, 1)", 1, "must be a number, not nil", "self:move(dx, dy)"},
    {"number for a text", "self:say(self.x)", 1, "not a number", "self:say(tostring(self.x))"},
    {"long message",
     "self:say('0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789')",
     1, "longer than 200 bytes", "shorten it"},
    {"species as a target", "self:eat('grass')", 1, "must be a Sighting or an id", "find it first"},
    {"list as a target", "local l = world.neighbors('any', 1)\nself:eat(l)", 2, "not an array",
     "self:eat(l[1])"},
    {"unknown species", "local f = world.nearest('gras', 5)", 1, "no species \"gras\"",
     "write \"grass\"", "pasture"},
    {"species of another world", "local KIND = 'wolf'\nlocal f = world.nearest(KIND, 5)", 2,
     "no species \"wolf\"", "\"rabbit\", \"grass\"", "pasture"},
    {"action of another world", "self:reproduce()", 1, "has no action 'reproduce'",
     "move, move_to, wander", "maze"},
    {"compass without target", "local t = world.target() if t then self:idle() end", 1, "gives nil",
     "world.nearest", "pasture", kWarning},
    {"assigned field", "\nself.goal = 3", 2, "self is read only", "self.memory.goal"},
    {"field of its own", "self.goal = 3\nif self.goal then self:idle() end", 2, "no field 'goal'",
     "self.memory.goal"},
    {"teleport", "self.x = 3", 1, "self is read only", "self:move_to(x, y)"},
    {"assigned world", "world.tick = 3", 1, "world is read only", "self.memory"},
    {"global", "\nvisited = {}", 2, "'visited' would be a global", "self.memory.visited"},
    {"misspelt local", "local food = 1\nself:note(fod)", 2, "unknown name 'fod'", "write 'food'"},
    {"misspelt world", "local f = wrold.nearest('any', 5)", 1, "unknown name 'wrold'",
     "write 'world'"},
    {"action as a function", "move_to(1, 2)", 1, "unknown name 'move_to'", "self:move_to(x, y)"},
    {"library as a function", "local v = floor(1.5)", 1, "unknown name 'floor'", "math.floor(x)"},
    {"null", "local f = null", 1, "unknown name 'null'", "nil"},
    {"out of scope", "if self.x > 1 then\nlocal dx = 1 end\nself:move(dx, 0)", 3, "local to line 2",
     "declare it in the block around"},
    {"pcall", "pcall(function() self:idle() end)", 1, "'pcall' does not exist", "test for nil"},
    {"os.time", "local t = os.time()", 1, "'os' does not exist", "world.time"},
    {"seeding", "math.randomseed(1)", 1, "math.randomseed does not exist", "leave it out"},
    {"table.unpack", "local a = table.unpack({1})", 1, "table.unpack does not exist",
     "unpack(list)"},
    {"clamp", "local a = math.clamp(1, 2, 3)", 1, "does not exist",
     "math.max(low, math.min(high, x))"},
    {"string method", "local p = ('a,b'):split(',')", 1, "string.split does not exist", "gmatch"},
    {"library with a colon", "local v = math:floor(1.5)", 1, "called with '.'", "math.floor(1.5)"},
    {"patched library", "math.clamp = function() end", 1, "library is read only",
     "local function clamp"},
    {"_G", "_G.count = 1", 1, "'_G' does not exist", "self.memory"},
    {"weak table", "local t = setmetatable({}, {__mode = 'k'})", 1, "__mode is refused",
     "leave it out"},
    {"collector's hook", "local mt = {}\nmt.__gc = function() end", 2, "__gc is refused",
     "leave it out"},
    {"value called", "if self.hunger() > 1 then self:idle() end", 1, "is a value", "self.hunger"},
    {"sense not called", "local f = world.target.x", 1, "is a function", "world.target()"},
    {"sense compared", "if world.count > 3 then self:idle() end", 1, "is a function",
     "world.count(species, radius)"},
    {"list compared", "local l = world.neighbors('any', 3)\nif l > 3 then self:idle() end", 2,
     "no number", "#l"},
    {"record as a number", "local f = world.nearest('any', 3)\nif f and f < 3 then self:idle() end",
     2, "a Sighting is no number", "f.distance"},
    {"text ordered", "if self.last_move > 0 then self:idle() end", 1, "a string and a number",
     "=="},
    {"list as a record", "local l = world.neighbors('any', 3)\nself:move_to(l.x, 1)", 2,
     "an array of Sightings, not one", "ipairs(l)"},
    {"loop without ipairs", "for _, f in world.neighbors('any', 3) do self:idle() end", 1,
     "needs ipairs", "ipairs(world.neighbors('any', 3))"},
    {"ipairs over one", "for _, f in ipairs(world.nearest('any', 3)) do self:idle() end", 1,
     "must be a table, not a Sighting", "world.neighbors"},
    {"self in memory", "self.memory.me = self", 1, "self cannot be kept", "self.id"},
    {"world in memory", "self.memory = {w = world}", 1, "world cannot be kept", "world.tick"},
    {"function in memory", "self.memory.f = function() end", 1, "a function cannot be kept",
     "a name"},
    {"memory's methods", "self.memory:set('a', 1)", 1, "plain table", "self.memory.name = value"},
    {"memory no table", "self.memory = 3", 1, "must be a table", "self.memory = {}"},
    {"description returned", "return {action = 'wander'}", 1, "is ignored", "self:move_to(x, y)"},
    {"word returned", "self:idle() return 'wander'", 1, "is ignored", "call the action", "",
     kWarning},
    {"unknown receipt", "if self.last_move == 'sucess' then self:idle() end", 1,
     "is never \"sucess\"", "\"accepted\"", "", kWarning},
    {"unknown tile", "if world.tile(1, 2) == 'floor' then self:idle() end", 1, "is never \"floor\"",
     "\"open\"", "", kWarning},
    {"unguarded result", "self:move(world.nearest('any', 5).x, 0)", 1, "may be nil",
     "keep it first", "", kWarning},
    {"never tested", "local f = world.nearest('any', 5)\nself:move_to(f.x, f.y)", 2,
     "'f' may be nil", "test it first", "", kWarning},
    {"hazard cost", "local s = world.path_step(1, 2, 1000) if s then self:idle() end", 1,
     "outside of 0 … 100", "0 … 100", "", kWarning},
    {"rounding", "local v = math.floor(1.234, 2)", 1, "ignores what follows", "two digits", "",
     kWarning},
    {"not Lua", "self.x += 1", 1, "", ""},
};

// Whole files.
const Mistake kFiles[] = {
    {"empty", "", 1, "the source is empty", "return policy"},
    {"nothing returned", "local policy = {}\nfunction policy.act(self, world) self:idle() end\n", 2,
     "returns nothing", "return policy"},
    {"function returned", "local function act(self, world) self:idle() end\nreturn act", 2,
     "a table, not a function", "return {act = act}"},
    {"no act",
     "local policy = {}\nfunction policy.update(self, world) self:idle() end\nreturn policy", 3,
     "no function act", "rename policy.update"},
    {"act not in the table",
     "local policy = {}\nlocal function act(self, world) self:idle() end\n"
     "return policy",
     3, "no function act", "policy.act = act"},
    {"act is a table", "return {\nact = {}}", 2, "must be a function",
     "function policy.act(self, world)"},
    {"no parameters", "local policy = {}\nfunction policy.act() self:idle() end\nreturn policy", 2,
     "needs its parameters", "function policy.act(self, world)"},
    {"parameters swapped", "return {\nact = function(world, self) self:idle() end}", 2,
     "first parameter of policy.act is the agent", "policy.act(self, world)"},
    {"self twice",
     "local policy = {}\nfunction policy:act(self, world) self:idle() end\nreturn policy", 2,
     "adds a parameter self", "function policy.act(self, world)"},
    {"a third parameter",
     "local policy = {}\nfunction policy.act(self, world, dt)\n"
     "self:move(dt, 0) end\nreturn policy",
     2, "no 'dt'; the time per tick is world.dt", "policy.act(self, world)"},
    {"no world",
     "local policy = {}\nfunction policy.act(self)\n"
     "local f = world.nearest('any', 3) end\nreturn policy",
     3, "'world' is not known", "function policy.act(self, world)"},
    {"world in a helper",
     "local function find(self)\nreturn world.nearest('any', 3) end\n"
     "return {act = function(self, world) find(self) end}",
     2, "'world' is not known", "make it a parameter"},
    {"world in init",
     "local policy = {act = function(self, world) self:idle() end}\n"
     "function policy.init(self, world) self.memory.t = world.tick end\nreturn policy",
     2, "gets no world", "policy.init(self, config)"},
    {"collect of self",
     "local policy = {act = function(self, world) self:idle() end}\n"
     "function policy.collect(self) return {h = self.hunger} end\nreturn policy",
     2, "gets one value, the step", "policy.collect(step)"},
    {"fields of the step",
     "local policy = {act = function(self, world) self:idle() end}\n"
     "function policy.collect(step)\nreturn {h = step.hunger} end\nreturn policy",
     3, "no field 'hunger'", "step.self.hunger"},
    {"counter at file scope",
     "local policy = {}\nlocal count = 0\nfunction policy.act(self, world)\n"
     "count = count + 1 self:idle() end\nreturn policy",
     4, "'count' is declared at line 2", "self.memory.count"},
    {"table at file scope",
     "local policy = {}\nlocal visited = {}\nfunction policy.act(self, world)\n"
     "visited[self.id] = true self:idle() end\nreturn policy",
     4, "'visited' belongs to the file", "self.memory.visited"},
    {"insert at file scope",
     "local queue = {}\nreturn {act = function(self, world)\n"
     "table.insert(queue, 1) self:idle() end}",
     3, "'queue' belongs to the file", "self.memory.queue"},
    {"alias of a file's table",
     "local state = {agents = {}}\nreturn {act = function(self, world)\n"
     "local mine = state.agents\nmine[1] = 2 self:idle() end}",
     4, "'state' belongs to the file", "self.memory.state"},
    {"state in the policy",
     "local policy = {}\nfunction policy.act(self, world)\n"
     "policy.count = 1 self:idle() end\nreturn policy",
     3, "'policy' belongs to the file", "self.memory"},
    {"counter in a closure",
     "local function counter()\nlocal n = 0\nreturn function()\nn = n + 1 return n "
     "end end\nlocal next_id = counter()\nreturn {act = function(self, world) self:move(next_id(), "
     "0) end}",
     4, "'n' is declared at line 2", "self.memory.n"},
    {"global function",
     "function helper(self) self:idle() end\n"
     "return {act = function(self, world) helper(self) end}",
     1, "'helper' would be a global", "local function helper"},
    {"global policy",
     "policy = {}\nfunction policy.act(self, world) self:idle() end\nreturn policy", 1,
     "'policy' would be a global", "local policy"},
    {"global act", "function act(self, world) self:idle() end\nreturn {act = act}", 1,
     "'act' would be a global", "function policy.act"},
    {"used before it is there",
     "local policy = {}\nfunction policy.act(self, world)\nflee(self) end\n"
     "local function flee(self) self:wander() end\nreturn policy",
     3, "local to line 4", "move its declaration above"},
    {"mistake in a helper",
     "local function go(me, thing) \nme:move_to(thing.pos.x, 1) end\n"
     "return {act = function(self, world) local f = world.nearest('any', 3)\n"
     "if f then go(self, f) end end}",
     2, "no field 'pos'", "thing.x and thing.y"},
    {"result of a helper",
     "local function find(world) return world.nearest('any', 3) end\n"
     "return {act = function(self, world) local f = find(world)\nif f then self:eat(f.entity) end "
     "end}",
     3, "no field 'entity'", "f.id"},
    {"agent under another name", "return {act = function(agent, env)\nagent:go(1, 2)\nend}", 2,
     "no action 'go'", "self:move(dx, dy)"},
    {"setup",
     "local policy = {act = function(self, world) self:idle() end}\n"
     "function policy.setup(self) self.memory.a = 1 end\nreturn policy",
     2, "never called", "policy.init(self, config)", "", kWarning},
    {"collect without a result",
     "local policy = {act = function(self, world) self:idle() end}\n"
     "function policy.collect(step) local h = step.self.hunger end\nreturn policy",
     2, "returns nothing", "return a table", "", kWarning},
};

}  // namespace

TEST_CASE("Mistakes in act come back with line, reason and remedy", "[checker]") {
  for (const Mistake& mistake : kInAct) expect(mistake, act(mistake.source));
}

TEST_CASE("Mistakes in files come back with line, reason and remedy", "[checker]") {
  for (const Mistake& mistake : kFiles) expect(mistake, mistake.source);
}

TEST_CASE("A finding names exactly what is wrong", "[checker]") {
  const auto report = check(
      "local policy = {}\nfunction policy.act(self, world)\n"
      "  self:move_to(self.posx, 2)\nend\nreturn policy\n");
  REQUIRE(report.diagnostics.size() == 1);
  const sandbox::Range& range = report.diagnostics[0].range;
  CHECK(range.line == 3);
  CHECK(range.column == 16);
  CHECK(range.end - range.begin == std::string("self.posx").size());
}

TEST_CASE("One mistake gives one finding", "[checker]") {
  for (const char* source : {
           "local policy = {}\nfunction policy.act() self:move(1, self.x) self:wander() end return "
           "policy",
           "return {act = function(world, self) self:move(1, 2) world.nearest('any', 5) end}",
           "local p = {}\nfunction p.act(self) local a = world.tick local b = world.dt end return "
           "p",
       }) {
    const auto report = check(source);
    INFO(sandbox::diagnostics_text(report.diagnostics, "policy", source));
    CHECK(report.diagnostics.size() == 1);
  }
}

TEST_CASE("Findings come in source order and are bounded, errors first", "[checker]") {
  std::string body;
  for (int i = 0; i < 100; ++i) body += "if self.last_move == 'odd' then self:idle() end\n";
  const auto report = check(act(body + "self:fly()"));
  CHECK(report.diagnostics.size() == sandbox::kDiagnosticsMax);
  CHECK_FALSE(report.ok());
  std::uint32_t line = 0;
  for (const auto& found : check(act("self:fly()\nself:fly()\nlocal x = wrold")).diagnostics) {
    CHECK(found.range.line >= line);
    line = found.range.line;
  }
}

TEST_CASE("Findings of the parser pass through", "[checker]") {
  const auto report = check("local policy = {\nreturn policy");
  CHECK_FALSE(report.ok());
  CHECK(report.diagnostics[0].range.line == 2);
}
