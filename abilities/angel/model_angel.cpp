#include "abilities/angel/model_angel.h"

#include <cstdio>

#include "abilities/angel/edits.h"
#include "abilities/angel/peer_message.h"
#include "engine/base/random.h"
#include "engine/base/sha256.h"

namespace cherub::abilities::angel {
namespace {

// What makes two refusals the same error.
std::string signature(const Draft& draft) {
  return draft.refusals.empty() ? draft.message : rule_of(draft.refusals.front());
}

}  // namespace

ModelAngel::ModelAngel(std::unique_ptr<LanguageModel> model, Check check, std::uint64_t seed)
    : model_(std::move(model)), check_(std::move(check)), seed_(seed) {}

const ModelAngel::Scored* ModelAngel::best_besides(const std::string& parent) const {
  const Scored* best = nullptr;
  for (const Scored& other : scored_) {
    if (other.source == parent) continue;
    if (best == nullptr || other.score > best->score) best = &other;
  }
  return best;
}

void ModelAngel::choose_kind(Brief& brief, std::uint64_t number) const {
  brief.kind = PromptKind::kFull;
  if (brief.parent_code.empty()) return;
  base::RandomStream random(seed_, number, 0, base::Stream::kSearch);
  const double draw = random.uniform();
  if (draw < kDiffShare) brief.kind = PromptKind::kDiff;
  const Scored* const other = best_besides(brief.parent_code);
  if (draw < 1 - kCrossShare || other == nullptr) return;
  char score[32];
  std::snprintf(score, sizeof score, "%.3f", other->score);
  brief.kind = PromptKind::kCross;
  brief.other_code = other->source;
  brief.other_results = std::string("Its score was ") + score + ".";
}

base::Result<std::string> ModelAngel::source_of(const Brief& round,
                                                const std::string& reply) const {
  // A whole policy is welcome where changes were asked for.
  if (round.kind == PromptKind::kDiff && has_edits(reply)) {
    return apply_edits(round.parent_code, reply);
  }
  return extract_code(reply);
}

void ModelAngel::ask_again(Brief& round, const Draft& draft, const Exchange& exchange,
                           bool same_again) {
  round.errors = {exchange.refusal};
  round.refused_code = draft.source.empty() ? exchange.reply : draft.source;
  round.start_over = same_again;
  round.rules = rules_.best(kPromptRulesMax);
  // Changes that fit were made: what is wrong now is the policy. Those that did not may be mended.
  if (!draft.source.empty() || same_again) round.kind = PromptKind::kFull;
}

std::optional<Draft> ModelAngel::next(const Brief& brief, const std::atomic<bool>* cancel) {
  Draft draft;
  draft.id = ++drafts_;
  if (!brief.parent_code.empty()) draft.parent_sha256 = base::sha256_hex(brief.parent_code);
  Brief round = brief;
  choose_kind(round, draft.id);
  round.rules = rules_.best(kPromptRulesMax);
  std::string last_error;
  for (int attempt = 0; attempt <= kRepairRoundsMax; ++attempt) {
    Exchange exchange;
    exchange.request = build_prompt(round);
    const auto reply = model_->complete(exchange.request, cancel);
    if (!reply) {
      draft.failure = reply.error();
      draft.refused = true;
      draft.message = reply.error().text();
      draft.exchanges.push_back(std::move(exchange));
      return draft;
    }
    exchange.reply = reply->text;
    draft.refusals.clear();
    const auto source = source_of(round, reply->text);
    draft.source = source ? *source : "";
    if (source) {
      LadderVerdict verdict = check_(draft.source);
      if (verdict.ok) {
        draft.refused = false;
        draft.message.clear();
        draft.exchanges.push_back(std::move(exchange));
        offered_[draft.id] = draft.source;
        return draft;
      }
      draft.refusals = std::move(verdict.refusals);
      draft.message = std::string("refused in ") + rung_name(draft.refusals.front().rung);
      exchange.refusal = refusals_text(draft.refusals, draft.source);
      rules_.learn(draft.refusals);
    } else {
      draft.message = exchange.refusal = source.error().message;
    }
    draft.refused = true;
    const std::string error = signature(draft);
    ask_again(round, draft, exchange, error == last_error);
    last_error = error;
    draft.exchanges.push_back(std::move(exchange));
  }
  return draft;
}

std::optional<Exchange> ModelAngel::comment(const Brief& brief, const std::atomic<bool>* cancel) {
  Exchange exchange;
  exchange.request = build_comment_prompt(brief);
  const auto reply = model_->complete(exchange.request, cancel);
  if (!reply) return std::nullopt;
  exchange.reply = std::string(utf8_prefix(reply->text, kPromptCommentBytesMax));
  return exchange;
}

void ModelAngel::learn(std::uint64_t id, double score) {
  auto offered = offered_.extract(id);
  if (!offered.empty()) scored_.push_back({std::move(offered.mapped()), score});
}

}  // namespace cherub::abilities::angel
