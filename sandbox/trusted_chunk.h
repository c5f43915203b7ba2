#pragma once

#include <lua.hpp>
#include <string_view>

namespace cherub::sandbox {

// Leaves trusted source on the stack as a function, named "[cherub.<name>]", or an error message;
// returns as luaL_loadbuffer. What was compiled once in this process is not compiled again: most
// Vms run one short script and load the same prelude. Any thread, each with a state of its own.
int load_trusted_chunk(lua_State* lua, std::string_view name, std::string_view source);

}  // namespace cherub::sandbox
