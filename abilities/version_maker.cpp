#include "abilities/version_maker.h"

#include <utility>

namespace cherub::abilities {

VersionMaker::VersionMaker(Deliver deliver)
    : deliver_(std::move(deliver)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

VersionMaker::~VersionMaker() {
  thread_.request_stop();
  thread_.join();
}

void VersionMaker::add(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

void VersionMaker::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !jobs_.empty(); })) {
    if (stop.stop_requested()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    if (const auto* order = std::get_if<Order>(&job)) make(*order);
    job = scripting::PreparedVersion();  // freed here
    lock.lock();
  }
}

void VersionMaker::make(const Order& order) {
  auto made = std::make_shared<CheckedVersion>();
  made->number = order.number;
  if (order.kind == ScriptKind::kAbility) {
    make_ability(order, *made);
  } else {
    make_policy(order, *made);
  }
  deliver_(std::move(made));
}

void VersionMaker::make_policy(const Order& order, CheckedVersion& made) {
  const auto prepare = [&](scripting::LoadVerdict& verdict) {
    return scripting::prepare_version(order.version, order.scenario, order.options, order.rows,
                                      verdict);
  };
  made.version = prepare(made.verdict);
  scripting::LoadVerdict again;
  if (made.version && order.with_shadow) made.shadow = prepare(again);
}

void VersionMaker::make_ability(const Order& order, CheckedVersion& made) {
  const auto prepare = [&](scripting::AbilityVerdict& verdict) {
    return scripting::prepare_ability(order.version, order.scenario, order.options, order.rows,
                                      verdict);
  };
  scripting::AbilityVerdict verdict, again;
  made.ability = prepare(verdict);
  made.verdict = std::move(verdict.load);
  if (made.ability && order.with_shadow) made.ability_shadow = prepare(again);
}

}  // namespace cherub::abilities
