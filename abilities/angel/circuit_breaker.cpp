#include "abilities/angel/circuit_breaker.h"

#include <algorithm>

namespace cherub::abilities::angel {

CircuitBreaker::Verdict CircuitBreaker::ask(const std::string& name, double now_s) {
  const std::lock_guard lock(mutex_);
  Peer& peer = peers_[name];
  if (!peer.open_until_s) return {};
  if (peer.probing) return {false, peer.open_s};
  if (now_s < *peer.open_until_s) return {false, *peer.open_until_s - now_s};
  peer.probing = true;
  return {};
}

void CircuitBreaker::succeeded(const std::string& name) {
  const std::lock_guard lock(mutex_);
  peers_[name] = {};
}

void CircuitBreaker::failed(const std::string& name, double now_s) {
  const std::lock_guard lock(mutex_);
  Peer& peer = peers_[name];
  peer.failures.push_back(now_s);
  while (peer.failures.front() < now_s - rules_.window_s) peer.failures.pop_front();
  const bool probe_failed = peer.probing;
  peer.probing = false;
  if (!probe_failed && peer.failures.size() < rules_.failures) return;
  // Calls that were under way when the circuit opened add nothing.
  if (peer.open_until_s && !probe_failed) return;
  peer.open_s = probe_failed ? std::min(2 * peer.open_s, rules_.open_max_s) : rules_.open_s;
  peer.open_until_s = now_s + peer.open_s;
}

void CircuitBreaker::abandoned(const std::string& name) {
  const std::lock_guard lock(mutex_);
  peers_[name].probing = false;
}

}  // namespace cherub::abilities::angel
