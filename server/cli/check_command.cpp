#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "sandbox/syntax/printable.h"
#include "scripting/checker.h"
#include "server/cli/commands.h"
#include "server/cli/scenario_choice.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

constexpr std::size_t kInputBytesMax = std::size_t{16} << 20;

struct CheckOptions {
  std::vector<std::string> files;
  std::string scenario;
  bool ability = false;
  bool json = false;
};

struct Counts {
  std::size_t errors = 0, warnings = 0, hints = 0;

  void add(const sandbox::Diagnostics& diagnostics) {
    for (const sandbox::Diagnostic& found : diagnostics) {
      ++(found.severity == sandbox::Severity::kError     ? errors
         : found.severity == sandbox::Severity::kWarning ? warnings
                                                         : hints);
    }
  }
  void add(const Counts& other) {
    errors += other.errors;
    warnings += other.warnings;
    hints += other.hints;
  }
};

// ", 1 error, 2 warnings"; empty when there is nothing to count.
std::string count_words(const Counts& counts) {
  std::string text;
  const auto add = [&text](std::size_t count, std::string_view word) {
    if (count == 0) return;
    text += ", " + std::to_string(count) + " " + std::string(word) + (count == 1 ? "" : "s");
  };
  add(counts.errors, "error");
  add(counts.warnings, "warning");
  add(counts.hints, "hint");
  return text;
}

// Colour is for people who look at a terminal and did not ask for none (https://no-color.org).
sandbox::TextStyle style_of_errors() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool plain = (refused && *refused) || !terminal || std::string_view(terminal) == "dumb" ||
                     isatty(STDERR_FILENO) == 0;
  return plain ? sandbox::TextStyle::kPlain : sandbox::TextStyle::kColour;
}

// Checks file after file. Findings go to standard error, one line for each file to standard output;
// with --json, one document of all to standard output.
class CheckRun {
 public:
  CheckRun(const CheckOptions& options, const engine::Scenario* scenario)
      : options_(options), scenario_(scenario) {}

  int run() {
    for (const std::string& file : options_.files) check(file);
    if (options_.json) {
      print_line(base::JsonObject()
                     .add("ok", refused_ == 0 && unread_ == 0)
                     .raw("scenario", scenario_ ? base::json_string(scenario_->name) : "null")
                     .add("errors", counts_.errors)
                     .add("warnings", counts_.warnings)
                     .add("hints", counts_.hints)
                     .raw("files", documents_.text())
                     .text());
    } else if (options_.files.size() > 1) {
      print_line(std::to_string(options_.files.size()) +
                 " files: " + std::to_string(options_.files.size() - refused_ - unread_) + " ok, " +
                 std::to_string(refused_) + " refused" +
                 (unread_ == 0 ? "" : ", " + std::to_string(unread_) + " not read") +
                 count_words(counts_));
    }
    if (refused_ > 0) return kExitRefused;
    return unread_ > 0 ? kExitFailed : kExitOk;
  }

 private:
  void check(const std::string& file) {
    const std::string name = file == "-" ? "stdin" : file;
    const auto source = read_text(file, kInputBytesMax);
    if (!source.ok()) {
      ++unread_;
      const base::Error& error = source.error();
      if (!options_.json) {
        return print_error({error.code, error.message, sandbox::printable(error.where)});
      }
      documents_.raw(base::JsonObject()
                         .add("file", name)
                         .add("ok", false)
                         .add("problem", error.message)
                         .raw("diagnostics", "[]")
                         .text());
      return;
    }
    const bool is_ability = options_.ability || scripting::is_ability(*source);
    const scripting::CheckReport report =
        is_ability ? scripting::check_ability("ability", *source, scenario_)
                   : scripting::check_policy("policy", *source, scenario_);
    Counts counts;
    counts.add(report.diagnostics);
    counts_.add(counts);
    if (!report.ok()) ++refused_;
    if (options_.json) {
      documents_.raw(base::JsonObject()
                         .add("file", name)
                         .add("ok", report.ok())
                         .raw("diagnostics", sandbox::diagnostics_json(report.diagnostics))
                         .text());
      return;
    }
    const std::string text =
        sandbox::diagnostics_text(report.diagnostics, name, *source, style_of_errors());
    std::fputs(text.c_str(), stderr);
    print_line(sandbox::printable(name) + (report.ok() ? ": ok" : ": refused") +
               count_words(counts));
  }

  const CheckOptions& options_;
  const engine::Scenario* scenario_;
  Counts counts_;
  std::size_t refused_ = 0, unread_ = 0;
  base::JsonArray documents_;
};

int run_check(const CheckOptions& options) {
  if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
    print_error({base::ErrorCode::kInvalidArgument,
                 "standard input can be read only once: give '-' once", ""});
    return kExitUsage;
  }
  std::optional<engine::Scenario> scenario;
  if (!options.scenario.empty()) {
    auto found = chosen_scenario(options.scenario);
    if (!found.ok()) {
      print_error(found.error());
      return kExitUsage;
    }
    scenario = std::move(*found);
  }
  return CheckRun(options, scenario ? &*scenario : nullptr).run();
}

}  // namespace

void add_check_command(CLI::App& program, Session& session) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* const command = program.add_subcommand(
      "check", "Check policies and abilities against the API and their contracts");
  command->add_option("file", options->files, "Lua files; - reads standard input")->required();
  command->add_option("--scenario", options->scenario,
                      "Also check what exists in this scenario only");
  command->add_flag("--ability", options->ability,
                    "They are abilities; a file with execute and without act is one anyway");
  command->add_flag("--json", options->json,
                    "Print exactly one JSON document; see docs/CHECKER.md");
  command->footer(
      "Examples:\n"
      "  cherub check policy.lua\n"
      "  cherub check policies/*.lua --scenario pasture\n"
      "  cherub check - --json < policy.lua\n"
      "  cherub check frost.lua --ability\n"
      "Exit codes: 0 ok (there may be warnings), 1 a file cannot be read, 2 usage, 13 refused");
  command->callback([options, &session] { session.exit_code = run_check(*options); });
}

}  // namespace cherub::server::cli
