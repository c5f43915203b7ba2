// How the functions of a contract declare their parameters. They may have any names, but for those
// that show that something else is meant.
#include <algorithm>
#include <array>

#include "scripting/checker/contract.h"

namespace cherub::scripting {
namespace {

using sandbox::Local;

bool is_named(const Local* parameter, std::string_view names) {
  return (" " + std::string(names) + " ").find(" " + parameter->name + " ") != std::string::npos;
}

std::string value_count(std::size_t count) {
  constexpr std::array kWords{"no value", "one value", "two values", "three values", "four values"};
  return count < kWords.size() ? kWords[count] : std::to_string(count) + " values";
}

class Signature {
 public:
  Signature(const ContractSpec& spec, const ContractPart& part, const ContractMember& member)
      : spec_(spec),
        member_(member),
        wanted_(part.entry->parameters),
        given_(member.function->parameters),
        name_(spec.display_name(part)),
        required_(part.required),
        takes_self_(!wanted_.empty() && wanted_[0].type == "Self") {}

  std::string fault() const {
    if (given_.empty()) return missing();
    if (member_.with_colon && !takes_self_) {
      return gets() + "; with ':' " +
             (wanted_.size() == 1 ? "it would be called self" : "Lua puts a self in front");
    }
    if (!member_.with_colon && is_misled(given_[0])) {
      return takes_self_ ? "the first parameter of " + name_ + " is the agent itself" : gets();
    }
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (std::string found = fault_at(i); !found.empty()) return found;
    }
    return {};
  }

 private:
  std::string missing() const {
    if (!required_ || member_.function->is_vararg || wanted_.empty()) return {};
    std::string names;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      names += (i == 0 ? "" : i + 1 == wanted_.size() ? " and " : ", ") + wanted_[i].name;
    }
    return name_ + " needs its parameters " + names;
  }

  // The first parameter is called like something that it is not.
  bool is_misled(const Local* first) const {
    if (takes_self_) return is_named(first, "world env config params options");
    const bool is_own_name = !wanted_.empty() && first->name == wanted_[0].name;
    return !is_own_name && first->used && is_named(first, "self agent world");
  }

  std::string fault_at(std::size_t position) const {
    const Local* parameter = given_[position];
    const auto place = std::find_if(wanted_.begin(), wanted_.end(), [&](const ApiParameter& one) {
      return one.name == parameter->name;
    });
    const auto index = static_cast<std::size_t>(place - wanted_.begin());
    if (place != wanted_.end() && index != position) {
      if (member_.with_colon) return "with ':' Lua adds a parameter self of its own in front";
      if (index == 0 && takes_self_) {
        return "the first parameter of " + name_ + " is the agent itself";
      }
      return gets() + ", in this order";
    }
    if (!parameter->used || place != wanted_.end()) return {};
    if (parameter->name == "world" && takes_self_) {
      return name_ + " gets no world; sense in " + spec_.display_name(spec_.main_part());
    }
    if (position < wanted_.size()) return {};
    const bool is_time = is_named(parameter, "dt delta delta_time");
    return name_ + " gets " + value_count(wanted_.size()) + ", and no '" + parameter->name + "'" +
           (is_time ? "; the time per tick is world.dt" : "");
  }

  // "policy.collect gets one value, the step"
  std::string gets() const {
    std::string text = name_ + " gets " + value_count(wanted_.size());
    for (const ApiParameter& parameter : wanted_) {
      text += (wanted_.size() == 1 ? ", the " : ", ") + parameter.name;
    }
    return text;
  }

  const ContractSpec& spec_;
  const ContractMember& member_;
  const std::vector<ApiParameter>& wanted_;
  const std::vector<Local*>& given_;
  std::string name_;
  bool required_;
  bool takes_self_;
};

}  // namespace

std::string signature_fault(const Contract& contract, const ContractMember& member) {
  const ContractPart* part = contract.spec->find(member.name);
  if (!member.function || !part || part->is_field) return {};
  return Signature(*contract.spec, *part, member).fault();
}

}  // namespace cherub::scripting
