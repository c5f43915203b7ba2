#include <memory>
#include <utility>

#include "engine/base/json.h"
#include "server/api.h"

namespace cherub::server {
namespace {

using abilities::ConsoleCommand;
using abilities::ConsoleReply;
using base::Error;
using base::ErrorCode;

HttpResponse answer_of(const ConsoleReply& reply) {
  if (reply.ok) return json_response(reply.waits ? 202 : 200, console_reply_json(reply));
  HttpResponse refusal = problem_of({reply.code, reply.text, reply.field});
  if (refusal.status == 503) refusal.headers.emplace_back("Retry-After", "1");
  return refusal;
}

ConsoleReply busy_reply() {
  ConsoleReply reply;
  reply.waits = true;
  reply.text = "The run is busy and takes the command up later.";
  return reply;
}

base::Result<ConsoleCommand> read_command(const rapidjson::Value& value) {
  if (value.IsObject() && value.HasMember("type") && value["type"].IsString() &&
      std::string_view(value["type"].GetString()) == "install_script") {
    return Error{ErrorCode::kRefused, "Send the source to PUT /run/<id>/scripts/policy.", "type"};
  }
  return abilities::console_command_from_json(value);
}

void ask_run(RunRegistry& registry, Run& run, const ConsoleCommand& command,
             std::function<void(ConsoleReply)> done) {
  if (std::holds_alternative<abilities::console::Quit>(command) &&
      run.state() == RunState::kQueued) {
    registry.terminate(run);
    ConsoleReply reply;
    reply.text = "The run ends.";
    done(std::move(reply));
    return;
  }
  run.control().ask(command, std::move(done));
}

}  // namespace

Reply Api::command(const Call& call) {
  const std::string_view id = call.arguments.text("run_id");
  const auto run = registry_.find(id);
  if (!run || run->over()) return not_live(id);
  const auto document = base::parse_json(call.request.body);
  if (!document.ok()) return problem_of(document.error());
  const auto command = read_command(*document);
  if (!command.ok()) return problem_of(command.error());
  tell_of_command(*run, *document);
  const auto reply =
      std::make_shared<PendingReply>(options_.reload_patience, answer_of(busy_reply()));
  ask_run(registry_, *run, *command,
          [reply](const ConsoleReply& told) { reply->deliver(answer_of(told)); });
  return reply;
}

Reply Api::show_profile(const Call& call) {
  const std::string_view id = call.arguments.text("run_id");
  const auto run = registry_.find(id);
  if (!run || run->over()) return not_live(id);
  HttpResponse late = problem(503, "The run is busy; ask again when it has a moment.", "run_id");
  late.headers.emplace_back("Retry-After", "1");
  const auto reply = std::make_shared<PendingReply>(options_.reload_patience, std::move(late));
  run->control().ask(abilities::console::Profile{}, [reply](const ConsoleReply& told) {
    reply->deliver(told.ok ? json_response(200, told.json) : answer_of(told));
  });
  return reply;
}

base::Result<void> take_command(RunRegistry& registry, Run& run, const rapidjson::Value& value,
                                const CommandReply& to) {
  if (run.over()) return Error{ErrorCode::kConflict, "This run is over.", ""};
  const auto command = read_command(value);
  if (!command.ok()) return command.error();
  tell_of_command(run, value);
  ask_run(registry, run, *command, [to](const ConsoleReply& reply) {
    base::JsonObject record;
    record.add(to.member, "reply");
    if (!to.ref.empty()) record.raw("ref", to.ref);
    to.outbox->push_record(
        std::make_shared<const std::string>(console_reply_json(reply, std::move(record))));
  });
  return {};
}

}  // namespace cherub::server
