#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sandbox/value.h"

namespace cherub::sandbox {

// A function of the host that scripts may call. They see it under `name`: "scan", or "radar.scan"
// for a field of a table that cannot be changed.
//
// `arguments` says the type of each: "number", "string", "boolean", "table" or "any", with a "?"
// behind it where nil will do. A call with others ends as an error on the script's line.
//
// A call costs `fuel`, and `fuel_per_byte` for the bytes of strings and 16 for every table entry
// that cross the border, in and out. `call` gets as many values as there are arguments. Its error
// becomes an error of the script, and so does an exception. It must not use the Vm that calls it,
// and a run can be repeated only if its results can.
struct HostFunction {
  std::string name;
  std::vector<std::string> arguments;
  std::uint64_t fuel = 10;
  double fuel_per_byte = 0.0625;
  std::function<base::Result<Value>(std::span<const Value>)> call;
};

}  // namespace cherub::sandbox
