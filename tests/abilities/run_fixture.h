#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "abilities/file_system.h"
#include "abilities/run.h"
#include "abilities/run_folder.h"
#include "engine/base/json.h"

namespace cherub::abilities {

// A folder of its own that is gone after the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cherub-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// Keeps every record; a hook may act on each as it comes.
class KeepingObserver final : public RunObserver {
 public:
  std::function<void(const RunRecord&)> hook;
  std::vector<RunRecord> records;  // of a run that goes on, of_type() tells
  std::uint64_t ticks = 0;
  std::atomic<int> inside{0};
  bool overlapped = false;

  void on_record(const RunRecord& record) override {
    enter();
    {
      const std::lock_guard lock(mutex_);
      records.push_back(record);
    }
    if (hook) hook(record);
    --inside;
  }
  void on_tick(const engine::World&, const engine::TickReport&) override {
    enter();
    ++ticks;
    --inside;
  }
  bool wants_ticks() const override { return true; }

  [[nodiscard]] std::vector<std::string> of_type(const std::string& type) const {
    std::vector<std::string> found;
    const std::lock_guard lock(mutex_);
    for (const RunRecord& record : records) {
      if (record.type == type) found.push_back(record.json);
    }
    return found;
  }

 private:
  void enter() {
    if (++inside > 1) overlapped = true;
  }

  mutable std::mutex mutex_;  // guards the records while the run goes on
};

// A small run of the maze: short episodes, nothing lives on.
inline RunRequest small_request(const TemporaryFolder& folder) {
  RunRequest request;
  request.user_goal = "reach the target safely";
  request.iterations = 1;
  request.episodes = 2;
  request.candidates = 3;
  request.threads = 2;
  request.max_steps = 60;
  request.live_seconds = 0;
  request.runs_dir = folder.path();
  return request;
}

inline std::string file_text(const std::string& path) {
  const auto text = read_text_file(path, 1u << 26);
  return text ? *text : "";
}

inline constexpr const char* kWandererSource =
    "local policy = {}\nfunction policy.act(self, world) self:wander() end\nreturn policy\n";

// Remembers something, notes and collects.
inline constexpr const char* kCountingSource =
    "local policy = {}\n"
    "function policy.act(self, world)\n"
    "  self.memory.count = (self.memory.count or 0) + 1\n"
    "  if self.memory.count == 2 then self:note(\"second\") end\n"
    "  self:move(math.random() - 0.5, math.random() - 0.5)\n"
    "end\n"
    "function policy.collect(step) return {hunger = step.self.hunger} end\n"
    "return policy\n";

}  // namespace cherub::abilities
