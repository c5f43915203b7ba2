#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// A client of a Cherub server over Boost.Beast and RapidJSON. It shares nothing with the engine, so
// that its two files can be copied into other projects. One thread; each call blocks.
namespace cherub::client {

// What the server refused. status 0: it could not be reached, or its answer could not be read.
class Problem final : public std::runtime_error {
 public:
  Problem(unsigned status, const std::string& detail, std::string field)
      : std::runtime_error(detail), status_(status), field_(std::move(field)) {}
  [[nodiscard]] unsigned status() const { return status_; }
  // The part of the request at fault; may be empty.
  [[nodiscard]] const std::string& field() const { return field_; }

 private:
  unsigned status_;
  std::string field_;
};

struct Address {
  std::string host = "127.0.0.1";
  std::string port = "8088";
  std::string token;  // empty: the server asks for none
};

struct Code {
  std::string source, sha256;
};

struct Record {
  std::uint64_t seq = 0;  // without gaps within the epoch
  std::string epoch, type;
  std::string data;  // one JSON object, docs/PROTOCOL.md
};

// Where a follower goes on: behind this number of this epoch. The default: from the beginning.
struct Place {
  std::string epoch;
  std::uint64_t seq = 0;
};

class Client {
 public:
  explicit Client(Address address) : address_(std::move(address)) {}

  // `body`: JSON as POST /run takes it. With a key, asking again, because no answer came, does not
  // start another run. Gives the run's id.
  std::string start(const std::string& body, const std::string& idempotency_key = {}) const;
  [[nodiscard]] std::string run_json(const std::string& run_id) const;
  [[nodiscard]] Code code(const std::string& run_id) const;
  // Hot reload; gives the version's sha256. `only_if`: the sha256 that may be replaced, or empty.
  std::string put_script(const std::string& run_id, const std::string& slot,
                         const std::string& source, const std::string& only_if = {}) const;
  void end(const std::string& run_id) const;

  // Tells the records of a run, in order and each once, until `on_record` gives false or the run's
  // last record was told. Where the connection breaks, goes on behind what has come; gives up, with
  // status 0, after as many tries in a row without one record.
  void follow(const std::string& run_id, Place from,
              const std::function<bool(const Record&)>& on_record, int tries = 20) const;

 private:
  struct Asked {
    std::string method, path, body;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  // The body of an answer below 400; others are Problems.
  [[nodiscard]] std::string ask(const Asked& asked) const;
  // One connection; false: what was wanted has come.
  bool follow_once(const std::string& run_id, Place& place,
                   const std::function<bool(const Record&)>& on_record) const;

  const Address address_;
};

}  // namespace cherub::client
