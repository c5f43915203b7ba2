#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "abilities/curriculum.h"
#include "abilities/resume.h"
#include "abilities/run_loop.h"
#include "engine/base/json.h"
#include "server/cli/commands.h"
#include "server/cli/console_input.h"
#include "server/cli/file_watch.h"
#include "server/cli/progress_printer.h"
#include "server/cli/run_report.h"
#include "server/cli/scenario_choice.h"
#include "server/cli/text_io.h"
#include "server/config.h"
#include "server/run_defaults.h"
#include "server/signals.h"

namespace cherub::server::cli {
namespace {

constexpr std::size_t kPolicyBytesMax = std::size_t{1} << 20;
// A watched world lives so long if nobody says otherwise; one with a console until it is told to
// end.
constexpr double kWatchSeconds = 3600, kConsoleSeconds = 1e9;

struct RunFlags {
  std::optional<std::string> scenario, goal, base_url, model, runs_dir, catalogue, cassette_mode;
  std::string policy, existing, watch, load, world, cassette, resume, curriculum;
  std::vector<std::string> providers, settings;
  std::optional<std::uint32_t> iterations, episodes, candidates, threads;
  std::optional<std::uint64_t> seed, max_calls, max_tokens, max_ticks;
  std::optional<double> duration, live, autosave, max_cost, max_seconds;
  std::optional<bool> jit;
  bool json = false, console = false, comment = false;
};

template <class Value>
void add_given(base::JsonObject& body, const char* name, const std::optional<Value>& value) {
  if (value) body.add(name, *value);
}

base::Result<void> add_file(base::JsonObject& body, const char* name, const std::string& path) {
  if (path.empty()) return {};
  const auto text = read_text(path, kPolicyBytesMax);
  if (!text.ok()) return text.error();
  body.add(name, *text);
  return {};
}

std::string limits_of(const RunFlags& flags) {
  base::JsonObject limits;
  add_given(limits, "max_cost", flags.max_cost);
  add_given(limits, "max_calls", flags.max_calls);
  add_given(limits, "max_tokens", flags.max_tokens);
  add_given(limits, "max_ticks", flags.max_ticks);
  add_given(limits, "max_seconds", flags.max_seconds);
  return limits.text();
}

// The flags as the body of a POST /run: what is valid is decided in one place.
base::Result<abilities::RunRequest> request_of(const RunFlags& flags, const Config& config) {
  abilities::RunRequest defaults = run_defaults(config);
  const bool watching = !flags.watch.empty();
  defaults.live_paced = watching || flags.console;
  defaults.world_dir = flags.world;
  defaults.cassette = flags.cassette;
  defaults.cassette_mode = flags.cassette_mode.value_or(defaults.cassette_mode);
  if (watching) defaults.live_seconds = kWatchSeconds;
  if (flags.console) defaults.live_seconds = kConsoleSeconds;
  if (flags.scenario) {
    if (auto chosen = choose_scenario(*flags.scenario, defaults); !chosen) return chosen.error();
  }
  base::JsonObject body;
  add_given(body, "user_goal", flags.goal);
  if (!flags.providers.empty()) {
    base::JsonArray names;
    for (const std::string& name : flags.providers) names.add(name);
    body.raw("provider", names.text());
  }
  if (!flags.settings.empty()) {
    base::JsonArray settings;
    for (const std::string& setting : flags.settings) settings.add(setting);
    body.raw("settings", settings.text());
  }
  body.raw("limits", limits_of(flags));
  add_given(body, "provider_url", flags.base_url);
  add_given(body, "model", flags.model);
  add_given(body, "iterations", flags.iterations);
  add_given(body, "episodes", flags.episodes);
  add_given(body, "candidates", flags.candidates);
  add_given(body, "threads", flags.threads);
  add_given(body, "seed", flags.seed);
  add_given(body, "duration_seconds", flags.duration);
  add_given(body, "live_seconds", flags.live);
  add_given(body, "autosave_seconds", flags.autosave);
  add_given(body, "jit", flags.jit);
  if (flags.comment) body.add("critique_comment", true);
  // A watched file without a goal is the policy itself.
  const bool watch_is_policy = watching && flags.policy.empty() && !flags.goal;
  const std::string& policy = watch_is_policy ? flags.watch : flags.policy;
  if (auto added = add_file(body, "policy_code", policy); !added) return added.error();
  if (auto added = add_file(body, "existing_code", flags.existing); !added) return added.error();
  // A world that goes on has its goal behind it.
  if (!flags.load.empty() && !flags.goal) body.add("user_goal", "go on");
  return abilities::run_request_from_json(body.text(), std::move(defaults));
}

// What may be others when a run is gone on with.
std::string changes_of(const RunFlags& flags) {
  base::JsonObject changes;
  const std::string limits = limits_of(flags);
  if (limits != "{}") changes.raw("limits", limits);
  add_given(changes, "iterations", flags.iterations);
  add_given(changes, "threads", flags.threads);
  add_given(changes, "live_seconds", flags.live);
  return changes.text();
}

std::string fresh_run_id() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::random_device device;
  return abilities::make_run_id(std::chrono::duration_cast<std::chrono::seconds>(now).count(),
                                (std::uint64_t{device()} << 32) | device());
}

base::Result<abilities::ResumedRun> run_of(const RunFlags& flags, const Config& config) {
  if (!flags.resume.empty()) {
    return abilities::resumed_run(flags.resume, changes_of(flags), run_defaults(config));
  }
  auto request = request_of(flags, config);
  if (!request.ok()) return request.error();
  return abilities::ResumedRun{std::move(*request), fresh_run_id()};
}

ProgressStyle style_of(const RunFlags& flags) {
  if (flags.json) return ProgressStyle::kJson;
  if (flags.console && isatty(STDIN_FILENO) != 0) return ProgressStyle::kPrompt;
  if (flags.console) return ProgressStyle::kPlain;
  return isatty(STDOUT_FILENO) != 0 ? ProgressStyle::kLine : ProgressStyle::kPlain;
}

std::unique_ptr<FileWatch> watch_policy(const std::string& path, abilities::RunControl& control,
                                        ProgressPrinter& printer) {
  if (path.empty()) return nullptr;
  return std::make_unique<FileWatch>(path, [&, path](const std::string& source) {
    control.reload("policy", source, [&printer, path, source](const auto& outcome) {
      if (outcome.verdict.ok) {
        printer.say(path + ": " +
                    (outcome.tick ? "acts from tick " + std::to_string(*outcome.tick) + " on"
                                  : "is good so far; it goes in while the world lives"));
        return;
      }
      printer.say(path + ": refused, the old policy keeps acting\n" +
                  sandbox::diagnostics_text(outcome.verdict.diagnostics, path, source));
    });
  });
}

std::unique_ptr<ConsoleInput> read_console(const RunFlags& flags, abilities::RunControl& control,
                                           ProgressPrinter& printer) {
  if (!flags.console) return nullptr;
  return std::make_unique<ConsoleInput>(
      STDIN_FILENO, isatty(STDIN_FILENO) != 0, control,
      [&printer](const std::string& line, const abilities::ConsoleReply& reply) {
        printer.reply(line, reply);
      });
}

// `--load DIR`, or `--world DIR --load NAME` for a save of that world.
abilities::RunSummary go_on(const RunFlags& flags, abilities::RunRequest request,
                            abilities::RunControl& control, abilities::RunObserver& observer) {
  if (flags.world.empty()) return continue_world(flags.load, request, control, observer);
  request.save_name = flags.load;
  return continue_world(flags.world, request, control, observer);
}

// What became of one run of a curriculum.
std::string told(const abilities::CurriculumTry& made) {
  char text[96];
  std::snprintf(text, sizeof text, ": success at least %.2f of %.2f, %s",
                made.summary.success_lower, made.advance, made.passed ? "passed" : "not passed");
  return "step " + made.step + ", try " + std::to_string(made.number) + text + " (" +
         made.summary.dir + ")";
}

// The steps of a curriculum, one run after the other.
int climb(const RunFlags& flags, const abilities::ResumedRun& run, const Config& config) {
  auto course = abilities::CurriculumRun::plan(run.request, flags.curriculum);
  if (!course.ok()) {
    print_error(course.error());
    return kExitUsage;
  }
  const SignalWatch signals([&](int count) {
    if (count > 1) std::_Exit(130);
    course->terminate();
  });
  ProgressPrinter printer(style_of(flags));
  abilities::RunTools tools;
  tools.services =
      std::make_shared<abilities::angel::ModelServices>(config.call_limits(), config.prices);
  const auto outcome = course->run(run.run_id, printer, tools, [&](const auto& made) {
    if (!flags.json) printer.say(told(made));
  });
  printer.finish();
  if (!flags.json && !outcome.tries.empty()) print_run_report(outcome.tries.back().summary);
  return outcome.passed ? kExitOk : kExitFailed;
}

int execute(const RunFlags& flags, const abilities::ResumedRun& run, const Config& config) {
  abilities::RunControl control;
  const SignalWatch signals([&](int count) {
    if (count > 1) std::_Exit(130);
    control.terminate();
  });
  ProgressPrinter printer(style_of(flags));
  abilities::RunSummary summary;
  {
    const auto watch = watch_policy(flags.watch, control, printer);
    const auto console = read_console(flags, control, printer);
    abilities::RunTools tools;
    tools.services =
        std::make_shared<abilities::angel::ModelServices>(config.call_limits(), config.prices);
    tools.resumes = !flags.resume.empty();
    summary = flags.load.empty()
                  ? abilities::execute_run_with(run.request, run.run_id, control, printer, tools)
                  : go_on(flags, run.request, control, printer);
  }
  printer.finish();
  if (!flags.json) print_run_report(summary);
  if (summary.end == abilities::RunEnd::kFailed) return kExitFailed;
  return kExitOk;
}

int run_run(const RunFlags& flags, const std::string& config_path) {
  auto config = load_config(config_path);
  if (!config.ok()) {
    print_error(config.error());
    return kExitUsage;
  }
  config->runs_dir = flags.runs_dir.value_or(config->runs_dir);
  config->catalogue = flags.catalogue.value_or(config->catalogue);
  const auto run = run_of(flags, *config);
  if (!run.ok()) {
    print_error(run.error());
    const base::ErrorCode code = run.error().code;
    const bool no_run = !flags.resume.empty() && code != base::ErrorCode::kInvalidArgument;
    return no_run || code == base::ErrorCode::kIo ? kExitFailed : kExitUsage;
  }
  return flags.curriculum.empty() ? execute(flags, *run, *config) : climb(flags, *run, *config);
}

// What a run was asked for stays as it is, but for what changes_of() takes.
void add_resume(CLI::App& command, RunFlags& flags) {
  CLI::Option* const resume = command.add_option(
      "--resume", flags.resume,
      "Go on with the interrupted search of this run's folder; what it measured is not measured "
      "again. Limits, --iterations, --threads and --live may be others");
  for (const char* name :
       {"goal",       "--scenario", "--set",      "--curriculum", "--episodes", "--candidates",
        "--seed",     "--provider", "--base-url", "--model",      "--cassette", "--policy",
        "--existing", "--duration", "--load",     "--world",      "--watch",    "--console",
        "--jit",      "--comment",  "--runs-dir"}) {
    resume->excludes(command.get_option(name));
  }
}

void add_flags(CLI::App& command, RunFlags& flags) {
  command.add_option("--scenario", flags.scenario,
                     std::string(kScenarioHelp) + " (default maze); with a file no catalogue");
  command
      .add_option("--set", flags.settings,
                  "field=value: the scenario with this setting (cherub scenario show NAME lists "
                  "some); may be given several times; such a run uses no catalogue")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option(
      "--curriculum", flags.curriculum,
      "Take the goal through the steps of this curriculum of the scenario, each from "
      "the best of the one before");
  command.add_option("goal,--goal", flags.goal, "What to achieve, in words");
  command.add_option("--iterations", flags.iterations, "Rounds of improvement (default 3)");
  command.add_option("--episodes", flags.episodes, "Tuning seeds per candidate (default 8)");
  command.add_option("--candidates", flags.candidates,
                     "Candidates per iteration (default: 192 of builtin, 1 of a model)");
  command.add_option("--seed", flags.seed, "All randomness follows from it (default 1)");
  command
      .add_option("--provider", flags.providers,
                  "builtin, openai, anthropic, cassette, or a name from the configuration; given "
                  "several times: each is asked when the one before it fails")
      ->allow_extra_args(false);
  command.add_option("--base-url", flags.base_url, "Where the provider's API is");
  command.add_option("--model", flags.model, "The provider's model");
  command.add_flag("--comment", flags.comment,
                   "Let the model comment on the critique of each iteration, for one more call");
  command.add_option("--max-cost", flags.max_cost,
                     "Most that the models may cost, in the currency of the configured prices");
  command.add_option("--max-calls", flags.max_calls, "Most requests to models, retries too");
  command.add_option("--max-tokens", flags.max_tokens, "Most tokens of all requests and replies");
  command.add_option("--max-ticks", flags.max_ticks, "Most simulated ticks while searching");
  command.add_option("--max-seconds", flags.max_seconds, "Wall time after which the search ends");
  command.add_option("--cassette", flags.cassette, "File in which replies of models are kept");
  command.add_option("--cassette-mode", flags.cassette_mode,
                     "record, replay, strict (a miss is an error) or auto (default: replay what is "
                     "there, record the rest)");
  command.add_option("--policy", flags.policy, "Measure this Lua file; nothing is generated");
  command.add_option("--existing", flags.existing, "Begin from this Lua file");
  command.add_option("--threads", flags.threads, "Threads for episodes (default: all cores)");
  command.add_option("--jit", flags.jit, "LuaJIT's compiler: on or off (default on)");
  command.add_option("--duration", flags.duration, "Length of an episode, world seconds");
  command.add_option("--live", flags.live,
                     "World seconds that the best policy lives on at the end (default 30)");
  command.add_option("--load", flags.load,
                     "Go on with the world of this folder by the script it was left with; with "
                     "--world, go back to the save of this name in that world");
  command.add_option("--world", flags.world, "Folder for the live world (default: in the run's)");
  command.add_option("--autosave", flags.autosave,
                     "Seconds between two saves of the live world, 0: none (default 60)");
  command.add_option("--watch", flags.watch,
                     "Watch this Lua file: every change goes into the live world, which is paced");
  command.add_option("--runs-dir", flags.runs_dir, "Folder for results (default runs)");
  command.add_option("--catalogue", flags.catalogue,
                     "Folder of the scripts that earlier runs measured, or none: then the run "
                     "depends on nothing but its request (default: catalogue beside the runs)");
  command.add_flag("--console", flags.console,
                   "Read commands from standard input while the run goes on (help lists them); the "
                   "live world is paced and ends when told to, or after --live");
  command.add_flag("--json", flags.json, "Print one JSON record per line");
  for (const char* name : {"--load", "--console", "--watch", "--policy"}) {
    command.get_option("--curriculum")->excludes(command.get_option(name));
  }
  add_resume(command, flags);
}

}  // namespace

