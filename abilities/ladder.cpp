#include "abilities/ladder.h"

#include <algorithm>

#include "abilities/ladder_fixtures.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "sandbox/syntax/parser.h"

namespace cherub::abilities {
namespace {

using sandbox::Diagnostic;
using sandbox::Severity;

// The line and column of an offset.
sandbox::Range range_at(const std::string& source, std::size_t offset) {
  sandbox::Range range;
  range.begin = static_cast<std::uint32_t>(offset);
  range.end = range.begin + 1;
  range.line = 1 + static_cast<std::uint32_t>(
                       std::count(source.begin(), source.begin() + std::ptrdiff_t(offset), '\n'));
  const std::size_t line_end = offset == 0 ? std::string::npos : source.rfind('\n', offset - 1);
  const std::size_t line_start = line_end == std::string::npos ? 0 : line_end + 1;
  range.column = static_cast<std::uint32_t>(offset - line_start + 1);
  return range;
}

Refusal text_refusal(std::string code, std::string message, std::string hint) {
  Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.hint = std::move(hint);
  return refusal;
}

Diagnostic diagnostic_of(const Refusal& refusal) {
  Diagnostic found;
  found.message = refusal.message;
  found.hint = refusal.hint;
  if (refusal.range) found.range = *refusal.range;
  return found;
}

std::string entity_text(engine::EntityId id) {
  return std::to_string(id.index) + ":" + std::to_string(id.generation);
}

// "in the fixture crowded, tick 7, agent 3:0", as far as it is known.
std::string place_text(const Refusal& refusal) {
  if (refusal.fixture.empty()) return "";
  std::string text = "in the fixture " + refusal.fixture;
  if (refusal.tick) text += ", tick " + std::to_string(*refusal.tick);
  if (refusal.entity) text += ", agent " + entity_text(*refusal.entity);
  return text;
}

}  // namespace

const char* rung_name(Rung rung) {
  static constexpr const char* kNames[] = {"V0", "V1", "V2", "V3", "A0", "A1", "A2", "A3", "A4"};
  return kNames[static_cast<std::size_t>(rung)];
}

std::optional<Refusal> refusal_of_text(const std::string& source) {
  if (source.size() > sandbox::kSourceBytesMax) {
    return text_refusal("too_long",
                        "the source has " + std::to_string(source.size()) + " bytes of " +
                            std::to_string(sandbox::kSourceBytesMax) + " that it may have",
                        "write a shorter one");
  }
  if (source.starts_with('\x1b')) {
    return text_refusal("binary", "this is compiled code", "send the Lua source as text");
  }
  if (const std::size_t at = source.find('\0'); at != std::string::npos) {
    Refusal refusal = text_refusal("nul_byte", "a byte 0 stands here", "take it out");
    refusal.range = range_at(source, at);
    return refusal;
  }
  if (const std::size_t at = base::invalid_utf8_at(source); at != std::string::npos) {
    Refusal refusal = text_refusal("not_utf8", "these bytes are not UTF-8",
                                   "write ASCII, or UTF-8 in strings and comments");
    refusal.range = range_at(source, at);
    return refusal;
  }
  return {};
}

std::vector<Refusal> refusals_of(const sandbox::Diagnostics& diagnostics, Rung rung,
                                 const char* code) {
  std::vector<Refusal> refusals;
  for (const Diagnostic& found : diagnostics) {
    if (found.severity != Severity::kError) continue;
    Refusal refusal = text_refusal(code, found.message, found.hint);
    refusal.rung = rung;
    if (found.range.end > 0) refusal.range = found.range;
    refusals.push_back(std::move(refusal));
  }
  return refusals;
}

std::string refusals_json(std::span<const Refusal> refusals) {
  base::JsonArray all;
  for (const Refusal& refusal : refusals) {
    base::JsonObject json;
    json.add("rung", rung_name(refusal.rung)).add("code", refusal.code);
    if (refusal.range) {
      json.add("line", refusal.range->line)
          .add("column", refusal.range->column)
          .add("offset", refusal.range->begin)
          .add("length", refusal.range->end - refusal.range->begin);
    }
    json.add("severity", "error").add("message", refusal.message).add("hint", refusal.hint);
    if (!refusal.fixture.empty()) json.add("fixture", refusal.fixture);
    if (refusal.tick) json.add("tick", *refusal.tick);
    if (refusal.entity) json.add("entity", entity_text(*refusal.entity));
    all.raw(json.text());
  }
  return all.text();
}

std::string refusals_text(std::span<const Refusal> refusals, const std::string& source,
                          const std::string& script) {
  std::string text;
  for (const Refusal& refusal : refusals) {
    const std::string place = place_text(refusal);
    Diagnostic found = diagnostic_of(refusal);
    if (!place.empty()) found.message += " (" + place + ")";
    if (refusal.range) {
      text += sandbox::diagnostics_text({found}, script, source);
      continue;
    }
    text += script + ": error: " + found.message + "\n";
    if (!found.hint.empty()) text += "   = " + found.hint + "\n";
  }
  return text;
}

bool LadderVerdict::works() const {
  return std::all_of(refusals.begin(), refusals.end(),
                     [](const Refusal& refusal) { return refusal.code == kIntentsRefusedCode; });
}

bool LadderVerdict::faulted() const {
  return std::any_of(refusals.begin(), refusals.end(), [](const Refusal& refusal) {
    return refusal.code.starts_with(kFaultCodePrefix);
  });
}

LadderVerdict climb_to_load(const std::string& source,
                            const std::function<scripting::LoadVerdict()>& load) {
  LadderVerdict verdict;
  if (auto refusal = refusal_of_text(source)) {
    verdict.diagnostics.push_back(diagnostic_of(*refusal));
    verdict.refusals.push_back(std::move(*refusal));
    return verdict;
  }
  scripting::LoadVerdict loaded = load();
  verdict.ok = loaded.ok;
  verdict.diagnostics = std::move(loaded.diagnostics);
  if (verdict.ok) return verdict;
  // The checker's verdict does not tell whether it could be parsed at all.
  const bool parses = loaded.stage == "load" || sandbox::parse("policy", source).chunk;
  const Rung rung = loaded.stage == "load" ? Rung::kLoad : parses ? Rung::kContract : Rung::kText;
  const char* code = rung == Rung::kLoad ? "load" : parses ? "check" : "syntax";
  verdict.refusals = refusals_of(verdict.diagnostics, rung, code);
  return verdict;
}

Ladder::Ladder(const engine::Scenario& scenario,
               std::shared_ptr<scripting::ScriptRegistry> registry, scripting::HostOptions options)
    : scenario_(fixture_scenario(scenario)), registry_(std::move(registry)), options_(options) {}

Ladder::~Ladder() = default;

const LadderVerdict& Ladder::climb(const std::string& source) {
  if (!last_ || last_source_ != source) {
    last_ = check(source);
    last_source_ = source;
  }
  return *last_;
}

LadderVerdict Ladder::check(const std::string& source) {
  scripting::PolicyHost host(registry_, options_);
  std::string sha256;
  LadderVerdict verdict = climb_to_load(source, [&] {
    sha256 = registry_->add(source)->sha256;
    return host.prepare(sha256, scenario_);
  });
  if (!verdict.ok) return verdict;
  if (fixtures_.empty()) fixtures_ = make_fixtures(scenario_);
  MistakeCount mistakes;
  for (FixtureWorld& fixture : fixtures_) {
    auto refusal = try_fixture(fixture, host, sha256, mistakes);
    if (!refusal) continue;
    verdict.refusals.push_back(std::move(*refusal));
    break;  // others would say the same again
  }
  auto mistaken = mistakes.refusal();
  if (verdict.refusals.empty() && mistaken) verdict.refusals.push_back(std::move(*mistaken));
  for (Refusal& refusal : verdict.refusals) {
    refusal.rung = Rung::kFixtures;
    refusal.range = blamed_line(source, refusal.message);
    verdict.diagnostics.push_back(diagnostic_of(refusal));
  }
  verdict.ok = verdict.refusals.empty();
  return verdict;
}

}  // namespace cherub::abilities
