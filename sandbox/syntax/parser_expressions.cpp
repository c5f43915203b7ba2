#include <algorithm>
#include <optional>
#include <utility>

#include "sandbox/syntax/tree_parser.h"
#include "sandbox/syntax/tree_parser_level.h"

namespace cherub::sandbox {
namespace {

constexpr int kUnaryPriority = 8;

struct BinaryOperator {
  BinaryOp op;
  int left;   // how strongly it binds its left operand
  int right;  // less than `left` where it leans to the right
};

std::optional<BinaryOperator> binary_operator(TokenKind kind) {
  switch (kind) {
    case TokenKind::kPlus:
      return BinaryOperator{BinaryOp::kAdd, 6, 6};
    case TokenKind::kMinus:
      return BinaryOperator{BinaryOp::kSubtract, 6, 6};
    case TokenKind::kStar:
      return BinaryOperator{BinaryOp::kMultiply, 7, 7};
    case TokenKind::kSlash:
      return BinaryOperator{BinaryOp::kDivide, 7, 7};
    case TokenKind::kPercent:
      return BinaryOperator{BinaryOp::kModulo, 7, 7};
    case TokenKind::kCaret:
      return BinaryOperator{BinaryOp::kPower, 10, 9};
    case TokenKind::kConcat:
      return BinaryOperator{BinaryOp::kConcat, 5, 4};
    case TokenKind::kEqual:
      return BinaryOperator{BinaryOp::kEqual, 3, 3};
    case TokenKind::kNotEqual:
      return BinaryOperator{BinaryOp::kNotEqual, 3, 3};
    case TokenKind::kLess:
      return BinaryOperator{BinaryOp::kLess, 3, 3};
    case TokenKind::kLessEqual:
      return BinaryOperator{BinaryOp::kLessEqual, 3, 3};
    case TokenKind::kGreater:
      return BinaryOperator{BinaryOp::kGreater, 3, 3};
    case TokenKind::kGreaterEqual:
      return BinaryOperator{BinaryOp::kGreaterEqual, 3, 3};
    case TokenKind::kAnd:
      return BinaryOperator{BinaryOp::kAnd, 2, 2};
    case TokenKind::kOr:
      return BinaryOperator{BinaryOp::kOr, 1, 1};
    default:
      return std::nullopt;
  }
}

std::optional<UnaryOp> unary_operator(TokenKind kind) {
  switch (kind) {
    case TokenKind::kMinus:
      return UnaryOp::kNegate;
    case TokenKind::kNot:
      return UnaryOp::kNot;
    case TokenKind::kHash:
      return UnaryOp::kLength;
    default:
      return std::nullopt;
  }
}

}  // namespace

ExpressionPtr TreeParser::make(ExpressionKind kind, const Token& first) const {
  auto tree = std::make_unique<Expression>();
  tree->kind = kind;
  tree->range = range_from(first);
  return tree;
}

void TreeParser::adopt(Node& parent, Node child) {
  parent.height = std::max(parent.height, child.height + 1);
  check_depth(parent.height);
  parent.tree->children.push_back(std::move(child.tree));
}

TreeParser::Node TreeParser::parse_expression(int priority_min) {
  const Level level(*this);
  if (failed_) return {};
  const Token& first = current();
  Node left = parse_unary();
  while (!failed_) {
    const std::optional<BinaryOperator> binary = binary_operator(current().kind);
    if (!binary || binary->left <= priority_min) break;
    const Token& symbol = advance();
    Node right = parse_expression(binary->right);
    if (failed_) break;
    Node whole{make(ExpressionKind::kBinary, first), 0};
    whole.tree->binary_op = binary->op;
    whole.tree->operator_range = symbol.range();
    adopt(whole, std::move(left));
    adopt(whole, std::move(right));
    left = std::move(whole);
  }
  return failed_ ? Node{} : std::move(left);
}

TreeParser::Node TreeParser::parse_unary() {
  const std::optional<UnaryOp> unary = unary_operator(current().kind);
  if (!unary) return parse_simple();
  const Token& symbol = advance();
  Node operand = parse_expression(kUnaryPriority);
  if (failed_) return {};
  Node whole{make(ExpressionKind::kUnary, symbol), 0};
  whole.tree->unary_op = *unary;
  whole.tree->operator_range = symbol.range();
  adopt(whole, std::move(operand));
  return whole;
}

TreeParser::Node TreeParser::make_leaf(ExpressionKind kind, const Token& token) {
  Node leaf{std::make_unique<Expression>(), 0};
  leaf.tree->kind = kind;
  leaf.tree->range = token.range();
  return leaf;
}

TreeParser::Node TreeParser::parse_simple() {
  const Token& token = current();
  switch (token.kind) {
    case TokenKind::kNumber: {
      advance();
      Node node = make_leaf(ExpressionKind::kNumber, token);
      node.tree->number = decode_number(text(token)).value;
      return node;
    }
    case TokenKind::kString: {
      advance();
      Node node = make_leaf(ExpressionKind::kString, token);
      node.tree->text = decode_string(text(token)).bytes;
      return node;
    }
    case TokenKind::kNil:
      advance();
      return make_leaf(ExpressionKind::kNil, token);
    case TokenKind::kTrue:
      advance();
      return make_leaf(ExpressionKind::kTrue, token);
    case TokenKind::kFalse:
      advance();
      return make_leaf(ExpressionKind::kFalse, token);
    case TokenKind::kVararg:
      advance();
      return make_vararg(token);
    case TokenKind::kLeftBrace:
      return parse_table();
    case TokenKind::kFunction:
      return parse_function_expression();
    default:
      return parse_suffixed();
  }
}

TreeParser::Node TreeParser::make_vararg(const Token& token) {
  if (!scope_.is_vararg()) {
    report(token.range(), "'...' stands outside a vararg function",
           "add '...' to the parameters of the innermost function, or store it in a local outside");
  }
  return make_leaf(ExpressionKind::kVararg, token);
}

TreeParser::Node TreeParser::make_name(const Token& token) {
  Node name = make_leaf(ExpressionKind::kName, token);
  name.tree->text = text(token);
  name.tree->local = scope_.resolve(text(token), token.range());
  return name;
}

TreeParser::Node TreeParser::parse_primary() {
  const Token& token = current();
  if (at_name()) {
    advance();
    return make_name(token);
  }
  if (!accept(TokenKind::kLeftParenthesis)) {
    fail_expected("an expression");
    return {};
  }
  Node inside = parse_expression();
  expect_closing(TokenKind::kRightParenthesis, token);
  if (failed_) return {};
  Node whole{make(ExpressionKind::kParenthesis, token), 0};
  adopt(whole, std::move(inside));
  return whole;
}

TreeParser::Node TreeParser::parse_suffixed() {
  const Token& first = current();
  const bool is_target = std::exchange(is_target_, false);
  Node node = parse_primary();
  if (failed_) return {};
  if (node.tree->local != nullptr && !(is_target && is_assigned_here())) {
    node.tree->local->used = true;
  }
  while (!failed_) {
    switch (current().kind) {
      case TokenKind::kDot:
      case TokenKind::kLeftBracket:
        node = parse_index(std::move(node), first);
        break;
      case TokenKind::kColon:
        node = parse_method_call(std::move(node), first);
        break;
      case TokenKind::kLeftParenthesis:
      case TokenKind::kString:
      case TokenKind::kLeftBrace: {
        Node call{std::make_unique<Expression>(), 0};
        call.tree->kind = ExpressionKind::kCall;
        adopt(call, std::move(node));
        node = parse_arguments(std::move(call), first);
        break;
      }
      default:
        return node;
    }
  }
  return {};
}

TreeParser::Node TreeParser::parse_index(Node object, const Token& first) {
  const Token& opener = advance();
  Node index{std::make_unique<Expression>(), 0};
  index.tree->kind = ExpressionKind::kIndex;
  adopt(index, std::move(object));
  if (opener.kind == TokenKind::kDot) {
    const Token& name = current();
    if (!at_name()) {
      fail_expected("a name behind '.'",
                    is_keyword(name)
                        ? "a keyword is no field name: write [\"" + std::string(text(name)) + "\"]"
                        : "");
      return {};
    }
    advance();
    index.tree->is_dot = true;
    Node key = make_leaf(ExpressionKind::kString, name);
    key.tree->text = text(name);
    adopt(index, std::move(key));
  } else {
    Node key = parse_expression();
    expect_closing(TokenKind::kRightBracket, opener);
    if (failed_) return {};
    adopt(index, std::move(key));
  }
  index.tree->range = range_from(first);
  return index;
}

TreeParser::Node TreeParser::parse_method_call(Node object, const Token& first) {
  note_header_block(advance());
  const Token& name = current();
  if (!at_name()) {
    fail_expected("a method's name behind ':'", "':' calls a method, as in 'object:name(x)'");
    return {};
  }
  advance();
  Node call{std::make_unique<Expression>(), 0};
  call.tree->kind = ExpressionKind::kMethodCall;
  call.tree->text = text(name);
  call.tree->name_range = name.range();
  adopt(call, std::move(object));
  if (!at(TokenKind::kLeftParenthesis) && !at(TokenKind::kString) && !at(TokenKind::kLeftBrace)) {
    const std::string method(text(name));
    std::string hint = "call a method as 'object:" + method + "(…)'; a field is read with '.'";
    if (is_first_of_line(position_)) {
      fail(name.range(), "the method '" + method + "' is not called", std::move(hint));
    } else {
      fail_expected("the arguments of the method '" + method + "'", std::move(hint));
    }
    return {};
  }
  return parse_arguments(std::move(call), first);
}

TreeParser::Node TreeParser::parse_arguments(Node call, const Token& first) {
  const Token& opener = current();
  if (opener.kind != TokenKind::kLeftParenthesis) {
    if (opener.kind == TokenKind::kLeftBrace) note_header_block(opener);
    Node argument = parse_simple();
    if (failed_) return {};
    adopt(call, std::move(argument));
  } else {
    if (opener.line != last_line_) {
      fail(opener.range(),
           "ambiguous: '(' may call the value of the line above or begin a new statement",
           "end the statement above with ';', or put the '(' behind the function's name");
      return {};
    }
    advance();
    if (!at(TokenKind::kRightParenthesis)) {
      std::vector<ExpressionPtr> list;
      const int height = parse_expression_list(list);
      call.height = std::max(call.height, height + 1);
      check_depth(call.height);
      for (ExpressionPtr& argument : list) call.tree->children.push_back(std::move(argument));
    }
    expect_closing(TokenKind::kRightParenthesis, opener);
  }
  if (failed_) return {};
  call.tree->range = range_from(first);
  return call;
}

// Returns the height of the highest expression.
int TreeParser::parse_expression_list(std::vector<ExpressionPtr>& list) {
  int height = 0;
  do {
    Node node = parse_expression();
    if (failed_) return height;
    height = std::max(height, node.height);
    list.push_back(std::move(node.tree));
  } while (accept(TokenKind::kComma));
  return height;
}

TreeParser::Node TreeParser::parse_table() {
  const Token& opener = advance();
  Node table{std::make_unique<Expression>(), 0};
  table.tree->kind = ExpressionKind::kTable;
  while (!failed_ && !at(TokenKind::kRightBrace)) {
    TableField field;
    table.height = std::max(table.height, parse_field(field) + 1);
    check_depth(table.height);
    table.tree->fields.push_back(std::move(field));
    if (!accept(TokenKind::kComma) && !accept(TokenKind::kSemicolon)) break;
  }
  expect_closing(TokenKind::kRightBrace, opener);
  if (failed_) return {};
  table.tree->range = range_from(opener);
  return table;
}

// Returns the height of the higher of key and value.
int TreeParser::parse_field(TableField& field) {
  const Token& first = current();
  int height = 0;
  if (accept(TokenKind::kLeftBracket)) {
    Node key = parse_expression();
    expect_closing(TokenKind::kRightBracket, first);
    expect(TokenKind::kAssign, "'=' behind the key",
           "write '[key] = value'; a list is '{1, 2, 3}'");
    if (failed_) return 0;
    field.bracketed = true;
    height = key.height;
    field.key = std::move(key.tree);
  } else if (at_name()) {
    look_ahead();
    if (ahead(1).kind == TokenKind::kAssign) {
      Node key = make_leaf(ExpressionKind::kString, first);
      key.tree->text = text(first);
      field.key = std::move(key.tree);
      advance();
      advance();
    } else if (ahead(1).kind == TokenKind::kColon && fail_foreign_field()) {
      return 0;
    }
  }
  Node value = parse_expression();
  field.value = std::move(value.tree);
  return std::max(height, value.height);
}

TreeParser::Node TreeParser::parse_function_expression() {
  const Token& opener = advance();
  if (at_name()) {
    fail(current().range(), "a function inside an expression has no name",
         "write 'function(x) … end', or 'local function " + std::string(text(current())) +
             "(x) … end' as a statement of its own");
    return {};
  }
  const int deepest = std::exchange(deepest_, 0);
  std::unique_ptr<Function> function = parse_function(opener, {}, nullptr);
  Node node = make_leaf(ExpressionKind::kFunction, opener);
  node.height = std::max(0, deepest_ - level_);
  deepest_ = std::max(deepest_, deepest);
  node.tree->range = function->range;
  node.tree->function = std::move(function);
  return failed_ ? Node{} : std::move(node);
}

}  // namespace cherub::sandbox
