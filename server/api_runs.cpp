#include <algorithm>
#include <optional>

#include "engine/base/json.h"
#include "engine/base/sha256.h"
#include "engine/command_json.h"
#include "engine/scenario.h"
#include "sandbox/syntax/parser.h"
#include "server/api.h"
#include "server/run_body.h"
#include "server/run_resume.h"

namespace cherub::server {
namespace {

HttpResponse started_answer(const std::string& run_id) {
  HttpResponse response = json_response(202, base::JsonObject()
                                                 .add("run_id", run_id)
                                                 .add("state", run_state_name(RunState::kQueued))
                                                 .add("progress", "/ws/progress/" + run_id)
                                                 .text());
  response.headers.emplace_back("Location", "/run/" + run_id);
  return response;
}

HttpResponse refused_start(const base::Error& error) {
  HttpResponse refusal = problem_of(error);
  if (refusal.status == 503) refusal.headers.emplace_back("Retry-After", "10");
  return refusal;
}

// Of a key that can be told from others: up to 200 visible characters.
bool is_good_key(std::string_view key) {
  return key.size() <= 200 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// The tag inside the quotes of If-Match; empty when the header is not there.
std::string_view tag_of(std::string_view header) {
  if (header.substr(0, 2) == "W/") header.remove_prefix(2);
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') {
    return header.substr(1, header.size() - 2);
  }
  return header;
}

HttpResponse reload_answer(const abilities::ReloadOutcome& outcome) {
  if (!outcome.verdict.ok) {
    const std::string diagnostics = sandbox::diagnostics_json(outcome.verdict.diagnostics);
    const std::string detail =
        outcome.verdict.diagnostics.empty()
            ? "The script was refused at the stage '" + outcome.verdict.stage + "'."
            : outcome.verdict.diagnostics.front().message;
    if (outcome.verdict.stage == "closed") return problem(409, detail, "run_id");
    return problem_with(422, detail, "diagnostics", diagnostics);
  }
  base::JsonObject body;
  body.add("accepted", true);
  if (outcome.tick) {
    body.add("tick", *outcome.tick);
  } else {
    body.raw("tick", "null")
        .add("detail", "The script waits for the live world and its ticks; its records tell more.");
  }
  body.add("sha256", outcome.sha256);
  return json_response(outcome.tick ? 200 : 202, body.text());
}

}  // namespace

std::optional<HttpResponse> Api::refuse_haste(const HttpRequest& request) {
  const auto seconds = run_rate_.take(rate_address(request.peer));
  if (!seconds) return std::nullopt;
  HttpResponse refusal = problem(429, "Too many runs were asked for from this address.");
  refusal.headers.emplace_back("Retry-After", std::to_string(*seconds));
  return refusal;
}

HttpResponse Api::start_run(const Call& call) {
  const HttpRequest& request = call.request;
  std::optional<UsedKey> key;
  if (call.arguments.sent("Idempotency-Key")) {
    const std::string_view text = call.arguments.text("Idempotency-Key");
    if (!is_good_key(text)) {
      return problem(400, "A key has 1 to 200 visible characters.", "Idempotency-Key");
    }
    key = used_key(text, request.body, registry_.hub_options().wall_ms());
    if (const auto known = keys_.find(*key)) {
      if (!known->same_body) {
        return problem(422, "This key was used for another request.", "Idempotency-Key");
      }
      HttpResponse again = started_answer(known->run_id);
      again.headers.emplace_back("Idempotent-Replayed", "true");
      return again;
    }
  }
  if (auto refusal = refuse_haste(request)) return std::move(*refusal);
  auto wanted = read_run_body(request.body, options_.defaults);
  if (!wanted.ok()) return problem_of(wanted.error());
  const auto started = registry_.start(std::move(*wanted), key);
  if (!started.ok()) return refused_start(started.error());
  if (key) keys_.add(*key, (*started)->id());
  return started_answer((*started)->id());
}

HttpResponse Api::resume_run(const Call& call) {
  if (auto refusal = refuse_haste(call.request)) return std::move(*refusal);
  const std::string_view id = call.arguments.text("run_id");
  if (const auto run = registry_.find(id); run && !run->over()) {
    return problem(409, "This run goes on already.", "run_id");
  }
  auto order = read_resume_order(stored_, id, call.request.body, options_.defaults);
  if (!order.ok()) return problem_of(order.error());
  const auto resumed = registry_.resume(std::move(*order));
  if (!resumed.ok()) return refused_start(resumed.error());
  return started_answer((*resumed)->id());
}

HttpResponse Api::show_run(const Call& call) const {
  const std::string_view id = call.arguments.text("run_id");
  if (const auto run = registry_.find(id)) {
    base::JsonObject shown;
    shown.add("run_id", run->id())
        .add("state", run_state_name(run->state()))
        .raw("request", abilities::run_request_to_json(run->request()))
        .raw("results", run->summary_json())
        .raw("best", run->best_json())
        .raw("reload", run->reload_json())
        .raw("critique", run->over() ? stored_.critique_json(id) : "null");
    if (const std::size_t position = registry_.position(*run)) shown.add("position", position);
    return json_response(200, shown.text());
  }
  const auto stored = stored_.find_row(id);
  if (!stored) return problem(404, "There is no run of this id.", "run_id");
  return json_response(200, base::JsonObject()
                                .add("run_id", stored->run_id)
                                .add("state", stored->state)
                                .raw("request", stored->request_json)
                                .raw("results", stored->summary_json)
                                .raw("best", "null")
                                .raw("reload", "null")
                                .raw("critique", stored_.critique_json(id))
                                .text());
}

HttpResponse Api::end_run(const Call& call) {
  const std::string_view id = call.arguments.text("run_id");
  const auto run = registry_.find(id);
  if (!run || run->over()) return not_live(id);
  registry_.terminate(*run);
  return json_response(202, base::JsonObject()
                                .add("run_id", run->id())
                                .add("state", run_state_name(run->state()))
                                .text());
}

HttpResponse Api::show_code(const Call& call) const {
  const std::string_view id = call.arguments.text("run_id");
  CurrentScript script;
  if (const auto run = registry_.find(id)) {
    script = run->script();
  } else if (const auto stored = stored_.find(id)) {
    script = {stored->code, stored->sha256};
  } else {
    return problem(404, "There is no run of this id.", "run_id");
  }
  if (script.code.empty()) return problem(404, "This run has no code yet.", "run_id");
  HttpResponse response = json_response(200, base::JsonObject()
                                                 .add("run_id", id)
                                                 .add("code", script.code)
                                                 .add("sha256", script.sha256)
                                                 .text());
  response.headers.emplace_back("ETag", "\"" + script.sha256 + "\"");
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (tag_of(call.arguments.text("If-None-Match")) == script.sha256) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

Reply Api::put_script(const Call& call) {
  const HttpRequest& request = call.request;
  const std::string_view id = call.arguments.text("run_id");
  const std::string_view slot = call.arguments.text("slot");
  const auto run = registry_.find(id);
  if (!run || run->over()) return not_live(id);
  const bool is_policy = slot == "policy";
  if (request.body.size() > sandbox::kSourceBytesMax) {
    return problem(413, "A script has at most 64 KiB.", "body");
  }
  const bool forced = call.arguments.text("force") == "1";
  const std::string_view expected = tag_of(call.arguments.text("If-Match"));
  const std::string current = run->script().sha256;
  if (is_policy && !expected.empty() && expected != current &&
      !(expected == "*" && !current.empty())) {
    return problem(412, "The script has changed; its version is now " + current + ".", "If-Match");
  }
  const auto reply = std::make_shared<PendingReply>(
      options_.reload_patience,
      json_response(202,
                    base::JsonObject()
                        .raw("accepted", "null")
                        .raw("tick", "null")
                        .add("sha256", base::sha256_hex(request.body))
                        .add("detail", "The script is not swapped in yet; its records tell more.")
                        .text()));
  // Weak: a script that is never taken up waits inside the run itself.
  const auto done = [reply, is_policy, weak = std::weak_ptr<Run>(run),
                     source = request.body](const abilities::ReloadOutcome& outcome) {
    const auto self = weak.lock();
    if (self && is_policy && outcome.verdict.ok) self->set_script({source, outcome.sha256});
    reply->deliver(reload_answer(outcome));
  };
  run->control().reload(std::string(slot), request.body, done,
                        forced ? abilities::ReloadForce::kYes : abilities::ReloadForce::kNo);
  return reply;
}

}  // namespace cherub::server
