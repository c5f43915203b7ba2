#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "server/net/session.h"

namespace cherub::server::net {
namespace {

// Room for one read: headers are small, bodies may be large.
constexpr std::size_t kHeaderReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
constexpr std::size_t kWebSocketKeyBytes = 24;  // 16 bytes in base64
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string lower(beast::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Of an answer; no value in it comes from a request.
std::string head_text(const HttpResponse& response, bool keep_alive, bool bodiless) {
  const auto status = static_cast<http::status>(response.status);
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += std::string_view(http::obsolete_reason(status));
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append("\r\n").append(name).append(": ").append(value);
  };
  add("Server", "cherub");
  if (response.status != 204) add("Content-Type", response.content_type);
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) add(name, value);
  if (!bodiless) add("Content-Length", std::to_string(response.body.size()));
  if (!keep_alive) add("Connection", "close");
  return head + "\r\n\r\n";
}

std::string plain_path(const http::request<http::string_body>& message) {
  const std::string target(message.target());
  return target.substr(0, target.find('?'));
}

// What Beast would refuse in words of its own.
std::optional<HttpResponse> refuse_handshake(const http::request<http::string_body>& message) {
  if (message.count(http::field::host) == 0) {
    return problem(400, "A request needs a Host header.", "Host");
  }
  if (message[http::field::sec_websocket_version] != "13") {
    HttpResponse refusal =
        problem(426, "This server speaks version 13 of WebSocket.", "Sec-WebSocket-Version");
    refusal.headers = {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}};
    return refusal;
  }
  if (message[http::field::sec_websocket_key].size() != kWebSocketKeyBytes) {
    return problem(400, "The key of a WebSocket has 24 characters.", "Sec-WebSocket-Key");
  }
  return std::nullopt;
}

HttpRequest plain_request(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  const std::size_t question = target.find('?');
  request.path = plain_path(message);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
  request.body = message.body();
  return request;
}

std::string seconds_text(std::uint32_t seconds) {
  return std::to_string(seconds) + " s";
}

// The refusal of a request that could not be read.
HttpResponse read_refusal(const error_code& error, const ServerLimits& limits) {
  if (error == http::error::body_limit) {
    return problem(413, "A body has at most " + std::to_string(limits.body_bytes) + " bytes.",
                   "body");
  }
  if (error == http::error::header_limit) {
    return problem(431, "A header has at most " + std::to_string(limits.header_bytes) + " bytes.",
                   "header");
  }
  return problem(400, "This is not HTTP/1.1: " + error.message() + ".");
}

