#include <array>
#include <cmath>
#include <functional>

#include "abilities/goal.h"
#include "abilities/run.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "engine/scenario_settings.h"
#include "scripting/manifest.h"

namespace cherub::abilities {
namespace {

using rapidjson::Value;

constexpr std::size_t kSourceBytesMax = 64 * 1024;
constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kUrlBytesMax = 2000;
constexpr double kSeedMax = 9007199254740992.0;  // what every JSON reader holds exactly
constexpr double kEpisodeSecondsMax = 24 * 3600.0;
constexpr double kLiveSecondsMax = 31 * 86400.0;  // a month of world time
constexpr double kStepsMax = 1e6;
constexpr double kCostMax = 1e6;  // units of the prices' currency
constexpr std::size_t kProvidersMax = 8;

base::Error field_error(const std::string& field, const std::string& message) {
  return {base::ErrorCode::kInvalidArgument, message, field};
}

// Readers of one field: nothing when all is well, else what is wrong, without the field's name.
using Problem = std::string;

std::string plain(double number) {
  return base::json_number(number);
}

Problem read_number(const Value& value, double low, double high, double& out) {
  if (!value.IsNumber()) return "must be a number";
  const double number = value.GetDouble();
  if (!(number >= low && number <= high)) {
    return "must be between " + plain(low) + " and " + plain(high) + ", not " + plain(number);
  }
  out = number;
  return {};
}

template <class Integer>
Problem read_integer(const Value& value, double low, double high, Integer& out) {
  double number = 0;
  if (Problem problem = read_number(value, low, high, number); !problem.empty()) return problem;
  if (number != std::floor(number)) return "must be a whole number, not " + plain(number);
  out = static_cast<Integer>(number);
  return {};
}

Problem read_text(const Value& value, std::size_t bytes_max, std::string& out) {
  if (!value.IsString()) return "must be a string";
  if (value.GetStringLength() > bytes_max) {
    return "must have at most " + std::to_string(bytes_max) + " bytes, not " +
           std::to_string(value.GetStringLength());
  }
  out.assign(value.GetString(), value.GetStringLength());
  return {};
}

Problem read_bool(const Value& value, bool& out) {
  if (!value.IsBool()) return "must be true or false";
  out = value.GetBool();
  return {};
}

// What they mean is looked at with the scenario.
Problem read_settings(const Value& value, std::vector<std::string>& out) {
  if (!value.IsArray()) return "must be a list of texts such as \"terrain.width=31\"";
  if (value.Size() > engine::kSettingsMax) {
    return "must have at most " + std::to_string(engine::kSettingsMax) + " entries";
  }
  out.clear();
  for (const Value& entry : value.GetArray()) {
    Problem problem = read_text(entry, engine::kSettingBytesMax, out.emplace_back());
    if (!problem.empty()) return problem;
  }
  return {};
}

constexpr std::array kProviderKinds = {"builtin", "openai", "anthropic", "cassette"};

// One of the configured providers by its name, or one of a kind with its own usual address.
Problem find_provider(const Value& value, const RunRequest& request, angel::ProviderConfig& out) {
  std::string name;
  if (Problem problem = read_text(value, kNameBytesMax, name); !problem.empty()) return problem;
  std::string known;
  for (const angel::ProviderConfig& configured : request.configured) {
    known += configured.name + ", ";
    if (configured.name != name) continue;
    out = configured;
    return {};
  }
  for (const char* kind : kProviderKinds) {
    known += std::string(kind) + (kind == kProviderKinds.back() ? "" : ", ");
    if (name != kind) continue;
    out = request.provider;
    if (out.provider == name && out.name.empty()) return {};
    // Address, model and key belong to the provider that they were set for.
    out = angel::ProviderConfig();
    out.provider = name;
    return {};
  }
  return "must be one of " + known + ", not \"" + name + "\"";
}

// A name, or several that are asked in order.
Problem read_providers(const Value& value, RunRequest& request) {
  if (!value.IsArray()) {
    request.fallbacks.clear();
    return find_provider(value, request, request.provider);
  }
  if (value.Empty() || value.Size() > kProvidersMax) {
    return "must have from 1 to " + std::to_string(kProvidersMax) + " names";
  }
  std::vector<angel::ProviderConfig> providers(value.Size());
  for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
    Problem problem = find_provider(value[i], request, providers[i]);
    if (!problem.empty()) return problem;
  }
  request.provider = std::move(providers.front());
  request.fallbacks.assign(providers.begin() + 1, providers.end());
  return {};
}

Problem read_cost(const Value& value, std::optional<Micros>& out) {
  double units = 0;
  if (Problem problem = read_number(value, 0, kCostMax, units); !problem.empty()) return problem;
  out = static_cast<Micros>(std::llround(units * 1e6));
  return {};
}

template <class Number>
Problem read_limit(const Value& value, std::optional<Number>& out) {
  Number number = 0;
  Problem problem;
  if constexpr (std::is_floating_point_v<Number>) {
    problem = read_number(value, 0, kLiveSecondsMax, number);
  } else {
    problem = read_integer(value, 0, kSeedMax, number);
  }
  if (problem.empty()) out = number;
  return problem;
}

// What the body may say besides the request itself.
struct Extras {
  double delta = 0;    // world seconds that the client counts as one step
  bool render = true;  // frames are made for whoever subscribes; there is nothing to switch
};

// A field of the body: how it is read, and how it is described to machines.
struct Field {
  const char* name;
  base::Schema schema;
  std::function<Problem(const Value&, RunRequest&, Extras&)> read;
};

// Fields by their kind; `place` gives the member that is set.
template <class Place>
Field text(const char* name, const char* about, std::size_t bytes_max, Place place) {
  return {name, base::text_schema(bytes_max).about(about),
          [=](auto& v, auto& r, auto&) { return read_text(v, bytes_max, place(r)); }};
}
template <class Place>
Field whole(const char* name, const char* about, double low, double high, Place place) {
  return {name, base::whole_schema(low, high).about(about),
          [=](auto& v, auto& r, auto&) { return read_integer(v, low, high, place(r)); }};
}
template <class Place>
Field number(const char* name, const char* about, double low, double high, Place place) {
  return {name, base::number_schema(low, high).about(about),
          [=](auto& v, auto& r, auto&) { return read_number(v, low, high, place(r)); }};
}
template <class Place>
Field truth(const char* name, const char* about, Place place) {
  return {name, base::boolean_schema().about(about),
          [=](auto& v, auto& r, auto&) { return read_bool(v, place(r)); }};
}

void add_search_fields(std::vector<Field>& table) {
  using R = RunRequest;
  const auto add = [&](Field field) { table.push_back(std::move(field)); };
  add(text(
      "user_goal", "What to achieve, in words.", kGoalBytesMax,
      [](R & r) -> auto& { return r.user_goal; }));
  add(text(
      "scenario", "maze, meadow …", kNameBytesMax, [](R & r) -> auto& { return r.scenario; }));
  add({"settings",
       base::list_schema(base::text_schema(engine::kSettingBytesMax))
           .with("maxItems", std::to_string(engine::kSettingsMax))
           .about("What is other than in the scenario's file: \"terrain.width=31\"."),
       [](auto& v, auto& r, auto&) { return read_settings(v, r.settings); }});
  add(whole(
      "iterations", "Rounds.", 1, 100, [](R & r) -> auto& { return r.iterations; }));
  add(whole(
      "episodes", "Seeds per candidate.", 1, 1000, [](R & r) -> auto& { return r.episodes; }));
  add(whole(
      "candidates", "Per round; 0: the provider's default.", 0, 1000,
      [](R & r) -> auto& { return r.candidates; }));
  add(whole(
      "seed", "All randomness follows from it.", 0, kSeedMax,
      [](R & r) -> auto& { return r.seed; }));
  add(whole(
      "threads", "For episodes.", 1, 256, [](R & r) -> auto& { return r.threads; }));
  add(truth(
      "jit", "Compile scripts.", [](R & r) -> auto& { return r.jit; }));
  add(number(
      "duration_seconds", "Of an episode, world time; 0: the scenario's.", 0, kEpisodeSecondsMax,
      [](R & r) -> auto& { return r.duration_seconds; }));
  add(whole(
      "max_steps", "The same in ticks.", 0, kStepsMax, [](R & r) -> auto& { return r.max_steps; }));
  add(number(
      "success_threshold", "Stop early when the success rate is surely above.", 0, 1,
      [](R & r) -> auto& { return r.success_threshold; }));
  add(truth(
      "critique_comment", "A model comments on each round's critique.",
      [](R & r) -> auto& { return r.critique_comment; }));
  add(text(
      "policy_code", "Lua to measure; nothing is generated.", kSourceBytesMax,
      [](R & r) -> auto& { return r.policy_code; }));
  add(text(
      "existing_code", "Lua to begin from.", kSourceBytesMax,
      [](R & r) -> auto& { return r.existing_code; }));
  add({"delta",
       base::number_schema(0.001, 10).about("World seconds that max_steps counts as one step."),
       [](auto& v, auto&, auto& e) { return read_number(v, 0.001, 10, e.delta); }});
  add({"render", base::boolean_schema().about("A person watches: the world keeps its own pace."),
       [](auto& v, auto&, auto& e) { return read_bool(v, e.render); }});
  // Whether the run may use the catalogue that it is given; where that is, is not asked.
  add({"catalogue", base::boolean_schema().about("Use the server's catalogue of earlier scripts."),
       [](auto& v, auto& r, auto&) {
         bool wanted = true;
         const Problem problem = read_bool(v, wanted);
         if (!wanted) r.catalogue_dir.clear();
         return problem;
       }});
}

void add_model_fields(std::vector<Field>& table) {
  using R = RunRequest;
  const auto add = [&](Field field) { table.push_back(std::move(field)); };
  const base::Schema name = base::text_schema(kNameBytesMax);
  const base::Schema names =
      base::list_schema(name).with("minItems", "1").with("maxItems", std::to_string(kProvidersMax));
  add({"provider",
       base::either_schema({name, names}).about("Who writes; of a list, each in its turn."),
       [](auto& v, auto& r, auto&) { return read_providers(v, r); }});
  add(text(
      "model", "Of the provider.", kNameBytesMax, [](R & r) -> auto& { return r.provider.model; }));
  add(text(
      "provider_url", "Of an API; the operator's key is not sent there.", kUrlBytesMax,
      [](R & r) -> auto& { return r.provider.base_url; }));
  add(number(
      "temperature", "Of each call.", 0, 2, [](R & r) -> auto& { return r.provider.temperature; }));
  add(whole(
      "max_tokens", "Of a reply.", 1, 200'000,
      [](R & r) -> auto& { return r.provider.max_tokens; }));
  add(number(
      "deadline_seconds", "Of a call.", 1, 600,
      [](R & r) -> auto& { return r.provider.deadline_s; }));
  add(number(
      "first_byte_seconds", "Until a reply begins; 0: no limit.", 0, 600,
      [](R & r) -> auto& { return r.provider.first_byte_s; }));
  add(number(
      "idle_seconds", "Between two pieces of a reply; 0: no limit.", 0, 600,
      [](R & r) -> auto& { return r.provider.idle_s; }));
  add(truth(
      "stream", "Replies come piece by piece.", [](R & r) -> auto& { return r.provider.stream; }));
  add(whole(
      "retries", "Of a failed call.", 0, 10, [](R & r) -> auto& { return r.provider.retries; }));
}

void add_live_fields(std::vector<Field>& table) {
  using R = RunRequest;
  table.push_back(number(
      "live_seconds", "World time of the live world at the end; 0: none.", 0, kLiveSecondsMax,
      [](R & r) -> auto& { return r.live_seconds; }));
  table.push_back(number(
      "autosave_seconds", "Wall time between saves; 0: only at the end.", 0, 24 * 3600.0,
      [](R & r) -> auto& { return r.autosave_s; }));
  table.push_back(truth(
      "live_paced", "The live world keeps its own pace.",
      [](R & r) -> auto& { return r.live_paced; }));
}

const std::vector<Field>& fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> made;
    add_search_fields(made);
    add_model_fields(made);
    add_live_fields(made);
    return made;
  }();
  return table;
}

