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
                                {"Accept", "application/json"},
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
    reply.cut_off = stop == "max_tokens" || stop == "model_context_window_exceeded";
    if (reply.text.empty() && stop == "refusal") {
      return Error{ErrorCode::kRefused, "the model refuses to answer; change the goal's words", ""};
    }
    if (reply.text.empty()) return empty_reply(reply.cut_off);
    const Value* usage = member_of(&root, "usage");
    reply.tokens_in = count_of(usage, "input_tokens") +
                      count_of(usage, "cache_creation_input_tokens") +
                      count_of(usage, "cache_read_input_tokens");
    reply.tokens_out = count_of(usage, "output_tokens");
    return reply;
  }
};

}  // namespace

std::unique_ptr<Wire> make_anthropic_wire() {
  return std::make_unique<AnthropicWire>();
}

}  // namespace cherub::abilities::angel
