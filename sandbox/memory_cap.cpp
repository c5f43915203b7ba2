#include "sandbox/memory_cap.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace cherub::sandbox {
namespace {

// A Vm with all that a policy's driver loads takes an eighth of it. What is not touched costs
// addresses only.
constexpr std::size_t kArenaBytes = std::size_t{4} << 20;
// Classes of blocks: of 16, 32 … 1,024 bytes, then of 2, 4 … 128 KB.
constexpr std::size_t kStep = 16, kSteps = 64, kSmallBytes = kStep * kSteps;
constexpr std::size_t kBlockBytesMax = std::size_t{128} << 10;
// From twice this size on, LuaJIT's allocator maps every block by itself.
constexpr std::size_t kLargeBytes = std::size_t{64} << 10;

constexpr std::size_t class_of(std::size_t size) {
  if (size <= kSmallBytes) return (size + kStep - 1) / kStep;
  return kSteps + static_cast<std::size_t>(std::bit_width((size - 1) / kSmallBytes));
}
constexpr std::size_t bytes_of(std::size_t block_class) {
  return block_class <= kSteps ? block_class * kStep : kSmallBytes << (block_class - kSteps);
}
static_assert(bytes_of(class_of(1024)) == 1024 && bytes_of(class_of(1025)) == 2048);
static_assert(bytes_of(class_of(kBlockBytesMax)) == kBlockBytesMax);

}  // namespace

lua_State* MemoryCap::open(Use use) {
  static_assert(class_of(kBlockBytesMax) == kClasses - 1);
  if (use == Use::kAgain) {
    void* const mapped = ::mmap(nullptr, kArenaBytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    begin_ = reinterpret_cast<std::uintptr_t>(mapped);
    bytes_ = kArenaBytes;
  }
  state_ = lua_newstate(&MemoryCap::allocate, this);
  return state_;
}

void MemoryCap::close() {
  if (state_ != nullptr) drop_code();
  state_ = nullptr;
  end_heap();
  if (bytes_ > 0) ::munmap(reinterpret_cast<void*>(begin_), bytes_);
  bytes_ = 0;
}

bool MemoryCap::keep() {
  if (bytes_ == 0 || heap_owner_ != nullptr || image_) return false;
  drop_code();
  kept_ = arena_;
  kept_used_ = used_;
  image_ = std::make_unique<std::byte[]>(arena_.used);
  std::memcpy(image_.get(), reinterpret_cast<const void*>(begin_), arena_.used);
  return true;
}

bool MemoryCap::restore() {
  if (!image_) return false;
  drop_code();
  end_heap();
  arena_ = kept_;
  used_ = peak_ = kept_used_;
  std::memcpy(reinterpret_cast<void*>(begin_), image_.get(), arena_.used);
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
  void* fresh = cap->bytes_ > 0 ? cap->from_arena_or_heap(block, old_size, new_size)
                                : cap->from_heap(block, old_size, new_size);
  if (fresh == nullptr && new_size > 0) return nullptr;  // the machine's memory is used up
  cap->used_ += new_size - (block == nullptr ? 0 : old_size);
  cap->peak_ = std::max(cap->peak_, cap->used_);
  return fresh;
}

void* MemoryCap::from_heap(void* block, std::size_t old_size, std::size_t new_size) {
  if (heap_owner_ == nullptr && !begin_heap()) return nullptr;
  const bool shrinks = old_size >= kLargeBytes && new_size > 0 && new_size < kLargeBytes;
  if (shrinks) return as_small(block, old_size, new_size);
  void* const fresh = allocate_(heap_, block, old_size, new_size);
  if ((old_size | new_size) < kLargeBytes) return fresh;
  if (fresh == nullptr && new_size > 0) return nullptr;
  if (block != nullptr) large_.erase(block);
  if (new_size >= kLargeBytes) large_[fresh] = new_size;
  return fresh;
}

// LuaJIT's allocator would shrink a mapping where it is, and nobody would know it for one.
void* MemoryCap::as_small(void* block, std::size_t old_size, std::size_t new_size) {
  void* const fresh = allocate_(heap_, nullptr, 0, new_size);
  if (fresh == nullptr) return nullptr;
  std::memcpy(fresh, block, new_size);
  allocate_(heap_, block, old_size, 0);
  large_.erase(block);
  return fresh;
}

// A null pointer when it is too large, or there is no room left.
void* MemoryCap::from_arena(std::size_t size) {
  if (size > kBlockBytesMax) return nullptr;
  const std::size_t block_class = class_of(size);
  if (void* const block = arena_.free[block_class]) {
    std::memcpy(&arena_.free[block_class], block, sizeof(void*));
    return block;
  }
  const std::size_t bytes = bytes_of(block_class);
  if (bytes > bytes_ - arena_.used) return nullptr;
  const std::uintptr_t block = begin_ + arena_.used;
  arena_.used += bytes;
  return reinterpret_cast<void*>(block);
}

void MemoryCap::release(void* block, std::size_t size) {
  void*& first = arena_.free[class_of(size)];
  std::memcpy(block, &first, sizeof(void*));
  first = block;
}

void* MemoryCap::from_arena_or_heap(void* block, std::size_t old_size, std::size_t new_size) {
  if (block != nullptr && !in_arena(block)) return from_heap(block, old_size, new_size);
  if (block != nullptr && new_size > 0 && class_of(old_size) == class_of(new_size)) return block;
  void* fresh = nullptr;
  if (new_size > 0) {
    fresh = from_arena(new_size);
    if (fresh == nullptr) fresh = from_heap(nullptr, 0, new_size);
    if (fresh == nullptr) return nullptr;
  }
  if (block == nullptr) return fresh;
  if (new_size > 0) std::memcpy(fresh, block, std::min(old_size, new_size));
  release(block, old_size);
  return fresh;
}

}  // namespace cherub::sandbox
