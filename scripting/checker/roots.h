#pragma once

#include "scripting/checker/survey.h"
#include "scripting/checker/types.h"

namespace cherub::scripting {

// Where values come from: through fields, evident aliases, loops over them, and functions that only
// hand them out.
class Roots {
 public:
  Roots(const Survey& survey, const Types& types) : survey_(survey), types_(types) {}

  // The local of the file, or the parameter, that a value is reached from; or nullptr.
  [[nodiscard]] const sandbox::Local* of(const sandbox::Expression& expression) const;
  // Whether a value is self.memory or stands in it.
  [[nodiscard]] bool reaches_memory(const sandbox::Expression& expression) const;

 private:
  [[nodiscard]] const sandbox::Local* of(const sandbox::Expression& expression, int depth) const;
  [[nodiscard]] const sandbox::Local* of_local(const sandbox::Local* local, int depth) const;
  [[nodiscard]] const sandbox::Local* of_loop(const LocalFacts& facts, int depth) const;
  [[nodiscard]] const sandbox::Local* of_getter(const sandbox::Expression& call, int depth) const;
  [[nodiscard]] bool reaches_memory(const sandbox::Expression& expression, int depth) const;

  const Survey& survey_;
  const Types& types_;
};

}  // namespace cherub::scripting
