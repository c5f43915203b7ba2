#include "abilities/angel/peer_message.h"
#include "abilities/angel/wire.h"
#include "engine/base/json.h"

namespace cherub::abilities::angel {
namespace {

using base::Error;
using base::ErrorCode;
using rapidjson::Value;

// A string, or the texts of an array of parts joined; parts of other types are skipped.
std::string content_text(const Value* content) {
  if (!content) return {};
  if (content->IsString()) return {content->GetString(), content->GetStringLength()};
  std::string text;
  if (!content->IsArray()) return text;
  for (const Value& part : content->GetArray()) {
    if (part.IsString()) text.append(part.GetString(), part.GetStringLength());
    text += string_member(part, "text");
  }
  return text;
}

void read_usage(const Value& root, ModelReply& reply) {
  const Value* usage = member_of(&root, "usage");
  if (!usage || !usage->IsObject()) return;
  reply.tokens_in = count_of(usage, "prompt_tokens");
  reply.tokens_out = count_of(usage, "completion_tokens");
}

// Chunks of {"choices": [{"delta": {"content": …}, "finish_reason": …}], "usage": …}. Usage comes
// in a last chunk without choices, or beside any choice.
class OpenAiStream final : public StreamReader {
 public:
  void take(const Value& event) override {
    read_usage(event, reply_);
    const Value* choices = member_of(&event, "choices");
    if (!choices || !choices->IsArray() || choices->Empty()) return;
    const Value& choice = (*choices)[0];
    const Value* delta = member_of(&choice, "delta");
    reply_.text += content_text(member_of(delta, "content"));
    reply_.text += string_member(choice, "text");  // old completion servers
    if (delta) {
      refusal_ += string_member(*delta, "refusal");
      thinking_ += string_member(*delta, "reasoning").size();
      thinking_ += string_member(*delta, "reasoning_content").size();
    }
    const std::string_view reason = string_member(choice, "finish_reason");
    if (!reason.empty()) finish_reason_ = reason;
  }

  bool complete() const override { return false; }  // [DONE] says so
  std::size_t bytes() const override { return reply_.text.size() + thinking_; }

  base::Result<ModelReply> finish(bool cut) const override {
    if (cut && finish_reason_.empty()) return cut_stream();
    ModelReply reply = reply_;
    reply.cut_off = finish_reason_ == "length";
    if (!reply.text.empty()) return reply;
    if (!refusal_.empty()) {
      return Error{ErrorCode::kRefused, "the model refuses: " + refusal_, ""};
    }
    return empty_reply(reply.cut_off);
  }

 private:
  ModelReply reply_;
  std::string refusal_, finish_reason_;
  std::size_t thinking_ = 0;
};

// POST {base}/chat/completions, the language that OpenAI, OpenRouter, Ollama, llama.cpp and vLLM
// share.
class OpenAiWire final : public Wire {
 public:
  std::string default_base_url() const override { return "https://api.openai.com/v1"; }
  std::string default_key_variable() const override { return "OPENAI_API_KEY"; }

  std::string endpoint(const Url& base) const override {
    static const std::string kEndpoint = "/chat/completions";
    Url url = base;
    const std::string prefix = path_without(base.target, kEndpoint);
    url.target = (prefix.empty() ? "/v1" : prefix) + kEndpoint;
    return url.text();
  }

  std::vector<HttpHeader> headers(const std::string& key) const override {
    std::vector<HttpHeader> all{{"Content-Type", "application/json"},
                                {"Accept", "application/json, text/event-stream"}};
    if (!key.empty()) all.push_back({"Authorization", "Bearer " + key});
    return all;
  }

  std::string body(const ProviderConfig& config, const ModelRequest& request,
                   const Quirks& quirks) const override {
    base::JsonArray messages;
    if (!request.system.empty()) {
      messages.raw(base::JsonObject().add("role", "system").add("content", request.system).text());
    }
    messages.raw(base::JsonObject().add("role", "user").add("content", request.user).text());
    base::JsonObject body;
    body.add("model", config.model).raw("messages", messages.text());
    body.add(quirks.completion_tokens ? "max_completion_tokens" : "max_tokens", config.max_tokens);
    if (!quirks.no_temperature) body.add("temperature", config.temperature);
    const bool stream = config.stream && !quirks.no_stream;
    if (stream && !quirks.no_stream_options) {
      body.raw("stream_options", base::JsonObject().add("include_usage", true).text());
    }
    return body.add("stream", stream).text();
  }

  base::Result<ModelReply> read(const Value& root) const override {
    const Value* choices = member_of(&root, "choices");
    if (!choices || !choices->IsArray() || choices->Empty()) {
      return Error{ErrorCode::kInvalidArgument, "the reply has no `choices`", ""};
    }
    const Value& choice = (*choices)[0];
    const Value* message = member_of(&choice, "message");
    ModelReply reply;
    reply.cut_off = string_member(choice, "finish_reason") == "length";
    reply.text = content_text(member_of(message, "content"));
    if (reply.text.empty()) reply.text = string_member(choice, "text");  // old completion servers
    if (reply.text.empty() && !message) {
      return Error{ErrorCode::kInvalidArgument, "the reply has no `choices[0].message`", ""};
    }
    if (reply.text.empty()) {
      const std::string_view refusal = string_member(*message, "refusal");
      if (refusal.empty()) return empty_reply(reply.cut_off);
      return Error{ErrorCode::kRefused, "the model refuses: " + std::string(refusal), ""};
    }
    read_usage(root, reply);
    return reply;
  }

  std::unique_ptr<StreamReader> stream_reader() const override {
    return std::make_unique<OpenAiStream>();
  }
};

}  // namespace

std::unique_ptr<Wire> make_openai_wire() {
  return std::make_unique<OpenAiWire>();
}

}  // namespace cherub::abilities::angel
