// The statements of ProgramGenerator.
#include <array>

#include "tests/fuzz/program_generator.h"

namespace cherub::fuzz {
namespace {

constexpr int kDepthMax = 5;

}  // namespace

void ProgramGenerator::line(const std::string& text) {
  text_ += text + "\n";
}

void ProgramGenerator::scope(const std::vector<Variable>& variables, std::size_t statements) {
  const std::size_t known = variables_.size();
  variables_.insert(variables_.end(), variables.begin(), variables.end());
  block(statements);
  variables_.resize(known);
}

void ProgramGenerator::block(std::size_t statements) {
  ++depth_;
  for (std::size_t i = 0; i <= statements && depth_ <= kDepthMax; ++i) statement();
  --depth_;
}

void ProgramGenerator::statement() {
  using Maker = void (ProgramGenerator::*)();
  static constexpr Maker kSimple[] = {&ProgramGenerator::show, &ProgramGenerator::declaration,
                                      &ProgramGenerator::assignment, &ProgramGenerator::table_call};
  static constexpr Maker kNested[] = {
      &ProgramGenerator::branch,        &ProgramGenerator::numeric_for,
      &ProgramGenerator::generic_for,   &ProgramGenerator::while_loop,
      &ProgramGenerator::repeat_loop,   &ProgramGenerator::goto_loop,
      &ProgramGenerator::continue_loop, &ProgramGenerator::local_function,
      &ProgramGenerator::method};
  const bool nested = depth_ < kDepthMax && names_ < 120 && choose(2) == 1;
  const Maker maker = nested ? kNested[choose(std::size(kNested))]
                             : kSimple[choose(names_ < 150 ? std::size(kSimple) : 1)];
  (this->*maker)();
}

void ProgramGenerator::show() {
  line("show(" + values(3) + ")");
}

void ProgramGenerator::declaration() {
  const auto type = static_cast<Type>(choose(5));
  const std::string name = fresh("v");
  if (chance(8)) {
    const std::string other = fresh("v");
    line("local " + name + ", " + other + " = " + expression(type) + ", " +
         expression(Type::kNumber));
    variables_.push_back({other, Type::kNumber, false});
  } else {
    line("local " + name + " = " + expression(type));
  }
  variables_.push_back({name, type, false});
}

void ProgramGenerator::assignment() {
  const std::string number = variable(Type::kNumber, true);
  const std::string text = variable(Type::kString, true);
  const std::string table = variable(Type::kTable);
  const std::string object = variable(Type::kObject);
  switch (choose(6)) {
    case 0:
      if (!number.empty()) line(number + " = " + expression(Type::kNumber));
      break;
    case 1:
      if (!text.empty()) line(text + " = " + expression(Type::kString));
      break;
    case 2:
      if (!table.empty()) {
        line(table + ".x, " + table + "[2] = " + expression(Type::kNumber) + ", " +
             expression(Type::kNumber));
      }
      break;
    case 3:
      if (!table.empty()) {
        line(table + "[ " + expression(Type::kString) + " ] = " + expression(Type::kNumber));
      }
      break;
    case 4:
      if (!object.empty()) line(object + ".new = " + expression(Type::kNumber));
      break;
    default:
      line("shared = (shared or 0) + 1 show(shared)");
  }
}

void ProgramGenerator::table_call() {
  const std::string known = variable(Type::kTable);
  const std::string t = known.empty() ? fresh("t") : known;
  if (known.empty()) {
    line("local " + t + " = {3, 1, 2, x = 1, y = 2, s = \"s\"}");
    variables_.push_back({t, Type::kTable, false});
  }
  switch (choose(8)) {
    case 0:
      line("if #" + t + " < 30 then table.insert(" + t + ", " + expression(Type::kNumber) +
           ") end");
      break;
    case 1:
      line("if #" + t + " < 30 then table.insert(" + t + ", 1, " + expression(Type::kNumber) +
           ") end");
      break;
    case 2:
      line("show(#" + t + " > 3 and table.remove(" + t + (choose(2) ? ", 1))" : "))"));
      break;
    case 3:
      line("do local c = {} for i = 1, #" + t + " do c[i] = digest(" + t + "[i]) end table.sort(c" +
           (choose(2) ? ", function(a, b) return a > b end" : "") +
           ") show(table.concat(c, \" \")) end");
      break;
    case 4:
      line("show(unpack(" + t + ", 1, 3))");
      break;
    case 5:
      line("show(rawget(" + t + ", \"x\"), rawequal(" + t + ", " + t + "), table.maxn(" + t +
           ") >= #" + t + ")");
      break;
    case 6:
      line("show(tostring(object(" + expression(Type::kNumber) + ")), getmetatable(" + t + "))");
      break;
    default:
      line("show(assert(" + expression(Type::kNumber) + ", \"never\"), object(2)(" + any() + "))");
  }
}

void ProgramGenerator::branch() {
  line("if " + condition() + " then");
  scope({}, choose(3));
  if (choose(2)) {
    line("elseif " + condition() + " then");
    scope({}, choose(2));
  }
  if (choose(2)) {
    line("else");
    scope({}, choose(2));
  }
  line("end");
}

void ProgramGenerator::numeric_for() {
  const std::string i = fresh("i");
  static constexpr auto kRanges = std::to_array<const char*>(
      {"1, 3", "1, 12", "5, 1, -1", "0, 1, 0.25", "3, 1", "-2, 2", "10, 0, -3", "1, 40"});
  line("for " + i + " = " + pick(kRanges) + " do tick()");
  scope({{i, Type::kNumber, true}}, choose(3));
  if (chance(6)) line("if " + condition() + " then break end");
  line("end");
}

void ProgramGenerator::generic_for() {
  const std::string k = fresh("k"), v = fresh("e");
  switch (choose(3)) {
    case 0:
      line("for " + k + ", " + v + " in ipairs(" + expression(Type::kTable) + ") do tick() " + v +
           " = digest(" + v + ")");
      scope({{k, Type::kNumber, true}, {v, Type::kNumber, false}}, choose(2));
      line("end");
      break;
    case 1:
      line("do local sum = 0 for " + k + ", " + v + " in pairs(" + expression(Type::kTable) +
           ") do tick() sum = sum + digest(" + k + ") + digest(" + v + ") end show(sum) end");
      break;
    default:
      line("for " + k + " in (" + expression(Type::kString) + "):gmatch(" + pattern() +
           ") do tick() " + k + " = tostring(" + k + ")");
      scope({{k, Type::kString, false}}, choose(2));
      line("end");
  }
}

void ProgramGenerator::while_loop() {
  const std::string i = fresh("w");
  line("local " + i + " = 0");
  line("while " + i + " < " + std::to_string(2 + choose(20)) + " and (" + condition() +
       ") do tick() " + i + " = " + i + " + 1");
  scope({{i, Type::kNumber, true}}, choose(3));
  line("end");
}

void ProgramGenerator::repeat_loop() {
  const std::string i = fresh("r"), done = fresh("d");
  line("local " + i + " = 0");
  line("repeat tick() " + i + " = " + i + " + 1 local " + done + " = " + i + " > " +
       std::to_string(choose(15)));
  scope({{i, Type::kNumber, true}}, choose(2));
  line("until " + done + " or " + condition());
}

void ProgramGenerator::goto_loop() {
  const std::string i = fresh("g"), label = fresh("again");
  line("do local " + i + " = 0");
  line("::" + label + "::");
  line(i + " = " + i + " + 1 tick()");
  line("do");
  scope({{i, Type::kNumber, true}}, choose(2));
  line("end");
  line("if " + i + " < " + std::to_string(1 + choose(12)) + " then goto " + label + " end end");
}

void ProgramGenerator::continue_loop() {
  const std::string i = fresh("i"), label = fresh("next");
  line("for " + i + " = 1, " + std::to_string(1 + choose(30)) + " do tick()");
  line("if " + i + " % 3 == 1 then goto " + label + " end do");
  scope({{i, Type::kNumber, true}}, choose(3));
  line("end ::" + label + ":: end");
}

void ProgramGenerator::local_function() {
  const std::string name = fresh("f"), a = fresh("a"), b = fresh("b");
  const bool vararg = choose(3) == 0;
  line("local function " + name + "(" + a + ", " + b + (vararg ? ", ..." : "") + ")");
  text_ += body({{a, Type::kNumber, false}, {b, Type::kNumber, false}}, false);
  line("if " + a + " > 0 and " + a + " < 9 then return " + name + "(" + a + " - 1, " +
       (vararg ? "...)" : b + ")") + " end");
  if (vararg) line("show(select(\"#\", ...), ...)");
  line("return " + a + (vararg ? ", ..." : ", " + b) + " end");
  variables_.push_back({name, Type::kFunction, false});
}

void ProgramGenerator::method() {
  const std::string name = fresh("m"), self = fresh("o"), a = fresh("a");
  line("local " + name + " = {x = 1, y = {x = 2}, s = \"m\", 1, 2, 3}");
  line("function " + name + ".y:act(" + a + ")");
  text_ += body({{a, Type::kNumber, false}}, false);
  line("self.x = self.x + " + a + " return self end");
  line("show(" + name + ".y:act(" + expression(Type::kNumber) + "):act(1).x)");
  variables_.push_back({name, Type::kTable, false});
}

}  // namespace cherub::fuzz
