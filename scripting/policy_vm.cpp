#include "scripting/policy_vm.h"

#include <algorithm>

#include "engine/base/json.h"
#include "scripting/driver.h"
#include "scripting/generated_prelude.h"

namespace cherub::scripting {
namespace {

namespace trusted = sandbox::trusted;
using base::Error;
using base::ErrorCode;
using base::Result;

// The decide loop comes up for air after so many agents, to look at the memory that they hold
// together.
constexpr std::size_t kRowsPerCall = 4096;
constexpr std::size_t kNotesMax = 1000;
constexpr std::size_t kCollectBytesMax = 1024;
constexpr double kForever_s = 1e9;

// No fewer than the value takes as JSON.
std::size_t json_bytes_most(const sandbox::Value& value) {
  constexpr std::size_t kNumber = 32, kEscaped = 6, kAround = 4;
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return kEscaped * text->size() + kAround;
  }
  const auto* table = std::get_if<sandbox::Value::Table>(&value.data);
  if (table == nullptr) return kNumber;
  std::size_t bytes = kAround;
  for (const sandbox::Value::Entry& entry : *table) {
    bytes += json_bytes_most(entry.key) + json_bytes_most(entry.value) + kAround;
  }
  return bytes;
}

bool refuse_load(LoadVerdict& verdict, sandbox::Diagnostic diagnostic) {
  verdict.stage = "load";
  verdict.diagnostics.push_back(std::move(diagnostic));
  return false;
}

FaultKind fault_kind(std::string_view name, bool watchdog) {
  if (name == "fuel") return watchdog ? FaultKind::kWatchdog : FaultKind::kFuel;
  if (name == "memory") return FaultKind::kMemory;
  return FaultKind::kError;
}

}  // namespace

std::unique_ptr<PolicyVm> PolicyVm::create(const sandbox::MeteredSource& source,
                                           const engine::Scenario& scenario,
                                           const HostOptions& options, LoadVerdict& verdict) {
  std::unique_ptr<PolicyVm> policy(new PolicyVm(options));
  const bool loaded = policy->open(scenario, false, verdict) && policy->load(source, verdict);
  return loaded ? std::move(policy) : nullptr;
}

std::unique_ptr<PolicyVm> PolicyVm::create_reusable(const engine::Scenario& scenario,
                                                    const HostOptions& options,
                                                    LoadVerdict& verdict) {
  std::unique_ptr<PolicyVm> policy(new PolicyVm(options));
  if (!policy->open(scenario, true, verdict)) return nullptr;
  policy->vm_->keep();
  return policy;
}

PolicyVm::~PolicyVm() = default;

bool PolicyVm::open(const engine::Scenario& scenario, bool reusable, LoadVerdict& verdict) {
  sandbox::VmOptions vm_options{.jit = options_.jit, .memory_bytes = options_.memory_bytes};
  options_.memory_bytes = vm_options.memory_bytes = options_.memory_limit(options_.memory_bytes);
  if (options_.replays) vm_options.watchdog_s = kForever_s;
  vm_options.reusable = reusable;
  auto vm = sandbox::Vm::create(vm_options);
  if (!vm.ok()) return refuse_load(verdict, plain_diagnostic(vm.error().message));
  vm_ = std::move(*vm);
  trusted::set_random_source(*vm_, &PolicyVm::draw, this);
  auto driver = open_driver(scenario);
  if (!driver.ok()) return refuse_load(verdict, plain_diagnostic(driver.error().message));
  return true;
}

bool PolicyVm::load(const sandbox::MeteredSource& source, LoadVerdict& verdict) {
  sandbox::Vm::LoadResult loaded = vm_->load(kPolicyScriptName, source);
  if (!loaded.script) {
    verdict.stage = "load";
    verdict.diagnostics = std::move(loaded.outcome.diagnostics);
    return false;
  }
  script_ = std::move(loaded.script);
  verdict.ok = restart().ok();
  return verdict.ok || refuse_load(verdict, as_diagnostic(trusted::take_error(*vm_)));
}

bool PolicyVm::renew() {
  script_.reset();
  view_ = View{};
  ability_names_.clear();
  return vm_->reset();
}

