// pairs and next: the order, loops that change what they walk through, and tables that were large.
#include <catch2/catch.hpp>

#include "sandbox/vm.h"

namespace cherub::sandbox {
namespace {

Outcome run(const std::string& source, bool jit) {
  const auto vm = Vm::create({.jit = jit});
  REQUIRE(vm.ok());
  return (*vm)->run_source("t", source, {50'000'000});
}

// The text that a program returns, the same with and without the JIT, for the same fuel.
std::string text_of(const std::string& source) {
  const Outcome compiled = run(source, true);
  const Outcome interpreted = run(source, false);
  INFO(compiled.message);
  REQUIRE(compiled.kind == OutcomeKind::kOk);
  CHECK(interpreted.result == compiled.result);
  CHECK(interpreted.fuel_used == compiled.fuel_used);
  return std::get<std::string>(compiled.result.data);
}

constexpr const char* kShow = R"(
local function show(t)
  local out = {}
  for k in pairs(t) do
    out[#out + 1] = (type(k) == "table" or type(k) == "function") and t[k] or tostring(k)
  end
  local others, key = {}, nil
  repeat
    key = next(t, key)
    if key ~= nil then
      others[#others + 1] = (type(key) == "table" or type(key) == "function") and t[key]
        or tostring(key)
    end
  until key == nil
  assert(table.concat(out, " ") == table.concat(others, " "), "pairs and next differ")
  return table.concat(out, " ")
end
)";

}  // namespace

TEST_CASE("the order is: sequence, other numbers, strings, booleans, objects by first use") {
  CHECK(text_of(std::string(kShow) + R"(
    local a, b, f = {}, {}, function() end
    local t = {}
    t[b], t[f], t[a] = "b", "f", "a"
    t[true], t[false], t.x, t[""], t.B, t[2.5], t[-1], t[0], t[1e300] = 1, 1, 1, 1, 1, 1, 1, 1, 1
    t[3], t[2], t[1], t[5] = 1, 1, 1, 1
    return show(t))") == "1 2 3 -1 0 2.5 5 1e+300  B x false true b f a");
  CHECK(text_of(std::string(kShow) + "return show({[2] = 1, [3] = 1, x = 1})") == "2 3 x");
  CHECK(text_of(std::string(kShow) + "return show({})").empty());
}

TEST_CASE("records of the same names in any order of insertion walk alike") {
  CHECK(text_of(std::string(kShow) + R"(
    local names, random = {}, 1
    for i = 1, 12 do names[i] = ("n%02d"):format(i) end
    local first
    for round = 1, 300 do
      for i = #names, 2, -1 do
        random = random * 16807 % 2147483647
        local j = random % i + 1
        names[i], names[j] = names[j], names[i]
      end
      local t = {}
      for _, name in ipairs(names) do t[name] = round end
      if round % 3 == 0 then t.extra = 1 t.extra = nil end
      first = first or show(t)
      assert(show(t) == first, round)
    end
    return first)") == "n01 n02 n03 n04 n05 n06 n07 n08 n09 n10 n11 n12");
}

TEST_CASE("a loop may clear and change the entries of what it walks through") {
  const std::string source = R"(
    local function build(n, names)
      local t = {}
      for i = 1, n do t[i] = i end
      for i = 1, names do t["k" .. i] = i end
      return t
    end
    local out = {}
    for _, size in ipairs({{0, 5}, {9, 0}, {9, 5}, {40, 40}}) do
      local t, seen = build(size[1], size[2]), 0
      for k in pairs(t) do seen = seen + 1; t[k] = nil end
      out[#out + 1] = seen
      t, seen = build(size[1], size[2]), 0
      for k, v in pairs(t) do seen = seen + v; t[k] = -v end
      out[#out + 1] = seen
      for k, v in pairs(t) do seen = seen + v end
      out[#out + 1] = seen
      t, seen = build(size[1], 0), 0
      for k in pairs(t) do
        seen = seen + 1
        if k % 2 == 1 then t[k + 1] = nil end
      end
      out[#out + 1] = seen
    end
    return table.concat(out, " "))";
  CHECK(text_of(source) == "5 15 0 0 9 45 0 5 14 60 0 5 80 1640 0 20");
}

TEST_CASE("what is added during a loop is not walked through") {
  CHECK(text_of(R"(
    local t, rounds = {a = 1, b = 2}, 0
    for k, v in pairs(t) do rounds = rounds + 1; t[k .. "x"] = v end
    local s = {1, 2, 3}
    for i in pairs(s) do rounds = rounds + 1; s[#s + 1] = i end
    return rounds .. " " .. #s)") == "5 6");
}

TEST_CASE("a call that walks through empty slots again and again is given up") {
  const std::string source = R"(
    local t = {}
    for i = 1, 5e5 do t["k" .. i] = true end
    for i = 1, 5e5 do t["k" .. i] = nil end
    while true do next(t) end)";
  for (const bool jit : {true, false}) {
    const auto vm = Vm::create({.jit = jit, .memory_bytes = std::size_t{256} << 20});
    REQUIRE(vm.ok());
    const Outcome outcome = (*vm)->run_source("t", source, {20'000'000});
    INFO(outcome.message);
    CHECK(outcome.kind == OutcomeKind::kFuel);
    CHECK(outcome.watchdog);
    CHECK((*vm)->run_source("t", "return 1", {1000}).kind == OutcomeKind::kOk);
  }
}

}  // namespace cherub::sandbox
