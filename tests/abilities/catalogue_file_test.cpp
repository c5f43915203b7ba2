#include "abilities/catalogue_file.h"

#include "catalogue_fixture.h"

namespace cherub::abilities {
namespace {

std::string export_all(const Catalogue& catalogue) {
  std::string text;
  const auto all = catalogue.all();
  REQUIRE(all);
  const auto done = export_catalogue(catalogue, *all, [&](std::string_view part) {
    text += part;
    return base::Result<void>();
  });
  REQUIRE(done);
  return text;
}

CatalogueImport import_into(Catalogue& catalogue, const std::string& text) {
  const auto done = import_catalogue(catalogue, text);
  INFO((done ? "" : done.error().text()));
  REQUIRE(done);
  return *done;
}

double random_number(base::RandomStream& random) {
  switch (random.below(6)) {
    case 0:
      return std::nan("");
    case 1:
      return 0.1 * static_cast<double>(random.below(1000));
    case 2:
      return -1e-300 * random.uniform();
    case 3:
      return 1e300 * random.uniform();
    case 4:
      return -0.0;
    default:
      return random.uniform();
  }
}

// Texts that a hostile goal could hold.
std::string random_text(base::RandomStream& random) {
  static const std::vector<std::string> parts = {
      "reach", " ",    "\"",   "\n", "\x1b[2J", "é",      "🐑",  "\\u",         "]]",
      "--",    "',''", "\x01", "a",  "NaN",     "{\"x\"", "%s", "\xef\xbf\xbd"};
  std::string text;
  for (std::uint64_t n = random.below(12); n > 0; --n) text += parts[random.below(parts.size())];
  return text;
}

CatalogueScript random_script(base::RandomStream& random, int number) {
  CatalogueScript script = script_of(std::to_string(number), random_text(random));
  if (random.below(4) == 0) {
    script.source += "-- \xff not text\n";
    script.sha256 = base::sha256_hex(script.source);
  }
  if (random.below(5) == 0) script.kind = "ability";
  script.name = random_text(random) + "n";
  script.description = random_text(random);
  script.origin = random_text(random);
  script.program = random_text(random);
  script.diagnostics = random.below(4);
  if (random.below(2) == 0) script.tags = {"best", "x-1"};
  for (std::uint64_t n = random.below(4); n > 0; --n) {
    script.run_id = "run-" + std::to_string(n);
    script = measured(script, random.below(2) == 0 ? "tuning" : "held_out", random_number(random));
    script.measurements.back().goal = random_text(random);
    script.measurements.back().screened_out = random.below(2) == 0;
    script.measurements.back().results[1].high = random_number(random);
  }
  return script;
}

// A line that is right but for the one part that is replaced.
std::string spoilt_line(const CatalogueScript& script, const std::string& from,
                        const std::string& to) {
  std::string line = catalogue_line(script);
  const std::size_t at = line.find(from);
  REQUIRE(at != std::string::npos);
  return line.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("export, import, export gives the same bytes, whatever the scripts hold") {
  base::RandomStream random = test_random(17);
  const TemporaryFolder folder;
  Catalogue first(folder.path() + "/first"), second(folder.path() + "/second");
  std::vector<CatalogueScript> scripts;
  for (int i = 0; i < 300; ++i) scripts.push_back(random_script(random, i));
  add_all(first, scripts);
  const std::string text = export_all(first);
  const CatalogueImport done = import_into(second, text);
  for (const CatalogueRefusal& refusal : done.refused) {
    FAIL_CHECK("line " << refusal.line << ": " << refusal.reason);
  }
  CHECK(done.scripts == scripts.size());
  CHECK(export_all(second) == text);
  const CatalogueImport again = import_into(second, text);
  CHECK(again.scripts == 0);
  CHECK(again.known == scripts.size());
  CHECK(again.measurements == 0);
  CHECK(export_all(second) == text);
}

TEST_CASE("the order of adding does not show in an export") {
  const TemporaryFolder folder;
  Catalogue up(folder.path() + "/up"), down(folder.path() + "/down");
  for (int i = 0; i < 10; ++i) {
    add_all(up, {measured(script_of(std::to_string(i)), "tuning", i)});
    add_all(down, {measured(script_of(std::to_string(9 - i)), "tuning", 9 - i)});
  }
  CHECK(export_all(up) == export_all(down));
}

TEST_CASE("what an import brings is believed only as far as it can be checked") {
  CatalogueScript script = measured(script_of("x"), "tuning", 0.5);
  script.tags = {"best"};
  CatalogueScript cheat = script;
  cheat.source = "return os.execute('true')\n";
  CatalogueScript refused = cheat;
  refused.sha256 = base::sha256_hex(refused.source);
  CatalogueScript broken = refused;
  broken.kind = "ability";
  broken.source = "return {";
  broken.sha256 = base::sha256_hex(broken.source);
  CatalogueScript long_goal = script;
  long_goal.goal = std::string(kCatalogueTextBytesMax + 1, 'g');
  CatalogueScript many = script;
  for (std::size_t i = 0; i < kCatalogueMeasurementsMax; ++i) many = measured(many, "tuning", 1);
  const std::vector<std::pair<std::string, std::string>> table = {
      {catalogue_line(cheat), "another sha256"},
      {catalogue_line(refused), "the checker refuses line 1"},
      {catalogue_line(broken), "the checker refuses line 1"},
      {catalogue_line(long_goal), "\"goal\" has more than 4000 bytes"},
      {catalogue_line(many), "\"measurements\" must be an array of at most 32"},
      {spoilt_line(script, "\"policy\"", "\"virus\""), "\"kind\" must be policy or ability"},
      {spoilt_line(script, "\"tuning\"", "\"cherry-picked\""), "\"seeds\" must be"},
      {spoilt_line(script, "[\"best\"]", "[\"best\\n\"]"), "a tag has other characters"},
      {spoilt_line(script, "[\"best\"]", "{}"), "\"tags\" must be an array"},
      {spoilt_line(script, "\"mean\":0.5", "\"mean\":\"0.5\""), "\"mean\" must be a number"},
      {spoilt_line(script, "\"episodes\":8", "\"episodes\":-8"), "\"episodes\" must be a whole"},
      {spoilt_line(script, "\"episodes\":8", "\"episodes\":1e30"), "\"episodes\" must be a whole"},
      {spoilt_line(script, "\"origin\"", "\"orgin\""), "\"orgin\" is no member"},
      {spoilt_line(script, "\"time_to_goal\"", "\"score\""), "names a metric twice"},
      {spoilt_line(script, "\"source\":", "\"source_base64\":"), "is no source"},
      {"{}\n", "another sha256"},
      {"[]\n", "a JSON object must stand here"},
      {"{\"sha256\":\n", "line 1"},
      {std::string(200, '[') + "\n", ""},
  };
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path());
  std::string text = catalogue_header();
  for (const auto& [line, reason] : table) text += line;
  text += "\n  \r\n" + catalogue_line(script);
  const CatalogueImport done = import_into(catalogue, text);
  CHECK(done.scripts == 1);
  REQUIRE(done.refused.size() == table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].first.substr(0, 200), done.refused[i].reason);
    CHECK(done.refused[i].line == i + 2);
    CHECK(done.refused[i].reason.find(table[i].second) != std::string::npos);
  }
  CHECK(*catalogue.all() == std::vector<std::string>{script.sha256});
}

