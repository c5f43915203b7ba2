#include "abilities/angel/http_transport.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "abilities/angel/url.h"

namespace cherub::abilities::angel {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using base::Result;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Endpoints = std::vector<tcp::endpoint>;

constexpr std::chrono::milliseconds kPollInterval{25};
constexpr double kDeadlineMaxS = 3600;
// One address of several must not eat the whole deadline when its network is a black hole.
constexpr std::chrono::seconds kConnectOneOfSeveralMax{5};
constexpr int kInterimRepliesMax = 8;  // 100 Continue, 103 Early Hints
constexpr std::size_t kEndpointsMax = 16;

struct Lookup {
  std::mutex mutex;
  bool done = false;
  error_code status;
  Endpoints endpoints;
};

// The system's resolver cannot be interrupted, so a thread that shares nothing but the answer's
// place asks it; when nobody waits any more, it ends unheard.
void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host,
             const std::string& port) {
  error_code status;
  Endpoints endpoints;
  asio::io_context io;
  tcp::resolver resolver(io);
  for (const auto& entry : resolver.resolve(host, port, status)) {
    if (endpoints.size() < kEndpointsMax) endpoints.push_back(entry.endpoint());
  }
  const std::lock_guard lock(lookup->mutex);
  lookup->status = status;
  lookup->endpoints = std::move(endpoints);
  lookup->done = true;
}

bool is_tls_error(const error_code& status) {
  return status.category() == asio::error::get_ssl_category() ||
         status.category() == ssl::error::get_stream_category();
}

bool is_http_error(const error_code& status) {
  return status.category() == http::make_error_code(http::error::bad_version).category();
}

// 0.5 as "0.5", 60 as "60".
std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// The deadline and the cancel flag of one exchange, and the loop that runs its operations.
class Watch {
 public:
  Watch(const HttpRequest& request, const std::atomic<bool>* cancel, std::string where)
      : cancel_(cancel),
        deadline_s_(request.deadline_s),
        deadline_(after(request.deadline_s)),
        where_(std::move(where)) {}

  asio::io_context& io() { return io_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }
  [[nodiscard]] bool over() const { return cancelled() || Clock::now() >= deadline_; }

  // The deadline, or `seconds` (0: never) from now when that is earlier.
  [[nodiscard]] Clock::time_point within(double seconds) const {
    return seconds > 0 ? std::min(deadline_, after(seconds)) : deadline_;
  }

  // Names what the exchange is busy with, for the errors: "connecting".
  void begin(std::string stage) { stage_ = std::move(stage); }

  // Why over() is true.
  [[nodiscard]] Error ended() const {
    if (cancelled()) return {ErrorCode::kUnavailable, "cancelled while " + stage_, where_};
    return {ErrorCode::kUnavailable,
            "no answer within " + seconds_text(deadline_s_) + " s (the deadline passed while " +
                stage_ + "); check that the host is up, or raise the deadline",
            where_};
  }

  // The peer went silent for longer than is waited, though the deadline is not over.
  [[nodiscard]] Error silent(double seconds) const {
    return {ErrorCode::kUnavailable,
            "the peer was silent for " + seconds_text(seconds) + " s while " + stage_ +
                "; try again, or raise the limit",
            where_};
  }

  [[nodiscard]] Error failed(ErrorCode code, const std::string& why) const {
    return {code, "failed while " + stage_ + ": " + why, where_};
  }

  // Starts one operation and runs the loop until it is through, the exchange is over or `until` has
  // passed; then the socket is closed and the operation ends with its handler called, so that
  // nothing refers to the caller's frame any more.
  error_code run(tcp::socket& socket, Clock::time_point until,
                 const std::function<void(std::function<void(error_code)>)>& start) {
    std::optional<error_code> result;
    start([&result](error_code status) { result = status; });
    io_.restart();
    while (!result) {
      io_.run_one_for(kPollInterval);
      if (result || (!over() && Clock::now() < until)) continue;
      error_code ignored;
      socket.close(ignored);
      while (!result && io_.run_one() > 0) {
      }
      return asio::error::operation_aborted;
    }
    return *result;
  }

 private:
  [[nodiscard]] bool cancelled() const { return cancel_ && cancel_->load(); }

  static Clock::time_point after(double seconds) {
    return Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  asio::io_context io_{1};
  const std::atomic<bool>* cancel_;
  double deadline_s_;
  Clock::time_point deadline_;
  std::string where_;
  std::string stage_ = "starting";
};

// The machine to connect to: the peer or the proxy before it.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string what;  // "the host" or "the proxy 10.0.0.1:3128"
};

