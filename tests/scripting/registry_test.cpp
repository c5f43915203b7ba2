#include "scripting/registry.h"

#include <catch2/catch.hpp>

#include "engine/base/sha256.h"

using cherub::scripting::ScriptRegistry;

TEST_CASE("A source is named by its hash and kept once", "[registry]") {
  ScriptRegistry registry;
  const auto first = registry.add("return {}");
  CHECK(first->sha256 == cherub::base::sha256_hex("return {}"));
  CHECK(first->source == "return {}");
  CHECK(registry.add("return {}") == first);
  CHECK(registry.find(first->sha256) == first);
  CHECK(registry.add("return {} ") != first);
}

TEST_CASE("An unknown hash is not found", "[registry]") {
  const ScriptRegistry registry;
  CHECK(registry.find("no such hash") == nullptr);
}
