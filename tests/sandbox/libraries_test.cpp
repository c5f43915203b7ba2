// Lua libraries that others wrote, as Debian packages them, run as sources: plain LuaJIT, the
// metered interpreter and the metered compiler get the same from them.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lua_oracle.h"
#include "sandbox/vm.h"

namespace cherub::sandbox {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path.string() << " must be there; ./dev test installs the packages");
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What the library expects, the library, and a program that uses it, in one chunk.
std::string chunk_of(const std::string& library) {
  const std::filesystem::path programs = CHERUB_SOURCE_DIR "/tests/programs/libraries";
  return read(programs / "shims.lua") + "modules['" + library + "'] = (function(...)\n" +
         read("/usr/share/lua/5.1/" + library + ".lua") + "\nend)('" + library + "')\n" +
         read(programs / (library + ".lua"));
}

Outcome run(const std::string& source, bool jit) {
  const auto vm = Vm::create({.jit = jit});
  REQUIRE(vm.ok());
  return (*vm)->run_source("t", source, {100'000'000});
}

}  // namespace

TEST_CASE("libraries that others wrote behave as in plain LuaJIT") {
  for (const std::string library :
       {"ansicolors", "basexx", "binaryheap", "dkjson", "fifo", "inspect"}) {
    INFO(library);
    const std::string source = chunk_of(library);
    const Outcome compiled = run(source, true);
    const Outcome interpreted = run(source, false);
    INFO(compiled.message);
    REQUIRE(compiled.kind == OutcomeKind::kOk);
    CHECK(interpreted.result == compiled.result);
    CHECK(interpreted.fuel_used == compiled.fuel_used);
    CHECK(LuaOracle().evaluate(source) == "'" + std::get<std::string>(compiled.result.data) + "'");
  }
}

}  // namespace cherub::sandbox
