// Counts what a server broadcasts: many clients on raw sockets in one thread, the same for every
// server that is compared.
//
//   bench_wire_counter ws|nats|frames|latency PORT CLIENTS RECORDS [STALLED]
//
// ws: every client opens /ws and subscribes to "load" (which every server confirms in some way);
// the
//     first then asks for bursts of kBurst records, kAhead of them ahead of what all
//     clients have received. Prints {"deliveries":N,"seconds":S}.
// nats: the same over the protocol of NATS; the bursts are published from here.
// frames: CLIENTS read frames of "agents" until the input ends.
// latency: CLIENTS read records {… "sent":<ns of the monotonic clock>} of "load", STALLED more
// never
//     read. Prints {"p50_us":…,"p99_us":…}.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::uint64_t kBurst = 128;
constexpr std::uint64_t kAhead = 4;
constexpr std::size_t kRecordBytes = 512;
constexpr const char* kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

double now_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "bench_wire_counter: %s\n", what);
  std::exit(1);
}

void send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("a server hung up");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// `room`: bytes that may wait to be read; 0: as the machine has it.
int connect_to(std::uint16_t port, int room = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const double end = now_s() + 10; now_s() < end;) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (room > 0) ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return socket;
    }
    ::close(socket);
    ::poll(nullptr, 0, 20);  // a server that is starting
  }
  fail("no server listens");
}

// Everything up to and with `text`; what follows is dropped, so nothing may be on its way.
std::string read_until(int socket, std::string_view text) {
  std::string got;
  char piece[65536];
  while (got.find(text) == std::string::npos) {
    const auto bytes = ::recv(socket, piece, sizeof piece, 0);
    if (bytes <= 0) fail("a server hung up early");
    got.append(piece, static_cast<std::size_t>(bytes));
  }
  return got;
}

