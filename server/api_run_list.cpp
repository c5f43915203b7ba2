#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "engine/base/json.h"
#include "server/api.h"

// GET /run: runs of this process and of the runs folder, in pages.
namespace cherub::server {
namespace {

// Folders that are looked into for one page, however few of their runs are wanted.
constexpr std::size_t kRunsScannedMax = 1000;

std::string run_row(std::string_view id, std::string_view state, std::string_view request_json,
                    std::string_view results_json, std::size_t position) {
  base::JsonObject row;
  row.add("run_id", id)
      .add("state", state)
      .raw("request", request_json)
      .raw("results", results_json);
  if (position > 0) row.add("position", position);
  return row.text();
}

// The states in "queued,running"; nothing when one of them is none.
std::optional<std::set<std::string, std::less<>>> states_in(std::string_view text) {
  const std::vector<std::string> known = run_state_names();
  std::set<std::string, std::less<>> states;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string name(text.substr(0, comma));
    if (std::find(known.begin(), known.end(), name) == known.end()) return std::nullopt;
    states.insert(name);
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  return states;
}

}  // namespace

HttpResponse Api::list_runs(const Call& call) const {
  const auto states = states_in(call.arguments.text("state"));
  if (!states) {
    std::string names;
    for (const std::string& name : run_state_names()) names += (names.empty() ? "" : ", ") + name;
    return problem(400, "A state is one of " + names + "; several with commas between.", "state");
  }
  const auto limit = static_cast<std::size_t>(*call.arguments.whole("limit"));
  const std::string_view before = call.arguments.text("before");
  std::set<std::string, std::greater<>> ids;
  for (const auto& run : registry_.list()) ids.insert(run->id());
  for (std::string& id : stored_.ids()) ids.insert(std::move(id));
  if (!before.empty()) ids.erase(ids.begin(), ids.upper_bound(std::string(before)));
  base::JsonArray rows;
  std::size_t count = 0, scanned = 0;
  auto id = ids.begin();
  for (; id != ids.end() && count < limit && scanned < kRunsScannedMax; ++id, ++scanned) {
    const auto wanted = [&](std::string_view state) {
      return states->empty() || states->find(state) != states->end();
    };
    if (const auto run = registry_.find(*id)) {
      const char* const state = run_state_name(run->state());
      if (!wanted(state)) continue;
      rows.raw(run_row(*id, state, abilities::run_request_to_json(run->request()),
                       run->summary_json(), registry_.position(*run)));
      ++count;
    } else if (const auto stored = stored_.find_row(*id); stored && wanted(stored->state)) {
      rows.raw(run_row(*id, stored->state, stored->request_json, stored->summary_json, 0));
      ++count;
    }
  }
  const std::string next = id == ids.end() ? "null" : base::json_string(*std::prev(id));
  return json_response(200, base::JsonObject().raw("runs", rows.text()).raw("next", next).text());
}

}  // namespace cherub::server
