#include "abilities/angel/patient_model.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "abilities/angel/peer_message.h"

namespace cherub::abilities::angel {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

bool is_set(const std::atomic<bool>* flag) {
  return flag && flag->load();
}

std::string whole_seconds(double seconds) {
  return std::to_string(static_cast<std::uint64_t>(std::ceil(seconds))) + " s";
}

class PeerOfModel final : public Peer {
 public:
  PeerOfModel(std::unique_ptr<LanguageModel> model, ProviderConfig config)
      : model_(std::move(model)), config_(std::move(config)) {}
  const ProviderConfig& config() const override { return config_; }
  std::string host() const override { return {}; }
  Outcome attempt(const ModelRequest& request, const AttemptOptions& options) override {
    auto reply = model_->complete(request, options.cancel);
    Tokens used;
    if (reply) used = {reply->tokens_in, reply->tokens_out, false};
    return {std::move(reply), {}, used};
  }

 private:
  std::unique_ptr<LanguageModel> model_;
  ProviderConfig config_;
};

}  // namespace

// One peer's attempts within one call, up to the one that counts.
class PatientModel::Attempt {
 public:
  Attempt(Peer& peer, const ModelRequest& request, const CallTools& tools,
          const std::atomic<bool>* cancel, Call& call)
      : peer_(peer), request_(request), tools_(tools), cancel_(cancel), call_(call) {
    const ProviderConfig& config = peer.config();
    name_ = config.provider + " " + peer.host();
    most_ = most_tokens(request, config.max_tokens);
    progress_ = {config.provider, config.model, peer.host(), "", 0, 0, ""};
  }

  AttemptVerdict make() {
    ++progress_.attempt;
    progress_.tokens = 0;
    progress_.message.clear();
    if (auto refused = circuit_is_open()) return refuse(std::move(*refused));
    return after_circuit();
  }

  Result<ModelReply> take() { return std::move(*reply_); }

 private:
  std::optional<Error> circuit_is_open() {
    if (!tools_.breaker) return {};
    const auto verdict = tools_.breaker->ask(name_, tools_.pacing.now_s());
    if (verdict.allowed) return {};
    return Error{ErrorCode::kUnavailable,
                 "not asked: it failed too often, the next try is in " +
                     whole_seconds(verdict.wait_s) + "; wait, or add another provider",
                 peer_.host()};
  }

  AttemptVerdict after_circuit() {
    CallGate::Pass pass;
    if (tools_.gate) {
      progress("waiting");
      // Queueing is no fault of the peer's, so it has a patience of its own.
      const double patience_s = std::min(kQueuePatienceS, seconds_left());
      auto given = tools_.gate->enter(most_.in + most_.out, patience_s, tools_.pacing, cancel_);
      if (!given) {
        if (tools_.breaker) tools_.breaker->abandoned(name_);
        return refuse({ErrorCode::kUnavailable,
                       is_set(cancel_) ? "cancelled while waiting for its turn"
                                       : "no turn came in time under the rate limit; raise it, or "
                                         "run fewer at once",
                       peer_.host()});
      }
      return through(std::move(given));
    }
    return through(std::move(pass));
  }

  AttemptVerdict through(CallGate::Pass pass) {
    std::optional<Ledger::Reservation> reservation;
    if (tools_.ledger) {
      auto reserved = tools_.ledger->reserve(peer_.config().model, most_);
      if (!reserved) {
        if (tools_.breaker) tools_.breaker->abandoned(name_);
        if (pass) pass.settle(0);
        call_.refused_by_budget = true;
        return refuse(reserved.error());
      }
      reservation.emplace(std::move(*reserved));
    }
    progress("asking");
    AttemptOptions options;
    options.deadline_s = std::max(0.001, std::min(peer_.config().deadline_s, seconds_left()));
    options.cancel = cancel_;
    options.on_tokens = [this](std::uint64_t tokens) {
      progress_.tokens = tokens;
      progress("streaming");
    };
    const double start_s = tools_.pacing.now_s();
    Outcome outcome = peer_.attempt(request_, options);
    const double wall_s = tools_.pacing.now_s() - start_s;
    if (outcome.reply) fill_in(outcome);
    if (pass) pass.settle(outcome.used.in + outcome.used.out);
    if (reservation) reservation->settle(outcome.used, !outcome.reply.ok(), wall_s);
    call_.spent.push_back({peer_.config().model, outcome.used, !outcome.reply.ok()});
    report(outcome);
    reply_.emplace(std::move(outcome.reply));
    return outcome.verdict;
  }