Result<Endpoints> resolve(const Target& target, Watch& watch) {
  watch.begin("looking up " + target.what);
  if (is_ip_address(target.host)) {
    return Endpoints{{asio::ip::make_address(target.host), target.port}};
  }
  auto lookup = std::make_shared<Lookup>();
  std::thread(look_up, lookup, target.host, std::to_string(target.port)).detach();
  while (true) {
    {
      const std::lock_guard lock(lookup->mutex);
      if (lookup->done && (lookup->status || lookup->endpoints.empty())) {
        return watch.failed(ErrorCode::kUnavailable,
                            lookup->status.message() + "; check the host's name and the network");
      }
      if (lookup->done) return std::move(lookup->endpoints);
    }
    if (watch.over()) return watch.ended();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Result<void> connect(const Target& target, tcp::socket& socket, Watch& watch) {
  auto found = resolve(target, watch);
  if (!found) return found.error();
  const Endpoints& endpoints = *found;
  watch.begin("connecting to " + target.what);
  error_code status = asio::error::host_unreachable;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const bool last = i + 1 == endpoints.size();
    const auto until = last ? watch.deadline() : Clock::now() + kConnectOneOfSeveralMax;
    error_code ignored;
    socket.close(ignored);
    status = watch.run(socket, until,
                       [&](const auto& done) { socket.async_connect(endpoints[i], done); });
    if (!status) return {};
    if (watch.over()) return watch.ended();
  }
  return watch.failed(ErrorCode::kUnavailable,
                      status.message() + "; check that the server runs and the port is right");
}

HttpReply head_of(const http::response_header<>& header) {
  HttpReply reply;
  reply.status = header.result_int();
  for (const auto& field : header) {
    reply.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return reply;
}

// What a failed read means; `written` is how the request went out.
Error read_error(const Watch& watch, const error_code& status, const error_code& written,
                 std::size_t body_bytes_max) {
  if (status == http::error::body_limit || status == http::error::header_limit) {
    const std::size_t limit =
        status == http::error::body_limit ? body_bytes_max : kReplyHeaderBytesMax;
    return watch.failed(ErrorCode::kRefused, "the reply is larger than " +
                                                 std::to_string(limit >> 10) +
                                                 " KiB; ask for fewer tokens or check the URL");
  }
  const bool cut = status == http::error::partial_message || status == http::error::end_of_stream;
  if (is_http_error(status) && !cut) {
    return watch.failed(ErrorCode::kInvalidArgument, "the peer does not speak HTTP here (" +
                                                         status.message() +
                                                         "); check the URL's scheme and port");
  }
  const error_code first = written ? written : status;
  return watch.failed(ErrorCode::kUnavailable,
                      "the connection was cut off (" + first.message() + "); try again");
}

using Message = http::request<http::string_body>;

// One exchange over a connected stream, plain or TLS.
template <class Stream>
class Conversation {
 public:
  Conversation(Stream& stream, tcp::socket& socket, Watch& watch, const HttpRequest& request)
      : stream_(stream), socket_(socket), watch_(watch), request_(request) {}

  Result<HttpReply> hold(Message& message) {
    watch_.begin("sending the request");
    // A peer may answer and close before it has read everything (413, 401): its answer is worth
    // more than the broken pipe, so a failed write is told only when there is nothing to read.
    written_ = watch_.run(socket_, watch_.deadline(), [&](const auto& done) {
      http::async_write(stream_, message, [done](error_code status, std::size_t) { done(status); });
    });
    if (watch_.over()) return watch_.ended();
    for (int i = 0; i < kInterimRepliesMax; ++i) {
      http::response_parser<http::string_body> parser;
      auto reply = read(parser);
      if (!reply || reply->status / 100 != 1) return reply;
    }
    return watch_.failed(ErrorCode::kInvalidArgument, "only interim replies (1xx) came");
  }

 private:
  using Parser = http::response_parser<http::string_body>;

  Result<HttpReply> read(Parser& parser) {
    watch_.begin("waiting for the reply");
    parser.header_limit(kReplyHeaderBytesMax);
    parser.body_limit(request_.on_body ? kStreamBodyBytesMax : kReplyBodyBytesMax);
    parser.eager(true);
    const auto header_by = watch_.within(request_.first_byte_s);
    const error_code status = watch_.run(socket_, header_by, [&](const auto& done) {
      http::async_read_header(stream_, buffer_, parser,
                              [done](error_code read, std::size_t) { done(read); });
    });
    if (status) return failure(status, header_by, request_.first_byte_s);
    HttpReply reply = head_of(parser.get());
    const bool hands_on = request_.on_body && reply.status == 200;
    if (reply.status / 100 == 1) return reply;
    watch_.begin("reading the reply");
    std::string& body = parser.get().body();
    while (true) {
      if (hands_on && !body.empty() && !request_.on_body(reply, body)) return reply;
      if (hands_on) body.clear();
      if (body.size() > kReplyBodyBytesMax) {
        return read_error(watch_, http::error::body_limit, written_, kReplyBodyBytesMax);
      }
      if (parser.is_done()) break;
      const auto piece_by = watch_.within(request_.idle_s);
      const error_code piece = watch_.run(socket_, piece_by, [&](const auto& done) {
        http::async_read_some(stream_, buffer_, parser,
                              [done](error_code read, std::size_t) { done(read); });
      });
      if (piece) return failure(piece, piece_by, request_.idle_s);
    }
    reply.body = std::move(body);
    return reply;
  }

  [[nodiscard]] Error failure(const error_code& status, Clock::time_point until,
                              double patience_s) {
    if (watch_.over()) return watch_.ended();
    if (Clock::now() >= until) return watch_.silent(patience_s);
    return read_error(watch_, status, written_,
                      request_.on_body ? kStreamBodyBytesMax : kReplyBodyBytesMax);
  }

  Stream& stream_;
  tcp::socket& socket_;
  Watch& watch_;
  const HttpRequest& request_;
  boost::beast::flat_buffer buffer_;
  error_code written_;
};

// Asks the proxy, over a connection to it, for one to the peer.
Result<void> open_tunnel(const Url& url, const Proxy& proxy, tcp::socket& socket, Watch& watch) {
  watch.begin("asking the proxy " + proxy.authority() + " for a tunnel");
  http::request<http::empty_body> ask(http::verb::connect, "", 11);
  const bool wide = url.host.find(':') != std::string::npos;
  const std::string peer =
      (wide ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
  ask.target(peer);
  ask.set(http::field::host, peer);
  ask.set(http::field::user_agent, "cherub");
  if (!proxy.authorization.empty()) {
    ask.set(http::field::proxy_authorization, proxy.authorization);
  }
  const error_code written = watch.run(socket, watch.deadline(), [&](const auto& done) {
    http::async_write(socket, ask, [done](error_code status, std::size_t) { done(status); });
  });
  if (watch.over()) return watch.ended();
  boost::beast::flat_buffer buffer;
  http::response_parser<http::empty_body> parser;
  parser.header_limit(kReplyHeaderBytesMax);
  parser.skip(true);
  const error_code status = watch.run(socket, watch.deadline(), [&](const auto& done) {
    http::async_read_header(socket, buffer, parser,
                            [done](error_code read, std::size_t) { done(read); });
  });
  if (status && watch.over()) return watch.ended();
  if (status) return read_error(watch, status, written, kReplyBodyBytesMax);
  const unsigned answer = parser.get().result_int();
  if (answer / 100 == 2) return {};
  return watch.failed(answer >= 500 ? ErrorCode::kUnavailable : ErrorCode::kRefused,
                      "it answers HTTP " + std::to_string(answer) +
                          (answer == 407 ? "; put user:password@ before the proxy's host"
                                         : "; ask who runs it, or put the host into NO_PROXY"));
}

Error handshake_error(const Watch& watch, const error_code& status, SSL* native) {
  const long verdict = SSL_get_verify_result(native);
  if (verdict != X509_V_OK) {
    return watch.failed(ErrorCode::kRefused,
                        std::string("the certificate is not trusted: ") +
                            X509_verify_cert_error_string(verdict) +
                            "; check the host name, or name the authority's file in SSL_CERT_FILE");
  }
  if (is_tls_error(status) && status != ssl::error::stream_truncated) {
    return watch.failed(ErrorCode::kInvalidArgument,
                        status.message() + "; check that the port speaks TLS, or use http");
  }
  return watch.failed(ErrorCode::kUnavailable,
                      "the connection was cut off (" + status.message() + "); try again");
}

Result<HttpReply> exchange_tls(const Url& url, tcp::socket& socket, Watch& watch,
                               const HttpRequest& request, Message& message) {
  watch.begin("securing the connection");
  ssl::context context(ssl::context::tls_client);
  error_code status;
  context.set_default_verify_paths(status);
  if (status) return watch.failed(ErrorCode::kRefused, "no certificate authorities can be read");
  context.set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  ssl::stream<tcp::socket&> stream(socket, context);
  SSL* const native = stream.native_handle();
  X509_VERIFY_PARAM* const rules = SSL_get0_param(native);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Server names are for names only (RFC 6066), addresses are checked against IP entries.
  const bool ready =
      is_ip_address(url.host)
          ? X509_VERIFY_PARAM_set1_ip_asc(rules, url.host.c_str()) == 1
          : X509_VERIFY_PARAM_set1_host(rules, url.host.c_str(), url.host.size()) == 1 &&
                SSL_ctrl(native, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                         const_cast<char*>(url.host.c_str())) == 1;
  if (!ready) return watch.failed(ErrorCode::kInternal, "OpenSSL refused the host name");
  status = watch.run(socket, watch.deadline(), [&](const auto& done) {
    stream.async_handshake(ssl::stream_base::client, done);
  });
  if (status && watch.over()) return watch.ended();
  if (status) return handshake_error(watch, status, native);
  return Conversation(stream, socket, watch, request).hold(message);
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

Result<Message> to_message(const HttpRequest& request, const Url& url) {
  Message message;
  message.version(11);
  const bool asks_proxy = request.proxy && url.scheme == "http";
  message.target(asks_proxy ? url.text() : url.target);
  if (asks_proxy && !request.proxy->authorization.empty()) {
    message.set(http::field::proxy_authorization, request.proxy->authorization);
  }
  message.set(http::field::host, url.authority());
  message.set(http::field::user_agent, "cherub");
  message.set(http::field::connection, "close");
  message.set(http::field::accept_encoding, "identity");
  if (!is_token(request.method) || request.method.size() > 16) {
    return Error{ErrorCode::kInvalidArgument, "the HTTP method is not a word", url.authority()};
  }
  message.method_string(request.method);
  for (const HttpHeader& header : request.headers) {
    if (is_token(header.name) && is_field_value(header.value)) {
      message.set(header.name, header.value);
      continue;
    }
    const std::string name = is_token(header.name) ? header.name : "a header";
    return Error{ErrorCode::kInvalidArgument,
                 name +
                     " has characters that no HTTP header may carry; remove line ends and "
                     "non-ASCII characters from it",
                 url.authority()};
  }
  message.body() = request.body;
  message.prepare_payload();
  return message;
}

Result<HttpReply> exchange_unguarded(const HttpRequest& request, const std::atomic<bool>* cancel) {
  auto url = parse_url(request.url);
  if (!url) return url.error();
  if (!(request.deadline_s > 0 && request.deadline_s <= kDeadlineMaxS)) {
    return Error{ErrorCode::kInvalidArgument, "the deadline must be above 0 and at most 3600 s",
                 url->authority()};
  }
  auto message = to_message(request, *url);
  if (!message) return message.error();

  Watch watch(request, cancel, url->authority());
  if (watch.over()) return watch.ended();
  tcp::socket socket(watch.io());
  Target target{url->host, url->port, "the host"};
  if (request.proxy) {
    target = {request.proxy->host, request.proxy->port, "the proxy " + request.proxy->authority()};
  }
  if (auto connected = connect(target, socket, watch); !connected) return connected.error();
  if (url->scheme == "http") return Conversation(socket, socket, watch, request).hold(*message);
  if (request.proxy) {
    auto tunnel = open_tunnel(*url, *request.proxy, socket, watch);
    if (!tunnel) return tunnel.error();
  }
  return exchange_tls(*url, socket, watch, request, *message);
}

}  // namespace

std::string_view HttpReply::header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (boost::beast::iequals(header.name, name)) return header.value;
  }
  return {};
}

Result<HttpReply> http_exchange(const HttpRequest& request, const std::atomic<bool>* cancel) {
  try {
    return exchange_unguarded(request, cancel);
  } catch (const std::exception& error) {
    // Boost's constructors throw when the process is out of descriptors, threads or memory.
    return Error{ErrorCode::kUnavailable,
                 std::string("the system refused: ") + error.what() + "; try again later", "HTTP"};
  }
}

}  // namespace cherub::abilities::angel
