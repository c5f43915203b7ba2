#pragma once

#include <string>
#include <vector>

#include "server/routing/route.h"

namespace cherub::server {

// The AsyncAPI 3.0 document of those routes that open WebSockets.
std::string asyncapi_json(const std::vector<Route>& routes);

}  // namespace cherub::server
