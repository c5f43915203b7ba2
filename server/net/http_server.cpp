#include "server/http_server.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <set>
#include <utility>

#include "server/net/session.h"
#include "server/net/tls.h"

namespace cherub::server {

using net::error_code;
using net::tcp;
using net::asio::steady_timer;

namespace {

// Beyond the most connections, so many more are told so; what comes then is closed.
constexpr std::size_t kRefusedAtOnceMax = 64;

// Sent data that is not acknowledged for that long means that the peer has vanished.
void limit_silence(tcp::socket& socket, std::uint32_t seconds) {
  const unsigned milliseconds = seconds * 1000;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds,
               sizeof milliseconds);
}

}  // namespace

struct HttpServer::State {
  explicit State(HttpServerOptions given) : options(std::move(given)) {}

  using StartSession = void (*)(net::Wire, const net::Surroundings&);
  // One open port.
  struct Door {
    Door(net::asio::io_context& io, StartSession start_session, StartSession refuse_session)
        : acceptor(io), pause(io), start(start_session), refuse(refuse_session) {}
    tcp::acceptor acceptor;
    steady_timer pause;
    const StartSession start, refuse;  // nothing to refuse with: closed at once
  };

  base::Result<std::uint16_t> open(Door& door, std::uint16_t port);
  void accept(Door& door);
  void on_accepted(Door& door, error_code error, tcp::socket socket);
  void take(StartSession start, tcp::socket socket);

  const HttpServerOptions options;
  std::unique_ptr<net::asio::ssl::context> tls;
  net::Connections connections;
  std::optional<net::Surroundings> around;
  net::asio::io_context io{1};  // behind the others: sessions that die with it give tickets back
  Door http{io, net::start_http_session, net::refuse_http_session};
  Door frames{io, net::start_frame_session, nullptr};
  steady_timer deadline{io};
  bool closing = false;
  // Of calls that are to be made later; they do not keep a server that is shut down.
  std::set<std::shared_ptr<steady_timer>> timers;
};

base::Result<std::uint16_t> HttpServer::State::open(Door& door, std::uint16_t port) {
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
  const std::size_t most = options.limits.connections;
  if (connections.size() < most) {
    take(door.start, std::move(socket));
  } else {
    spdlog::warn("connection refused: {} are open", connections.size());
    const bool told = door.refuse != nullptr && connections.size() < most + kRefusedAtOnceMax;
    if (told) take(door.refuse, std::move(socket));
  }
  accept(door);
}

// Begins a session, with TLS after its handshake.
void HttpServer::State::take(StartSession start, tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  limit_silence(socket, options.limits.idle_seconds);
  if (!tls) {
    start(net::Wire(std::move(socket)), *around);
    return;
  }
  const auto wire = std::make_shared<net::Wire>(std::move(socket), *tls);
  const auto ticket =
      std::make_shared<net::Connections::Ticket>(connections.add([weak = std::weak_ptr(wire)] {
        if (const auto handshaking = weak.lock()) handshaking->next_layer().close();
      }));
  wire->next_layer().expires_after(net::kHandshake);
  wire->async_handshake(net::Completion([this, start, wire, ticket](error_code error, std::size_t) {
    if (!error) {
      start(std::move(*wire), *around);
    } else {
      spdlog::debug("TLS handshake: {}", error.message());
    }
  }));
}

HttpServer::HttpServer(HttpServerOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

HttpServer::~HttpServer() = default;

base::Result<std::uint16_t> HttpServer::listen(Application& application) {
  const HttpServerOptions& options = state_->options;
  state_->around.emplace(net::Surroundings{application, state_->connections, options.limits});
  if (options.tls) {
    auto tls = net::make_tls(*options.tls);
    if (!tls.ok()) return tls.error();
    state_->tls = std::move(*tls);
  }
  if (options.frames_port) {
    const auto opened = state_->open(state_->frames, *options.frames_port);
    if (!opened.ok()) return opened.error();
  }
  return state_->open(state_->http, options.port);
}

std::uint16_t HttpServer::frames_port() const {
  error_code none;
  return state_->frames.acceptor.local_endpoint(none).port();
}

void HttpServer::post(std::function<void()> call) {
  net::asio::post(state_->io, std::move(call));
}

void HttpServer::post_after(std::chrono::milliseconds delay, std::function<void()> call) {
  const auto timer = std::make_shared<steady_timer>(state_->io);
  net::asio::post(state_->io, [state = state_.get(), timer, delay, call = std::move(call)] {
    if (state->closing) return;
    const std::weak_ptr<steady_timer> weak = timer;
    state->timers.insert(timer);
    timer->expires_after(delay);
    timer->async_wait([state, weak, call](error_code error) {
      state->timers.erase(weak.lock());
      if (!error) call();
    });
  });
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
    state->closing = true;
    for (const auto& timer : state->timers) timer->cancel();
    state->connections.close_all();
    state->connections.when_empty([state] { state->deadline.cancel(); });
  });
}

}  // namespace cherub::server