  void fill_in(Outcome& outcome) const {
    Tokens& used = outcome.used;
    if (used.in + used.out == 0) {
      used = {estimated_tokens(request_.system.size() + request_.user.size()),
              estimated_tokens(outcome.reply->text.size()), true};
    }
    outcome.reply->model = peer_.config().model;
  }

  void report(const Outcome& outcome) {
    if (outcome.reply) {
      progress_.tokens = outcome.used.out;
      progress("answered");
    } else {
      progress_.message = outcome.reply.error().text();
      progress("failed");
    }
    if (!tools_.breaker) return;
    const bool silent = !outcome.reply && outcome.reply.error().code == ErrorCode::kUnavailable;
    // Who answers 429 is there.
    const bool limits = outcome.verdict.is_rate_limit;
    if (is_set(cancel_)) {
      tools_.breaker->abandoned(name_);
    } else if (silent && !limits) {
      tools_.breaker->failed(name_, tools_.pacing.now_s());
    } else {
      tools_.breaker->succeeded(name_);
    }
  }

  AttemptVerdict refuse(Error error) {
    progress_.message = error.text();
    progress("failed");
    // What the peer itself said before says more than that it is now left alone.
    if (!reply_ || call_.refused_by_budget) reply_.emplace(std::move(error));
    return {};
  }

  void progress(const char* state) {
    progress_.state = state;
    if (tools_.on_progress) tools_.on_progress(progress_);
  }

  [[nodiscard]] double seconds_left() const {
    return tools_.ledger ? tools_.ledger->seconds_left() : kQueuePatienceS;
  }

  static constexpr double kQueuePatienceS = 3600;

  Peer& peer_;
  const ModelRequest& request_;
  const CallTools& tools_;
  const std::atomic<bool>* cancel_;
  Call& call_;
  std::string name_;  // in the circuit breaker
  Tokens most_;
  ModelProgress progress_;
  std::optional<Result<ModelReply>> reply_;
};

PatientModel::PatientModel(std::vector<std::unique_ptr<Peer>> peers, CallTools tools)
    : peers_(std::move(peers)), tools_(std::move(tools)) {}

PatientModel::Call PatientModel::call(const ModelRequest& request,
                                      const std::atomic<bool>* cancel) {
  Call call{Error{ErrorCode::kInternal, "no provider was asked", ""}, {}, false};
  std::optional<Error> first;
  std::string others;
  for (const auto& peer : peers_) {
    call.reply = ask(*peer, request, cancel, call);
    if (call.reply || call.refused_by_budget || is_set(cancel)) return call;
    const Error& error = call.reply.error();
    if (first) others += "; then " + error.text();
    if (!first) first = error;
  }
  if (first) {
    first->message += others;
    call.reply = std::move(*first);
  }
  return call;
}

Result<ModelReply> PatientModel::ask(Peer& peer, const ModelRequest& request,
                                     const std::atomic<bool>* cancel, Call& call) {
  Attempt attempt(peer, request, tools_, cancel, call);
  const double start_s = tools_.pacing.now_s();
  RetryRules rules;
  rules.retries = peer.config().retries;
  rules.asked_wait_max_s = peer.config().deadline_s;
  if (tools_.ledger) {
    rules.asked_wait_max_s = std::min(rules.asked_wait_max_s, tools_.ledger->seconds_left());
  }
  const AttemptsReport report =
      run_attempts(rules, tools_.pacing, cancel, [&] { return attempt.make(); });
  Result<ModelReply> reply = attempt.take();
  if (reply) {
    reply->attempts = report.made;
    reply->wall_s = tools_.pacing.now_s() - start_s;
    return reply;
  }
  Error error = reply.error();
  if (report.wait_too_long_s) {
    error.message += "; it asks to wait " + whole_seconds(*report.wait_too_long_s) +
                     ", longer than the deadline allows";
  }
  if (report.made > 1) error.message += " (after " + std::to_string(report.made) + " attempts)";
  return error;
}

std::unique_ptr<Peer> make_peer_of_model(std::unique_ptr<LanguageModel> model,
                                         const ProviderConfig& config) {
  return std::make_unique<PeerOfModel>(std::move(model), config);
}

Tokens most_tokens(const ModelRequest& request, std::uint32_t max_tokens) {
  return {tokens_bound(request.system.size() + request.user.size()), max_tokens, false};
}

}  // namespace cherub::abilities::angel
