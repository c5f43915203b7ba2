#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scripting/manifest.h"

// What the manifest is put together from. Only the manifest, its renderers and the checker include
// this.
namespace cherub::scripting {

// One ApiEntry as it is written down. Parameters: `dx: number, m; dz?: number, m, 0 … 9`, which is
// name, type, unit, range; a `?` behind the name makes it optional, the name `...` stands for any
// number.
struct ApiRow {
  std::string_view name;
  std::string_view parameters{};
  std::string_view returns{};
  std::string_view unit{};
  std::string_view range{};
  std::string_view doc{};
  std::string_view cost{};
  std::string_view right{};
  std::string_view wrong{};
  std::string_view wrong_hint{};
  std::string_view scenarios{};  // separated by spaces
  std::string_view needs{};      // see ApiEntry::needs
};

std::span<const ApiRow> self_field_rows();
std::span<const ApiRow> self_action_rows();
std::span<const ApiRow> world_field_rows();
std::span<const ApiRow> world_sense_rows();
std::span<const ApiRow> result_field_rows();
// Where abilities, items, roles or speech exist.
std::span<const ApiRow> society_field_rows();
std::span<const ApiRow> society_action_rows();
std::span<const ApiRow> society_sense_rows();
std::span<const ApiRow> society_result_rows();
std::span<const ApiRow> economy_action_rows();
std::span<const ApiRow> economy_sense_rows();
// Of ecosystems.
std::span<const ApiRow> ecology_field_rows();
std::span<const ApiRow> ecology_action_rows();
std::span<const ApiRow> ecology_world_field_rows();
std::span<const ApiRow> ecology_sense_rows();
std::span<const ApiRow> contract_rows();
std::span<const ApiRow> ability_rows();
std::span<const ApiRow> person_rows();
std::span<const ApiRow> effect_rows();
std::span<const ApiRow> base_library_rows();
std::span<const ApiRow> math_library_rows();
std::span<const ApiRow> text_library_rows();  // string, table, bit
std::span<const ApiRow> vec_library_rows();

// A name of other Luas that a policy does not have, and what to write instead.
struct AbsentName {
  std::string_view names;    // separated by spaces; all have the same replacement
  std::string_view instead;  // a hint: "write …"
};
std::span<const AbsentName> absent_names();
// The hint for one of them, or empty.
std::string_view absent_hint(std::string_view name);

// A bound that every policy lives under, for the reference and the prompt.
struct ApiLimit {
  std::string_view what;
  std::string_view bound;
};
std::span<const ApiLimit> api_limits();

// The words of `text`, cut at every run of `separator`, without spaces around them.
std::vector<std::string> split_words(std::string_view text, char separator);

// "0 … 100" and "-pi … pi". Nothing for ranges that depend on the world, or are no numbers.
struct NumberRange {
  double low = 0;
  double high = 0;
};
std::optional<NumberRange> number_range(std::string_view text);

// "math" of "math.floor"; empty when there is no dot.
std::string_view library_table(std::string_view name);

// A complete policy, the first thing that a reader sees.
std::string_view example_policy();

// Whether a scenario has what the entry needs: the action is listed, or the sense has something to
// tell. Entries that neither names always exist.
bool exists_in(const ApiEntry& entry, const engine::Scenario& scenario);

}  // namespace cherub::scripting
