// Statements that no way leads to.
#include "scripting/checker/rules.h"

namespace cherub::scripting {
namespace {

using sandbox::Block;
using sandbox::Statement;
using sandbox::StatementKind;

std::string_view way_out(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kIf:
      return "every branch of the if at line ";
    case StatementKind::kCall:
      return "the error at line ";
    default:
      return "the code at line ";
  }
}

void check_block(const CheckContext& context, const Block& block) {
  const Statement* end = nullptr;
  for (const auto& statement : block.statements) {
    if (statement->kind == StatementKind::kLabel) {
      end = nullptr;  // something may jump here
    } else if (end) {
      context.report.warning(statement->range,
                             "this is never reached: " + std::string(way_out(*end)) +
                                 std::to_string(end->range.line) + " leaves",
                             "move it in front, or remove it");
      return;
    } else if (context.survey.flow().ends(*statement)) {
      // A loop without end is a finding of its own.
      if (statement->kind == StatementKind::kWhile) return;
      end = statement.get();
    }
  }
}

}  // namespace

void check_flow(const CheckContext& context) {
  for (const FunctionSite& site : context.survey.functions()) {
    if (context.report.full()) return;
    check_block(context, site.function->body);
  }
  for (const StatementSite& site : context.survey.statements()) {
    if (context.report.full()) return;
    for (const Block& block : site.statement->blocks) check_block(context, block);
  }
}

}  // namespace cherub::scripting
