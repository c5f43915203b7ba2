#include "sandbox/trusted_chunk.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "sandbox/error_report.h"

namespace cherub::sandbox {
namespace {

int append_bytes(lua_State*, const void* bytes, std::size_t size, void* text) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return 0;
}

// What the process compiled: bytecode by chunk name and source. Entries stay for good; there are as
// many as the program has trusted files.
class CompiledChunks {
 public:
  [[nodiscard]] const std::string* find(const std::string& chunk_name, std::string_view source) {
    const std::lock_guard lock(mutex_);
    const auto known = by_name_.find(chunk_name);
    if (known == by_name_.end() || known->second.source != source) return nullptr;
    return &known->second.bytecode;
  }
  // The first source of a name stays.
  void add(const std::string& chunk_name, std::string_view source, std::string bytecode) {
    const std::lock_guard lock(mutex_);
    by_name_.try_emplace(chunk_name, Compiled{std::string(source), std::move(bytecode)});
  }

 private:
  struct Compiled {
    std::string source, bytecode;
  };
  std::mutex mutex_;
  std::map<std::string, Compiled> by_name_;
};

}  // namespace

int load_trusted_chunk(lua_State* lua, std::string_view name, std::string_view source) {
  static CompiledChunks compiled;
  const std::string chunk_name = "=" + std::string(kTrustedPrefix) + "." + std::string(name) + "]";
  if (const std::string* known = compiled.find(chunk_name, source)) {
    return luaL_loadbuffer(lua, known->data(), known->size(), chunk_name.c_str());
  }
  const int status = luaL_loadbuffer(lua, source.data(), source.size(), chunk_name.c_str());
  if (status != 0) return status;
  std::string bytecode;
  if (lua_dump(lua, append_bytes, &bytecode) == 0) {
    compiled.add(chunk_name, source, std::move(bytecode));
  }
  return 0;
}

}  // namespace cherub::sandbox
