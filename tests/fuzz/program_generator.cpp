#include "tests/fuzz/program_generator.h"

#include <algorithm>
#include <array>

namespace cherub::fuzz {
namespace {

constexpr int kExpressionMax = 5;

constexpr const char* kPrologue = R"(local out, steps = {}, 3000
local function tick()
  steps = steps - 1
  if steps < 0 then error("steps", 0) end
end
local function show(...)
  for i = 1, select("#", ...) do
    local v = (select(i, ...))
    local kind = type(v)
    if kind == "number" then
      if v ~= v then v = "nan"
      elseif v == 0 then v = 1 / v > 0 and "0" or "-0"
      else v = ("%.17g"):format(v) end
    elseif kind == "boolean" then v = tostring(v)
    elseif kind ~= "string" then v = kind end
    out[#out + 1] = v
  end
  return ...
end
local function cut(s) return s:sub(1, 60) end
local function whole(n) if n ~= n or n > 1e9 or n < -1e9 then return 7 end return math.floor(n) end
local function digest(v)
  local kind, sum = type(v), 0
  local text = kind == "number" and ("%.17g"):format(v) or kind == "string" and v or kind
  for i = 1, #text do sum = (sum * 31 + text:byte(i)) % 1000003 end
  return sum
end
local events = {
  __add = function(a, b) tick() return 1 end, __sub = function(a, b) tick() return 2 end,
  __mul = function(a, b) tick() return 3 end, __div = function(a, b) tick() return 4 end,
  __mod = function(a, b) tick() return 5 end, __pow = function(a, b) tick() return 6 end,
  __unm = function(a) tick() return 7 end, __concat = function(a, b) tick() return "cat" end,
  __eq = function(a, b) tick() return a.x == b.x end,
  __lt = function(a, b) tick() return a.x < b.x end,
  __le = function(a, b) tick() return a.x <= b.x end,
  __call = function(self, a) tick() self.x = self.x + 1 return self.x, a end,
  __tostring = function(self) tick() return "object " .. self.x end,
}
events.__index = function(t, k) tick() return k == "far" and 11 or events[k] end
events.__newindex = function(t, k, v) tick() rawset(t, k, v) end
local function object(x) return setmetatable({x = x, y = 1, s = "o"}, events) end
)";

constexpr auto kNumbers = std::to_array<const char*>(
    {"0",      "1",    "2",    "3",      "-1",    "0.5",  "7",          "10",
     "100",    "1e3",  "0x10", "2^53",   "1e308", "-0.0", "(0/0)",      "(1/0)",
     "(-1/0)", "3.25", "1e-9", "0x.8p1", "255",   "-7",   "4294967296", "1e15"});
constexpr auto kStrings = std::to_array<const char*>(
    {"\"\"", "\"a\"", "'abc'", "[[long]]", "\"12\"", "\"0x1F\"", "\"1e2\"", "\"a,b,c\"",
     "\"\\065\\x42\\n\"", "\"hello world\"", "[==[x]=]y]==]", "\"\\0z\"", "\"%d+\"", "\"  7 \"",
     "\"\\z   q\"", "'key=value'"});
constexpr auto kPatterns = std::to_array<const char*>(
    {"\"%a+\"", "\"(%w+)=(%w+)\"", "\".\"", "\"^%s*(.-)%s*$\"", "\"[abc]*\"", "\"[^,]+\"",
     "\"%d*\"", "\"()l()\"", "\"%b()\"", "\"x?y-\"", "\"%f[%w]%w+\"", "\"l+\"", "\"(.)%1\"",
     "\"$\"", "\"\"", "\"%.\"", "\"[%a_][%w_]*\""});
constexpr auto kDirectives = std::to_array<const char*>(
    {"\"%d\"", "\"%5d|\"", "\"%-5d|\"", "\"%05d\"", "\"%+d\"", "\"%x\"", "\"%X\"", "\"%o\"",
     "\"%c\"", "\"%g\"", "\"%.3f\"", "\"%e\"", "\"%10.2f\"", "\"%i\"", "\"%u\"", "\"%%%d\""});
constexpr auto kArithmetic = std::to_array<const char*>({"+", "-", "*", "/", "%", "^"});
constexpr auto kComparison = std::to_array<const char*>({"<", "<=", ">", ">=", "==", "~="});
constexpr auto kUnary = std::to_array<const char*>(
    {"math.abs",  "math.floor", "math.sqrt",  "math.sin",  "math.cos",  "math.tan",
     "math.exp",  "math.log",   "math.log10", "math.asin", "math.acos", "math.atan",
     "math.sinh", "math.cosh",  "math.tanh",  "math.deg",  "math.rad",  "math.frexp",
     "math.modf", "tonumber",   "digest",     "-",         "whole"});
constexpr auto kBinary =
    std::to_array<const char*>({"math.max", "math.min", "math.fmod", "math.atan2", "math.pow"});
constexpr auto kBits =
    std::to_array<const char*>({"bit.band", "bit.bor", "bit.bxor", "bit.lshift", "bit.rshift",
                                "bit.arshift", "bit.rol", "bit.ror"});

}  // namespace

std::size_t ProgramGenerator::choose(std::size_t count) {
  if (at_ >= bytes_.size()) return 0;
  return bytes_[at_++] % count;
}

std::string ProgramGenerator::fresh(const char* stem) {
  return stem + std::to_string(++names_);
}

// A variable of the type that is in scope, or "".
std::string ProgramGenerator::variable(Type type, bool assignable) {
  std::vector<const Variable*> found;
  for (const Variable& candidate : variables_) {
    if (candidate.type == type && !(assignable && candidate.constant)) found.push_back(&candidate);
  }
  return found.empty() ? "" : found[choose(found.size())]->name;
}

std::string ProgramGenerator::program() {
  text_ = kPrologue;
  while (at_ < bytes_.size()) statement();
  text_ += "return table.concat(out, \"\\n\")\n";
  return std::move(text_);
}

// ---------------------------------------------------------------- expressions

std::string ProgramGenerator::expression(Type type) {
  if (chance(100)) type = static_cast<Type>(choose(5));  // a mistake now and then
  if (++expression_ > kExpressionMax) {
    --expression_;
    const std::string known = variable(type);
    if (!known.empty()) return known;
    const char* const simplest[] = {"1", "\"s\"", "{1, 2, 3, x = 4, y = 5, s = \"t\"}",
                                    "function() return 1 end", "object(1)"};
    return simplest[static_cast<std::size_t>(type)];
  }
  std::string text;
  switch (type) {
    case Type::kNumber:
      text = number();
      break;
    case Type::kString:
      text = string();
      break;
    case Type::kTable:
      text = table();
      break;
    case Type::kObject:
      text = object();
      break;
    case Type::kFunction:
      text = function();
      break;
  }
  --expression_;
  return text;
}

std::string ProgramGenerator::any() {
  switch (choose(8)) {
    case 0:
      return expression(Type::kString);
    case 1:
      return "nil";
    case 2:
      return "(" + condition() + ")";
    case 3:
      return expression(Type::kTable);
    default:
      return expression(Type::kNumber);
  }
}

std::string ProgramGenerator::number() {
  const std::string known = variable(Type::kNumber);
  switch (choose(13)) {
    case 0:
    case 1:
      return known.empty() ? kNumbers[choose(4)] : known;
    case 2:
      return pick(kNumbers);
    case 3:
    case 4:
      return "(" + expression(Type::kNumber) + " " + pick(kArithmetic) + " " +
             expression(Type::kNumber) + ")";
    case 5:  // precedence is the parser's business
      return "(" + expression(Type::kNumber) + pick(kArithmetic) + " " + expression(Type::kNumber) +
             pick(kArithmetic) + " " + expression(Type::kNumber) + ")";
    case 6:
      return "#" + std::string("(") + expression(choose(2) ? Type::kString : Type::kTable) + ")";
    case 7:
      return "((" + expression(Type::kTable) + ")" + (choose(2) ? ".x" : "[1]") + " or 0)";
    case 8:
      return "(" + expression(Type::kFunction) + ")(" + values(3) + ")";
    case 9:
      return "(" + condition() + " and " + expression(Type::kNumber) + " or " +
             expression(Type::kNumber) + ")";
    case 10:
      return "(" + expression(Type::kObject) + " " + pick(kArithmetic) + " " +
             expression(Type::kNumber) + ")";
    case 11:
      return "(- " + expression(Type::kNumber) + ")";
    default:
      return number_call();
  }
}

std::string ProgramGenerator::number_call() {
  switch (choose(9)) {
    case 0:
      return std::string(pick(kBinary)) + "(" + expression(Type::kNumber) + ", " +
             expression(Type::kNumber) + ")";
    case 1:
      return std::string(pick(kBits)) + "(whole(" + expression(Type::kNumber) + "), whole(" +
             expression(Type::kNumber) + "))";
    case 2:
      return "select(\"#\", " + values(4) + ")";
    case 3:
      return "(select(whole(" + expression(Type::kNumber) + ") % 3 + 1, 1, 2, 3))";
    case 4:
      return "(" + expression(Type::kString) + "):len()";
    case 5:
      return "((" + expression(Type::kString) + "):byte(1) or 0)";
    case 6:
      return "(tonumber(" + expression(Type::kString) + (choose(2) ? ")" : ", 16)") + " or 0)";
    case 7:
      return "((" + expression(Type::kString) + "):find(" + pick(kPatterns) + ") or 0)";
    default:
      return "digest(" + std::string(pick(kUnary)) + "(" + expression(Type::kNumber) + "))";
  }
}

std::string ProgramGenerator::string() {
  const std::string known = variable(Type::kString);
  switch (choose(8)) {
    case 0:
    case 1:
      return known.empty() ? kStrings[choose(4)] : known;
    case 2:
      return pick(kStrings);
    case 3:
      return "cut(" + expression(Type::kString) + " .. " + expression(Type::kString) + ")";
    case 4:
      return "cut(" + expression(Type::kString) + " .. " + expression(Type::kNumber) +
             " ..\"-\".." + expression(Type::kString) + ")";
    case 5:
      return "(" + expression(Type::kObject) + " .. " + expression(Type::kString) + ")";
    default:
      return string_call();
  }
}

std::string ProgramGenerator::string_call() {
  const std::string s = "(" + expression(Type::kString) + ")";
  switch (choose(12)) {
    case 0:
      return s + ":upper()";
    case 1:
      return s + ":lower()";
    case 2:
      return s + ":reverse()";
    case 3:
      return s + ":sub(whole(" + expression(Type::kNumber) + "), whole(" +
             expression(Type::kNumber) + "))";
    case 4:
      return "cut(" + s + ":rep(whole(" + expression(Type::kNumber) + ") % 5))";
    case 5:
      return "cut((" + s + ":gsub(" + pick(kPatterns) + ", (" + expression(Type::kString) +
             "):gsub(\"%%\", \"%%%%\"))))";
    case 6:
      return "cut((" + s + ":gsub(" + pick(kPatterns) +
             ", function(a, b) tick() return a and #tostring(a) % 2 == 0 and \"<\" .. tostring(a) "
             "end)))";
    case 7:
      return "(" + s + ":match(" + pick(kPatterns) + ") or \"none\")";
    case 8:
      return "(" + std::string(pick(kDirectives)) + "):format(whole(" + expression(Type::kNumber) +
             ") % 100)";
    case 9:
      return "(\"%s|%q\"):format(digest(" + any() + "), " + expression(Type::kString) + " .. \"\")";
    case 10:
      return "string.char(whole(" + expression(Type::kNumber) + ") % 256, 65)";
    default:
      return "table.concat({" + expression(Type::kNumber) + ", " + expression(Type::kString) +
             ", \"z\"}, \",\")";
  }
}

std::string ProgramGenerator::table() {
  const std::string known = variable(Type::kTable);
  switch (choose(5)) {
    case 0:
    case 1:
    case 2:
      if (!known.empty()) return known;
      [[fallthrough]];
    case 3:
      return "{" + expression(Type::kNumber) + ", 2, 3, x = " + expression(Type::kNumber) +
             ", y = 5, s = " + expression(Type::kString) + ", [\"k\"..1] = 6; [10] = 1, 4}";
    default:
      // Without holes: where a table with holes ends depends on what the compiler knew of it.
      return "{1, 2, x = 0, y = 0, s = \"\", " + expression(Type::kString) + ", unpack({" +
             expression(Type::kNumber) + ", true})}";
  }
}

std::string ProgramGenerator::object() {
  const std::string known = variable(Type::kObject);
  return known.empty() || choose(3) == 0 ? "object(" + expression(Type::kNumber) + ")" : known;
}

std::string ProgramGenerator::function() {
  const std::string known = variable(Type::kFunction);
  if (!known.empty() && choose(4) != 0) return known;
  const std::string a = fresh("p");
  const bool vararg = choose(3) == 0;
  std::string text = body({{a, Type::kNumber, false}}, true);
  // On one line: what becomes a call in metered code is blamed on the line where it begins.
  std::replace(text.begin(), text.end(), '\n', ' ');
  return "function(" + a + (vararg ? ", ..." : "") + ") " + text + "end";
}

std::string ProgramGenerator::pattern() {
  return pick(kPatterns);
}

// The statements of a function; its numbers may be missing, so that they are made sure of.
std::string ProgramGenerator::body(const std::vector<Variable>& parameters, bool returns) {
  std::string outer;
  outer.swap(text_);
  line("tick()");
  for (const Variable& parameter : parameters) {
    if (parameter.type == Type::kNumber) {
      line(parameter.name + " = type(" + parameter.name + ") == \"number\" and " + parameter.name +
           " or 3");
    }
  }
  scope(parameters, choose(3));
  if (returns) {
    const std::size_t known = variables_.size();
    variables_.insert(variables_.end(), parameters.begin(), parameters.end());
    line("return " + expression(Type::kNumber) + (choose(3) == 0 ? ", " + values(2) : ""));
    variables_.resize(known);
  }
  outer.swap(text_);
  return outer;
}

std::string ProgramGenerator::condition() {
  switch (choose(7)) {
    case 0:
      return "true";
    case 1:
      return expression(Type::kString) + " " + pick(kComparison) + " " + expression(Type::kString);
    case 2:
      return "not (" + condition() + ")";
    case 3:
      return expression(Type::kObject) + " " + pick(kComparison) + " " + expression(Type::kObject);
    case 4:
      return "type(" + any() + ") == type(" + any() + ")";
    case 5:
      return "next({}) == nil and " + expression(Type::kNumber) + " ~= " + any();
    default:
      return expression(Type::kNumber) + " " + pick(kComparison) + " " + expression(Type::kNumber);
  }
}

std::string ProgramGenerator::values(std::size_t most) {
  std::string list = any();
  for (std::size_t i = choose(most); i > 0; --i) list += ", " + any();
  if (choose(6) == 0) list += ", unpack({1, 2, 3}, 1, " + std::to_string(choose(4)) + ")";
  return list;
}

}  // namespace cherub::fuzz
