#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "engine/base/json.h"
#include "sandbox/vm.h"
#include "server/cli/commands.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

// Far beyond what the sandbox accepts: so that its own refusal, not this, is what a user reads.
constexpr std::size_t kInputBytesMax = std::size_t{16} << 20;

struct SandboxOptions {
  std::string file;
  std::uint64_t fuel = 10'000'000;
  std::size_t memory = std::size_t{64} << 20;
  bool jit = true;
  bool json = false;
};

int exit_code(sandbox::OutcomeKind kind) {
  switch (kind) {
    case sandbox::OutcomeKind::kOk:
      return kExitOk;
    case sandbox::OutcomeKind::kError:
      return kExitError;
    case sandbox::OutcomeKind::kFuel:
      return kExitFuel;
    case sandbox::OutcomeKind::kMemory:
      return kExitMemory;
    case sandbox::OutcomeKind::kRefused:
      return kExitRefused;
  }
  return kExitFailed;
}

// The text of a line, from its first visible character on.
sandbox::Range range_of_line(const std::string& source, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < line && begin < source.size(); ++i) {
    begin = std::min(source.find('\n', begin), source.size() - 1) + 1;
  }
  const std::size_t end = std::min(source.find('\n', begin), source.size());
  const std::size_t text = std::min(source.find_first_not_of(" \t", begin), end);
  sandbox::Range range;
  range.begin = static_cast<std::uint32_t>(text);
  range.end = static_cast<std::uint32_t>(end);
  range.line = line;
  range.column = static_cast<std::uint32_t>(text - begin + 1);
  return range;
}

// A call that failed while it ran has no diagnostics of its own: its message is one.
sandbox::Diagnostics findings(const sandbox::Outcome& outcome, const std::string& source) {
  if (!outcome.diagnostics.empty() || outcome.kind == sandbox::OutcomeKind::kOk) {
    return outcome.diagnostics;
  }
  sandbox::Diagnostic finding;
  if (outcome.line > 0) finding.range = range_of_line(source, outcome.line);
  finding.message = outcome.message;
  return {finding};
}

std::string outcome_json(const sandbox::Outcome& outcome, const std::string& source) {
  base::JsonArray log;
  for (const std::string& line : outcome.log) log.add(std::string_view(line));
  base::JsonObject object;
  object.add("outcome", sandbox::outcome_name(outcome.kind))
      .add("fuel", outcome.fuel_used)
      .add("memory_peak", outcome.memory_peak)
      .raw("result", sandbox::to_json(outcome.result))
      .add("message", outcome.message)
      .raw("log", log.text())
      .add("log_dropped", outcome.log_dropped)
      .raw("diagnostics", sandbox::diagnostics_json(findings(outcome, source)));
  if (outcome.watchdog) object.add("watchdog", true);
  return object.text();
}

void print_outcome(const sandbox::Outcome& outcome, const std::string& name,
                   const std::string& source) {
  for (const std::string& line : outcome.log) print_line(line);
  if (outcome.log_dropped > 0) {
    std::printf("… and %zu more lines\n", outcome.log_dropped);
  }
  if (outcome.kind == sandbox::OutcomeKind::kOk) {
    if (!outcome.result.is_nil()) print_line(sandbox::to_json(outcome.result));
  } else {
    const std::string text = sandbox::diagnostics_text(findings(outcome, source), name, source);
    std::fputs(text.c_str(), stderr);
    if (!outcome.traceback.empty()) std::fprintf(stderr, "%s\n", outcome.traceback.c_str());
  }
  std::fprintf(stderr, "%s: %llu fuel, %zu bytes at most\n", sandbox::outcome_name(outcome.kind),
               static_cast<unsigned long long>(outcome.fuel_used), outcome.memory_peak);
}

int run_sandbox(const SandboxOptions& options) {
  auto source = read_text(options.file, kInputBytesMax);
  if (!source.ok()) {
    print_error(source.error());
    return kExitFailed;
  }
  sandbox::VmOptions vm_options;
  vm_options.jit = options.jit;
  vm_options.memory_bytes = options.memory;
  auto vm = sandbox::Vm::create(vm_options);
  if (!vm.ok()) {
    print_error(vm.error());
    return kExitFailed;
  }
  const std::string name = options.file == "-" ? "stdin" : options.file;
  const sandbox::Outcome outcome =
      (*vm)->run_source("script", *source, sandbox::Budget{options.fuel});
  if (options.json) {
    print_line(outcome_json(outcome, *source));
  } else {
    print_outcome(outcome, name, *source);
  }
  return exit_code(outcome.kind);
}

}  // namespace

void add_sandbox_command(CLI::App& program, Session& session) {
  const auto options = std::make_shared<SandboxOptions>();
  CLI::App* const command = program.add_subcommand(
      "sandbox", "Run an untrusted Lua file under exact limits of fuel and memory");
  command->add_option("file", options->file, "The Lua file; - reads standard input")->required();
  command->add_option("--fuel", options->fuel, "Budget of fuel")->capture_default_str();
  command->add_option("--memory", options->memory, "Memory limit, bytes")->capture_default_str();
  command->add_option("--jit", options->jit, "LuaJIT's compiler: on or off")->default_str("on");
  command->add_flag("--json", options->json, "Print exactly one JSON object");
  command->footer(
      "Examples:\n"
      "  cherub sandbox script.lua\n"
      "  echo 'return 6 * 7' | cherub sandbox - --json\n"
      "  cherub sandbox loop.lua --fuel 100000 --memory 8388608 --jit off\n"
      "Exit codes: 0 ok, 1 the file cannot be read, 2 usage, 10 error, 11 fuel, 12 memory, "
      "13 refused");
  command->callback([options, &session] { session.exit_code = run_sandbox(*options); });
}

}  // namespace cherub::server::cli
