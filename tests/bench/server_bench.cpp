// What it costs to tell many clients: records to 50 and 200 of them beside other servers in the
// same run, frames as deltas beside JSON, the tick of a world that is watched, and how long a
// client waits beside one that has stalled.
#include "tests/bench/server_bench.h"

#include <netinet/in.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/json.h"
#include "engine/behaviour.h"
#include "server/http_server.h"
#include "server/hub.h"
#include "server/multiplex.h"
#include "tests/bench/child_process.h"
#include "tests/bench/measure.h"

namespace cherub::bench {

void bench_server();
void bench_telemetry();

namespace {

using namespace server;

constexpr int kBurst = 128;  // as bench_wire_counter asks for
constexpr std::size_t kRecordBytes = 512;
constexpr int kRounds = 3;

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// The real server, multiplexed WebSocket and channels; only the runs behind them are made up.
class Broadcast final : public Application {
 public:
  explicit Broadcast(Overflow overflow) : http_({"127.0.0.1", 0, {}, std::nullopt, std::nullopt}) {
    load_ = make_channel(overflow);
    HubOptions hub;
    hub.clock = std::chrono::steady_clock::now;
    hub.executor = executor();
    hub_ = std::make_unique<Hub>("r", "{}", hub);
    port_ = *http_.listen(*this);
    network_ = std::thread([this] { http_.run(); });
    publisher_ = std::thread([this] { publish_bursts(); });
  }
  ~Broadcast() override {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    asked_.notify_all();
    publisher_.join();
    http_.shut_down(std::chrono::milliseconds(200));
    network_.join();
  }

