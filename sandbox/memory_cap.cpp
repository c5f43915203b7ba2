#include "sandbox/memory_cap.h"

#include <algorithm>
#include <limits>

namespace cherub::sandbox {
namespace {

// Room between the limits: what one slice of fuel can allocate, with a table that doubles
// meanwhile.
constexpr std::size_t kHeadroomMin = std::size_t{8} << 20;

}  // namespace

MemoryCap::MemoryCap(std::size_t soft_bytes, bool has_hard_cap)
    : soft_bytes_(soft_bytes),
      hard_bytes_(has_hard_cap ? soft_bytes + std::max(kHeadroomMin, soft_bytes / 2)
                               : std::numeric_limits<std::size_t>::max()) {}

void MemoryCap::adopt(lua_State* lua) {
  allocate_ = lua_getallocf(lua, &arena_);
  used_ = static_cast<std::size_t>(lua_gc(lua, LUA_GCCOUNT, 0)) * 1024 +
          static_cast<std::size_t>(lua_gc(lua, LUA_GCCOUNTB, 0));
  peak_ = used_;
  lua_setallocf(lua, &MemoryCap::allocate, this);
}

void MemoryCap::release(lua_State* lua) {
  lua_setallocf(lua, allocate_, arena_);
}

void* MemoryCap::allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
  auto* cap = static_cast<MemoryCap*>(user);
  if (block == nullptr) old_size = 0;
  // A block that shrinks must never fail: LuaJIT relies on it.
  if (new_size > old_size) {
    if (cap->used_ - old_size + new_size > cap->hard_bytes_) return nullptr;
    if (cap->failed()) return nullptr;
    if (cap->allocations_left_ != kNever) --cap->allocations_left_;
  }
  void* fresh = cap->allocate_(cap->arena_, block, old_size, new_size);
  if (fresh == nullptr && new_size > 0) return nullptr;
  cap->used_ = cap->used_ - old_size + new_size;
  cap->peak_ = std::max(cap->peak_, cap->used_);
  return fresh;
}

}  // namespace cherub::sandbox
