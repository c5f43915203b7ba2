#include "abilities/world_folder.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "abilities/compression.h"
#include "abilities/memory_json.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"

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
std::vector<engine::Tick> too_old(const std::vector<engine::Tick>& saves) {
  std::vector<engine::Tick> old;
  if (saves.size() <= kNewestSavesKept) return old;
  int band_before = -1;
  // From the oldest on: it is the one that stays of its band.
  for (std::size_t i = 0; i + kNewestSavesKept < saves.size(); ++i) {
    const int band = std::bit_width(saves.back() - saves[i]);
    if (band == band_before) old.push_back(saves[i]);
    band_before = band;
  }
  return old;
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

bool is_world(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path / "journal.jsonl", ignored);
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

base::Result<std::size_t> WorldFolder::fill_save(const std::filesystem::path& folder,
                                                 const Save& save) {
  const engine::Tick tick = save.snapshot.tick;
  auto state = packed("state.json", engine::snapshot_to_json(save.snapshot));
  if (!state) return state.error();
  auto memories = packed("memories.json", memories_to_json(tick, save.memories));
  if (!memories) return memories.error();
  base::JsonObject hashes;
  std::size_t bytes = 0;
  for (const Packed* file : {&*state, &*memories}) {
    if (auto done = write_new(files_, folder / file->name, file->bytes); !done) {
      return done.error();
    }
    hashes.add(file->name, hash_text(file->bytes));
    bytes += file->bytes.size();
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

base::Result<std::size_t> WorldFolder::write_save(const Save& save) {
  const auto final_path = save_path(save.snapshot.tick);
  auto unfinished = final_path;
  unfinished += ".new";
  const auto write = [&]() -> base::Result<std::size_t> {
    if (auto done = remove_path(files_, unfinished); !done) return done.error();
    if (auto done = make_folders(files_, unfinished); !done) return done.error();
    auto bytes = fill_save(unfinished, save);
    if (!bytes) return bytes;
    if (auto done = discard_save(save.snapshot.tick); !done) return done.error();
    if (auto done = rename_path(files_, unfinished, final_path); !done) return done.error();
    if (auto done = sync_folder(files_, final_path.parent_path()); !done) return done.error();
    return bytes;
  };
  auto bytes = write();
  if (!bytes) {
    (void)remove_path(files_, unfinished);  // the first error is the one to tell
    return bytes;
  }
  if (auto done = write_world_json(save); !done) return done.error();
  if (auto done = remove_old_saves(); !done) return done.error();
  return bytes;
}

// First out of sight, so that no half of it is ever found.
base::Result<void> WorldFolder::discard_save(engine::Tick tick) {
  std::error_code ignored;
  if (!std::filesystem::exists(save_path(tick), ignored)) return {};
  auto hidden = save_path(tick);
  hidden += ".old";
  if (auto done = remove_path(files_, hidden); !done) return done;
  if (auto done = rename_path(files_, save_path(tick), hidden); !done) return done;
  return remove_path(files_, hidden);
}

base::Result<void> WorldFolder::remove_old_saves() {
  for (const engine::Tick tick : too_old(saves())) {
    if (auto done = discard_save(tick); !done) return done;
  }
  return {};
}

void WorldFolder::remove_leftovers() {
  for (const char* folder : {"", "saves", "events", "scripts"}) {
    const auto inside = path_ / folder;
    for (const std::string& name : names_in(inside)) {
      if (name.ends_with(".new") || name.ends_with(".old")) {
        (void)remove_path(files_, inside / name);  // it is in nobody's way
      }
    }
  }
}

base::Result<Save> WorldFolder::read_save(engine::Tick tick, SaveCheck check) const {
  const auto folder = save_path(tick);
  if (check == SaveCheck::kIntact) {
    if (auto intact = check_intact(folder); !intact) return intact.error();
  }
  const auto state = read_packed(folder / "state.json");
  if (!state) return state.error();
  auto snapshot = engine::snapshot_from_json(*state);
  if (!snapshot) return at(folder / "state.json", snapshot.error());
  if (snapshot->tick != tick) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "The state is of tick " + std::to_string(snapshot->tick) + ".",
                       folder.string()};
  }
  const auto text = read_packed(folder / "memories.json");
  if (!text) return text.error();
  auto memories = memories_from_json(*text);
  if (!memories) return at(folder / "memories.json", memories.error());
  return Save{std::move(*snapshot), std::move(*memories)};
}

}  // namespace cherub::abilities
