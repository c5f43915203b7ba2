#pragma once

#include "engine/base/result.h"
#include "sandbox/host_function.h"
#include "sandbox/vm.h"

namespace cherub::sandbox {

// Makes a function of the host known to the scripts that are loaded from now on.
base::Result<void> define_host_function(Vm::State& state, HostFunction function);

}  // namespace cherub::sandbox