// What stands under "limits" only.
const std::vector<Field>& budget_fields() {
  const auto up_to = [](double high) { return base::number_schema(0, high); };
  const auto count = base::whole_schema(0, kSeedMax);
  static const std::vector<Field> table = {
      {"max_cost", up_to(kCostMax).about("Of all calls, in the prices' currency."),
       [](auto& v, auto& r, auto&) { return read_cost(v, r.limits.cost); }},
      {"max_calls", count.about("Of models, retries among them."),
       [](auto& v, auto& r, auto&) { return read_limit(v, r.limits.calls); }},
      {"max_tokens", count.about("In and out together."),
       [](auto& v, auto& r, auto&) { return read_limit(v, r.limits.tokens); }},
      {"max_ticks", count.about("Of the episodes that search and judge."),
       [](auto& v, auto& r, auto&) { return read_limit(v, r.limits.ticks); }},
      {"max_seconds", up_to(kLiveSecondsMax).about("Of wall time."),
       [](auto& v, auto& r, auto&) { return read_limit(v, r.limits.seconds); }},
  };
  return table;
}

// What one may put under "limits" instead of at the top.
constexpr std::array kLimitNames = {"candidates", "threads", "max_steps", "duration_seconds",
                                    "live_seconds"};

bool is_limit(std::string_view name) {
  for (const char* limit : kLimitNames) {
    if (name == limit) return true;
  }
  return false;
}

