// What the server says of itself holds together; that it is true, tests/system/test_spec.py sees.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "engine/base/json.h"
#include "server/api.h"
#include "server/client_operations.h"
#include "server/spec/asyncapi.h"
#include "server/spec/openapi.h"
#include "server/spec/record_types.h"

namespace cherub::server {
namespace {

// The documents of an Api that runs nothing.
struct Documents {
  Documents() {
    RegistryLimits limits;
    limits.running = 0;
    RunRegistry registry(nullptr, limits, {});
    const Api api({}, registry, StaticFiles());
    openapi = openapi_json(api.router().routes());
    asyncapi = asyncapi_json(api.router().routes());
  }
  std::string openapi, asyncapi;
};

// Looks at every object of a document.
void visit(const rapidjson::Value& value,
           const std::function<void(const rapidjson::Value&)>& look) {
  if (value.IsArray()) {
    for (const auto& item : value.GetArray()) visit(item, look);
  } else if (value.IsObject()) {
    look(value);
    for (const auto& member : value.GetObject()) visit(member.value, look);
  }
}

const rapidjson::Value* at(const rapidjson::Value& root, std::string_view pointer) {
  const rapidjson::Value* value = &root;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string part(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(part.size());
    if (!value->IsObject() || !value->HasMember(part.c_str())) return nullptr;
    value = &(*value)[part.c_str()];
  }
  return value;
}

}  // namespace

TEST_CASE("documents are JSON, name no member twice, and what they refer to is there") {
  const Documents documents;
  for (const std::string& text : {documents.openapi, documents.asyncapi}) {
    const auto document = base::parse_json(text);
    REQUIRE(document.ok());
    int references = 0;
    visit(*document, [&](const rapidjson::Value& object) {
      std::set<std::string> names;
      for (const auto& member : object.GetObject()) {
        INFO(member.name.GetString());
        CHECK(names.insert(member.name.GetString()).second);
      }
      const auto reference = object.FindMember("$ref");
      if (reference == object.MemberEnd()) return;
      const std::string to = reference->value.GetString();
      INFO(to);
      REQUIRE(to.starts_with("#"));
      CHECK(at(*document, to.substr(1)) != nullptr);
      ++references;
    });
    CHECK(references > 50);
  }
}

TEST_CASE("every route has an operation that tells its answers") {
  const Documents documents;
  const auto document = base::parse_json(documents.openapi);
  RegistryLimits limits;
  limits.running = 0;
  RunRegistry registry(nullptr, limits, {});
  const Api api({}, registry, StaticFiles());
  const std::map<std::string, std::string> members = {
      {"GET", "get"}, {"POST", "post"}, {"PUT", "put"}, {"DELETE", "delete"}};
  for (const Route& route : api.router().routes()) {
    INFO(route.method << " " << route.path);
    CHECK_FALSE(route.summary.empty());
    CHECK_FALSE(route.answers.empty());
    CHECK((static_cast<bool>(route.handle) != static_cast<bool>(route.open)));
    const auto& paths = (*document)["paths"];
    REQUIRE(paths.HasMember(route.path.c_str()));
    const auto& operations = paths[route.path.c_str()];
    REQUIRE(operations.HasMember(members.at(route.method).c_str()));
    const auto& operation = operations[members.at(route.method).c_str()];
    CHECK(operation["operationId"] == route.id.c_str());
    for (const Answer& answer : route.answers) {
      CHECK(operation["responses"].HasMember(std::to_string(answer.status).c_str()));
    }
    // Nothing that changes anything may be asked for by a page of another origin.
    CHECK((route.method == "GET" || route.guard == Guard::kChanging));
    CHECK((!route.open || route.guard == Guard::kChanging));
  }
}

TEST_CASE("records are ranked by their table") {
  CHECK(is_key_record("best"));
  CHECK(is_key_record("done"));
  CHECK_FALSE(is_key_record("step"));
  CHECK_FALSE(is_key_record("no such type"));
  CHECK(is_last_record("error"));
  CHECK_FALSE(is_last_record("best"));
  std::set<std::string> names;
  for (const RecordType& type : record_types()) {
    INFO(type.type);
    CHECK(names.insert(type.type).second);
    CHECK(base::parse_json(type.data.json()).ok());
  }
}

TEST_CASE("clients' operations are listed in words") {
  CHECK(client_operation_names() == "subscribe, unsubscribe, key or command");
  CHECK(find_client_operation("subscribe") != nullptr);
  CHECK(find_client_operation("") == nullptr);
}

}  // namespace cherub::server
