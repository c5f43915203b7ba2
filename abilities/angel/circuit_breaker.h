#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace cherub::abilities::angel {

struct BreakerRules {
  std::uint32_t failures = 5;  // in window_s, without a success between them, open the circuit
  double window_s = 60;
  double open_s = 15;       // until a probe is let through; doubles with each failed one …
  double open_max_s = 240;  // … up to here
};

// Keeps calls away from peers that are down: after some failures a peer is left alone for a while,
// then one call probes it while the others still stay away. Peers are told apart by name. Times are
// given, in seconds of a clock that only goes forward. Safe from any thread.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(BreakerRules rules = {}) : rules_(rules) {}

  // Whether a call may go out; who gets a yes must report how it went. Otherwise the seconds until
  // the next probe.
  struct Verdict {
    bool allowed = true;
    double wait_s = 0;
  };
  Verdict ask(const std::string& peer, double now_s);

  void succeeded(const std::string& peer);
  void failed(const std::string& peer, double now_s);
  // It says nothing about the peer: cancelled, or never sent.
  void abandoned(const std::string& peer);

 private:
  struct Peer {
    std::deque<double> failures;
    std::optional<double> open_until_s;
    double open_s = 0;
    bool probing = false;
  };

  const BreakerRules rules_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, Peer> peers_;
};

}  // namespace cherub::abilities::angel