void PolicyVm::push_host_table(const engine::Scenario& scenario) {
  lua_State* lua = trusted::lua(*vm_);
  lua_newtable(lua);
  set_host_function(lua, this, "fault", &PolicyVm::on_fault);
  set_host_function(lua, this, "say", &PolicyVm::on_say);
  set_host_function(lua, this, "note", &PolicyVm::on_note);
  set_host_function(lua, this, "ask_for", &PolicyVm::on_ask_for);
  set_host_function(lua, this, "use", &PolicyVm::on_use);
  lua_pushnumber(lua, static_cast<lua_Number>(options_.fuel_per_act));
  lua_setfield(lua, -2, "fuel_per_act");
  lua_pushnumber(lua, static_cast<lua_Number>(options_.fuel_saved_max));
  lua_setfield(lua, -2, "fuel_saved_max");
  lua_pushnumber(lua, static_cast<lua_Number>(options_.fuel_per_load));
  lua_setfield(lua, -2, "fuel_per_load");
  set_world_names(lua, scenario);
}

Result<void> PolicyVm::open_driver(const engine::Scenario& scenario) {
  const PreludeModule modules[] = {
      {"vec", prelude::k_vec_lua},           {"view", prelude::k_view_lua},
      {"memories", prelude::k_memories_lua}, {"senses", prelude::k_senses_lua},
      {"self", prelude::k_self_lua},         {"uses", prelude::k_uses_lua},
      {"nature", prelude::k_nature_lua}};
  push_host_table(scenario);
  auto driver = load_driver(*vm_, {"policy", prelude::k_policy_lua}, view_, modules);
  if (!driver.ok()) return driver.error();
  driver_ = *driver;
  return describe_scenario(*vm_, driver_, scenario);
}

bool PolicyVm::call_driver(const char* name, int arguments, int results, std::uint64_t fuel) {
  return scripting::call_driver(*vm_, driver_, name, arguments, results, fuel);
}

Result<void> PolicyVm::restart() {
  const Error failed{ErrorCode::kRefused, "the script did not load", kPolicyScriptName};
  notes_.clear();
  // What the source draws while it runs does not depend on the world that was seen last.
  view_.world = nullptr;
  stream_ = base::RandomStream(0);
  stream_owner_ = kNoOwner;
  if (!call_driver("forget_agents", 0, 0, 0)) return failed;
  may_have_memories_ = false;
  trusted::push_script(*vm_, *script_);
  if (!trusted::call(*vm_, 0, 1, options_.fuel_per_load)) return failed;
  if (!call_driver("install", 1, 0, 0)) return failed;
  has_migrate_ = ask_driver("has_migrate");
  return {};
}

void PolicyVm::decide(const Turn& turn, std::span<const std::uint32_t> rows,
                      std::span<const MachineFault> expected, std::vector<AgentFault>& faults,
                      std::vector<engine::Intents::Message>& messages,
                      std::vector<AskedUse>& uses) {
  view_.look_at(*turn.world);
  view_.write_to(*turn.intents);
  view_.rows = rows.data();
  view_.row_count = static_cast<std::uint32_t>(rows.size());
  view_.ready = turn.ready;
  view_.fuel = turn.fuel;
  view_.saved_fuel = turn.saved_fuel;
  messages_ = &messages;
  faults_ = &faults;
  uses_ = &uses;
  tell_abilities(*turn.world);
  stream_owner_ = kNoOwner;
  view_.fuel_total = view_.fuel_max = 0;
  for (std::size_t first = 0; first < rows.size(); first += kRowsPerCall) {
    decide_some(rows.subspan(first, std::min(kRowsPerCall, rows.size() - first)), expected);
  }
  for (const AgentFault& fault : faults) {
    turn.intents->move[fault.row] = 0;
    turn.intents->ability[fault.row] = 0;
  }
  messages_ = nullptr;
  faults_ = nullptr;
  uses_ = nullptr;
}

