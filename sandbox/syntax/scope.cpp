#include "sandbox/syntax/scope.h"

#include <algorithm>
#include <utility>

#include "sandbox/syntax/parser.h"

namespace cherub::sandbox {
namespace {

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

}  // namespace

void Scope::open_function(Function& function) {
  function.parent = functions_.empty() ? nullptr : functions_.back().function;
  functions_.push_back({});
  functions_.back().function = &function;
  open_block(BlockKind::kPlain);
}

void Scope::close_function() {
  const BlockScope block = blocks_.back();
  refuse_jumps(block);
  close_block();
  FunctionScope& scope = functions_.back();
  scope.function->upvalues = static_cast<std::uint32_t>(scope.upvalues.size());
  functions_.pop_back();
}

void Scope::open_block(BlockKind kind) {
  FunctionScope& scope = functions_.back();
  const bool is_loop = kind == BlockKind::kLoop;
  if (is_loop) ++scope.loops_open;
  blocks_.push_back({active_.size(), labels_.size(), jumps_.size(), scope.locals_active, is_loop});
}

void Scope::close_block() {
  const BlockScope block = blocks_.back();
  blocks_.pop_back();
  close_labels(block);
  if (jumps_.size() > block.jumps_begin) pass_jumps_outward(block);
  while (active_.size() > block.locals_begin) {
    // The key is a view of the name of the first local in the list, which is the last to go.
    const auto found = locals_by_name_.find(active_.back()->name);
    found->second.pop_back();
    if (found->second.empty()) locals_by_name_.erase(found);
    active_.pop_back();
  }
  FunctionScope& scope = functions_.back();
  scope.locals_active = block.locals_active;
  if (block.is_loop) --scope.loops_open;
}

Local* Scope::declare(std::string_view name, Range range, LocalKind kind) {
  Function& owner = function();
  auto local = std::make_unique<Local>();
  local->name = name;
  local->range = range;
  local->kind = kind;
  local->function = &owner;
  owner.locals.push_back(std::move(local));
  reserve_hidden(1);
  FunctionScope& scope = functions_.back();
  if (scope.locals_active > kLocalsMax && !scope.has_local_problem) {
    scope.has_local_problem = true;
    problems_.push_back({range,
                         "more than " + std::to_string(kLocalsMax) +
                             " local variables are in scope in one function",
                         "keep values in a table, or close scopes with 'do … end'"});
  }
  return owner.locals.back().get();
}

void Scope::activate(Local* local) {
  active_.push_back(local);
  locals_by_name_[local->name].push_back(local);
}

void Scope::reserve_hidden(std::uint32_t count) {
  functions_.back().locals_active += count;
}

Local* Scope::resolve(std::string_view name, Range range) {
  const auto found = locals_by_name_.find(name);
  if (found == locals_by_name_.end()) return nullptr;
  Local* local = found->second.back();
  if (local->function != &function()) capture(*local, range);
  return local;
}

// Every function between the owner and the user holds the local as an upvalue.
void Scope::capture(Local& local, Range range) {
  for (std::size_t i = functions_.size(); i-- > 0;) {
    FunctionScope& scope = functions_[i];
    if (scope.function == local.function) return;
    if (std::find(scope.upvalues.begin(), scope.upvalues.end(), &local) != scope.upvalues.end()) {
      return;
    }
    if (scope.upvalues.size() >= kUpvaluesMax) {
      if (std::exchange(scope.has_upvalue_problem, true)) return;
      problems_.push_back({range,
                           "the function opened in line " +
                               std::to_string(scope.function->range.line) + " uses more than " +
                               std::to_string(kUpvaluesMax) + " local variables of outer functions",
                           "keep related values in one table"});
      return;
    }
    scope.upvalues.push_back(&local);
    ++local.captured_by;
  }
}

const Scope::Label* Scope::label_of_block(std::string_view name, std::size_t block) const {
  const auto found = labels_by_name_.find(name);
  if (found == labels_by_name_.end() || found->second.empty()) return nullptr;
  const Label& label = labels_[found->second.back()];
  return label.block == block ? &label : nullptr;
}

void Scope::add_label(std::string_view name, Range range) {
  if (const Label* label = label_of_block(name, blocks_.size() - 1)) {
    problems_.push_back(
        {range,
         "duplicate label " + quoted(name) + ", also in line " + std::to_string(label->range.line),
         "give each label of a block its own name"});
    return;
  }
  labels_by_name_[name].push_back(labels_.size());
  labels_.push_back({name, range, blocks_.size() - 1});
}

void Scope::resolve_label(std::string_view name, bool is_last) {
  const BlockScope& block = blocks_.back();
  const std::size_t visible = is_last ? block.locals_begin : active_.size();
  const auto found = jumps_by_name_.find(name);
  if (found == jumps_by_name_.end()) return;
  std::vector<std::size_t>& jumps = found->second;
  for (; !jumps.empty() && jumps.back() >= block.jumps_begin; jumps.pop_back()) {
    Jump& jump = jumps_[jumps.back()];
    jump.is_resolved = true;
    if (jump.locals_visible >= visible) continue;
    problems_.push_back({jump.range,
                         "'goto " + std::string(name) + "' jumps into the scope of the local " +
                             quoted(active_[jump.locals_visible]->name),
                         "declare the local above the goto, or put its uses into 'do … end'"});
  }
}

void Scope::add_goto(std::string_view name, Range range, Statement& statement) {
  if (label_of_block(name, blocks_.size() - 1) != nullptr) {
    back_jumps_.push_back(&statement);
    return;
  }
  jumps_by_name_[name].push_back(jumps_.size());
  jumps_.push_back({name, range, &statement, active_.size(), false});
}

void Scope::close_labels(const BlockScope& block) {
  while (labels_.size() > block.labels_begin) {
    labels_by_name_[labels_.back().name].pop_back();
    labels_.pop_back();
  }
}

// The unresolved jumps of a closed block belong to the block around it, whose labels above them are
// known and whose labels below them come later.
void Scope::pass_jumps_outward(const BlockScope& block) {
  std::size_t kept = block.jumps_begin;
  for (std::size_t i = block.jumps_begin; i < jumps_.size(); ++i) {
    std::vector<std::size_t>& jumps = jumps_by_name_[jumps_[i].name];
    while (!jumps.empty() && jumps.back() >= block.jumps_begin) jumps.pop_back();
  }
  for (std::size_t i = block.jumps_begin; i < jumps_.size(); ++i) {
    Jump jump = jumps_[i];
    if (jump.is_resolved) continue;
    if (label_of_block(jump.name, blocks_.size() - 1) != nullptr) {
      back_jumps_.push_back(jump.statement);
      continue;
    }
    jump.locals_visible = std::min(jump.locals_visible, block.locals_begin);
    jumps_by_name_[jump.name].push_back(kept);
    jumps_[kept++] = jump;
  }
  jumps_.resize(kept);
}

void Scope::refuse_jumps(const BlockScope& block) {
  for (std::size_t i = block.jumps_begin; i < jumps_.size(); ++i) {
    Jump& jump = jumps_[i];
    if (jump.is_resolved) continue;
    jump.is_resolved = true;
    problems_.push_back({jump.range, "no label " + quoted(jump.name) + " is in reach of this goto",
                         "put '::" + std::string(jump.name) +
                             "::' into this block or one around it, in the same function",
                         true});
  }
}

void Scope::mark_back_jumps() {
  for (Statement* statement : back_jumps_) statement->jumps_back = true;
}

bool Scope::is_in_loop() const {
  return functions_.back().loops_open > 0;
}

bool Scope::is_vararg() const {
  return functions_.back().function->is_vararg;
}

}  // namespace cherub::sandbox
