#include "lua_oracle.h"

#include <bit>
#include <cstdint>
#include <fstream>

namespace cherub::sandbox {
namespace {

std::string text_at(lua_State* lua, int index) {
  if (lua_type(lua, index) == LUA_TNUMBER) {
    return "#" + std::to_string(std::bit_cast<std::uint64_t>(lua_tonumber(lua, index)));
  }
  if (lua_isboolean(lua, index)) return lua_toboolean(lua, index) != 0 ? "true" : "false";
  std::size_t size = 0;
  const char* bytes = lua_tolstring(lua, index, &size);
  return bytes != nullptr ? "'" + std::string(bytes, size) + "'" : luaL_typename(lua, index);
}

std::string unescape(std::string_view line) {
  std::string program;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '@' || i + 1 == line.size()) {
      program += line[i];
      continue;
    }
    switch (line[++i]) {
      case 'n':
        program += '\n';
        break;
      case 'r':
        program += '\r';
        break;
      case 'x':
        program += "\n\r";
        break;
      case 'f':
        program += '\f';
        break;
      case 'v':
        program += '\v';
        break;
      default:
        program += line[i];
    }
  }
  return program;
}

}  // namespace

LuaOracle::LuaOracle() : lua_(luaL_newstate()) {
  luaL_openlibs(lua_.get());
}

std::string LuaOracle::compile_error(std::string_view source) {
  const int status = luaL_loadbuffer(lua_.get(), source.data(), source.size(), "=source");
  std::string message = status == 0 ? "" : lua_tostring(lua_.get(), -1);
  lua_settop(lua_.get(), 0);
  return message;
}

std::string LuaOracle::evaluate(std::string_view source) {
  lua_State* lua = lua_.get();
  const bool ok = luaL_loadbuffer(lua, source.data(), source.size(), "=source") == 0 &&
                  lua_pcall(lua, 0, 1, 0) == 0;
  std::string result = ok ? text_at(lua, -1) : "error";
  lua_settop(lua, 0);
  return result;
}

std::string LuaOracle::find(std::string_view subject, std::string_view pattern, std::size_t init) {
  lua_State* lua = lua_.get();
  lua_getglobal(lua, "string");
  lua_getfield(lua, -1, "find");
  lua_remove(lua, 1);
  lua_pushlstring(lua, subject.data(), subject.size());
  lua_pushlstring(lua, pattern.data(), pattern.size());
  lua_pushnumber(lua, static_cast<double>(init + 1));
  std::string result;
  if (lua_pcall(lua, 3, LUA_MULTRET, 0) != 0) {
    result = lua_tostring(lua, -1);
  } else {
    for (int i = 1; i <= lua_gettop(lua); ++i) {
      result +=
          lua_type(lua, i) == LUA_TNUMBER ? std::to_string(lua_tointeger(lua, i)) : text_at(lua, i);
      result += ' ';
    }
  }
  lua_settop(lua, 0);
  return result;
}

std::vector<std::string> small_programs() {
  std::ifstream file(CHERUB_TEST_DIR "/programs.txt");
  std::vector<std::string> programs;
  std::string line;
  std::getline(file, line);  // the comment
  while (std::getline(file, line)) programs.push_back(unescape(line));
  return programs;
}

std::string_view large_program() {
  return R"lua(local policy = {}
local names = {"food", 'wolf', [3] = [[long]], key = {1, 2; 3}, ["x y"] = -1.5e3}
function policy.init(self, config) self.memory.count = 0 end
function policy:act(world, ...)
  local food, wolf = world.nearest("food", 20), world.nearest("wolf", 0x10)
  local power = #names ^ 2 % 7 -- a comment
  for i = 1, 10, 2 do
    for k, v in pairs(names) do
      if k == i then goto continue elseif not v or v ~= nil then break
      else print(k .. ":" .. tostring(v)) end
      local t = {k, v, f = function(a, b, ...) return a + b, ... end};
      t.f(1, 2)
      ::continue::
    end
  end
  while food and wolf do food = nil; do local z = wolf; wolf = z.next end end
  repeat local done = self.hunger > 0.5 until done or (self.x <= 3 and self.y >= 4)
  local function helper(n) if n == 0 then return 1 end return n * helper(n - 1) end
  self.memory.count, self.last = self.memory.count + 1, helper(3)
  ::top::
  if food then food = food.next goto top end
  --[==[ a long
  comment ]==]
  print "text" { 1 } [2] "more"
  return self:move_to(food.x, food["y"]), ("s"):rep(3), ...
end
return policy
)lua";
}

}  // namespace cherub::sandbox
