#include "abilities/world_folder.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "abilities/compression.h"
#include "abilities/console.h"
#include "abilities/journal_segments.h"
#include "abilities/memory_json.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/journal.h"

namespace cherub::abilities {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kCompressFromBytes = 64 * 1024;
constexpr std::size_t kFileBytesMax = std::size_t{4} << 30;
constexpr std::size_t kManifestBytesMax = 64 * 1024;
constexpr std::size_t kTickDigits = 10;

base::Error at(const std::filesystem::path& path, base::Error error) {
  error.where = path.string() + (error.where.empty() ? "" : ": " + error.where);
  return error;
}

std::string hash_text(std::string_view bytes) {
  return base::hex64(base::hash_bytes(bytes.data(), bytes.size()));
}

// A file of a save as it lies on the disk.
struct Packed {
  std::string name, bytes;
};

base::Result<Packed> packed(const std::string& name, std::string text) {
  if (text.size() < kCompressFromBytes) return Packed{name, std::move(text)};
  auto frame = compress(text);
  if (!frame) return frame.error();
  return Packed{name + ".zst", std::move(*frame)};
}

// Writes a file into a folder that nobody sees yet, down to the disk.
base::Result<void> write_new(FileSystem& files, const std::filesystem::path& path,
                             std::string_view bytes) {
  auto file = OutputFile::open(files, path, OutputFile::Mode::kReplace);
  if (!file) return file.error();
  if (auto done = file->write(bytes); !done) return done;
  if (auto done = file->sync(); !done) return done;
  return file->close();
}

// Whether the bytes of a save's files are those that its manifest names.
base::Result<void> check_intact(const std::filesystem::path& folder) {
  const auto path = folder / "save.json";
  const auto text = read_text_file(path, kManifestBytesMax);
  if (!text) return text.error();
  const auto manifest = base::parse_json(*text);
  if (!manifest) return at(path, manifest.error());
  const auto is_map = [](const rapidjson::Value& value, const char* name) {
    return value.IsObject() && value.HasMember(name) && value[name].IsObject();
  };
  if (!is_map(*manifest, "files")) {
    return base::Error{base::ErrorCode::kInvalidArgument, "This is no manifest of a save.",
                       path.string()};
  }
  for (const auto& member : (*manifest)["files"].GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    if (name.find('/') != std::string::npos) continue;
    const auto bytes = read_text_file(folder / name, kFileBytesMax);
    if (!bytes) return bytes.error();
    if (!member.value.IsString() || hash_text(*bytes) != member.value.GetString()) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "The file is not as it was saved: its hash is " + hash_text(*bytes) + ".",
                         (folder / name).string()};
    }
  }
  return {};
}

// Of ascending ticks, those that may go.
std::vector<engine::Tick> too_old(const std::vector<engine::Tick>& saves,
                                  const std::vector<JournalSegment>& segments) {
  std::vector<engine::Tick> old;
  if (saves.size() <= kNewestSavesKept) return old;
  int band_before = -1;
  auto segment = segments.begin();
  // From the oldest on: it is the one that stays of its band.
  for (std::size_t i = 0; i + kNewestSavesKept < saves.size(); ++i) {
    bool begins_segment = false;
    for (; segment != segments.end() && segment->first <= saves[i]; ++segment) {
      begins_segment = true;
    }
    const int band = std::bit_width(saves.back() - saves[i]);
    if (band == band_before && !begins_segment) old.push_back(saves[i]);
    band_before = band;
  }
  return old;
}

base::Error not_a_save(const std::filesystem::path& path, const std::string& what) {
  return {base::ErrorCode::kInvalidArgument, what, path.string()};
}

base::Result<Save> read_save_at(const std::filesystem::path& folder, SaveCheck check) {
  if (check == SaveCheck::kIntact) {
    if (auto intact = check_intact(folder); !intact) return intact.error();
  }
  const auto state = read_packed(folder / "state.json");
  if (!state) return state.error();
  auto snapshot = engine::snapshot_from_json(*state);
  if (!snapshot) return at(folder / "state.json", snapshot.error());
  const auto text = read_packed(folder / "memories.json");
  if (!text) return text.error();
  auto memories = memories_from_json(*text);
  if (!memories) return at(folder / "memories.json", memories.error());
  return Save{std::move(*snapshot), std::move(*memories)};
}

