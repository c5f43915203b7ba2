#include "tree_print.h"

#include <array>
#include <bit>
#include <string_view>

namespace cherub::sandbox {
namespace {

constexpr std::array<std::string_view, 15> kBinary = {
    "+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or"};
constexpr std::array<std::string_view, 3> kUnary = {"-", "not ", "#"};

std::string_view sign(BinaryOp op) {
  return kBinary[static_cast<std::size_t>(op)];
}
std::string_view sign(UnaryOp op) {
  return kUnary[static_cast<std::size_t>(op)];
}

std::string print_all(const std::vector<ExpressionPtr>& list) {
  std::string text;
  for (const ExpressionPtr& expression : list) text += " " + print_tree(*expression);
  return text;
}

std::string print_function(const Function& function) {
  std::string text = "(function";
  for (const Local* parameter : function.parameters) text += " " + parameter->name;
  if (function.is_vararg) text += " ...";
  return text + " " + print_tree(function.body) + ")";
}

std::string print_table(const Expression& table) {
  std::string text = "{";
  for (const TableField& field : table.fields) {
    if (field.key) text += (field.bracketed ? "[" : "") + print_tree(*field.key) + "=";
    text += print_tree(*field.value) + ",";
  }
  return text + "}";
}

std::string print_statement(const Statement& statement) {
  std::string text = "<" + std::to_string(static_cast<int>(statement.kind));
  for (const Local* local : statement.locals) text += " " + local->name;
  text += print_all(statement.targets) + " =" + print_all(statement.values);
  for (const Block& block : statement.blocks) text += " " + print_tree(block);
  return text + " " + statement.text + (statement.jumps_back ? " back>" : ">");
}

void visit_block(const Block& block, const std::function<void(const Expression&)>& visit);

void visit_expression(const Expression& expression,
                      const std::function<void(const Expression&)>& visit) {
  visit(expression);
  for (std::size_t i = 0; i < expression.children.size(); ++i) {
    if (!(expression.is_dot && i == 1)) visit_expression(*expression.children[i], visit);
  }
  for (const TableField& field : expression.fields) {
    if (field.bracketed) visit_expression(*field.key, visit);
    visit_expression(*field.value, visit);
  }
  if (expression.function) visit_block(expression.function->body, visit);
}

void visit_block(const Block& block, const std::function<void(const Expression&)>& visit) {
  for (const StatementPtr& statement : block.statements) {
    const bool is_function = statement->kind == StatementKind::kFunction ||
                             statement->kind == StatementKind::kLocalFunction;
    if (is_function) {
      visit_block(statement->values[0]->function->body, visit);
      continue;
    }
    for (const ExpressionPtr& target : statement->targets) visit_expression(*target, visit);
    for (const ExpressionPtr& value : statement->values) visit_expression(*value, visit);
    for (const Block& inner : statement->blocks) visit_block(inner, visit);
  }
}

}  // namespace

std::string print_tree(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kNil:
      return "nil";
    case ExpressionKind::kTrue:
      return "true";
    case ExpressionKind::kFalse:
      return "false";
    case ExpressionKind::kNumber:
      return "#" + std::to_string(std::bit_cast<std::uint64_t>(expression.number));
    case ExpressionKind::kString:
      return "'" + expression.text + "'";
    case ExpressionKind::kVararg:
      return "...";
    case ExpressionKind::kFunction:
      return print_function(*expression.function);
    case ExpressionKind::kName:
      return expression.text;
    case ExpressionKind::kIndex:
      return "(index" + print_all(expression.children) + ")";
    case ExpressionKind::kCall:
      return "(call" + print_all(expression.children) + ")";
    case ExpressionKind::kMethodCall:
      return "(method " + expression.text + print_all(expression.children) + ")";
    case ExpressionKind::kUnary:
      return "(" + std::string(sign(expression.unary_op)) + print_all(expression.children) + ")";
    case ExpressionKind::kBinary:
      return "(" + std::string(sign(expression.binary_op)) + print_all(expression.children) + ")";
    case ExpressionKind::kTable:
      return print_table(expression);
    case ExpressionKind::kParenthesis:
      return "(paren" + print_all(expression.children) + ")";
  }
  return "?";
}

std::string print_tree(const Block& block) {
  std::string text = "[";
  for (const StatementPtr& statement : block.statements) text += print_statement(*statement);
  return text + "]";
}

std::string parenthesize(const Expression& expression) {
  const auto child = [&expression](std::size_t i) { return parenthesize(*expression.children[i]); };
  switch (expression.kind) {
    case ExpressionKind::kUnary:
      return "(" + std::string(sign(expression.unary_op)) + " " + child(0) + ")";
    case ExpressionKind::kBinary:
      return "(" + child(0) + " " + std::string(sign(expression.binary_op)) + " " + child(1) + ")";
    case ExpressionKind::kParenthesis:
      return child(0);
    case ExpressionKind::kTrue:
      return "true";
    case ExpressionKind::kFalse:
      return "false";
    case ExpressionKind::kNil:
      return "nil";
    case ExpressionKind::kString:
      return "'" + expression.text + "'";
    case ExpressionKind::kNumber:
      return "(" + std::to_string(expression.number) + ")";
    default:
      return "error()";
  }
}

void for_each_expression(const Block& block, const std::function<void(const Expression&)>& visit) {
  visit_block(block, visit);
}

}  // namespace cherub::sandbox
