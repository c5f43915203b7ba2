#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cherub::fuzz {

// Turns bytes into a Lua program: every byte is a choice, and when they are used up the simplest
// choice is made, so that every input gives a whole program. The programs end by themselves (loops
// are counted, functions count their calls), use all statements and operators and the safe library,
// are mostly free of errors, and return what they saw as one string. Nothing that they show depends
// on the order of pairs(), on addresses or on random numbers.
class ProgramGenerator {
 public:
  explicit ProgramGenerator(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::string program();

 private:
  enum class Type { kNumber, kString, kTable, kFunction, kObject };
  struct Variable {
    std::string name;
    Type type;
    bool constant;  // the variable of a loop
  };

  std::size_t choose(std::size_t count);
  bool chance(std::size_t one_in) { return choose(one_in) == 1; }
  const char* pick(std::span<const char* const> texts) { return texts[choose(texts.size())]; }
  std::string fresh(const char* stem);
  std::string variable(Type type, bool assignable = false);

  std::string expression(Type type);
  std::string any();
  std::string number();
  std::string number_call();
  std::string string();
  std::string string_call();
  std::string table();
  std::string object();
  std::string function();
  std::string pattern();
  std::string condition();
  std::string values(std::size_t most);
  std::string body(const std::vector<Variable>& parameters, bool returns);

  void line(const std::string& text);
  void block(std::size_t statements);
  void statement();
  void declaration();
  void assignment();
  void show();
  void table_call();
  void branch();
  void numeric_for();
  void generic_for();
  void while_loop();
  void repeat_loop();
  void goto_loop();
  void continue_loop();
  void local_function();
  void method();
  void scope(const std::vector<Variable>& variables, std::size_t statements);

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  std::size_t names_ = 0;
  int depth_ = 0;       // of blocks
  int expression_ = 0;  // of expressions
  std::vector<Variable> variables_;
  std::string text_;
};

}  // namespace cherub::fuzz
