#include "abilities/angel/constants.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace cherub::abilities::angel {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

// Names of species may hold what names of Lua may not.
std::string as_name(const std::string& wanted) {
  std::string name;
  for (const char c : wanted) {
    const auto letter = static_cast<unsigned char>(c);
    name += std::isalnum(letter) != 0 ? static_cast<char>(std::toupper(letter)) : '_';
  }
  return name;
}

}  // namespace

std::string Constants::name(const std::string& wanted, double value, const std::string& meaning) {
  const std::string text = number(value);
  const std::string base = as_name(wanted);
  for (int attempt = 1;; ++attempt) {
    const std::string name = attempt == 1 ? base : base + "_" + std::to_string(attempt);
    const auto found =
        std::find_if(constants_.begin(), constants_.end(),
                     [&](const Constant& constant) { return constant.name == name; });
    if (found == constants_.end()) {
      constants_.push_back({name, text, meaning});
      return name;
    }
    if (found->value == text && found->meaning == meaning) return name;
  }
}

std::string Constants::text() const {
  std::size_t width = 0;
  for (const Constant& constant : constants_) {
    width = std::max(width, constant.name.size() + constant.value.size());
  }
  std::string text;
  for (const Constant& constant : constants_) {
    const std::size_t used = constant.name.size() + constant.value.size();
    text += "local " + constant.name + " = " + constant.value + std::string(width - used, ' ') +
            "  -- " + constant.meaning + "\n";
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace cherub::abilities::angel
