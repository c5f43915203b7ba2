#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/catalogue_file.h"
#include "server/cli/catalogue_print.h"
#include "server/cli/commands.h"
#include "server/cli/text_io.h"
#include "server/config.h"
#include "server/run_defaults.h"

namespace cherub::server::cli {
namespace {

using abilities::Catalogue;
using abilities::CatalogueHit;
using abilities::CatalogueScript;

constexpr std::size_t kRefusalsPrinted = 50;

struct Flags {
  std::optional<std::string> catalogue, runs_dir;
  abilities::CatalogueFilter filter;
  std::vector<std::string> words;  // of a query, references, or tags
  std::string reference, file;
  bool json = false;
};

int fail(const base::Error& error) {
  print_error({error.code, printable(error.message, Lines::kKeep), printable(error.where)});
  return kExitFailed;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string hits_json(const Catalogue& catalogue, std::vector<CatalogueHit> hits) {
  base::JsonArray scripts;
  for (CatalogueHit& hit : hits) {
    if (hit.known_for) hit.script.measurements = {std::move(*hit.known_for)};
    base::JsonObject json = abilities::catalogue_json(hit.script);
    scripts.raw(json.add("relevance", hit.relevance).text());
  }
  return base::JsonObject()
      .add("catalogue", catalogue.folder().string())
      .raw("scripts", scripts.text())
      .text();
}

// `list` is a search for no words.
int search(Catalogue& catalogue, const Flags& flags) {
  const std::string query = joined(flags.words);
  auto hits = catalogue.search(query, flags.filter);
  if (!hits) return fail(hits.error());
  if (flags.json) {
    print_line(hits_json(catalogue, std::move(*hits)));
    return kExitOk;
  }
  if (!hits->empty()) {
    std::fputs(catalogue_table(*hits, flags.filter.metric).c_str(), stdout);
    return kExitOk;
  }
  const auto all = catalogue.all();
  if (!all) return fail(all.error());
  const std::string folder = printable(catalogue.folder().string());
  if (all->empty()) {
    print_line("There are no scripts in " + folder + " yet; `cherub run` fills it.");
  } else {
    print_line("None of the " + std::to_string(all->size()) + " scripts in " + folder + " fits.");
  }
  return kExitOk;
}

int show(Catalogue& catalogue, const Flags& flags) {
  const auto script = catalogue.find(flags.reference);
  if (!script) return fail(script.error());
  const std::string text =
      flags.json ? abilities::catalogue_line(*script) : catalogue_page(*script);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitOk;
}

base::Result<std::vector<std::string>> wanted(const Catalogue& catalogue, const Flags& flags) {
  if (flags.words.empty()) return catalogue.all();
  std::vector<std::string> sha256s;
  for (const std::string& reference : flags.words) {
    const auto script = catalogue.find(reference);
    if (!script) return script.error();
    sha256s.push_back(script->sha256);
  }
  return sha256s;
}

int export_to(Catalogue& catalogue, const Flags& flags) {
  const auto sha256s = wanted(catalogue, flags);
  if (!sha256s) return fail(sha256s.error());
  std::string text;
  const auto done = abilities::export_catalogue(
      catalogue, *sha256s, [&](std::string_view part) -> base::Result<void> {
        text += part;
        if (text.size() <= abilities::kCatalogueFileBytesMax) return {};
        return base::Error{base::ErrorCode::kInvalidArgument,
                           "An export has at most 256 MiB; name some scripts only.", flags.file};
      });
  if (!done) return fail(done.error());
  if (flags.file == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kExitOk;
  }
  const auto written = abilities::replace_file(abilities::real_file_system(), flags.file, text,
                                               abilities::Durable::kNo);
  if (!written) return fail(written.error());
  print_line(std::to_string(sha256s->size()) + " scripts are in " + printable(flags.file));
  return kExitOk;
}

std::string import_json(const abilities::CatalogueImport& done) {
  base::JsonArray refused;
  for (const abilities::CatalogueRefusal& one : done.refused) {
    refused.raw(base::JsonObject()
                    .add("line", one.line)
                    .add("sha256", one.sha256)
                    .add("reason", one.reason)
                    .text());
  }
  return base::JsonObject()
      .add("scripts", done.scripts)
      .add("known", done.known)
      .add("measurements", done.measurements)
      .raw("refused", refused.text())
      .text();
}

void print_import(const abilities::CatalogueImport& done) {
  print_line(std::to_string(done.scripts) + " new scripts, " + std::to_string(done.known) +
             " known ones, " + std::to_string(done.measurements) + " new measurements, " +
             std::to_string(done.refused.size()) + " refused");
  for (std::size_t i = 0; i < std::min(done.refused.size(), kRefusalsPrinted); ++i) {
    const abilities::CatalogueRefusal& one = done.refused[i];
    std::fprintf(stderr, "line %zu (%s): %s\n", one.line, printable(one.sha256).c_str(),
                 printable(one.reason).c_str());
  }
  if (done.refused.size() > kRefusalsPrinted) {
    std::fprintf(stderr, "and %zu more\n", done.refused.size() - kRefusalsPrinted);
  }
}

int import_from(Catalogue& catalogue, const Flags& flags) {
  const auto text = read_text(flags.file, abilities::kCatalogueFileBytesMax);
  if (!text) return fail(text.error());
  const auto done = abilities::import_catalogue(catalogue, *text);
  if (!done) return fail(done.error());
  if (flags.json) {
    print_line(import_json(*done));
  } else {
    print_import(*done);
  }
  return done->refused.empty() ? kExitOk : kExitRefused;
}

int change_tags(Catalogue& catalogue, const Flags& flags,
                base::Result<void> (Catalogue::*change)(const std::string&, const std::string&)) {
  const auto script = catalogue.find(flags.reference);
  if (!script) return fail(script.error());
  for (const std::string& tag : flags.words) {
    if (auto changed = (catalogue.*change)(script->sha256, tag); !changed) {
      return fail(changed.error());
    }
  }
  return kExitOk;
}

int remove(Catalogue& catalogue, const Flags& flags) {
  const auto sha256s = wanted(catalogue, flags);
  if (!sha256s) return fail(sha256s.error());
  for (const std::string& sha256 : *sha256s) {
    if (auto removed = catalogue.remove(sha256); !removed) return fail(removed.error());
  }
  return kExitOk;
}

using Action = std::function<int(Catalogue&, const Flags&)>;

int with_catalogue(const Flags& flags, const Session& session, const Action& action) {
  auto config = load_config(session.config_path);
  if (!config.ok()) {
    print_error(config.error());
    return kExitUsage;
  }
  config->runs_dir = flags.runs_dir.value_or(config->runs_dir);
  config->catalogue = flags.catalogue.value_or(config->catalogue);
  const std::string folder = catalogue_folder(*config);
  if (folder.empty()) {
    print_error({base::ErrorCode::kInvalidArgument,
                 "There is no catalogue: it is set to none. Name a folder.", "--catalogue"});
    return kExitUsage;
  }
  Catalogue catalogue(folder);
  return action(catalogue, flags);
}

// The commands under `catalogue`, each with the options that it takes.
class Commands {
 public:
  Commands(CLI::App& parent, Session& session) : parent_(parent), session_(session) {}

  CLI::App* add(const char* name, const char* what, Action action) {
    CLI::App* const command = parent_.add_subcommand(name, what);
    command->callback([flags = flags_, &session = session_, action = std::move(action)] {
      session.exit_code = with_catalogue(*flags, session, action);
    });
    return command;
  }

  void add_filters(CLI::App* command) {
    abilities::CatalogueFilter& filter = flags_->filter;
    command->add_option("--scenario", filter.scenario, "Only of this scenario");
    command->add_option("--kind", filter.kind, "policy or ability")
        ->check(CLI::IsMember({"policy", "ability"}));
    command->add_option("--tag", filter.tag, "Only with this tag: best, reload, or your own");
    command->add_option("--metric", filter.metric,
                        "Order by this metric, the better first (default score)");
    command->add_option("--limit", filter.limit, "At most so many (default 20)")
        ->check(CLI::Range(std::size_t{1}, abilities::kCatalogueHitsMax));
    add_json(command);
  }
  void add_json(CLI::App* command) {
    command->add_flag("--json", flags_->json, "Print exactly one JSON object");
  }
  void add_reference(CLI::App* command) {
    command
        ->add_option("script", flags_->reference,
                     "Beginning of the sha256 (4 digits or more), or name")
        ->required();
  }
  void add_file(CLI::App* command, const char* what) {
    command->add_option("file", flags_->file, what)->required();
  }
  CLI::Option* add_words(CLI::App* command, const char* name, const char* what) {
    return command->add_option(name, flags_->words, what)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  Flags& flags() { return *flags_; }

 private:
  CLI::App& parent_;
  Session& session_;
  std::shared_ptr<Flags> flags_ = std::make_shared<Flags>();
};

}  // namespace

void add_catalogue_command(CLI::App& program, Session& session) {
  CLI::App* const command = program.add_subcommand(
      "catalogue", "Look into the scripts that runs have measured, and share them");
  command->require_subcommand(1);
  Commands commands(*command, session);
  Flags& flags = commands.flags();
  command->add_option("--catalogue", flags.catalogue,
                      "Its folder (default: catalogue beside the runs)");
  command->add_option("--runs-dir", flags.runs_dir, "Folder of the runs (default runs)");

  commands.add_filters(commands.add("list", "The best scripts first", search));
  CLI::App* const words = commands.add("search", "Scripts that contain any of the words", search);
  commands.add_words(words, "words", "In goals, tags, names, descriptions and comments")
      ->required();
  commands.add_filters(words);
  CLI::App* const one = commands.add("show", "All that is known of a script, and its source", show);
  commands.add_reference(one);
  commands.add_json(one);
  CLI::App* const out =
      commands.add("export", "Write scripts with all results to a file", export_to);
  commands.add_file(out, "The file; - is standard output");
  commands.add_words(out, "scripts", "Only these (default: all)");
  CLI::App* const in = commands.add("import", "Take in what `export` wrote elsewhere", import_from);
  commands.add_file(in, "The file; - is standard input");
  commands.add_json(in);
  CLI::App* const tag = commands.add("tag", "Give a script tags", [](auto& catalogue, auto& given) {
    return change_tags(catalogue, given, &Catalogue::add_tag);
  });
  commands.add_reference(tag);
  commands.add_words(tag, "tags", "Lower-case letters, digits, _ and -")->required();
  CLI::App* const untag = commands.add("untag", "Take tags away", [](auto& catalogue, auto& given) {
    return change_tags(catalogue, given, &Catalogue::remove_tag);
  });
  commands.add_reference(untag);
  commands.add_words(untag, "tags", "The tags")->required();
  CLI::App* const gone = commands.add("remove", "Forget scripts and their results", remove);
  commands.add_words(gone, "scripts", "Beginnings of their sha256, or names")->required();
  command->footer(
      "Examples:\n"
      "  cherub catalogue list --scenario maze --tag best\n"
      "  cherub catalogue search target safely --metric time_to_goal\n"
      "  cherub catalogue show 3f9a2c\n"
      "  cherub catalogue export mine.jsonl && cherub catalogue import theirs.jsonl\n"
      "Exit codes: 0 ok, 1 failed, 2 usage, 13 some scripts of an import were refused");
}

}  // namespace cherub::server::cli