// Which names stand for which abilities: the world may have learnt some since the last tick.
void PolicyVm::tell_abilities(const engine::World& world) {
  const auto abilities = world.abilities();
  const bool same = std::equal(
      abilities.begin(), abilities.end(), ability_names_.begin(), ability_names_.end(),
      [](const engine::AbilitySpec& spec, const std::string& name) { return spec.name == name; });
  if (same) return;
  ability_names_.clear();
  call_driver("forget_abilities", 0, 0, 0);
  lua_State* lua = trusted::lua(*vm_);
  for (const engine::AbilitySpec& spec : abilities) {
    lua_pushnumber(lua, static_cast<lua_Number>(ability_names_.size()));
    lua_pushlstring(lua, spec.name.data(), spec.name.size());
    call_driver("add_ability", 2, 0, 0);
    ability_names_.push_back(spec.name);
  }
}

// Of some agents that follow each other in view_.rows.
void PolicyVm::decide_some(std::span<const std::uint32_t> rows,
                           std::span<const MachineFault> expected) {
  const auto first_expected = std::lower_bound(
      expected.begin(), expected.end(), rows.front(),
      [](const MachineFault& fault, std::uint32_t row) { return fault.row < row; });
  bool must_overflow = false;
  lua_State* lua = trusted::lua(*vm_);
  for (auto fault = first_expected; fault != expected.end() && fault->row <= rows.back(); ++fault) {
    if (fault->kind == FaultKind::kOverflow) {
      must_overflow = true;
      continue;
    }
    lua_pushnumber(lua, fault->row);
    call_driver("skip", 1, 0, 0);
    faults_->push_back({fault->row, fault->kind, fault->message});
  }
  const auto first = static_cast<std::size_t>(rows.data() - view_.rows);
  lua_pushnumber(lua, static_cast<lua_Number>(first));
  lua_pushnumber(lua, static_cast<lua_Number>(first + rows.size() - 1));
  const bool done = call_driver("decide", 2, 1, 0);
  may_have_memories_ = !done || lua_toboolean(lua, -1) != 0;
  if (done) lua_pop(lua, 1);
  if (!done || must_overflow || vm_->memory_used() > options_.memory_bytes) overflow(rows.front());
}

// The agents hold more together than the Vm may: all their memories go, and the first is told.
void PolicyVm::overflow(std::uint32_t row) {
  call_driver("forget_memories", 0, 0, 0);
  vm_->collect_garbage();
  faults_->push_back({row, FaultKind::kOverflow,
                      "the agents' memories together exceed " +
                          std::to_string(options_.memory_bytes) +
                          " bytes; all of them were dropped"});
}

int PolicyVm::on_fault(lua_State* lua) {
  auto& policy = upvalue<PolicyVm>(lua);
  AgentFault fault;
  fault.row = static_cast<std::uint32_t>(lua_tonumber(lua, 1));
  sandbox::Vm::State& state = policy.vm_->state();
  fault.kind = fault_kind(lua_tostring(lua, 2), state.watchdog_hit);
  if (state.has_error) {
    fault.message = report_text(state.last_error);
    state.has_error = false;
  } else {
    fault.message = fault.kind == FaultKind::kMemory ? "out of memory" : "stack overflow";
  }
  if (state.watchdog_hit) state.begin_call();  // the agents after this one begin a new measure
  lua_pushboolean(lua, fault.kind == FaultKind::kWatchdog ? 1 : 0);
  if (policy.faults_ == nullptr) return 1;
  auto& messages = *policy.messages_;
  if (!messages.empty() && messages.back().row == fault.row) messages.pop_back();
  policy.faults_->push_back(std::move(fault));
  return 1;
}

void PolicyVm::take_message(lua_State* lua, engine::MessageKind kind) {
  if (messages_ == nullptr) return;
  const auto row = static_cast<std::uint32_t>(lua_tonumber(lua, 1));
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, 2, &size);
  auto& messages = *messages_;
  if (!messages.empty() && messages.back().row == row) messages.pop_back();  // the later one counts
  messages.push_back({row, std::string(text, size), kind});
}

int PolicyVm::on_say(lua_State* lua) {
  upvalue<PolicyVm>(lua).take_message(lua, engine::MessageKind::kSay);
  return 0;
}

