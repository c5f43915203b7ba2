#pragma once

#include <lua.hpp>

namespace cherub::sandbox {

// LuaJIT keeps the room of entries that are gone until a table grows again, and a walk through a
// table passes all of it. No function of its API tells how much that is, so it is read where the
// GC64 build of LuaJIT 2.1 keeps it.

// Pushes a table for trusted Lua: the table whose slots are asked for is put at [1] of it. Returns
// the address that cherub_table_slots takes, valid as long as the pushed table is not resized.
// nullptr, and nothing pushed, when this LuaJIT keeps its tables in another way.
const void* push_slot_probe(lua_State* lua);

// The slots of the table that stands in the probe, array and hash part together. Called through
// FFI.
extern "C" double cherub_table_slots(const void* probe);

}  // namespace cherub::sandbox
