#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "engine/base/json.h"
#include "goal_trial.h"
#include "references.h"

// Lets the built-in angel search for each goal of goals.yaml and prints how it did as a table.
namespace cherub::goals {
namespace {

// Less than a minute for each goal on two cores.
constexpr std::uint32_t kIterations = 4, kCandidates = 64, kEpisodes = 24;

struct Arguments {
  TrialOptions options;
  std::vector<std::string> named;  // parts of goals; empty: all
  std::string keep;                // folder for what the angel wrote; empty: nowhere
};

constexpr const char* kUsage =
    "usage: cherub_goals [--seed N] [--threads N] [--iterations N] [--candidates N]\n"
    "                    [--episodes N] [--held-out N] [--keep FOLDER] [PART OF A GOAL ...]\n"
    "       cherub_goals --references [PART OF A GOAL ...]\n";

bool read_number(const char* text, std::uint64_t& out) {
  char* end = nullptr;
  out = std::strtoull(text, &end, 10);
  return end != text && *end == '\0' && out > 0 && out <= 100'000;
}

bool read_arguments(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (!flag.starts_with("--")) {
      out.named.push_back(flag);
      continue;
    }
    if (++i == argc) return false;
    std::uint64_t number = 0;
    if (flag == "--keep") {
      out.keep = argv[i];
      continue;
    }
    if (!read_number(argv[i], number)) return false;
    const auto small = static_cast<std::uint32_t>(number);
    if (flag == "--seed") {
      out.options.request.seed = number;
    } else if (flag == "--threads") {
      out.options.request.threads = small;
    } else if (flag == "--iterations") {
      out.options.request.iterations = small;
    } else if (flag == "--candidates") {
      out.options.request.candidates = small;
    } else if (flag == "--episodes") {
      out.options.request.episodes = small;
    } else if (flag == "--held-out") {
      out.options.held_out = number;
    } else {
      return false;
    }
  }
  return true;
}

bool is_asked_for(const std::string& scenario, const std::string& goal,
                  const std::vector<std::string>& named) {
  if (named.empty()) return true;
  for (const std::string& part : named) {
    if (goal.find(part) != std::string::npos || scenario == part) return true;
  }
  return false;
}

void print_head() {
  std::printf(
      "| scenario | goal | wandering | by hand | built-in angel | difference, 95 %% "
      "| what the goal is about | CPU s |\n|---|---|---|---|---|---|---|---|\n");
}

// "damage 0.12 → 0.01" for what the goal is about, in the units of the scenario.
std::string aims_text(const GoalCase& goal, const Trial& trial) {
  const auto scenario = engine::builtin_scenario(goal.scenario);
  std::string text;
  for (const std::string& aim : goal.aims) {
    const std::string name = aim.starts_with("-") ? aim.substr(1) : aim;
    for (std::size_t i = 0; scenario && i < scenario->metrics.size(); ++i) {
      if (scenario->metrics[i].name != name) continue;
      char numbers[64];
      std::snprintf(numbers, sizeof numbers, "%.3g → %.3g",
                    trial.baseline.aggregate.metrics[i].mean,
                    trial.angel.aggregate.metrics[i].mean);
      text += (text.empty() ? "" : ", ") + name + " " + numbers;
    }
  }
  return text;
}

void print_row(const GoalCase& goal, const Trial& trial) {
  std::printf("| %s | %s | %.3f | %.3f (%s) | %.3f | **%+.4f** (%+.4f … %+.4f) | %s | %.0f |\n",
              goal.scenario.c_str(), goal.goal.c_str(), trial.walker.aggregate.score,
              trial.baseline.aggregate.score, goal.baseline.c_str(), trial.angel.aggregate.score,
              trial.difference, trial.interval.low, trial.interval.high,
              aims_text(goal, trial).c_str(), trial.cpu_s);
  std::fflush(stdout);
}

void show_progress(const GoalCase& goal, const abilities::RunRecord& record) {
  if (record.type != "best") return;
  const auto json = base::parse_json(record.json);
  if (!json) return;
  std::fprintf(stderr, "\r%s: iteration %d, score %.3f \033[K", goal.goal.c_str(),
               (*json)["iteration"].GetInt(), (*json)["score"].GetDouble());
}

void keep_source(const std::string& folder, const GoalCase& goal, const Trial& trial) {
  std::string name = goal.scenario + " " + goal.goal;
  for (char& c : name) c = c == ' ' ? '_' : c;
  std::filesystem::create_directories(folder);
  if (std::FILE* file = std::fopen((folder + "/" + name + ".lua").c_str(), "w")) {
    std::fputs(trial.source.c_str(), file);
    std::fclose(file);
  }
}

// The policies of references.yaml beside the greedy one and the random walker.
int print_references(const std::vector<std::string>& named) {
  const auto references = read_references(CHERUB_GOALS_DIR);
  if (!references) {
    std::fprintf(stderr, "%s\n", references.error().text().c_str());
    return 1;
  }
  std::printf(
      "| scenario | goal | policy | score | success | greedy | wandering | over greedy, 95 %% |\n"
      "|---|---|---|---|---|---|---|---|\n");
  ReferenceTrials trials(2);
  for (const Reference& each : *references) {
    if (!is_asked_for(each.scenario, each.goal, named)) continue;
    const auto trial = trials.run(each);
    if (!trial) {
      std::fprintf(stderr, "%s: %s\n", each.goal.c_str(), trial.error().text().c_str());
      return 1;
    }
    std::printf("| %s | %s | %s | %.3f | %.2f | %.3f | %.3f | %+.3f … %+.3f |\n",
                each.scenario.c_str(), each.goal.c_str(), each.policy.c_str(),
                trial->reference.aggregate.score, trial->reference.aggregate.success_rate,
                trial->greedy.aggregate.score, trial->walker.aggregate.score,
                trial->over_greedy.low, trial->over_greedy.high);
    std::fflush(stdout);
  }
  return 0;
}

int run(int argc, char** argv) {
  if (argc >= 2 && std::string(argv[1]) == "--references") {
    return print_references({argv + 2, argv + argc});
  }
  Arguments arguments;
  arguments.options.request.threads = 2;
  arguments.options.request.iterations = kIterations;
  arguments.options.request.candidates = kCandidates;
  arguments.options.request.episodes = kEpisodes;
  if (!read_arguments(argc, argv, arguments)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto goals = read_goals(CHERUB_GOALS_DIR);
  if (!goals) {
    std::fprintf(stderr, "%s\n", goals.error().text().c_str());
    return 1;
  }
  const auto runs = std::filesystem::temp_directory_path() /
                    ("cherub-goals-" + std::to_string(std::random_device{}()));
  arguments.options.request.runs_dir = runs.string();
  int worse = 0;
  print_head();
  for (const GoalCase& goal : *goals) {
    if (!is_asked_for(goal.scenario, goal.goal, arguments.named)) continue;
    const auto trial = try_goal(goal, arguments.options, [&](const abilities::RunRecord& record) {
      show_progress(goal, record);
    });
    std::fprintf(stderr, "\r\033[K");
    std::filesystem::remove_all(runs);
    if (!trial) {
      std::fprintf(stderr, "%s: %s\n", goal.goal.c_str(), trial.error().text().c_str());
      ++worse;
      continue;
    }
    print_row(goal, *trial);
    std::fprintf(stderr, "  %.0f s, %lu candidates\n", trial->seconds, trial->candidates);
    if (!arguments.keep.empty()) keep_source(arguments.keep, goal, *trial);
    if (trial->difference <= 0) ++worse;
  }
  if (worse > 0) std::fprintf(stderr, "%d goals were not met better than by hand.\n", worse);
  return worse == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cherub::goals

int main(int argc, char** argv) {
  return cherub::goals::run(argc, argv);
}
