#pragma once

#include <unordered_set>
#include <vector>

#include "scripting/checker/roots.h"

namespace cherub::scripting {

// Which of their arguments the functions of a source change: by writing into them, by functions of
// the library that do, or by handing them on to others that do.
class Effects {
 public:
  Effects(const Survey& survey, const Types& types, const Roots& roots);

  // The arguments of a call that it is sure to change. A method's object is one of them.
  [[nodiscard]] std::vector<const sandbox::Expression*> changed_by(
      const sandbox::Expression& call) const;

 private:
  [[nodiscard]] bool changes(const sandbox::Expression& call, std::size_t position) const;
  void note_root(const sandbox::Expression& expression);

  const Survey& survey_;
  const Types& types_;
  const Roots& roots_;
  std::unordered_set<const sandbox::Local*> changed_;  // parameters
};

// Whether a function of the library changes its first argument: table.insert, rawset …
bool changes_first_argument(const ApiEntry& entry);

}  // namespace cherub::scripting
