#include "server/record_channel.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/json.h"
#include "server/compressed.h"

namespace cherub::server {
namespace {

// Whether several records may come in one message.
bool is_bundled(RecordForm form) {
  return form == RecordForm::kEnvelope || form == RecordForm::kCompressed;
}

// `{"type":…}` with the sequence number as its last member.
std::string with_seq(const std::string& json, std::uint64_t seq) {
  if (json.size() < 2 || json.back() != '}') return json;
  std::string out = json.substr(0, json.size() - 1);
  out += json.size() > 2 ? ",\"seq\":" : "\"seq\":";
  out += std::to_string(seq);
  out += '}';
  return out;
}

}  // namespace

RecordChannel::RecordChannel(RecordChannelOptions options)
    : options_(std::move(options)),
      name_(std::make_shared<const std::string>(options_.name)),
      seq_(options_.last_seq) {}

void RecordChannel::publish(OutgoingRecord record) {
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(std::move(record));
    if (std::exchange(scheduled_, true)) return;
  }
  schedule();
}

void RecordChannel::publish(std::vector<OutgoingRecord> records) {
  {
    const std::lock_guard lock(inbox_mutex_);
    std::move(records.begin(), records.end(), std::back_inserter(inbox_));
    if (std::exchange(scheduled_, true)) return;
  }
  schedule();
}

void RecordChannel::schedule() {
  options_.executor([self = shared_from_this()] { self->deliver(); });
}

void RecordChannel::deliver() {
  const std::lock_guard lock(mutex_);
  number_pending();
}

void RecordChannel::number_pending() {
  std::vector<OutgoingRecord> taken;
  {
    const std::lock_guard lock(inbox_mutex_);
    taken.swap(inbox_);
    scheduled_ = false;
  }
  if (taken.empty()) return;
  Batch batch;
  batch.reserve(taken.size());
  const std::int64_t now = options_.wall_ms();
  for (OutgoingRecord& content : taken) {
    auto record = std::make_shared<Record>();
    record->content = std::move(content);
    record->seq = ++seq_;
    record->ts = now;
    batch.push_back(std::move(record));
  }
  hand_out(batch);
  for (auto& record : batch) remember(std::move(record));
}

void RecordChannel::hand_out(const Batch& batch) {
  // Of those who want all, made for the first of them.
  std::vector<LossyBundle> texts, compressed;
  for (const Subscriber& subscriber : subscribers_) {
    if (!is_bundled(subscriber.form)) {
      push_single(subscriber, batch);
    } else if (subscriber.filter) {
      push(subscriber, bundles_of(matching(batch, *subscriber.filter), subscriber.form));
    } else {
      auto& shared = subscriber.form == RecordForm::kEnvelope ? texts : compressed;
      if (shared.empty()) shared = bundles_of(batch, subscriber.form);
      push(subscriber, shared);
    }
  }
}

const SharedBytes& RecordChannel::bare(Record& record) const {
  if (!record.bare) {
    record.bare = std::make_shared<const std::string>(with_seq(record.content.json, record.seq));
  }
  return record.bare;
}

const SharedBytes& RecordChannel::event(Record& record) const {
  if (!record.event) {
    // The id comes last: some clients remember it at once, and would go on behind an event of which
    // they have not got the rest.
    record.event =
        std::make_shared<const std::string>("data: " + *bare(record) + "\nid: " + options_.epoch +
                                            "." + std::to_string(record.seq) + "\n\n");
  }
  return record.event;
}

const SharedBytes& RecordChannel::envelope(Record& record) const {
  if (!record.envelope) {
    record.envelope = std::make_shared<const std::string>(base::JsonObject()
                                                              .add("ch", options_.name)
                                                              .add("seq", record.seq)
                                                              .add("ts", record.ts)
                                                              .add("type", record.content.type)
                                                              .raw("data", record.content.json)
                                                              .text());
  }
  return record.envelope;
}

const SharedBytes& RecordChannel::blob(Record& record) const {
  if (!record.blob) record.blob = record_blob(*envelope(record), record.seq);
  return *record.blob;
}

std::vector<LossyBundle> RecordChannel::bundles_of(const Batch& batch, RecordForm form) const {
  std::vector<LossyBundle> bundles;
  std::string text;
  LossyBundle open{{nullptr, 0}, name_, 0, 0};
  const auto finish = [&] {
    if (open.bundle.records == 0) return;
    open.bundle.bytes = std::make_shared<const std::string>(std::exchange(text, {}));
    bundles.push_back(std::exchange(open, LossyBundle{{nullptr, 0}, name_, 0, 0}));
  };
  for (const auto& record : batch) {
    if (form == RecordForm::kCompressed && blob(*record)) {
      finish();
      bundles.push_back({{blob(*record), 1, true}, name_, record->seq, record->seq});
      continue;
    }
    const std::string& line = *envelope(*record);
    if (open.bundle.records == kMessageRecordsMax ||
        (open.bundle.records > 0 && text.size() + 1 + line.size() > kMessageBytesMax)) {
      finish();
    }
    if (open.bundle.records == 0) {
      open.first_seq = record->seq;
    } else {
      text += '\n';
    }
    text += line;
    open.last_seq = record->seq;
    ++open.bundle.records;
  }
  finish();
  return bundles;
}

