#include <catch2/catch.hpp>

#include "sandbox/meter.h"
#include "sandbox/syntax/parser.h"
#include "sandbox/trusted.h"
#include "sandbox/vm.h"

// What Vms share to begin sooner: bytecode of trusted files, and metered sources.
namespace cherub::sandbox {
namespace {

std::unique_ptr<Vm> make_vm(bool jit = true) {
  auto vm = Vm::create({.jit = jit});
  REQUIRE(vm.ok());
  return std::move(*vm);
}

// What a trusted chunk returns in a new Vm.
double result_of(const std::string& name, const std::string& source) {
  const auto vm = make_vm();
  REQUIRE(trusted::push_chunk(*vm, name, source).ok());
  REQUIRE(trusted::call(*vm, 0, 1, 1000));
  return lua_tonumber(trusted::lua(*vm), -1);
}

std::string outcome_text(const Outcome& outcome) {
  return std::string(outcome_name(outcome.kind)) + " " + to_json(outcome.result) + " " +
         outcome.message + " " + std::to_string(outcome.line) + " " +
         std::to_string(outcome.fuel_used) + "\n" + outcome.traceback;
}

}  // namespace

TEST_CASE("a trusted file is what its source says, however often its name was used") {
  for (int round = 0; round < 3; ++round) {
    CHECK(result_of("number", "return 1") == 1);
    CHECK(result_of("number", "return 2") == 2);
    CHECK(result_of("other number", "return 3") == 3);
  }
}

TEST_CASE("a trusted file that does not compile says so every time") {
  for (int round = 0; round < 2; ++round) {
    const auto vm = make_vm();
    const auto pushed = trusted::push_chunk(*vm, "broken", "return (");
    REQUIRE_FALSE(pushed.ok());
    CHECK(pushed.error().message.find("[cherub.broken]:1:") != std::string::npos);
    CHECK(lua_gettop(trusted::lua(*vm)) == 0);
  }
}

TEST_CASE("errors in a trusted file from bytecode are blamed as those in its text") {
  const std::string source = "local x\nreturn x.y";
  std::vector<std::string> messages;
  for (int round = 0; round < 2; ++round) {
    const auto vm = make_vm();
    REQUIRE(trusted::push_chunk(*vm, "faulty", source).ok());
    REQUIRE_FALSE(trusted::call(*vm, 0, 1, 1000));
    messages.push_back(trusted::take_error(*vm).message);
  }
  CHECK_FALSE(messages[0].empty());
  CHECK(messages[0] == messages[1]);
}

TEST_CASE("a source that was metered once runs and pays as one that each Vm reads for itself") {
  const char* const kSources[] = {
      "local n = 0 for i = 1, 100 do n = n + i % 7 end return n",
      "local t = {} for i = 1, 50 do t[#t + 1] = ('x'):rep(i) .. i end return table.concat(t)",
      "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end return f(90)",
      "local x\nreturn x.y",
      "while true do end",
      "local t = {} t.__gc = 1 return t",
  };
  for (const bool jit : {true, false}) {
    for (const char* source : kSources) {
      CAPTURE(source, jit);
      const ParseResult parsed = parse("script", source);
      REQUIRE(parsed.chunk);
      const MeteredSource metered = meter(*parsed.chunk, charging_for(jit));
      for (int round = 0; round < 2; ++round) {
        const auto by_source = make_vm(jit), by_meter = make_vm(jit);
        const Vm::LoadResult one = by_source->load("script", std::string(source));
        const Vm::LoadResult other = by_meter->load("script", metered);
        REQUIRE((one.script == nullptr) == (other.script == nullptr));
        CHECK(outcome_text(one.outcome) == outcome_text(other.outcome));
        CHECK(one.outcome.diagnostics.size() == other.outcome.diagnostics.size());
        if (!one.script) continue;
        CHECK(outcome_text(by_source->run(*one.script, {}, {100'000})) ==
              outcome_text(by_meter->run(*other.script, {}, {100'000})));
      }
    }
  }
}

}  // namespace cherub::sandbox
