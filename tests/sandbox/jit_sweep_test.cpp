// Every function of math, bit and string gives the same bits compiled and interpreted, over
// arguments that are swept in loops long enough to be compiled.
#include <catch2/catch.hpp>
#include <lua.hpp>

#include "sandbox/trusted.h"

namespace cherub::sandbox {
namespace {

// Folds the bits of every result: %a shows them all.
constexpr const char* kSweep = R"(
local digest = 17
local function see(...)
  for i = 1, select("#", ...) do
    local v = (select(i, ...))
    if type(v) == "number" then
      v = v ~= v and "nan" or ("%a"):format(v)
    else
      v = tostring(v)
    end
    for at = 1, #v do digest = (digest * 31 + v:byte(at)) % 4294967291 end
  end
end
local special = {0, -0.0, 1, -1, 0.5, 2, 3, 1e308, -1e308, 1e-308, 5e-324, 1 / 0, -1 / 0, 0 / 0,
  2 ^ 31, 2 ^ 32, 2 ^ 52, 2 ^ 53, -2 ^ 31, 1e15, 1e16, 0.1, 1 / 3}
local state = 12345
local function number(i)
  if i <= #special then return special[i] end
  state = state * 16807 % 2147483647
  local exponent = state % 60 - 30
  state = state * 16807 % 2147483647
  return (state / 2147483647 - 0.5) * 10 ^ exponent
end
)";

constexpr const char* kNumberSweeps[] = {
    "see(math.abs(x), math.ceil(x), math.floor(x), math.sqrt(x))",
    "see(math.sin(x), math.cos(x), math.tan(x), math.exp(x), math.log(x), math.log10(x))",
    "see(math.asin(x), math.acos(x), math.atan(x), math.sinh(x), math.cosh(x), math.tanh(x))",
    "see(math.deg(x), math.rad(x), math.frexp(x)) see(math.modf(x))",
    "see(math.fmod(x, y), math.atan2(x, y), math.pow(x, y), math.max(x, y), math.min(x, y))",
    "see(math.ldexp(x, y % 100))",
    "see(x + y, x - y, x * y, x / y, x % y, x ^ y, -x, x ^ 2, x ^ 0.5, y ^ -1, x ^ 3)",
    "see(x < y, x <= y, x > y, x >= y, x == y, x ~= y)",
    "see(tostring(x), x .. '', tonumber(tostring(x)))",
    "see(('%d %5.2f %g %e %a'):format(x % 1e9, x % 1e6, x, x, x))",
    "local a, b = x % 4294967296, y % 32 a, b = a == a and a or 1, b == b and b or 1 "
    "see(bit.band(a, b), bit.bor(a, b), bit.bxor(a, b), bit.bnot(a), bit.tobit(a), bit.bswap(a), "
    "bit.lshift(a, b), bit.rshift(a, b), bit.arshift(a, b), bit.rol(a, b), bit.ror(a, b), "
    "bit.tohex(a))",
};

constexpr const char* kStringSweeps[] = {
    "see(s:byte(n), s:byte(n, m), s:len(), #s)",
    "see(s:sub(n), s:sub(n, m), s:sub(-n, -m), s:sub(n + 0.5))",
    "see(s:upper(), s:lower(), s:reverse(), s:rep(n % 4), s:rep(n % 3, ','))",
    "see(s:find('b'), s:find('[c-f]+', n), s:find('e', n, true), s:match('(%a)(%d*)'))",
    "see(s:gsub('%a', '<%0>')) see((s:gsub('%d', {['1'] = 'one'}))) see((s:gsub('b', see)))",
    "for a, b in s:gmatch('(%a)(.)') do see(a, b) end",
    "see(string.char(n % 256, m % 256), ('%q %s %5s|%-5s|%c'):format(s, s, s, s, n % 256))",
    "see(s < t, s <= t, s == t, s .. t, tonumber(s), tonumber(s, 16))",
};

struct Sweep {
  std::string digest;
  std::uint64_t fuel;
  int traces;
};

Sweep run(const std::string& body, bool jit) {
  const auto vm = Vm::create({.jit = jit});
  REQUIRE(vm.ok());
  const Outcome outcome = (*vm)->run_source("t", body, {2'000'000'000});
  INFO(outcome.message);
  REQUIRE(outcome.kind == OutcomeKind::kOk);
  lua_State* lua = trusted::lua(**vm);
  lua_settop(lua, 0);
  REQUIRE(luaL_dostring(lua,
                        "local info, n = require('jit.util').traceinfo, 0 "
                        "for i = 1, 4000 do if info(i) then n = n + 1 end end return n") == 0);
  const int traces = static_cast<int>(lua_tointeger(lua, -1));
  lua_settop(lua, 0);
  return {to_json(outcome.result), outcome.fuel_used, traces};
}

void check_same(const std::string& body) {
  INFO(body.substr(body.size() - std::min<std::size_t>(body.size(), 300)));
  const Sweep compiled = run(body, true);
  const Sweep interpreted = run(body, false);
  CHECK(compiled.digest == interpreted.digest);
  CHECK(compiled.fuel == interpreted.fuel);
  CHECK(compiled.traces > 0);
  CHECK(interpreted.traces == 0);
}

}  // namespace

TEST_CASE("numbers have the same bits compiled and interpreted") {
  for (const char* sweep : kNumberSweeps) {
    check_same(std::string(kSweep) +
               "for i = 1, 3000 do local x, y = number(i), number(i * 7 % 50 + 1) " + sweep +
               " end return digest");
  }
}

TEST_CASE("strings are the same compiled and interpreted") {
  for (const char* sweep : kStringSweeps) {
    check_same(std::string(kSweep) + R"(
      local parts = {"", "a", "abc", "b1c22", "fedcba", "12", "0x1F", "  7 ", "aXbYc", "\0\255z"}
      for i = 1, 1500 do
        local s, t = parts[i % 10 + 1] .. parts[i % 7 + 1], parts[i % 3 + 1]
        local n, m = i % 9 - 3, i % 11 - 4
        )" + sweep +
               " end return digest");
  }
}

}  // namespace cherub::sandbox