base::Result<void> check_name(const std::string& name) {
  if (is_plain_file_name(name) && !name.ends_with(".new") && !name.ends_with(".old")) return {};
  return base::Error{base::ErrorCode::kInvalidArgument,
                     "A save's name has 1 to 64 letters, digits, '.', '_' and '-', begins with no "
                     "dot, and ends in neither .new nor .old.",
                     "name"};
}

}  // namespace

std::string tick_name(engine::Tick tick) {
  const std::string digits = std::to_string(tick);
  return std::string(kTickDigits - std::min(kTickDigits, digits.size()), '0') + digits;
}

std::optional<engine::Tick> tick_of_name(std::string_view name) {
  engine::Tick tick = 0;
  const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), tick);
  if (status != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  if (tick_name(tick) != name) return std::nullopt;
  return tick;
}

base::Result<std::string> read_packed(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return read_text_file(path, kFileBytesMax);
  std::filesystem::path packed_path = path;
  packed_path += ".zst";
  const auto frame = read_text_file(packed_path, kFileBytesMax);
  if (!frame) return frame.error();
  auto text = decompress(*frame, kFileBytesMax);
  if (!text) return at(packed_path, text.error());
  return text;
}

base::Result<void> pack_file(FileSystem& files, const std::filesystem::path& path) {
  const auto text = read_text_file(path, kFileBytesMax);
  if (!text) return text.error();
  const auto frame = compress(*text);
  if (!frame) return frame.error();
  auto packed_path = path;
  packed_path += ".zst";
  if (auto done = replace_file(files, packed_path, *frame, Durable::kYes); !done) return done;
  return remove_path(files, path);
}

bool is_world(const std::filesystem::path& path) {
  return !journal_segments(path / "journal").empty();
}

WorldFolder::WorldFolder(FileSystem& files, std::filesystem::path path)
    : files_(files), path_(std::move(path)) {}

base::Result<void> WorldFolder::create(const engine::Scenario& scenario, std::uint64_t seed) {
  if (is_world(path_)) {
    return base::Error{base::ErrorCode::kConflict,
                       "A world is kept here already; load it to go on with it.", path_.string()};
  }
  for (const char* name : {"", "saves", "events", "scripts"}) {
    const auto folder = *name == '\0' ? path_ : path_ / name;
    if (auto made = make_folders(files_, folder); !made) return made;
  }
  const auto yaml = path_ / "scenario.yaml";
  if (auto done = replace_file(files_, yaml, scenario.yaml, Durable::kYes); !done) return done;
  const std::string json = base::JsonObject()
                               .add("cherub_world", kFormat)
                               .add("scenario", scenario.name)
                               .add("seed", base::hex64(seed))
                               .raw("newest_save", "null")
                               .text();
  return replace_file(files_, path_ / "world.json", json + "\n", Durable::kYes);
}

base::Result<void> WorldFolder::write_script(const std::string& sha256, std::string_view source) {
  return replace_file(files_, scripts() / (sha256 + ".lua"), source, Durable::kNo);
}

std::filesystem::path WorldFolder::save_path(engine::Tick tick) const {
  return path_ / "saves" / tick_name(tick);
}

std::vector<engine::Tick> WorldFolder::saves() const {
  std::vector<engine::Tick> ticks;
  for (const std::string& name : names_in(path_ / "saves")) {
    if (const auto tick = tick_of_name(name)) ticks.push_back(*tick);
  }
  std::sort(ticks.begin(), ticks.end());
  return ticks;
}

engine::Tick WorldFolder::newest_save(engine::Tick at_most) const {
  const auto ticks = saves();
  const auto after = std::upper_bound(ticks.begin(), ticks.end(), at_most);
  return after == ticks.begin() ? 0 : *(after - 1);
}

