#include "sandbox/memory_cap.h"

#include <algorithm>
#include <cstdlib>

namespace cherub::sandbox {
namespace {

// Room between the limits: what one slice of fuel can allocate, with a table that doubles
// meanwhile.
constexpr std::size_t kHeadroomMin = std::size_t{8} << 20;

}  // namespace

MemoryCap::MemoryCap(std::size_t soft_bytes)
    : soft_bytes_(soft_bytes), hard_bytes_(soft_bytes + std::max(kHeadroomMin, soft_bytes / 2)) {}

void* MemoryCap::allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
  auto* cap = static_cast<MemoryCap*>(user);
  if (block == nullptr) old_size = 0;
  if (new_size == 0) {
    std::free(block);
    cap->used_ -= old_size;
    return nullptr;
  }
  // A block that shrinks must never fail: LuaJIT relies on it.
  if (new_size > old_size && cap->used_ - old_size + new_size > cap->hard_bytes_) return nullptr;
  void* fresh = std::realloc(block, new_size);
  if (fresh == nullptr) return nullptr;
  cap->used_ = cap->used_ - old_size + new_size;
  cap->peak_ = std::max(cap->peak_, cap->used_);
  return fresh;
}

}  // namespace cherub::sandbox
