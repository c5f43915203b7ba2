#pragma once

#include <cstddef>
#include <cstdint>
#include <lua.hpp>

namespace cherub::sandbox {

// The allocator of one Lua state: LuaJIT's own, behind a count of bytes and a hard cap. Being over
// the soft limit is seen at the next checkpoint, where a collection is tried first. The hard cap is
// further away, because a single operation may need much at once; beyond it LuaJIT gets null and
// ends the call itself. It must never get null while compiled code runs: LuaJIT 2.1.0-beta3 then
// looks for the running function in a stale frame and crashes. So a state with the compiler on has
// no hard cap; what can be allocated between two checkpoints bounds it.
class MemoryCap {
 public:
  MemoryCap(std::size_t soft_bytes, bool has_hard_cap);

  // Takes over the allocations of a new state. release() must be called before the state is closed.
  void adopt(lua_State* lua);
  void release(lua_State* lua);

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] bool over_soft_limit() const { return used_ > soft_bytes_; }
  void reset_peak() { peak_ = used_; }

  // For tests: lets so many allocations pass and fails all after them, until called again.
  void fail_after(std::uint64_t allocations) { allocations_left_ = allocations; }
  [[nodiscard]] bool failed() const { return allocations_left_ == 0; }
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

 private:
  static void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size);

  lua_Alloc allocate_ = nullptr;  // LuaJIT's
  void* arena_ = nullptr;
  std::size_t soft_bytes_;
  std::size_t hard_bytes_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  std::uint64_t allocations_left_ = kNever;
};

}  // namespace cherub::sandbox
