#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lua.hpp>
#include <map>
#include <memory>

namespace cherub::sandbox {

// Owns the memory of one Lua state and counts its bytes. Being over the limit is seen at the next
// checkpoint, where a collection is tried first.
//
// No allocation is ever refused. LuaJIT 2.1.0-beta3 does not survive that: in compiled code, and in
// some library functions, it looks for the frame that was running where there is none, and crashes.
// Instead everything that takes memory pays for it, so that little can be had between two
// checkpoints: a table may double, and a string operation may make a few strings of the largest
// size. The tests hold the peak under three times the limit for every attack.
//
// LuaJIT's own allocator does the work for a state that is used once. One that is to be used again
// has its first megabytes in an arena instead, in blocks of a few sizes. What is in it can be kept
// as an image, and to restore the state is to copy the image back: whatever ran in between, it is
// the same again, byte by byte, in a tenth of the time that a new one takes.
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

  // Keeps what there is, once, while nothing runs. False: the state is one for once, or has grown
  // beyond the arena.
  bool keep();
  // Drops what came since. False when nothing was kept.
  bool restore();

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] bool is_over() const { return used_ > limit_bytes_; }
  void reset_peak() { peak_ = used_; }

 private:
  // Blocks of the arena: as many bytes as their class says, so that one that is freed serves the
  // next of its class.
  static constexpr std::size_t kClasses = 72;
  struct Arena {
    std::size_t used = 0;                // bytes from its begin that were handed out at least once
    std::array<void*, kClasses> free{};  // by class; each block begins with the next one's address
  };

  static void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size);
  void* from_heap(void* block, std::size_t old_size, std::size_t new_size);
  void* as_small(void* block, std::size_t old_size, std::size_t new_size);
  void* from_arena(std::size_t size);
  void release(void* block, std::size_t size);
  void* from_arena_or_heap(void* block, std::size_t old_size, std::size_t new_size);
  [[nodiscard]] bool in_arena(const void* block) const {
    return reinterpret_cast<std::uintptr_t>(block) - begin_ < bytes_;
  }
  bool begin_heap();
  void end_heap();
  void drop_code();

  std::size_t limit_bytes_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  lua_State* state_ = nullptr;
  // The heap of LuaJIT's allocator belongs to a state of its own, which nothing runs in: the
  // library offers no other way to make one, and to free it as a whole. A null pointer: none yet.
  lua_State* heap_owner_ = nullptr;
  lua_Alloc allocate_ = nullptr;
  void* heap_ = nullptr;
  std::map<void*, std::size_t> large_;  // what the heap's end would not free: blocks, sizes
  std::uintptr_t begin_ = 0;
  std::size_t bytes_ = 0;  // 0: there is no arena
  Arena arena_;
  Arena kept_;  // and used_, as keep() found them
  std::size_t kept_used_ = 0;
  std::unique_ptr<std::byte[]> image_;
};

}  // namespace cherub::sandbox
