#include "server/run_registry.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "server/frames.h"

namespace cherub::server {
namespace {

std::string string_member(const rapidjson::Document& document, const char* name) {
  if (!document.IsObject()) return {};
  const auto member = document.FindMember(name);
  if (member == document.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

RunState state_of(abilities::RunEnd end) {
  switch (end) {
    case abilities::RunEnd::kDone:
      return RunState::kDone;
    case abilities::RunEnd::kTerminated:
      return RunState::kTerminated;
    case abilities::RunEnd::kFailed:
      return RunState::kFailed;
  }
  return RunState::kFailed;
}

bool is_last(std::string_view record_type) {
  return record_type == "done" || record_type == "terminated" || record_type == "error";
}

bool is_over(RunState state) {
  return state != RunState::kQueued && state != RunState::kRunning;
}

}  // namespace

const char* run_state_name(RunState state) {
  switch (state) {
    case RunState::kQueued:
      return "queued";
    case RunState::kRunning:
      return "running";
    case RunState::kDone:
      return "done";
    case RunState::kTerminated:
      return "terminated";
    case RunState::kFailed:
      return "failed";
  }
  return "";
}

Run::Run(std::string id, abilities::RunRequest request, std::string hello, const HubOptions& hub)
    : id_(std::move(id)), request_(std::move(request)), hub_(id_, std::move(hello), hub) {}

void Run::on_record(const abilities::RunRecord& record) {
  if (is_last(record.type)) {
    const std::lock_guard lock(mutex_);
    last_record_ = record;
    return;
  }
  if (record.type == "best") {
    const auto document = base::parse_json(record.json);
    const std::lock_guard lock(mutex_);
    best_json_ = record.json;
    if (document.ok()) {
      take_script({string_member(*document, "code"), string_member(*document, "sha256")});
    }
  }
  if (record.type == "reload" || record.type == "quarantine") note_reload(record);
  hub_.on_record(record);
}

void Run::take_script(CurrentScript script) {
  constexpr std::size_t kFormerMax = 16;
  if (!script_.code.empty()) former_scripts_.push_back(std::move(script_));
  if (former_scripts_.size() > kFormerMax) former_scripts_.pop_front();
  script_ = std::move(script);
}

void Run::go_back(const std::string& from, const std::string& to) {
  if (script_.sha256 != from) return;
  const auto former =
      std::find_if(former_scripts_.rbegin(), former_scripts_.rend(),
                   [&](const CurrentScript& script) { return script.sha256 == to; });
  if (former != former_scripts_.rend()) script_ = CurrentScript(*former);
}

void Run::note_reload(const abilities::RunRecord& record) {
  const auto document = base::parse_json(record.json);
  if (!document.ok()) return;
  const std::lock_guard lock(mutex_);
  if (record.type == "quarantine") {
    return go_back(string_member(*document, "sha256"), string_member(*document, "restored"));
  }
  reload_json_ = record.json;
  const std::string state = string_member(*document, "state");
  if (state == "rolled_back" || state == "refused" || state == "superseded") {
    go_back(string_member(*document, "new_sha256"), string_member(*document, "old_sha256"));
  }
}

RunState Run::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Run::over() const {
  return is_over(state());
}

std::string Run::best_json() const {
  const std::lock_guard lock(mutex_);
  return best_json_;
}

std::string Run::reload_json() const {
  const std::lock_guard lock(mutex_);
  return reload_json_;
}

std::string Run::summary_json() const {
  const std::lock_guard lock(mutex_);
  return summary_json_;
}

CurrentScript Run::script() const {
  const std::lock_guard lock(mutex_);
  return script_;
}

void Run::set_script(CurrentScript script) {
  const std::lock_guard lock(mutex_);
  take_script(std::move(script));
}

void Run::set_state(RunState state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
}

void Run::finish(const abilities::RunSummary& summary) {
  std::optional<abilities::RunRecord> last;
  {
    const std::lock_guard lock(mutex_);
    state_ = state_of(summary.end);
    last = std::exchange(last_record_, std::nullopt);
    summary_json_ = !summary.json.empty() ? summary.json : last ? last->json : "null";
    if (!summary.best_code.empty()) script_ = {summary.best_code, summary.best_sha256};
  }
  if (last) hub_.on_record(*last);
}

void Run::end_without_result(RunState state, std::string_view reason) {
  const std::string type = state == RunState::kTerminated ? "terminated" : "error";
  const std::string json = base::JsonObject()
                               .add("type", type)
                               .add("run_id", id_)
                               .add(type == "error" ? "message" : "reason", reason)
                               .text();
  {
    const std::lock_guard lock(mutex_);
    state_ = state;
    summary_json_ = json;
  }
  control_.close();
  hub_.on_record({type, json});
}

RunRegistry::RunRegistry(RunFunction run_function, RegistryLimits limits, HubOptions hub)
    : run_function_(std::move(run_function)), limits_(limits), hub_options_(std::move(hub)) {
  for (unsigned i = 0; i < limits_.running; ++i) workers_.emplace_back([this] { work(); });
}

RunRegistry::~RunRegistry() {
  (void)stop(std::chrono::milliseconds(0));
  for (std::thread& worker : workers_) worker.join();
}

std::string RunRegistry::new_id() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::random_device device;
  for (;;) {
    const std::uint64_t salt = (std::uint64_t{device()} << 32) | device();
    std::string id = abilities::make_run_id(seconds, salt);
    if (runs_.find(id) == runs_.end()) return id;
  }
}

base::Result<std::shared_ptr<Run>> RunRegistry::start(abilities::RunRequest request) {
  const auto scenario = abilities::scenario_of(request);
  if (!scenario.ok()) return scenario.error();
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    return base::Error{base::ErrorCode::kUnavailable, "The server is shutting down.", ""};
  }
  if (queue_.size() >= limits_.queued) {
    return base::Error{base::ErrorCode::kUnavailable,
                       "Too many runs are waiting; try again when one has ended.", ""};
  }
  auto run =
      std::make_shared<Run>(new_id(), std::move(request), render_hello(*scenario), hub_options_);
  runs_.emplace(run->id(), run);
  queue_.push_back(run);
  forget_old_runs();
  changed_.notify_all();
  return run;
}

std::shared_ptr<Run> RunRegistry::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Run>> RunRegistry::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Run>> runs;
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) runs.push_back(run->second);
  return runs;
}

