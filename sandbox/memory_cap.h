#pragma once

#include <cstddef>
#include <cstdint>
#include <lua.hpp>
#include <map>
#include <memory>

namespace cherub::sandbox {

// Owns the memory of one Lua state and counts its bytes; LuaJIT's own allocator does the work.
// Being over the limit is seen at the next checkpoint, where a collection is tried first.
//
// No allocation is ever refused. LuaJIT 2.1.0-beta3 does not survive that: in compiled code, and in
// some library functions, it looks for the frame that was running where there is none, and crashes.
// Instead everything that takes memory pays for it, so that little can be had between two
// checkpoints: a table may double, and a string operation may make a few strings of the largest
// size. The tests hold the peak under three times the limit for every attack.
//
// A state that is to be used again has its first allocations in an arena, one behind the other.
// What they hold can be kept as an image. To restore it is to copy the image back and to drop the
// heap that has all later allocations, which takes a fifth of the time that a new state takes:
// whatever ran in between, the state is the same again, byte by byte.
class MemoryCap {
 public:
  explicit MemoryCap(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}
  ~MemoryCap() { close(); }
  MemoryCap(const MemoryCap&) = delete;
  MemoryCap& operator=(const MemoryCap&) = delete;

  enum class Use { kOnce, kAgain };
  // Makes the state; a null pointer when the machine has no memory for it.
  lua_State* open(Use use);
  // Frees all that the state has, without looking at its objects. None of them has a finalizer that
  // would matter: what scripts could write there, the library keeps out.
  void close();

  // Keeps what there is, while nothing runs; what comes later is dropped by restore(). False: the
  // state is one for once, or has grown too large.
  bool keep();
  // False when that was not kept, or the machine has no memory: the state is gone then.
  bool restore();

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] bool is_over() const { return used_ > limit_bytes_; }
  void reset_peak() { peak_ = used_; }

 private:
  static void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size);
  void* from_heap(void* block, std::size_t old_size, std::size_t new_size);
  void* from_arena(std::size_t size);
  void* move(void* block, std::size_t old_size, std::size_t new_size);
  [[nodiscard]] bool in_arena(const void* block) const {
    return reinterpret_cast<std::uintptr_t>(block) - arena_ < arena_bytes_;
  }
  bool begin_heap();
  void end_heap();
  void drop_code();

  std::size_t limit_bytes_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  lua_State* state_ = nullptr;
  // The heap of LuaJIT's allocator belongs to a state of its own, which nothing runs in: the
  // library offers no other way to make one, and to free it as a whole.
  lua_State* heap_owner_ = nullptr;
  lua_Alloc allocate_ = nullptr;
  void* heap_ = nullptr;
  std::map<void*, std::size_t>
      large_;  // blocks that the heap's end would not free, and their sizes
  std::uintptr_t arena_ = 0;
  std::size_t arena_bytes_ = 0;  // 0: there is none
  std::size_t arena_used_ = 0;
  bool filling_ = false;     // allocations are the arena's
  bool overflowed_ = false;  // some of them were not, for want of room
  std::unique_ptr<std::byte[]> image_;
  std::size_t image_used_ = 0;  // used_, when it was kept
};

}  // namespace cherub::sandbox
