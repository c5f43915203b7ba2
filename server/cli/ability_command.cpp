#include <atomic>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "abilities/ability_known.h"
#include "abilities/run_records.h"
#include "engine/base/json.h"
#include "server/cli/commands.h"
#include "server/cli/scenario_choice.h"
#include "server/cli/text_io.h"
#include "server/config.h"
#include "server/run_defaults.h"
#include "server/signals.h"

namespace cherub::server::cli {
namespace {

using abilities::AbilityLadderVerdict;
using abilities::Rung;

struct AbilityFlags {
  std::string goal, scenario, out, base_url, model, catalogue;
  std::vector<std::string> providers;
  bool json = false;
  bool anew = false;  // whatever the catalogue has
};

// "A0 text ok, A1 contract ok, A2 runs refused".
std::string rungs_text(const AbilityLadderVerdict& verdict) {
  static constexpr std::pair<Rung, const char*> kRungs[] = {
      {Rung::kAbilityText, "text"},   {Rung::kAbilityContract, "contract"},
      {Rung::kAbilityRuns, "runs"},   {Rung::kAbilityPrice, "price"},
      {Rung::kAbilityFight, "fight"},
  };
  std::string text;
  for (const auto& [rung, what] : kRungs) {
    const bool stands = verdict.reached && rung <= *verdict.reached;
    text += (text.empty() ? "" : ", ") + std::string(abilities::rung_name(rung)) + " " + what +
            (stands ? " ok" : " refused");
    if (!stands) break;
  }
  return text;
}

std::string summary_text(const abilities::WrittenAbility& written) {
  const engine::AbilitySpec& spec = written.verdict.spec;
  const auto number = [](double value) { return base::json_number(value); };
  std::string text = spec.name + ": " + printable(written.verdict.description) + "\n  costs " +
                     number(spec.energy_cost) + " of self.energy, again after " +
                     number(spec.cooldown_s) + " s, range " + number(spec.range) + " m\n  " +
                     std::to_string(written.verdict.uses) + " uses tried; the dearest, on " +
                     written.verdict.price_on + ", is worth " + number(written.verdict.price_max) +
                     "; at most " + std::to_string(written.verdict.fuel_max) +
                     " of 20000 units of fuel\n  shown to work on " + written.verdict.effect_on;
  for (const std::string& note : written.notes) text += "\n  note: " + printable(note);
  return text;
}

// The flags as the body of a POST /run: what is valid is decided in one place. A run's own goal is
// not looked at here.
base::Result<abilities::RunRequest> request_of(const AbilityFlags& flags, const Config& config) {
  base::JsonObject body;
  body.add("user_goal", "an ability");
  if (!flags.providers.empty()) {
    base::JsonArray names;
    for (const std::string& name : flags.providers) names.add(name);
    body.raw("provider", names.text());
  }
  if (!flags.base_url.empty()) body.add("provider_url", flags.base_url);
  if (!flags.model.empty()) body.add("model", flags.model);
  return abilities::run_request_from_json(body.text(), run_defaults(config));
}

base::Result<void> keep(const AbilityFlags& flags, bool is_known,
                        const abilities::RunRequest& request,
                        const abilities::WrittenAbility& written, const std::string& scenario) {
  if (!flags.out.empty()) {
    auto done = abilities::replace_file(abilities::real_file_system(), flags.out, written.source,
                                        abilities::Durable::kNo);
    if (!done) return done;
    if (!flags.json) print_line("Wrote " + printable(flags.out) + ".");
  }
  if (request.catalogue_dir.empty() || is_known) return {};
  abilities::Catalogue catalogue(request.catalogue_dir);
  const auto script = abilities::catalogue_script_of(written, scenario, "");
  const auto added = catalogue.add(std::span(&script, 1));
  if (!added) return added.error();
  if (!flags.json) {
    print_line((added->scripts > 0 ? "Kept in " : "Known in ") + printable(request.catalogue_dir) +
               " as " + script.sha256.substr(0, 12) + ".");
  }
  return {};
}

// What the catalogue has for the order already. Whatever goes wrong with it, the ability is
// written.
std::optional<abilities::WrittenAbility> look_up(const AbilityFlags& flags,
                                                 const abilities::RunRequest& request,
                                                 abilities::AbilityLadder& ladder) {
  if (request.catalogue_dir.empty() || flags.anew) return std::nullopt;
  const auto sameness = request.provider.provider == "builtin" ? abilities::Sameness::kEffects
                                                               : abilities::Sameness::kWords;
  const abilities::Catalogue catalogue(request.catalogue_dir);
  auto known = abilities::known_ability({flags.goal, {}}, sameness, catalogue, ladder);
  if (!known) {
    print_error(known.error());
    return std::nullopt;
  }
  if (*known && !flags.json) {
    print_line("Known in " + printable(request.catalogue_dir) + " as " +
               (*known)->verdict.spec.sha256.substr(0, 12) + "; --new writes another one.");
  }
  return std::move(*known);
}

int exit_code_of(const abilities::WrittenAbility& written) {
  if (written.ok) return kExitOk;
  if (!written.verdict.refusals.empty()) return kExitRefused;
  return written.code == base::ErrorCode::kInvalidArgument ||
                 written.code == base::ErrorCode::kConflict
             ? kExitUsage
             : kExitFailed;
}

base::Result<abilities::WrittenAbility> write_anew(const AbilityFlags& flags,
                                                   const abilities::RunRequest& request,
                                                   const Config& config,
                                                   abilities::AbilityLadder& ladder) {
  std::atomic<bool> cancel{false};
  const SignalWatch signals([&](int count) {
    if (count > 1) std::_Exit(130);
    cancel = true;
  });
  abilities::angel::ModelServices services(config.call_limits(), config.prices);
  abilities::Ledger ledger({request.limits, request.prices, &services.total, {}, {}});
  auto angel = make_ability_angel(request, {services, ledger, {}, {}});
  if (!angel) return angel.error();
  const auto told = [&](const abilities::AbilityRound& round) {
    if (flags.json) return;
    print_line("round " + std::to_string(round.number) + ": " + rungs_text(round.verdict));
    if (round.verdict.ok) return;
    print_line(printable(abilities::refusals_text(round.verdict.refusals, round.source, "ability"),
                         Lines::kKeep));
  };
  return abilities::write_ability({flags.goal, {}}, **angel, ladder, told, &cancel);
}

void print_outcome(const AbilityFlags& flags, const abilities::WrittenAbility& written,
                   bool is_known) {
  if (flags.json) {
    base::JsonObject json = abilities::ability_json(written);
    json.add("goal", written.goal).add("ok", written.ok).add("known", is_known);
    json.add("source", written.source);
    print_line(abilities::record("ability", json).json);
  } else if (written.ok) {
    print_line(summary_text(written) + "\n\n" + printable(written.source, Lines::kKeep));
  } else if (written.verdict.refusals.empty()) {
    print_error({written.code, written.message, ""});
  }
}

int write_one(const AbilityFlags& flags, const abilities::RunRequest& request, const Config& config,
              engine::Scenario scenario) {
  const std::string name = scenario.name;
  abilities::AbilityLadder ladder(std::move(scenario), {.jit = request.jit});
  auto known = look_up(flags, request, ladder);
  const bool is_known = known.has_value();
  base::Result<abilities::WrittenAbility> written =
      is_known ? base::Result<abilities::WrittenAbility>(std::move(*known))
               : write_anew(flags, request, config, ladder);
  if (!written) {
    print_error(written.error());
    return kExitUsage;
  }
  print_outcome(flags, *written, is_known);
  if (!written->ok) return exit_code_of(*written);
  if (const auto kept = keep(flags, is_known, request, *written, name); !kept) {
    print_error(kept.error());
    return kExitFailed;
  }
  return kExitOk;
}

int run_ability(const AbilityFlags& flags, const std::string& config_path) {
  auto config = load_config(config_path);
  if (!config) {
    print_error(config.error());
    return kExitUsage;
  }
  if (!flags.catalogue.empty()) config->catalogue = flags.catalogue;
  const auto request = request_of(flags, *config);
  if (!request) {
    print_error(request.error());
    return kExitUsage;
  }
  if (flags.scenario.empty()) {
    return write_one(flags, *request, *config, abilities::ability_workshop());
  }
  auto scenario = chosen_scenario(flags.scenario);
  if (!scenario) {
    print_error(scenario.error());
    return kExitUsage;
  }
  return write_one(flags, *request, *config, std::move(*scenario));
}

}  // namespace

void add_ability_command(CLI::App& program, Session& session) {
  const auto flags = std::make_shared<AbilityFlags>();
  CLI::App* const command =
      program.add_subcommand("ability", "Turn a goal in words into an ability, tried and priced");
  command->add_option("goal", flags->goal, "What it is to do, in words")->required();
  command->add_option("--scenario", flags->scenario,
                      "Whose species it may name (default: a workshop with people, grass, apples "
                      "and coins)");
  command
      ->add_option("--provider", flags->providers,
                   "builtin, openai, anthropic, or a name from the configuration; given several "
                   "times: each is asked when the one before it fails")
      ->allow_extra_args(false);
  command->add_option("--base-url", flags->base_url, "Where the provider's API is");
  command->add_option("--model", flags->model, "The provider's model");
  command->add_option("--out", flags->out, "File for the script");
  command->add_option("--catalogue", flags->catalogue,
                      "Folder that is searched for it first and keeps it, or none");
  command->add_flag("--new", flags->anew, "Write it, whatever the catalogue has");
  command->add_flag("--json", flags->json, "Print one JSON object");
  command->footer(
      "Examples:\n"
      "  cherub ability 'a fireball that costs 10 energy, range 12 m'\n"
      "  cherub ability 'give the gatherers a way to call for help' --out help.lua\n"
      "  cherub ability 'heals everyone around by 0.1 health every 5 seconds' --json\n"
      "In a living world: the console's command ability; see docs/ABILITIES.md.\n"
      "Exit codes: 0 ok, 1 failed, 2 usage or a goal that is not understood, 13 refused");
  command->callback(
      [flags, &session] { session.exit_code = run_ability(*flags, session.config_path); });
}

}  // namespace cherub::server::cli
