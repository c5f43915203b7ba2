#include "sandbox/vm.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <lua.hpp>
#include <sstream>
#include <thread>

namespace cherub::sandbox {
namespace {

std::unique_ptr<Vm> make_vm(bool jit = true, std::size_t memory = std::size_t{64} << 20) {
  auto vm = Vm::create({.jit = jit, .memory_bytes = memory});
  REQUIRE(vm.ok());
  return std::move(*vm);
}

Outcome run(const std::string& source, std::uint64_t fuel = 10'000'000, bool jit = true) {
  return make_vm(jit)->run_source("t", source, {fuel});
}

std::string text_of(const Outcome& outcome) {
  INFO(outcome.message);
  REQUIRE(outcome.kind == OutcomeKind::kOk);
  REQUIRE(std::holds_alternative<std::string>(outcome.result.data));
  return std::get<std::string>(outcome.result.data);
}

// What plain LuaJIT makes of the same source: its string result, or its error message.
std::string in_plain_luajit(const std::string& source) {
  lua_State* lua = luaL_newstate();
  luaL_openlibs(lua);
  std::string result = "cannot load";
  if (luaL_loadbuffer(lua, source.data(), source.size(), "=t") == 0) {
    lua_pcall(lua, 0, 1, 0);
    const char* text = lua_tostring(lua, -1);
    result = text != nullptr ? text : "no text";
  }
  lua_close(lua);
  return result;
}

std::vector<std::filesystem::path> programs() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(CHERUB_SOURCE_DIR "/tests/programs")) {
    if (entry.path().extension() == ".lua") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace

TEST_CASE(
    "a metered program computes what plain LuaJIT computes, for the same fuel with and without "
    "JIT") {
  for (const auto& path : programs()) {
    INFO(path.filename().string());
    const std::string source = read(path);
    const Outcome compiled = run(source, 1'000'000'000, true);
    const Outcome interpreted = run(source, 1'000'000'000, false);
    CHECK(text_of(compiled) == in_plain_luajit(source));
    CHECK(text_of(interpreted) == text_of(compiled));
    CHECK(compiled.fuel_used == interpreted.fuel_used);
    CHECK(compiled.fuel_used > 0);
  }
}

TEST_CASE("fuel is exact: the budget that suffices suffices, one unit less does not") {
  for (const auto& path : programs()) {
    INFO(path.filename().string());
    const std::string source = read(path);
    const std::uint64_t needed = run(source, 1'000'000'000).fuel_used;
    CHECK(run(source, needed).kind == OutcomeKind::kOk);
    CHECK(run(source, needed, false).kind == OutcomeKind::kOk);
    const Outcome short_by_one = run(source, needed - 1);
    CHECK(short_by_one.kind == OutcomeKind::kFuel);
    CHECK(short_by_one.fuel_used == needed - 1);
  }
}

TEST_CASE("errors say what plain LuaJIT says, on the same line") {
  const std::vector<std::string> sources{
      "local t\n\nreturn t.x",
      "local x = {}\nlocal y = x\n  .y.z",
      "local a = 1\nlocal b = a .. {}\nreturn b",
      "local a = {}\nlocal b = 2 + a\nreturn b",
      "error('mine')",
      "local function f()\n  error('level two', 2)\nend\nf()\nreturn 1",
      "error('bare', 0)",
      "assert(false, 'told')",
      "local s = 'x'\ns()\nreturn 1",
      "for i = 1, 'x' do end",
      "local a = {} < {}",
      "undefined_function()\nreturn 1",
      "local t = {}\nt.x.y = 1",
      "math.floor({})\nreturn 1",
      "local t = setmetatable({}, {__index = function(_, k)\n error('no ' .. k) end})\nlocal v = "
      "t.field",
      "local x = #nil",
      "local x = -{}\nreturn x",
      "local t = {}\nt[nil] = 1",
      "local t = {}\nt[0 / 0] = 1",
  };
  for (const std::string& source : sources) {
    INFO(source);
    const Outcome outcome = run(source);
    CHECK(outcome.kind == OutcomeKind::kError);
    CHECK(outcome.message == in_plain_luajit(source));
    CHECK(run(source, 10'000'000, false).message == outcome.message);
  }
}

TEST_CASE("an error inside a library function is blamed on the author's line") {
  const Outcome outcome = run("local a = 1\nlocal b = ('x'):rep({})\nreturn b");
  CHECK(outcome.message == "t:2: bad argument #2 to 'rep' (number expected, got table)");
  CHECK(outcome.line == 2);
  CHECK(run("local t = {3, {}, 1}\n\ntable.sort(t)").line == 3);
  CHECK(run("\n\nlocal s = ('x'):find('[')").message.rfind("t:3: malformed pattern", 0) == 0);
}

TEST_CASE("the traceback names the author's functions, not the library's") {
  const Outcome outcome =
      run("local function inner() local x = nil + 1 end\n"
          "local function outer()\n  inner()\nend\n"
          "table.sort({2, 1}, function(a, b) outer() return a < b end)");
  CHECK(outcome.traceback.find("t:1: in 'inner'") != std::string::npos);
  CHECK(outcome.traceback.find("t:3: in 'outer'") != std::string::npos);
  CHECK(outcome.traceback.find("cherub") == std::string::npos);
}

TEST_CASE("squares have the same bits with and without the JIT") {
  const std::string source = R"(
    local sum, x = 0, 0.1
    local parts = {}
    for i = 1, 20000 do
      x = (x * 1103515245.7 + 12345.1) % 1000.003
      local square, cube, root = x ^ 2, x ^ 3, x ^ 0.5
      sum = (sum + square * 1e-3 + cube * 1e-6 + root + math.pow(x, 2) * 1e-4) % 1e9
      if i % 1000 == 0 then parts[#parts + 1] = string.format("%.17g", sum) end
    end
    return table.concat(parts, " "))";
  CHECK(text_of(run(source, 100'000'000, true)) == text_of(run(source, 100'000'000, false)));
}

TEST_CASE("every math function gives the same bits with and without the JIT") {
  const std::string source = R"(
    local names = {"abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "deg", "exp", "floor",
                   "log", "log10", "rad", "sin", "sinh", "sqrt", "tan", "tanh"}
    local out = {}
    for _, name in ipairs(names) do
      local f, sum = math[name], 0
      for i = 1, 2000 do
        local v = f((i - 1000) * 0.0137)
        if v == v and v < 1e300 and v > -1e300 then sum = (sum * 0.5 + v) % 1e6 end
      end
      out[#out + 1] = name .. string.format("%.17g", sum)
    end
    for _, name in ipairs({"atan2", "fmod", "max", "min", "pow"}) do
      local f, sum = math[name], 0
      for i = 1, 2000 do
        local v = f((i - 1000) * 0.0137, i % 7 - 2.5)
        if v == v and v < 1e300 and v > -1e300 then sum = (sum * 0.5 + v) % 1e6 end
      end
      out[#out + 1] = name .. string.format("%.17g", sum)
    end
    return table.concat(out, " "))";
  CHECK(text_of(run(source, 100'000'000, true)) == text_of(run(source, 100'000'000, false)));
}

TEST_CASE("pairs shows 1 to n, other numbers, strings, booleans, objects by first use") {
  const std::string source = R"(
    local first, second = {}, function() end
    local t = {[second] = "s", zebra = 1, apple = 2, [true] = 3, [false] = 4,
               10, 20, [-1] = 5, [2.5] = 6, [100] = 7}
    t[first] = "f"
    local out = {}
    for k, v in pairs(t) do out[#out + 1] = tostring(v) end
    local via_next, k, v = {}, next(t)
    while k ~= nil do via_next[#via_next + 1] = tostring(v) k, v = next(t, k) end
    return table.concat(out, " ") .. " | " .. table.concat(via_next, " "))";
  const std::string expected = "10 20 5 6 7 2 1 4 3 s f";
  CHECK(text_of(run(source)) == expected + " | " + expected);
}

TEST_CASE(
    "entries removed during pairs are not shown, and clearing a table while walking it works") {
  CHECK(text_of(run("local t = {a = 1, b = 2, c = 3} local n = 0 "
                    "for k in pairs(t) do n = n + 1 t.b = nil t.c = nil end return n .. ''")) ==
        "1");
  CHECK(text_of(run("local t = {a = 1, b = 2, c = 3, 4, 5} for k in pairs(t) do t[k] = nil end "
                    "return tostring(next(t))")) == "nil");
}

TEST_CASE("no address shows") {
  const std::string source =
      "return tostring({}) .. tostring(print) .. string.format('%s %s', {}, print) .. "
      "tostring(string)";
  CHECK(text_of(run(source)) == "tablefunctiontable functiontable");
}

TEST_CASE("values go in and come out as they are") {
  const auto vm = make_vm();
  const auto loaded = vm->load("t", "local a, b = ... return {a, b, n = a.x + 1, again = a}");
  REQUIRE(loaded.script);
  const Value argument{Value::Table{{Value{std::string("x")}, Value{41.0}}}};
  const std::vector<Value> arguments{argument, Value{std::string("text\0with zero", 14)}};
  const Outcome outcome = vm->run(*loaded.script, arguments, {10'000});
  CHECK(outcome.kind == OutcomeKind::kOk);
  CHECK(to_json(outcome.result) ==
        R"({"1":{"x":41},"2":"text\u0000with zero","again":{"x":41},"n":42})");
}

TEST_CASE("an argument cannot smuggle in a weak table") {
  const auto vm = make_vm();
  const auto loaded = vm->load("t", "return 1");
  REQUIRE(loaded.script);
  const std::vector<Value> arguments{
      Value{Value::Table{{Value{std::string("__mode")}, Value{std::string("k")}}}}};
  CHECK(vm->run(*loaded.script, arguments, {10'000}).kind == OutcomeKind::kError);
}

TEST_CASE("scripts of one Vm do not see each other's globals") {
  const auto vm = make_vm();
  CHECK(vm->run_source("a", "leak = 1 string_upper = string.upper return leak", {1000}).kind ==
        OutcomeKind::kOk);
  CHECK(vm->run_source("b", "return leak", {1000}).result.is_nil());
}

TEST_CASE("print is kept within its limits") {
  const Outcome outcome = run("for i = 1, 5000 do print(i, 'x') end", 10'000'000);
  CHECK(outcome.log.size() == 1000);
  CHECK(outcome.log_dropped == 4000);
  CHECK(outcome.log.front() == "1\tx");
}

TEST_CASE("garbage does not count against the memory limit, what is held does") {
  CHECK(make_vm(true, 4u << 20)
            ->run_source("t", "for i = 1, 1e6 do local t = {i} end return 1", {100'000'000})
            .kind == OutcomeKind::kOk);
  CHECK(make_vm(true, 4u << 20)
            ->run_source("t", "local t = {} for i = 1, 1e6 do t[i] = {i} end", {100'000'000})
            .kind == OutcomeKind::kMemory);
}

TEST_CASE("a Vm may move between threads while it is not running") {
  auto vm = make_vm();
  for (int i = 0; i < 4; ++i) {
    std::thread([&vm] {
      CHECK(
          vm->run_source("t", "local s = 0 for i = 1, 1e5 do s = s + i end return s", {10'000'000})
              .kind == OutcomeKind::kOk);
    }).join();
  }
}

TEST_CASE("math.random repeats itself and keeps its range") {
  const std::string source =
      "local t = {} for i = 1, 20 do t[i] = math.random(6) t[20 + i] = math.random(-3, 3) end "
      "for i = 1, 20 do assert(t[i] >= 1 and t[i] <= 6 and t[20 + i] >= -3 and t[20 + i] <= 3) end "
      "local u = math.random() assert(u >= 0 and u < 1) return table.concat(t, ' ')";
  CHECK(text_of(run(source)) == text_of(run(source, 10'000'000, false)));
}

}  // namespace cherub::sandbox
