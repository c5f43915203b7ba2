#include <cstdio>
#include <map>
#include <string>

namespace cherub::bench {

void bench_abilities();
void bench_angel();
void bench_decide();
void bench_episodes();
void bench_reload();
void bench_sandbox();
void bench_scenarios();
void bench_server();
void bench_store();
void bench_telemetry();
void bench_world();

}  // namespace cherub::bench

// cherub_bench [name …]: runs the named benchmarks, or all.
int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> benchmarks{{"angel", &cherub::bench::bench_angel},
                                                     {"abilities", &cherub::bench::bench_abilities},
                                                     {"decide", &cherub::bench::bench_decide},
                                                     {"episodes", &cherub::bench::bench_episodes},
                                                     {"reload", &cherub::bench::bench_reload},
                                                     {"sandbox", &cherub::bench::bench_sandbox},
                                                     {"scenarios", &cherub::bench::bench_scenarios},
                                                     {"server", &cherub::bench::bench_server},
                                                     {"store", &cherub::bench::bench_store},
                                                     {"telemetry", &cherub::bench::bench_telemetry},
                                                     {"world", &cherub::bench::bench_world}};
  if (argc == 1) {
    for (const auto& [name, run] : benchmarks) run();
    return 0;
  }
  for (int i = 1; i < argc; ++i) {
    const auto found = benchmarks.find(argv[i]);
    if (found == benchmarks.end()) {
      std::fprintf(stderr, "no benchmark is named '%s'; there are:", argv[i]);
      for (const auto& [name, run] : benchmarks) std::fprintf(stderr, " %s", name.c_str());
      std::fprintf(stderr, "\n");
      return 2;
    }
    found->second();
  }
  return 0;
}
