// Generated programs: plain LuaJIT's interpreter, the metered interpreter and the metered compiler
// see the same, and the latter two pay the same.
#include <cstdio>
#include <cstdlib>
#include <lua.hpp>
#include <regex>

#include "sandbox/trusted.h"
#include "tests/fuzz/program_generator.h"

namespace {

using cherub::sandbox::Outcome;
using cherub::sandbox::OutcomeKind;
using cherub::sandbox::Vm;

constexpr std::uint64_t kFuel = 50'000'000;

// In `^` and in the library the names of variables are not told.
std::string without_names(const std::string& text) {
  static const std::regex name("(local|global|field|upvalue|method) '[^']*' \\((a \\w+ value)\\)");
  return std::regex_replace(text, name, "$2");
}

// The result or the error of a program in plain LuaJIT.
std::string in_plain_interpreter(const std::string& source) {
  lua_State* lua = luaL_newstate();
  luaL_openlibs(lua);
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  std::string text;
  if (luaL_loadbuffer(lua, source.data(), source.size(), "=t") != 0) {
    text = std::string("does not compile: ") + lua_tostring(lua, -1);
  } else {
    const bool ok = lua_pcall(lua, 0, 1, 0) == 0;
    std::size_t size = 0;
    const char* result = lua_tolstring(lua, -1, &size);
    text = result != nullptr ? std::string(result, size) : "?";
    text = ok ? "ok: " + text : "error: " + without_names(text);
  }
  lua_close(lua);
  return text;
}

Outcome metered(const std::string& source, bool jit) {
  auto vm = Vm::create({.jit = jit});
  if (!vm.ok()) std::abort();
  if (jit) {  // everything that can be compiled is, soon
    luaL_dostring(cherub::sandbox::trusted::lua(**vm),
                  "require('jit.opt').start('hotloop=2', 'hotexit=2')");
  }
  return (*vm)->run_source("t", source, {kFuel});
}

std::string text_of(const Outcome& outcome) {
  if (outcome.kind == OutcomeKind::kOk) {
    const auto* text = std::get_if<std::string>(&outcome.result.data);
    return "ok: " + (text != nullptr ? *text : "?");
  }
  if (outcome.kind == OutcomeKind::kRefused) {
    return "refused: " + (outcome.diagnostics.empty() ? "" : outcome.diagnostics[0].message);
  }
  return outcome_name(outcome.kind) + (": " + without_names(outcome.message));
}

// Our limits on nesting, values and upvalues are tighter than LuaJIT's.
bool passes_a_limit(const Outcome& outcome) {
  return outcome.kind == OutcomeKind::kRefused &&
         (text_of(outcome).find("more than") != std::string::npos ||
          text_of(outcome).find("too many") != std::string::npos);
}

[[noreturn]] void differ(const std::string& source, const std::string& what, const std::string& a,
                         const std::string& b) {
  std::fprintf(stderr, "%s\n--- differs: %s ---\n%s\n--- and ---\n%s\n", source.c_str(),
               what.c_str(), a.c_str(), b.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source = cherub::fuzz::ProgramGenerator({data, size}).program();
  if (source.size() > 60'000) return 0;
  const Outcome compiled = metered(source, true);
  const Outcome interpreted = metered(source, false);
  if (compiled.kind == OutcomeKind::kMemory || interpreted.kind == OutcomeKind::kMemory) return 0;
  if (passes_a_limit(interpreted) && passes_a_limit(compiled)) return 0;
  const std::string plain = in_plain_interpreter(source);
  const bool both_refuse =
      plain.starts_with("does not compile") && interpreted.kind == OutcomeKind::kRefused;
  if (!both_refuse && text_of(interpreted) != plain) {
    differ(source, "plain and metered interpreter", plain, text_of(interpreted));
  }
  if (text_of(compiled) != text_of(interpreted)) {
    differ(source, "interpreter and compiler", text_of(interpreted), text_of(compiled));
  }
  if (compiled.fuel_used != interpreted.fuel_used) {
    differ(source, "fuel", std::to_string(compiled.fuel_used),
           std::to_string(interpreted.fuel_used));
  }
  return 0;
}
