#pragma once

#include <string>
#include <vector>

namespace cherub::abilities::angel {

// The named constants at the top of a printed program.
class Constants {
 public:
  // The name of a constant; what is wanted, with a number when that name has another value already.
  // `meaning`: a comment, with the unit.
  std::string name(const std::string& wanted, double value, const std::string& meaning);
  // Their definitions, one a line, followed by an empty line; nothing when there are none.
  [[nodiscard]] std::string text() const;

 private:
  struct Constant {
    std::string name, value, meaning;
  };
  std::vector<Constant> constants_;
};

}  // namespace cherub::abilities::angel
