#include "server/multiplex.h"

#include <algorithm>
#include <utility>

#include "engine/base/json.h"
#include "server/client_operations.h"

namespace cherub::server {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kRefBytesMax = 200;
constexpr std::string_view kCompression = "zstd";
constexpr std::size_t kChannelNameBytesMax = 256;

Error bad_message(std::string message, std::string where) {
  return {ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

const rapidjson::Value* member_of(const rapidjson::Value& message, const char* name) {
  const auto member = message.FindMember(name);
  return member == message.MemberEnd() ? nullptr : &member->value;
}

// The text of a member that must be there.
base::Result<std::string> text_in(const rapidjson::Value& message, const char* name) {
  const rapidjson::Value* const value = member_of(message, name);
  if (value == nullptr || !value->IsString() || value->GetStringLength() == 0 ||
      value->GetStringLength() > kChannelNameBytesMax) {
    return bad_message("'" + std::string(name) + "' must be a text of 1 to 256 bytes.", name);
  }
  return std::string(value->GetString(), value->GetStringLength());
}

base::Result<void> read_resume(const rapidjson::Value& message, JoinRequest& request) {
  if (const auto* after = member_of(message, "after")) {
    if (!after->IsUint64()) return bad_message("'after' is a sequence number.", "after");
    request.after = after->GetUint64();
    auto epoch = text_in(message, "epoch");
    if (!epoch.ok()) {
      return bad_message("To go on behind 'after' tell the 'epoch' of that number.", "epoch");
    }
    request.epoch = std::move(*epoch);
  }
  if (const auto* history = member_of(message, "history")) {
    const std::string_view wish =
        history->IsString() ? std::string_view(history->GetString()) : std::string_view();
    if (wish == "all") {
      request.history = HistoryWish::kAll;
    } else if (wish == "latest") {
      request.history = HistoryWish::kLatest;
    } else if (wish != "none") {
      return bad_message("'history' is none, latest or all.", "history");
    }
  }
  return {};
}

base::Result<FrameForm> read_encoding(const rapidjson::Value& message) {
  const auto* encoding = member_of(message, "encoding");
  if (encoding == nullptr) return FrameForm::kNumbered;
  const std::string_view wish =
      encoding->IsString() ? std::string_view(encoding->GetString()) : std::string_view();
  if (wish == "json") return FrameForm::kEnvelope;
  if (wish == "binary") return FrameForm::kNumbered;
  return bad_message("'encoding' is binary or json.", "encoding");
}

// Whether long records and frames are to come compressed.
base::Result<bool> read_compress(const rapidjson::Value& message) {
  const auto* compress = member_of(message, "compress");
  if (compress == nullptr) return false;
  if (!compress->IsString() || std::string_view(compress->GetString()) != kCompression) {
    return bad_message("'compress' is zstd.", "compress");
  }
  return true;
}

// A misspelt member would silently do something else than was meant.
base::Result<void> only_known(const rapidjson::Value& message, const ClientOperation& operation) {
  const auto& members = operation.members;
  for (const auto& member : message.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const bool known = name == "op" || name == "ref" ||
                       std::any_of(members.begin(), members.end(),
                                   [&](const auto& one) { return one.name == name; });
    if (!known)
      return bad_message("There is no such member here.", std::string(name.substr(0, 64)));
  }
  return {};
}

base::JsonObject answer(std::string_view op, const std::string& ref) {
  base::JsonObject said;
  said.add("op", op);
  if (!ref.empty()) said.raw("ref", ref);
  return said;
}

std::string hello_text(const std::string& epoch, const ServerLimits& limits) {
  return base::JsonObject()
      .add("op", "hello")
      .add("protocol", "cherub.v1")
      .add("epoch", epoch)
      .raw("compress", base::JsonArray().add(kCompression).text())
      .raw("limits", base::JsonObject()
                         .add("subscriptions", limits.subscriptions)
                         .add("inbound_bytes", limits.message_bytes)
                         .add("json_depth", base::kJsonDepthMax)
                         .add("message_records", kMessageRecordsMax)
                         .add("message_bytes", kMessageBytesMax)
                         .add("filter_members", kFilterFieldsMax)
                         .add("filter_values", kFilterValuesMax)
                         .text())
      .text();
}

}  // namespace

std::string ref_of(const rapidjson::Value& message) {
  if (!message.IsObject()) return {};
  const auto ref = message.FindMember("ref");
  if (ref == message.MemberEnd() || !(ref->value.IsString() || ref->value.IsNumber())) return {};
  std::string text = base::to_json(ref->value);
  return text.size() <= kRefBytesMax ? text : std::string();
}

Refuser::Refuser(std::shared_ptr<Outbox> outbox, std::string member, std::string value)
    : outbox_(std::move(outbox)), member_(std::move(member)), value_(std::move(value)) {}

void Refuser::refuse(const Error& error, const std::string& ref) {
  if (++refusals_ > kRefusalsMax) {
    outbox_->close({kClosePolicy, "too many messages that cannot be read"});
    return;
  }
  base::JsonObject record;
  record.add(member_, value_);
  if (!ref.empty()) record.raw("ref", ref);
  record.add("detail", error.message);
  if (!error.where.empty()) record.add("field", error.where);
  outbox_->push_record(std::make_shared<const std::string>(record.text()));
}

Multiplex::Multiplex(std::shared_ptr<Outbox> outbox, std::string epoch, FindChannel find,
                     TakeCommand command, const ServerLimits& limits)
    : outbox_(std::move(outbox)),
      epoch_(std::move(epoch)),
      find_(std::move(find)),
      command_(std::move(command)),
      subscriptions_max_(limits.subscriptions),
      refuser_(outbox_, "op", "error") {
  say(hello_text(epoch_, limits));
}

Multiplex::~Multiplex() {
  leave();
}

void Multiplex::hear(std::string_view text) {
  const auto message = base::parse_json(text);
  if (!message.ok()) return refuser_.refuse(message.error());
  const std::string ref = ref_of(*message);
  if (!message->IsObject()) {
    return refuser_.refuse(bad_message("A message is an object with an 'op'.", "op"));
  }
  const auto obeyed = obey(*message, ref);
  if (!obeyed.ok()) refuser_.refuse(obeyed.error(), ref);
}

base::Result<void> Multiplex::obey(const rapidjson::Value& message, const std::string& ref) {
  const auto op = text_in(message, "op");
  if (!op.ok()) return op.error();
  const ClientOperation* const operation = find_client_operation(*op);
  if (operation == nullptr) return bad_message("'op' is " + client_operation_names() + ".", "op");
  const auto known = only_known(message, *operation);
  if (!known.ok()) return known.error();
  if (*op == "subscribe") return subscribe(message, ref);
  if (*op == "unsubscribe") return unsubscribe(message, ref);
  if (*op == "key") return wish_key(message, ref);
  return command(message, ref);
}

base::Result<void> Multiplex::command(const rapidjson::Value& message, const std::string& ref) {
  const auto run = text_in(message, "run");
  if (!run.ok()) return run.error();
  const rapidjson::Value* const command = member_of(message, "command");
  if (command == nullptr || !command->IsObject()) {
    return bad_message("'command' is an object, as POST /run/<id>/commands takes it.", "command");
  }
  return command_(*run, *command, ref);
}

base::Result<void> Multiplex::subscribe(const rapidjson::Value& message, const std::string& ref) {
  const auto name = text_in(message, "ch");
  if (!name.ok()) return name.error();
  if (subscriptions_.contains(*name)) {
    return Error{ErrorCode::kConflict, "This channel is subscribed already.", "ch"};
  }
  if (subscriptions_.size() >= subscriptions_max_) {
    return Error{
        ErrorCode::kRefused,
        "A connection has at most " + std::to_string(subscriptions_max_) + " subscriptions.", "ch"};
  }
  JoinRequest request;
  const auto read = read_resume(message, request);
  if (!read.ok()) return read.error();
  auto form = read_encoding(message);
  if (!form.ok()) return form.error();
  const auto compress = read_compress(message);
  if (!compress.ok()) return compress.error();
  if (*compress && *form == FrameForm::kEnvelope) {
    return bad_message("Frames as JSON are not compressed.", "compress");
  }
  if (*compress) {
    *form = FrameForm::kCompressed;
    request.form = RecordForm::kCompressed;
  }
  if (const auto* filter = member_of(message, "filter")) {
    auto parsed = Filter::parse(*filter);
    if (!parsed.ok()) return parsed.error();
    request.filter = std::move(*parsed);
  }
  auto channel = find_(*name);
  if (!channel.ok()) return channel.error();
  const bool frames = std::holds_alternative<std::shared_ptr<FrameStream>>(channel->source);
  if (frames && request.filter) return bad_message("Frames are not filtered.", "filter");
  if (frames) {
    join_frames(*channel, *form, ref);
  } else {
    join_records(*channel, std::move(request), ref);
  }
  subscriptions_.emplace(*name, std::move(*channel));
  return {};
}

void Multiplex::join_records(const Channel& channel, JoinRequest request, const std::string& ref) {
  const auto& records = std::get<std::shared_ptr<RecordChannel>>(channel.source);
  const bool resuming = request.after.has_value();
  records->join(outbox_, std::move(request), [&](const Joined& joined) {
    base::JsonObject said = answer("subscribed", ref);
    said.add("ch", records->options().name)
        .add("epoch", records->options().epoch)
        .add("seq", joined.seq)
        .add("from", joined.from);
    if (resuming) said.add("recovered", joined.recovered);
    if (!joined.reason.empty()) said.add("reason", joined.reason);
    say(said.raw("about", channel.about).text());
  });
}

void Multiplex::join_frames(const Channel& channel, FrameForm form, const std::string& ref) {
  const auto& frames = std::get<std::shared_ptr<FrameStream>>(channel.source);
  frames->join(outbox_, form, [&](std::uint32_t seq) {
    say(answer("subscribed", ref)
            .add("ch", frames->options().name)
            .add("epoch", epoch_)
            .add("seq", seq)
            .add("stream", frames->options().stream)
            .raw("about", channel.about)
            .text());
  });
}

base::Result<void> Multiplex::unsubscribe(const rapidjson::Value& message, const std::string& ref) {
  const auto name = text_in(message, "ch");
  if (!name.ok()) return name.error();
  const auto found = subscriptions_.find(*name);
  if (found == subscriptions_.end()) {
    return Error{ErrorCode::kNotFound, "This channel is not subscribed.", "ch"};
  }
  std::visit([&](const auto& source) { source->leave(outbox_.get()); }, found->second.source);
  subscriptions_.erase(found);
  say(answer("unsubscribed", ref).add("ch", *name).text());
  return {};
}

base::Result<void> Multiplex::wish_key(const rapidjson::Value& message, const std::string& ref) {
  const auto name = text_in(message, "ch");
  if (!name.ok()) return name.error();
  const auto found = subscriptions_.find(*name);
  const auto* frames = found == subscriptions_.end()
                           ? nullptr
                           : std::get_if<std::shared_ptr<FrameStream>>(&found->second.source);
  if (frames == nullptr) {
    return Error{ErrorCode::kNotFound, "No frames are subscribed by this name.", "ch"};
  }
  if (!(*frames)->wish_key(outbox_.get())) {
    return Error{ErrorCode::kRefused, "A key frame comes at most once a second on request.", "ch"};
  }
  if (!ref.empty()) say(answer("key", ref).add("ch", *name).text());
  return {};
}

void Multiplex::leave() {
  for (const auto& [name, channel] : subscriptions_) {
    std::visit([&](const auto& source) { source->leave(outbox_.get()); }, channel.source);
  }
  subscriptions_.clear();
}

void Multiplex::say(std::string text) {
  outbox_->push_record(std::make_shared<const std::string>(std::move(text)));
}

}  // namespace cherub::server
