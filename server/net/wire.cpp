#include "server/net/wire.h"

#include <array>
#include <boost/asio/ssl/stream.hpp>

namespace cherub::server::net {

struct Wire::Tls {
  Tls(tcp::socket socket, asio::ssl::context& context) : stream(std::move(socket), context) {}
  asio::ssl::stream<Plain> stream;
  std::array<char, 16 * 1024> record{};  // as long as one may be
};

Wire::Wire(tcp::socket socket) : plain_(std::make_unique<Plain>(std::move(socket))) {}

Wire::Wire(tcp::socket socket, asio::ssl::context& context)
    : tls_(std::make_unique<Tls>(std::move(socket), context)) {}

Wire::Wire(Wire&& other) noexcept = default;
Wire::~Wire() = default;

Wire::next_layer_type& Wire::next_layer() noexcept {
  return tls_ ? tls_->stream.next_layer() : *plain_;
}

const Wire::next_layer_type& Wire::next_layer() const noexcept {
  return tls_ ? tls_->stream.next_layer() : *plain_;
}

void Wire::async_handshake(Completion done) {
  tls_->stream.async_handshake(
      asio::ssl::stream_base::server,
      [done = std::move(done)](error_code error) mutable { done(error, 0); });
}

asio::mutable_buffer Wire::record_room() {
  return asio::buffer(tls_->record);
}

void Wire::read_tls(asio::mutable_buffer buffer, Completion done) {
  tls_->stream.async_read_some(buffer, std::move(done));
}

void Wire::write_tls(std::size_t bytes, Completion done) {
  tls_->stream.async_write_some(asio::const_buffer(tls_->record.data(), bytes), std::move(done));
}

void Wire::shut_down_tls(Completion done) {
  tls_->stream.async_shutdown(
      [done = std::move(done)](error_code error) mutable { done(error, 0); });
}

std::string peer_address(Wire& wire) {
  error_code error;
  const tcp::endpoint peer = wire.next_layer().socket().remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

}  // namespace cherub::server::net
