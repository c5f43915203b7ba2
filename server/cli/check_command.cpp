#include <cstdio>
#include <memory>
#include <optional>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "scripting/checker.h"
#include "server/cli/commands.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

constexpr std::size_t kInputBytesMax = std::size_t{16} << 20;

struct CheckOptions {
  std::string file;
  std::string scenario;
  bool ability = false;
  bool json = false;
};

int run_check(const CheckOptions& options) {
  const auto source = read_text(options.file, kInputBytesMax);
  if (!source.ok()) {
    print_error(source.error());
    return kExitFailed;
  }
  std::optional<engine::Scenario> scenario;
  if (!options.scenario.empty()) {
    auto found = engine::builtin_scenario(options.scenario);
    if (!found.ok()) {
      print_error(found.error());
      return kExitUsage;
    }
    scenario = std::move(*found);
  }
  const engine::Scenario* const rules = scenario ? &*scenario : nullptr;
  const scripting::CheckReport report = options.ability || scripting::is_ability(*source)
                                            ? scripting::check_ability("ability", *source, rules)
                                            : scripting::check_policy("policy", *source, rules);
  if (options.json) {
    print_line(base::JsonObject()
                   .add("ok", report.ok())
                   .raw("diagnostics", sandbox::diagnostics_json(report.diagnostics))
                   .text());
  } else {
    const std::string name = options.file == "-" ? "stdin" : options.file;
    const std::string text = sandbox::diagnostics_text(report.diagnostics, name, *source);
    std::fputs(text.c_str(), stderr);
    if (report.ok()) print_line(name + ": ok");
  }
  return report.ok() ? kExitOk : kExitRefused;
}

}  // namespace

void add_check_command(CLI::App& program, Session& session) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* const command = program.add_subcommand(
      "check", "Check a policy or an ability against the API and its contract");
  command->add_option("file", options->file, "The Lua file; - reads standard input")->required();
  command->add_option("--scenario", options->scenario,
                      "Also check what exists in this scenario only");
  command->add_flag("--ability", options->ability,
                    "Check it as an ability; a file with execute and without act is one anyway");
  command->add_flag("--json", options->json, "Print exactly one JSON object");
  command->footer(
      "Examples:\n"
      "  cherub check policy.lua\n"
      "  cherub check policy.lua --scenario meadow --json\n"
      "  cherub check frost.lua --ability\n"
      "Exit codes: 0 ok, 1 the file cannot be read, 2 usage, 13 refused");
  command->callback([options, &session] { session.exit_code = run_check(*options); });
}

}  // namespace cherub::server::cli
