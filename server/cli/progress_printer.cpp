#include "server/cli/progress_printer.h"

#include <cstdio>

#include "server/cli/json_read.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

constexpr std::chrono::milliseconds kUpdateInterval{50};
constexpr std::size_t kNewsBytesMax = 2000;
constexpr const char* kClearLine = "\r\033[K";
constexpr const char* kPrompt = "cherub> ";

}  // namespace

void ProgressPrinter::on_record(const abilities::RunRecord& record) {
  const std::lock_guard lock(mutex_);
  if (style_ == ProgressStyle::kJson) {
    print_line(record.json);
    return;
  }
  const auto document = base::parse_json(record.json);
  if (document.ok() && document->IsObject()) tell_news(record.type, *document);
  update_line();
}

void ProgressPrinter::tell_news(const std::string& type, const rapidjson::Document& record) {
  if (type == "iteration") {
    iteration_ = whole_of(record, "iteration");
    iterations_ = whole_of(record, "iterations");
    candidates_ = whole_of(record, "candidates");
    say_locked("iteration " + std::to_string(iteration_) + " of " + std::to_string(iterations_) +
               ": " + std::to_string(candidates_) + " candidates, " +
               std::to_string(whole_of(record, "episodes")) + " episodes each");
  } else if (type == "candidate") {
    tell_candidate(record);
  } else if (type == "episode_summary") {
    ++episodes_done_;
  } else if (type == "best") {
    best_score_ = number_of(record, "score");
    has_best_ = true;
    say_locked("  candidate " + std::to_string(whole_of(record, "candidate")) +
               " is the best: score " + short_number(best_score_) + ", success " +
               short_number(100 * number_of(record, "success_rate")) + " %");
  } else if (type == "live") {
    tell_live(record);
  } else if (type == "follow") {
    tell_followed(record);
  } else if (type == "estimate") {
    tell_estimate(record);
  } else if (type == "model") {
    tell_model(record);
  } else if (type == "warning" && record.HasMember("limit")) {
    say_locked("warning: " + text_of(record, "message"));
  } else if (type == "catalogue") {
    const rapidjson::Value& scripts = record["scripts"];
    say_locked("begins with " + std::to_string(scripts.Size()) +
               " scripts that did well before, from " + text_of(record, "dir"));
  } else if (type == "warning" && text_of(record, "about") == "catalogue") {
    say_locked("warning: the run does without its catalogue. " + text_of(record, "where") + ": " +
               text_of(record, "message"));
  } else if (type == "warning") {
    const std::uint64_t others = whole_of(record, "suppressed");
    say_locked("warning: tick " + std::to_string(whole_of(record, "tick")) + " took " +
               short_number(number_of(record, "ms")) + " ms of " +
               short_number(number_of(record, "budget_ms")) + " ms, most of it in " +
               text_of(record, "phase") +
               (others > 0 ? "; " + std::to_string(others) + " more since the last warning" : ""));
  } else if (type == "command") {
    say_locked("command refused: " + text_of(record, "message"));
  } else if (type == "reload") {
    const std::string why = text_of(record, "message");
    const std::string ability = text_of(record, "ability");
    say_locked("reload " + (ability.empty() ? "" : "of " + ability + " ") +
               text_of(record, "state") + " at tick " + std::to_string(whole_of(record, "tick")) +
               (why.empty() ? "" : ": " + why));
  } else if (type == "ability") {
    tell_ability(record);
  } else if (type == "policy") {
    tell_policy(record);
  } else if (type == "quarantine") {
    const std::string restored = text_of(record, "restored");
    const std::string ability = text_of(record, "ability");
    const char* const nothing = ability.empty() ? "the native behaviour acts" : "it is withdrawn";
    say_locked("quarantine of " + (ability.empty() ? "" : ability + " ") +
               text_of(record, "sha256").substr(0, 12) + " at tick " +
               std::to_string(whole_of(record, "tick")) + ": it failed too often; " +
               (restored.empty() ? nothing : restored.substr(0, 12) + " acts"));
  } else if (type == "save" && text_of(record, "state") == "failed") {
    say_locked("saving failed at tick " + std::to_string(whole_of(record, "tick")) + ": " +
               text_of(record, "message"));
  } else if (type == "load") {
    say_locked("loaded at tick " + std::to_string(whole_of(record, "tick")) +
               ", from the save of tick " + std::to_string(whole_of(record, "save_tick")));
  } else if (type == "error") {
    say_locked("error: " + text_of(record, "message"));
  }
}

// Goals may come from scripts: any bytes.
void ProgressPrinter::tell_ability(const rapidjson::Document& record) {
  const std::string why = text_of(record, "message"), name = text_of(record, "ability");
  say_locked("ability " + (name.empty() ? "" : name + " ") + text_of(record, "state") +
             " at tick " + std::to_string(whole_of(record, "tick")) + " (" +
             printable(text_of(record, "goal")) + ")" +
             (why.empty() ? "" : ": " + printable(why, Lines::kKeep)));
}

void ProgressPrinter::tell_policy(const rapidjson::Document& record) {
  const std::string state = text_of(record, "state"), why = text_of(record, "message");
  std::string line = "policy " + std::to_string(whole_of(record, "number")) + " " + state + " (" +
                     printable(text_of(record, "goal")) + ")";
  if (state == "searching") {
    const rapidjson::Value& search = record["search"];
    if (text_of(search, "type") != "best") return;
    line += ": score " + short_number(number_of(search, "score")) + ", success " +
            short_number(100 * number_of(search, "success_rate")) + " %";
  } else if (state == "found" || state == "kept") {
    line += ": score " + short_number(number_of(record, "score")) + " on unseen seeds, in " +
            printable(text_of(record, "dir"));
  }
  say_locked(line + (why.empty() ? "" : ": " + printable(why, Lines::kKeep)));
}

