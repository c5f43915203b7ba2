#include "abilities/measured_cache.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "abilities/local_job_queue.h"
#include "run_fixture.h"

namespace cherub::abilities {
namespace {

// Counts what it is asked for.
class CountingQueue final : public JobQueue {
 public:
  CountingQueue(std::unique_ptr<JobQueue> inner, std::size_t& jobs)
      : inner_(std::move(inner)), jobs_(jobs) {}
  std::vector<EpisodeResult> run(std::span<const EvaluationJob> jobs,
                                 const JobWatch& watch) override {
    jobs_ += jobs.size();
    return inner_->run(jobs, watch);
  }

 private:
  std::unique_ptr<JobQueue> inner_;
  std::size_t& jobs_;
};

struct Bench {
  TemporaryFolder folder;
  engine::Scenario scenario = *engine::builtin_scenario("maze");
  std::shared_ptr<scripting::ScriptRegistry> registry =
      std::make_shared<scripting::ScriptRegistry>();
  std::string sha256 = registry->add(kCountingSource)->sha256;
  std::size_t run_jobs = 0;

  [[nodiscard]] std::string path() const { return folder.path() + "/measured.jsonl"; }
  base::Result<std::unique_ptr<MeasuredCache>> open(scripting::HostOptions options = {}) {
    auto queue = std::make_unique<LocalJobQueue>(
        std::make_shared<PolicyPool>(scenario, registry, options), 2);
    return MeasuredCache::open(real_file_system(), path(), scenario, options,
                               std::make_unique<CountingQueue>(std::move(queue), run_jobs));
  }
  std::unique_ptr<MeasuredCache> must_open(scripting::HostOptions options = {}) {
    auto cache = open(options);
    REQUIRE(cache);
    return std::move(*cache);
  }
  [[nodiscard]] std::vector<EvaluationJob> jobs(std::size_t count) const {
    std::vector<EvaluationJob> all;
    for (std::uint64_t i = 0; i < count; ++i) all.push_back({sha256, {i, 40, i % 2 == 1}});
    return all;
  }
};

void same(const EpisodeResult& a, const EpisodeResult& b) {
  CHECK(a.seed == b.seed);
  CHECK(a.ticks == b.ticks);
  CHECK(a.sim_s == b.sim_s);
  CHECK(a.success == b.success);
  REQUIRE(a.metrics.size() == b.metrics.size());
  for (std::size_t i = 0; i < a.metrics.size(); ++i) {
    CHECK((a.metrics[i] == b.metrics[i] || (std::isnan(a.metrics[i]) && std::isnan(b.metrics[i]))));
  }
  CHECK(a.hash == b.hash);
  CHECK(a.receipts == b.receipts);
  CHECK(a.steps_jsonl == b.steps_jsonl);
  CHECK(a.end_reason == b.end_reason);
  CHECK(a.policy_summary_json == b.policy_summary_json);
  CHECK(a.policy.acts == b.policy.acts);
  CHECK(a.policy.fuel == b.policy.fuel);
  CHECK(a.policy.fuel_max == b.policy.fuel_max);
  CHECK(a.policy.faults == b.policy.faults);
  CHECK(a.policy.first_fault == b.policy.first_fault);
}

}  // namespace

TEST_CASE("what was measured is read, all of it, and told as it was") {
  Bench bench;
  const auto jobs = bench.jobs(6);
  const auto first = bench.must_open()->run(std::span(jobs).first(4), {});
  CHECK(bench.run_jobs == 4);
  auto cache = bench.must_open();
  CHECK(cache->known() == 4);
  std::vector<std::size_t> told;
  JobWatch watch;
  watch.on_done = [&](std::size_t job, const EpisodeResult& result) {
    told.push_back(job);
    CHECK(result.seed == jobs[job].spec.seed);
  };
  const auto again = cache->run(jobs, watch);
  CHECK(bench.run_jobs == 6);
  CHECK(cache->served() == 4);
  CHECK(told.size() == 6);
  REQUIRE(again.size() == 6);
  for (std::size_t i = 0; i < first.size(); ++i) same(first[i], again[i]);
  CHECK_FALSE(again[1].steps_jsonl.empty());
}

TEST_CASE("jobs that differ in any member are others") {
  Bench bench;
  const auto jobs = bench.jobs(1);
  (void)bench.must_open()->run(jobs, {});
  auto cache = bench.must_open();
  std::vector<EvaluationJob> others(4, jobs.front());
  others[0].spec.seed = 99;
  others[1].spec.ticks_max = 41;
  others[2].spec.record_steps = true;
  others[3].sha256.clear();
  (void)cache->run(others, {});
  CHECK(cache->served() == 0);
}

TEST_CASE("damage costs the line that has it, and a torn tail is cut off") {
  Bench bench;
  const auto jobs = bench.jobs(5);
  (void)bench.must_open()->run(jobs, {});
  std::string text = file_text(bench.path());
  const std::size_t second = text.find('\n', text.find('\n') + 1) + 1;
  text[second + 40] ^= 1;
  text.resize(text.size() - 7);
  std::ofstream(bench.path(), std::ios::binary) << text;
  auto cache = bench.must_open();
  CHECK(cache->known() == 3);
  (void)cache->run(jobs, {});
  CHECK(cache->served() == 3);
  cache.reset();
  CHECK(bench.must_open()->known() == 5);
}

TEST_CASE("any byte cut off or changed leaves a file that can be opened") {
  Bench bench;
  (void)bench.must_open()->run(bench.jobs(2), {});
  const std::string whole = file_text(bench.path());
  for (std::size_t at = 0; at < whole.size(); at += 37) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    for (const std::string& text : {whole.substr(0, at), changed}) {
      std::ofstream(bench.path(), std::ios::binary | std::ios::trunc) << text;
      const auto cache = bench.open();
      REQUIRE(cache);
      CHECK((*cache)->known() <= 2);
    }
  }
}

TEST_CASE("other rules begin the file anew") {
  Bench bench;
  (void)bench.must_open()->run(bench.jobs(2), {});
  scripting::HostOptions less;
  less.fuel_per_act = 100;
  CHECK(bench.must_open(less)->known() == 0);
  CHECK(bench.must_open()->known() == 0);
}

TEST_CASE("two at a time do not get the file") {
  Bench bench;
  const auto first = bench.open();
  REQUIRE(first);
  const auto second = bench.open();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == base::ErrorCode::kConflict);
}

TEST_CASE("cancelled episodes are not kept") {
  Bench bench;
  std::atomic<bool> cancel = true;
  JobWatch watch;
  watch.cancel = &cancel;
  (void)bench.must_open()->run(bench.jobs(2), watch);
  CHECK(bench.must_open()->known() == 0);
}

}  // namespace cherub::abilities
