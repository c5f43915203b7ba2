#include "engine/heartbeat.h"
#include "server/spec/messages.h"

namespace cherub::server {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;

Schema share() {
  return number_schema(0, 1);
}
Schema place() {
  return list_schema(number_schema()).about("m, four decimals.");
}
Schema set() {
  return Schema(R"({"const":true})");
}

Schema hello() {
  return object_schema({{"type", constant_schema("hello")},
                        {"protocol", text_schema()},
                        {"session_id", text_schema()},
                        {"resumed", boolean_schema().about("Its world is there already.")},
                        {"world_within_s", number_schema(), kMay}});
}

Schema greeting() {
  const Schema rank = Schema(R"({"type":"array","prefixItems":[{"type":"string"},)"
                             R"({"type":"integer"}],"minItems":2,"maxItems":2})");
  const Schema species = object_schema({{"type", text_schema()},
                                        {"kind", text_schema()},
                                        {"movement_speed", number_schema().about("m/s")},
                                        {"sense_radius", number_schema().about("m")},
                                        {"diet", list_schema(rank).about("Best first.")},
                                        {"flee_targets", list_schema(text_schema())},
                                        {"pollinator", boolean_schema()},
                                        {"pollination_targets", list_schema(text_schema())},
                                        {"roost_affinity", text_schema().or_null()},
                                        {"mating_radius", number_schema().or_null()}});
  const Schema pond =
      object_schema({{"x", number_schema()}, {"y", number_schema()}, {"radius", number_schema()}});
  return object_schema({{"type", constant_schema("session")},
                        {"session_id", text_schema()},
                        {"run_id", text_schema()},
                        {"scenario", text_schema()},
                        {"tick_rate", number_schema()},
                        {"tick", whole_schema()},
                        {"entities", whole_schema().about("How many there are.")},
                        {"size", list_schema(whole_schema())},
                        {"species", list_schema(species)},
                        {"water_sources", list_schema(pond)}});
}

Schema update() {
  const Schema drive = object_schema({{"hunger", share(), kMay},
                                      {"energy", share(), kMay},
                                      {"hydration", share(), kMay},
                                      {"health", share(), kMay},
                                      {"reproduction", share(), kMay},
                                      {"growth", share(), kMay},
                                      {"nutrients", number_schema(), kMay}});
  return object_schema({{"id", whole_schema()},
                        {"state", text_schema()},
                        {"position", place()},
                        {"drive", drive, kMay},
                        {"style", list_schema(share()), kMay},
                        {"can_consume", set(), kMay},
                        {"can_predate", set(), kMay},
                        {"can_pollinate", set(), kMay},
                        {"can_drink", set(), kMay},
                        {"repro_eligible", set(), kMay},
                        {"spread_eligible", set(), kMay},
                        {"ack", set(), kMay}});
}

Schema tick() {
  const Schema spawn =
      object_schema({{"id", whole_schema()}, {"type", text_schema()}, {"position", place()}});
  const Schema event = open_schema({{"type", text_schema()},
                                    {"tick", whole_schema()},
                                    {"source", whole_schema()},
                                    {"position", place()}});
  return object_schema(
      {{"type", constant_schema("tick")},
       {"tick", whole_schema()},
       {"dt", number_schema().about("World seconds since the packet before.")},
       {"session_id", text_schema()},
       {"entities", list_schema(update()).about("Those that have changed.")},
       {"spawns", list_schema(spawn)},
       {"removals", list_schema(whole_schema())},
       {"events", list_schema(event)},
       {"voxel_deltas", list_schema(list_schema(whole_schema())).about("[x, y, z, block]")},
       {"telemetry", list_schema(open_schema({})), kMay}});
}

Schema heartbeat() {
  const Schema move = object_schema({{"id", whole_schema()},
                                     {"x", number_schema()},
                                     {"y", number_schema()},
                                     {"z", number_schema(), kMay}});
  const Schema event =
      object_schema({{"kind", choice_schema({"consumption", "predation", "pollination", "repro"})},
                     {"source", whole_schema()},
                     {"target", whole_schema(), kMay},
                     {"x", number_schema(), kMay},
                     {"y", number_schema(), kMay},
                     {"z", number_schema(), kMay}});
  const auto at_most = [](const Schema& item, std::size_t most) {
    return list_schema(item).with("maxItems", std::to_string(most));
  };
  return object_schema({{"type", constant_schema("heartbeat")},
                        {"moves", at_most(move, engine::kHeartbeatMovesMax), kMay},
                        {"events", at_most(event, engine::kHeartbeatEventsMax), kMay}});
}

Schema world() {
  return object_schema({{"type", constant_schema("world")},
                        {"scenario", text_schema().about("One that ships."), kMay},
                        {"world", any_schema().about("A definition, or YAML as a text."), kMay},
                        {"seed", whole_schema(), kMay}});
}

}  // namespace

std::vector<MessageShape> session_shapes() {
  const Schema control =
      object_schema({{"type", constant_schema("control")},
                     {"action", choice_schema({"pause", "resume", "rain", "shutdown"})},
                     {"intensity", share().about("Of rain."), kMay}});
  const Schema controlled = object_schema({{"type", constant_schema("control")},
                                           {"action", text_schema()},
                                           {"ok", boolean_schema()},
                                           {"text", text_schema()}});
  const Schema end = object_schema({{"type", constant_schema("end")},
                                    {"session_id", text_schema()},
                                    {"run_id", text_schema()},
                                    {"state", named_schema("RunStateName")},
                                    {"ticks", whole_schema()},
                                    {"hash", text_schema()},
                                    {"detail", text_schema(), kMay}});
  return {{"SessionHello", "The first message.", hello()},
          {"SessionBegun", "The world is there.", greeting()},
          {"SessionTick", "What has changed.", tick()},
          {"SessionControlled", "Answers a control.", controlled},
          {"SessionEnd", "The last message.", end},
          {"SessionWorld", "Defines the world; or the definition itself.", world()},
          {"SessionHeartbeat", "Where creatures are, and what they did.", heartbeat()},
          {"SessionControl", "Steers the world.", control}};
}

ViewMessages session_messages() {
  return {
      {"SessionHello", "SessionBegun", "SessionTick", "SessionControlled", "SessionEnd", "Refused"},
      {"SessionWorld", "SessionHeartbeat", "SessionControl"}};
}

}  // namespace cherub::server