std::filesystem::path WorldFolder::named_path(const std::string& name) const {
  return path_ / "named" / name;
}

std::vector<std::string> WorldFolder::named_saves() const {
  std::vector<std::string> names = names_in(path_ / "named");
  std::erase_if(names, [](const std::string& name) { return !check_name(name).ok(); });
  return names;
}

base::Result<void> WorldFolder::check_new_name(const std::string& name) const {
  if (auto valid = check_name(name); !valid) return valid;
  std::error_code ignored;
  if (!std::filesystem::exists(named_path(name), ignored)) return {};
  return base::Error{base::ErrorCode::kConflict,
                     "There is a save named \"" + name +
                         "\" already; take another name, or let it go with: forget " + name,
                     "name"};
}

base::Result<std::size_t> WorldFolder::write_named(const std::string& name,
                                                   const NamedSave& named) {
  if (auto is_new = check_new_name(name); !is_new) return is_new.error();
  if (auto made = make_folders(files_, path_ / "named"); !made) return made.error();
  engine::JournalWriter journal;
  journal.segment(named.beginning, 0);
  return put_save(named_path(name), named.save, journal.text());
}

base::Result<NamedSave> WorldFolder::read_named(const std::string& name) const {
  if (auto valid = check_name(name); !valid) return valid.error();
  const auto folder = named_path(name);
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) {
    return base::Error{base::ErrorCode::kNotFound, "There is no save named \"" + name + "\".",
                       "name"};
  }
  auto save = read_save_at(folder, SaveCheck::kIntact);
  if (!save) return save.error();
  const auto text = read_packed(folder / "journal.jsonl");
  if (!text) return text.error();
  auto beginning = engine::read_journal_text(*text);
  if (!beginning) return at(folder / "journal.jsonl", beginning.error());
  if (beginning->first != save->snapshot.tick || !beginning->hashes.empty() ||
      beginning->torn_bytes > 0) {
    return not_a_save(folder / "journal.jsonl", "It is not the beginning of this save's journal.");
  }
  return NamedSave{std::move(*save), std::move(*beginning)};
}

base::Result<void> WorldFolder::remove_named(const std::string& name) {
  if (auto valid = check_name(name); !valid) return valid.error();
  std::error_code ignored;
  if (!std::filesystem::exists(named_path(name), ignored)) {
    return base::Error{base::ErrorCode::kNotFound, "There is no save named \"" + name + "\".",
                       "name"};
  }
  return discard(named_path(name));
}

base::Result<void> WorldFolder::remove_saves_behind(engine::Tick tick) {
  for (const engine::Tick save : saves()) {
    if (save <= tick) continue;
    if (auto done = discard(save_path(save)); !done) return done;
  }
  return {};
}

base::Result<std::size_t> WorldFolder::fill_save(const std::filesystem::path& folder,
                                                 const Save& save, const std::string& journal) {
  const engine::Tick tick = save.snapshot.tick;
  auto state = packed("state.json", engine::snapshot_to_json(save.snapshot));
  if (!state) return state.error();
  auto memories = packed("memories.json", memories_to_json(tick, save.memories));
  if (!memories) return memories.error();
  std::vector<Packed> parts{std::move(*state), std::move(*memories)};
  if (!journal.empty()) {
    auto part = packed("journal.jsonl", journal);
    if (!part) return part.error();
    parts.push_back(std::move(*part));
  }
  base::JsonObject hashes;
  std::size_t bytes = 0;
  for (const Packed& file : parts) {
    if (auto done = write_new(files_, folder / file.name, file.bytes); !done) return done.error();
    hashes.add(file.name, hash_text(file.bytes));
    bytes += file.bytes.size();
  }
  const std::string manifest = base::JsonObject()
                                   .add("cherub_save", kFormat)
                                   .add("tick", tick)
                                   .add("state_hash", base::hex64(save.snapshot.hash))
                                   .raw("files", hashes.text())
                                   .text();
  if (auto done = write_new(files_, folder / "save.json", manifest + "\n"); !done) {
    return done.error();
  }
  if (auto done = sync_folder(files_, folder); !done) return done.error();
  return bytes + manifest.size() + 1;
}

