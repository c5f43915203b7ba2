#include "sandbox/vm_pool.h"

namespace cherub::sandbox {

VmPool::VmPool(VmOptions options, std::vector<HostFunction> functions, std::size_t idle_max)
    : options_(options), functions_(std::move(functions)), idle_max_(idle_max) {
  options_.reusable = true;
}

base::Result<VmPool::Lease> VmPool::acquire() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(idle_.back().release(), Return(this));
      idle_.pop_back();
      return lease;
    }
  }
  auto vm = Vm::create(options_);
  if (!vm.ok()) return vm.error();
  for (const HostFunction& function : functions_) {
    const auto defined = (*vm)->define(function);
    if (!defined.ok()) return defined.error();
  }
  (*vm)->keep();
  return Lease(vm->release(), Return(this));
}

std::size_t VmPool::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

void VmPool::Return::operator()(Vm* vm) const {
  pool_->take_back(std::unique_ptr<Vm>(vm));
}

void VmPool::take_back(std::unique_ptr<Vm> vm) {
  if (!vm->reset()) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < idle_max_) idle_.push_back(std::move(vm));
}

}  // namespace cherub::sandbox
