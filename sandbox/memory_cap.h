#pragma once

#include <cstddef>

namespace cherub::sandbox {

// The allocator of one Lua state: counts bytes and gives no more than a hard cap. Being over the
// soft limit is seen at the next checkpoint, where a collection is tried first; the hard cap is
// further away, because a single operation may need much at once, and beyond it LuaJIT gets null
// and ends the call itself.
class MemoryCap {
 public:
  explicit MemoryCap(std::size_t soft_bytes);

  // A lua_Alloc; `user` is the MemoryCap.
  static void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size);

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] bool over_soft_limit() const { return used_ > soft_bytes_; }
  void reset_peak() { peak_ = used_; }

 private:
  std::size_t soft_bytes_;
  std::size_t hard_bytes_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
};

}  // namespace cherub::sandbox