void add_run_command(CLI::App& program, Session& session) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App* const command =
      program.add_subcommand("run", "Turn a goal into a measured policy and let it live");
  add_flags(*command, *flags);
  command->footer(
      "Examples:\n"
      "  cherub run --goal 'reach the target fast and safely'\n"
      "  cherub run --scenario pasture --goal 'keep the rabbits fed' --iterations 5\n"
      "  cherub run --scenario mine.yaml --goal 'survive' --live 600\n"
      "  cherub run --scenario tower --curriculum standard --goal 'reach the target safely'\n"
      "  cherub run --set terrain.width=31 --set terrain.depth=31 --goal 'reach the target'\n"
      "  cherub run --policy mine.lua --watch mine.lua\n"
      "  cherub run --scenario pasture --policy mine.lua --console\n"
      "  cherub run --load runs/20261121-014233-3f9a --live 600\n"
      "  cherub run --world worlds/garden --load before_rain\n"
      "  cherub run --resume runs/20261121-014233-3f9a --max-ticks 5000000\n"
      "  OPENAI_API_KEY=… cherub run --provider openai --model gpt-4o --goal 'collide rarely'\n"
      "The first Ctrl-C ends the run and keeps its best result, the second ends the program.\n"
      "Exit codes: 0 done or ended by you, 1 failed, 2 usage");
  command->callback(
      [flags, &session] { session.exit_code = run_run(*flags, session.config_path); });
}

}  // namespace cherub::server::cli
