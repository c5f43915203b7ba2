#include "sandbox/syntax/parser.h"

#include <algorithm>
#include <utility>

#include "sandbox/syntax/lexer.h"
#include "sandbox/syntax/registers.h"
#include "sandbox/syntax/tree_parser.h"

namespace cherub::sandbox {
namespace {

// What makes a source unreadable as a whole.
std::optional<Diagnostic> refuse_source(const std::string& source) {
  if (source.size() > kSourceBytesMax) {
    return Diagnostic{Severity::kError,
                      {},
                      "the source has " + std::to_string(source.size()) + " bytes, more than " +
                          std::to_string(kSourceBytesMax),
                      "shorten it"};
  }
  if (!source.empty() && source.front() == '\x1b') {
    return Diagnostic{Severity::kError, {}, "compiled chunks are refused", "give the source text"};
  }
  const std::size_t zero = source.find('\0');
  if (zero == std::string::npos) return std::nullopt;
  const auto offset = static_cast<std::uint32_t>(zero);
  const auto lines = std::count(source.begin(), source.begin() + offset, '\n');
  const std::size_t line_begin = zero == 0 ? 0 : source.rfind('\n', zero - 1) + 1;
  return Diagnostic{Severity::kError,
                    {offset, offset + 1, static_cast<std::uint32_t>(lines + 1),
                     static_cast<std::uint32_t>(zero - line_begin + 1)},
                    "the source holds a NUL byte",
                    "in a string write '\\0'"};
}

// In the order of the source. Of several errors on one line the first is the cause, the others are
// likely its echo.
Diagnostics merge(Diagnostics spelling, Diagnostics structure) {
  Diagnostics all = std::move(spelling);
  std::move(structure.begin(), structure.end(), std::back_inserter(all));
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.range.begin < b.range.begin;
  });
  const auto same_line = [](const Diagnostic& a, const Diagnostic& b) {
    return a.range.line == b.range.line;
  };
  all.erase(std::unique(all.begin(), all.end(), same_line), all.end());
  if (all.size() > kDiagnosticsMax) all.resize(kDiagnosticsMax);
  return all;
}

}  // namespace

ParseResult parse(std::string name, std::string source) {
  ParseResult result;
  if (std::optional<Diagnostic> refusal = refuse_source(source)) {
    result.diagnostics.push_back(*std::move(refusal));
    return result;
  }
  TokenList tokens = lex(source);
  TreeParser parser(source, tokens);
  std::unique_ptr<Function> main = parser.parse_chunk();
  result.diagnostics = merge(std::move(tokens.diagnostics), parser.take_diagnostics());
  if (!result.diagnostics.empty()) return result;
  if (std::optional<Diagnostic> shortage = count_registers(*main)) {
    result.diagnostics.push_back(*std::move(shortage));
  } else {
    result.chunk = Chunk{std::move(name), std::move(source), std::move(main)};
  }
  return result;
}

}  // namespace cherub::sandbox
