// Whatever the bytes: the parser ends, and what it accepts LuaJIT compiles, metered and as written.
#include <cstdint>
#include <cstdlib>
#include <lua.hpp>
#include <string>

#include "sandbox/meter.h"
#include "sandbox/syntax/parser.h"

namespace {

bool compiles(lua_State* lua, const std::string& text) {
  const bool ok = luaL_loadbufferx(lua, text.data(), text.size(), "=t", "t") == 0;
  lua_settop(lua, 0);
  return ok;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static lua_State* lua = luaL_newstate();
  const std::string source(reinterpret_cast<const char*>(data), size);
  const auto parsed = cherub::sandbox::parse("t", source);
  if (!parsed.chunk) {
    if (parsed.diagnostics.empty()) std::abort();
    return 0;
  }
  if (!compiles(lua, source)) std::abort();
  for (const auto charging :
       {cherub::sandbox::Charging::kByCall, cherub::sandbox::Charging::kInline}) {
    const auto metered = cherub::sandbox::meter(*parsed.chunk, charging);
    if (metered.diagnostics.empty() && !compiles(lua, metered.text)) std::abort();
  }
  return 0;
}
