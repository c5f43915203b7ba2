#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "abilities/replay.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "server/cli/commands.h"
#include "server/cli/text_io.h"

namespace cherub::server::cli {
namespace {

struct ReplayFlags {
  std::string dir;
  bool verify = false;
  bool jit = true;
  bool json = false;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;
  unsigned threads = 1;
};

std::string report_json(const abilities::ReplayReport& report, bool verify) {
  base::JsonObject object;
  object.add("from", report.from)
      .add("ticks", report.ticks)
      .add("ticks_recorded", report.ticks_recorded)
      .add("torn_bytes", report.torn_bytes)
      .add("saves_compared", report.saves_compared)
      .raw("verified", verify ? (report.verified ? "true" : "false") : "null")
      .add("hash", base::hex64(report.hash))
      .add("wall_s", report.wall_s);
  if (report.first_difference_tick)
    object.add("first_difference_tick", *report.first_difference_tick);
  if (!report.difference.empty()) object.add("difference", report.difference);
  if (!report.column.empty()) object.add("column", report.column);
  if (report.entity) object.add("entity", *report.entity);
  if (!report.recorded.empty()) {
    object.add("seen_tick", report.seen_tick)
        .add("recorded", report.recorded)
        .add("replayed", report.replayed);
  }
  return object.text();
}

void print_report(const abilities::ReplayReport& report, bool verify) {
  if (report.torn_bytes > 0) {
    std::printf("the journal was cut off: its last %llu bytes are no record\n",
                static_cast<unsigned long long>(report.torn_bytes));
  }
  std::printf("%llu of %llu ticks from tick %llu in %.2f s, hash %s\n",
              static_cast<unsigned long long>(report.ticks),
              static_cast<unsigned long long>(report.ticks_recorded),
              static_cast<unsigned long long>(report.from), report.wall_s,
              base::hex64(report.hash).c_str());
  if (!verify) return;
  if (report.verified) {
    std::printf("verified: every hash is the same, and so are %llu saves\n",
                static_cast<unsigned long long>(report.saves_compared));
  } else {
    std::printf("NOT the same from tick %llu on: %s\n",
                static_cast<unsigned long long>(report.first_difference_tick.value_or(0)),
                report.difference.c_str());
  }
}

abilities::ReplayProgress progress_line(bool json) {
  if (json || isatty(STDERR_FILENO) == 0) return {};
  return [](std::uint64_t done, std::uint64_t total) {
    std::fprintf(stderr, "\r\033[K%llu of %llu ticks%s", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(total), done == total ? "\r\033[K" : "");
  };
}

int run_replay(const ReplayFlags& flags) {
  abilities::ReplayOptions options;
  options.verify =
      flags.verify ? abilities::ReplayVerify::kHashes : abilities::ReplayVerify::kNothing;
  options.jit = flags.jit;
  options.threads = flags.threads;
  options.from = flags.from;
  options.to = flags.to;
  const auto report = abilities::replay_run(flags.dir, options, progress_line(flags.json));
  if (!report.ok()) {
    if (flags.json) {
      print_line(base::JsonObject()
                     .add("ticks", 0)
                     .add("verified", false)
                     .add("message", report.error().text())
                     .text());
    }
    print_error(report.error());
    return kExitFailed;
  }
  if (flags.json) {
    print_line(report_json(*report, flags.verify));
  } else {
    print_report(*report, flags.verify);
  }
  return flags.verify && !report->verified ? kExitFailed : kExitOk;
}

}  // namespace

void add_replay_command(CLI::App& program, Session& session) {
  const auto flags = std::make_shared<ReplayFlags>();
  CLI::App* const command =
      program.add_subcommand("replay", "Run a recorded world again, bit for bit");
  command->add_option("dir", flags->dir, "The folder of a run or of a world")->required();
  command->add_option("--from", flags->from, "Begin at the newest save at or before this tick");
  command->add_option("--to", flags->to, "End when so many ticks are done");
  command->add_option("--threads", flags->threads, "Threads for the phases of a tick (default 1)")
      ->check(CLI::Range(1, 256));
  command->add_flag("--verify", flags->verify, "Compare the hashes of every tick, and the saves");
  command->add_option("--jit", flags->jit, "LuaJIT's compiler: on or off")->default_str("on");
  command->add_flag("--json", flags->json, "Print exactly one JSON object");
  command->footer(
      "Examples:\n"
      "  cherub replay runs/20261121-014233-3f9a --verify\n"
      "  cherub replay runs/20261121-014233-3f9a --from 5000 --to 6000 --verify\n"
      "  cherub replay runs/20261121-014233-3f9a --verify --jit off --json\n"
      "Exit codes: 0 replayed (and verified, if asked), 1 different or unreadable, 2 usage");
  command->callback([flags, &session] { session.exit_code = run_replay(*flags); });
}

}  // namespace cherub::server::cli
