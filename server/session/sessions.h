#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "server/session/session.h"

namespace cherub::server::session {

// A plain name of at most 40 letters, digits, '-' and '_'.
bool is_session_id(std::string_view text);

// The sessions of a server by the names that clients gave them. Network thread only.
class Sessions {
 public:
  // `most`: at a time.
  Sessions(SessionTools tools, std::size_t most);

  // A new session, or one that has lost its client. `id`: "new" lets the server choose. Refused:
  // 400, no name; 409, its client is there; 503, too many.
  std::variant<View, HttpResponse> open(std::string_view id, const PacketWish& wish);

 private:
  [[nodiscard]] std::string free_name() const;

  const std::shared_ptr<const SessionTools> tools_;
  const std::size_t most_;
  std::map<std::string, std::shared_ptr<Session>, std::less<>> sessions_;
};

}  // namespace cherub::server::session
