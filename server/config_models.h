#pragma once

#include <string>

#include "engine/base/result.h"
#include "server/config.h"

namespace YAML {
class Node;
}

namespace cherub::server {

// The two parts of a configuration that are more than one value. Errors name file, line and field.
//   providers: [{name, provider, base_url, model, key_variable, temperature, max_tokens,
//                deadline_seconds, first_byte_seconds, idle_seconds, retries, stream}, …]
base::Result<void> read_providers(Config& config, const YAML::Node& node, const std::string& file);
//   prices: {currency: USD, MODEL: {in: 2.5, out: 10}, …}, units of the currency per million tokens
base::Result<void> read_prices(Config& config, const YAML::Node& node, const std::string& file);

}  // namespace cherub::server
