#include "scripting/checker/hints.h"

#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

// Names that other engines have and that models therefore write. `@` stands for the object.
struct Habit {
  std::string_view names;  // separated by spaces
  std::string_view hint;
};

constexpr Habit kSelfHabits[] = {
    {"position pos location coords coordinates point", "write self.x and self.y"},
    {"altitude elevation layer", "write self.z"},
    {"hp life vitality health_points", "write self.health"},
    {"stamina power fuel battery", "write self.energy"},
    {"hungry is_hungry satiety fullness starvation food", "write self.hunger (0 fed, 1 starving)"},
    {"angle direction dir rotation orientation facing yaw bearing", "write self.heading"},
    {"vision vision_radius vision_range sight sight_radius view_radius view_distance sensor_range "
     "perception perception_radius sense_range senses",
     "write self.sense_radius"},
    {"max_speed velocity move_speed speed_max", "write self.speed (the maximum, m/s)"},
    {"range eat_range eat_radius attack_range interaction_radius interact_range touch_radius "
     "radius",
     "write self.reach"},
    {"type kind species_name class race", "write self.species"},
    {"name uid agent_id entity_id", "write self.id"},
    {"state data storage mem vars store blackboard brain context", "write self.memory"},
    {"damage_taken hazard_damage", "write self.damage"},
    {"collision collision_count bumps hits", "write self.collisions"},
    {"blocked is_blocked stuck is_stuck collided", "test self.last_move == \"blocked\""},
    {"last_action last_result last_receipt last_intent",
     "write self.last_move or self.last_ability"},
    {"alive is_alive dead", "leave it out; act runs only while the agent lives"},
    {"world env environment", "world is the second parameter: function policy.act(self, world)"},
    {"goto go_to goTo walk_to run_to move_towards move_toward navigate navigate_to path_to follow "
     "chase approach seek travel_to set_target set_destination pursue",
     "write self:move_to(x, y)"},
    {"flee flee_from run_away evade avoid escape",
     "write self:move(self.x - threat.x, self.y - threat.y)"},
    {"move_agent move_entity go walk step advance set_velocity set_speed accelerate set_move "
     "translate displace forward move_by move_forward",
     "write self:move(dx, dy)"},
    {"consume bite graze forage feed devour drink eat_food", "write self:eat(target)"},
    {"attack hit strike fight kill hunt",
     "write self:eat(target) for what the diet lists, or self:use(\"attack\", target) where "
     "abilities exist"},
    {"rotate set_heading face look_at turn_to", "write self:turn(angle)"},
    {"cast use_ability ability activate perform skill spell", "write self:use(ability)"},
    {"take grab collect get pickup loot harvest", "write self:pick_up(target)"},
    {"inventory hands bag carrying items_held belongings", "write self.items"},
    {"job occupation profession", "write self.role"},
    {"thirsty is_thirsty hydration water", "write self.thirst (0 quenched, 1 parched)"},
    {"has_ability can_use has_skill", "write self:knows(ability)"},
    {"cooldown_left is_ready ready get_cooldown", "write self:cooldown(ability)"},
    {"request_ability wish pray request", "write self:ask_for(words)"},
    {"roam explore random_walk wander_around patrol random_move move_random move_randomly",
     "write self:wander()"},
    {"sleep recover relax", "write self:rest()"},
    {"wait stop stay noop do_nothing stand stand_still pass none halt hold", "write self:idle()"},
    {"breed mate spawn replicate procreate give_birth clone", "write self:reproduce()"},
    {"speak shout talk send broadcast message emit send_message signal", "write self:say(text)"},
    {"log print debug trace", "write self:note(text)"},
    {"distance_to distance dist distance_from", "a Sighting has its distance: food.distance"},
    {"reproductive_drive libido fertility", "write self.drive"},
    {"behavior behaviour activity", "write self.mode"},
    {"colony_health swarm_health", "write self.colony"},
    {"pause_left pause_s", "write self.pause"},
};