// A client's message, masked by zeros, as the protocol wants it.
std::string masked(std::string_view text) {
  std::string frame("\x81");
  if (text.size() < 126) {
    frame += static_cast<char>(0x80 | text.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(text.size() >> 8);
    frame += static_cast<char>(text.size() & 0xff);
  }
  frame.append(4, '\0');
  return frame.append(text);
}

// Counts records in one client's bytes, wherever they are cut.
class Counter {
 public:
  explicit Counter(bool nats) : nats_(nats) {}

  void feed(const char* data, std::size_t size) {
    while (size > 0) {
      const std::size_t used = left_ > 0 ? payload(data, size) : header(data, size);
      data += used;
      size -= used;
    }
  }
  std::uint64_t records = 0;

 private:
  std::size_t payload(const char* data, std::size_t size) {
    const std::size_t part = std::min(left_, size);
    if (!nats_) count_lines(data, data + part);
    left_ -= part;
    if (left_ == 0) records += counts_ ? 1 : 0;
    return part;
  }
  // By memchr: to look at each byte would take the client longer than the server takes to send it.
  void count_lines(const char* at, const char* end) {
    while (at < end) {
      const void* const line_end = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
      if (line_end == nullptr) return;
      ++records;
      at = static_cast<const char*>(line_end) + 1;
    }
  }
  // One byte at a time: headers are few and short.
  std::size_t header(const char* data, std::size_t) {
    head_[have_++] = static_cast<unsigned char>(*data);
    if (nats_) {
      if (*data != '\n' && have_ < sizeof head_) return 1;
      counts_ = std::memcmp(head_, "MSG", 3) == 0;
      left_ = counts_ ? kRecordBytes + 2 : 0;
      have_ = 0;
      return 1;
    }
    const std::size_t code = have_ > 1 ? head_[1] & 0x7fU : 0;
    const std::size_t wanted = code == 126 ? 4U : code == 127 ? 10U : 2U;
    if (have_ < 2 || have_ < wanted) return 1;
    left_ = code;
    if (wanted > 2) left_ = 0;
    for (std::size_t i = 2; i < wanted; ++i) left_ = left_ << 8 | head_[i];
    counts_ = (head_[0] & 0x0f) < 8;  // no ping
    have_ = 0;
    return 1;
  }

  const bool nats_;
  bool counts_ = false;
  unsigned char head_[256] = {};
  std::size_t have_ = 0;
  std::size_t left_ = 0;
};

int open_ws(std::uint16_t port, std::string_view subscribe, int room = 0) {
  const int socket = connect_to(port, room);
  send_all(socket, kUpgrade);
  read_until(socket, "\r\n\r\n");
  send_all(socket, masked(subscribe));
  return socket;
}

std::string subscribe_text(std::size_t client) {
  // One in ten filters, by what all records have.
  return client % 10 == 9 ? R"({"op":"subscribe","ch":"load","filter":{"level":{"min":"INFO"}}})"
                          : R"({"op":"subscribe","ch":"load"})";
}

std::string nats_burst() {
  const std::string payload(kRecordBytes, 'x');
  std::string burst;
  for (std::uint64_t i = 0; i < kBurst; ++i) burst += "PUB b 512\r\n" + payload + "\r\n";
  return burst;
}

int open_nats(std::uint16_t port, std::string_view words) {
  const int socket = connect_to(port);
  send_all(socket, words);
  read_until(socket, "PONG");
  return socket;
}

// The confirmation is the last that comes before the first burst, and ends in "}}".
void await_subscribed(int socket) {
  std::string got = read_until(socket, "\"subscribed\"");
  while (!got.ends_with("}}")) got += read_until(socket, "}");
}

struct Clients {
  std::vector<int> sockets;
  std::vector<Counter> counters;
  int epoll = ::epoll_create1(0);

  void add(int socket, bool nats) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = sockets.size();
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
    sockets.push_back(socket);
    counters.emplace_back(nats);
  }
  // Reads what there is; calls seen(client, bytes).
  template <class Seen>
  void read(Seen&& seen) {
    static char piece[1 << 18];
    epoll_event events[64];
    const int ready = ::epoll_wait(epoll, events, 64, 10'000);
    if (ready <= 0) fail("nothing came for ten seconds");
    for (int i = 0; i < ready; ++i) {
      const auto client = static_cast<std::size_t>(events[i].data.u64);
      const auto bytes = ::recv(sockets[client], piece, sizeof piece, MSG_DONTWAIT);
      if (bytes == 0 || (bytes < 0 && errno != EAGAIN)) fail("a server closed a client");
      if (bytes > 0) seen(client, std::string_view(piece, static_cast<std::size_t>(bytes)));
    }
  }
};

int count(bool nats, std::uint16_t port, std::size_t clients, std::uint64_t records) {
  Clients all;
  int asker = -1;
  for (std::size_t i = 0; i < clients; ++i) {
    const int socket = nats ? open_nats(port, "CONNECT {\"verbose\":false}\r\nSUB b 1\r\nPING\r\n")
                            : open_ws(port, subscribe_text(i));
    if (!nats) await_subscribed(socket);
    all.add(socket, nats);
  }
  asker = nats ? open_nats(port, "CONNECT {\"verbose\":false}\r\nPING\r\n") : all.sockets[0];
  const std::string burst =
      nats ? nats_burst() : masked(R"({"op":"command","run":"load","command":{"type":"burst"}})");
  const double begin = now_s();
  std::uint64_t asked = 0, complete = 0;
  std::size_t behind = clients;  // who have not got all of the next burst
  const auto ask = [&] {
    if (asked * kBurst >= records) return;
    ++asked;
    send_all(asker, burst);
  };
  for (std::uint64_t i = 0; i < kAhead; ++i) ask();
  while (complete * kBurst < records) {
    all.read([&](std::size_t client, std::string_view bytes) {
      Counter& counter = all.counters[client];
      const std::uint64_t before = counter.records;
      counter.feed(bytes.data(), bytes.size());
      const std::uint64_t next = (complete + 1) * kBurst;
      if (before < next && counter.records >= next) --behind;
    });
    while (behind == 0) {
      ++complete;
      ask();
      const std::uint64_t next = (complete + 1) * kBurst;
      for (const Counter& counter : all.counters) behind += counter.records < next ? 1 : 0;
    }
  }
  std::printf("{\"deliveries\":%llu,\"seconds\":%.6f}\n",
              static_cast<unsigned long long>(complete * kBurst * clients), now_s() - begin);
  return 0;
}

int latency(std::uint16_t port, std::size_t clients, std::uint64_t records, std::size_t stalled) {
  // With little room they have stalled soon: else their machine would read on for seconds.
  constexpr int kLittleRoom = 4096;
  std::vector<int> silent;
  for (std::size_t i = 0; i < stalled; ++i) {
    silent.push_back(open_ws(port, subscribe_text(0), kLittleRoom));
  }
  Clients all;
  for (std::size_t i = 0; i < clients; ++i) all.add(open_ws(port, subscribe_text(0)), false);
  std::vector<double> waits;
  constexpr std::string_view kSent = "\"sent\":";
  while (waits.size() < records) {
    all.read([&](std::size_t, std::string_view bytes) {
      const double now = now_s();
      for (std::size_t at = 0; (at = bytes.find(kSent, at)) != bytes.npos; at += kSent.size()) {
        const std::string digits(bytes.substr(at + kSent.size(), 20));
        waits.push_back(now * 1e6 - std::strtod(digits.c_str(), nullptr) * 1e-3);
      }
    });
  }
  std::sort(waits.begin(), waits.end());
  std::printf("{\"p50_us\":%.1f,\"p99_us\":%.1f}\n", waits[waits.size() / 2],
              waits[waits.size() * 99 / 100]);
  return 0;
}

int frames(std::uint16_t port, std::size_t clients) {
  Clients all;
  for (std::size_t i = 0; i < clients; ++i) {
    all.add(open_ws(port, R"({"op":"subscribe","ch":"agents"})"), false);
  }
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    pollfd both[2] = {{STDIN_FILENO, POLLIN, 0}, {all.epoll, POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[0].revents != 0) return 0;
    if (both[1].revents != 0) all.read([](std::size_t, std::string_view) {});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("see the head of the source for the arguments");
  const std::string_view kind = argv[1];
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const auto clients = static_cast<std::size_t>(std::atoll(argv[3]));
  const auto records = static_cast<std::uint64_t>(std::atoll(argv[4]));
  if (kind == "frames") return frames(port, clients);
  if (kind == "latency") {
    return latency(port, clients, records, argc > 5 ? std::strtoul(argv[5], nullptr, 10) : 0);
  }
  return count(kind == "nats", port, clients, records);
}
