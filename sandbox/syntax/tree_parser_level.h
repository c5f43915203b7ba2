#pragma once

#include <algorithm>

#include "sandbox/syntax/parser.h"
#include "sandbox/syntax/tree_parser.h"

namespace cherub::sandbox {

// One level of recursion. LuaJIT counts its own at the same places, up to 200.
class TreeParser::Level {
 public:
  explicit Level(TreeParser& parser) : parser_(parser) {
    ++parser_.level_;
    parser_.check_depth(0);
  }
  ~Level() { --parser_.level_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  TreeParser& parser_;
};

}  // namespace cherub::sandbox
