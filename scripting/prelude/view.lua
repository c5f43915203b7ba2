-- The frozen world as trusted Lua reads it: the memory that C++ lends for one phase (view.h), and
-- the names of what is there a number. `view.row` is the agent on whose behalf code runs.
local view_address, host = ...
local ffi = require("ffi")
local error, type, pairs = error, type, pairs

ffi.cdef [[
typedef struct {
  int32_t found, species;
  double id, x, y, z, distance;
} cherub_sighting;
typedef struct { int32_t found, length; double x, y; } cherub_step;
typedef struct { int32_t found, length, there; double x, y, z; } cherub_map_step;
typedef struct {
  cherub_sighting speaker;
  const char *text;
  uint32_t text_bytes, kind;
} cherub_heard;
typedef struct {
  int32_t found, item, want_item;
  uint32_t count, want_count;
  double from, left_s;
} cherub_offer;
typedef struct {
  const void *world;
  const uint32_t *rows;
  uint32_t row_count, row;
  double tick, dt;
  const uint32_t *generation, *age, *collisions;
  const uint16_t *species;
  const float *x, *y, *z, *heading, *health, *energy, *hunger, *damage;
  const uint8_t *move_receipt, *ability_receipt, *message_receipt;
  uint8_t *move;
  float *move_x, *move_y, *move_z;
  uint8_t *ability;
  uint64_t *ability_target;
  uint32_t *ready;
  float *fuel, *saved_fuel;
  double fuel_total, fuel_max;
  void (*nearest)(const void *, uint32_t, int32_t, double, cherub_sighting *);
  int32_t (*neighbors)(const void *, uint32_t, int32_t, double, cherub_sighting *);
  int32_t (*count)(const void *, uint32_t, int32_t, double);
  int32_t (*tile)(const void *, uint32_t, double, double);
  double (*clear)(const void *, uint32_t, double, double, double);
  void (*path)(const void *, uint32_t, double, double, double, cherub_step *);
  void (*target)(const void *, uint32_t, cherub_sighting *);
  const float *thirst;
  const uint8_t *role;
  int32_t (*heard)(const void *, uint32_t, cherub_heard *);
  int32_t (*line_of_sight)(const void *, uint32_t, double, double, double);
  int32_t (*voxel)(const void *, uint32_t, double, double, double);
  void (*offer)(const void *, uint32_t, cherub_offer *);
  uint32_t (*items)(const void *, uint32_t, int32_t);
  int32_t (*knows)(const void *, uint32_t, int32_t);
  double (*cooldown)(const void *, uint32_t, int32_t);
  double (*rain)(const void *);
  int32_t (*known)(const void *, uint32_t, double, double, double);
  void (*way)(const void *, uint32_t, double, double, double, double, cherub_map_step *);
  void (*frontier)(const void *, uint32_t, double, cherub_map_step *);
  const float *drive;
  const uint8_t *mode_now;
  uint8_t *mode;
  void (*forage)(const void *, uint32_t, double, cherub_sighting *);
  void (*blossom)(const void *, uint32_t, double, cherub_sighting *);
  void (*water)(const void *, uint32_t, cherub_sighting *);
  double (*pause)(const void *, uint32_t);
  double (*colony)(const void *, uint32_t);
  double (*light)(const void *);
  double (*temperature)(const void *);
  double (*price)(const void *, uint32_t, int32_t, double, double);
  double (*owner)(const void *, uint32_t, double);
  int32_t (*role_of)(const void *, uint32_t, double);
  int32_t (*reputation)(const void *, uint32_t, double);
  int32_t (*relationship)(const void *, uint32_t, double);
  int32_t (*stock)(const void *, uint32_t, double, int32_t);
  void (*ripe)(const void *, uint32_t, int32_t, double, cherub_sighting *);
} cherub_view;
]]
local view = ffi.cast("cherub_view *", view_address)

-- Names that C++ knows by number; filled by add_species.
local species_names, species_index, species_facts = {}, {}, {}
species_index.any, species_index.food = -1, -2
species_index.threat, species_index.roost = -3, -4
local item_names, ability_index = {}, {}

-- `kind`: "agent", "plant", "target" or "item".
local function add_species(index, name, kind, speed, sense_radius, reach)
  species_names[index], species_index[name] = name, index
  species_facts[index] = {kind = kind, speed = speed, sense_radius = sense_radius, reach = reach}
  if kind == "item" then item_names[#item_names + 1] = {index = index, name = name} end
end

local function forget_abilities()
  for name in pairs(ability_index) do ability_index[name] = nil end
end

local function add_ability(index, name) ability_index[name] = index end

-- An argument that is not what the call takes: the error names call, argument and what was given.
local function complain(call, name, expected, value)
  error(call .. ": " .. name .. " must be " .. expected .. ", got " .. type(value), 0)
end

return {
  view = view, species_names = species_names, species_index = species_index,
  species_facts = species_facts, species_list = host.species_list,
  item_names = item_names, ability_index = ability_index, role_names = host.role_names,
  receipt_names = host.receipt_names, block_names = host.block_names,
  add_species = add_species, forget_abilities = forget_abilities, add_ability = add_ability,
  complain = complain,
}
