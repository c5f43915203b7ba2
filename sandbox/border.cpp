#include "sandbox/border.h"

#include <algorithm>
#include <cmath>

#include "engine/base/json.h"
#include "sandbox/meter.h"

namespace cherub::sandbox {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The kinds of keys in the order in which pairs() shows them.
int key_rank(const Value& key, std::size_t array_length) {
  if (const auto* number = std::get_if<double>(&key.data)) {
    const bool in_array = *number >= 1 && *number <= static_cast<double>(array_length) &&
                          *number == std::floor(*number);
    return in_array ? 0 : 1;
  }
  return std::holds_alternative<std::string>(key.data) ? 2 : 3;
}

std::size_t array_length(const Value::Table& table) {
  std::vector<double> numbers;
  for (const auto& entry : table) {
    if (const auto* number = std::get_if<double>(&entry.key.data)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  std::size_t length = 0;
  const auto has = [&](std::size_t key) {
    return std::binary_search(numbers.begin(), numbers.end(), static_cast<double>(key));
  };
  while (has(length + 1)) ++length;
  return length;
}

void sort_entries(Value::Table& table) {
  const std::size_t length = array_length(table);
  std::sort(table.begin(), table.end(), [length](const auto& a, const auto& b) {
    const int rank_a = key_rank(a.key, length);
    const int rank_b = key_rank(b.key, length);
    if (rank_a != rank_b) return rank_a < rank_b;
    if (const auto* text = std::get_if<std::string>(&a.key.data)) {
      return *text < std::get<std::string>(b.key.data);
    }
    if (const auto* number = std::get_if<double>(&a.key.data)) {
      return *number < std::get<double>(b.key.data);
    }
    return std::get<bool>(a.key.data) < std::get<bool>(b.key.data);
  });
}

class Reader {
 public:
  Reader(lua_State* state, const ValueLimits& limits) : state_(state), limits_(limits) {}

  Result<Value> read(int index, const std::string& path, int depth) {
    switch (lua_type(state_, index)) {
      case LUA_TNIL:
        return Value{};
      case LUA_TBOOLEAN:
        return Value{lua_toboolean(state_, index) != 0};
      case LUA_TNUMBER:
        return Value{lua_tonumber(state_, index)};
      case LUA_TSTRING:
        return read_string(index, path);
      case LUA_TTABLE:
        return read_table(index, path, depth);
      default:
        return refuse(path,
                      std::string("a ") + luaL_typename(state_, index) +
                          " cannot leave the script; use numbers, strings, booleans and tables");
    }
  }

 private:
  static Error refuse(const std::string& path, std::string message) {
    return Error{ErrorCode::kInvalidArgument, std::move(message), path};
  }

  Result<Value> read_string(int index, const std::string& path) {
    std::size_t size = 0;
    const char* text = lua_tolstring(state_, index, &size);  // a string already: converts nothing
    bytes_ += size;
    if (bytes_ > limits_.bytes) {
      return refuse(path,
                    "strings of more than " + std::to_string(limits_.bytes) + " bytes in all");
    }
    return Value{std::string(text, size)};
  }

  Result<Value> read_table(int index, const std::string& path, int depth) {
    if (depth >= limits_.depth) {
      return refuse(path, "tables nest deeper than " + std::to_string(limits_.depth) +
                              " levels, or contain themselves");
    }
    luaL_checkstack(state_, 4, "value");
    Value::Table table;
    const int absolute = index > 0 ? index : lua_gettop(state_) + index + 1;
    lua_pushnil(state_);
    while (lua_next(state_, absolute) != 0) {
      if (++entries_ > limits_.entries) {
        lua_pop(state_, 2);
        return refuse(path, "more than " + std::to_string(limits_.entries) + " table entries");
      }
      auto entry = read_entry(path, depth);
      if (!entry.ok()) {
        lua_pop(state_, 2);
        return entry.error();
      }
      table.push_back(std::move(*entry));
      lua_pop(state_, 1);
    }
    sort_entries(table);
    return Value{std::move(table)};
  }

  Result<Value::Entry> read_entry(const std::string& path, int depth) {
    const int key_type = lua_type(state_, -2);
    if (key_type != LUA_TSTRING && key_type != LUA_TNUMBER && key_type != LUA_TBOOLEAN) {
      return refuse(path, std::string("a ") + lua_typename(state_, key_type) +
                              " as a table key; use strings or numbers");
    }
    auto key = read(-2, path, depth + 1);
    if (!key.ok()) return key.error();
    const bool named = key_type == LUA_TSTRING;
    const std::string inner = named ? path + "." + std::get<std::string>(key->data).substr(0, 40)
                                    : path + "[" + to_json(*key) + "]";
    auto value = read(-1, inner, depth + 1);
    if (!value.ok()) return value.error();
    return Value::Entry{std::move(*key), std::move(*value)};
  }

  lua_State* state_;
  const ValueLimits& limits_;
  std::size_t entries_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<Value> read_value(lua_State* state, int index, const ValueLimits& limits) {
  return Reader(state, limits).read(index, "value", 0);
}

namespace {

// Passes the value on top of the stack through a function of the core.
void admit(lua_State* state, int core, const char* function) {
  lua_getfield(state, core, function);
  lua_insert(state, -2);
  lua_call(state, 1, 1);
}

}  // namespace

void push_value(lua_State* state, const Value& value, int core) {
  luaL_checkstack(state, 6, "value");
  if (const auto* boolean = std::get_if<bool>(&value.data)) {
    lua_pushboolean(state, *boolean ? 1 : 0);
  } else if (const auto* number = std::get_if<double>(&value.data)) {
    lua_pushnumber(state, *number);
  } else if (const auto* text = std::get_if<std::string>(&value.data)) {
    lua_pushlstring(state, text->data(), text->size());
    if (text->size() > kNumeralBytesMax) admit(state, core, "made");
  } else if (const auto* table = std::get_if<Value::Table>(&value.data)) {
    lua_newtable(state);
    for (const auto& [key, item] : *table) {
      push_value(state, key, core);
      admit(state, core, "admit_key");
      push_value(state, item, core);
      lua_rawset(state, -3);
    }
  } else {
    lua_pushnil(state);
  }
}

}  // namespace cherub::sandbox
