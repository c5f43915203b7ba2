#include "abilities/measured_cache.h"

#include <cmath>

#include "engine/base/base64.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/sha256.h"

namespace cherub::abilities {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kFileBytesMax = std::size_t{1} << 31;
constexpr std::size_t kStepsBytesMax = std::size_t{32} << 20;
constexpr std::size_t kFlushBytes = std::size_t{32} << 10;
constexpr std::size_t kSumDigits = 16;

std::string summed(const std::string& json) {
  return base::hex64(base::hash_bytes(json.data(), json.size())) + " " + json;
}

// The JSON of a whole line; empty when its checksum is another.
std::string_view checked(std::string_view line) {
  if (line.size() <= kSumDigits + 1) return {};
  const std::string_view json = line.substr(kSumDigits + 1);
  const bool right =
      line[kSumDigits] == ' ' &&
      line.substr(0, kSumDigits) == base::hex64(base::hash_bytes(json.data(), json.size()));
  return right ? json : std::string_view();
}

// What measurements depend on beside job and source.
std::string rules_json(const engine::Scenario& scenario, const scripting::HostOptions& options) {
  return base::JsonObject()
      .add("format", kFormat)
      .add("scenario", base::sha256_hex(scenario.yaml))
      .add("fuel_per_act", options.fuel_per_act)
      .add("fuel_saved_max", options.fuel_saved_max)
      .add("fuel_per_load", options.fuel_per_load)
      .add("memory_bytes", options.memory_bytes)
      .add("memory_per_agent_bytes", options.memory_per_agent_bytes)
      .text();
}

std::string key_of(const EvaluationJob& job) {
  return base::JsonObject()
      .add("sha256", job.sha256)
      .add("seed", job.spec.seed)
      .add("ticks_max", job.spec.ticks_max)
      .add("steps", job.spec.record_steps)
      .text();
}

template <class Numbers>
std::string whole_numbers(const Numbers& numbers) {
  base::JsonArray array;
  for (const std::uint64_t number : numbers) array.raw(std::to_string(number));
  return array.text();
}

std::string packed(const std::string& steps, Compressor& compressor) {
  if (steps.empty()) return "";
  const auto frame = compressor.compress(steps);
  return frame ? base::base64(*frame) : "";
}

// Reads members of one object; the first that is missing or of another kind makes it not ok.
class Reader {
 public:
  explicit Reader(const rapidjson::Value& object) : object_(object) {}
  [[nodiscard]] bool ok() const { return ok_; }

  void read(const char* name, std::uint64_t& out) {
    if (const auto* value = find(name, &rapidjson::Value::IsUint64)) out = value->GetUint64();
  }
  void read(const char* name, double& out) {
    if (const auto* value = find(name, &rapidjson::Value::IsNumber)) out = value->GetDouble();
  }
  void read(const char* name, bool& out) {
    if (const auto* value = find(name, &rapidjson::Value::IsBool)) out = value->GetBool();
  }
  void read(const char* name, std::string& out) {
    if (const auto* value = find(name, &rapidjson::Value::IsString)) {
      out.assign(value->GetString(), value->GetStringLength());
    }
  }
  // Nothing finite was measured where null stands.
  void read(const char* name, std::vector<double>& out) {
    for (const auto& item : items(name)) {
      ok_ = ok_ && (item.IsNumber() || item.IsNull());
      out.push_back(item.IsNumber() ? item.GetDouble() : std::nan(""));
    }
  }
  template <class Numbers>
  void read_into(const char* name, Numbers& out) {
    std::size_t i = 0;
    for (const auto& item : items(name)) {
      ok_ = ok_ && item.IsUint64() && i < out.size();
      if (ok_) out[i++] = item.GetUint64();
    }
    ok_ = ok_ && i == out.size();
  }

 private:
  const rapidjson::Value* find(const char* name, bool (rapidjson::Value::*is)() const) {
    const auto found = object_.FindMember(name);
    if (found != object_.MemberEnd() && (found->value.*is)()) return &found->value;
    ok_ = false;
    return nullptr;
  }
  rapidjson::Value::ConstArray items(const char* name) {
    static const rapidjson::Value kNone(rapidjson::kArrayType);
    const auto* value = find(name, &rapidjson::Value::IsArray);
    return (value != nullptr ? *value : kNone).GetArray();
  }

  const rapidjson::Value& object_;
  bool ok_ = true;
};

}  // namespace

std::string measured_line(const EvaluationJob& job, const EpisodeResult& result,
                          Compressor& compressor) {
  base::JsonArray metrics;
  for (const double metric : result.metrics) metrics.add(metric);
  const scripting::PolicyStats& policy = result.policy;
  return summed(base::JsonObject()
                    .raw("job", key_of(job))
                    .add("ticks", result.ticks)
                    .add("sim_s", result.sim_s)
                    .add("success", result.success)
                    .raw("metrics", metrics.text())
                    .add("hash", result.hash)
                    .raw("receipts", whole_numbers(result.receipts))
                    .add("end", result.end_reason)
                    .add("summary", result.policy_summary_json)
                    .add("acts", policy.acts)
                    .add("fuel", policy.fuel)
                    .add("fuel_max", policy.fuel_max)
                    .raw("faults", whole_numbers(policy.faults))
                    .add("first_fault", policy.first_fault)
                    .add("steps", packed(result.steps_jsonl, compressor))
                    .text());
}

