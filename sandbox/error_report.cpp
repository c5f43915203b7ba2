#include "sandbox/error_report.h"

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace cherub::sandbox {
namespace {

constexpr std::size_t kMessageBytesMax = 2000;

bool is_trusted(const lua_Debug& frame) {
  return std::strncmp(frame.short_src, kTrustedPrefix, std::strlen(kTrustedPrefix)) == 0;
}

// "[cherub.strings]:12: message" -> "message"
std::string without_trusted_position(const std::string& message) {
  if (message.rfind(kTrustedPrefix, 0) != 0) return message;
  const std::size_t colon = message.find("]:");
  const std::size_t end = colon == std::string::npos ? colon : message.find(": ", colon);
  return end == std::string::npos ? message : message.substr(end + 2);
}

// "attempt to index local 'x' (a nil value)" -> "attempt to index a nil value".
std::string without_variable(const std::string& message) {
  const std::size_t type = message.find("' (a ");
  const std::size_t name = message.rfind(" '", type);
  const std::size_t kind = name == std::string::npos ? name : message.rfind(' ', name - 1);
  if (type == std::string::npos || kind == std::string::npos || !message.ends_with(')')) {
    return message;
  }
  return message.substr(0, kind + 1) + message.substr(type + 3, message.size() - type - 4);
}

// The names of trusted variables mean nothing to the author. Where LuaJIT gives up compiling a `..`
// that fails, it names another operand than its interpreter does.
std::string with_known_names(const std::string& message, bool raised_in_trusted_code) {
  const bool joins = message.find("attempt to concatenate ") != std::string::npos;
  return raised_in_trusted_code || joins ? without_variable(message) : message;
}

std::string frame_text(const lua_Debug& frame) {
  std::string text = std::string(frame.short_src) + ":" + std::to_string(frame.currentline);
  if (frame.name != nullptr) return text + ": in '" + frame.name + "'";
  if (*frame.what == 'm') return text + ": in the main chunk";
  return text + ": in the function of line " + std::to_string(frame.linedefined);
}

// What the stack looks like at the error.
struct Scene {
  bool raised_in_trusted_code = false;
  std::string script;  // innermost script frame; empty when there is none
  int line = 0;
  std::string traceback;
};

Scene look_at_stack(lua_State* lua) {
  Scene scene;
  lua_Debug frame{};
  bool first_lua_frame = true;
  int shown = 0;
  for (int level = 1; shown < kTracebackFramesMax && lua_getstack(lua, level, &frame) != 0;
       ++level) {
    lua_getinfo(lua, "Sln", &frame);
    if (*frame.what == 'C') continue;
    const bool trusted = is_trusted(frame);
    if (first_lua_frame) scene.raised_in_trusted_code = trusted;
    first_lua_frame = false;
    if (trusted) continue;
    if (scene.script.empty()) {
      scene.script = frame.short_src;
      scene.line = frame.currentline;
    }
    if (shown++ > 0) scene.traceback += '\n';
    scene.traceback += frame_text(frame);
  }
  return scene;
}

// The value as text; no metamethod of a script runs.
std::string error_text(lua_State* lua, int index) {
  if (lua_type(lua, index) == LUA_TSTRING) {
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, index, &size);
    return {text, std::min(size, kMessageBytesMax)};
  }
  if (lua_type(lua, index) == LUA_TNUMBER) return std::to_string(lua_tonumber(lua, index));
  return std::string("(the error value is a ") + luaL_typename(lua, index) + ")";
}

bool is_reference(lua_State* lua, int index, int reference) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, reference);
  const bool equal = lua_rawequal(lua, -1, index > 0 ? index : index - 1) != 0;
  lua_pop(lua, 1);
  return equal;
}

void describe(lua_State* lua, Vm::State& state) {
  const Scene scene = look_at_stack(lua);
  ErrorReport& report = state.last_error;
  report = {};
  report.line = static_cast<std::uint32_t>(scene.line < 0 ? 0 : scene.line);
  report.traceback = scene.traceback;
  const std::string place =
      scene.script.empty() ? "" : scene.script + ":" + std::to_string(scene.line) + ": ";
  if (is_reference(lua, 1, state.out_of_fuel)) {
    report.kind = OutcomeKind::kFuel;
    report.message = place + (state.watchdog_hit ? "stopped by the watchdog" : "out of fuel");
  } else if (is_reference(lua, 1, state.out_of_memory)) {
    report.kind = OutcomeKind::kMemory;
    report.message = place + "out of memory";
  } else if (is_reference(lua, 1, state.stack_overflow)) {
    report.message = place + kStackOverflowMessage;
  } else {
    const std::string text = error_text(lua, 1);
    const std::string bare = without_trusted_position(text);
    const bool blame =
        lua_type(lua, 1) == LUA_TSTRING && (scene.raised_in_trusted_code || bare != text);
    report.message = blame ? place + with_known_names(bare, scene.raised_in_trusted_code)
                           : with_known_names(text, false);
  }
}

}  // namespace

int describe_error(lua_State* lua) {
  auto& state = *static_cast<Vm::State*>(lua_touserdata(lua, lua_upvalueindex(1)));
  state.has_error = true;
  describe(lua, state);
  lua_settop(lua, 1);
  return 1;
}

}  // namespace cherub::sandbox
