#include "scripting/checker/contract.h"

#include <string_view>

#include "scripting/manifest.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;
using sandbox::Statement;
using sandbox::StatementKind;

class ContractFinder {
 public:
  ContractFinder(const sandbox::Chunk& chunk, const Survey& survey)
      : chunk_(chunk), survey_(survey) {}

  Contract find() {
    const auto& statements = chunk_.main->body.statements;
    if (statements.empty() || statements.back()->kind != StatementKind::kReturn) {
      find_inner_return();
      return std::move(contract_);
    }
    contract_.returned = statements.back().get();
    if (contract_.returned->values.empty()) return std::move(contract_);
    contract_.value = &bare(*contract_.returned->values[0]);
    const Expression& value = *contract_.value;
    if (value.kind == ExpressionKind::kTable) {
      add_constructor(value);
    } else if (value.kind == ExpressionKind::kName && value.local) {
      add_local(value.local);
    } else {
      contract_.open = true;
    }
    return std::move(contract_);
  }

 private:
  // `if … then return policy end` or a `do` block: rare, and not followed.
  void find_inner_return() {
    for (const StatementSite& site : survey_.statements()) {
      if (site.function == chunk_.main.get() && site.statement->kind == StatementKind::kReturn) {
        contract_.returned = site.statement;
        contract_.open = true;
      }
    }
  }

  void add_local(const sandbox::Local* policy) {
    const LocalFacts& known = survey_.facts(policy);
    contract_.policy = policy;
    contract_.open = known.opaque;
    for (const Expression* source : known.sources) {
      if (!source) continue;
      const ExpressionKind kind = bare(*source).kind;
      if (kind == ExpressionKind::kTable) {
        add_constructor(bare(*source));
      } else if (kind != ExpressionKind::kFunction) {
        contract_.open = true;
      }
    }
    for (const ExpressionSite& use : known.others) {
      // Given to a function that may fill it.
      if (use.statement != contract_.returned) contract_.open = true;
    }
    for (const StatementSite& site : survey_.statements()) add_assignment(*site.statement);
  }

  void add_assignment(const Statement& statement) {
    const bool declares = statement.kind == StatementKind::kFunction;
    if (!declares && statement.kind != StatementKind::kAssign) return;
    for (std::size_t i = 0; i < statement.targets.size(); ++i) {
      const Expression& target = *statement.targets[i];
      if (target.kind != ExpressionKind::kIndex) continue;
      const Expression& object = bare(*target.children[0]);
      if (object.kind != ExpressionKind::kName || object.local != contract_.policy) continue;
      const std::string* key = constant_key(target);
      if (!key || i >= statement.values.size()) {
        contract_.open = true;
        continue;
      }
      add_member(*key, *statement.values[i], target.range);
      PolicyMember& member = contract_.members.back();
      member.with_colon = declares && member.function && !member.function->parameters.empty() &&
                          member.function->parameters[0]->kind == sandbox::LocalKind::kSelf;
    }
  }

  void add_constructor(const Expression& table) {
    for (const sandbox::TableField& field : table.fields) {
      if (!field.key) {
        if (is_open_ended(*field.value)) contract_.open = true;
      } else if (field.key->kind == ExpressionKind::kString) {
        add_member(field.key->text, *field.value, field.key->range);
      } else {
        contract_.open = true;
      }
    }
  }

  void add_member(const std::string& name, const Expression& value, const sandbox::Range& range) {
    PolicyMember member;
    member.name = name;
    member.value = &bare(value);
    member.range = range;
    if (member.value->kind == ExpressionKind::kFunction) {
      member.function = member.value->function.get();
    } else if (member.value->kind == ExpressionKind::kName && member.value->local) {
      member.function = survey_.function_of(member.value->local);
    }
    contract_.members.push_back(std::move(member));
  }

  const sandbox::Chunk& chunk_;
  const Survey& survey_;
  Contract contract_;
};

bool is_named(const sandbox::Local* parameter, std::string_view names) {
  return (" " + std::string(names) + " ").find(" " + parameter->name + " ") != std::string::npos;
}

// act(self, world) and init(self, config). Their parameters may have any names, but for those that
// show that something else is meant.
std::string agent_signature_fault(const PolicyMember& member) {
  const auto& parameters = member.function->parameters;
  const bool acts = member.name == "act";
  if (parameters.empty()) {
    return acts && !member.function->is_vararg ? "policy.act needs its parameters self and world"
                                               : "";
  }
  if (!member.with_colon && is_named(parameters[0], "world env config params options")) {
    return "the first parameter of policy." + member.name + " is the agent itself";
  }
  if (parameters.size() > 1 && parameters[1]->name == "self") {
    return member.with_colon
               ? "with ':' Lua adds a parameter self of its own in front"
               : "the first parameter of policy." + member.name + " is the agent itself";
  }
  if (!acts && parameters.size() > 1 && parameters[1]->name == "world" && parameters[1]->used) {
    return "policy.init gets no world; sense in policy.act";
  }
  for (std::size_t i = 2; i < parameters.size(); ++i) {
    if (!parameters[i]->used) continue;
    const bool is_time = is_named(parameters[i], "dt delta delta_time");
    return "policy." + member.name + " gets two values, and no '" + parameters[i]->name + "'" +
           (is_time ? "; the time per tick is world.dt" : "");
  }
  return {};
}

// collect(step), finalize(episode), migrate(old): one value, which is not the agent.
std::string record_signature_fault(const PolicyMember& member) {
  const auto& parameters = member.function->parameters;
  const ApiEntry* entry = find_api(ApiKind::kContract, member.name);
  const std::string& wanted = entry->parameters[0].name;
  const std::string gets = "policy." + member.name + " gets one value, the " + wanted;
  if (member.with_colon) return gets + "; with ':' it would be called self";
  if (parameters.empty()) return {};
  const bool agent = is_named(parameters[0], "self agent world");
  if (agent && parameters[0]->used) return gets;
  if (parameters.size() > 1 && parameters[1]->used) return gets;
  return {};
}

}  // namespace

std::string signature_fault(const PolicyMember& member) {
  if (!member.function || !find_api(ApiKind::kContract, member.name)) return {};
  const bool takes_agent = member.name == "act" || member.name == "init";
  return takes_agent ? agent_signature_fault(member) : record_signature_fault(member);
}

const PolicyMember* Contract::find(const std::string& name) const {
  for (const PolicyMember& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

Contract find_contract(const sandbox::Chunk& chunk, const Survey& survey) {
  return ContractFinder(chunk, survey).find();
}

}  // namespace cherub::scripting
