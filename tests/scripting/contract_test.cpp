// The rules about contracts know no policy: whatever a ContractSpec asks for is checked in the same
// way. Here, of scripts that describe how something is used on a target.
#include <catch2/catch.hpp>

#include "scripting/checker.h"
#include "scripting/checker/contract_spec.h"

using namespace cherub;
using namespace cherub::scripting;

namespace {

ApiEntry field(const std::string& name, const std::string& type, const std::string& range = "") {
  ApiEntry entry;
  entry.kind = ApiKind::kContract;
  entry.name = name;
  entry.returns = type;
  entry.range = range;
  return entry;
}

// `parameters`: names and types by turns.
ApiEntry function(const std::string& name, const std::vector<std::string>& parameters) {
  ApiEntry entry;
  entry.kind = ApiKind::kContract;
  entry.name = name;
  for (std::size_t i = 0; i + 1 < parameters.size(); i += 2) {
    ApiParameter parameter;
    parameter.name = parameters[i];
    parameter.type = parameters[i + 1];
    entry.parameters.push_back(parameter);
  }
  return entry;
}

struct Skills {
  ApiEntry name = field("name", "string");
  ApiEntry cost = field("energy_cost", "number", "0 … 1");
  ApiEntry execute = function("execute", {"user", "Self", "target", "Sighting", "world", "World"});
  ContractSpec spec{.table = "skill",
                    .parts = {{.entry = &name, .is_field = true, .required = true},
                              {.entry = &cost, .is_field = true, .required = true},
                              {.entry = &execute, .required = true}},
                    .other_names = {}};
};

std::string findings(const std::string& source) {
  const Skills skills;
  const CheckReport report = check_script("skill", source, skills.spec);
  std::string text;
  for (const sandbox::Diagnostic& found : report.diagnostics) {
    text += std::to_string(found.range.line) + ": " + found.message + " = " + found.hint + "\n";
  }
  return text;
}

const std::string kFields = "local skill = {name = 'spark', energy_cost = 0.1}\n";

}  // namespace

TEST_CASE("A script that fulfils another contract passes", "[contract]") {
  CHECK(findings(kFields + "function skill.execute(user, target, world)\n"
                           "  if world.tick > 3 then user:say('spark') end\nend\nreturn skill\n") ==
        "");
}

TEST_CASE("What another contract requires is missed by name", "[contract]") {
  CHECK(findings("return {name = 'spark', energy_cost = 0.1}\n") ==
        "1: the skill has no function execute = write function skill.execute(user, target, world) "
        "… end\n");
  CHECK(findings("local skill = {name = 'spark'}\nfunction skill.execute(user, target, world)\n"
                 "  user:idle()\nend\nreturn skill\n") ==
        "5: the skill has no field energy_cost = write skill.energy_cost = …, a number in 0 … 1\n");
}

TEST_CASE("Fields are checked for type and range", "[contract]") {
  const std::string rest = "\nfunction skill.execute(user) user:idle() end\nreturn skill\n";
  CHECK(findings("local skill = {name = 3, energy_cost = 0.1}" + rest) ==
        "1: skill.name must be a string = write skill.name = …, a string\n");
  CHECK(findings("local skill = {name = 'spark', energy_cost = 40}" + rest) ==
        "1: skill.energy_cost must be a number in 0 … 1 = write skill.energy_cost = …, a number in "
        "0 … 1\n");
}

TEST_CASE("Parameters in another order are noticed, and play their roles in the right one",
          "[contract]") {
  const std::string wanted = " = write function skill.execute(user, target, world)\n";
  CHECK(findings(kFields + "function skill.execute(target, user, world) end\nreturn skill\n") ==
        "2: skill.execute gets three values, user, target, world, in this order" + wanted);
  CHECK(findings(kFields + "function skill.execute(user, target, world, power)\n"
                           "  user:say(power)\nend\nreturn skill\n") ==
        "2: skill.execute gets three values, and no 'power'" + wanted);
  CHECK(findings(kFields + "function skill.execute(user, target, world)\n"
                           "  user:sayy('a')\n  world.tik = 3\nend\nreturn skill\n") ==
        "3: self has no action 'sayy' = write self:say(text)\n"
        "4: world is read only: world.tik cannot be assigned = use self.memory for what lasts from "
        "tick to tick\n");
}