const Field* find_field(std::string_view name, bool in_limits) {
  if (in_limits) {
    for (const Field& field : budget_fields()) {
      if (name == field.name) return &field;
    }
    if (!is_limit(name)) return nullptr;
  }
  for (const Field& field : fields()) {
    if (name == field.name) return &field;
  }
  return nullptr;
}

base::Error unknown_field(const std::string& path, const std::string& name) {
  std::vector<std::string> known = {"limits"};
  for (const Field& field : budget_fields()) known.emplace_back(field.name);
  for (const Field& field : fields()) known.emplace_back(field.name);
  const std::string nearest = scripting::nearest_name(name, known);
  return field_error(path, "is not a field of a run" +
                               (nearest.empty() ? "." : "; did you mean \"" + nearest + "\"?"));
}

base::Result<void> read_fields(const Value& object, const std::string& prefix, RunRequest& request,
                               Extras& extras) {
  const auto provider = object.FindMember("provider");
  if (prefix.empty() && provider != object.MemberEnd()) {
    const Problem problem = read_providers(provider->value, request);
    if (!problem.empty()) return field_error("provider", problem + ".");
  }
  for (const auto& member : object.GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    const std::string path = prefix + name;
    if (prefix.empty() && name == "limits") {
      if (!member.value.IsObject()) return field_error(path, "must be an object");
      if (auto read = read_fields(member.value, "limits.", request, extras); !read) return read;
      continue;
    }
    // Read before the others, which change what it chooses.
    if (prefix.empty() && name == "provider") continue;
    const Field* const found = find_field(name, !prefix.empty());
    if (found == nullptr) return unknown_field(path, name);
    const Problem problem = found->read(member.value, request, extras);
    if (!problem.empty()) return field_error(path, problem + ".");
  }
  return {};
}