  Reply handle(const HttpRequest&) override { return problem(404, "Nothing is here."); }
  base::Result<View> open_frames(std::string_view) override {
    return base::Error{base::ErrorCode::kNotFound, "Nothing is here.", ""};
  }
  std::variant<View, HttpResponse> open_view(const HttpRequest&) override {
    OutboxLimits limits;
    limits.message_records = kMessageRecordsMax;
    View view;
    view.outbox = std::make_shared<Outbox>(limits);
    const auto multiplex = std::make_shared<Multiplex>(
        view.outbox, "e", [this](const std::string& name) { return find(name); },
        [this](const std::string&, const rapidjson::Value&, const std::string&) {
          const std::lock_guard lock(mutex_);
          ++bursts_;
          asked_.notify_all();
          return base::Result<void>();
        });
    view.on_text = [multiplex](std::string_view text) { multiplex->hear(text); };
    view.on_closed = [multiplex] { multiplex->leave(); };
    return view;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  Hub& hub() { return *hub_; }
  RecordChannel& load() { return *load_; }
  // One that is as long as kRecordBytes with its envelope.
  static OutgoingRecord record(std::int64_t sent = 0) {
    base::JsonObject made;
    made.add("type", "load").add("level", "INFO").add("sent", sent);
    const std::size_t envelope = 70, used = made.text().size() + 10;
    made.add("x", std::string(kRecordBytes - envelope - used, 'x'));
    return {"load", made.text(), false};
  }

 private:
  Executor executor() {
    return [this](std::function<void()> call) { http_.post(std::move(call)); };
  }
  std::shared_ptr<RecordChannel> make_channel(Overflow overflow) {
    RecordChannelOptions options;
    options.name = "load";
    options.epoch = "e";
    options.overflow = overflow;
    options.executor = executor();
    options.wall_ms = [] { return std::int64_t{1'800'000'000'000}; };
    return std::make_shared<RecordChannel>(std::move(options));
  }
  base::Result<Channel> find(const std::string& name) {
    if (name == "agents") return Channel{*hub_->frames("agents"), "{}"};
    return Channel{load_, "{}"};
  }
  void publish_bursts() {
    std::unique_lock lock(mutex_);
    for (;;) {
      asked_.wait(lock, [&] { return ended_ || bursts_ > 0; });
      if (ended_) return;
      --bursts_;
      lock.unlock();
      for (int i = 0; i < kBurst; ++i) load_->publish(record());
      lock.lock();
    }
  }

  HttpServer http_;
  std::shared_ptr<RecordChannel> load_;
  std::unique_ptr<Hub> hub_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable asked_;
  bool ended_ = false;
  int bursts_ = 0;
  std::thread network_, publisher_;
};

double member(const std::string& json, const char* name) {
  const auto read = base::parse_json(json);
  if (!read.ok() || !read->IsObject() || !read->HasMember(name)) {
    std::fprintf(stderr, "bench server: the counting program said '%s'\n", json.c_str());
    std::exit(1);
  }
  return (*read)[name].GetDouble();
}

std::vector<std::string> counter(const std::string& kind, std::uint16_t port, int clients,
                                 std::uint64_t records) {
  return {CHERUB_WIRE_COUNTER, kind, std::to_string(port), std::to_string(clients),
          std::to_string(records)};
}

// Deliveries a second of a server that listens already.
double deliveries(const std::string& kind, std::uint16_t port, int clients, std::uint64_t records) {
  const std::string told = ChildProcess(counter(kind, port, clients, records)).line();
  return member(told, "deliveries") / member(told, "seconds");
}

double of_printed_port(const std::vector<std::string>& server, int clients, std::uint64_t records) {
  ChildProcess child(server);
  return deliveries("ws", static_cast<std::uint16_t>(std::atoi(child.line().c_str())), clients,
                    records);
}

double of_nats(int clients, std::uint64_t records) {
  const std::uint16_t port = free_port();
  const ChildProcess server(
      {"nats-server", "-a", "127.0.0.1", "-p", std::to_string(port), "-l", "/dev/null"});
  return deliveries("nats", port, clients, records);
}

void measure_fanout(int clients) {
  // About a second each on a quiet machine: shorter ones would measure how connections begin.
  const auto total = [&](double per_second) {
    return static_cast<std::uint64_t>(per_second / clients);
  };
  std::map<std::string, std::vector<double>> seen;
  for (int round = 0; round < kRounds; ++round) {
    {
      const Broadcast ours(Overflow::kClose);
      seen["hub"].push_back(deliveries("ws", ours.port(), clients, total(5'000'000)));
    }
    seen["unbatched"].push_back(of_printed_port({CHERUB_PLAIN_BROADCAST}, clients, total(150'000)));
    seen["ws"].push_back(of_printed_port({"node", CHERUB_SOURCE_DIR "/tests/bench/ws_broadcast.js"},
                                         clients, total(140'000)));
    seen["nats"].push_back(of_nats(clients, total(2'500'000)));
  }
  const std::string prefix = "server.fanout." + std::to_string(clients) + ".";
  for (const auto& [name, values] : seen) {
    report(prefix + name, median(values), "deliveries/s", "higher");
  }
  for (const char* other : {"unbatched", "ws", "nats"}) {
    std::vector<double> ratios;
    for (int i = 0; i < kRounds; ++i) {
      const auto round = static_cast<std::size_t>(i);
      ratios.push_back(seen["hub"][round] / seen[other][round]);
    }
    report(prefix + "over_" + other, median(ratios), "x", "higher");
  }
}

std::string json_of(const AgentsImage& image) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  writer.SetMaxDecimalPlaces(3);
  writer.StartArray();
  for (const DrawnEntity& entity : image.entities) {
    writer.StartObject();
    writer.Key("id");
    writer.Uint(entity.row);
    writer.Key("x");
    writer.Double(static_cast<double>(entity.x) / kUnitsPerMetre);
    writer.Key("y");
    writer.Double(static_cast<double>(entity.y) / kUnitsPerMetre);
    writer.Key("s");
    writer.Uint(entity.species);
    writer.Key("h");
    writer.Uint(entity.health);
    writer.Key("a");
    writer.Uint(entity.heading);
    writer.EndObject();
  }
  writer.EndArray();
  return {text.GetString(), text.GetSize()};
}

// 10,000 entities of which a third walked a step, in all directions.
void measure_delta() {
  AgentsImage base, next;
  base::RandomStream random(1, 0, 0, base::Stream::kSearch);
  for (std::uint32_t row = 0; row < 10'000; ++row) {
    DrawnEntity entity{row,
                       static_cast<std::int32_t>(random.below(45'000)),
                       static_cast<std::int32_t>(random.below(45'000)),
                       0,
                       255,
                       5,
                       0};
    base.entities.push_back(entity);
    if (random.below(3) == 0) {
      entity.x += static_cast<std::int32_t>(random.below(41)) - 20;
      entity.y += static_cast<std::int32_t>(random.below(41)) - 20;
      entity.heading = static_cast<std::uint8_t>(random.below(256));
    }
    next.entities.push_back(entity);
  }
  const FrameImage from = base, to = next;
  FrameHeader header;
  header.channel = FrameChannel::kAgents;
  header.base_back = 1;
  std::size_t json_bytes = 0, delta_bytes = 0, key_bytes = 0;
  const auto ns = median_ns({[&] { json_bytes = json_of(next).size(); },
                             [&] { delta_bytes = encode_delta(header, from, to).size(); },
                             [&] { key_bytes = encode_key(header, to).size(); }},
                            200);
  report("server.delta.bytes", static_cast<double>(delta_bytes), "B", "lower");
  report("server.delta.key_bytes", static_cast<double>(key_bytes), "B", "lower");
  report("server.delta.us", ns[1] / 1000, "us", "lower");
  report("server.delta.key_us", ns[2] / 1000, "us", "lower");
  report("server.delta.json_bytes_over_delta",
         static_cast<double>(json_bytes) / static_cast<double>(delta_bytes), "x", "higher");
  report("server.delta.json_time_over_delta", ns[0] / ns[1], "x", "higher");
}

double thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Time of the ticking thread's processor per tick of a pasture of 10,000, for two seconds each by
// turns: watched by nobody, and by 200 clients that get 30 frames a second.
void measure_ticks() {
  engine::Scenario scenario = *engine::builtin_scenario("pasture");
  scenario.terrain.width = scenario.terrain.depth = 142;
  for (engine::SpawnSpec& spawn : scenario.spawns) spawn.count = 5'000;
  for (engine::SpeciesSpec& species : scenario.species) species.population_max = 10'000;
  auto created = engine::World::create(scenario, 1);
  const auto world = std::move(*created);
  engine::RandomWalker walker;
  Broadcast watched(Overflow::kClose);
  std::vector<double> ratios, alone_us, watched_us;
  const auto per_tick = [&] {
    int ticks = 0;
    const double begin = thread_ns();
    for (const auto end = steady_ns() + 1'500'000'000; steady_ns() < end; ++ticks) {
      const engine::TickReport tick = world->step(walker);
      if (watched.hub().wants_ticks()) watched.hub().on_tick(*world, tick);
    }
    return (thread_ns() - begin) / ticks / 1000;
  };
  for (int round = 0; round < kRounds; ++round) {
    alone_us.push_back(per_tick());
    ChildProcess clients(counter("frames", watched.port(), 200, 0));
    if (clients.line() != "ready") std::exit(1);
    watched_us.push_back(per_tick());
  }
  for (int i = 0; i < kRounds; ++i) {
    const auto round = static_cast<std::size_t>(i);
    ratios.push_back(watched_us[round] / alone_us[round]);
  }
  report("server.tick_us", median(alone_us), "us", "lower");
  report("server.tick_200_over_0_subscribers", median(ratios), "x", "lower");
}

// A thousand records a second to ten clients, alone and beside three that never read. What is
// measured is mostly how soon a machine wakes somebody, which is never twice the same.
void measure_stalled() {
  constexpr int kStalledRounds = 8;
  std::vector<double> baseline, beside, ratios;
  for (int round = 0; round < kStalledRounds; ++round) {
    const int first = round % 2 == 0 ? 0 : 3;
    for (const int stalled : {first, 3 - first}) {
      Broadcast server(Overflow::kDropOldest);
      auto arguments = counter("latency", server.port(), 10, 20'000);
      arguments.push_back(std::to_string(stalled));
      std::atomic<bool> done{false};
      std::thread publisher([&] {
        for (auto next = std::chrono::steady_clock::now(); !done;) {
          server.load().publish(Broadcast::record(steady_ns()));
          next += std::chrono::milliseconds(1);
          std::this_thread::sleep_until(next);
        }
      });
      const double p99 = member(ChildProcess(arguments).line(), "p99_us");
      done = true;
      publisher.join();
      (stalled == 0 ? baseline : beside).push_back(p99);
    }
    ratios.push_back(beside.back() / baseline.back());
  }
  report("server.p99_us", median(baseline), "us", "lower");
  report("server.stalled_p99_over_baseline", median(ratios), "x", "lower");
}

}  // namespace

std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe, plain, size) != 0 || ::getsockname(probe, plain, &size) != 0) std::exit(1);
  ::close(probe);
  return ntohs(address.sin_port);
}

void wait_for_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto end = steady_ns() + 10'000'000'000;
  while (steady_ns() < end) {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    const int result = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::close(probe);
    if (result == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::fprintf(stderr, "bench server: nobody listens at port %d\n", port);
  std::exit(1);
}

void bench_server() {
  measure_http();
  measure_delta();
  bench_telemetry();
  measure_fanout(50);
  measure_fanout(200);
  measure_ticks();
  measure_stalled();
}

}  // namespace cherub::bench
