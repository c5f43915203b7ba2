#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "sandbox/vm.h"

namespace cherub::sandbox {

// Keeps Vms for the next script, because making one takes longer than loading and running most
// scripts. A Vm that comes back is reset to what it was at first, byte by byte: what the next
// script sees and pays is what it would in a new one. A Vm that met its memory limit or the
// watchdog is not kept. Safe to use from several threads; a lease belongs to one at a time and must
// not outlive its pool.
class VmPool {
 public:
  explicit VmPool(VmOptions options, std::vector<HostFunction> functions = {},
                  std::size_t idle_max = 8);

  class Return {
   public:
    explicit Return(VmPool* pool = nullptr) : pool_(pool) {}
    void operator()(Vm* vm) const;

   private:
    VmPool* pool_;
  };
  using Lease = std::unique_ptr<Vm, Return>;

  base::Result<Lease> acquire();
  [[nodiscard]] std::size_t idle() const;

 private:
  void take_back(std::unique_ptr<Vm> vm);

  VmOptions options_;
  const std::vector<HostFunction> functions_;
  const std::size_t idle_max_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Vm>> idle_;
};

}  // namespace cherub::sandbox
