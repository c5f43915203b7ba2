#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/file_system.h"
#include "engine/recording.h"
#include "engine/snapshot.h"
#include "scripting/policy_host.h"

namespace cherub::abilities {

// All that a save holds. The journal before and behind it holds the rest.
struct Save {
  engine::Snapshot snapshot;
  scripting::SavedPolicies memories;
};

enum class SaveCheck {
  kIntact,  // only as it was written
  kNone,    // as far as it can be read: to compare what was changed
};

// A save that stays until it is removed, with the beginning of the journal of a world that goes on
// from it: the head, the sources in use, the commands that wait.
struct NamedSave {
  Save save;
  engine::Recording beginning;
};

// How many of the newest saves stay; of the older ones stays one for each doubling of age, and the
// first of each segment of the journal: from there its ticks can be run again.
inline constexpr std::size_t kNewestSavesKept = 5;

// The folder that a world is kept in, as docs/SAVES.md describes it. Every file in it that is not
// only appended to appears whole or not at all.
class WorldFolder {
 public:
  WorldFolder(FileSystem& files, std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path journal() const { return path_ / "journal"; }
  [[nodiscard]] std::filesystem::path events() const { return path_ / "events"; }
  [[nodiscard]] std::filesystem::path scripts() const { return path_ / "scripts"; }
  [[nodiscard]] std::filesystem::path index() const { return path_ / "index.sqlite"; }
  [[nodiscard]] FileSystem& files() const { return files_; }

  // The empty folder with the scenario in it. A world that is there already is a conflict.
  base::Result<void> create(const engine::Scenario& scenario, std::uint64_t seed);
  base::Result<void> write_script(const std::string& sha256, std::string_view source);

  // The ticks of all complete saves, ascending.
  [[nodiscard]] std::vector<engine::Tick> saves() const;
  // The newest of them up to a tick, else 0.
  [[nodiscard]] engine::Tick newest_save(engine::Tick at_most) const;
  // Publishes the save, then world.json, then removes what is too old. Returns its bytes on disk.
  base::Result<std::size_t> write_save(const Save& save);
  [[nodiscard]] base::Result<Save> read_save(engine::Tick tick, SaveCheck check) const;
  // Names of letters, digits, '.', '_' and '-', ascending.
  [[nodiscard]] std::vector<std::string> named_saves() const;
  // A name that is taken is a conflict; one that is none is invalid. Returns its bytes on disk.
  [[nodiscard]] base::Result<void> check_new_name(const std::string& name) const;
  base::Result<std::size_t> write_named(const std::string& name, const NamedSave& named);
  [[nodiscard]] base::Result<NamedSave> read_named(const std::string& name) const;
  base::Result<void> remove_named(const std::string& name);
  // Those of ticks behind this one: of a line of history that was left there.
  base::Result<void> remove_saves_behind(engine::Tick tick);
  // Of crashes: what was begun and never finished.
  void remove_leftovers();

 private:
  [[nodiscard]] std::filesystem::path save_path(engine::Tick tick) const;
  [[nodiscard]] std::filesystem::path named_path(const std::string& name) const;
  base::Result<std::size_t> put_save(const std::filesystem::path& path, const Save& save,
                                     const std::string& journal);
  base::Result<std::size_t> fill_save(const std::filesystem::path& folder, const Save& save,
                                      const std::string& journal);
  base::Result<void> write_world_json(const Save& save);
  base::Result<void> discard(const std::filesystem::path& save);
  base::Result<void> remove_old_saves();

  FileSystem& files_;
  std::filesystem::path path_;
};

// Whether a world is kept in the folder.
bool is_world(const std::filesystem::path& path);

// Ten digits, so that names sort like numbers.
std::string tick_name(engine::Tick tick);
// The tick of such a name.
std::optional<engine::Tick> tick_of_name(std::string_view name);

// The text of `path`, or of `path`.zst unpacked when there is none.
base::Result<std::string> read_packed(const std::filesystem::path& path);
// Puts `path`.zst in the place of `path`; at any moment one of them is whole.
base::Result<void> pack_file(FileSystem& files, const std::filesystem::path& path);

}  // namespace cherub::abilities