constexpr Habit kWorldHabits[] = {
    {"find find_nearest get_nearest closest find_closest nearest_food nearest_entity query_nearest "
     "get_closest nearest_of",
     "write world.nearest(species, radius)"},
    {"nearby entities get_entities get_neighbors neighbours get_nearby within sense visible agents "
     "all list find_all scan query entities_in_radius others get_agents see look",
     "write world.neighbors(species, radius)"},
    {"num population count_nearby how_many number_of", "write world.count(species, radius)"},
    {"get_tile block get_block terrain cell get_cell tile_at is_wall is_blocked passable "
     "is_passable walkable is_walkable is_open is_hazard at get grid map",
     "write world.tile(x, y), which gives \"open\", \"wall\", \"hazard\" or \"water\""},
    {"raycast ray free distance_to_wall clearance is_clear can_move",
     "write world.clear(dx, dy, limit)"},
    {"path find_path get_path pathfind path_to next_step route astar a_star get_path_step "
     "shortest_path navigate",
     "write world.path_step(x, y)"},
    {"goal get_target exit get_goal destination goal_x goal_y target_x target_y target_pos",
     "write world.target()"},
    {"random rand rng", "write math.random()"},
    {"delta delta_time time_step timestep dt_s deltaTime frame_time", "write world.dt"},
    {"step ticks current_tick tick_count frame turn", "write world.tick"},
    {"messages hear sounds listen get_messages inbox heard_messages", "write world.heard()"},
    {"raining rain is_raining", "write world.weather().rain"},
    {"can_see is_visible sees in_sight has_line_of_sight", "write world.line_of_sight(x, y)"},
    {"trade_offer get_offer offers trades", "write world.offer()"},
    {"clock now current_time elapsed seconds get_time", "write world.time"},
    {"size dimensions bounds extent", "write world.width and world.depth"},
    {"temp celsius degrees", "write world.temperature"},
    {"nearest_water find_water get_water water_source", "write world.water()"},
    {"length", "write world.depth"},
    {"self me agent", "self is the first parameter: function policy.act(self, world)"},
    {"distance dist", "a Sighting has its distance: food.distance"},
    {"log print note", "write self:note(text)"},
};

constexpr Habit kSightingHabits[] = {
    {"pos position location coords coordinates point", "write @.x and @.y"},
    {"dist range distance_to", "write @.distance"},
    {"type kind name species_name class", "write @.species"},
    {"entity_id uid eid target_id entity", "write @.id"},
    {"altitude elevation height", "write @.z"},
    {"dx dy direction angle heading", "write @.x - self.x and @.y - self.y"},
};

constexpr Habit kStepHabits[] = {
    {"pos position location dx dy next cell point", "write @.x and @.y"},
    {"distance dist cost steps count", "write @.length"},
};

constexpr Habit kSoundHabits[] = {
    {"pos position location coords coordinates point", "write @.x and @.y"},
    {"message msg words content body data string value", "write @.text"},
    {"from sender source id speaker_id agent by who", "write @.speaker (an id)"},
    {"dist range", "write @.distance"},
    {"type channel", "write @.kind"},
    {"name species_name", "write @.species"},
    {"dx dy direction angle heading", "write @.x - self.x and @.y - self.y"},
};

constexpr Habit kOfferHabits[] = {
    {"sender seller by agent id giver offerer trader partner", "write @.from (an id)"},
    {"give gives offered item_name what", "write @.item"},
    {"amount quantity number", "write @.count"},
    {"want wants price asks wanted receive cost for_item", "write @.want_item"},
    {"want_amount wanted_count price_count ask_count", "write @.want_count"},
    {"time expires ttl until timeout remaining", "write @.seconds"},
    {"pos position location x y distance",
     "an Offer has no place; look for who offers with world.neighbors"},
};

constexpr Habit kWeatherHabits[] = {
    {"raining is_raining wet rainfall precipitation storm intensity", "write @.rain > 0"},
    {"sunny dry clear is_sunny", "write @.rain == 0"},
};

