// The metered matcher against LuaJIT's own string library: find, match, gmatch and gsub give the
// same results and the same errors. Input: the function, the start, the length of the pattern and
// of the replacement, then pattern, replacement and subject.
#include <cstdio>
#include <cstdlib>
#include <lua.hpp>
#include <vector>

#include "sandbox/vm.h"

namespace {

using cherub::sandbox::Outcome;
using cherub::sandbox::OutcomeKind;
using cherub::sandbox::to_json;
using cherub::sandbox::Value;
using cherub::sandbox::Vm;

constexpr std::uint64_t kFuel = 200'000;  // plain LuaJIT would not end sooner
constexpr std::size_t kHeader = 4;

constexpr const char* kProgram = R"(
local op, init, pattern, replacement, subject = ...
local out = {}
local function show(...)
  for i = 1, select("#", ...) do out[#out + 1] = tostring((select(i, ...))) end
  return "<" .. tostring((...)) .. ">"
end
if op == 0 then show(subject:find(pattern, init))
elseif op == 1 then show(subject:match(pattern, init))
elseif op == 2 then
  for a, b in subject:gmatch(pattern) do show(a, b) end
elseif op == 3 then show(subject:gsub(pattern, replacement))
elseif op == 4 then show(subject:gsub(pattern, show, init))
elseif op == 5 then show(subject:gsub(pattern, {a = "b", [""] = "e", b = false}))
else show(subject:find(pattern, init, true)) end
return table.concat(out, "|")
)";

class PlainLua {
 public:
  PlainLua() : lua_(luaL_newstate()) {
    luaL_openlibs(lua_);
    if (luaL_loadbuffer(lua_, kProgram, std::char_traits<char>::length(kProgram), "=t") != 0) {
      std::abort();
    }
  }

  std::string run(const std::vector<Value>& arguments) {
    lua_pushvalue(lua_, 1);
    for (const Value& argument : arguments) {
      if (const auto* number = std::get_if<double>(&argument.data)) {
        lua_pushnumber(lua_, *number);
      } else {
        const auto& text = std::get<std::string>(argument.data);
        lua_pushlstring(lua_, text.data(), text.size());
      }
    }
    const int status = lua_pcall(lua_, static_cast<int>(arguments.size()), 1, 0);
    std::size_t size = 0;
    const char* text = lua_tolstring(lua_, -1, &size);
    std::string result = (status == 0 ? "ok: " : "error: ") + std::string(text, size);
    lua_settop(lua_, 1);
    return result;
  }

 private:
  lua_State* lua_;
};

std::string text_of(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::kOk) return "ok: " + std::get<std::string>(outcome.result.data);
  return "error: " + outcome.message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kHeader || size > kHeader + 96) return 0;
  static PlainLua plain;
  static auto created = Vm::create({});
  static Vm& vm = **created;
  static const auto script = vm.load("t", kProgram).script;
  const std::string bytes(reinterpret_cast<const char*>(data) + kHeader, size - kHeader);
  const std::size_t pattern_size = std::min<std::size_t>(data[2] % 32, bytes.size());
  const std::size_t replacement_size =
      std::min<std::size_t>(data[3] % 16, bytes.size() - pattern_size);
  const std::vector<Value> arguments{{static_cast<double>(data[0] % 7)},
                                     {static_cast<double>(data[1]) - 128},
                                     {bytes.substr(0, pattern_size)},
                                     {bytes.substr(pattern_size, replacement_size)},
                                     {bytes.substr(pattern_size + replacement_size)}};
  const Outcome outcome = vm.run(*script, arguments, {kFuel});
  if (outcome.kind == OutcomeKind::kFuel) return 0;
  const std::string expected = plain.run(arguments);
  if (text_of(outcome) == expected) return 0;
  std::fprintf(stderr,
               "op %d init %d pattern %s replacement %s subject %s\nplain:   %s\nsandbox: %s\n",
               data[0] % 7, data[1] - 128, to_json(arguments[2]).c_str(),
               to_json(arguments[3]).c_str(), to_json(arguments[4]).c_str(),
               to_json(Value{expected}).c_str(), to_json(Value{text_of(outcome)}).c_str());
  std::abort();
}
