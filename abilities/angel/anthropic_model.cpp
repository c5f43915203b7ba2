#include <algorithm>

#include "abilities/angel/peer_message.h"
#include "abilities/angel/wire.h"
#include "engine/base/json.h"

namespace cherub::abilities::angel {
namespace {

using base::Error;
using base::ErrorCode;
using rapidjson::Value;

constexpr double kTemperatureMax = 1;
constexpr const char* kVersion = "2023-06-01";

bool is_cut_off(std::string_view stop_reason) {
  return stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded";
}

base::Result<ModelReply> without_text(std::string_view stop_reason) {
  if (stop_reason == "refusal") {
    return Error{ErrorCode::kRefused, "the model refuses to answer; change the goal's words", ""};
  }
  return empty_reply(is_cut_off(stop_reason));
}

// The counts that are there; later ones of a stream replace earlier ones.
void read_usage(const Value* usage, ModelReply& reply) {
  const std::uint64_t in = count_of(usage, "input_tokens") +
                           count_of(usage, "cache_creation_input_tokens") +
                           count_of(usage, "cache_read_input_tokens");
  if (in > 0) reply.tokens_in = in;
  if (const std::uint64_t out = count_of(usage, "output_tokens"); out > 0) reply.tokens_out = out;
}

// message_start, then per block content_block_start, …_delta and …_stop, then message_delta with
// stop reason and usage, message_stop. Pings, thinking and whatever comes later are passed over.
class AnthropicStream final : public StreamReader {
 public:
  void take(const Value& event) override {
    const std::string_view type = string_member(event, "type");
    if (type == "message_start") {
      read_usage(member_of(member_of(&event, "message"), "usage"), reply_);
    } else if (type == "content_block_start") {
      const Value* block = member_of(&event, "content_block");
      if (block && string_member(*block, "type") == "text") {
        reply_.text += string_member(*block, "text");
      }
    } else if (type == "content_block_delta") {
      take_delta(member_of(&event, "delta"));
    } else if (type == "message_delta") {
      read_usage(member_of(&event, "usage"), reply_);
      const Value* delta = member_of(&event, "delta");
      if (delta) stop_reason_ = string_member(*delta, "stop_reason");
    } else if (type == "message_stop") {
      complete_ = true;
    }
  }

  bool complete() const override { return complete_; }
  std::size_t bytes() const override { return reply_.text.size() + thinking_; }

  base::Result<ModelReply> finish(bool cut) const override {
    if (cut && stop_reason_.empty()) return cut_stream();
    ModelReply reply = reply_;
    reply.cut_off = is_cut_off(stop_reason_);
    if (reply.text.empty()) return without_text(stop_reason_);
    return reply;
  }

 private:
  void take_delta(const Value* delta) {
    if (!delta) return;
    const std::string_view type = string_member(*delta, "type");
    if (type == "text_delta") reply_.text += string_member(*delta, "text");
    if (type == "thinking_delta") thinking_ += string_member(*delta, "thinking").size();
  }

  ModelReply reply_;
  std::string stop_reason_;
  std::size_t thinking_ = 0;
  bool complete_ = false;
};

// POST {base}/v1/messages, the language of Anthropic's Messages API.
class AnthropicWire final : public Wire {
 public:
  std::string default_base_url() const override { return "https://api.anthropic.com"; }
  std::string default_key_variable() const override { return "ANTHROPIC_API_KEY"; }

  std::string endpoint(const Url& base) const override {
    Url url = base;
    const std::string prefix = path_without(base.target, "/messages");
    url.target = path_without(prefix, "/v1") + "/v1/messages";
    return url.text();
  }

  std::vector<HttpHeader> headers(const std::string& key) const override {
    std::vector<HttpHeader> all{{"Content-Type", "application/json"},
                                {"Accept", "application/json, text/event-stream"},
                                {"anthropic-version", kVersion}};
    if (!key.empty()) all.push_back({"x-api-key", key});
    return all;
  }

  std::string body(const ProviderConfig& config, const ModelRequest& request,
                   const Quirks& quirks) const override {
    base::JsonObject body;
    body.add("model", config.model).add("max_tokens", config.max_tokens);
    if (!request.system.empty()) body.add("system", request.system);
    if (!quirks.no_temperature) {
      body.add("temperature", std::min(config.temperature, kTemperatureMax));
    }
    if (config.stream && !quirks.no_stream) body.add("stream", true);
    const auto message = base::JsonObject().add("role", "user").add("content", request.user);
    return body.raw("messages", base::JsonArray().raw(message.text()).text()).text();
  }

  base::Result<ModelReply> read(const Value& root) const override {
    const Value* content = member_of(&root, "content");
    if (!content || !content->IsArray()) {
      return Error{ErrorCode::kInvalidArgument, "the reply has no array `content`", ""};
    }
    ModelReply reply;
    for (const Value& block : content->GetArray()) {
      // Thinking, tool use and whatever comes later are not part of the answer.
      if (string_member(block, "type") == "text") reply.text += string_member(block, "text");
    }
    const std::string_view stop = string_member(root, "stop_reason");
    reply.cut_off = is_cut_off(stop);
    if (reply.text.empty()) return without_text(stop);
    read_usage(member_of(&root, "usage"), reply);
    return reply;
  }

  std::unique_ptr<StreamReader> stream_reader() const override {
    return std::make_unique<AnthropicStream>();
  }
};

}  // namespace

std::unique_ptr<Wire> make_anthropic_wire() {
  return std::make_unique<AnthropicWire>();
}

}  // namespace cherub::abilities::angel
