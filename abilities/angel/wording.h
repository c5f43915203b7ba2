#pragma once

#include <string>
#include <vector>

#include "abilities/angel/grammar.h"

namespace cherub::abilities::angel {

// A rule in plain words, as a sentence: "When hungry and no rabbit is near, eat grass."
std::string rule_words(const Rule& rule, const std::vector<Thing>& things);

}  // namespace cherub::abilities::angel