int PolicyVm::on_ask_for(lua_State* lua) {
  upvalue<PolicyVm>(lua).take_message(lua, engine::MessageKind::kRequest);
  return 0;
}

// use(row, ability, id or nil, x, y, details): nothing, or what is wrong with the details.
int PolicyVm::on_use(lua_State* lua) {
  auto& policy = upvalue<PolicyVm>(lua);
  if (policy.uses_ == nullptr) return 0;
  AskedUse use;
  use.row = static_cast<std::uint32_t>(lua_tonumber(lua, 1));
  std::size_t size = 0;
  const char* ability = lua_tolstring(lua, 2, &size);
  use.ability.assign(ability, size);
  if (lua_isnumber(lua, 3)) {
    use.target = engine::EntityId::unpack(static_cast<std::uint64_t>(lua_tonumber(lua, 3)));
  } else if (lua_isnumber(lua, 4)) {
    use.at_place = true;
    use.x = lua_tonumber(lua, 4);
    use.y = lua_tonumber(lua, 5);
  }
  if (lua_istable(lua, 6)) {
    lua_pushvalue(lua, 6);
    auto details = trusted::pop_value(
        *policy.vm_, {.depth = 2, .entries = kDetailEntriesMax, .bytes = kDetailBytesMax});
    if (!details.ok()) {
      const std::string problem =
          "must be at most 8 numbers, strings and booleans (" + details.error().message + ")";
      lua_pushlstring(lua, problem.data(), problem.size());
      return 1;
    }
    use.details = std::move(*details);
  }
  auto& uses = *policy.uses_;
  if (!uses.empty() && uses.back().row == use.row) uses.pop_back();  // the later one counts
  uses.push_back(std::move(use));
  return 0;
}

int PolicyVm::on_note(lua_State* lua) {
  auto& policy = upvalue<PolicyVm>(lua);
  if (policy.notes_.size() >= kNotesMax) return 0;
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, 2, &size);
  policy.notes_.push_back(std::to_string(static_cast<std::uint32_t>(lua_tonumber(lua, 1))) + " " +
                          std::string(text, size));
  return 0;
}

double PolicyVm::draw(void* context) {
  auto& policy = *static_cast<PolicyVm*>(context);
  if (policy.view_.world == nullptr) return policy.stream_.uniform();
  const std::uint32_t row = policy.view_.row;
  if (policy.stream_owner_ != row) {
    const engine::World& world = *policy.view_.world;
    policy.stream_ = world.random(world.id_of(row).packed(), base::Stream::kScript);
    policy.stream_owner_ = row;
  }
  return policy.stream_.uniform();
}

std::pair<std::uint64_t, std::uint64_t> PolicyVm::last_fuel() const {
  return {static_cast<std::uint64_t>(view_.fuel_total), static_cast<std::uint64_t>(view_.fuel_max)};
}

std::vector<std::string> PolicyVm::take_notes() {
  auto notes = std::move(notes_);
  notes_.clear();
  return notes;
}

Result<sandbox::Value> PolicyVm::memory(std::uint32_t row) {
  lua_pushnumber(trusted::lua(*vm_), row);
  if (!call_driver("memory_of", 1, 1, 0)) {
    return Error{ErrorCode::kUnavailable, trusted::take_error(*vm_).message, "self.memory"};
  }
  return trusted::pop_value(*vm_, {.depth = 16,
                                   .entries = options_.memory_per_agent_bytes,
                                   .bytes = options_.memory_per_agent_bytes});
}

bool fits_memory(const sandbox::Value& memory, std::size_t bytes_max) {
  // Most are far smaller, and to write one out takes as long as an act.
  return json_bytes_most(memory) <= bytes_max || to_json(memory).size() <= bytes_max;
}

Result<void> PolicyVm::memory_within_limit(std::uint32_t row) {
  const auto memory = this->memory(row);
  if (!memory) {
    return Error{memory.error().code, "self.memory: " + memory.error().text(), "self.memory"};
  }
  if (memory->is_nil() || fits_memory(*memory, options_.memory_per_agent_bytes)) return {};
  return Error{
      ErrorCode::kRefused,
      "self.memory is larger than " + std::to_string(options_.memory_per_agent_bytes) + " bytes",
      "self.memory"};
}

