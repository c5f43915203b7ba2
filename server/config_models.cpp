#include "server/config_models.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <functional>
#include <utility>
#include <vector>

namespace cherub::server {
namespace {

using abilities::angel::ProviderConfig;
using base::Error;
using base::ErrorCode;

constexpr std::size_t kProvidersMax = 8;
constexpr std::size_t kPricesMax = 1000;

Error bad(const std::string& file, const YAML::Node& at, const std::string& message) {
  return {ErrorCode::kInvalidArgument, message, file + ":" + std::to_string(at.Mark().line + 1)};
}

// Reads one field's text; what is wrong, or empty.
using Apply = std::function<std::string(ProviderConfig&, const std::string&)>;

Apply text(std::string ProviderConfig::*field) {
  return [field](ProviderConfig& config, const std::string& value) {
    config.*field = value;
    return std::string();
  };
}

template <class Number>
Apply number(Number ProviderConfig::*field, double low, double high) {
  return [=](ProviderConfig& config, const std::string& value) {
    Number read{};
    const char* const end = value.data() + value.size();
    const auto done = std::from_chars(value.data(), end, read);
    const double as_double = static_cast<double>(read);
    if (done.ec != std::errc() || done.ptr != end || !(as_double >= low && as_double <= high)) {
      return "must be a number from " + std::to_string(static_cast<long>(low)) + " to " +
             std::to_string(static_cast<long>(high));
    }
    config.*field = read;
    return std::string();
  };
}

struct Field {
  const char* name;
  Apply apply;
};

// The bounds are those of a request.
const std::vector<Field>& fields() {
  static const std::vector<Field> table = {
      {"name", text(&ProviderConfig::name)},
      {"provider", text(&ProviderConfig::provider)},
      {"base_url", text(&ProviderConfig::base_url)},
      {"model", text(&ProviderConfig::model)},
      {"key_variable", text(&ProviderConfig::key_variable)},
      {"temperature", number(&ProviderConfig::temperature, 0, 2)},
      {"max_tokens", number(&ProviderConfig::max_tokens, 1, 200'000)},
      {"deadline_seconds", number(&ProviderConfig::deadline_s, 1, 600)},
      {"first_byte_seconds", number(&ProviderConfig::first_byte_s, 0, 600)},
      {"idle_seconds", number(&ProviderConfig::idle_s, 0, 600)},
      {"retries", number(&ProviderConfig::retries, 0, 10)},
      {"stream",
       [](ProviderConfig& config, const std::string& value) {
         config.stream = value == "true" || value == "on";
         const bool off = value == "false" || value == "off";
         return config.stream || off ? std::string() : std::string("must be true or false");
       }},
  };
  return table;
}

base::Result<ProviderConfig> read_provider(const YAML::Node& node, const std::string& file) {
  if (!node.IsMap()) return bad(file, node, "A provider must be a map of keys to values.");
  ProviderConfig config;
  config.provider.clear();
  for (const auto& entry : node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const Field* found = nullptr;
    std::string known;
    for (const Field& field : fields()) {
      known += (known.empty() ? "" : ", ") + std::string(field.name);
      if (name == field.name) found = &field;
    }
    if (!found) {
      return bad(file, entry.first,
                 "Unknown key '" + name + "' of a provider; known are " + known +
                     ". Keys of accounts belong in the environment.");
    }
    if (!entry.second.IsScalar())
      return bad(file, entry.first, "'" + name + "' must be one value.");
    const std::string wrong = found->apply(config, entry.second.Scalar());
    if (!wrong.empty()) return bad(file, entry.first, "'" + name + "' " + wrong + ".");
  }
  if (config.provider != "openai" && config.provider != "anthropic") {
    return bad(file, node, "'provider' must be openai or anthropic.");
  }
  if (config.name.empty()) return bad(file, node, "A provider needs a 'name' to be chosen by.");
  if (config.name == "builtin" || config.name == "cassette") {
    return bad(file, node, "The name '" + config.name + "' is taken.");
  }
  return config;
}

}  // namespace

base::Result<void> read_providers(Config& config, const YAML::Node& node, const std::string& file) {
  if (!node.IsSequence() || node.size() > kProvidersMax) {
    return bad(file, node, "'providers' must be a list of at most 8 providers.");
  }
  for (const auto& entry : node) {
    auto provider = read_provider(entry, file);
    if (!provider) return provider.error();
    for (const ProviderConfig& other : config.providers) {
      if (other.name == provider->name) {
        return bad(file, entry, "Two providers are named '" + other.name + "'.");
      }
    }
    config.providers.push_back(std::move(*provider));
  }
  return {};
}

base::Result<void> read_prices(Config& config, const YAML::Node& node, const std::string& file) {
  if (!node.IsMap() || node.size() > kPricesMax) {
    return bad(file, node, "'prices' must be a map of models to {in: …, out: …}.");
  }
  for (const auto& entry : node) {
    const std::string model = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (model == "currency" && entry.second.IsScalar()) {
      config.prices.currency = entry.second.Scalar();
      continue;
    }
    abilities::Price price;
    std::size_t given = 0;
    if (entry.second.IsMap()) {
      for (const auto& part : entry.second) {
        const std::string name = part.first.IsScalar() ? part.first.Scalar() : "";
        const auto micros = part.second.IsScalar()
                                ? abilities::micros_from_text(part.second.Scalar())
                                : std::nullopt;
        if (!micros || (name != "in" && name != "out")) {
          return bad(file, part.first,
                     "A price has 'in' and 'out', each a number with at most six decimals.");
        }
        (name == "in" ? price.in : price.out) = *micros;
        ++given;
      }
    }
    if (given != 2) {
      return bad(file, entry.first,
                 "The price of '" + model + "' must be {in: …, out: …} per million tokens.");
    }
    config.prices.models[model] = price;
  }
  return {};
}

}  // namespace cherub::server
