// Calls pay for the stack that they take. That holds only if no frame is larger than what was
// counted, and equally large in both ways of charging.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <lua.hpp>
#include <sstream>

#include "lua_oracle.h"
#include "sandbox/meter.h"
#include "sandbox/syntax/parser.h"

namespace cherub::sandbox {
namespace {

// The slots of the frames of a chunk's functions, in the order of the source. The first is the
// prologue's.
constexpr const char* kFrameSizes = R"(
local util = require("jit.util")
local source = ...
local sizes = {}
local function visit(prototype)
  sizes[#sizes + 1] = util.funcinfo(prototype).stackslots
  local children = {}
  for i = -1, -1e6, -1 do
    local constant = util.funck(prototype, i)
    if constant == nil then break end
    if type(constant) == "proto" then table.insert(children, 1, constant) end
  end
  table.sort(children, function(a, b)
    return util.funcinfo(a).linedefined < util.funcinfo(b).linedefined
  end)
  for _, child in ipairs(children) do visit(child) end
end
visit(assert(loadstring(source)))
return table.concat(sizes, " ")
)";

std::vector<int> frame_sizes(const std::string& source) {
  lua_State* lua = luaL_newstate();
  luaL_openlibs(lua);
  REQUIRE(luaL_loadstring(lua, kFrameSizes) == 0);
  lua_pushlstring(lua, source.data(), source.size());
  const int status = lua_pcall(lua, 1, 1, 0);
  INFO(lua_tostring(lua, -1));
  REQUIRE(status == 0);
  std::istringstream text(lua_tostring(lua, -1));
  lua_close(lua);
  return {std::istream_iterator<int>(text), std::istream_iterator<int>()};
}

// As kFrameSizes: outer functions before inner ones, by line.
void counted(const Function& function, std::vector<int>& out);

void counted(const Expression& expression, std::vector<int>& out) {
  for (const auto& child : expression.children) counted(*child, out);
  for (const TableField& field : expression.fields) {
    if (field.key) counted(*field.key, out);
    counted(*field.value, out);
  }
  if (expression.function) counted(*expression.function, out);
}

void counted(const Block& block, std::vector<int>& out) {
  for (const auto& statement : block.statements) {
    for (const auto& target : statement->targets) counted(*target, out);
    for (const auto& value : statement->values) counted(*value, out);
    for (const Block& inner : statement->blocks) counted(inner, out);
  }
}

void counted(const Function& function, std::vector<int>& out) {
  out.push_back(static_cast<int>(function.registers));
  counted(function.body, out);
}

std::vector<std::string> sources() {
  std::vector<std::string> all = small_programs();
  all.emplace_back(large_program());
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(CHERUB_SOURCE_DIR "/tests")) {
    if (entry.path().extension() != ".lua") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return all;
}

}  // namespace

TEST_CASE("no frame is larger than counted, and both ways of charging need the same") {
  int checked = 0;
  for (const std::string& source : sources()) {
    const ParseResult parsed = parse("t", source);
    if (!parsed.chunk) continue;
    const MeteredSource by_call = meter(*parsed.chunk, Charging::kByCall);
    if (!by_call.diagnostics.empty()) continue;
    const auto sizes = frame_sizes(by_call.text);
    INFO(source.substr(0, 400));
    CHECK(sizes == frame_sizes(meter(*parsed.chunk, Charging::kInline).text));
    std::vector<int> counts;
    counted(*parsed.chunk->main, counts);
    REQUIRE(sizes.size() == counts.size() + 1);
    // Functions that begin on one line come in any order: compare the largest of all.
    CHECK(*std::max_element(sizes.begin() + 1, sizes.end()) <=
          *std::max_element(counts.begin(), counts.end()));
    ++checked;
  }
  CHECK(checked > 200);
}

}  // namespace cherub::sandbox
