// Runs somebody's Lua: loads it, lets it call one function of the host, calls one of its functions.
#include <cstdio>

#include "sandbox/vm.h"

using namespace cherub;
using sandbox::Outcome;
using sandbox::Value;

int main() {
  auto vm = sandbox::Vm::create({.memory_bytes = 16u << 20});
  if (!vm.ok()) return 1;

  const auto price = [](std::span<const Value> arguments) -> base::Result<Value> {
    const auto& item = std::get<std::string>(arguments[0].data);
    if (item == "lamp") return Value{12.5};
    return base::Error{base::ErrorCode::kNotFound, "nobody sells '" + item + "'", "shop"};
  };
  if (!(*vm)->define({"shop.price", {"string"}, /*fuel=*/50, /*per byte=*/0.1, price}).ok())
    return 1;

  const auto loaded = (*vm)->load("order", R"(
    local order = {}
    function order.total(items)
      local sum = 0
      for _, item in ipairs(items) do sum = sum + shop.price(item) end
      return {sum = sum, count = #items}
    end
    return order)");
  if (!loaded.script) return 1;
  if ((*vm)->start(*loaded.script, {}, {.fuel = 10'000}).kind != sandbox::OutcomeKind::kOk)
    return 1;

  for (const char* json : {R"(["lamp", "lamp"])", R"(["lamp", "moon"])"}) {
    const Value items = *sandbox::value_from_json(json);
    const Outcome outcome = (*vm)->call(*loaded.script, "total", {&items, 1}, {.fuel = 10'000});
    const bool ok = outcome.kind == sandbox::OutcomeKind::kOk;
    std::printf("%s: %s (%llu units of fuel)\n", sandbox::outcome_name(outcome.kind),
                ok ? sandbox::to_json(outcome.result).c_str() : outcome.message.c_str(),
                static_cast<unsigned long long>(outcome.fuel_used));
  }
}
