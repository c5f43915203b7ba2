#include "sandbox/vm_pool.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>
#include <tuple>

namespace cherub::sandbox {
namespace {

std::unique_ptr<Vm, VmPool::Return> lease(VmPool& pool) {
  auto vm = pool.acquire();
  REQUIRE(vm.ok());
  return std::move(*vm);
}

// Whatever shows of a Vm's past: globals, random numbers, the order of objects, next()'s memory.
constexpr const char* kProbe = R"(
  local seen = {}
  for name in pairs(_G) do seen[#seen + 1] = name end
  local objects = {}
  for i = 1, 5 do objects[{}] = i end
  local order = {}
  for _, i in pairs(objects) do order[#order + 1] = i end
  leak = "left behind"
  return table.concat(seen, " ") .. table.concat(order) .. math.random(1e9) .. next({x = 1}))";

}  // namespace

TEST_CASE("a Vm from the pool is as good as a new one") {
  VmPool pool({}, {{"host", {}, 1, 0, [](std::span<const Value>) -> base::Result<Value> {
                      return Value{7.0};
                    }}});
  const Outcome first = lease(pool)->run_source("t", kProbe, {100'000});
  CHECK(pool.idle() == 1);
  for (int i = 0; i < 5; ++i) {
    const auto vm = lease(pool);
    CHECK(pool.idle() == 0);
    const Outcome outcome = vm->run_source("t", kProbe, {100'000});
    CHECK(outcome.result == first.result);
    CHECK(outcome.fuel_used == first.fuel_used);
    CHECK(vm->run_source("t", "return leak", {1000}).result.is_nil());
    CHECK(vm->run_source("t", "return host()", {1000}).result == Value{7.0});
  }
}

TEST_CASE("nothing that a script did to its Vm outlives it, down to the last byte") {
  const bool jit = GENERATE(true, false);
  VmPool pool({.jit = jit});
  const auto probe = [&] {
    const auto vm = lease(pool);
    const std::size_t held = vm->memory_used();
    const Outcome outcome = vm->run_source(
        "t", "local t = {} for i = 1, 500 do t[i] = {('x'):rep(i)} end return #t", {1'000'000});
    // Where code is compiled depends on addresses, and takes memory.
    return std::tuple(held, outcome.fuel_used, jit ? 0 : outcome.memory_peak);
  };
  const auto first = probe();
  for (const char* litter : {
           "t = {} for i = 1, 1e5 do t[i] = {i} end",
           "s = ('x'):rep(1e6) u = s .. s for i = 1, 50 do s = s:sub(2) .. 'y' end",
           "local function f(n) return n < 2 and n or f(n - 1) + f(n - 2) end return f(24)",
           "local function deep() return 1 + deep() end return deep()",
           "m = setmetatable({}, {__concat = function() return 1 end}) return m .. m",
           "for i = 1, 300 do local ok = pcall(error, {i}) end while true do end",
           "t = {} for i = 1, 2e4 do t['key' .. i] = i end for k in pairs(t) do t[k] = nil end",
       }) {
    lease(pool)->run_source("t", litter, {20'000'000});
    CAPTURE(litter, jit);
    CHECK(pool.idle() == 1);
    CHECK(probe() == first);
  }
}

TEST_CASE("what grew large and shrank again is freed with its Vm") {
  VmPool pool({.jit = false});
  const auto mapped_bytes = [] {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * 4096;
  };
  // The array shrinks from half a megabyte when the next key finds its table full.
  const char* const source =
      "local t = {} for i = 1, 40000 do t[i] = i end for i = 1500, 40000 do t[i] = nil end "
      "for i = 1, 9 do t['k' .. i] = i end return #t";
  const auto live_once = [&] {
    CHECK(lease(pool)->run_source("t", source, {2'000'000}).kind == OutcomeKind::kOk);
  };
  for (int i = 0; i < 10; ++i) live_once();
  const std::size_t before = mapped_bytes();
  for (int i = 0; i < 400; ++i) live_once();
  CHECK(mapped_bytes() < before + (std::size_t{3} << 20));
}

TEST_CASE("a Vm that was not kept cannot be reset") {
  const auto once = Vm::create();
  REQUIRE(once.ok());
  CHECK_FALSE((*once)->reset());
  CHECK((*once)->run_source("t", "return 1", {1000}).kind == OutcomeKind::kOk);
  const auto never_kept = Vm::create({.reusable = true});
  REQUIRE(never_kept.ok());
  CHECK_FALSE((*never_kept)->reset());
  CHECK((*never_kept)->run_source("t", "return 1", {1000}).kind == OutcomeKind::kOk);
}

TEST_CASE("a Vm that met a machine's limit is not kept") {
  VmPool pool({.memory_bytes = std::size_t{4} << 20});
  CHECK(lease(pool)->run_source("t", "while true do end", {10'000}).kind == OutcomeKind::kFuel);
  CHECK(pool.idle() == 1);
  CHECK(lease(pool)
            ->run_source("t", "local t = {} for i = 1, 1e7 do t[i] = {} end", {1'000'000'000})
            .kind == OutcomeKind::kMemory);
  CHECK(pool.idle() == 0);
  CHECK(lease(pool)->run_source("t", "return 1", {1000}).kind == OutcomeKind::kOk);
}

TEST_CASE("a pool keeps no more than it should, and little memory") {
  VmPool pool({}, {}, 2);
  {
    const auto a = lease(pool), b = lease(pool), c = lease(pool);
    c->run_source("t", "t = {} for i = 1, 1e5 do t[i] = {} end", {10'000'000});
  }
  CHECK(pool.idle() == 2);
  for (int i = 0; i < 400; ++i) {
    const auto vm = lease(pool);
    vm->run_source("t", "local s = 0 for i = 1, 300 do s = s + i % 7 end return s", {10'000});
    CHECK(vm->memory_used() < std::size_t{2} << 20);
  }
}

TEST_CASE("threads share a pool") {
  VmPool pool({});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, &right, t] {
      for (int i = 0; i < 25; ++i) {
        auto vm = pool.acquire();
        const Value argument{static_cast<double>(t * 100 + i)};
        const auto loaded = (*vm)->load("t", "return (...) * 2");
        const Outcome outcome = (*vm)->run(*loaded.script, {&argument, 1}, {1000});
        if (outcome.result == Value{2.0 * (t * 100 + i)}) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 100);
}

}  // namespace cherub::sandbox
