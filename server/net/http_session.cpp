#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "server/net/session.h"

namespace cherub::server::net {
namespace {

std::string lower(beast::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

HttpRequest plain_request(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
  request.body = message.body();
  return request;
}

// The refusal of a request that could not be read; nothing when nobody waits for one.
std::optional<HttpResponse> read_refusal(const error_code& error) {
  if (error == http::error::body_limit) {
    return problem(413, "The body is larger than 1 MiB.", "body");
  }
  if (error == http::error::header_limit) {
    return problem(431, "The header is larger than 8 KiB.", "header");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  if (error.category() == make_error_code(http::error::end_of_stream).category()) {
    return problem(400, "This is not HTTP/1.1: " + error.message() + ".");
  }
  return std::nullopt;
}

// One connection: read a request, answer it, read the next. A loop of callbacks, one at a time.
class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(tcp::socket socket, Application& application, Connections& connections)
      : stream_(std::move(socket)),
        patience_(stream_.get_executor()),
        application_(application),
        connections_(connections) {}

  void start() {
    ticket_ = connections_.add([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->close();
    });
    read();
  }

 private:
  void read() {
    reading_ = true;
    head_only_ = false;
    parser_.emplace();
    parser_->header_limit(kHeaderBytesMax);
    parser_->body_limit(kBodyBytesMax);
    stream_.expires_after(kIdle);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

  void on_read(error_code error) {
    reading_ = false;
    if (error) {
      const std::optional<HttpResponse> refusal = read_refusal(error);
      if (!refusal) return;  // the peer is gone or idle: the last reference closes the socket
      keep_alive_ = false;
      write(*refusal);
      return;
    }
    auto message = parser_->release();
    keep_alive_ = message.keep_alive() && !closing_;
    head_only_ = message.method() == http::verb::head;
    if (message.target().empty() || message.target().front() != '/') {
      write(problem(400, "The request target must be a path.", "target"));
      return;
    }
    const HttpRequest request = plain_request(message);
    if (websocket::is_upgrade(message)) {
      upgrade(request, std::move(message));
      return;
    }
    answer(application_.handle(request));
  }

  void upgrade(const HttpRequest& request, http::request<http::string_body> message) {
    auto opened = application_.open_view(request);
    if (auto* refusal = std::get_if<HttpResponse>(&opened)) {
      write(std::move(*refusal));
      return;
    }
    ticket_ = {};
    start_ws_session(std::move(stream_), std::move(message), std::move(std::get<View>(opened)),
                     connections_);
  }

  void answer(Reply reply) {
    if (auto* response = std::get_if<HttpResponse>(&reply)) {
      write(std::move(*response));
      return;
    }
    if (auto* streamed = std::get_if<StreamedResponse>(&reply)) {
      stream(std::move(*streamed));
      return;
    }
    auto pending = std::get<std::shared_ptr<PendingReply>>(std::move(reply));
    stream_.expires_never();
    patience_.expires_after(pending->patience());
    patience_.async_wait([pending](error_code error) {
      if (!error) pending->deliver(pending->late());
    });
    pending->when_ready([self = shared_from_this()](HttpResponse response) {
      asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
        self->patience_.cancel();
        self->write(std::move(response));
      });
    });
  }

  template <class Message>
  void dress(Message& message, const HttpResponse& response) {
    message.set(http::field::server, "cherub");
    message.set(http::field::content_type, response.content_type);
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep_alive_);
  }

  void stream(StreamedResponse streamed) {
    body_ = std::move(streamed.body);
    head_.emplace(static_cast<http::status>(streamed.head.status), 11);
    dress(*head_, streamed.head);
    head_->chunked(true);
    head_writer_.emplace(*head_);
    stream_.expires_after(kIdle);
    http::async_write_header(stream_, *head_writer_,
                             [self = shared_from_this()](error_code error, std::size_t bytes) {
                               if (error || self->head_only_) return self->on_written(error);
                               self->write_next_part(error, bytes);
                             });
  }

  void write_next_part(error_code error, std::size_t) {
    if (error) return;
    body_->next([self = shared_from_this()](base::Result<std::string> part) {
      asio::post(self->stream_.get_executor(),
                 [self, part = std::move(part)]() mutable { self->write_part(std::move(part)); });
    });
  }

  void write_part(base::Result<std::string> part) {
    stream_.expires_after(kIdle);
    if (!part.ok()) {
      spdlog::error("a body breaks off: {}", part.error().text());
      body_.reset();
      stream_.close();
      return;
    }
    part_ = std::move(*part);
    if (part_.empty()) {
      body_.reset();
      asio::async_write(
          stream_, http::make_chunk_last(),
          [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
      return;
    }
    asio::async_write(stream_, http::make_chunk(asio::buffer(part_)),
                      [self = shared_from_this()](error_code error, std::size_t bytes) {
                        self->write_next_part(error, bytes);
                      });
  }

  void write(HttpResponse response) {
    const auto status = static_cast<http::status>(response.status);
    stream_.expires_after(kIdle);
    const auto done = [self = shared_from_this()](error_code error, std::size_t) {
      self->on_written(error);
    };
    if (head_only_ || response.status == 304) {
      http::response<http::empty_body> message(status, 11);
      dress(message, response);
      if (head_only_) message.content_length(response.body.size());
      beast::async_write(stream_, http::message_generator(std::move(message)), done);
      return;
    }
    http::response<http::string_body> message(status, 11);
    dress(message, response);
    message.body() = std::move(response.body);
    message.prepare_payload();
    beast::async_write(stream_, http::message_generator(std::move(message)), done);
  }

  void on_written(error_code error) {
    if (error) return;
    if (keep_alive_ && !closing_) {
      read();
      return;
    }
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    // Closing with unread bytes would reset the connection, and the peer might lose the answer.
    stream_.expires_after(kLinger);
    linger(0);
  }

  void linger(std::size_t read_bytes) {
    if (read_bytes > kLingerBytesMax) return;
    stream_.async_read_some(asio::buffer(scratch_), [self = shared_from_this(), read_bytes](
                                                        error_code error, std::size_t bytes) {
      if (!error) self->linger(read_bytes + bytes);
    });
  }

  void close() {
    closing_ = true;
    if (reading_) stream_.cancel();
  }

  beast::tcp_stream stream_;
  asio::steady_timer patience_;
  Application& application_;
  Connections& connections_;
  Connections::Ticket ticket_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  // Of a streamed answer.
  std::optional<http::response<http::empty_body>> head_;
  std::optional<http::response_serializer<http::empty_body>> head_writer_;
  std::shared_ptr<BodySource> body_;
  std::string part_;
  std::array<char, 4096> scratch_{};
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool reading_ = false;
  bool closing_ = false;
};

}  // namespace

void start_http_session(tcp::socket socket, Application& application, Connections& connections) {
  std::make_shared<HttpSession>(std::move(socket), application, connections)->start();
}

}  // namespace cherub::server::net
