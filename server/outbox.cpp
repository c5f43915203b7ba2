#include "server/outbox.h"

#include <algorithm>
#include <utility>

#include "engine/base/json.h"

namespace cherub::server {
namespace {

// A channel's name and three numbers, generously.
constexpr std::size_t kGapBytesMax = 512;

}  // namespace

std::string gap_record(const SharedBytes& channel, std::uint64_t from, std::uint64_t to,
                       std::uint64_t count) {
  base::JsonObject lost;
  if (!channel) lost.add("type", "gap");
  lost.add("from", from).add("to", to).add("n", count);
  if (!channel) return lost.text();
  return base::JsonObject().add("ch", *channel).add("type", "gap").raw("data", lost.text()).text();
}

std::shared_ptr<OutboxCounters> uncounted() {
  return std::make_shared<OutboxCounters>();
}

Outbox::Outbox(OutboxLimits limits, std::shared_ptr<OutboxCounters> counters)
    : limits_(limits), counters_(std::move(counters)) {
  ++counters_->clients;
}

Outbox::~Outbox() {
  --counters_->clients;
}

void Outbox::set_wake(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  wake_if(true);
}

void Outbox::set_first_loss(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  first_loss_ = std::move(call);
}

std::uint64_t Outbox::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void Outbox::push(Bundle bundle) {
  bool overflow = false;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    record_bytes_ += bundle.bytes->size();
    record_count_ += bundle.records;
    records_.push_back(std::move(bundle));
    if (record_count_ > limits_.records || record_bytes_ > limits_.bytes) {
      records_.clear();
      lossy_.clear();
      frames_.clear();
      gaps_.clear();
      record_bytes_ = record_count_ = lossy_bytes_ = lossy_count_ = 0;
      closing_ = CloseReason{kCloseTooSlow, "too slow: subscribe again for the history"};
      overflow = true;
      ++counters_->too_slow;
    }
  }
  wake_if(overflow);
}

void Outbox::push_lossy(LossyBundle bundle) {
  std::function<void()> first_loss;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    lossy_bytes_ += bundle.bundle.bytes->size();
    lossy_count_ += bundle.bundle.records;
    lossy_.push_back(std::move(bundle));
    while (lossy_count_ > limits_.lossy_records || lossy_bytes_ > limits_.lossy_bytes) {
      drop_oldest_lossy();
    }
    if (lost_ > 0) first_loss = std::exchange(first_loss_, nullptr);
  }
  if (first_loss) first_loss();
  wake_if(false);
}

void Outbox::drop_oldest_lossy() {
  const LossyBundle& lost = lossy_.front();
  auto gap = std::find_if(gaps_.begin(), gaps_.end(),
                          [&](const Gap& known) { return known.channel == lost.channel; });
  if (gap == gaps_.end()) {
    gap = gaps_.insert(gap, Gap{lost.channel, lost.first_seq, lost.last_seq, 0});
  }
  gap->to = lost.last_seq;
  gap->count += lost.bundle.records;
  counters_->dropped += lost.bundle.records;
  lost_ += lost.bundle.records;
  lossy_bytes_ -= lost.bundle.bytes->size();
  lossy_count_ -= lost.bundle.records;
  lossy_.pop_front();
}

Outbox::WaitingFrame* Outbox::find_frame(std::uint32_t stream) {
  const auto found = std::find_if(frames_.begin(), frames_.end(), [&](const WaitingFrame& frame) {
    return frame.stream == stream;
  });
  return found == frames_.end() ? nullptr : &*found;
}

bool Outbox::push_delta(std::uint32_t stream, SharedBytes bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return true;
    if (find_frame(stream) != nullptr) return false;
    frames_.push_back({stream, {std::move(bytes), true}});
  }
  wake_if(false);
  return true;
}

void Outbox::push_frame(std::uint32_t stream, OutboxMessage frame) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    if (WaitingFrame* const waiting = find_frame(stream)) {
      waiting->message = std::move(frame);
    } else {
      frames_.push_back({stream, std::move(frame)});
    }
  }
  wake_if(false);
}

