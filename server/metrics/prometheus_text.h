#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cherub::server {

// Metrics in the text format that Prometheus scrapes (version 0.0.4). Samples of a family follow
// its head.
class PrometheusText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;
  enum class Kind { kCounter, kGauge, kHistogram };

  // `name` as it is scraped; counters end with "_total".
  PrometheusText& family(std::string_view name, Kind kind, std::string_view help);
  PrometheusText& sample(double value, const Labels& labels = {});
  // Of a histogram: how many values were at most each bound, cumulated here, with their sum.
  // `counts` has one entry more than `bounds`, for what is above them all.
  PrometheusText& histogram(const std::vector<double>& bounds,
                            const std::vector<std::uint64_t>& counts, double sum);
  // A family with one sample.
  PrometheusText& counter(std::string_view name, double value, std::string_view help);
  PrometheusText& gauge(std::string_view name, double value, std::string_view help);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void line(std::string_view suffix, double value, const Labels& labels);

  std::string name_, text_;
};

}  // namespace cherub::server
