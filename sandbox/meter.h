#pragma once

#include <string>

#include "sandbox/syntax/ast.h"
#include "sandbox/syntax/diagnostic.h"

namespace cherub::sandbox {

// The names that metered code pays through, each with the field of core.lua that it stands for.
// Sources cannot say them: the lexer refuses bytes outside ASCII in names.
struct MeterName {
  const char* name;
  const char* core_field;
};
inline constexpr MeterName kMeterNames[] = {
    {"\u00b5f", "charge"},         // the fuel left: Vm joins it to the variable of core.lua
    {"\u00b5x", "exhausted"},      // called when that falls below zero
    {"\u00b5", "charge"},          // pays
    {"\u00b5c", "concatenated"},   // pays for a concatenation
    {"\u00b5p", "power"},          // x ^ y
    {"\u00b5k", "admit_key"},      // lets in a table key
    {"\u00b5i", "pay_loop"},       // pays for the iterations of a numeric `for`
    {"\u00b5s", "pay_spread"},     // pays for copies of `...`
    {"\u00b5l", "less"},           // x < y, paid by length between strings
    {"\u00b5m", "less_equal"},     // x <= y
    {"\u00b5g", "greater"},        // x > y
    {"\u00b5h", "greater_equal"},  // x >= y
};
inline constexpr const char* kFuelName = kMeterNames[0].name;

// How a charge is written. Both pay the same amounts at the same places.
//   kByCall  `µ(12);`. Compiled code keeps the fuel in a register from one charge to the next, also
//            across functions, because all charges go through one variable of one function.
//   kInline  `µf=µf-12 if µf<0 then µx(0)end`. Cheaper in the interpreter, where a call is dear,
//   and
//            in loops that call nothing: compiled code need not know which function it is in. With
//            kByCall such loops are charged in line, too.
// Both take three registers, so that the frames of a function are equally large.
enum class Charging { kByCall, kInline };
// How scripts of a Vm pay.
constexpr Charging charging_for(bool jit) {
  return jit ? Charging::kByCall : Charging::kInline;
}

// Cost of one run through a piece of code, in units of fuel: about one per operation that the
// interpreter would do, counted on the tree. Names, constants and parentheses are free.
//   arithmetic, comparison, and, or, not, #, -, index, assignment, return, branch   1
//   call 2 + 1 per argument · method call 3 + 1 per argument
//   concatenation 2 per operand, and 1 per 16 bytes of the result · table 4 + 1 per field
//   function value 4 + 1 per upvalue · loop iteration 1, of a generic `for` 2
//   comparison of two strings 1 per 16 bytes of the shorter one
//   `...` at the end of arguments, results or a table: 0.5 per value
//   a numeric `for` whose iterations all do the same pays for them before the first
//   function entry 1 + half of its stack frame: the registers that it needs and kFrameExtra
// A block pays for its straight-line code on entry. A local function that is nothing but called,
// and costs no more than kLeafMax, is paid by the blocks that call it. The arms of an `if` that
// cost no more than kArmInlineMax are paid by the block around them at the price of the dearest;
// larger arms pay on entry.
inline constexpr unsigned kArmInlineMax = 16;
inline constexpr unsigned kLeafMax = 100;

// Slots of the stack that a call may take besides the callee's registers: links, and what a
// metamethod's call keeps.
inline constexpr unsigned kFrameExtra = 10;

// The longest string that is a number. Arithmetic reads it at the price of any operation, which
// takes up to 0.1 ms.
inline constexpr unsigned kNumeralBytesMax = 65536;

struct MeteredSource {
  std::string text;                 // Lua that pays; lines as in the source
  bool names_concat_event = false;  // some string in it is "__concat": see core.lua
  Diagnostics diagnostics;  // what the meter must refuse: keys named __gc or __mode, long numerals
};

// Rewrites a parsed chunk by edits at the places of its tree, so that every loop iteration,
// function entry and backward goto pays, `..` and the order of strings pay by length, `^` gives the
// same bits everywhere, and every table key whose type is not evident is admitted by µk. The result
// is a chunk that takes what kMeterNames name and returns the script as a function.
MeteredSource meter(const Chunk& chunk, Charging charging);

}  // namespace cherub::sandbox
