#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "abilities/angel/retry.h"

namespace cherub::abilities::angel {

// What all calls of a process keep together; 0: no limit.
struct CallLimits {
  std::uint32_t requests_per_minute = 0;
  std::uint64_t tokens_per_minute = 0;  // in and out; reserved at most until a call is over
  std::uint32_t at_once = 8;
};

// The one door to all models: calls pass in the order in which they came, as the limits leave room
// for them. In no minute, wherever it begins, more passes than allowed; a call of more tokens than
// a minute has passes alone. Safe from any thread.
class CallGate {
 public:
  explicit CallGate(CallLimits limits) : limits_(limits) {}

  // A call's place; the destructor makes room. Must not outlive the gate.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept;
    Pass& operator=(Pass&&) = delete;
    ~Pass();
    explicit operator bool() const { return gate_ != nullptr; }
    // What the call really used counts from now on, instead of the most that it could.
    void settle(std::uint64_t tokens);

   private:
    friend class CallGate;
    Pass(CallGate& gate, std::uint64_t number) : gate_(&gate), number_(number) {}
    CallGate* gate_ = nullptr;
    std::uint64_t number_ = 0;
  };

  // Waits for room. An empty pass: cancelled, or `patience_s` is over.
  Pass enter(std::uint64_t tokens, double patience_s, const Pacing& pacing,
             const std::atomic<bool>* cancel);

 private:
  struct Passed {
    std::uint64_t number = 0;
    double at_s = 0;
    std::uint64_t tokens = 0;
  };

  bool may_pass(std::uint64_t tokens, double now_s);
  void leave();
  void give_up(std::uint64_t number);

  const CallLimits limits_;
  std::mutex mutex_;                 // guards all below
  std::deque<std::uint64_t> queue_;  // who waits, first come first
  std::deque<Passed> minute_;        // who passed in the last 60 s
  std::uint64_t next_ = 0;
  std::uint32_t inside_ = 0;
};

}  // namespace cherub::abilities::angel
