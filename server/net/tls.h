#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "engine/base/result.h"
#include "server/http_server.h"
#include "server/net/asio.h"

namespace cherub::server::net {

// TLS 1.2 and above by the certificate and key in these files. Errors name the file and say what is
// wrong with it: unreadable, not PEM, behind a passphrase, or of another certificate.
base::Result<std::unique_ptr<asio::ssl::context>> make_tls(const TlsFiles& files);

}  // namespace cherub::server::net