RecordChannel::Batch RecordChannel::matching(const Batch& batch, const Filter& filter) const {
  Batch wanted;
  for (const auto& record : batch) {
    if (!record->parsed) {
      auto parsed = base::parse_json(record->content.json);
      record->parsed = std::make_shared<rapidjson::Document>();
      if (parsed.ok()) record->parsed->Swap(*parsed);
    }
    if (filter.matches(*record->parsed)) wanted.push_back(record);
  }
  return wanted;
}

void RecordChannel::push(const Subscriber& subscriber,
                         const std::vector<LossyBundle>& bundles) const {
  for (const LossyBundle& bundle : bundles) {
    if (options_.overflow == Overflow::kClose) {
      subscriber.outbox->push(bundle.bundle);
    } else {
      subscriber.outbox->push_lossy(bundle);
    }
  }
}

void RecordChannel::push_single(const Subscriber& subscriber, const Batch& batch) const {
  for (const auto& record : subscriber.filter ? matching(batch, *subscriber.filter) : batch) {
    const SharedBytes& bytes =
        subscriber.form == RecordForm::kEvent ? event(*record) : bare(*record);
    if (options_.overflow == Overflow::kClose) {
      subscriber.outbox->push({bytes, 1});
    } else {
      subscriber.outbox->push_lossy({{bytes, 1}, nullptr, record->seq, record->seq});
    }
  }
}

void RecordChannel::remember(std::shared_ptr<Record> record) {
  history_bytes_ += record->content.json.size();
  record->parsed.reset();
  history_.push_back(std::move(record));
  while (history_.size() > 1 &&
         (history_.size() > options_.history_records || history_bytes_ > options_.history_bytes)) {
    forget_oldest();
  }
}

void RecordChannel::forget_oldest() {
  const auto plain = std::find_if(history_.begin(), history_.end(),
                                  [](const auto& record) { return !record->content.key; });
  // The newest record stays whatever it is: it is what the caller has just added.
  const auto victim = plain < history_.end() - 1 ? plain : history_.begin();
  history_bytes_ -= (*victim)->content.json.size();
  history_.erase(victim);
}

Joined RecordChannel::plan(const JoinRequest& request) const {
  Joined joined;
  joined.seq = seq_;
  joined.from = seq_ + 1;
  const std::uint64_t eldest = history_.empty() ? seq_ + 1 : history_.front()->seq;
  if (request.after) {
    // All that came since is kept: the last of the history are as many as there were.
    const std::uint64_t missed = *request.after <= seq_ ? seq_ - *request.after : 0;
    const bool kept =
        missed <= history_.size() &&
        (missed == 0 || history_[history_.size() - missed]->seq == *request.after + 1);
    joined.reason = request.epoch != options_.epoch ? "epoch"
                    : *request.after > seq_         ? "ahead"
                    : !kept                         ? "history"
                                                    : "";
    joined.recovered = joined.reason.empty();
    joined.from = joined.recovered ? *request.after + 1 : eldest;
  } else if (request.history == HistoryWish::kAll) {
    joined.from = eldest;
  } else if (request.history == HistoryWish::kLatest && seq_ > 0) {
    joined.from = seq_;
  }
  return joined;
}

void RecordChannel::join(const std::shared_ptr<Outbox>& outbox, JoinRequest request,
                         const std::function<void(const Joined&)>& greet) {
  const std::lock_guard lock(mutex_);
  number_pending();
  const Joined joined = plan(request);
  greet(joined);
  const Subscriber subscriber{outbox, request.form, std::move(request.filter)};
  push_history(subscriber, joined.from);
  subscribers_.push_back(subscriber);
  watchers_ = subscribers_.size();
}

// Where records are gone from between those that are kept, the client is told how many.
void RecordChannel::push_history(const Subscriber& subscriber, std::uint64_t from) {
  Batch run;
  const auto flush = [&] {
    if (run.empty()) return;
    const Batch wanted = subscriber.filter ? matching(run, *subscriber.filter) : run;
    push(subscriber, bundles_of(wanted, subscriber.form));
    run.clear();
  };
  std::uint64_t expected = from;
  for (const auto& record : history_) {
    if (record->seq < from) continue;
    if (!is_bundled(subscriber.form)) {
      push_single(subscriber, {record});
      continue;
    }
    if (record->seq != expected) {
      flush();
      const std::string gap = gap_record(name_, expected, record->seq - 1, record->seq - expected);
      push(subscriber,
           {{{std::make_shared<const std::string>(gap), 1}, name_, expected, record->seq - 1}});
    }
    expected = record->seq + 1;
    run.push_back(record);
  }
  flush();
  for (const auto& record : history_) record->parsed.reset();
}

void RecordChannel::leave(const Outbox* outbox) {
  const std::lock_guard lock(mutex_);
  std::erase_if(subscribers_,
                [&](const Subscriber& subscriber) { return subscriber.outbox.get() == outbox; });
  watchers_ = subscribers_.size();
}

}  // namespace cherub::server