void ProgressPrinter::tell_live(const rapidjson::Document& record) {
  const std::string state = text_of(record, "state");
  line_ = "live world: " + short_number(number_of(record, "t")) + " s";
  if (state == "running" || state == "stepped") return;
  say_locked("live world " + state + " at tick " + std::to_string(whole_of(record, "tick")));
}

void ProgressPrinter::tell_followed(const rapidjson::Document& record) {
  std::string line =
      text_of(record, "name") + " at tick " + std::to_string(whole_of(record, "tick"));
  if (text_of(record, "state") == "died") {
    const std::string cause = text_of(record, "cause");
    say_locked(line + " has died" + (cause.empty() ? "" : ": " + cause));
    return;
  }
  line += ": (" + short_number(number_of(record, "x")) + ", " +
          short_number(number_of(record, "y")) + ") m";
  for (const char* drive : {"health", "energy", "hunger"}) {
    line += std::string(", ") + drive + " " + short_number(number_of(record, drive));
  }
  if (const rapidjson::Value* receipts = object_of(record, "receipts")) {
    for (const char* slot : {"move", "ability"}) {
      line += std::string(", ") + slot + " " + text_of(*receipts, slot);
    }
  }
  say_locked(line + ", fuel " + std::to_string(whole_of(record, "fuel")));
}

// What a model may cost, before it is asked.
void ProgressPrinter::tell_estimate(const rapidjson::Document& record) {
  const std::uint64_t calls = whole_of(record, "calls");
  if (calls == 0) return;
  const bool priced = record.HasMember("cost") && record["cost"].IsNumber();
  say_locked("estimate: " + std::to_string(calls) + " to " +
             std::to_string(whole_of(record, "calls_max")) + " calls, at first " +
             std::to_string(whole_of(record, "tokens_in") / calls) + " tokens in and at most " +
             std::to_string(whole_of(record, "tokens_out_max") / calls) + " out each, " +
             (priced ? "up to " + short_number(number_of(record, "cost_max")) + " " +
                           text_of(record, "currency")
                     : "cost unknown: the model has no price in the configuration"));
}

void ProgressPrinter::tell_model(const rapidjson::Document& record) {
  const std::string state = text_of(record, "state");
  const std::string name = text_of(record, "model");
  if (state == "failed") {
    say_locked("  model " + name + ": " + text_of(record, "message").substr(0, kNewsBytesMax));
  }
  line_ = "iteration " + std::to_string(iteration_) + "/" + std::to_string(iterations_) +
          "  model " + name + " " + state;
  if (state == "streaming") line_ += " " + std::to_string(whole_of(record, "tokens")) + " tokens";
}

void ProgressPrinter::tell_candidate(const rapidjson::Document& record) {
  const std::string state = text_of(record, "state");
  const std::uint64_t number = whole_of(record, "candidate");
  if (number != candidate_ || state == "generating") episodes_done_ = 0;
  candidate_ = number;
  episodes_ = whole_of(record, "episodes");
  line_ = "iteration " + std::to_string(iteration_) + "/" + std::to_string(iterations_) +
          "  candidate " + std::to_string(candidate_) + "/" + std::to_string(candidates_);
  if (state == "refused" || state == "failed" || state == "faulted") {
    say_locked("  candidate " + std::to_string(number) + " " + state + ": " +
               text_of(record, "message").substr(0, kNewsBytesMax));
  }
}

void ProgressPrinter::say(const std::string& text) {
  const std::lock_guard lock(mutex_);
  say_locked(text);
  update_line();
}

void ProgressPrinter::reply(const std::string& line, const abilities::ConsoleReply& reply) {
  const std::lock_guard lock(mutex_);
  if (style_ == ProgressStyle::kJson) {
    base::JsonObject record;
    record.add("type", "reply").add("line", line);
    print_line(abilities::console_reply_json(reply, std::move(record)));
  } else if (line.empty()) {
    show_prompt();
  } else {
    say_locked(reply.ok ? reply.text : "error: " + reply.text);
  }
}

void ProgressPrinter::say_locked(const std::string& text) {
  if (style_ == ProgressStyle::kJson) return;
  const bool own_line = style_ == ProgressStyle::kLine || style_ == ProgressStyle::kPrompt;
  if (own_line) std::fputs(kClearLine, stdout);
  print_line(text);
  show_prompt();
  last_update_ = {};
}

void ProgressPrinter::show_prompt() {
  if (style_ != ProgressStyle::kPrompt) return;
  std::fputs(kPrompt, stdout);
  std::fflush(stdout);
}

void ProgressPrinter::update_line() {
  if (style_ != ProgressStyle::kLine) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_update_ < kUpdateInterval) return;
  last_update_ = now;
  std::string line = line_;
  if (line.rfind("iteration", 0) == 0 && line.find("  model ") == std::string::npos) {
    line += "  episode " + std::to_string(episodes_done_) + "/" + std::to_string(episodes_);
  }
  if (has_best_) line += "  best " + short_number(best_score_);
  std::printf("%s%s", kClearLine, line.c_str());
  std::fflush(stdout);
}

void ProgressPrinter::finish() {
  const std::lock_guard lock(mutex_);
  const bool own_line = style_ == ProgressStyle::kLine || style_ == ProgressStyle::kPrompt;
  if (own_line) std::fputs(kClearLine, stdout);
  std::fflush(stdout);
}

}  // namespace cherub::server::cli
