#include "server/run_registry.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include "engine/base/json.h"
#include "engine/scenario.h"
#include "server/frames.h"
#include "server/spec/record_types.h"
#include "server/telemetry/kinds.h"
#include "server/telemetry/log.h"

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
    case RunState::kInterrupted:
      return "interrupted";
  }
  return "";
}

std::vector<std::string> run_state_names() {
  std::vector<std::string> names;
  for (const RunState state : {RunState::kQueued, RunState::kRunning, RunState::kDone,
                               RunState::kTerminated, RunState::kFailed, RunState::kInterrupted}) {
    names.emplace_back(run_state_name(state));
  }
  return names;
}

Run::Run(std::string id, abilities::RunRequest request, std::string hello, const HubOptions& hub,
         bool resumes)
    : id_(std::move(id)),
      request_(std::move(request)),
      resumes_(resumes),
      hub_(id_, std::move(hello), hub) {
  if (const auto& log = hub_.telemetry()) {
    log->emit(telemetry::kinds::kRunQueued, {.detail = abilities::run_request_to_json(request_)});
  }
}

void Run::publish(const abilities::RunRecord& record) {
  if (log_) log_->add(record);
  if (const auto& log = hub_.telemetry()) log->take_record(record);
  hub_.on_record(record);
}

void Run::on_record(const abilities::RunRecord& record) {
  if (is_last_record(record.type)) {
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
  publish(record);
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
    if (server_ends_it_ && state_ == RunState::kTerminated) state_ = RunState::kInterrupted;
    last = std::exchange(last_record_, std::nullopt);
    summary_json_ = !summary.json.empty() ? summary.json : last ? last->json : "null";
    if (!summary.best_code.empty()) script_ = {summary.best_code, summary.best_sha256};
  }
  if (last) publish(*last);
}

void Run::end_without_result(RunState state, std::string_view reason) {
  const std::string type = state == RunState::kFailed ? "error" : "terminated";
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
  publish({type, json});
}

RunRegistry::RunRegistry(RunFunction run_function, RegistryLimits limits, HubOptions hub,
                         const std::string& runs_dir)
    : run_function_(std::move(run_function)),
      limits_(limits),
      hub_options_(std::move(hub)),
      keeper_(runs_dir.empty() ? std::nullopt : std::optional(RunKeeper(runs_dir))) {
  for (unsigned i = 0; i < limits_.running; ++i) workers_.emplace_back([this] { work(); });
}

RunRegistry::~RunRegistry() {
  (void)stop(std::chrono::milliseconds(0));
  for (std::thread& worker : workers_) worker.join();
  for (Hosted& hosted : hosted_) hosted.thread.join();
}

std::string RunRegistry::new_id() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::random_device device;
  for (;;) {
    const std::uint64_t salt = (std::uint64_t{device()} << 32) | device();
    std::string id = abilities::make_run_id(seconds, salt);
    const bool kept = keeper_ && std::filesystem::exists(keeper_->folder(id));
    if (!kept && runs_.find(id) == runs_.end()) return id;
  }
}

base::Result<std::string> RunRegistry::hello_of(const abilities::RunRequest& request) const {
  const auto scenario = abilities::scenario_of(request);
  if (scenario.ok()) return render_hello(*scenario);
  return scenario.error();
}

base::Result<void> RunRegistry::check_room() const {
  if (stopping_) {
    return base::Error{base::ErrorCode::kUnavailable, "The server is shutting down.", ""};
  }
  if (queue_.size() >= limits_.queued) {
    return base::Error{base::ErrorCode::kUnavailable,
                       "Too many runs are waiting; try again when one has ended.", ""};
  }
  return {};
}

// Before the run begins: from then on its own threads write.
void RunRegistry::keep_progress(Run& run, bool earlier) {
  if (!keeper_) return;
  const std::filesystem::path folder = keeper_->folder(run.id());
  if (earlier) {
    for (const abilities::RunRecord& record : read_progress(folder)) {
      if (!is_last_record(record.type)) run.hub().on_record(record);
    }
  }
  run.log_.emplace(abilities::real_file_system(), folder);
}

void RunRegistry::enqueue(const std::shared_ptr<Run>& run) {
  runs_.insert_or_assign(run->id(), run);
  queue_.push_back(run);
  forget_old_runs();
  changed_.notify_all();
}

base::Result<std::shared_ptr<Run>> RunRegistry::start(abilities::RunRequest request,
                                                      const std::optional<UsedKey>& key) {
  auto hello = hello_of(request);
  if (!hello.ok()) return hello.error();
  const std::lock_guard lock(mutex_);
  if (auto room = check_room(); !room.ok()) return room.error();
  auto run = std::make_shared<Run>(new_id(), std::move(request), std::move(*hello), hub_options_);
  if (keeper_) {
    const std::string json = abilities::run_request_to_json(run->request());
    if (auto kept = keeper_->accept(run->id(), json, key); !kept.ok()) return kept.error();
  }
  keep_progress(*run, false);
  enqueue(run);
  return run;
}

