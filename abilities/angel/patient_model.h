#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "abilities/angel/call_gate.h"
#include "abilities/angel/circuit_breaker.h"
#include "abilities/angel/peer.h"

namespace cherub::abilities::angel {

// How a call goes, told while it goes.
struct ModelProgress {
  std::string provider, model, host;
  std::string state;          // asking streaming answered failed waiting
  std::uint32_t attempt = 1;  // of this provider
  std::uint64_t tokens = 0;   // of the reply so far, by estimate; of the whole reply at the end
  std::string message;        // of failed
};

// What a model shares with others, all of it optional and owned by someone who outlives it.
struct CallTools {
  Pacing pacing = real_pacing();
  CallGate* gate = nullptr;
  CircuitBreaker* breaker = nullptr;
  Ledger* ledger = nullptr;
  // From the calling thread. Every change of state, and each piece of a stream.
  std::function<void(const ModelProgress&)> on_progress;
};

// Asks a list of peers with patience: each attempt waits for its turn, reserves its price and has
// its deadline; what may help is tried again, and when it does not, the next peer is asked. A peer
// whose circuit is open is passed over. Safe from several threads, as far as the tools are.
class PatientModel final : public LanguageModel {
 public:
  // `peers`: at least one.
  PatientModel(std::vector<std::unique_ptr<Peer>> peers, CallTools tools);

  // What one attempt used, as it is in the ledger.
  struct Spent {
    std::string model;
    Tokens used;
    bool failed = false;
  };
  struct Call {
    base::Result<ModelReply> reply;
    std::vector<Spent> spent;
    bool refused_by_budget = false;
  };
  Call call(const ModelRequest& request, const std::atomic<bool>* cancel);

  base::Result<ModelReply> complete(const ModelRequest& request,
                                    const std::atomic<bool>* cancel) override {
    return call(request, cancel).reply;
  }

 private:
  class Attempt;
  base::Result<ModelReply> ask(Peer& peer, const ModelRequest& request,
                               const std::atomic<bool>* cancel, Call& call);

  std::vector<std::unique_ptr<Peer>> peers_;
  CallTools tools_;
};

// A LanguageModel of any kind as a peer: one attempt is one complete().
std::unique_ptr<Peer> make_peer_of_model(std::unique_ptr<LanguageModel> model,
                                         const ProviderConfig& config);

// The most that a call may use, for reservations.
Tokens most_tokens(const ModelRequest& request, std::uint32_t max_tokens);

}  // namespace cherub::abilities::angel
