#include "sandbox/memory_cap.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace cherub::sandbox {
namespace {

// A Vm with all that a policy's driver loads takes a quarter of it. What is not touched costs
// addresses only.
constexpr std::size_t kArenaBytes = std::size_t{2} << 20;
constexpr std::size_t kAlignment = 16;
// From twice this size on, LuaJIT's allocator maps every block by itself.
constexpr std::size_t kLargeBytes = std::size_t{64} << 10;

constexpr std::size_t aligned(std::size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

lua_State* MemoryCap::open(Use use) {
  if (!begin_heap()) return nullptr;
  if (use == Use::kAgain) {
    void* const mapped = ::mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    arena_ = reinterpret_cast<std::uintptr_t>(mapped);
    arena_bytes_ = kArenaBytes;
    filling_ = true;
  }
  state_ = lua_newstate(&MemoryCap::allocate, this);
  return state_;
}

void MemoryCap::close() {
  if (state_ != nullptr) drop_code();
  state_ = nullptr;
  end_heap();
  if (arena_bytes_ > 0) ::munmap(reinterpret_cast<void*>(arena_), arena_bytes_);
  arena_bytes_ = 0;
}

bool MemoryCap::keep() {
  if (!filling_ || overflowed_) return false;
  drop_code();
  filling_ = false;
  image_ = std::make_unique<std::byte[]>(arena_used_);
  std::memcpy(image_.get(), reinterpret_cast<const void*>(arena_), arena_used_);
  image_used_ = used_;
  return true;
}

bool MemoryCap::restore() {
  if (!image_) return false;
  drop_code();
  end_heap();
  if (!begin_heap()) {
    state_ = nullptr;
    return false;
  }
  std::memcpy(reinterpret_cast<void*>(arena_), image_.get(), arena_used_);
  used_ = peak_ = image_used_;
  return true;
}

// Compiled code is mapped beside all other memory; what refers to it forgets it.
void MemoryCap::drop_code() {
  luaJIT_setmode(state_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_FLUSH);
}

bool MemoryCap::begin_heap() {
  heap_owner_ = luaL_newstate();
  if (heap_owner_ == nullptr) return false;
  allocate_ = lua_getallocf(heap_owner_, &heap_);
  return true;
}

void MemoryCap::end_heap() {
  if (heap_owner_ == nullptr) return;
  for (const auto& [block, size] : large_) allocate_(heap_, block, size, 0);
  large_.clear();
  lua_close(heap_owner_);
  heap_owner_ = nullptr;
}

void* MemoryCap::allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
  auto* cap = static_cast<MemoryCap*>(user);
  void* fresh = cap->filling_ || cap->in_arena(block) ? cap->move(block, old_size, new_size)
                                                      : cap->from_heap(block, old_size, new_size);
  if (fresh == nullptr && new_size > 0) return nullptr;  // the machine's memory is used up
  cap->used_ += new_size - (block == nullptr ? 0 : old_size);
  cap->peak_ = std::max(cap->peak_, cap->used_);
  return fresh;
}

void* MemoryCap::from_heap(void* block, std::size_t old_size, std::size_t new_size) {
  void* const fresh = allocate_(heap_, block, old_size, new_size);
  if ((old_size | new_size) < kLargeBytes) return fresh;
  if (fresh == nullptr && new_size > 0) return nullptr;
  if (block != nullptr) large_.erase(block);
  if (new_size >= kLargeBytes) large_[fresh] = new_size;
  return fresh;
}

void* MemoryCap::from_arena(std::size_t size) {
  if (aligned(size) > arena_bytes_ - arena_used_) {
    overflowed_ = true;
    return nullptr;
  }
  const std::uintptr_t block = arena_ + arena_used_;
  arena_used_ += aligned(size);
  return reinterpret_cast<void*>(block);
}

// The allocations while the arena is filled, and later those that concern a block in it. What is
// freed there stays empty.
void* MemoryCap::move(void* block, std::size_t old_size, std::size_t new_size) {
  if (new_size == 0 && in_arena(block)) return nullptr;
  if (new_size == 0) return from_heap(block, old_size, 0);
  if (block != nullptr && in_arena(block) && new_size <= old_size) return block;
  void* fresh = filling_ ? from_arena(new_size) : nullptr;
  if (fresh == nullptr) fresh = from_heap(nullptr, 0, new_size);
  if (fresh == nullptr || block == nullptr) return fresh;
  std::memcpy(fresh, block, std::min(old_size, new_size));
  if (!in_arena(block)) from_heap(block, old_size, 0);
  return fresh;
}

}  // namespace cherub::sandbox