// One connection: read a request, answer it, read the next. A loop of callbacks, one at a time.
class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(Wire wire, const Surroundings& around)
      : wire_(std::move(wire)),
        deadline_(wire_.get_executor()),
        around_(around),
        peer_(peer_address(wire_)) {}

  void start() {
    take_place();
    read();
  }

  void refuse() {
    take_place();
    HttpResponse refusal =
        problem(503, "The server has as many connections as it takes; try again in a moment.", "");
    refusal.headers.emplace_back("Retry-After", "5");
    write(std::move(refusal));
  }

 private:
  enum class Phase { kIdle, kHeader, kBody, kAnswering };

  void take_place() {
    ticket_ = around_.connections.add([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->close();
    });
  }

  // Reading ends that late: idle connections are closed, slow requests refused.
  void limit_phase(Phase phase, std::uint32_t seconds) {
    if (phase_ == phase) return;
    phase_ = phase;
    deadline_.expires_after(std::chrono::seconds(seconds));
    deadline_.async_wait([weak = weak_from_this(), turn = ++turn_](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->turn_ != turn) return;
      self->late_ = true;
      self->wire_.next_layer().cancel();
    });
  }

  void read() {
    phase_ = Phase::kAnswering;
    late_ = head_only_ = false;
    method_.clear();
    path_.clear();
    parser_.emplace();
    parser_->header_limit(around_.limits.header_bytes);
    parser_->body_limit(around_.limits.body_bytes);
    parser_->eager(true);
    wire_.next_layer().expires_never();
    if (buffer_.size() > 0) {
      parse();  // what was sent along with the request before
      return;
    }
    limit_phase(Phase::kIdle, around_.limits.idle_seconds);
    read_some();
  }

  void read_some() {
    const bool in_body = parser_->is_header_done();
    wire_.async_read_some(buffer_.prepare(in_body ? kBodyReadBytes : kHeaderReadBytes),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            if (error) {
                              self->on_read_end();
                              return;
                            }
                            self->buffer_.commit(bytes);
                            self->parse();
                          });
  }

  // The peer is gone, was idle or too slow, or the server ends. Only the slow one waits for words.
  void on_read_end() {
    if (!late_ || phase_ == Phase::kIdle) return;
    const bool header = phase_ == Phase::kHeader;
    refuse_read(problem(
        408,
        header
            ? "The header did not come within " + seconds_text(around_.limits.header_seconds) + "."
            : "The body did not come within " + seconds_text(around_.limits.body_seconds) + ".",
        header ? "header" : "body"));
  }

  void parse() {
    error_code error;
    while (buffer_.size() > 0 && !parser_->is_done() && !error) {
      buffer_.consume(parser_->put(buffer_.data(), error));
    }
    if (error == http::error::need_more) error = {};
    if (error) {
      refuse_read(read_refusal(error, around_.limits));
    } else if (parser_->is_done()) {
      on_request();
    } else if (!parser_->is_header_done()) {
      limit_phase(Phase::kHeader, around_.limits.header_seconds);
      read_some();
    } else {
      const bool begins = phase_ != Phase::kBody;
      limit_phase(Phase::kBody, around_.limits.body_seconds);
      if (begins && beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
        invite_body();
      } else {
        read_some();
      }
    }
  }

  // Careful clients ask before they send a large body.
  void invite_body() {
    asio::async_write(wire_, asio::buffer(kContinue),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->read_some();
                      });
  }

  void refuse_read(HttpResponse refusal) {
    keep_alive_ = false;
    note(parser_->get());  // as far as it was read
    begin_answer();
    write(std::move(refusal));
  }

  void begin_answer() {
    phase_ = Phase::kAnswering;
    ++turn_;
  }

  void on_request() {
    begin_answer();
    auto message = parser_->release();
    note(message);
    keep_alive_ = message.keep_alive() && !closing_;
    head_only_ = message.method() == http::verb::head;
    if (message.target().empty() || message.target().front() != '/') {
      write(problem(400, "The request target must be a path.", "target"));
      return;
    }
    HttpRequest request = plain_request(message);
    request.peer = peer_;
    if (websocket::is_upgrade(message)) {
      upgrade(request, std::move(message));
      return;
    }
    answer(around_.application.handle(request), message.version());
  }

  // What the request is about, for its answer.
  void note(const http::request<http::string_body>& message) {
    method_ = message.method_string();
    path_ = plain_path(message);
  }

  void upgrade(const HttpRequest& request, http::request<http::string_body> message) {
    if (auto refusal = refuse_handshake(message)) {
      write(std::move(*refusal));
      return;
    }
    auto opened = around_.application.open_view(request);
    if (auto* refusal = std::get_if<HttpResponse>(&opened)) {
      write(std::move(*refusal));
      return;
    }
    ticket_ = {};
    around_.application.on_answered({method_, path_, 101});
    start_ws_session(std::move(wire_), std::move(message), std::move(std::get<View>(opened)),
                     around_);
  }

  void answer(Reply reply, unsigned version) {
    if (auto* response = std::get_if<HttpResponse>(&reply)) {
      write(std::move(*response));
    } else if (auto* streamed = std::get_if<StreamedResponse>(&reply)) {
      stream(std::move(*streamed), version);
    } else {
      wait_for(std::get<std::shared_ptr<PendingReply>>(std::move(reply)));
    }
  }

  void wait_for(const std::shared_ptr<PendingReply>& pending) {
    deadline_.expires_after(pending->patience());
    deadline_.async_wait([pending](error_code error) {
      if (!error) pending->deliver(pending->late());
    });
    pending->when_ready([self = shared_from_this()](HttpResponse response) {
      asio::post(self->wire_.get_executor(), [self, response = std::move(response)]() mutable {
        self->deadline_.cancel();
        self->write(std::move(response));
      });
    });
  }

  void stream(StreamedResponse streamed, unsigned version) {
    around_.application.on_answered({method_, path_, 200});
    http::response<http::empty_body> head(http::status::ok, version);
    head.set(http::field::server, "cherub");
    head.set(http::field::content_type, streamed.content_type);
    head.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : streamed.headers) head.set(name, value);
    if (head_only_) streamed.body.reset();
    ticket_ = {};
    start_stream_session(std::move(wire_), std::move(head), std::move(streamed.body), around_);
  }

  // Head and body leave in one system call: as a message of Beast they would be more.
  void write(HttpResponse response) {
    set_instance(response, path_);
    around_.application.on_answered({method_, path_, response.status});
    const bool bodiless = response.status == 304 || response.status == 204;
    head_ = head_text(response, keep_alive_, bodiless);
    body_ = head_only_ || bodiless ? std::string() : std::move(response.body);
    wire_.next_layer().expires_after(around_.idle());
    asio::async_write(
        wire_, std::array{asio::buffer(head_), asio::buffer(body_)},
        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
  }

  void on_written(error_code error) {
    if (error) return;
    if (keep_alive_ && !closing_) {
      read();
      return;
    }
    // Closing with unread bytes would reset the connection, and the peer might lose the answer.
    wire_.next_layer().expires_after(kLinger);
    wire_.async_finish([self = shared_from_this()](error_code) { self->linger(0); });
  }

  void linger(std::size_t read_bytes) {
    if (read_bytes > kLingerBytesMax) return;
    wire_.next_layer().async_read_some(
        asio::buffer(scratch_),
        [self = shared_from_this(), read_bytes](error_code error, std::size_t bytes) {
          if (!error) self->linger(read_bytes + bytes);
        });
  }

  void close() {
    closing_ = true;
    if (phase_ != Phase::kAnswering) wire_.next_layer().cancel();
  }

  Wire wire_;
  asio::steady_timer deadline_;
  const Surroundings& around_;
  const std::string peer_;
  std::string head_, body_;    // of the answer that is being sent
  std::string method_, path_;  // of the request that is being answered; empty: not read so far
  Connections::Ticket ticket_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::array<char, 4096> scratch_{};
  Phase phase_ = Phase::kAnswering;
  std::uint64_t turn_ = 0;  // of the deadline: one that has passed already may still be told
  bool late_ = false;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool closing_ = false;
};

}  // namespace

void start_http_session(Wire wire, const Surroundings& around) {
  std::make_shared<HttpSession>(std::move(wire), around)->start();
}

void refuse_http_session(Wire wire, const Surroundings& around) {
  std::make_shared<HttpSession>(std::move(wire), around)->refuse();
}

}  // namespace cherub::server::net
