#include "server/config.h"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "server/run_defaults.h"

namespace cherub::server {
namespace {

Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

std::string error_text(std::string_view yaml, std::map<std::string, std::string> values = {}) {
  const auto config = read_config(yaml, "garden.yaml", environment(std::move(values)));
  return config.ok() ? "" : config.error().text();
}

}  // namespace

TEST_CASE("an empty file leaves the defaults") {
  const auto config = read_config("", "garden.yaml", environment({}));
  REQUIRE(config.ok());
  CHECK(config->port == 8088);
  CHECK(config->host == "127.0.0.1");
  CHECK(config->provider.empty());
}

TEST_CASE("the file is stronger than the default, the environment than the file") {
  const auto config =
      read_config("port: 9000\nmodel: fern\njit: off\n", "garden.yaml",
                  environment({{"CHERUB_PORT", "9001"}, {"CHERUB_RUNS_DIR", "/r"}}));
  REQUIRE(config.ok());
  CHECK(config->port == 9001);
  CHECK(config->runs_dir == "/r");
  CHECK(config->model == "fern");
  CHECK_FALSE(config->jit);
}

TEST_CASE("an unknown key is named with file and line") {
  const std::string text = error_text("port: 1\nprot: 2\n");
  CHECK(text.find("'prot'") != std::string::npos);
  CHECK(text.find("garden.yaml:2") != std::string::npos);
}

TEST_CASE("wrong types and values are named") {
  CHECK(error_text("port: oak").find("'port'") != std::string::npos);
  CHECK(error_text("port: 65536").find("65535") != std::string::npos);
  CHECK(error_text("port: -1").find("'port'") != std::string::npos);
  CHECK(error_text("model: [a, b]").find("'model'") != std::string::npos);
  CHECK(error_text("jit: maybe").find("'jit'") != std::string::npos);
  CHECK(error_text("- port").find("map") != std::string::npos);
  CHECK(error_text("port: [").find("garden.yaml") != std::string::npos);
  CHECK(error_text("", {{"CHERUB_PORT", "x"}}).find("CHERUB_PORT") != std::string::npos);
  CHECK(error_text("header_bytes_max: 511").find("512") != std::string::npos);
  CHECK(error_text("idle_seconds: 0").find("'idle_seconds'") != std::string::npos);
  CHECK(error_text("resume_interrupted: 7").find("on or off") != std::string::npos);
  CHECK(error_text("port: 65535").empty());
}

TEST_CASE("the catalogue is beside the runs, elsewhere, or nowhere") {
  const std::vector<std::vector<std::string>> table = {{"runs", "", "catalogue"},
                                                       {"runs/", "", "catalogue"},
                                                       {"/srv/runs", "", "/srv/catalogue"},
                                                       {"a/b/../runs//", "", "a/catalogue"},
                                                       {"runs", "none", ""},
                                                       {"runs", "/other", "/other"}};
  for (const auto& row : table) {
    CAPTURE(row[0], row[1]);
    Config config;
    config.runs_dir = row[0];
    config.catalogue = row[1];
    CHECK(catalogue_folder(config) == row[2]);
    CHECK(run_defaults(config).catalogue_dir == row[2]);
  }
}

TEST_CASE("every key can be set by the file under its own name") {
  for (const std::string& key : config_keys()) {
    const bool is_switch = key == "jit" || key == "resume_interrupted";
    const bool is_bytes = key.ends_with("_bytes_max");
    const bool is_level = key == "telemetry_level";
    const std::string value = is_switch ? "on" : is_level ? "WARN" : is_bytes ? "4096" : "7";
    CHECK(error_text(key + ": " + value).empty());
  }
}

TEST_CASE("providers come in their order, prices exactly") {
  const auto config = read_config(
      "providers:\n"
      "  - {name: near, provider: openai, base_url: 'http://127.0.0.1:1', model: a, retries: 0}\n"
      "  - {name: far, provider: anthropic, model: b, deadline_seconds: 5, stream: false}\n"
      "prices: {currency: EUR, a: {in: 0.000001, out: 15}}\n",
      "garden.yaml", environment({}));
  REQUIRE(config.ok());
  REQUIRE(config->providers.size() == 2);
  CHECK(config->providers[0].name == "near");
  CHECK(config->providers[0].retries == 0);
  CHECK(config->providers[1].deadline_s == 5);
  CHECK_FALSE(config->providers[1].stream);
  CHECK(config->prices.currency == "EUR");
  CHECK(config->prices.models.at("a").in == 1);
  CHECK(config->prices.models.at("a").out == 15'000'000);
}

TEST_CASE("what is wrong with a provider or a price is told with its line") {
  const auto told = [](const std::string& yaml, const std::string& words) {
    const std::string text = error_text("port: 1\n" + yaml);
    INFO(text);
    CHECK(text.find("garden.yaml:2") != std::string::npos);
    CHECK(text.find(words) != std::string::npos);
  };
  told("providers: {name: x}", "list");
  told("providers: [{name: x, provider: openai, api_key: s}]", "environment");
  told("providers: [{name: x, provider: builtin}]", "openai or anthropic");
  told("providers: [{provider: openai}]", "'name'");
  told("providers: [{name: cassette, provider: openai}]", "taken");
  told("providers: [{name: x, provider: openai}, {name: x, provider: openai}]", "Two");
  told("providers: [{name: x, provider: openai, retries: 11}]", "from 0 to 10");
  told("prices: {a: 3}", "{in: …, out: …}");
  told("prices: {a: {in: 3}}", "{in: …, out: …}");
  told("prices: {a: {in: -3, out: 1}}", "six decimals");
  told("prices: {a: {in: 0.0000001, out: 1}}", "six decimals");
}

}  // namespace cherub::server