base::Schema limits_schema() {
  std::vector<base::SchemaMember> members;
  for (const Field& field : budget_fields()) {
    members.push_back({field.name, field.schema, base::Presence::kMay});
  }
  for (const char* name : kLimitNames) {
    members.push_back({name, find_field(name, true)->schema, base::Presence::kMay});
  }
  return base::object_schema(members);
}

// The names that read_providers() takes: one, or all of a list.
std::string provider_names(const RunRequest& request) {
  const auto name = [](const angel::ProviderConfig& config) {
    return config.name.empty() ? config.provider : config.name;
  };
  if (request.fallbacks.empty()) return base::json_string(name(request.provider));
  base::JsonArray names;
  names.add(name(request.provider));
  for (const angel::ProviderConfig& fallback : request.fallbacks) names.add(name(fallback));
  return names.text();
}

// A URL without the user and password that some write into it.
std::string without_user(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t host = scheme + 3;
  const std::size_t slash = std::min(url.find('/', host), url.size());
  const std::size_t at = url.rfind('@', slash);
  if (at == std::string::npos || at < host) return url;
  return url.substr(0, host) + url.substr(at + 1);
}

}  // namespace

base::Result<RunRequest> run_request_from_json(std::string_view json, RunRequest defaults) {
  const auto document = base::parse_json(json);
  if (!document) return document.error();
  if (!document->IsObject()) return field_error("", "A run is asked for by a JSON object.");
  RunRequest request = std::move(defaults);
  Extras extras;
  if (auto read = read_fields(*document, "", request, extras); !read) return read.error();
  if (extras.delta > 0 && request.max_steps > 0) {
    request.duration_seconds = static_cast<double>(request.max_steps) * extras.delta;
    request.max_steps = 0;
  }
  if (!base::is_utf8(request.user_goal)) {
    return field_error("user_goal", "A goal is text in UTF-8; some of these bytes are not.");
  }
  const bool is_shipped = request.settings.empty() && request.scenario_source.empty();
  if (!is_shipped) request.catalogue_dir.clear();
  if (request.user_goal.empty() && request.policy_code.empty()) {
    return field_error("user_goal", "A run needs a goal in words, or policy_code to measure.");
  }
  return request;
}