bool PolicyVm::ask_driver(const char* name) {
  if (!call_driver(name, 0, 1, 0)) return false;
  lua_State* lua = trusted::lua(*vm_);
  const bool yes = lua_toboolean(lua, -1) != 0;
  lua_pop(lua, 1);
  return yes;
}

bool PolicyVm::remembers(std::uint32_t row) {
  lua_State* lua = trusted::lua(*vm_);
  lua_pushnumber(lua, row);
  if (!call_driver("memory_of", 1, 1, 0)) return true;
  const bool any = !lua_isnil(lua, -1);
  lua_pop(lua, 1);
  return any;
}

void PolicyVm::drop_memory(std::uint32_t row) {
  lua_State* lua = trusted::lua(*vm_);
  lua_pushnumber(lua, row);
  lua_pushnil(lua);
  call_driver("set_memory", 2, 0, 0);
}

void PolicyVm::drop_memories(std::span<const std::uint32_t> rows) {
  if (rows.empty()) return;
  view_.rows = rows.data();
  lua_pushnumber(trusted::lua(*vm_), static_cast<lua_Number>(rows.size()));
  call_driver("drop_memories", 1, 0, 0);
  view_.rows = nullptr;
}

Result<void> PolicyVm::set_memory(std::uint32_t row, const sandbox::Value& memory) {
  may_have_memories_ = true;
  lua_State* lua = trusted::lua(*vm_);
  lua_pushnumber(lua, row);
  if (auto pushed = trusted::push_plain(*vm_, memory); !pushed.ok()) {
    lua_pop(lua, 1);
    return pushed;
  }
  if (call_driver("set_memory", 2, 0, 0)) return {};
  return Error{ErrorCode::kUnavailable, trusted::take_error(*vm_).message, "self.memory"};
}

Result<void> PolicyVm::adopt(const engine::World& world, std::uint32_t row,
                             const sandbox::Value& memory) {
  may_have_memories_ = true;
  view_.look_at(world);
  stream_owner_ = kNoOwner;
  lua_State* lua = trusted::lua(*vm_);
  lua_pushnumber(lua, row);
  if (auto pushed = trusted::push_plain(*vm_, memory); !pushed.ok()) {
    lua_pop(lua, 1);
    return pushed;
  }
  if (call_driver("adopt", 2, 0, options_.fuel_per_load)) {
    auto kept = memory_within_limit(row);
    if (!kept) drop_memory(row);
    return kept;
  }
  const bool by_machine = vm_->state().watchdog_hit;
  const sandbox::ErrorReport report = trusted::take_error(*vm_);
  const auto code = by_machine || report.kind == sandbox::OutcomeKind::kMemory
                        ? ErrorCode::kUnavailable
                        : ErrorCode::kRefused;
  return Error{code, report_text(report), "policy.migrate"};
}

std::string PolicyVm::answer_json(bool called) {
  if (!called) return "null";
  const auto value =
      trusted::pop_value(*vm_, {.depth = 8, .entries = 256, .bytes = kCollectBytesMax});
  if (!value.ok()) return "null";
  std::string json = to_json(*value);
  return json.size() <= kCollectBytesMax ? json : "null";
}

std::string PolicyVm::collect_json(const engine::World& world, std::uint32_t row) {
  may_have_memories_ = true;
  view_.look_at(world);
  stream_owner_ = kNoOwner;
  lua_pushnumber(trusted::lua(*vm_), row);
  return answer_json(call_driver("collect", 1, 1, options_.fuel_per_load));
}

std::string PolicyVm::finalize_json(const std::string& episode_json) {
  const auto episode = sandbox::value_from_json(episode_json);
  if (!episode.ok() || !trusted::push_plain(*vm_, *episode).ok()) return "null";
  return answer_json(call_driver("finalize", 1, 1, options_.fuel_per_load));
}

}  // namespace cherub::scripting