TEST_CASE("what is no export at all is refused as a whole") {
  const TemporaryFolder folder;
  Catalogue catalogue(folder.path() + "/c");
  for (const std::string& text :
       {std::string(), std::string("hello\n"), std::string("{\"format\":\"other\"}\n"),
        std::string("{\"format\":\"cherub-catalogue\",\"version\":2}\n"),
        std::string("{\"format\":3}\n"), std::string("\0\n", 2)}) {
    const auto done = import_catalogue(catalogue, text);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == base::ErrorCode::kInvalidArgument);
  }
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/c"));
}

TEST_CASE("damaged exports are refused line by line and harm nothing") {
  base::RandomStream random = test_random(23);
  const TemporaryFolder folder;
  Catalogue from(folder.path() + "/from"), into(folder.path() + "/into");
  std::vector<CatalogueScript> scripts;
  for (int i = 0; i < 20; ++i) scripts.push_back(random_script(random, i));
  add_all(from, scripts);
  const std::string text = export_all(from);
  for (int i = 0; i < 60; ++i) {
    std::string bad = text;
    for (int n = 0; n < 10; ++n) {
      bad[catalogue_header().size() + random.below(bad.size() - catalogue_header().size())] =
          static_cast<char>(random.below(256));
    }
    const auto done = import_catalogue(into, bad);
    REQUIRE(done);
  }
  const auto all = into.all();
  REQUIRE(all);
  for (const std::string& sha256 : *all) {
    const auto script = into.find(sha256);
    REQUIRE(script);
    CHECK(base::sha256_hex(script->source) == sha256);
  }
}

}  // namespace cherub::abilities
