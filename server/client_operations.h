#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json_schema.h"

namespace cherub::server {

// What a client of `/ws` may ask for: one row of the table that its messages are read by and that
// the AsyncAPI document is made from.
struct ClientOperation {
  std::string op;
  std::string summary;
  std::vector<base::SchemaMember> members;  // beside `op` and `ref`; others are refused
  std::string answer;                       // the name of its answer's shape
};

const std::vector<ClientOperation>& client_operations();
const ClientOperation* find_client_operation(std::string_view op);
// "subscribe, unsubscribe, key or command"
std::string client_operation_names();

}  // namespace cherub::server