constexpr Habit kCollectHabits[] = {
    {"world env", "write @.self or @.tick; note in self.memory what act saw of the world"},
    {"step index n", "write @.tick"},
    {"agent me", "write @.self"},
};

std::span<const Habit> habits_of(Shape owner) {
  switch (owner) {
    case Shape::kSelf:
      return kSelfHabits;
    case Shape::kWorld:
      return kWorldHabits;
    case Shape::kSighting:
      return kSightingHabits;
    case Shape::kStep:
      return kStepHabits;
    case Shape::kSound:
      return kSoundHabits;
    case Shape::kOffer:
      return kOfferHabits;
    case Shape::kWeather:
      return kWeatherHabits;
    case Shape::kCollectStep:
      return kCollectHabits;
    default:
      return {};
  }
}

std::string filled(std::string_view hint, std::string_view object) {
  std::string text;
  for (const char c : hint) {
    if (c == '@') {
      text += object;
    } else {
      text += c;
    }
  }
  return text;
}

std::string habit_hint(Shape owner, std::string_view name, std::string_view object) {
  for (const Habit& habit : habits_of(owner)) {
    for (const std::string& known : split_words(habit.names, ' ')) {
      if (known == name) return filled(habit.hint, object);
    }
  }
  return {};
}

// The same for a name that is nearly one of them: `atack`.
std::string near_habit_hint(Shape owner, std::string_view name, std::string_view object) {
  std::vector<std::string> names;
  for (const Habit& habit : habits_of(owner)) {
    for (std::string& known : split_words(habit.names, ' ')) names.push_back(std::move(known));
  }
  return habit_hint(owner, nearest_name(name, names), object);
}

bool belongs_to(const ApiEntry& entry, Shape owner) {
  switch (owner) {
    case Shape::kSelf:
      return entry.kind == ApiKind::kSelfField || entry.kind == ApiKind::kSelfAction;
    case Shape::kWorld:
      return entry.kind == ApiKind::kWorldField || entry.kind == ApiKind::kWorldSense;
    default:
      return entry.kind == ApiKind::kResultField && library_table(entry.name) == record_name(owner);
  }
}

std::string member_name(const ApiEntry& entry) {
  return entry.kind == ApiKind::kResultField ? entry.name.substr(entry.name.find('.') + 1)
                                             : entry.name;
}

const ApiEntry* find_member(Shape owner, std::string_view name) {
  for (const ApiEntry& entry : api_manifest()) {
    if (belongs_to(entry, owner) && member_name(entry) == name) return &entry;
  }
  return nullptr;
}

