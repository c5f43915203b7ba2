#include "server/http_server.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "server/net/session.h"

namespace cherub::server {

using net::error_code;
using net::tcp;
using net::asio::steady_timer;

struct HttpServer::State {
  State(HttpServerOptions given, Application& served)
      : options(std::move(given)), application(served), connections(options.connections_max) {}

  void accept();
  void on_accepted(error_code error, tcp::socket socket);

  const HttpServerOptions options;
  Application& application;
  net::Connections connections;
  net::asio::io_context io{1};  // behind `connections`: sessions that die with it give tickets back
  tcp::acceptor acceptor{io};
  steady_timer pause{io};
  steady_timer deadline{io};
};

void HttpServer::State::accept() {
  acceptor.async_accept(
      [this](error_code error, tcp::socket socket) { on_accepted(error, std::move(socket)); });
}

void HttpServer::State::on_accepted(error_code error, tcp::socket socket) {
  if (error == net::asio::error::operation_aborted || !acceptor.is_open()) return;
  if (error) {
    // Out of file descriptors, most likely: trying again at once would only burn the processor.
    spdlog::warn("accept: {}", error.message());
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  if (connections.full()) {
    spdlog::warn("connection refused: {} are open", options.connections_max);
  } else {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    net::start_http_session(std::move(socket), application, connections);
  }
  accept();
}

HttpServer::HttpServer(HttpServerOptions options, Application& application)
    : state_(std::make_unique<State>(std::move(options), application)) {}

HttpServer::~HttpServer() = default;

base::Result<std::uint16_t> HttpServer::listen() {
  const std::string where = state_->options.host + ":" + std::to_string(state_->options.port);
  error_code error;
  const auto address = net::asio::ip::make_address(
      state_->options.host == "localhost" ? "127.0.0.1" : state_->options.host, error);
  if (error) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "This is not an address to listen on: give an IP address or 'localhost'.",
                       where};
  }
  const tcp::endpoint endpoint(address, state_->options.port);
  tcp::acceptor& acceptor = state_->acceptor;
  if (!acceptor.open(endpoint.protocol(), error) &&
      !acceptor.set_option(net::asio::socket_base::reuse_address(true), error) &&
      !acceptor.bind(endpoint, error)) {
    acceptor.listen(net::asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return base::Error{base::ErrorCode::kIo, "Cannot listen: " + error.message() + ".", where};
  }
  state_->accept();
  return acceptor.local_endpoint().port();
}

void HttpServer::run() {
  state_->io.run();
}

void HttpServer::stop_accepting() {
  net::asio::post(state_->io, [state = state_.get()] {
    error_code ignored;
    state->acceptor.close(ignored);
    state->pause.cancel();
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
