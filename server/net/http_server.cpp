#include "server/http_server.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "server/net/session.h"

namespace cherub::server {

using net::error_code;
using net::tcp;
using net::asio::steady_timer;

struct HttpServer::State {
  explicit State(HttpServerOptions given)
      : options(std::move(given)), connections(options.connections_max) {}

  using StartSession = void (*)(tcp::socket, Application&, net::Connections&);
  // One open port.
  struct Door {
    explicit Door(net::asio::io_context& io) : acceptor(io), pause(io) {}
    tcp::acceptor acceptor;
    steady_timer pause;
    StartSession start = nullptr;
  };

  base::Result<std::uint16_t> open(Door& door, std::uint16_t port, StartSession start);
  void accept(Door& door);
  void on_accepted(Door& door, error_code error, tcp::socket socket);

  const HttpServerOptions options;
  Application* application = nullptr;
  net::Connections connections;
  net::asio::io_context io{1};  // behind `connections`: sessions that die with it give tickets back
  Door http{io}, frames{io};
  steady_timer deadline{io};
};

base::Result<std::uint16_t> HttpServer::State::open(Door& door, std::uint16_t port,
                                                    StartSession start) {
  const std::string where = options.host + ":" + std::to_string(port);
  error_code error;
  const auto address =
      net::asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "This is not an address to listen on: give an IP address or 'localhost'.",
                       where};
  }
  const tcp::endpoint endpoint(address, port);
  tcp::acceptor& acceptor = door.acceptor;
  if (!acceptor.open(endpoint.protocol(), error) &&
      !acceptor.set_option(net::asio::socket_base::reuse_address(true), error) &&
      !acceptor.bind(endpoint, error)) {
    acceptor.listen(net::asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return base::Error{base::ErrorCode::kIo, "Cannot listen: " + error.message() + ".", where};
  }
  door.start = start;
  accept(door);
  return acceptor.local_endpoint().port();
}

void HttpServer::State::accept(Door& door) {
  door.acceptor.async_accept([this, &door](error_code error, tcp::socket socket) {
    on_accepted(door, error, std::move(socket));
  });
}

void HttpServer::State::on_accepted(Door& door, error_code error, tcp::socket socket) {
  if (error == net::asio::error::operation_aborted || !door.acceptor.is_open()) return;
  if (error) {
    // Out of file descriptors, most likely: trying again at once would only burn the processor.
    spdlog::warn("accept: {}", error.message());
    door.pause.expires_after(std::chrono::milliseconds(100));
    door.pause.async_wait([this, &door](error_code cancelled) {
      if (!cancelled) accept(door);
    });
    return;
  }
  if (connections.full()) {
    spdlog::warn("connection refused: {} are open", options.connections_max);
  } else {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    door.start(std::move(socket), *application, connections);
  }
  accept(door);
}

HttpServer::HttpServer(HttpServerOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

HttpServer::~HttpServer() = default;

base::Result<std::uint16_t> HttpServer::listen(Application& application) {
  state_->application = &application;
  const auto& frames_port = state_->options.frames_port;
  if (frames_port) {
    const auto opened = state_->open(state_->frames, *frames_port, net::start_frame_session);
    if (!opened.ok()) return opened.error();
  }
  return state_->open(state_->http, state_->options.port, net::start_http_session);
}

std::uint16_t HttpServer::frames_port() const {
  error_code none;
  return state_->frames.acceptor.local_endpoint(none).port();
}

void HttpServer::post(std::function<void()> call) {
  net::asio::post(state_->io, std::move(call));
}

void HttpServer::run() {
  state_->io.run();
}

void HttpServer::stop_accepting() {
  net::asio::post(state_->io, [state = state_.get()] {
    for (State::Door* door : {&state->http, &state->frames}) {
      error_code ignored;
      door->acceptor.close(ignored);
      door->pause.cancel();
    }
  });
}

void HttpServer::shut_down(std::chrono::milliseconds patience) {
  stop_accepting();
  net::asio::post(state_->io, [state = state_.get(), patience] {
    state->deadline.expires_after(patience);
    state->deadline.async_wait([state](error_code error) {
      if (!error) state->io.stop();
    });
    state->connections.close_all();
    state->connections.when_empty([state] { state->deadline.cancel(); });
  });
}

}  // namespace cherub::server
