#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "abilities/ledger.h"
#include "server/metrics/live_figures.h"
#include "server/outbox_counters.h"
#include "server/run_registry.h"

namespace cherub::server {

// How many requests were answered, by route and status. Network thread only; the labels are those
// of the router's table, so their number is bounded whatever clients send.
class HttpCounters {
 public:
  void count(std::string_view route, unsigned status) { ++counts_[{std::string(route), status}]; }
  [[nodiscard]] const auto& counts() const { return counts_; }

 private:
  std::map<std::pair<std::string, unsigned>, std::uint64_t> counts_;
};

// What /metrics tells of.
struct MetricSources {
  const RunRegistry& registry;
  const HttpCounters& http;
  const LiveFigures& live;
  const OutboxCounters& sent;
  const abilities::Ledger* ledger = nullptr;  // of all runs; null: no models are counted
  double uptime_seconds = 0;
  double started_unix_seconds = 0;
};

// The text format of Prometheus.
std::string metrics_text(const MetricSources& sources);

}  // namespace cherub::server
