#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/syntax/diagnostic.h"

// The tree of a Lua 5.1 chunk as LuaJIT accepts it (goto, \z, hexadecimal escapes and floats).
// Depth is bounded by the parser (Limits in parser.h), so visitors may recurse.
namespace cherub::sandbox {

struct Expression;
struct Statement;
struct Function;
using ExpressionPtr = std::unique_ptr<Expression>;
using StatementPtr = std::unique_ptr<Statement>;

enum class UnaryOp { kNegate, kNot, kLength };
enum class BinaryOp {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPower,
  kConcat,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
};

enum class LocalKind { kLocal, kLocalFunction, kParameter, kSelf, kNumericFor, kGenericFor };

// A declared local variable. Owned by the Function that declares it.
struct Local {
  std::string name;
  Range range;  // of the name where it is declared
  LocalKind kind = LocalKind::kLocal;
  Function* function = nullptr;   // the function whose activation holds it
  std::uint32_t assignments = 0;  // assignments after the declaration
  std::uint32_t captured_by = 0;  // inner functions that use it as an upvalue
  bool used = false;
};

enum class ExpressionKind {
  kNil,
  kTrue,
  kFalse,
  kNumber,  // number
  kString,  // text: the decoded bytes
  kVararg,
  kFunction,     // function
  kName,         // text: the name; local: its declaration, or nullptr for a global
  kIndex,        // children: object, key. `a.b` has a kString key; is_dot tells it from a["b"]
  kCall,         // children: callee, arguments…
  kMethodCall,   // children: object, arguments…; text: the method's name, name_range: its place
  kUnary,        // unary_op; children: operand
  kBinary,       // binary_op, operator_range; children: left, right
  kTable,        // fields
  kParenthesis,  // children: the expression inside
};

struct TableField {
  ExpressionPtr key;  // nullptr for a positional field; kString for `name = value`
  ExpressionPtr value;
  bool bracketed = false;  // `[key] = value`
};

struct Expression {
  ExpressionKind kind = ExpressionKind::kNil;
  Range range;
  double number = 0;
  std::string text;
  Local* local = nullptr;
  bool is_dot = false;
  UnaryOp unary_op = UnaryOp::kNot;
  BinaryOp binary_op = BinaryOp::kAdd;
  Range operator_range;
  Range name_range;
  std::vector<ExpressionPtr> children;
  std::vector<TableField> fields;
  std::unique_ptr<Function> function;
};

// The statements between two keywords. `range` runs from behind the opening keyword (or parameter
// list) to the first byte of the closing keyword.
struct Block {
  Range range;
  std::vector<StatementPtr> statements;
};

struct Function {
  Range range;       // from `function` (or the parameters of a method) to behind `end`
  std::string name;  // as declared (`policy.act`), or empty
  std::vector<Local*> parameters;
  bool is_vararg = false;
  Block body;
  Function* parent = nullptr;   // nullptr for the main chunk
  std::uint32_t registers = 0;  // slots of a stack frame, counted from above
  std::uint32_t upvalues = 0;   // distinct outer locals that it or its inner functions use
  std::vector<std::unique_ptr<Local>> locals;  // every local declared in this activation
};

enum class StatementKind {
  kLocal,          // locals; values
  kLocalFunction,  // locals[0]; values[0] is a kFunction
  kFunction,       // targets[0]; values[0] is a kFunction
  kAssign,         // targets; values
  kCall,           // values[0] is a kCall or kMethodCall
  kDo,             // blocks[0]
  kWhile,          // values[0]: condition; blocks[0]
  kRepeat,         // blocks[0]; values[0]: condition
  kIf,             // values[i] guards blocks[i]; one block more than values: else
  kNumericFor,     // locals[0]; values: start, limit, step?; blocks[0]
  kGenericFor,     // locals; values; blocks[0]
  kReturn,         // values
  kBreak,
  kGoto,   // text: the label; jumps_back: the label stands before it
  kLabel,  // text
};

struct Statement {
  StatementKind kind = StatementKind::kDo;
  Range range;
  std::vector<Local*> locals;
  std::vector<ExpressionPtr> targets;
  std::vector<ExpressionPtr> values;
  std::vector<Block> blocks;
  std::string text;
  bool jumps_back = false;
  bool ends_with_semicolon = false;  // a `;` follows the statement
};

// A parsed source. Owns the tree.
struct Chunk {
  std::string name;    // for messages, e.g. "policy"
  std::string source;  // exactly as written
  std::unique_ptr<Function> main;
};

}  // namespace cherub::sandbox
