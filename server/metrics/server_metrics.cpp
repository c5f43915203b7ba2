#include "server/metrics/server_metrics.h"

#include <array>

#include "server/metrics/process_facts.h"
#include "server/metrics/prometheus_text.h"

namespace cherub::server {
namespace {

using Kind = PrometheusText::Kind;

double real(std::uint64_t count) {
  return static_cast<double>(count);
}

void add_runs(const RunRegistry& registry, PrometheusText& text) {
  std::map<std::string, std::uint64_t> states;
  for (const std::string& state : run_state_names()) states[state] = 0;
  std::uint64_t agents = 0;
  for (const auto& run : registry.list()) {
    const RunState state = run->state();
    ++states[run_state_name(state)];
    if (state == RunState::kRunning) agents += run->hub().agents();
  }
  text.family("cherub_runs", Kind::kGauge, "Runs in memory by state.");
  for (const auto& [state, count] : states) text.sample(real(count), {{"state", state}});
  text.gauge("cherub_live_agents", real(agents), "Agents alive in the live worlds.");
}

void add_live(const LiveFigures& live, PrometheusText& text) {
  text.family("cherub_live_tick_seconds", Kind::kHistogram, "Duration of ticks of live worlds.")
      .histogram({live.kTickBounds_s.begin(), live.kTickBounds_s.end()}, live.tick_counts(),
                 live.tick_seconds());
  text.counter("cherub_fuel_total", real(live.fuel()), "Fuel that scripts of live worlds used.");
  text.counter("cherub_faults_total", real(live.faults()), "Faults of scripts of live worlds.");
  text.family("cherub_reloads_total", Kind::kCounter, "Steps of hot reloads by state.");
  for (const auto& [state, count] : live.reloads()) text.sample(real(count), {{"state", state}});
}

void add_models(const abilities::Ledger& ledger, PrometheusText& text) {
  const abilities::LedgerState state = ledger.state();
  text.counter("cherub_search_ticks_total", real(state.ticks),
               "Ticks of the episodes that search and judge.");
  text.counter("cherub_model_calls_total", real(state.use.calls), "Calls of models.");
  text.counter("cherub_model_errors_total", real(state.use.errors), "Calls that gave no reply.");
  text.family("cherub_model_tokens_total", Kind::kCounter, "Tokens of models by direction.")
      .sample(real(state.use.tokens_in), {{"direction", "in"}})
      .sample(real(state.use.tokens_out), {{"direction", "out"}});
  text.counter("cherub_model_cost_total", real(state.use.cost) * 1e-6,
               "What priced calls cost, in the currency of the price list.");
  text.counter("cherub_model_seconds_total", real(state.use.wall_ms) * 1e-3,
               "Time spent waiting for replies.");
}

void add_clients(const OutboxCounters& sent, PrometheusText& text) {
  const auto read = [](const std::atomic<std::uint64_t>& value) {
    return real(value.load(std::memory_order_relaxed));
  };
  text.gauge("cherub_stream_clients", read(sent.clients), "Clients that streams go to.");
  text.counter("cherub_sent_messages_total", read(sent.messages), "Messages given to clients.");
  text.counter("cherub_sent_records_total", read(sent.records), "Records in those messages.");
  text.counter("cherub_sent_bytes_total", read(sent.bytes), "Bytes of those messages.");
  text.counter("cherub_dropped_records_total", read(sent.dropped),
               "Records of telemetry that slow clients lost.");
  text.counter("cherub_slow_clients_total", read(sent.too_slow),
               "Clients that were closed because they read too slowly.");
}

void add_http(const HttpCounters& http, PrometheusText& text) {
  text.family("cherub_http_requests_total", Kind::kCounter,
              "Answered requests by route and status.");
  for (const auto& [labels, count] : http.counts()) {
    text.sample(real(count), {{"route", labels.first}, {"status", std::to_string(labels.second)}});
  }
}

// By the names that every exporter uses.
void add_process(const MetricSources& sources, PrometheusText& text) {
  const ProcessFacts facts = process_facts();
  text.counter("process_cpu_seconds_total", facts.cpu_seconds, "Time on processors.");
  text.gauge("process_resident_memory_bytes", real(facts.resident_bytes), "Memory in use.");
  text.gauge("process_open_fds", real(facts.open_fds), "Open descriptors.");
  text.gauge("process_max_fds", real(facts.max_fds), "Most open descriptors.");
  text.gauge("process_threads", real(facts.threads), "Threads.");
  text.gauge("process_start_time_seconds", sources.started_unix_seconds,
             "When the process began, since 1970.");
  text.gauge("cherub_uptime_seconds", sources.uptime_seconds, "Since the server began.");
}

}  // namespace

std::string metrics_text(const MetricSources& sources) {
  PrometheusText text;
  add_runs(sources.registry, text);
  add_live(sources.live, text);
  if (sources.ledger != nullptr) add_models(*sources.ledger, text);
  add_clients(sources.sent, text);
  add_http(sources.http, text);
  add_process(sources, text);
  return text.text();
}

}  // namespace cherub::server
