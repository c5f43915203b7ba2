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
  made->version = scripting::prepare_version(order.version, order.scenario, order.options,
                                             order.rows, made->verdict);
  if (made->version && order.with_shadow) {
    scripting::LoadVerdict again;
    made->shadow =
        scripting::prepare_version(order.version, order.scenario, order.options, order.rows, again);
  }
  deliver_(std::move(made));
}

}  // namespace cherub::abilities
