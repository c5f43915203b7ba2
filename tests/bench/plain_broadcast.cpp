// What the hub is compared with: Beast as its examples use it, one write per record and client. On
// every message of a client that asks for a burst, 128 records of 512 bytes go to all clients.
// Prints its port.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdio>
#include <deque>
#include <memory>
#include <set>
#include <string>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr int kBurst = 128;
constexpr std::size_t kRecordBytes = 512;

class Session;
using Sessions = std::set<std::shared_ptr<Session>>;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Sessions& all) : ws_(std::move(socket)), all_(all) {}

  void start() {
    ws_.async_accept([self = shared_from_this()](error_code error) {
      if (error) return;
      self->all_.insert(self);
      self->read();
    });
  }
  void send(const std::shared_ptr<const std::string>& text) {
    waiting_.push_back(text);
    if (waiting_.size() == 1) write();
  }

 private:
  void read() {
    ws_.async_read(buffer_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) {
        self->all_.erase(self);
        return;
      }
      const std::string text = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.consume(self->buffer_.size());
      self->hear(text);
      self->read();
    });
  }
  void hear(const std::string& text) {
    if (text.find("burst") == std::string::npos) {
      send(std::make_shared<const std::string>(R"({"op":"subscribed","about":{}})"));
      return;
    }
    for (int i = 0; i < kBurst; ++i) {
      const auto record = std::make_shared<const std::string>(kRecordBytes, 'x');
      for (const auto& session : all_) session->send(record);
    }
  }
  void write() {
    ws_.text(true);
    ws_.async_write(asio::buffer(*waiting_.front()),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      self->waiting_.pop_front();
                      if (!error && !self->waiting_.empty()) self->write();
                    });
  }

  websocket::stream<beast::tcp_stream> ws_;
  Sessions& all_;
  beast::flat_buffer buffer_;
  std::deque<std::shared_ptr<const std::string>> waiting_;
};

void accept(tcp::acceptor& acceptor, Sessions& all) {
  acceptor.async_accept([&](error_code error, tcp::socket socket) {
    if (error) return;
    socket.set_option(tcp::no_delay(true));
    std::make_shared<Session>(std::move(socket), all)->start();
    accept(acceptor, all);
  });
}

}  // namespace

int main() {
  asio::io_context io(1);
  Sessions all;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  accept(acceptor, all);
  io.run();
}
