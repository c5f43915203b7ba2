#pragma once

#include <functional>
#include <string>

#include "sandbox/syntax/ast.h"

namespace cherub::sandbox {

// The tree of an expression as text: (+ a (index t 'k')). Equal trees print alike, wherever they
// stand and however they are spelt.
std::string print_tree(const Expression& expression);
std::string print_tree(const Block& block);

// The expression as Lua with every operation in parentheses of its own.
std::string parenthesize(const Expression& expression);

// Calls `visit` with every expression of the block that has a text of its own: not with the names
// behind dots, nor with the functions of function statements.
void for_each_expression(const Block& block, const std::function<void(const Expression&)>& visit);

}  // namespace cherub::sandbox
