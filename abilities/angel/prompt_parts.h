#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abilities/angel/prompt.h"
#include "engine/scenario.h"

// The parts of a prompt, and how they are written. Every one is bounded: prompt.h says by what.
namespace cherub::abilities::angel {

// Cut with a mark that says by how much.
std::string bounded(std::string_view text, std::size_t bytes_max);
// The text in a fence that is longer than any run of back quotes in it, so that it cannot end
// early.
std::string fenced(std::string_view text, std::string_view tag, std::size_t bytes_max);
// Up to four significant digits: what a model needs of a measurement.
std::string number(double value);
std::string with_unit(double value, const std::string& unit);
// One line without control characters, cut when it is long.
std::string line(std::string_view text);
// The same for a table, where a bar would begin another cell.
std::string cell(std::string_view text);
std::string joined(const std::vector<std::string>& words, std::string_view separator);
// How many rows of so many do not fit, in words; empty when all do.
std::string more_rows(std::size_t count);
bool has_action(const engine::Scenario& scenario, std::string_view action);

// What does not change within a run: rules, limits, contract, how a policy is checked, an example.
std::string system_part(const Brief& brief);
std::string metrics_part(const Brief& brief);
// Facts and laws of the scenario's world.
std::string world_part(const engine::Scenario& scenario);
// How the world works, and what the abilities do that there are; empty when there is nothing to
// say.
std::string laws_part(const engine::Scenario& scenario);
// A policy that shows the form and the scenario's senses, and is no solution.
std::string_view example_for(const engine::Scenario& scenario);
// What to answer with, by the kind of the prompt.
std::string answer_part(const Brief& brief);

}  // namespace cherub::abilities::angel
