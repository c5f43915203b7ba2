#include "cherub_client.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <string_view>
#include <thread>

namespace cherub::client {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr std::uint64_t kAnswerBytesMax = std::uint64_t{64} << 20;
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{2000};
constexpr const char* kAgent = "cherub-client";

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError() || !document.IsObject()) {
    throw Problem(0, "the answer is no JSON object", "");
  }
  return document;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

std::string json_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

[[noreturn]] void refuse(unsigned status, const std::string& body) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject()) throw Problem(status, body, "");
  throw Problem(status, text_of(document, "detail"), text_of(document, "field"));
}

tcp::socket connect(boost::asio::io_context& io, const Address& address) {
  tcp::resolver resolver(io);
  tcp::socket socket(io);
  boost::asio::connect(socket, resolver.resolve(address.host, address.port));
  return socket;
}

bool is_last(std::string_view type) {
  return type == "done" || type == "terminated" || type == "error";
}

std::string subscription(const std::string& run_id, const Place& from) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const std::string channel = "progress/" + run_id;
  writer.StartObject();
  writer.Key("op");
  writer.String("subscribe");
  writer.Key("ch");
  writer.String(channel.c_str());
  writer.Key("history");
  writer.String("all");
  if (!from.epoch.empty()) {
    writer.Key("epoch");
    writer.String(from.epoch.c_str());
    writer.Key("after");
    writer.Uint64(from.seq);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

// Takes one line of /ws; false: nothing more is wanted.
bool take_line(const std::string& line, Place& place,
               const std::function<bool(const Record&)>& on_record) {
  const rapidjson::Document told = parse(line);
  const std::string op = text_of(told, "op");
  if (op == "error") throw Problem(404, text_of(told, "detail"), text_of(told, "field"));
  if (op == "subscribed") {
    // Numbers begin anew in another epoch.
    const std::string epoch = text_of(told, "epoch");
    if (epoch != place.epoch) place = {epoch, 0};
  }
  const auto seq = told.FindMember("seq");
  if (!op.empty() || seq == told.MemberEnd() || !seq->value.IsUint64()) return true;
  // Where not all is kept that came since, what is kept comes from its beginning.
  if (seq->value.GetUint64() <= place.seq) return true;
  place.seq = seq->value.GetUint64();
  const Record record{place.seq, place.epoch, text_of(told, "type"), json_of(told["data"])};
  return on_record(record) && !is_last(record.type);
}

}  // namespace

std::string Client::ask(const Asked& asked) const {
  try {
    boost::asio::io_context io;
    tcp::socket socket = connect(io, address_);
    http::request<http::string_body> request(http::string_to_verb(asked.method), asked.path, 11);
    request.set(http::field::host, address_.host + ":" + address_.port);
    request.set(http::field::user_agent, kAgent);
    if (!address_.token.empty()) {
      request.set(http::field::authorization, "Bearer " + address_.token);
    }
    for (const auto& [name, value] : asked.headers) request.set(name, value);
    request.body() = asked.body;
    request.keep_alive(false);
    request.prepare_payload();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kAnswerBytesMax);
    http::read(socket, buffer, parser);
    if (parser.get().result_int() >= 400) {
      refuse(parser.get().result_int(), parser.get().body());
    }
    return parser.get().body();
  } catch (const boost::system::system_error& error) {
    throw Problem(0, error.what(), "");
  }
}

std::string Client::start(const std::string& body, const std::string& idempotency_key) const {
  Asked asked{"POST", "/run", body, {{"Content-Type", "application/json"}}};
  if (!idempotency_key.empty()) asked.headers.emplace_back("Idempotency-Key", idempotency_key);
  return text_of(parse(ask(asked)), "run_id");
}

std::string Client::run_json(const std::string& run_id) const {
  return ask({"GET", "/run/" + run_id, {}, {}});
}

Code Client::code(const std::string& run_id) const {
  const rapidjson::Document told = parse(ask({"GET", "/code/" + run_id, {}, {}}));
  return {text_of(told, "code"), text_of(told, "sha256")};
}

std::string Client::put_script(const std::string& run_id, const std::string& slot,
                               const std::string& source, const std::string& only_if) const {
  Asked asked{"PUT", "/run/" + run_id + "/scripts/" + slot, source, {}};
  asked.headers.emplace_back("Content-Type", "text/x-lua");
  if (!only_if.empty()) asked.headers.emplace_back("If-Match", "\"" + only_if + "\"");
  return text_of(parse(ask(asked)), "sha256");
}

void Client::end(const std::string& run_id) const {
  (void)ask({"DELETE", "/run/" + run_id, {}, {}});
}

bool Client::follow_once(const std::string& run_id, Place& place,
                         const std::function<bool(const Record&)>& on_record) const {
  boost::asio::io_context io;
  beast::websocket::stream<tcp::socket> ws(connect(io, address_));
  ws.read_message_max(0);  // the server bounds its messages
  ws.set_option(
      beast::websocket::stream_base::decorator([this](beast::websocket::request_type& request) {
        request.set(http::field::user_agent, kAgent);
        if (!address_.token.empty()) {
          request.set(http::field::authorization, "Bearer " + address_.token);
        }
      }));
  ws.handshake(address_.host + ":" + address_.port, "/ws");
  ws.text(true);
  ws.write(boost::asio::buffer(subscription(run_id, place)));
  for (;;) {
    beast::flat_buffer buffer;
    ws.read(buffer);
    const std::string message = beast::buffers_to_string(buffer.data());
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t end = std::min(message.find('\n', at), message.size());
      if (!take_line(message.substr(at, end - at), place, on_record)) return false;
      at = end + 1;
    }
  }
}

void Client::follow(const std::string& run_id, Place from,
                    const std::function<bool(const Record&)>& on_record, int tries) const {
  auto pause = kFirstPause;
  for (int failures = 0; failures < tries; ++failures) {
    const std::uint64_t before = from.seq;
    const std::string epoch = from.epoch;
    std::string why;
    try {
      if (!follow_once(run_id, from, on_record)) return;
    } catch (const boost::system::system_error& error) {
      why = error.what();
    }
    if (failures + 1 == tries) throw Problem(0, why, "");
    if (from.seq != before || from.epoch != epoch) {
      failures = -1;
      pause = kFirstPause;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace cherub::client