void Outbox::drop_frame(std::uint32_t stream) {
  const std::lock_guard lock(mutex_);
  std::erase_if(frames_, [&](const WaitingFrame& frame) { return frame.stream == stream; });
}

void Outbox::close(CloseReason reason) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = std::move(reason);
    frames_.clear();
  }
  wake_if(true);
}

bool Outbox::has_records() const {
  const std::lock_guard lock(mutex_);
  return !records_.empty();
}

std::optional<OutboxMessage> Outbox::pop() {
  Taken taken = take();
  std::optional<OutboxMessage> message = joined(taken);
  if (message) {
    counters_->messages += 1;
    counters_->records += taken.frame ? 1 : taken.records;
    counters_->bytes += message->bytes->size();
  }
  return message;
}

std::optional<OutboxMessage> Outbox::joined(Taken& taken) {
  if (taken.frame) return taken.frame;
  if (taken.bundles.empty() && taken.gaps.empty()) return std::nullopt;
  if (taken.gaps.empty() && taken.bundles.size() == 1) {
    return OutboxMessage{std::move(taken.bundles.front().bytes), taken.binary};
  }
  std::string text;
  text.reserve(taken.bytes);
  const auto add_line = [&](const std::string& line) {
    if (!text.empty()) text += '\n';
    text += line;
  };
  for (const Gap& gap : taken.gaps) {
    add_line(gap_record(gap.channel, gap.from, gap.to, gap.count));
  }
  for (const Bundle& bundle : taken.bundles) add_line(*bundle.bytes);
  return OutboxMessage{std::make_shared<const std::string>(std::move(text)), false};
}

Outbox::Taken Outbox::take() {
  const std::lock_guard lock(mutex_);
  Taken taken;
  const bool lossy_waits = !lossy_.empty() || !gaps_.empty();
  if (!records_.empty()) {
    take_records(taken);
  } else if (lossy_waits && (frames_.empty() || !frames_next_)) {
    frames_next_ = true;
    take_lossy(taken);
  } else if (!frames_.empty()) {
    frames_next_ = false;
    taken.frame = std::move(frames_.front().message);
    frames_.pop_front();
  } else {
    idle_ = true;
  }
  return taken;
}

bool Outbox::fits(const Taken& taken, const Bundle& next) const {
  return !taken.binary && !next.binary && taken.records + next.records <= limits_.message_records &&
         taken.bytes + next.bytes->size() <= kMessageBytesMax;
}

void Outbox::add(Taken& taken, Bundle bundle) {
  taken.records += bundle.records;
  taken.bytes += bundle.bytes->size() + 1;
  taken.binary = bundle.binary;
  taken.bundles.push_back(std::move(bundle));
}

void Outbox::take_records(Taken& taken) {
  do {
    record_bytes_ -= records_.front().bytes->size();
    record_count_ -= records_.front().records;
    add(taken, std::move(records_.front()));
    records_.pop_front();
  } while (!records_.empty() && fits(taken, records_.front()));
}

void Outbox::take_lossy(Taken& taken) {
  // Gaps are told first, each in a message of its own where one carries one record.
  while (!gaps_.empty() &&
         (taken.gaps.empty() || taken.gaps.size() < limits_.message_records / 2)) {
    taken.gaps.push_back(std::move(gaps_.front()));
    gaps_.erase(gaps_.begin());
    ++taken.records;
    taken.bytes += kGapBytesMax;
  }
  while (gaps_.empty() && !lossy_.empty()) {
    const Bundle& next = lossy_.front().bundle;
    const bool first = taken.gaps.empty() && taken.bundles.empty();
    if (!first && !fits(taken, next)) return;
    lossy_bytes_ -= next.bytes->size();
    lossy_count_ -= next.records;
    add(taken, std::move(lossy_.front().bundle));
    lossy_.pop_front();
  }
}

std::optional<CloseReason> Outbox::closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

void Outbox::wake_if(bool always) {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    if (!always && !idle_) return;
    idle_ = false;
    call = wake_;
  }
  if (call) call();
}

}  // namespace cherub::server
