#include "server/cli/run_report.h"

#include <cstdio>
#include <string>

#include "server/cli/json_read.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

void print_row(const std::string& name, const std::string& policy, const std::string& walker,
               const std::string& unit) {
  std::printf("  %-22s %14s %16s  %s\n", name.c_str(), policy.c_str(), walker.c_str(),
              unit.c_str());
}

std::string mean_of(const rapidjson::Value* metrics, const char* name) {
  const rapidjson::Value* const spread = metrics == nullptr ? nullptr : object_of(*metrics, name);
  // Nothing finite was measured: "time_to_goal" of who never arrives.
  if (spread == nullptr || !spread->HasMember("mean") || !(*spread)["mean"].IsNumber()) return "-";
  return short_number((*spread)["mean"].GetDouble());
}

std::string percent_of(const rapidjson::Value& results) {
  return short_number(100 * number_of(results, "success_rate"));
}

void print_results(const rapidjson::Value& summary) {
  const rapidjson::Value* const held_out = object_of(summary, "held_out");
  const rapidjson::Value* const baseline = object_of(summary, "baseline");
  if (held_out == nullptr || baseline == nullptr) return;
  std::printf("\nOn %llu worlds it was not tuned on:\n",
              static_cast<unsigned long long>(whole_of(*held_out, "episodes")));
  print_row("", "this policy", "random walker", "");
  print_row("success", percent_of(*held_out), percent_of(*baseline), "%");
  if (const rapidjson::Value* interval = object_of(*held_out, "success_interval")) {
    print_row("  95 % interval",
              short_number(100 * number_of(*interval, "low")) + " to " +
                  short_number(100 * number_of(*interval, "high")),
              "", "%");
  }
  print_row("score", short_number(number_of(*held_out, "score")),
            short_number(number_of(*baseline, "score")), "");
  const rapidjson::Value* const metrics = object_of(summary, "metrics");
  const rapidjson::Value* const walker = object_of(*baseline, "metrics");
  if (metrics == nullptr) return;
  for (const auto& metric : metrics->GetObject()) {
    const char* const name = metric.name.GetString();
    print_row(name, mean_of(metrics, name), mean_of(walker, name), text_of(metric.value, "unit"));
  }
}

// What the models took, when one was asked.
void print_ledger(const rapidjson::Value& summary) {
  const rapidjson::Value* const ledger = object_of(summary, "ledger");
  if (ledger == nullptr || whole_of(*ledger, "calls") == 0) return;
  const bool priced = ledger->HasMember("cost") && (*ledger)["cost"].IsNumber();
  std::printf(
      "\n%llu calls of models (%llu failed), %llu tokens in, %llu out%s, %s\n",
      static_cast<unsigned long long>(whole_of(*ledger, "calls")),
      static_cast<unsigned long long>(whole_of(*ledger, "errors")),
      static_cast<unsigned long long>(whole_of(*ledger, "tokens_in")),
      static_cast<unsigned long long>(whole_of(*ledger, "tokens_out")),
      whole_of(*ledger, "estimated_calls") > 0 ? " (partly estimated)" : "",
      priced ? (short_number((*ledger)["cost"].GetDouble()) + " " + text_of(*ledger, "currency"))
                   .c_str()
             : "cost unknown");
  if (text_of(summary, "reason") == "budget") {
    std::printf("The budget ended the search: %s\n", text_of(summary, "limit").c_str());
  }
}

const char* end_word(abilities::RunEnd end) {
  switch (end) {
    case abilities::RunEnd::kDone:
      return "done";
    case abilities::RunEnd::kTerminated:
      return "terminated; the best so far is kept";
    case abilities::RunEnd::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace

void print_run_report(const abilities::RunSummary& summary) {
  if (!summary.best_code.empty()) {
    std::printf("\n%s", summary.best_code.c_str());
    if (summary.best_code.back() != '\n') std::putchar('\n');
  }
  const auto document = base::parse_json(summary.json);
  if (document.ok()) {
    print_results(*document);
    print_ledger(*document);
    const std::string note = text_of(*document, "note");
    if (!note.empty()) std::printf("\n%s\n", note.c_str());
    if (const rapidjson::Value* timing = object_of(*document, "timing")) {
      std::printf("\n%s world seconds in %s s: %s times as fast\n",
                  short_number(number_of(*timing, "sim_time_s")).c_str(),
                  short_number(number_of(*timing, "wall_time_s")).c_str(),
                  short_number(number_of(*timing, "speedup_x")).c_str());
    }
  }
  if (!summary.dir.empty()) std::printf("Everything is in %s\n", summary.dir.c_str());
  std::printf("%s\n", end_word(summary.end));
  std::fflush(stdout);
  if (!summary.error.empty()) std::fprintf(stderr, "cherub: %s\n", summary.error.c_str());
}

}  // namespace cherub::server::cli
