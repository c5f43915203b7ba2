#include "server/run_resume.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "abilities/resume.h"
#include "engine/base/json.h"
#include "server/run_body.h"

namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<std::string_view, 4> kChangeable = {"limits", "iterations", "threads",
                                                         "live_seconds"};

base::Result<void> check_changes(std::string_view changes) {
  const auto document = base::parse_json(changes);
  if (!document.ok()) return document.error();
  if (!document->IsObject()) {
    return Error{ErrorCode::kInvalidArgument, "The body must be a JSON object.", "body"};
  }
  for (const auto& member : document->GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (std::find(kChangeable.begin(), kChangeable.end(), name) == kChangeable.end()) {
      return Error{ErrorCode::kInvalidArgument,
                   "What a run was asked for stays; limits, iterations, threads and live_seconds "
                   "may be others.",
                   std::string(name.substr(0, 64))};
    }
  }
  return {};
}

// A world that was hosted for a client, without a search: its request tells a kind (host_world.h).
bool is_hosted(const StoredRun& run) {
  const auto request = base::parse_json(run.request_json);
  return request.ok() && request->IsObject() && request->HasMember("kind");
}

// The request of a run that was accepted and never began.
base::Result<ResumeOrder> fresh_order(const StoredRun& run, std::string_view changes,
                                      const abilities::RunRequest& defaults) {
  auto request = abilities::run_request_from_json(run.request_json, defaults);
  if (request.ok() && changes != "{}") {
    request = abilities::run_request_from_json(changes, std::move(*request));
  }
  if (!request.ok()) return request.error();
  return ResumeOrder{std::move(*request), run.run_id, false};
}

}  // namespace

base::Result<ResumeOrder> read_resume_order(const StoredRuns& stored, std::string_view run_id,
                                            std::string_view changes,
                                            const abilities::RunRequest& defaults) {
  if (changes.empty()) changes = "{}";
  const auto run = stored.find_row(run_id);
  if (!run) return Error{ErrorCode::kNotFound, "There is no run of this id.", "run_id"};
  if (run->state == "running") {
    return Error{ErrorCode::kConflict, "Another process is at this run.", "run_id"};
  }
  if (is_hosted(*run)) {
    return Error{ErrorCode::kConflict,
                 "There is no search to go on with: this run hosted the world of a session. "
                 "`cherub run --load` goes on with the world.",
                 "run_id"};
  }
  if (auto right = check_changes(changes); !right.ok()) return right.error();
  const std::string folder = stored.folder(run_id);
  const bool begun = std::filesystem::exists(std::filesystem::path(folder) / "request.json");
  auto order = [&]() -> base::Result<ResumeOrder> {
    if (!begun) return fresh_order(*run, changes, defaults);
    auto resumed = abilities::resumed_run(folder, changes, defaults);
    if (!resumed.ok()) return resumed.error();
    return ResumeOrder{std::move(resumed->request), std::move(resumed->run_id), true};
  }();
  if (!order.ok()) {
    const Error& error = order.error();
    // Where the folder is, is no business of clients.
    return Error{error.code, error.message, error.where == folder ? "run_id" : error.where};
  }
  settle_key(order->request, defaults);
  order->request.runs_dir = defaults.runs_dir;
  order->request.threads = std::clamp(order->request.threads, 1U, std::max(1U, defaults.threads));
  return order;
}

void resume_interrupted_runs(RunRegistry& registry, const StoredRuns& stored,
                             const abilities::RunRequest& defaults) {
  std::vector<std::string> ids = stored.ids();
  std::reverse(ids.begin(), ids.end());
  for (const std::string& id : ids) {
    if (!std::filesystem::exists(std::filesystem::path(stored.folder(id)) / kAcceptedFile))
      continue;
    const auto run = stored.find_row(id);
    if (!run || run->state != "interrupted" || is_hosted(*run)) continue;
    auto order = read_resume_order(stored, id, {}, defaults);
    const base::Result<void> resumed = [&]() -> base::Result<void> {
      if (!order.ok()) return order.error();
      const auto queued = registry.resume(std::move(*order));
      return queued.ok() ? base::Result<void>() : queued.error();
    }();
    if (resumed.ok()) {
      spdlog::info("run {} is gone on with", id);
    } else {
      spdlog::warn("run {} stays interrupted: {}", id, resumed.error().text());
    }
  }
}

}  // namespace cherub::server
