#include "server/http_server.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "fake_run.h"
#include "raw_server.h"
#include "tests/text.h"

namespace cherub::server {

using cherub::testing::has;

TEST_CASE("requests on one connection are answered in turn, also when sent at once") {
  Server server;
  Client client(server.port);
  client.send(get("/a?x=1") + get("/b", "Connection: close\r\n"));
  const std::string text = client.read_all();
  CHECK(has(text, "GET /a?x=1"));
  CHECK(has(text, "GET /b?"));
}

TEST_CASE("an answer may come from another thread, or be the late one") {
  Server server;
  Client client(server.port);
  client.send(get("/thread"));
  CHECK(has(client.read_until("/thread?"), "200"));
  client.send(get("/late"));
  CHECK(has(client.read_until("late"), "late"));
}

TEST_CASE("HEAD gives the length without the body") {
  Server server;
  Client client(server.port);
  client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string text = client.read_all();
  CHECK(has(text, "Content-Length: 11"));
  CHECK(text.substr(text.size() - 4) == "\r\n\r\n");
}

TEST_CASE("what is not HTTP gets 400, too much gets 413 or 431") {
  Server server;
  const auto answer = [&](const std::string& text) {
    Client client(server.port);
    client.send(text);
    return client.read_all();
  };
  CHECK(has(answer("nonsense\r\n\r\n"), " 400 "));
  CHECK(has(answer("GET http://x/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), " 400 "));
  CHECK(has(answer(get("/", "X: " + std::string(9000, 'x') + "\r\n")), " 431 "));
  CHECK(has(answer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"), " 413 "));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 17; ++i) chunked += chunk;
  CHECK(has(answer(chunked), " 413 "));
  CHECK(has(answer(get("/ok", "Connection: close\r\n")), " 200 "));
}

TEST_CASE("a body at the limit is taken") {
  Server server;
  Client client(server.port);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n" +
              std::string(1048576, 'x'));
  CHECK(has(client.read_all(), " 200 "));
}

TEST_CASE("one connection more than allowed is told so, and its place comes free again") {
  ServerLimits limits;
  limits.connections = 1;
  Server server(limits);
  {
    Client first(server.port);
    first.send(get("/"));
    REQUIRE(has(first.read_until("GET /?"), " 200 "));
    Client second(server.port);
    second.send(get("/"));
    const std::string told = second.read_all();
    CHECK(has(told, " 503 "));
    CHECK(has(told, "Retry-After: 5"));
  }
  CHECK(eventually([&] {
    Client third(server.port);
    third.send(get("/"));
    return has(third.read_until("GET /?"), " 200 ");
  }));
}

TEST_CASE("a native renderer names a view in a line and gets frames behind their length") {
  Server server;
  {
    Client client(server.frames_port);
    client.send("run/agents\r\n");
    CHECK(client.read_until("frame!") == std::string("\x06\0\0\0frame!", 10));
  }
  CHECK(eventually([&] { return server.echo.frames_closed.load(); }));
  Client refused(server.frames_port);
  refused.send("GET / HTTP/1.1\n");
  CHECK(refused.read_all() == "no such run\n");
  Client endless(server.frames_port);
  endless.send(std::string(600, 'x'));
  CHECK(endless.read_all().empty());
}

TEST_CASE("posts from several threads run on the server's, in the order of each") {
  Server server;
  std::vector<int> seen;
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i) {
        server.post([&, thread, i] {
          seen.push_back(thread * 1000 + i);
          ++done;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  REQUIRE(eventually([&] { return done == 300; }));
  std::stable_sort(seen.begin(), seen.end(), [](int a, int b) { return a / 1000 < b / 1000; });
  CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("a client that stalls is told 4008 when it reads again, and what it got is whole") {
  Server server;
  Client client(server.port);
  client.send(get("/ws", kUpgrade));
  REQUIRE(has(client.read_until("\r\n\r\n"), " 101 "));
  const auto outbox = server.echo.outbox;
  const auto record = std::make_shared<const std::string>(std::string(60'000, 'x'));
  // Until the system's buffers are full, and then ours.
  REQUIRE(eventually([&] {
    for (int i = 0; i < 10; ++i) outbox->push_record(record);
    return outbox->closing().has_value();
  }));
  const std::string all = client.read_all();
  const std::size_t frames_at = all.find("\r\n\r\n") + 4;
  std::size_t at = frames_at;
  while (at + 4 + record->size() <= all.size() && all[at] == '\x81') at += 4 + record->size();
  CHECK(at > frames_at);
  CHECK(all.substr(at, 1) == "\x88");
  CHECK(all.substr(at + 2, 2) == "\x0f\xa8");  // 4008
}

TEST_CASE("a WebSocket is refused or taken, gets its messages and a reason at the end") {
  auto server = std::make_unique<Server>();
  Client refused(server->port);
  refused.send(get("/elsewhere", kUpgrade));
  CHECK(has(refused.read_until("\"no\""), " 404 "));
  Client taken(server->port);
  taken.send(get("/ws", kUpgrade));
  CHECK(has(taken.read_until("\r\n\r\n"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  server->echo.outbox->push_record(std::make_shared<const std::string>("a word"));
  CHECK(has(taken.read_until("a word"),
            "\x81\x06"
            "a word"));
  std::thread end([&] { server.reset(); });
  CHECK(has(taken.read_all(), "shutting down"));
  end.join();
}

}  // namespace cherub::server
