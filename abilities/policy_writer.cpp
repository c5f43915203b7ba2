#include "abilities/policy_writer.h"

#include <utility>

#include "engine/base/check.h"

namespace cherub::abilities {
namespace {

// Shows the records of one order's search; its worlds are not shown.
class Listener final : public RunObserver {
 public:
  Listener(const PolicyOrder& order, const PolicyWriter::Tell& tell) : order_(order), tell_(tell) {}
  void on_record(const RunRecord& record) override { tell_(order_, record); }
  void on_tick(const engine::World&, const engine::TickReport&) override {}
  bool wants_ticks() const override { return false; }

 private:
  const PolicyOrder& order_;
  const PolicyWriter::Tell& tell_;
};

}  // namespace

PolicyWriter::PolicyWriter(WritePolicy write, Tell tell, Deliver deliver)
    : write_(std::move(write)), tell_(std::move(tell)), deliver_(std::move(deliver)) {}

PolicyWriter::~PolicyWriter() {
  ending_ = true;
  cancel();
}

void PolicyWriter::begin(PolicyOrder order) {
  CHERUB_CHECK(!working());
  thread_ = {};  // the one before has delivered
  control_ = std::make_unique<RunControl>();
  thread_ = std::jthread([this, order = std::move(order), control = control_.get()] {
    auto finished = std::make_shared<FinishedPolicy>();
    finished->number = order.number;
    Listener listener(order, tell_);
    finished->summary = write_(order, *control, listener);
    if (!ending_) deliver_(std::move(finished));
  });
}

void PolicyWriter::cancel() {
  if (control_) control_->terminate();
}

void PolicyWriter::finished() {
  thread_ = {};
  control_.reset();
}

}  // namespace cherub::abilities
