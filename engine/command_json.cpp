#include "engine/command_json.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/json.h"

namespace cherub::engine {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53
constexpr std::size_t kTextBytesMax = 256;

// Reads the members of one object. The first failure sticks; so do members that nobody asked for.
class Members {
 public:
  explicit Members(const rapidjson::Value& object) : object_(object) {}

  std::string text(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) {
      fail(name, "Missing.");
    } else if (!value->IsString() || value->GetStringLength() > kTextBytesMax) {
      fail(name, "Must be a text of at most " + std::to_string(kTextBytesMax) + " bytes.");
    } else {
      return {value->GetString(), value->GetStringLength()};
    }
    return {};
  }

  [[nodiscard]] bool has(const char* name) const { return object_.HasMember(name); }

  // Without a fallback the member is required.
  double number(const char* name, std::optional<double> fallback = std::nullopt) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) {
      if (!fallback) fail(name, "Missing.");
      return fallback.value_or(0);
    }
    if (value->IsNumber() && std::isfinite(value->GetDouble())) return value->GetDouble();
    fail(name, "Must be a finite number.");
    return 0;
  }

  std::uint64_t whole(const char* name, double highest,
                      std::optional<double> fallback = std::nullopt) {
    const double value = number(name, fallback);
    if (value >= 0 && value <= highest && value == std::floor(value)) {
      return static_cast<std::uint64_t>(value);
    }
    fail(name, "Must be a whole number from 0 to " + base::json_number(highest) + ".");
    return 0;
  }

  // Optional; false without it.
  bool flag(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return false;
    if (!value->IsBool()) fail(name, "Must be true or false.");
    return value->IsBool() && value->GetBool();
  }

  // The first failure, if any.
  std::optional<Error> finish() {
    for (const auto& member : object_.GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      const auto uses = std::count(known_.begin(), known_.end(), name);
      if (uses == 0) fail(std::string(name.substr(0, 64)), "No such member in this command.");
    }
    return error_;
  }

 private:
  const rapidjson::Value* find(const char* name) {
    known_.emplace_back(name);
    const auto member = object_.FindMember(name);
    return member == object_.MemberEnd() ? nullptr : &member->value;
  }
  void fail(std::string name, std::string message) {
    if (!error_) error_ = Error{ErrorCode::kInvalidArgument, std::move(message), std::move(name)};
  }

  const rapidjson::Value& object_;
  std::vector<std::string_view> known_;
  std::optional<Error> error_;
};

struct ToJson {
  std::string operator()(const Spawn& spawn) const {
    return base::JsonObject()
        .add("type", "spawn")
        .add("species", spawn.species)
        .add("x", spawn.x)
        .add("y", spawn.y)
        .add("z", spawn.z)
        .add("count", spawn.count)
        .text();
  }
  std::string operator()(const Remove& remove) const {
    return base::JsonObject().add("type", "remove").add("id", remove.entity.packed()).text();
  }
  std::string operator()(const InstallScript& install) const {
    base::JsonObject json;
    json.add("type", "install_script").add("slot", install.slot).add("sha256", install.sha256);
    if (install.on_probation) json.add("on_probation", true);
    return json.text();
  }
  std::string operator()(const AcceptScript& accept) const {
    return base::JsonObject().add("type", "accept_script").add("slot", accept.slot).text();
  }
  std::string operator()(const RestoreScript& restore) const {
    return base::JsonObject().add("type", "restore_script").add("slot", restore.slot).text();
  }
  std::string operator()(const QuarantineScript& quarantine) const {
    return base::JsonObject()
        .add("type", "quarantine_script")
        .add("slot", quarantine.slot)
        .add("sha256", quarantine.sha256)
        .add("restored_sha256", quarantine.restored_sha256)
        .text();
  }
  std::string operator()(const Rain& rain) const {
    return base::JsonObject().add("type", "rain").add("intensity", rain.intensity).text();
  }
  std::string operator()(const InstallAbility& install) const {
    base::JsonObject json;
    add_spec(json.add("type", "install_ability"), install.spec);
    if (install.on_probation) json.add("on_probation", true);
    return json.text();
  }
  std::string operator()(const AcceptAbility& accept) const {
    return base::JsonObject().add("type", "accept_ability").add("ability", accept.ability).text();
  }
  std::string operator()(const RestoreAbility& restore) const {
    base::JsonObject json;
    return add_spec(json.add("type", "restore_ability"), restore.spec).text();
  }
  std::string operator()(const QuarantineAbility& quarantine) const {
    base::JsonObject json;
    json.add("type", "quarantine_ability").add("quarantined_sha256", quarantine.sha256);
    return add_spec(json, quarantine.restored).text();
  }
  std::string operator()(const GrantAbility& grant) const {
    return knowledge_json("grant_ability", grant);
  }
  std::string operator()(const RevokeAbility& revoke) const {
    return knowledge_json("revoke_ability", revoke);
  }
  std::string operator()(const SetRole& set) const {
    return base::JsonObject()
        .add("type", "set_role")
        .add("id", set.entity.packed())
        .add("role", set.role)
        .text();
  }
  std::string operator()(const Heartbeat& heartbeat) const { return heartbeat_json(heartbeat); }