void RunRegistry::forget_old_runs() {
  std::size_t over = 0;
  for (const auto& [id, run] : runs_) over += run->over() ? 1 : 0;
  for (auto run = runs_.begin(); run != runs_.end() && over > limits_.finished;) {
    if (!run->second->over()) {
      ++run;
      continue;
    }
    run = runs_.erase(run);
    --over;
  }
}

void RunRegistry::terminate(Run& run) {
  {
    const std::lock_guard lock(mutex_);
    const auto waiting = std::find_if(queue_.begin(), queue_.end(),
                                      [&](const auto& other) { return other.get() == &run; });
    if (waiting == queue_.end()) {
      run.control().terminate();
      return;
    }
    queue_.erase(waiting);
  }
  run.end_without_result(RunState::kTerminated, "terminated before it began");
}

bool RunRegistry::stop(std::chrono::milliseconds patience) {
  std::deque<std::shared_ptr<Run>> waiting;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  waiting.swap(queue_);
  for (const auto& [id, run] : runs_) {
    if (run->state() == RunState::kRunning) run->control().terminate();
  }
  changed_.notify_all();
  lock.unlock();
  for (const auto& run : waiting) run->end_without_result(RunState::kTerminated, "server shutdown");
  lock.lock();
  return changed_.wait_for(lock, patience, [&] { return running_ == 0; });
}

void RunRegistry::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<Run> run = queue_.front();
    queue_.pop_front();
    // Set here, under the lock, so that terminate() and stop() see the run in one of the two
    // places.
    run->set_state(RunState::kRunning);
    ++running_;
    lock.unlock();
    execute(run);
    lock.lock();
    --running_;
    changed_.notify_all();
  }
}

void RunRegistry::execute(const std::shared_ptr<Run>& run) {
  spdlog::info("run {} begins: scenario {}, goal {}", run->id(), run->request().scenario,
               base::json_string(run->request().user_goal));
  try {
    run->finish(run_function_(run->request(), run->id(), run->control(), *run));
  } catch (const std::exception& exception) {
    // A run's own failures are values; this is a fault of Cherub, which must not end the server.
    spdlog::error("run {}: {}", run->id(), exception.what());
    run->end_without_result(RunState::kFailed, exception.what());
  }
  spdlog::info("run {} ends: {}", run->id(), run_state_name(run->state()));
}

}  // namespace cherub::server
