// The border of a Vm. A tree of values made from the bytes goes in and comes out again the same, or
// is refused with a reason; bytes taken as JSON become a value that survives the same way; bytes
// taken as a program that builds a value never end in more than an error.
#include <cmath>
#include <cstdlib>

#include "engine/base/json.h"
#include "sandbox/vm.h"

namespace {

using cherub::sandbox::Outcome;
using cherub::sandbox::OutcomeKind;
using cherub::sandbox::Value;
using cherub::sandbox::Vm;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t next() { return at_ < size_ ? data_[at_++] : 0; }

  double number() {
    static constexpr double kSpecial[] = {0.0, -0.0, 1, 2, 3, 0.5, -1, 1e300, 4, 5};
    const std::uint8_t choice = next();
    return choice < 10 ? kSpecial[choice] : choice * 0.25;
  }

  std::string text() {
    std::string text;
    for (int left = next() % 6; left > 0; --left) text += static_cast<char>(next());
    return text;
  }

  Value key() {
    switch (next() % 4) {
      case 0:
        return {text()};
      case 1:
        return {next() % 2 == 0};
      default:
        return {number()};
    }
  }

  Value value(int depth) {
    switch (next() % (depth < 40 ? 6 : 4)) {
      case 0:
        return {};
      case 1:
        return {next() % 2 == 0};
      case 2:
        return {number()};
      case 3:
        return {text()};
      default:
        return table(depth);
    }
  }

 private:
  Value table(int depth) {
    Value::Table table;
    for (int left = next() % 6; left > 0; --left) {
      Value name = key();
      table.push_back({std::move(name), value(depth + 1)});
    }
    return {std::move(table)};
  }

  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

void check(bool holds) {
  if (!holds) std::abort();
}

// What came out of the Vm once comes out the same again: by then keys are unique and in order.
void check_echo(Vm& vm, const cherub::sandbox::Script& echo, const Value& value) {
  const Outcome first = vm.run(echo, {&value, 1}, {100'000});
  if (first.kind != OutcomeKind::kOk) {
    check(first.kind == OutcomeKind::kError && !first.message.empty());
    return;
  }
  const Outcome second = vm.run(echo, {&first.result, 1}, {100'000});
  check(second.kind == OutcomeKind::kOk && second.result == first.result);
  const std::string json = to_json(first.result);
  check(cherub::base::parse_json(json).ok());
  check(to_json(second.result) == json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto created = Vm::create({.memory_bytes = 16u << 20});
  static Vm& vm = **created;
  static const auto echo = vm.load("echo", "return (...)").script;
  check_echo(vm, *echo, Bytes(data, size).value(0));
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto from_json = cherub::sandbox::value_from_json(text);
  if (from_json.ok()) check_echo(vm, *echo, *from_json);
  const Outcome built = vm.run_source("t", "return " + text, {20'000});
  if (built.kind == OutcomeKind::kOk) check(cherub::base::parse_json(to_json(built.result)).ok());
  return 0;
}
