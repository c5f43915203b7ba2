#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abilities/file_system.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"
#include "engine/scenario.h"
#include "scripting/manifest.h"
#include "server/cli/commands.h"
#include "server/cli/init_files.h"
#include "server/cli/json_read.h"
#include "server/cli/text_io.h"
#include "server/config.h"

namespace cherub::server::cli {
namespace {

namespace fs = std::filesystem;

// What was written, by sha256: only files that are still so may be replaced.
constexpr const char* kRecordFile = ".cherub-init.json";
constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

struct InitFlags {
  std::string folder;
  std::optional<std::string> scenario;
  bool force = false;
};

using Files = std::map<std::string, std::string>;  // text by path within the folder

std::string_view example_for(const std::string& scenario) {
  if (scenario == "maze") return init::k_maze_lua;
  if (scenario == "pasture") return init::k_pasture_lua;
  if (scenario == "village") return init::k_village_lua;
  return init::k_other_lua;
}

// Settings of the Lua language server. Libraries that policies lack are switched off, so that the
// editor does not offer them.
constexpr const char* kSettings = R"({
  "runtime": {
    "version": "LuaJIT",
    "builtin": {
      "bit32": "disable",
      "coroutine": "disable",
      "debug": "disable",
      "ffi": "disable",
      "io": "disable",
      "jit": "disable",
      "os": "disable",
      "package": "disable",
      "table.clear": "disable",
      "table.new": "disable",
      "utf8": "disable"
    }
  },
  "workspace": {
    "library": ["library"],
    "checkThirdParty": false
  },
  "diagnostics": {
    "unusedLocalExclude": ["_*", "self", "world", "config"]
  }
}
)";

std::string readme_for(const std::string& scenario) {
  const std::string run = "cherub run --scenario " + scenario + " --policy policy.lua";
  return "# A policy for Cherub\n\n`policy.lua` drives the agents of the scenario `" + scenario +
         "`. Change it, then:\n\n```sh\ncherub check policy.lua --scenario " + scenario +
         "  # is it right?\n" + run + "  # how good is it?\n" + run +
         " --watch policy.lua  # edit it while it lives\n```\n\n"
         "Editors with the Lua language server complete and explain the API from\n"
         "`library/cherub.lua`; `cherub api` prints it for people. The editor knows a little more\n"
         "than a policy may use, such as `pcall` and `require`: `cherub check` has the last "
         "word.\n\n"
         "`cherub init . --scenario " +
         scenario +
         " --force` brings these files up to a newer Cherub;\nwhat you have changed stays.\n";
}

Files files_for(const std::string& scenario) {
  return {{"policy.lua", std::string(example_for(scenario))},
          {"library/cherub.lua", scripting::api_luals()},
          {".luarc.json", kSettings},
          {"README.md", readme_for(scenario)}};
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

// Whether the file is, byte for byte, one that an earlier `init` wrote here.
bool is_ours(const fs::path& folder, const std::string& name) {
  const auto text = abilities::read_text_file(folder / kRecordFile, kFileBytesMax);
  if (!text) return false;
  const auto record = base::parse_json(*text);
  const auto file = abilities::read_text_file(folder / name, kFileBytesMax);
  return record && file && text_of(*record, name.c_str()) == base::sha256_hex(*file);
}

base::Result<void> write(const fs::path& folder, const std::string& name, const std::string& text) {
  abilities::FileSystem& files = abilities::real_file_system();
  const fs::path path = folder / name;
  if (auto made = abilities::make_folders(files, path.parent_path()); !made) return made;
  return abilities::replace_file(files, path, text, abilities::Durable::kNo);
}

std::string lines_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += "\n  " + name;
  return text;
}

int make_folder(const fs::path& folder, const std::string& scenario, bool force) {
  const Files files = files_for(scenario);
  std::vector<std::string> there, kept;
  for (const auto& [name, text] : files) {
    if (!is_there(folder / name)) continue;
    there.push_back(name);
    if (!is_ours(folder, name)) kept.push_back(name);
  }
  if (!there.empty() && !force) {
    print_error({base::ErrorCode::kConflict,
                 "These files exist already; nothing was changed. With --force those that init "
                 "made and nobody changed are replaced:" +
                     lines_of(there),
                 printable(folder.string())});
    return kExitFailed;
  }
  base::JsonObject record;
  std::vector<std::string> written;
  for (const auto& [name, text] : files) {
    // Of a file that is kept it stays known what it was made as.
    record.add(name, base::sha256_hex(text));
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    if (auto done = write(folder, name, text); !done) {
      print_error(done.error());
      return kExitFailed;
    }
    written.push_back(name);
  }
  if (auto done = write(folder, kRecordFile, record.text() + "\n"); !done) {
    print_error(done.error());
    return kExitFailed;
  }
  print_line("Written in " + printable(folder.string()) + ":" + lines_of(written));
  if (!kept.empty()) print_line("Kept as they are, since they are yours:" + lines_of(kept));
  print_line("Now: cd " + printable(folder.string()) + " && cherub check policy.lua --scenario " +
             scenario);
  return kExitOk;
}

int run_init(const InitFlags& flags, const std::string& config_path) {
  const auto config = load_config(config_path);
  if (!config.ok()) {
    print_error(config.error());
    return kExitUsage;
  }
  const std::string scenario = flags.scenario.value_or(config->scenario);
  if (const auto known = engine::builtin_scenario(scenario); !known) {
    print_error(known.error());
    return kExitUsage;
  }
  return make_folder(flags.folder, scenario, flags.force);
}

}  // namespace

void add_init_command(CLI::App& program, Session& session) {
  const auto flags = std::make_shared<InitFlags>();
  CLI::App* const command =
      program.add_subcommand("init", "Make a folder for writing a policy in an editor");
  command->add_option("folder", flags->folder, "The folder; it may exist already")->required();
  command->add_option("--scenario", flags->scenario, "For which the example is (default maze)");
  command->add_flag("--force", flags->force, "Replace files that init made and nobody changed");
  command->footer(
      "Examples:\n"
      "  cherub init my-policy --scenario pasture\n"
      "  cherub init . --force\n"
      "Exit codes: 0 ok, 1 files are in the way or cannot be written, 2 usage");
  command->callback(
      [flags, &session] { session.exit_code = run_init(*flags, session.config_path); });
}

}  // namespace cherub::server::cli
