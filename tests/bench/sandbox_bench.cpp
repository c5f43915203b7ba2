// What the meter and the safe library cost: the same program in a Vm and in a bare LuaJIT with its
// own library, by turns in one run.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <lua.hpp>
#include <memory>

#include "sandbox/trusted.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_sandbox();

namespace {

using sandbox::Vm;

constexpr int kStates = 5;
constexpr int kRounds = 5;
constexpr std::uint64_t kEndless = std::uint64_t{1} << 50;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench sandbox: %s\n", why.c_str());
  std::exit(1);
}

// A chunk in a LuaJIT of its own, with the ordinary library and no limits.
class PlainChunk {
 public:
  PlainChunk(const std::string& source, bool jit) : lua_(luaL_newstate()) {
    luaL_openlibs(lua_);
    luaJIT_setmode(lua_, 0, LUAJIT_MODE_ENGINE | (jit ? LUAJIT_MODE_ON : LUAJIT_MODE_OFF));
    if (luaL_loadbuffer(lua_, source.data(), source.size(), "=t") != 0) {
      give_up(lua_tostring(lua_, -1));
    }
  }
  ~PlainChunk() { lua_close(lua_); }
  PlainChunk(const PlainChunk&) = delete;
  PlainChunk& operator=(const PlainChunk&) = delete;

  std::string run(double size) {
    lua_pushvalue(lua_, 1);
    lua_pushnumber(lua_, size);
    if (lua_pcall(lua_, 1, 1, 0) != 0) give_up(lua_tostring(lua_, -1));
    const char* text = lua_tostring(lua_, -1);
    std::string result = text != nullptr ? text : "";
    lua_settop(lua_, 1);
    return result;
  }
  lua_State* lua() { return lua_; }

 private:
  lua_State* lua_;
};

class MeteredChunk {
 public:
  MeteredChunk(const std::string& source, bool jit) {
    auto created = Vm::create({.jit = jit, .memory_bytes = std::size_t{512} << 20});
    if (!created.ok()) give_up(created.error().text());
    vm_ = std::move(*created);
    auto loaded = vm_->load("t", source);
    if (!loaded.script) give_up(loaded.outcome.diagnostics.at(0).message);
    script_ = std::move(loaded.script);
  }

  std::string run(double size) {
    const sandbox::Value argument{size};
    const sandbox::Outcome outcome = vm_->run(*script_, {&argument, 1}, {kEndless});
    if (outcome.kind != sandbox::OutcomeKind::kOk) give_up(outcome.message);
    const auto* text = std::get_if<std::string>(&outcome.result.data);
    return text != nullptr ? *text : "";
  }