std::optional<EpisodeResult> read_measured(std::string_view json) {
  const auto document = base::parse_json(json);
  if (!document || !document->IsObject() || !document->HasMember("job")) return {};
  const rapidjson::Value& job = (*document)["job"];
  if (!job.IsObject()) return {};
  EpisodeResult result;
  std::string steps;
  Reader(job).read("seed", result.seed);
  Reader reader(*document);
  reader.read("ticks", result.ticks);
  reader.read("sim_s", result.sim_s);
  reader.read("success", result.success);
  reader.read("metrics", result.metrics);
  reader.read("hash", result.hash);
  result.receipts.resize(engine::kReceiptCount);
  reader.read_into("receipts", result.receipts);
  reader.read("end", result.end_reason);
  reader.read("summary", result.policy_summary_json);
  reader.read("acts", result.policy.acts);
  reader.read("fuel", result.policy.fuel);
  reader.read("fuel_max", result.policy.fuel_max);
  reader.read_into("faults", result.policy.faults);
  reader.read("first_fault", result.policy.first_fault);
  reader.read("steps", steps);
  if (!reader.ok()) return {};
  if (!steps.empty()) {
    const auto frame = base::from_base64(steps);
    if (!frame) return {};
    auto text = decompress(*frame, kStepsBytesMax);
    if (!text) return {};
    result.steps_jsonl = std::move(*text);
  }
  return result;
}

base::Result<std::unique_ptr<MeasuredCache>> MeasuredCache::open(
    FileSystem& files, const std::filesystem::path& path, const engine::Scenario& scenario,
    const scripting::HostOptions& options, std::unique_ptr<JobQueue> inner) {
  auto file = OutputFile::open(files, path, OutputFile::Mode::kAppend);
  if (!file) return file.error();
  if (auto locked = file->lock(); !locked) return locked.error();
  const auto text = read_text_file(path, kFileBytesMax);
  if (!text) return text.error();
  std::unique_ptr<MeasuredCache> cache(new MeasuredCache(std::move(*file), std::move(inner)));
  const std::string rules = summed(rules_json(scenario, options));
  const std::size_t whole = cache->load(*text, rules);
  if (auto cut = cache->file_->truncate(whole); !cut) return cut.error();
  if (whole == 0) cache->waiting_ = rules + "\n";
  return cache;
}

// Returns where the last whole line ends; 0 when all of it is to begin anew.
std::size_t MeasuredCache::load(std::string_view text, const std::string& rules) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return begin;
    const std::string_view line = text.substr(begin, end - begin);
    if (begin == 0 && line != rules) return 0;
    const std::string_view json = checked(line);
    if (begin > 0 && !json.empty()) {
      // {"job":{…},…: the key is the object itself, as key_of() writes it.
      static constexpr std::string_view kBefore = "{\"job\":";
      const std::size_t key_end = json.find('}');
      if (json.starts_with(kBefore) && key_end != std::string_view::npos) {
        known_[std::string(json.substr(kBefore.size(), key_end + 1 - kBefore.size()))] = json;
      }
    }
    begin = end + 1;
  }
}

void MeasuredCache::note(const EvaluationJob& job, const EpisodeResult& result) {
  if (!file_ || result.ticks == 0 || result.end_reason == "cancelled") return;
  waiting_ += measured_line(job, result, compressor_) + "\n";
  if (waiting_.size() >= kFlushBytes) flush();
}

void MeasuredCache::flush() {
  if (!file_ || waiting_.empty()) return;
  std::string_view left = waiting_;
  if (!file_->write(left)) file_.reset();
  waiting_.clear();
}

std::vector<EpisodeResult> MeasuredCache::run(std::span<const EvaluationJob> jobs,
                                              const JobWatch& watch) {
  std::vector<EpisodeResult> results(jobs.size());
  std::vector<EvaluationJob> missing;
  std::vector<std::size_t> places;  // of the missing ones
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto found = known_.empty() ? known_.end() : known_.find(key_of(jobs[i]));
    auto read = found == known_.end() ? std::nullopt : read_measured(found->second);
    if (read) {
      ++served_;
      results[i] = std::move(*read);
      if (watch.on_done) watch.on_done(i, results[i]);
    } else {
      missing.push_back(jobs[i]);
      places.push_back(i);
    }
  }
  if (missing.empty()) return results;
  JobWatch inner = watch;
  inner.viewer = places.front() == 0 ? watch.viewer : nullptr;
  inner.on_done = [&](std::size_t job, const EpisodeResult& result) {
    note(missing[job], result);
    if (watch.on_done) watch.on_done(places[job], result);
  };
  std::vector<EpisodeResult> fresh = inner_->run(missing, inner);
  for (std::size_t i = 0; i < fresh.size(); ++i) results[places[i]] = std::move(fresh[i]);
  flush();
  return results;
}

}  // namespace cherub::abilities