std::vector<base::SchemaMember> run_request_members() {
  std::vector<base::SchemaMember> members;
  for (const Field& field : fields()) {
    members.push_back({field.name, field.schema, base::Presence::kMay});
  }
  members.push_back({"limits", limits_schema(), base::Presence::kMay});
  return members;
}

std::string run_request_to_json(const RunRequest& request) {
  base::JsonObject json;
  if (!request.kind.empty()) json.add("kind", request.kind);
  json.add("user_goal", request.user_goal)
      .add("scenario", request.scenario)
      .add("iterations", request.iterations)
      .add("episodes", request.episodes)
      .add("candidates", request.candidates)
      .add("seed", request.seed)
      .add("threads", request.threads)
      .add("jit", request.jit)
      .add("duration_seconds", request.duration_seconds)
      .add("max_steps", request.max_steps)
      .add("success_threshold", request.success_threshold)
      .add("critique_comment", request.critique_comment)
      .raw("provider", provider_names(request))
      .add("model", request.provider.model)
      .add("provider_url", without_user(request.provider.base_url))
      .add("temperature", request.provider.temperature)
      .add("max_tokens", request.provider.max_tokens)
      .add("deadline_seconds", request.provider.deadline_s)
      .add("first_byte_seconds", request.provider.first_byte_s)
      .add("idle_seconds", request.provider.idle_s)
      .add("stream", request.provider.stream)
      .add("retries", request.provider.retries)
      .add("live_seconds", request.live_seconds)
      .add("live_paced", request.live_paced)
      .add("autosave_seconds", request.autosave_s)
      .add("catalogue", !request.catalogue_dir.empty())
      .raw("limits", limits_json(request.limits));
  if (!request.settings.empty()) {
    base::JsonArray settings;
    for (const std::string& setting : request.settings) settings.add(setting);
    json.raw("settings", settings.text());
  }
  if (!request.scenario_source.empty()) json.add("scenario_source", request.scenario_source);
  if (!request.cassette.empty()) {
    json.add("cassette", request.cassette).add("cassette_mode", request.cassette_mode);
  }
  if (!request.policy_code.empty()) json.add("policy_code", request.policy_code);
  if (!request.existing_code.empty()) json.add("existing_code", request.existing_code);
  return json.text();
}

}  // namespace cherub::abilities
