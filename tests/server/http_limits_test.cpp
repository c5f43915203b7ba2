#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "fake_run.h"
#include "raw_server.h"
#include "tests/text.h"

// What clients may send and take their time for, over real sockets.
namespace cherub::server {

using cherub::testing::has;

namespace {

ServerLimits hasty() {
  ServerLimits limits;
  limits.idle_seconds = limits.header_seconds = limits.body_seconds = 1;
  return limits;
}

std::string post(std::size_t bytes, const std::string& more = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n" + more +
         "\r\n";
}

// A masked message of a client, of less than 64 KiB or not.
std::string message(std::size_t bytes) {
  std::string frame = "\x81";
  if (bytes < 65536) {
    frame += "\xfe";
  } else {
    frame += "\xff";
    frame.append(5, '\0');
    frame += static_cast<char>(bytes >> 16);
  }
  frame += static_cast<char>((bytes >> 8) & 0xff);
  frame += static_cast<char>(bytes & 0xff);
  return frame + std::string(4, '\0') + std::string(bytes, 'x');
}

}  // namespace

TEST_CASE("a header that drips is refused when its time is over, however it drips") {
  Server server(hasty());
  Client client(server.port);
  std::atomic<bool> done{false};
  std::thread drip([&] {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n");
    for (int i = 0; i < 100 && !done; ++i) {
      client.send("X-Drip: 1\r\n");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  const std::string told = client.read_until("\"field\":\"header\"");
  done = true;
  drip.join();
  CHECK(has(told, " 408 "));
  CHECK(has(told, "\"field\":\"header\""));
}

TEST_CASE("a body that does not come is refused, one that comes in time is taken") {
  Server server(hasty());
  Client slow(server.port);
  slow.send(post(100) + "not all");
  CHECK(has(slow.read_all(), " 408 "));
  Client good(server.port);
  good.send(post(3));
  good.send("all");
  CHECK(has(good.read_until("POST /? all"), " 200 "));
}

TEST_CASE("an idle connection is closed without a word, also behind an answer") {
  Server server(hasty());
  Client silent(server.port);
  CHECK(silent.read_all().empty());
  Client once(server.port);
  once.send(get("/x"));
  const std::string all = once.read_all();
  CHECK(has(all, " 200 "));
  CHECK_FALSE(has(all, " 408 "));
}

TEST_CASE("limits of header and body are as configured") {
  ServerLimits limits;
  limits.header_bytes = 1000;
  limits.body_bytes = 10;
  Server server(limits);
  const auto answer = [&](const std::string& text) {
    Client client(server.port);
    client.send(text);
    return client.read_until("}");
  };
  const auto header_of = [](std::size_t bytes) {
    const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ",
                      end = "\r\n\r\n";
    return start + std::string(bytes - start.size() - end.size(), 'x') + end;
  };
  CHECK(has(answer(header_of(990)), " 200 "));
  CHECK(has(answer(header_of(1100)), " 431 "));
  CHECK(has(answer(header_of(1100)), "1000 bytes"));
  CHECK(has(answer(post(10, "Connection: close\r\n") + std::string(10, 'x')), " 200 "));
  CHECK(has(answer(post(11)), " 413 "));
}

TEST_CASE("a client that asks before it sends is told to go on, or that it is too much") {
  Server server;
  Client client(server.port);
  client.send(post(3, "Expect: 100-continue\r\n"));
  CHECK(has(client.read_until("\r\n\r\n"), "100 Continue"));
  client.send("all");
  CHECK(has(client.read_until("POST /? all"), " 200 "));
  Client large(server.port);
  large.send(post(std::size_t{1} << 30, "Expect: 100-continue\r\n"));
  const std::string told = large.read_all();
  CHECK(has(told, " 413 "));
  CHECK_FALSE(has(told, "100 Continue"));
}

TEST_CASE("a message over WebSocket that is too long closes with 1009") {
  ServerLimits limits;
  limits.message_bytes = 1000;
  for (const std::size_t bytes : {std::size_t{1000}, std::size_t{1001}, std::size_t{70'000}}) {
    INFO(bytes);
    Server server(limits);
    Client client(server.port);
    client.send(get("/ws", kUpgrade));
    REQUIRE(has(client.read_until("\r\n\r\n"), " 101 "));
    client.send(message(bytes));
    const std::string answer = bytes > limits.message_bytes ? "\x03\xf1" : "heard";
    CHECK(has(client.read_until(answer), answer));
  }
}

TEST_CASE("a peer that answers no ping is given up") {
  Server server(hasty());
  Client client(server.port);
  client.send(get("/ws", kUpgrade));
  REQUIRE(has(client.read_until("\r\n\r\n"), " 101 "));
  const std::string all = client.read_all();
  CHECK(has(all, std::string("\x89\x00", 2)));  // it was asked
  CHECK(eventually([&] { return server.echo.left.load(); }));
}

TEST_CASE("a body of unknown length comes in chunks, and plainly to clients of HTTP/1.0") {
  Server server;
  Client client(server.port);
  client.send(get("/stream"));
  CHECK(has(client.read_until("\r\n\r\n"), "Transfer-Encoding: chunked"));
  server.echo.stream->add("first");
  CHECK(has(client.read_until("first"), "5\r\nfirst"));
  server.echo.stream->add("second", true);
  CHECK(has(client.read_all(), "6\r\nsecond\r\n0\r\n\r\n"));
  Client old(server.port);
  old.send("GET /stream HTTP/1.0\r\n\r\n");
  const std::string head = old.read_until("\r\n\r\n");
  CHECK_FALSE(has(head, "chunked"));
  server.echo.stream->add("plain", true);
  CHECK(has(old.read_all(), "\r\n\r\nplain"));
  Client glance(server.port);
  glance.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string nothing = glance.read_all();
  CHECK(nothing.substr(nothing.size() - 4) == "\r\n\r\n");
}

TEST_CASE("a stream is told when its client has gone, and tells its client when the server ends") {
  auto server = std::make_unique<Server>();
  std::shared_ptr<Pieces> first;
  {
    Client client(server->port);
    client.send(get("/stream"));
    REQUIRE(has(client.read_until("\r\n\r\n"), " 200 "));
    first = server->echo.stream;
  }
  CHECK(eventually([&] { return first->left.load(); }));
  Client client(server->port);
  client.send(get("/stream"));
  REQUIRE(has(client.read_until("\r\n\r\n"), " 200 "));
  std::thread end([&] { server.reset(); });
  CHECK(has(client.read_all(), "good-bye\r\n0\r\n\r\n"));
  end.join();
}

TEST_CASE("a request knows its client's address") {
  Server server;
  Client client(server.port);
  client.send(get("/peer", "Connection: close\r\n"));
  CHECK(has(client.read_all(), "\r\n\r\n127.0.0.1"));
}

}  // namespace cherub::server
