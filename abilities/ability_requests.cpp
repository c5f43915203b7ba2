#include "abilities/ability_requests.h"

#include <algorithm>
#include <utility>

namespace cherub::abilities {

AbilityQueue::AbilityQueue(double tick_s) : minute_(static_cast<base::Tick>(60 / tick_s)) {}

AbilityAsk AbilityQueue::ask(AbilityRequest& request, base::Tick now) {
  const std::string key = ability_goal_key(request.goal);
  if (key.empty()) return AbilityAsk::kEmpty;
  if (request.asker) {
    if (std::find(words_.begin(), words_.end(), key) != words_.end()) {
      return AbilityAsk::kAskedBefore;
    }
    while (!asks_.empty() && asks_.front() + minute_ <= now) asks_.pop_front();
    if (asks_.size() >= kAbilityAsksPerMinute) return AbilityAsk::kTooOften;
  }
  if (waiting_.size() >= kAbilityQueueMax) return AbilityAsk::kFull;
  if (request.asker) {
    asks_.push_back(now);
    words_.push_back(key);
    if (words_.size() > kAbilityWordsMax) words_.pop_front();
  }
  request.number = ++numbers_;
  waiting_.push_back(request);
  return AbilityAsk::kTaken;
}

std::optional<AbilityRequest> AbilityQueue::next() {
  if (working_ || waiting_.empty()) return std::nullopt;
  AbilityRequest request = std::move(waiting_.front());
  waiting_.pop_front();
  working_ = true;
  return request;
}

void AbilityQueue::clear() {
  waiting_.clear();
  words_.clear();
  asks_.clear();
}

AbilityWriter::AbilityWriter(MakeAbilityAngel make_angel, scripting::HostOptions options,
                             Deliver deliver)
    : make_angel_(std::move(make_angel)), options_(options), deliver_(std::move(deliver)) {}

AbilityWriter::~AbilityWriter() {
  ending_ = true;
  cancel_ = true;
}

void AbilityWriter::begin(std::uint64_t number, AbilityOrder order, engine::Scenario scenario) {
  if (thread_.joinable()) thread_.join();
  cancel_ = false;
  begun_ = std::chrono::steady_clock::now();
  thread_ = std::jthread(
      [this, number, order = std::move(order), scenario = std::move(scenario)]() mutable {
        work(number, order, std::move(scenario));
      });
}

double AbilityWriter::seconds() const {
  if (!begun_) return 0;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - *begun_).count();
}

void AbilityWriter::work(std::uint64_t number, const AbilityOrder& order,
                         engine::Scenario scenario) {
  auto finished = std::make_shared<FinishedAbility>();
  finished->number = number;
  base::Result<std::unique_ptr<angel::AbilityAngel>> angel =
      make_angel_
          ? make_angel_()
          : std::unique_ptr<angel::AbilityAngel>(std::make_unique<angel::BuiltinAbilityAngel>());
  if (angel) {
    AbilityLadder ladder(std::move(scenario), options_);
    finished->written = write_ability(order, **angel, ladder, {}, &cancel_);
  } else {
    finished->written.goal = order.goal;
    finished->written.message = angel.error().text();
    finished->written.code = angel.error().code;
  }
  if (!ending_) deliver_(std::move(finished));
}

}  // namespace cherub::abilities
