// YAML from people: a scenario and a configuration are read or refused with a reason, whatever the
// bytes; a scenario that is taken holds what the world relies on.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "engine/scenario.h"
#include "server/config.h"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cherub;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > server::kConfigBytesMax) return 0;
  const auto config = server::read_config(
      text, "cherub.yaml", [](const std::string&) { return std::optional<std::string>(); });
  if (!config.ok()) demand(!config.error().message.empty());

  const auto scenario = engine::parse_scenario(text);
  if (!scenario.ok()) {
    demand(!scenario.error().message.empty());
    return 0;
  }
  demand(scenario->tick_rate > 0 && scenario->terrain.width > 0 && scenario->terrain.depth > 0);
  demand(!scenario->species.empty());
  return 0;
}
