#include "abilities/angel/model_angel.h"

#include "engine/base/sha256.h"

namespace cherub::abilities::angel {

ModelAngel::ModelAngel(std::unique_ptr<LanguageModel> model, Check check)
    : model_(std::move(model)), check_(std::move(check)) {}

std::optional<Draft> ModelAngel::next(const Brief& brief, const std::atomic<bool>* cancel) {
  Draft draft;
  if (!brief.parent_code.empty()) draft.parent_sha256 = base::sha256_hex(brief.parent_code);
  Brief round = brief;
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
    const auto code = extract_code(reply->text);
    if (!code) {
      draft.source.clear();
      draft.message = exchange.refusal = code.error().message;
      round.refused_code = reply->text;
    } else {
      draft.source = *code;
      LadderVerdict verdict = check_(draft.source);
      if (verdict.ok) {
        draft.refused = false;
        draft.message.clear();
        draft.exchanges.push_back(std::move(exchange));
        return draft;
      }
      draft.refusals = std::move(verdict.refusals);
      draft.message = std::string("refused in ") + rung_name(draft.refusals.front().rung);
      exchange.refusal = refusals_text(draft.refusals, draft.source);
      round.refused_code = draft.source;
    }
    draft.refused = true;
    round.errors = {exchange.refusal};
    draft.exchanges.push_back(std::move(exchange));
  }
  return draft;
}

}  // namespace cherub::abilities::angel
