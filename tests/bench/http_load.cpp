// http_load PORT PATH CONNECTIONS SECONDS: asks for one small file over connections that stay open,
// one request at a time on each, and prints what came as a JSON line. The same program, on raw
// sockets, asks every server that is measured.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Connection {
  int socket = -1;
  std::string received;
};

int open_connection(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

void send_request(int socket, const std::string& request) {
  if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    fail("send");
  }
}

// Bytes of the answer that `text` begins with; 0: it is not whole.
std::size_t answer_bytes(const std::string& text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == text.npos) return 0;
  if (text.compare(0, 12, "HTTP/1.1 200") != 0) {
    std::fprintf(stderr, "http_load: %s\n", text.substr(0, 200).c_str());
    std::exit(1);
  }
  const std::size_t length = text.find("Content-Length: ");
  if (length == text.npos || length > head) fail("no length");
  const std::size_t body = std::strtoul(text.c_str() + length + 16, nullptr, 10);
  return text.size() >= head + 4 + body ? head + 4 + body : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::string request =
      std::string("GET ") + argv[2] + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  std::vector<Connection> connections(static_cast<std::size_t>(std::atoi(argv[3])));
  const int poll = ::epoll_create1(0);
  for (std::size_t i = 0; i < connections.size(); ++i) {
    connections[i].socket = open_connection(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event);
    send_request(connections[i].socket, request);
  }
  std::uint64_t answers = 0, bytes = 0;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration<double>(std::atof(argv[4]));
  std::vector<epoll_event> events(connections.size());
  char piece[65536];
  while (Clock::now() < end) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      Connection& connection = connections[events[static_cast<std::size_t>(i)].data.u64];
      const ssize_t read = ::recv(connection.socket, piece, sizeof piece, 0);
      if (read <= 0) fail("the server closed a connection");
      connection.received.append(piece, static_cast<std::size_t>(read));
      const std::size_t whole = answer_bytes(connection.received);
      if (whole == 0) continue;
      connection.received.erase(0, whole);
      ++answers;
      bytes += whole;
      send_request(connection.socket, request);
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf(R"({"answers":%llu,"bytes":%llu,"seconds":%.6f})"
              "\n",
              static_cast<unsigned long long>(answers), static_cast<unsigned long long>(bytes),
              seconds);
  return 0;
}
