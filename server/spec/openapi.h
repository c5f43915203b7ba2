#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/routing/route.h"

namespace cherub::server {

// The OpenAPI 3.1 document of the routes, in their order.
std::string openapi_json(const std::vector<Route>& routes);

// What both documents say of the program.
std::string info_json(std::string_view title, std::string_view description);

}  // namespace cherub::server
