#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "server/http_server.h"

// A server over an application of a few lines, and a client that sends what bytes it likes.
namespace cherub::server {

inline constexpr const char* kUpgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// A body that a test adds to, piece by piece.
class Pieces final : public BodyStream {
 public:
  void add(std::string bytes, bool end = false) {
    std::function<void()> wake;
    {
      const std::lock_guard lock(mutex_);
      pieces_.push_back({std::move(bytes), end});
      wake = wake_;
    }
    if (wake) wake();
  }
  Piece next() override {
    const std::lock_guard lock(mutex_);
    if (pieces_.empty()) return {};
    Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }
  void set_wake(std::function<void()> wake) override {
    if (!wake) left = true;
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }
  void close() override { add("good-bye", true); }
  std::atomic<bool> left{false};

 private:
  std::mutex mutex_;
  std::deque<Piece> pieces_;
  std::function<void()> wake_;
};

// Answers with what it was asked, later when the path says so.
class Echo final : public Application {
 public:
  Reply handle(const HttpRequest& request) override {
    HttpResponse response;
    response.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
    if (request.path == "/peer") response.body = request.peer;
    if (request.path == "/stream") {
      stream = std::make_shared<Pieces>();
      return StreamedResponse{"text/plain", {}, stream};
    }
    if (request.path == "/late") {
      response.body = "late";
      return std::make_shared<PendingReply>(std::chrono::milliseconds(20), std::move(response));
    }
    if (request.path != "/thread") return response;
    auto pending = std::make_shared<PendingReply>(std::chrono::seconds(10), HttpResponse());
    deliverer_ = std::thread([pending, response] { pending->deliver(response); });
    return pending;
  }
  std::variant<View, HttpResponse> open_view(const HttpRequest& request) override {
    if (request.path != "/ws") return problem(404, "no");
    View view;
    view.outbox = std::make_shared<Outbox>();
    view.on_text = [heard = view.outbox](std::string_view) {
      heard->push_record(std::make_shared<const std::string>("heard"));
    };
    view.on_closed = [this] { left = true; };
    outbox = view.outbox;
    return view;
  }
  base::Result<View> open_frames(std::string_view line) override {
    if (line != "run/agents") return base::Error{base::ErrorCode::kNotFound, "no such run", ""};
    View view;
    view.outbox = std::make_shared<Outbox>();
    view.on_closed = [this] { frames_closed = true; };
    view.outbox->push_frame(1, {std::make_shared<const std::string>("frame!"), true});
    return view;
  }
  std::atomic<bool> left{false}, frames_closed{false};
  ~Echo() override {
    if (deliverer_.joinable()) deliverer_.join();
  }
  std::shared_ptr<Outbox> outbox;
  std::shared_ptr<Pieces> stream;

 private:
  std::thread deliverer_;
};

class Server {
 public:
  explicit Server(const ServerLimits& limits = {})
      : server_({"127.0.0.1", 0, limits, std::nullopt, std::uint16_t{0}}) {
    port = *server_.listen(echo);
    frames_port = server_.frames_port();
    thread_ = std::thread([this] { server_.run(); });
  }
  ~Server() {
    server_.shut_down(std::chrono::seconds(2));
    thread_.join();
  }
  Echo echo;
  std::uint16_t port = 0, frames_port = 0;
  void post(std::function<void()> call) { server_.post(std::move(call)); }

 private:
  HttpServer server_;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const auto bytes = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (bytes <= 0) return;
      sent += static_cast<std::size_t>(bytes);
    }
  }
  // Everything up to and with `text`, or up to the end of the connection.
  std::string read_until(const std::string& text) {
    char piece[4096];
    while (received_.find(text) == std::string::npos) {
      const auto bytes = ::recv(socket_, piece, sizeof piece, 0);
      if (bytes <= 0) break;
      received_.append(piece, static_cast<std::size_t>(bytes));
    }
    return received_;
  }
  std::string read_all() { return read_until("\xff no such text"); }

 private:
  int socket_;
  std::string received_;
};

inline std::string get(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

}  // namespace cherub::server