 private:
  std::unique_ptr<Vm> vm_;
  std::unique_ptr<sandbox::Script> script_;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Time of the metered chunk over time of the plain one; both must give the same. What a state
// compiles is a matter of luck, and a lucky state may run several times as fast as another: both
// times are medians over fresh states.
double ratio_of(const std::string& source, double size, bool jit) {
  std::vector<double> metered_ns, plain_ns;
  for (int state = 0; state < (jit ? kStates : 1); ++state) {
    PlainChunk plain(source, jit);
    MeteredChunk metered(source, jit);
    for (int warm_up = 0; warm_up < (jit ? 3 : 1); ++warm_up) {
      if (plain.run(size) != metered.run(size)) give_up("the metered program gave another result");
    }
    const auto medians = median_ns({[&] { metered.run(size); }, [&] { plain.run(size); }}, kRounds);
    metered_ns.push_back(medians[0]);
    plain_ns.push_back(medians[1]);
  }
  return median(metered_ns) / median(plain_ns);
}

// ---------------------------------------------------------------- the meter

struct Program {
  const char* name;
  double size;              // for about 10 ms or more with the JIT
  double interpreted_size;  // and without
};

constexpr Program kPrograms[] = {
    {"binary_trees", 12, 10},   {"fannkuch", 9, 8},    {"fib", 32, 25},
    {"heap_sort", 60000, 9000}, {"json", 120, 60},     {"life", 400, 40},
    {"mandelbrot", 300, 90},    {"matrix", 200, 60},   {"nbody", 200000, 6000},
    {"queens", 9, 7},           {"ray", 300, 40},      {"scheduler", 100000, 6000},
    {"sieve", 1000000, 200000}, {"spectral", 300, 50}, {"tokenizer", 2500, 300},
    {"words", 60, 30}};

void bench_meter(bool jit) {
  const std::string prefix = std::string("sandbox.meter.") + (jit ? "jit." : "interp.");
  std::vector<double> ratios;
  for (const Program& program : kPrograms) {
    const auto path = std::filesystem::path(CHERUB_SOURCE_DIR) / "tests/programs" /
                      (std::string(program.name) + ".lua");
    const double size = jit ? program.size : program.interpreted_size;
    ratios.push_back(ratio_of(read_file(path), size, jit));
    report(prefix + program.name, ratios.back(), "1", "lower");
  }
  report(prefix + "median", median(ratios), "1", "lower");
  report(prefix + "worst", *std::max_element(ratios.begin(), ratios.end()), "1", "lower");
}

// ---------------------------------------------------------------- against a count hook

constexpr const char* kPolicyLoop = R"(
local rounds = ...
local policy = {}
function policy.act(self, world)
  local dx, dy = world.width / 2 - self.x, world.depth / 2 - self.y
  if self.hunger > 0.5 then
    self.move_x, self.move_y = dx * 0.1, dy * 0.1
  elseif self.energy < 0.3 then
    self.resting = self.resting + 1
  else
    self.move_x, self.move_y = -dy * 0.05, dx * 0.05
  end
  self.hunger = (self.hunger + 0.013) % 1
end
local self = {x = 3, y = 4, hunger = 0.1, energy = 0.5, move_x = 0, move_y = 0, resting = 0}
local world = {width = 100, depth = 80}
for i = 1, rounds do policy.act(self, world) end
return tostring(self.resting)
)";

// The usual way to bound a script: the interpreter, and a hook every 1000 instructions that would
// raise an error.
void bench_hook() {
  constexpr double kCalls = 100000;
  PlainChunk hooked(kPolicyLoop, false);
  static long instructions_left = 0;
  instructions_left = 1L << 60;
  lua_sethook(
      hooked.lua(),
      [](lua_State* lua, lua_Debug*) {
        instructions_left -= 1000;
        if (instructions_left < 0) luaL_error(lua, "out of instructions");
      },
      LUA_MASKCOUNT, 1000);
  MeteredChunk metered(kPolicyLoop, true);
  const auto medians = median_ns({[&] { hooked.run(kCalls); }, [&] { metered.run(kCalls); }}, 41);
  report("sandbox.hook.ns_per_call", medians[0] / kCalls, "ns", "lower");
  report("sandbox.metered.ns_per_call", medians[1] / kCalls, "ns", "lower");
  report("sandbox.hook_over_meter", medians[0] / medians[1], "1", "higher");
}

// Lua 5.4 with the same hook, where Debian's lua5.4 is installed.
void bench_lua54() {
  const auto path = std::filesystem::temp_directory_path() / "cherub_bench_policy.lua";
  std::ofstream(path) << "local source = [====[" << kPolicyLoop << R"(]====]
local chunk = load(source)
local function ns(hook)
  if hook then debug.sethook(function() end, "", 1000) end
  local start = os.clock()
  chunk(3e5)
  debug.sethook()
  return (os.clock() - start) / 3e5 * 1e9
end
ns(false)
print(ns(false), ns(true)))";
  std::FILE* pipe = popen(("lua5.4 " + path.string() + " 2>/dev/null").c_str(), "r");
  double plain = 0, hooked = 0;
  const int read = pipe != nullptr ? std::fscanf(pipe, "%lf %lf", &plain, &hooked) : 0;
  if (pipe != nullptr) pclose(pipe);
  std::filesystem::remove(path);
  if (read != 2) return;
  report("sandbox.peer.lua54.ns_per_call", plain, "ns", "lower");
  report("sandbox.peer.lua54_hook.ns_per_call", hooked, "ns", "lower");
}

