#pragma once

#include <string>

#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/diagnostic.h"

namespace cherub::sandbox {

// The names that metered code pays through. Sources cannot say them: the lexer refuses bytes
// outside ASCII in names.
//   µ   fuel left, a number       µx  called when it falls below zero
//   µc  pays for a concatenation  µp  the power function       µk  admits a table key
inline constexpr const char* kMeterPrologue =
    "local \u00b5,\u00b5x,\u00b5c,\u00b5p,\u00b5k=... return function(...)";
inline constexpr const char* kFuelName = "\u00b5";

// Cost of one run through a piece of code, in units of fuel: one per operation that the interpreter
// would do, counted on the tree. Names, constants and parentheses are free.
//   arithmetic, comparison, not, #, -, index, assignment, return, branch   1
//   and, or 1 · call 2 + 1 per argument · method call 3 + 1 per argument
//   concatenation 2 per operand, and its length (core.lua) · table 4 + 1 per field · function value
//   4 loop iteration 1 · function entry 1
// A block pays for its straight-line code on entry. The arms of an `if` that cost no more than
// kArmInlineMax are paid by the block around them at the price of the dearest; larger arms pay on
// entry.
inline constexpr unsigned kArmInlineMax = 16;

struct MeteredSource {
  std::string text;         // Lua that pays; lines as in the source
  Diagnostics diagnostics;  // what the meter must refuse: keys named __gc or __mode
};

// Rewrites a parsed chunk by edits at the places of its tree, so that every loop iteration,
// function entry and backward goto pays, `..` pays for its length, `^` gives the same bits
// everywhere, and every table key whose type is not evident is admitted by µk. The result is the
// body of a function that takes the five names: see kMeterPrologue.
MeteredSource meter(const Chunk& chunk);

}  // namespace cherub::sandbox