base::Result<void> WorldFolder::write_world_json(const Save& save) {
  const engine::Snapshot& state = save.snapshot;
  auto scenario = engine::parse_scenario(state.scenario_yaml);
  base::JsonArray scripts;
  for (const engine::ScriptSlot& slot : state.slots) {
    scripts.raw(base::JsonObject().add("slot", slot.name).add("sha256", slot.sha256).text());
  }
  const auto& alive = state.columns.alive;
  const std::string json =
      base::JsonObject()
          .add("cherub_world", kFormat)
          .add("scenario", scenario ? scenario->name : "")
          .add("seed", base::hex64(state.seed))
          .raw("newest_save", base::JsonObject()
                                  .add("name", tick_name(state.tick))
                                  .add("tick", state.tick)
                                  .add("state_hash", base::hex64(state.hash))
                                  .add("alive", std::count(alive.begin(), alive.end(), 1))
                                  .add("memories", save.memories.agents.size())
                                  .raw("scripts", scripts.text())
                                  .text())
          .text();
  return replace_file(files_, path_ / "world.json", json + "\n", Durable::kYes);
}

base::Result<std::size_t> WorldFolder::put_save(const std::filesystem::path& path, const Save& save,
                                                const std::string& journal) {
  auto unfinished = path;
  unfinished += ".new";
  const auto write = [&]() -> base::Result<std::size_t> {
    if (auto done = remove_path(files_, unfinished); !done) return done.error();
    if (auto done = make_folders(files_, unfinished); !done) return done.error();
    auto bytes = fill_save(unfinished, save, journal);
    if (!bytes) return bytes;
    if (auto done = discard(path); !done) return done.error();
    if (auto done = rename_path(files_, unfinished, path); !done) return done.error();
    if (auto done = sync_folder(files_, path.parent_path()); !done) return done.error();
    return bytes;
  };
  auto bytes = write();
  if (!bytes) (void)remove_path(files_, unfinished);  // the first error is the one to tell
  return bytes;
}

base::Result<std::size_t> WorldFolder::write_save(const Save& save) {
  auto bytes = put_save(save_path(save.snapshot.tick), save, "");
  if (!bytes) return bytes;
  if (auto done = write_world_json(save); !done) return done.error();
  if (auto done = remove_old_saves(); !done) return done.error();
  return bytes;
}

// First out of sight, so that no half of it is ever found.
base::Result<void> WorldFolder::discard(const std::filesystem::path& save) {
  std::error_code ignored;
  if (!std::filesystem::exists(save, ignored)) return {};
  auto hidden = save;
  hidden += ".old";
  if (auto done = remove_path(files_, hidden); !done) return done;
  if (auto done = rename_path(files_, save, hidden); !done) return done;
  return remove_path(files_, hidden);
}

base::Result<void> WorldFolder::remove_old_saves() {
  for (const engine::Tick tick : too_old(saves(), current_line(journal_segments(journal())))) {
    if (auto done = discard(save_path(tick)); !done) return done;
  }
  return {};
}

void WorldFolder::remove_leftovers() {
  for (const char* folder : {"", "saves", "named", "journal", "events", "scripts"}) {
    const auto inside = path_ / folder;
    for (const std::string& name : names_in(inside)) {
      if (name.ends_with(".new") || name.ends_with(".old")) {
        (void)remove_path(files_, inside / name);  // it is in nobody's way
      }
    }
  }
}

base::Result<Save> WorldFolder::read_save(engine::Tick tick, SaveCheck check) const {
  auto save = read_save_at(save_path(tick), check);
  if (save && save->snapshot.tick != tick) {
    return not_a_save(save_path(tick),
                      "The state is of tick " + std::to_string(save->snapshot.tick) + ".");
  }
  return save;
}

}  // namespace cherub::abilities