std::vector<std::string> member_names(Shape owner) {
  if (owner == Shape::kCollectStep) return {"self", "tick", "time"};
  std::vector<std::string> names;
  for (const ApiEntry& entry : api_manifest()) {
    if (belongs_to(entry, owner)) names.push_back(member_name(entry));
  }
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string usage(const ApiEntry& entry) {
  std::string text = api_display_name(entry);
  const bool is_function = entry.kind == ApiKind::kSelfAction ||
                           entry.kind == ApiKind::kWorldSense || entry.kind == ApiKind::kEffect ||
                           (entry.kind == ApiKind::kLibrary && !entry.parameters.empty());
  if (!is_function) return text;
  text += "(";
  bool first = true;
  for (const ApiParameter& parameter : entry.parameters) {
    if (parameter.optional) break;
    text += (first ? "" : ", ") + parameter.name;
    first = false;
  }
  return text + ")";
}

std::string_view receipt_of(std::string_view action) {
  const ApiEntry* entry = find_api(ApiKind::kSelfAction, action);
  if (!entry || entry->returns != "Self" || action == "note" || action == "idle" ||
      action == "set_mode") {
    return {};
  }
  if (action == "say" || action == "ask_for") return "self.last_message";
  const bool moves =
      action == "move" || action == "move_to" || action == "wander" || action == "turn";
  return moves ? "self.last_move" : "self.last_ability";
}

std::string_view owner_name(Shape owner) {
  switch (owner) {
    case Shape::kSelf:
      return "self";
    case Shape::kWorld:
      return "world";
    case Shape::kSighting:
      return "a Sighting";
    case Shape::kStep:
      return "a Step";
    case Shape::kSound:
      return "a Sound";
    case Shape::kOffer:
      return "an Offer";
    case Shape::kWeather:
      return "the weather";
    case Shape::kCollectStep:
      return "the step of policy.collect";
    default:
      return "this";
  }
}

std::string member_hint(Shape owner, std::string_view name, std::string_view object) {
  const Shape other = owner == Shape::kSelf ? Shape::kWorld : Shape::kSelf;
  if (owner == Shape::kSelf || owner == Shape::kWorld) {
    if (const ApiEntry* entry = find_member(other, name)) return "write " + usage(*entry);
  }
  if (owner == Shape::kCollectStep && find_member(Shape::kSelf, name)) {
    return "write " + std::string(object) + ".self." + std::string(name);
  }
  if (std::string hint = habit_hint(owner, name, object); !hint.empty()) return hint;
  const std::vector<std::string> names = member_names(owner);
  const std::string near = nearest_name(name, names);
  if (!near.empty()) {
    const ApiEntry* entry = find_member(owner, near);
    const bool is_record = !entry || entry->kind == ApiKind::kResultField;
    return "write " + (is_record ? std::string(object) + "." + near : usage(*entry));
  }
  if (owner == Shape::kSelf || owner == Shape::kWorld) {
    if (std::string hint = habit_hint(other, name, object); !hint.empty()) return hint;
  }
  if (std::string hint = near_habit_hint(owner, name, object); !hint.empty()) return hint;
  if (owner == Shape::kSelf) {
    std::vector<std::string> fields;
    for (const std::string& field : names) {
      if (find_api(ApiKind::kSelfField, field)) fields.push_back(field);
    }
    return "state of your own lives in self.memory." + std::string(name) + "; self has " +
           joined(fields);
  }
  return std::string(owner_name(owner)) + " has " + joined(names);
}

std::string action_hint(std::string_view name) {
  if (std::string hint = habit_hint(Shape::kSelf, name, "self"); !hint.empty()) return hint;
  std::vector<std::string> actions;
  std::string all;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kSelfAction) continue;
    actions.push_back(entry.name);
    all += (all.empty() ? "" : ", ") + usage(entry);
  }
  const std::string near = nearest_name(name, actions);
  if (!near.empty()) return "write " + usage(*find_api(ApiKind::kSelfAction, near));
  if (std::string hint = near_habit_hint(Shape::kSelf, name, "self"); !hint.empty()) return hint;
  return "the actions are " + all;
}

std::string library_hint(std::string_view table, std::string_view name) {
  const std::string full = std::string(table) + "." + std::string(name);
  if (const std::string_view hint = absent_hint(full); !hint.empty()) return std::string(hint);
  std::vector<std::string> names;
  for (const ApiEntry& entry : api_manifest()) {
    if (entry.kind != ApiKind::kLibrary) continue;
    const std::string_view owner = library_table(entry.name);
    const std::string last = owner.empty() ? entry.name : entry.name.substr(owner.size() + 1);
    if (owner == table) names.push_back(last);
    if (last == name) return "write " + usage(entry);
  }
  const std::string near = nearest_name(name, names);
  if (!near.empty()) return "write " + std::string(table) + "." + near;
  return std::string(table) + " has " + joined(names);
}

std::string bare_api_hint(std::string_view name) {
  for (const Shape owner : {Shape::kSelf, Shape::kWorld}) {
    if (const ApiEntry* entry = find_member(owner, name)) return "write " + usage(*entry);
  }
  for (const ApiEntry& entry : api_manifest()) {
    const std::string_view table = library_table(entry.name);
    if (entry.kind == ApiKind::kLibrary && !table.empty() &&
        entry.name.substr(table.size() + 1) == name) {
      return "write " + usage(entry);
    }
  }
  return {};
}

}  // namespace cherub::scripting
