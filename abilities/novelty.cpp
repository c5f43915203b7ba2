#include "abilities/novelty.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/base/sha256.h"
#include "sandbox/syntax/parser.h"

namespace cherub::abilities {
namespace {

constexpr double kMetricSteps = 1000;  // of a metric's scale

// Writes a tree so that equal trees, and no others, give equal texts. Depth is bounded by the
// parser.
class ShapeWriter {
 public:
  SourceShape write(const sandbox::Chunk& chunk) {
    function(*chunk.main);
    shape_.structure = base::sha256_hex(text_);
    return std::move(shape_);
  }

 private:
  // Every item is closed by a sign that occurs in no number, and texts tell their length first.
  void put(std::size_t value) {
    std::array<char, 24> digits;
    const auto written = std::to_chars(digits.begin(), digits.end() - 1, value);
    *written.ptr = ';';
    text_.append(digits.begin(), written.ptr + 1);
  }
  template <class Enum>
  void put_kind(Enum kind) {
    put(static_cast<std::size_t>(kind));
  }
  void put(const std::string& text) {
    put(text.size());
    text_ += text;
  }
  // Locals are numbered as they are met, so their names do not matter.
  void put(const sandbox::Local* local) {
    put(locals_.emplace(local, locals_.size()).first->second);
  }

  void function(const sandbox::Function& function) {
    put(function.parameters.size());
    for (const sandbox::Local* parameter : function.parameters) put(parameter);
    put(std::size_t{function.is_vararg});
    block(function.body);
  }

  void block(const sandbox::Block& block) {
    put(block.statements.size());
    for (const auto& statement : block.statements) this->statement(*statement);
  }

  void statement(const sandbox::Statement& statement) {
    put_kind(statement.kind);
    put(statement.locals.size());
    for (const sandbox::Local* local : statement.locals) put(local);
    expressions(statement.targets);
    expressions(statement.values);
    put(statement.blocks.size());
    for (const sandbox::Block& inner : statement.blocks) block(inner);
    put(statement.text);
  }

  void expressions(const std::vector<sandbox::ExpressionPtr>& list) {
    put(list.size());
    for (const auto& expression : list) this->expression(*expression);
  }

  void expression(const sandbox::Expression& expression) {
    put_kind(expression.kind);
    switch (expression.kind) {
      case sandbox::ExpressionKind::kNumber:
        shape_.numbers.push_back(expression.number);
        return;
      case sandbox::ExpressionKind::kFunction:
        function(*expression.function);
        return;
      case sandbox::ExpressionKind::kName:
        put(std::size_t{expression.local != nullptr});
        if (expression.local != nullptr) return put(expression.local);
        return put(expression.text);
      case sandbox::ExpressionKind::kUnary:
        put_kind(expression.unary_op);
        break;
      case sandbox::ExpressionKind::kBinary:
        put_kind(expression.binary_op);
        break;
      default:
        put(expression.text);
    }
    expressions(expression.children);
    put(expression.fields.size());
    for (const sandbox::TableField& field : expression.fields) {
      put(std::size_t{field.key != nullptr});
      if (field.key) this->expression(*field.key);
      this->expression(*field.value);
    }
  }

  SourceShape shape_;
  std::string text_;
  std::map<const sandbox::Local*, std::size_t> locals_;
};

bool near(double a, double b) {
  return a == b || std::abs(a - b) < kNearShare * std::max(std::abs(a), std::abs(b));
}

}  // namespace

SourceShape shape_of(const sandbox::Chunk& chunk) {
  return ShapeWriter().write(chunk);
}

std::optional<SourceShape> shape_of(const std::string& source) {
  const sandbox::ParseResult parsed = sandbox::parse("policy", source);
  if (!parsed.chunk) return std::nullopt;
  return shape_of(*parsed.chunk);
}

std::string KnownSources::find(const SourceShape& shape) const {
  const auto found = by_structure_.find(shape.structure);
  if (found == by_structure_.end()) return "";
  for (const Known& known : found->second) {
    if (std::equal(shape.numbers.begin(), shape.numbers.end(), known.numbers.begin(),
                   known.numbers.end(), near)) {
      return known.name;
    }
  }
  return "";
}

void KnownSources::add(SourceShape shape, std::string name) {
  by_structure_[shape.structure].push_back({std::move(shape.numbers), std::move(name)});
}

std::string behaviour_descriptor(const engine::Scenario& scenario,
                                 std::span<const EpisodeResult> episodes) {
  std::string text;
  for (const EpisodeResult& episode : episodes) {
    text += std::to_string(episode.seed) + ":" + std::to_string(episode.ticks);
    for (std::size_t i = 0; i < scenario.metrics.size() && i < episode.metrics.size(); ++i) {
      const double steps = episode.metrics[i] / scenario.metrics[i].scale * kMetricSteps;
      text += std::isfinite(steps) ? "," + std::to_string(std::llround(steps)) : ",-";
    }
    for (const std::uint64_t count : episode.receipts) text += "." + std::to_string(count);
    text += ";";
  }
  return base::sha256_hex(text);
}

}  // namespace cherub::abilities
