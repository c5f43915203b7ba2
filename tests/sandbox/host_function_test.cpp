#include <catch2/catch.hpp>
#include <stdexcept>

#include "sandbox/vm.h"

namespace cherub::sandbox {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Value number(double value) {
  return Value{value};
}

std::unique_ptr<Vm> make_vm(bool jit = true) {
  auto vm = Vm::create({.jit = jit});
  REQUIRE(vm.ok());
  return std::move(*vm);
}

void define(Vm& vm, HostFunction function) {
  const auto defined = vm.define(std::move(function));
  if (!defined.ok()) FAIL(defined.error().text());
}

HostFunction add() {
  return {"radar.add",
          {"number", "number?"},
          20,
          0,
          [](std::span<const Value> values) -> Result<Value> {
            const double* second = std::get_if<double>(&values[1].data);
            return number(std::get<double>(values[0].data) + (second != nullptr ? *second : 100));
          }};
}

}  // namespace

TEST_CASE("a script calls functions of the host") {
  for (const bool jit : {true, false}) {
    const auto vm = make_vm(jit);
    define(*vm, add());
    define(*vm, {"greet", {"string"}, 5, 1, [](std::span<const Value> values) -> Result<Value> {
                   return Value{"hello " + std::get<std::string>(values[0].data)};
                 }});
    const Outcome outcome = vm->run_source(
        "t", "return {radar.add(1, 2), radar.add(1), radar.add(1, nil), greet('you')}", {10'000});
    INFO(outcome.message);
    CHECK(to_json(outcome.result) == R"([3,101,101,"hello you"])");
  }
}

TEST_CASE("calls of the host cost what was said, with and without JIT") {
  const auto fuel_of = [](const std::string& source, bool jit, std::uint64_t fuel = 7) {
    const auto vm = make_vm(jit);
    define(*vm, add());
    define(*vm, {"echo", {"any"}, fuel, 2, [](std::span<const Value> values) -> Result<Value> {
                   return values[0];
                 }});
    const Outcome outcome = vm->run_source("t", source, {1'000'000});
    INFO(outcome.message);
    CHECK(outcome.kind == OutcomeKind::kOk);
    return outcome.fuel_used;
  };
  for (const bool jit : {true, false}) {
    const std::uint64_t nothing = fuel_of("local x = echo('')", jit);
    CHECK(fuel_of("local x = echo('')", jit, 107) - nothing == 100);
    CHECK(fuel_of("local x = echo('12345678')", jit) - nothing == 2 * (8 + 8));
    const std::uint64_t one = fuel_of("local x = echo({1})", jit);
    CHECK(fuel_of("local x = echo({1, 2})", jit) - one == 1 + 2 * (16 + 16));
  }
  const std::string loop = "for i = 1, 500 do local x = radar.add(i, 1) + #echo('abc') end";
  CHECK(fuel_of(loop, true) == fuel_of(loop, false));
}

TEST_CASE("wrong arguments end the script on its own line") {
  const auto vm = make_vm();
  define(*vm, add());
  const auto message_of = [&](const std::string& source) {
    const Outcome outcome = vm->run_source("t", source, {10'000});
    CHECK(outcome.kind == OutcomeKind::kError);
    return outcome.message;
  };
  CHECK(message_of("\nlocal x = radar.add('x')") ==
        "t:2: bad argument #1 to 'radar.add' (number expected, got string)");
  CHECK(message_of("radar.add()") ==
        "t:1: bad argument #1 to 'radar.add' (number expected, got no value)");
  CHECK(message_of("radar.add(1, {})") ==
        "t:1: bad argument #2 to 'radar.add' (number expected, got table)");
  CHECK(message_of("radar.add(1, 2, 3)") == "t:1: too many arguments to 'radar.add' (at most 2)");
  CHECK(message_of("radar.add = nil").find("cannot be changed") != std::string::npos);
  CHECK(message_of("radar.other()").find("nil value") != std::string::npos);
}

TEST_CASE(
    "what cannot cross the border is refused, and errors and exceptions become the script's") {
  const auto vm = make_vm();
  define(*vm, {"take", {"any?"}, 1, 0, [](std::span<const Value> values) -> Result<Value> {
                 if (values[0].is_nil()) throw std::runtime_error("no antenna");
                 if (values[0] == Value{true}) throw 7;
                 return Error{ErrorCode::kInvalidArgument, "out of range", "take"};
               }});
  const auto message_of = [&](const std::string& source) {
    return vm->run_source("t", source, {100'000}).message;
  };
  CHECK(message_of("take()") == "t:1: no antenna");
  CHECK(message_of("take(true)") == "t:1: an unknown exception");
  CHECK(message_of("take(1)") == "t:1: out of range");
  CHECK(message_of("take(print)").find("a function cannot leave the script") != std::string::npos);
  CHECK(message_of("local t = {} t.t = t take(t)").find("contain themselves") != std::string::npos);
  CHECK(message_of("take(setmetatable({}, {__index = error}))") == "t:1: out of range");
  CHECK(vm->run_source("t", "return 1", {1000}).kind == OutcomeKind::kOk);
}

TEST_CASE("a host function cannot use the Vm that calls it") {
  const auto vm = make_vm();
  Outcome inner;
  define(*vm, {"again", {}, 1, 0, [&](std::span<const Value>) -> Result<Value> {
                 inner = vm->run_source("inner", "return 1", {1000});
                 return Value{};
               }});
  CHECK(vm->run_source("t", "again() return 5", {1000}).result == number(5));
  CHECK(inner.kind == OutcomeKind::kError);
  CHECK(inner.message.find("a call is running") != std::string::npos);
}

TEST_CASE("a host function that cannot be is refused when it is defined") {
  const auto vm = make_vm();
  const auto body = [](std::span<const Value>) -> Result<Value> { return Value{}; };
  CHECK_FALSE(vm->define({"two words", {}, 1, 0, body}).ok());
  CHECK_FALSE(vm->define({"a.b.c", {}, 1, 0, body}).ok());
  CHECK_FALSE(vm->define({"scan", {"integer"}, 1, 0, body}).ok());
  CHECK_FALSE(vm->define({"scan", {}, 1, 0, nullptr}).ok());
  CHECK(vm->define({"scan", {"any?"}, 1, 0, body}).ok());
}

TEST_CASE("functions of a started script are called by name") {
  const auto vm = make_vm();
  const auto loaded = vm->load("t", R"(
    local count = 0
    function named(x) return "global " .. x end
    local module = {}
    function module.act(step) count = count + step return {count = count} end
    function module.fail() local x = nil; return x.y end
    return module)");
  REQUIRE(loaded.script);
  CHECK(vm->call(*loaded.script, "act", {}, {1000}).message.find("no function named 'act'") !=
        std::string::npos);
  CHECK(vm->start(*loaded.script, {}, {1000}).kind == OutcomeKind::kOk);
  const Value step = number(2);
  CHECK(to_json(vm->call(*loaded.script, "act", {&step, 1}, {1000}).result) == R"({"count":2})");
  CHECK(to_json(vm->call(*loaded.script, "act", {&step, 1}, {1000}).result) == R"({"count":4})");
  CHECK(vm->call(*loaded.script, "named", {&step, 1}, {1000}).result ==
        Value{std::string("global 2")});
  const Outcome failed = vm->call(*loaded.script, "fail", {}, {1000});
  CHECK(failed.message == "t:6: attempt to index local 'x' (a nil value)");
  CHECK(failed.line == 6);
  CHECK(vm->call(*loaded.script, "act", {&step, 1}, {3}).kind == OutcomeKind::kFuel);
}

TEST_CASE("looking for a function runs nothing of the script") {
  const auto vm = make_vm();
  const auto loaded = vm->load("t", R"(
    return setmetatable({}, {__index = function() while true do end end}))");
  REQUIRE(loaded.script);
  CHECK(vm->start(*loaded.script, {}, {1000}).kind == OutcomeKind::kOk);
  const Outcome outcome = vm->call(*loaded.script, "act", {}, {1000});
  CHECK(outcome.kind == OutcomeKind::kError);
  CHECK(outcome.fuel_used == 0);
}

}  // namespace cherub::sandbox
