#include <catch2/catch.hpp>

#include "fake_run.h"
#include "server/metrics/process_facts.h"
#include "server/metrics/prometheus_text.h"
#include "server/metrics/server_metrics.h"
#include "tests/text.h"

namespace cherub::server {
namespace {

using cherub::testing::has;
using Kind = PrometheusText::Kind;

}  // namespace

TEST_CASE("a family has its head, then its samples; labels are escaped") {
  PrometheusText text;
  text.family("x_total", Kind::kCounter, "So many.").sample(2, {{"a", "q\"\\\n"}}).sample(0.5);
  CHECK(text.text() ==
        "# HELP x_total So many.\n# TYPE x_total counter\nx_total{a=\"q\\\"\\\\\\n\"} 2\n"
        "x_total 0.5\n");
}

TEST_CASE("a histogram cumulates its counts and ends with all of them") {
  PrometheusText text;
  text.family("t_seconds", Kind::kHistogram, "Times.").histogram({0.1, 1}, {3, 2, 1}, 4.25);
  CHECK(has(text.text(), "t_seconds_bucket{le=\"0.1\"} 3\n"));
  CHECK(has(text.text(), "t_seconds_bucket{le=\"1\"} 5\n"));
  CHECK(has(text.text(), "t_seconds_bucket{le=\"+Inf\"} 6\nt_seconds_sum 4.25\n"));
  CHECK(has(text.text(), "t_seconds_count 6\n"));
}

TEST_CASE("ticks are counted at their bound and above the last one") {
  LiveFigures figures;
  for (const double seconds : {0.0, 0.0001, 0.00011, 3.0, 3.1}) figures.add_tick(seconds);
  const std::vector<std::uint64_t> expected = {2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1};
  CHECK(figures.tick_counts() == expected);
  CHECK(figures.tick_seconds() == Approx(6.10021));
}

TEST_CASE("what runs used is added up, also when a world begins to count anew") {
  const auto all = std::make_shared<LiveFigures>();
  RunFigures one(all), other(all);
  one.add({0.01, 5, 100, 1});
  other.add({0.01, 7, 50, 0});
  one.add({0.01, 4, 150, 1});
  CHECK(all->fuel() == 200);
  CHECK(all->faults() == 1);
  one.add({0.01, 4, 20, 2});  // another world was loaded
  CHECK(all->fuel() == 220);
  CHECK(all->faults() == 2);
  CHECK(one.agents() == 4);
}

TEST_CASE("all that the server has is told, and labels of requests are those of routes") {
  FakeRun fake;
  RunRegistry registry(fake.function(), {}, {});
  HttpCounters http;
  http.count("showRun", 200);
  http.count("showRun", 200);
  http.count("unknown", 404);
  LiveFigures live;
  live.add_reload("swapped");
  OutboxCounters sent;
  {
    const auto counters = std::shared_ptr<OutboxCounters>(&sent, [](OutboxCounters*) {});
    OutboxLimits limits;
    limits.lossy_records = 1;
    Outbox outbox(limits, counters);
    CHECK(sent.clients == 1);
    const auto bytes = std::make_shared<const std::string>("12345");
    outbox.push_record(bytes);
    outbox.push_lossy({{bytes, 1}, nullptr, 1, 1});
    outbox.push_lossy({{bytes, 1}, nullptr, 2, 2});
    CHECK(outbox.pop()->bytes->size() == 5);
    CHECK(sent.dropped == 1);
  }
  CHECK(sent.clients == 0);
  abilities::Ledger ledger;
  MetricSources sources{registry, http, live, sent};
  sources.ledger = &ledger;
  const std::string text = metrics_text(sources);
  CHECK(has(text, "cherub_runs{state=\"queued\"} 0\n"));
  CHECK(has(text, "cherub_http_requests_total{route=\"showRun\",status=\"200\"} 2\n"));
  CHECK(has(text, "cherub_http_requests_total{route=\"unknown\",status=\"404\"} 1\n"));
  CHECK(has(text, "cherub_reloads_total{state=\"swapped\"} 1\n"));
  CHECK(has(text, "cherub_sent_records_total 1\n"));
  CHECK(has(text, "cherub_sent_bytes_total 5\n"));
  CHECK(has(text, "cherub_model_calls_total 0\n"));
}

TEST_CASE("the system tells what the process takes") {
  const ProcessFacts facts = process_facts();
  CHECK(facts.resident_bytes > 1'000'000);
  CHECK(facts.open_fds >= 3);
  CHECK(facts.max_fds >= facts.open_fds);
  CHECK(facts.threads >= 1);
  CHECK(facts.cpu_seconds >= 0);
}

}  // namespace cherub::server
