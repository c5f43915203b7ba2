#include "server/net/wire.h"

namespace cherub::server::net {

std::string peer_address(Wire& wire) {
  error_code error;
  const tcp::endpoint peer = wire.next_layer().socket().remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

}  // namespace cherub::server::net
