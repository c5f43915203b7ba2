#pragma once

#include <string>
#include <vector>

#include "server/routing/route.h"

namespace cherub::server {

// The OpenAPI 3.1 document of the routes, in their order.
std::string openapi_json(const std::vector<Route>& routes);

}  // namespace cherub::server
