#include "sandbox/memory_cap.h"

#include <algorithm>

namespace cherub::sandbox {

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
  void* fresh = cap->allocate_(cap->arena_, block, old_size, new_size);
  if (fresh == nullptr && new_size > 0) return nullptr;  // the machine's memory is used up
  cap->used_ += new_size - (block == nullptr ? 0 : old_size);
  cap->peak_ = std::max(cap->peak_, cap->used_);
  return fresh;
}

}  // namespace cherub::sandbox
