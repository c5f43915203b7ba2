#include "abilities/angel/http_peer.h"

#include <atomic>
#include <cstdlib>
#include <optional>
#include <utility>

#include "abilities/angel/peer_message.h"
#include "abilities/angel/reply_stream.h"
#include "abilities/angel/wire.h"
#include "engine/base/json.h"

namespace cherub::abilities::angel {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint32_t kMaxTokensMax = 1'000'000;
constexpr double kTemperatureMax = 2;
constexpr double kDeadlineMaxS = 3600;
constexpr std::size_t kModelNameBytesMax = 200;
constexpr int kQuirksMax = 4;  // parameters that can be left out or renamed

std::string environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  return text;
}

Error bad_config(const std::string& field, const std::string& what) {
  return {ErrorCode::kInvalidArgument, what, "provider." + field};
}

bool worth_retrying(unsigned status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

ErrorCode code_of(unsigned status) {
  if (worth_retrying(status)) return ErrorCode::kUnavailable;
  if (status == 401 || status == 402 || status == 403 || status == 407 || status == 451) {
    return ErrorCode::kRefused;
  }
  return ErrorCode::kInvalidArgument;
}

// What a person does about a status.
std::string advice(unsigned status, const std::string& key_variable) {
  if (status / 100 == 3) return "redirects are not followed; set base_url to the final address";
  switch (status) {
    case 401:
    case 403:
      return "check that the environment variable " + key_variable +
             " holds a key that may use this model";
    case 402:
      return "the account has no credit left; top it up or choose another provider";
    case 404:
      return "check the model's name and base_url";
    case 408:
    case 425:
      return "try again";
    case 413:
      return "the prompt is too long for this peer; shorten the goal or choose another model";
    case 429:
      return "the peer limits the rate or the account's quota; wait, or choose another provider";
    default:
      break;
  }
  if (status >= 500) return "the peer is in trouble; try again later or choose another provider";
  return "check the model's name and the parameters";
}

// What a reply used; reckoned from `bytes` of text and thinking where the peer does not say.
Tokens used_of(const ModelReply& reply, const ModelRequest& request, std::size_t bytes) {
  if (reply.tokens_in + reply.tokens_out > 0) return {reply.tokens_in, reply.tokens_out, false};
  return {estimated_tokens(request.system.size() + request.user.size()), estimated_tokens(bytes),
          true};
}

// One provider over HTTP: makes the request, keeps the deadline, and turns whatever comes back into
// a reply or an error without secrets.
class HttpPeer final : public Peer {
 public:
  HttpPeer(ProviderConfig config, Url url, std::unique_ptr<Wire> wire,
           ModelSurroundings surroundings)
      : config_(std::move(config)),
        url_(std::move(url)),
        wire_(std::move(wire)),
        surroundings_(std::move(surroundings)) {}

  const ProviderConfig& config() const override { return config_; }
  std::string host() const override { return url_.authority(); }

  Outcome attempt(const ModelRequest& request, const AttemptOptions& options) override {
    const auto key = read_key();
    if (!key) return {key.error(), {}, {}};
    auto proxy = proxy_for(url_, surroundings_.variable);
    if (!proxy) return {proxy.error(), {}, {}};
    Outcome outcome = ask(request, *key, std::move(*proxy), options);
    if (outcome.reply) {
      outcome.reply->text = redact(std::move(outcome.reply->text), *key);
      return outcome;
    }
    Error error = outcome.reply.error();
    error.where = url_.authority();
    error.message = redact(std::move(error.message), *key);
    outcome.reply = std::move(error);
    return outcome;
  }

  // The key as the environment has it now; empty where none is needed.
  [[nodiscard]] Result<std::string> read_key() const {
    const bool own_machine = is_loopback_host(url_.host);
    const bool in_clear = url_.scheme == "http";
    if (in_clear && !own_machine && config_.key_variable.empty()) return std::string();
    std::string key = trimmed(surroundings_.variable(key_variable()));
    if (key.empty() && !own_machine && (!in_clear || !config_.key_variable.empty())) {
      return Error{ErrorCode::kInvalidArgument,
                   "no API key: set the environment variable " + key_variable() +
                       ", or name another one in key_variable",
                   url_.authority()};
    }
    return key;
  }

 private:
  [[nodiscard]] std::string key_variable() const {
    return config_.key_variable.empty() ? wire_->default_key_variable() : config_.key_variable;
  }

  // Asks once; and once more for each optional parameter that the peer turns out not to take.
  Outcome ask(const ModelRequest& request, const std::string& key, std::optional<Proxy> proxy,
              const AttemptOptions& options) {
    HttpRequest http;
    http.url = wire_->endpoint(url_);
    http.headers = wire_->headers(key);
    http.proxy = std::move(proxy);
    http.first_byte_s = config_.first_byte_s;
    http.idle_s = config_.idle_s;
    http.deadline_s = options.deadline_s;
    const double start_s = surroundings_.pacing.now_s();
    for (int learned = 0;; ++learned) {
      ReplyStream stream(*wire_, options.on_tokens);
      const Quirks quirks{no_temperature_, completion_tokens_, no_stream_options_, no_stream_};
      http.body = wire_->body(config_, request, quirks);
      http.on_body = [&](const HttpReply& head, std::string_view piece) {
        return stream.take(head, piece);
      };
      auto reply = surroundings_.exchange(http, options.cancel);
      if (!reply) {
        const bool again = reply.error().code == ErrorCode::kUnavailable;
        return {reply.error(), {again, {}}, stream.used(request)};
      }
      if (const Error* error = stream.too_large()) {
        return {
            Error{error->code, "HTTP 200, but " + error->message, ""}, {}, stream.used(request)};
      }
      http.deadline_s = options.deadline_s - (surroundings_.pacing.now_s() - start_s);
      const bool time_left = http.deadline_s > 0 && learned < kQuirksMax;
      if (time_left && reply->status == 400 && learn(reply->body)) continue;
      if (stream.is_events()) return read_events(stream, *reply, key, request);
      if (reply->status == 200 && reply->body.empty()) reply->body = stream.take_whole();
      return read(*reply, key, request);
    }
  }

  // Whether the refusal names a parameter that can be left out, and was not yet.
  bool learn(const std::string& body) {
    const auto names = [&](const char* word) { return body.find(word) != std::string::npos; };
    if (names("max_completion_tokens") && !completion_tokens_.exchange(true)) return true;
    if (names("stream_options") && !no_stream_options_.exchange(true)) return true;
    if (names("temperature") && !no_temperature_.exchange(true)) return true;
    return names("stream") && !no_stream_.exchange(true);
  }

  [[nodiscard]] Outcome read_events(ReplyStream& stream, const HttpReply& head,
                                    const std::string& key, const ModelRequest& request) const {
    auto reply = stream.finish();
    if (const rapidjson::Document* error = stream.error()) {
      Outcome outcome = failed(head, *error, redact(error_of_json(*error), key));
      outcome.used = stream.used(request);
      return outcome;
    }
    if (reply) {
      const Tokens used = used_of(*reply, request, stream.bytes());
      return {std::move(reply), {}, used};
    }
    const Error& error = reply.error();
    if (error.code == ErrorCode::kInvalidArgument) return unreadable(redact(error.message, key));
    // Whether the model or the network fell silent: another attempt may do better in the second
    // case only.
    const bool again = error.code == ErrorCode::kUnavailable && stream.is_cut();
    const std::string words = clean_line(redact(error.message, key));
    return {Error{error.code, "HTTP 200, but " + words, ""}, {again, {}}, stream.used(request)};
  }

  [[nodiscard]] Outcome read(const HttpReply& http, const std::string& key,
                             const ModelRequest& request) const {
    auto root = base::parse_json(http.body);
    const std::string peer = redact(root ? error_of_json(*root) : http.body, key);
    if (http.status != 200) {
      return root ? failed(http, *root, peer) : failed(http, rapidjson::Value(), peer);
    }
    if (!root) {
      return unreadable("not JSON (" + root.error().text() + "): " + clean_line(peer, 120));
    }
    // Some gateways put the status of the peer behind them into the error of a 200.
    if (error_in(*root)) return failed(http, *root, peer);
    auto reply = wire_->read(*root);
    if (reply) {
      const Tokens used = used_of(*reply, request, reply->text.size());
      return {std::move(reply), {}, used};
    }
    if (reply.error().code != ErrorCode::kInvalidArgument) {
      const std::string words = clean_line(redact(reply.error().message, key));
      return {Error{reply.error().code, "HTTP 200, but " + words, ""}, {}, {}};
    }
    return unreadable(reply.error().message + (peer.empty() ? "" : ": " + clean_line(peer)));
  }

  // A refusal: by its status, or by what the object in the body says, which knows more.
  [[nodiscard]] Outcome failed(const HttpReply& http, const rapidjson::Value& root,
                               const std::string& peer) const {
    const rapidjson::Value* error = error_in(root);
    const unsigned told = error ? status_of_error(*error) : 0;
    const bool knows_more = http.status == 200 || told == 402 || told == 413;
    const unsigned status = told != 0 && knows_more ? told : http.status;
    std::string message = "HTTP " + std::to_string(http.status);
    if (status != http.status) message += " with an error of status " + std::to_string(status);
    if (const std::string words = clean_line(peer); !words.empty()) {
      message += ", the peer says \"" + words + "\"";
    }
    message += "; " + advice(status, key_variable());
    if (const auto location = http.header("location"); status / 100 == 3 && !location.empty()) {
      message += " (to " + clean_line(location, 200) + ")";
    }
    return {Error{code_of(status), message, ""},
            {worth_retrying(status),
             parse_retry_after(http.header("retry-after"), surroundings_.pacing.unix_s()),
             status == 429},
            {}};
  }

  [[nodiscard]] Outcome unreadable(const std::string& what) const {
    return {Error{ErrorCode::kInvalidArgument,
                  "HTTP 200, but not in the language of provider \"" + config_.provider +
                      "\": " + what + "; check base_url and provider",
                  ""},
            {},
            {}};
  }

  ProviderConfig config_;
  Url url_;
  std::unique_ptr<Wire> wire_;
  ModelSurroundings surroundings_;
  std::atomic<bool> no_temperature_ = false;
  std::atomic<bool> completion_tokens_ = false;
  std::atomic<bool> no_stream_options_ = false;
  std::atomic<bool> no_stream_ = false;
};

Result<void> check_numbers(const ProviderConfig& config) {
  if (!(config.temperature >= 0 && config.temperature <= kTemperatureMax)) {
    return bad_config("temperature", "the temperature must be from 0 to 2");
  }
  if (config.max_tokens == 0 || config.max_tokens > kMaxTokensMax) {
    return bad_config("max_tokens", "max_tokens must be from 1 to 1000000");
  }
  if (!(config.deadline_s > 0 && config.deadline_s <= kDeadlineMaxS)) {
    return bad_config("deadline_s", "the deadline must be above 0 and at most 3600 s");
  }
  for (const double limit : {config.first_byte_s, config.idle_s}) {
    if (!(limit >= 0 && limit <= kDeadlineMaxS)) {
      return bad_config("idle_s", "first_byte_s and idle_s must be from 0 to 3600 s");
    }
  }
  if (config.retries > kRetriesMax) {
    return bad_config("retries", "at most " + std::to_string(kRetriesMax) + " retries");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Peer>> make_http_peer(const ProviderConfig& config,
                                             ModelSurroundings surroundings) {
  std::unique_ptr<Wire> wire;
  if (config.provider == "openai") wire = make_openai_wire();
  if (config.provider == "anthropic") wire = make_anthropic_wire();
  if (!wire) {
    return bad_config("provider", "\"" + clean_line(config.provider, 40) +
                                      "\" is no language model; write openai or anthropic");
  }
  if (config.model.empty() || config.model.size() > kModelNameBytesMax) {
    return bad_config("model", "name the model, as its provider does");
  }
  if (auto numbers = check_numbers(config); !numbers) return numbers.error();
  auto url = parse_url(config.base_url.empty() ? wire->default_base_url() : config.base_url);
  if (!url) return bad_config("base_url", url.error().message);
  if (url->target.find('?') != std::string::npos) {
    return bad_config("base_url", "the URL has a query; give only scheme, host and path");
  }
  if (!surroundings.variable) surroundings.variable = environment_variable;
  auto peer = std::make_unique<HttpPeer>(config, std::move(url).value(), std::move(wire),
                                         std::move(surroundings));
  if (auto key = peer->read_key(); !key) return key.error();
  return std::unique_ptr<Peer>(std::move(peer));
}

}  // namespace cherub::abilities::angel
