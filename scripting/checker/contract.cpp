#include "scripting/checker/contract.h"

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
      // What a call or a field gives is not followed; a number or a function is no table.
      contract_.open =
          value.kind == ExpressionKind::kCall || value.kind == ExpressionKind::kMethodCall ||
          value.kind == ExpressionKind::kIndex || value.kind == ExpressionKind::kVararg ||
          value.kind == ExpressionKind::kBinary || value.kind == ExpressionKind::kName;
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
      ContractMember& member = contract_.members.back();
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
    ContractMember member;
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

}  // namespace

const ContractMember* Contract::find(const std::string& name) const {
  for (const ContractMember& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

Contract find_contract(const sandbox::Chunk& chunk, const Survey& survey,
                       const ContractSpec& spec) {
  Contract contract = ContractFinder(chunk, survey).find();
  contract.spec = &spec;
  return contract;
}

}  // namespace cherub::scripting
