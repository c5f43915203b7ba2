#include <array>

#include "abilities/angel/cassette.h"
#include "abilities/angel/peer_message.h"
#include "abilities/angel/wire.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"

// How a cassette's lines are written and read.
namespace cherub::abilities::angel {
namespace {

using base::ErrorCode;
using rapidjson::Value;

struct CodeName {
  ErrorCode code;
  const char* name;
};
constexpr std::array kCodes = {
    CodeName{ErrorCode::kInvalidArgument, "invalid_argument"},
    CodeName{ErrorCode::kNotFound, "not_found"},
    CodeName{ErrorCode::kRefused, "refused"},
    CodeName{ErrorCode::kConflict, "conflict"},
    CodeName{ErrorCode::kUnavailable, "unavailable"},
    CodeName{ErrorCode::kIo, "io"},
    CodeName{ErrorCode::kInternal, "internal"},
};

struct ModeName {
  CassetteMode mode;
  const char* name;
};
constexpr std::array kModes = {
    ModeName{CassetteMode::kRecord, "record"},
    ModeName{CassetteMode::kReplay, "replay"},
    ModeName{CassetteMode::kStrict, "strict"},
    ModeName{CassetteMode::kAuto, "auto"},
};

const char* code_name(ErrorCode code) {
  for (const CodeName& known : kCodes) {
    if (known.code == code) return known.name;
  }
  return "internal";
}

ErrorCode code_named(std::string_view name) {
  for (const CodeName& known : kCodes) {
    if (known.name == name) return known.code;
  }
  return ErrorCode::kInternal;
}

base::JsonObject request_json(const CassetteRequest& request) {
  return base::JsonObject()
      .add("model", request.model)
      .add("temperature", request.temperature)
      .add("max_tokens", request.max_tokens)
      .add("system", request.system)
      .add("user", request.user);
}

bool flag_of(const Value* value, const char* name) {
  const Value* flag = member_of(value, name);
  return flag && flag->IsBool() && flag->GetBool();
}

base::Result<ModelReply> reply_of(const Value& root) {
  if (const Value* error = member_of(&root, "error")) {
    return base::Error{code_named(string_member(*error, "code")),
                       std::string(string_member(*error, "message")),
                       std::string(string_member(*error, "where"))};
  }
  const Value* recorded = member_of(&root, "reply");
  ModelReply reply;
  reply.text = string_member(*recorded, "text");
  reply.model = string_member(*recorded, "model");
  reply.tokens_in = count_of(recorded, "tokens_in");
  reply.tokens_out = count_of(recorded, "tokens_out");
  reply.attempts = static_cast<std::uint32_t>(count_of(recorded, "attempts"));
  reply.cut_off = flag_of(recorded, "cut_off");
  return reply;
}

}  // namespace

std::optional<CassetteMode> cassette_mode_named(std::string_view name) {
  for (const ModeName& known : kModes) {
    if (known.name == name) return known.mode;
  }
  return {};
}

const char* cassette_mode_name(CassetteMode mode) {
  for (const ModeName& known : kModes) {
    if (known.mode == mode) return known.name;
  }
  return "";
}

std::string CassetteRequest::key() const {
  return base::sha256_hex(request_json(*this).text());
}

std::string entry_to_json(const CassetteEntry& entry) {
  base::JsonArray spent;
  for (const PatientModel::Spent& attempt : entry.spent) {
    spent.raw(base::JsonObject()
                  .add("model", attempt.model)
                  .add("in", attempt.used.in)
                  .add("out", attempt.used.out)
                  .add("estimated", attempt.used.estimated)
                  .add("failed", attempt.failed)
                  .text());
  }
  base::JsonObject json;
  json.add("key", entry.request.key()).raw("request", request_json(entry.request).text());
  if (entry.reply) {
    json.raw("reply", base::JsonObject()
                          .add("model", entry.reply->model)
                          .add("text", entry.reply->text)
                          .add("tokens_in", entry.reply->tokens_in)
                          .add("tokens_out", entry.reply->tokens_out)
                          .add("attempts", entry.reply->attempts)
                          .add("cut_off", entry.reply->cut_off)
                          .text());
  } else {
    json.raw("error", base::JsonObject()
                          .add("code", code_name(entry.reply.error().code))
                          .add("message", entry.reply.error().message)
                          .add("where", entry.reply.error().where)
                          .text());
  }
  return json.raw("spent", spent.text()).text();
}

base::Result<CassetteEntry> entry_from_json(std::string_view line) {
  const auto root = base::parse_json(line);
  if (!root) return root.error();
  const Value* request = member_of(&*root, "request");
  const Value* reply = member_of(&*root, "reply");
  const Value* error = member_of(&*root, "error");
  const bool answered = (reply && reply->IsObject()) || (error && error->IsObject());
  if (!request || !request->IsObject() || !answered) {
    return base::Error{ErrorCode::kInvalidArgument, "no request with a reply or an error", ""};
  }
  CassetteEntry entry{{}, reply_of(*root), {}};
  entry.request.model = string_member(*request, "model");
  entry.request.system = string_member(*request, "system");
  entry.request.user = string_member(*request, "user");
  entry.request.max_tokens = static_cast<std::uint32_t>(count_of(request, "max_tokens"));
  const Value* temperature = member_of(request, "temperature");
  if (temperature && temperature->IsNumber()) entry.request.temperature = temperature->GetDouble();
  const Value* spent = member_of(&*root, "spent");
  if (spent && spent->IsArray()) {
    for (const Value& attempt : spent->GetArray()) {
      entry.spent.push_back(
          {std::string(string_member(attempt, "model")),
           {count_of(&attempt, "in"), count_of(&attempt, "out"), flag_of(&attempt, "estimated")},
           flag_of(&attempt, "failed")});
    }
  }
  // Someone who edits a text by hand must notice that its key is another one.
  if (string_member(*root, "key") != entry.request.key()) {
    return base::Error{ErrorCode::kInvalidArgument,
                       "the request does not belong to the key: it was changed", ""};
  }
  return entry;
}

}  // namespace cherub::abilities::angel