 private:
  static base::JsonObject& add_spec(base::JsonObject& json, const AbilitySpec& spec) {
    return json.add("name", spec.name)
        .add("sha256", spec.sha256)
        .add("energy_cost", spec.energy_cost)
        .add("cooldown_s", spec.cooldown_s)
        .add("range", spec.range);
  }
  template <class Change>
  static std::string knowledge_json(const char* type, const Change& change) {
    base::JsonObject json;
    json.add("type", type).add("ability", change.ability);
    if (change.entity) {
      json.add("id", change.entity->packed());
    } else {
      json.add("role", change.role);
    }
    return json.text();
  }
};

Spawn read_spawn(Members& members) {
  Spawn spawn;
  spawn.species = members.text("species");
  spawn.x = members.number("x");
  spawn.y = members.number("y");
  spawn.z = members.number("z", 0);
  spawn.count = static_cast<std::uint32_t>(members.whole("count", 4294967295.0, 1));
  return spawn;
}

InstallScript read_install(Members& members) {
  InstallScript install;
  install.slot = members.text("slot");
  install.sha256 = members.text("sha256");
  install.on_probation = members.flag("on_probation");
  return install;
}

AbilitySpec read_spec(Members& members) {
  AbilitySpec spec;
  spec.name = members.text("name");
  spec.sha256 = members.text("sha256");
  spec.energy_cost = members.number("energy_cost", 0);
  spec.cooldown_s = members.number("cooldown_s", 0);
  spec.range = members.number("range", 0);
  return spec;
}

InstallAbility read_install_ability(Members& members) {
  InstallAbility install;
  install.spec = read_spec(members);
  install.on_probation = members.flag("on_probation");
  return install;
}

QuarantineAbility read_quarantine_ability(Members& members) {
  QuarantineAbility quarantine;
  quarantine.sha256 = members.text("quarantined_sha256");
  quarantine.restored = read_spec(members);
  return quarantine;
}

// GrantAbility or RevokeAbility: of an entity where there is an id, else of a role.
template <class Change>
Change read_knowledge(Members& members) {
  Change change;
  change.ability = members.text("ability");
  if (members.has("id")) {
    change.entity = EntityId::unpack(members.whole("id", kExactIntegerMax));
  } else {
    change.role = members.text("role");
  }
  return change;
}

SetRole read_set_role(Members& members) {
  SetRole set;
  set.entity = EntityId::unpack(members.whole("id", kExactIntegerMax));
  set.role = members.text("role");
  return set;
}

QuarantineScript read_quarantine(Members& members) {
  QuarantineScript quarantine;
  quarantine.slot = members.text("slot");
  quarantine.sha256 = members.text("sha256");
  quarantine.restored_sha256 = members.text("restored_sha256");
  return quarantine;
}

}  // namespace

std::string command_to_json(const Command& command) {
  return std::visit(ToJson{}, command);
}

base::Result<Command> command_from_json(std::string_view json) {
  const Result<rapidjson::Document> document = base::parse_json(json);
  if (!document) return document.error();
  if (!document->IsObject()) {
    return Error{ErrorCode::kInvalidArgument, "A command is a JSON object.", "command"};
  }
  Members members(*document);
  const std::string type = members.text("type");
  if (type == "heartbeat") {
    auto heartbeat = heartbeat_from_json(*document);
    if (!heartbeat) return heartbeat.error();
    return Command(std::move(*heartbeat));
  }
  Command command;
  if (type == "spawn") {
    command = read_spawn(members);
  } else if (type == "remove") {
    command = Remove{EntityId::unpack(members.whole("id", kExactIntegerMax))};
  } else if (type == "install_script") {
    command = read_install(members);
  } else if (type == "rain") {
    command = Rain{members.number("intensity", 1)};
  } else if (type == "install_ability") {
    command = read_install_ability(members);
  } else if (type == "accept_ability") {
    command = AcceptAbility{members.text("ability")};
  } else if (type == "restore_ability") {
    command = RestoreAbility{read_spec(members)};
  } else if (type == "quarantine_ability") {
    command = read_quarantine_ability(members);
  } else if (type == "grant_ability") {
    command = read_knowledge<GrantAbility>(members);
  } else if (type == "revoke_ability") {
    command = read_knowledge<RevokeAbility>(members);
  } else if (type == "set_role") {
    command = read_set_role(members);
  } else if (type == "accept_script") {
    command = AcceptScript{members.text("slot")};
  } else if (type == "restore_script") {
    command = RestoreScript{members.text("slot")};
  } else if (type == "quarantine_script") {
    command = read_quarantine(members);
  } else {
    return Error{ErrorCode::kInvalidArgument,
                 "Must be one of spawn, remove, install_script, accept_script, restore_script, "
                 "quarantine_script, rain, install_ability, accept_ability, restore_ability, "
                 "quarantine_ability, grant_ability, revoke_ability, set_role, heartbeat.",
                 "type"};
  }
  if (const std::optional<Error> error = members.finish()) return *error;
  return command;
}

}  // namespace cherub::engine
