#include "server/session/sessions.h"

#include <random>
#include <utility>

#include "engine/base/hash.h"

namespace cherub::server::session {
namespace {

constexpr std::size_t kIdBytesMax = 40;
constexpr std::string_view kNew = "new";

}  // namespace

bool is_session_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
             std::string_view::npos;
}

Sessions::Sessions(SessionTools tools, std::size_t most)
    : tools_(std::make_shared<const SessionTools>(std::move(tools))), most_(most) {}

std::string Sessions::free_name() const {
  std::random_device device;
  for (;;) {
    std::string name = "s-" + base::hex64((std::uint64_t{device()} << 32) | device());
    if (!sessions_.contains(name)) return name;
  }
}

std::variant<View, HttpResponse> Sessions::open(std::string_view id, const PacketWish& wish) {
  if (!is_session_id(id)) {
    return problem(400, "A session's name has at most 40 letters, digits, '-' and '_'.",
                   "session_id");
  }
  std::erase_if(sessions_, [](const auto& entry) { return entry.second->over(); });
  const std::string name = id == kNew ? free_name() : std::string(id);
  auto found = sessions_.find(name);
  if (found != sessions_.end() && found->second->has_client()) {
    return problem(409, "This session has its client already.", "session_id");
  }
  if (found == sessions_.end()) {
    if (sessions_.size() >= most_) {
      return problem(503, "There are as many sessions as this server holds; try again later.", "");
    }
    found = sessions_.emplace(name, std::make_shared<Session>(name, tools_)).first;
  }
  return found->second->join(wish);
}

}  // namespace cherub::server::session
