#include "abilities/angel/http_model.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "abilities/angel/peer_message.h"
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
constexpr int kQuirksMax = 2;  // parameters that can be left out or renamed

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

struct Outcome {
  Result<ModelReply> reply;
  AttemptVerdict verdict;
};

// One provider over HTTP: makes the request, keeps the deadline and the retries, and turns whatever
// comes back into a reply or an error without secrets.
class HttpModel final : public LanguageModel {
 public:
  HttpModel(ProviderConfig config, Url url, std::unique_ptr<Wire> wire,
            ModelSurroundings surroundings)
      : config_(std::move(config)),
        url_(std::move(url)),
        wire_(std::move(wire)),
        surroundings_(std::move(surroundings)) {}

  Result<ModelReply> complete(const ModelRequest& request,
                              const std::atomic<bool>* cancel) override {
    const auto key = read_key();
    if (!key) return key.error();
    const double start_s = surroundings_.pacing.now_s();
    std::optional<Result<ModelReply>> last;
    RetryRules rules;
    rules.retries = config_.retries;
    rules.asked_wait_max_s = config_.deadline_s;
    const AttemptsReport report = run_attempts(rules, surroundings_.pacing, cancel, [&] {
      Outcome outcome = attempt(request, *key, cancel);
      last.emplace(std::move(outcome.reply));
      return outcome.verdict;
    });
    Result<ModelReply> result = *std::move(last);
    if (!result) return told(result.error(), report, *key);
    result->text = redact(std::move(result->text), *key);
    result->attempts = report.made;
    result->wall_s = surroundings_.pacing.now_s() - start_s;
    return result;
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
  Outcome attempt(const ModelRequest& request, const std::string& key,
                  const std::atomic<bool>* cancel) {
    HttpRequest http;
    http.url = wire_->endpoint(url_);
    http.headers = wire_->headers(key);
    http.deadline_s = config_.deadline_s;
    const double start_s = surroundings_.pacing.now_s();
    for (int learned = 0;; ++learned) {
      http.body = wire_->body(config_, request, {no_temperature_, completion_tokens_});
      auto reply = surroundings_.exchange(http, cancel);
      if (!reply) {
        const bool again = reply.error().code == ErrorCode::kUnavailable;
        return {reply.error(), {again, {}}};
      }
      http.deadline_s = config_.deadline_s - (surroundings_.pacing.now_s() - start_s);
      const bool time_left = http.deadline_s > 0 && learned < kQuirksMax;
      if (time_left && reply->status == 400 && learn(reply->body)) continue;
      return read(*reply, key);
    }
  }

  // Whether the refusal names a parameter that can be left out, and was not yet.
  bool learn(const std::string& body) {
    const bool tokens = body.find("max_completion_tokens") != std::string::npos;
    if (tokens && !completion_tokens_.exchange(true)) return true;
    const bool temperature = body.find("temperature") != std::string::npos;
    return temperature && !no_temperature_.exchange(true);
  }

  [[nodiscard]] Outcome read(const HttpReply& http, const std::string& key) const {
    auto root = base::parse_json(http.body);
    const std::string peer = redact(root ? error_of_json(*root) : http.body, key);
    if (http.status != 200) return failed(http, http.status, peer);
    if (!root) {
      return unreadable("not JSON (" + root.error().text() + "): " + clean_line(peer, 120));
    }
    // Some gateways put the status of the peer behind them into the error of a 200.
    const rapidjson::Value* error = member_of(&*root, "error");
    if (error && !error->IsNull()) {
      const std::uint64_t status = count_of(error, "code");
      return failed(http, status >= 400 && status < 600 ? static_cast<unsigned>(status) : 200,
                    peer);
    }
    auto reply = wire_->read(*root);
    if (reply) return {std::move(reply), {}};
    if (reply.error().code != ErrorCode::kInvalidArgument) {
      const std::string words = clean_line(redact(reply.error().message, key));
      return {Error{reply.error().code, "HTTP 200, but " + words, ""}, {}};
    }
    return unreadable(reply.error().message + (peer.empty() ? "" : ": " + clean_line(peer)));
  }

  [[nodiscard]] Outcome failed(const HttpReply& http, unsigned status,
                               const std::string& peer) const {
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
            {worth_retrying(status), parse_retry_after(http.header("retry-after"))}};
  }

  [[nodiscard]] Outcome unreadable(const std::string& what) const {
    return {Error{ErrorCode::kInvalidArgument,
                  "HTTP 200, but not in the language of provider \"" + config_.provider +
                      "\": " + what + "; check base_url and provider",
                  ""},
            {}};
  }

  // The error of the last attempt with what the caller cannot see: host, attempts, pauses.
  [[nodiscard]] Error told(const Error& error, const AttemptsReport& report,
                           const std::string& key) const {
    Error out = error;
    out.where = url_.authority();
    if (report.wait_too_long_s) {
      const auto seconds = static_cast<std::uint64_t>(*report.wait_too_long_s);
      out.message +=
          "; it asks to wait " + std::to_string(seconds) + " s, longer than the deadline allows";
    }
    if (report.made > 1) out.message += " (after " + std::to_string(report.made) + " attempts)";
    if (report.cancelled) out.message = "cancelled between two attempts; the last: " + out.message;
    out.message = redact(std::move(out.message), key);
    return out;
  }

  ProviderConfig config_;
  Url url_;
  std::unique_ptr<Wire> wire_;
  ModelSurroundings surroundings_;
  std::atomic<bool> no_temperature_ = false;
  std::atomic<bool> completion_tokens_ = false;
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
  if (config.retries > kRetriesMax) {
    return bad_config("retries", "at most " + std::to_string(kRetriesMax) + " retries");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<LanguageModel>> make_http_model(const ProviderConfig& config,
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
  auto model = std::make_unique<HttpModel>(config, std::move(url).value(), std::move(wire),
                                           std::move(surroundings));
  if (auto key = model->read_key(); !key) return key.error();
  return std::unique_ptr<LanguageModel>(std::move(model));
}

Result<std::unique_ptr<LanguageModel>> make_language_model(const ProviderConfig& config) {
  return make_http_model(config, ModelSurroundings{});
}

}  // namespace cherub::abilities::angel
