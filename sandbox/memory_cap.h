#pragma once

#include <cstddef>
#include <lua.hpp>

namespace cherub::sandbox {

// Counts the bytes of one Lua state; LuaJIT's own allocator does the work. Being over the limit is
// seen at the next checkpoint, where a collection is tried first.
//
// No allocation is ever refused. LuaJIT 2.1.0-beta3 does not survive that: in compiled code, and in
// some library functions, it looks for the frame that was running where there is none, and crashes.
// Instead everything that takes memory pays for it, so that little can be had between two
// checkpoints: a table may double, and a string operation may make a few strings of the largest
// size. The tests hold the peak under three times the limit for every attack.
class MemoryCap {
 public:
  explicit MemoryCap(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // Takes over the allocations of a new state. release() must be called before the state is closed.
  void adopt(lua_State* lua);
  void release(lua_State* lua);

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] bool is_over() const { return used_ > limit_bytes_; }
  void reset_peak() { peak_ = used_; }

 private:
  static void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size);

  lua_Alloc allocate_ = nullptr;  // LuaJIT's
  void* arena_ = nullptr;
  std::size_t limit_bytes_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
};

}  // namespace cherub::sandbox
