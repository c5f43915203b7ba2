// A filter and a record, one on a line each: whatever they are, the filter is taken or refused with
// the path of what is wrong, and says the same of the same record every time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/base/json.h"
#include "server/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cherub;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = text.find('\n');
  const auto wish = base::parse_json(text.substr(0, newline));
  if (!wish.ok()) return 0;
  const auto filter = server::Filter::parse(*wish);
  if (!filter.ok()) {
    if (!filter.error().where.starts_with("filter")) std::abort();
    return 0;
  }
  if (newline == text.npos) return 0;
  const auto record = base::parse_json(text.substr(newline + 1));
  if (!record.ok()) return 0;
  const bool matched = filter->matches(*record);
  if (matched != filter->matches(*record)) std::abort();
  if (matched && !record->IsObject()) std::abort();
  return 0;
}
