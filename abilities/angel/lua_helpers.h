#pragma once

#include <string>

namespace cherub::abilities::angel {

// Which costs a search for a cell weighs.
struct CostTerms {
  bool used = false;  // the search itself
  bool visits = false, hazards = false, dead_ends = false;
  bool goal = false;   // metres to it
  bool avoid = false;  // a thing to keep off
};

// What the Lua of a program calls beyond the API.
struct HelperNeeds {
  bool visits = false;  // visits_of(), count_visit()
  bool steps = false;   // begin_step(), in_step()
  CostTerms neighbor;   // cheapest_neighbor()
  CostTerms sight;      // step_to_cheapest()
  CostTerms plan;       // planned_step()
};

// Whether visited cells are counted: act() must then begin with count_visit(self, world).
bool counts_visits(const HelperNeeds& needs);

// Definitions of what is needed and nothing else, each with a comment, to stand in front of act().
std::string lua_helpers(const HelperNeeds& needs);

}  // namespace cherub::abilities::angel