// ---------------------------------------------------------------- the library

constexpr const char* kPairsLoop = R"(
local t = {hunger = 1, energy = 2, x = 3, y = 4, health = 5, name = 6, age = 7, kind = 8, speed = 9}
local sum = 0
for i = 1, ... do
  for key, value in pairs(t) do sum = sum + value end
end
return tostring(sum)
)";

struct PatternCase {
  const char* name;
  const char* code;
};

constexpr PatternCase kPatternCases[] = {
    {"find_word", "n = n + line:find('quick')"},
    {"find_class", "n = n + line:find('%d+')"},
    {"match_pair", "n = n + #line:match('(%w+)=')"},
    {"match_trim", "n = n + #line:match('^%s*(.-)%s*$')"},
    {"gmatch_words", "for word in line:gmatch('%a+') do n = n + #word end"},
    {"gsub_text", "n = n + #line:gsub('o', '0')"},
    {"gsub_function", "n = n + #line:gsub('%a+', upper)"},
};

void bench_patterns() {
  std::vector<double> ratios;
  for (const PatternCase& one : kPatternCases) {
    const std::string source =
        std::string("local rounds, n = ..., 0 local upper = string.upper\n") +
        "local line = '  the quick brown fox jumps over key=value 12345 and the lazy dog  '\n" +
        "for i = 1, rounds do " + one.code + " end return tostring(n)";
    ratios.push_back(ratio_of(source, 20000, true));
    report(std::string("sandbox.match.") + one.name, ratios.back(), "1", "lower");
  }
  report("sandbox.match_over_string_find", median(ratios), "1", "lower");
}

// ---------------------------------------------------------------- states and loading

void bench_states() {
  const auto medians = median_ns({[] {
                                    auto vm = Vm::create();
                                    if (!vm.ok()) give_up(vm.error().text());
                                  },
                                  [] {
                                    lua_State* lua = luaL_newstate();
                                    luaL_openlibs(lua);
                                    lua_close(lua);
                                  }},
                                 101);
  report("sandbox.vm_create_us", medians[0] / 1000, "us", "lower");
  report("sandbox.vm_create_over_luajit", medians[0] / medians[1], "1", "lower");
}

void bench_load() {
  const auto path = std::filesystem::path(CHERUB_SOURCE_DIR) / "tests/programs/json.lua";
  std::string source = "do\n" + read_file(path) + "\nend\n";
  while (source.size() < 4096) source += "local x" + std::to_string(source.size()) + " = {1, 2}\n";
  source.resize(source.rfind('\n', 4096) + 1);
  auto vm = Vm::create();
  if (!vm.ok()) give_up(vm.error().text());
  const auto medians = median_ns({[&] {
                                   auto loaded = (*vm)->load("t", source);
                                   if (!loaded.script) {
                                     give_up(loaded.outcome.diagnostics.at(0).message);
                                   }
                                 }},
                                 101);
  report("sandbox.load_4k_ms", medians[0] / 1e6, "ms", "lower");
}

}  // namespace

void bench_sandbox() {
  bench_meter(true);
  bench_meter(false);
  bench_hook();
  bench_lua54();
  report("sandbox.pairs_over_raw", ratio_of(kPairsLoop, 200000, true), "1", "lower");
  report("sandbox.pairs_over_raw.interp", ratio_of(kPairsLoop, 50000, false), "1", "lower");
  bench_patterns();
  bench_states();
  bench_load();
}

}  // namespace cherub::bench
