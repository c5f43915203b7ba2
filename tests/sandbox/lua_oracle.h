#pragma once

#include <lua.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// The LuaJIT library itself, to which the parser and the matcher are compared.
namespace cherub::sandbox {

class LuaOracle {
 public:
  LuaOracle();

  // Empty when LuaJIT compiles the source, else its message.
  std::string compile_error(std::string_view source);

  // The bits of the number, or the bytes of the string, that a chunk returns; "error" if it fails.
  std::string evaluate(std::string_view source);

  // What string.find says from a start on: positions and captures as text, or the error's message.
  std::string find(std::string_view subject, std::string_view pattern, std::size_t init);

 private:
  struct Close {
    void operator()(lua_State* lua) const { lua_close(lua); }
  };
  std::unique_ptr<lua_State, Close> lua_;
};

// The lines of programs.txt.
std::vector<std::string> small_programs();

// A program of ordinary style that uses most of the grammar.
std::string_view large_program();

}  // namespace cherub::sandbox