// Those that are over; under the mutex, which they need no more.
void RunRegistry::join_hosted() {
  std::erase_if(hosted_, [](Hosted& hosted) {
    const bool over = hosted.run->ended_;
    if (over) hosted.thread.join();
    return over;
  });
}

base::Result<std::shared_ptr<Run>> RunRegistry::host(HostedRun hosted) {
  const std::lock_guard lock(mutex_);
  join_hosted();
  if (stopping_ || hosted_.size() >= limits_.hosted) {
    return base::Error{base::ErrorCode::kUnavailable,
                       "As many worlds are hosted as may be; try again when one has ended.", ""};
  }
  auto run = std::make_shared<Run>(new_id(), std::move(hosted.request), std::move(hosted.hello),
                                   hub_options_);
  if (keeper_) {
    const std::string json = abilities::run_request_to_json(run->request());
    if (auto kept = keeper_->accept(run->id(), json, std::nullopt); !kept.ok()) return kept.error();
  }
  keep_progress(*run, false);
  runs_.insert_or_assign(run->id(), run);
  forget_old_runs();
  run->set_state(RunState::kRunning);
  ++running_;
  std::thread thread([this, run, function = std::move(hosted.function), over = hosted.over] {
    execute(run, function);
    over();
    const std::lock_guard ended(mutex_);
    run->ended_ = true;
    --running_;
    changed_.notify_all();
  });
  hosted_.push_back({run, std::move(thread)});
  return run;
}

base::Result<std::shared_ptr<Run>> RunRegistry::resume(ResumeOrder order) {
  auto hello = hello_of(order.request);
  if (!hello.ok()) return hello.error();
  const std::lock_guard lock(mutex_);
  const auto known = runs_.find(order.run_id);
  if (known != runs_.end() && !known->second->over()) {
    return base::Error{base::ErrorCode::kConflict, "This run goes on already.", "run_id"};
  }
  if (auto room = check_room(); !room.ok()) return room.error();
  if (keeper_) {
    if (auto opened = keeper_->reopen(order.run_id); !opened.ok()) return opened.error();
  }
  // What the run's records are numbered by begins anew, and whoever goes on behind a number is
  // told.
  HubOptions hub = hub_options_;
  hub.epoch += "-" + std::to_string(++resumed_);
  auto run = std::make_shared<Run>(order.run_id, std::move(order.request), std::move(*hello), hub,
                                   order.begun);
  keep_progress(*run, true);
  enqueue(run);
  return run;
}

std::size_t RunRegistry::position(const Run& run) const {
  const std::lock_guard lock(mutex_);
  const auto waiting = std::find_if(queue_.begin(), queue_.end(),
                                    [&](const auto& other) { return other.get() == &run; });
  return waiting == queue_.end() ? 0 : static_cast<std::size_t>(waiting - queue_.begin()) + 1;
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
  run.told_to_end_ = true;
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
  keep_end(run);
}

bool RunRegistry::stop(std::chrono::milliseconds patience) {
  std::deque<std::shared_ptr<Run>> waiting;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  waiting.swap(queue_);
  for (const auto& [id, run] : runs_) {
    if (run->state() != RunState::kRunning) continue;
    run->server_ends_it_ = keeper_ && !run->told_to_end_;
    run->control().terminate();
  }
  changed_.notify_all();
  lock.unlock();
  const RunState state = keeper_ ? RunState::kInterrupted : RunState::kTerminated;
  for (const auto& run : waiting) run->end_without_result(state, "server shutdown");
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
    execute(run, run_function_);
    lock.lock();
    --running_;
    changed_.notify_all();
  }
}

void RunRegistry::execute(const std::shared_ptr<Run>& run, const RunFunction& function) {
  spdlog::info("run {} begins: scenario {}, goal {}", run->id(), run->request().scenario,
               base::json_string(run->request().user_goal));
  if (const auto& log = run->hub().telemetry()) {
    log->emit(telemetry::kinds::kSessionInit,
              {.detail = base::JsonObject().add("resumes", run->resumes()).text()});
  }
  try {
    run->finish(function({run->request(), run->id(), run->resumes()}, run->control(), *run));
  } catch (const std::exception& exception) {
    // A run's own failures are values; this is a fault of Cherub, which must not end the server.
    spdlog::error("run {}: {}", run->id(), exception.what());
    run->end_without_result(RunState::kFailed, exception.what());
  }
  keep_end(*run);
  spdlog::info("run {} ends: {}", run->id(), run_state_name(run->state()));
}

// What the run's folder is to say when this process is gone.
void RunRegistry::keep_end(Run& run) {
  if (!keeper_) return;
  base::Result<void> kept;
  std::error_code error;
  const bool has_summary =
      std::filesystem::exists(keeper_->folder(run.id()) / "summary.json", error);
  if (run.state() == RunState::kInterrupted) {
    kept = keeper_->interrupt(run.id());
  } else if (!has_summary && !run.resumes()) {
    // It never came to keeping its end. That of a resumed one may be another process's to keep.
    kept = keeper_->end(run.id(), run.summary_json());
  }
  if (!kept.ok()) spdlog::error("run {}: {}", run.id(), kept.error().text());
}

}  // namespace cherub::server
