#include "server/metrics/prometheus_text.h"

#include <cmath>

#include "engine/base/json.h"

namespace cherub::server {
namespace {

const char* kind_name(PrometheusText::Kind kind) {
  switch (kind) {
    case PrometheusText::Kind::kCounter:
      return "counter";
    case PrometheusText::Kind::kGauge:
      return "gauge";
    case PrometheusText::Kind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return base::json_number(value);
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

PrometheusText& PrometheusText::family(std::string_view name, Kind kind, std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
  text_ += "# TYPE " + name_ + " " + kind_name(kind) + "\n";
  return *this;
}

PrometheusText& PrometheusText::sample(double value, const Labels& labels) {
  line("", value, labels);
  return *this;
}

PrometheusText& PrometheusText::histogram(const std::vector<double>& bounds,
                                          const std::vector<std::uint64_t>& counts, double sum) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += counts[i];
    line("_bucket", static_cast<double>(below), {{"le", number(bounds[i])}});
  }
  below += counts.back();
  line("_bucket", static_cast<double>(below), {{"le", "+Inf"}});
  line("_sum", sum, {});
  line("_count", static_cast<double>(below), {});
  return *this;
}

PrometheusText& PrometheusText::counter(std::string_view name, double value,
                                        std::string_view help) {
  return family(name, Kind::kCounter, help).sample(value);
}

PrometheusText& PrometheusText::gauge(std::string_view name, double value, std::string_view help) {
  return family(name, Kind::kGauge, help).sample(value);
}

void PrometheusText::line(std::string_view suffix, double value, const Labels& labels) {
  text_ += name_;
  text_ += suffix;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    text_ += i == 0 ? "{" : ",";
    text_ += std::string(labels[i].first) + "=\"" + escaped(labels[i].second) + "\"";
  }
  if (!labels.empty()) text_ += "}";
  text_ += " " + number(value) + "\n";
}

}  // namespace cherub::server
