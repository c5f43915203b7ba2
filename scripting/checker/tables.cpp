// Members that other languages give to their lists and texts: list.push(x), list.length.
#include "scripting/checker/rules.h"
#include "scripting/manifest_parts.h"

namespace cherub::scripting {
namespace {

using sandbox::Expression;
using sandbox::ExpressionKind;

bool is_length(const std::string& name) {
  return name == "length" || name == "size" || name == "len";
}

class TableRules {
 public:
  explicit TableRules(const CheckContext& context) : context_(context) {
    for (const ExpressionSite& site : context.survey.expressions()) {
      const Expression& name = *site.expression;
      has_metatables_ = has_metatables_ || (name.kind == ExpressionKind::kName && !name.local &&
                                            name.text == "setmetatable");
      for (const sandbox::TableField& field : name.fields) {
        if (field.key && field.key->kind == ExpressionKind::kString) keys_.insert(field.key->text);
      }
    }
  }

  void check(const ExpressionSite& site) {
    const Expression& expression = *site.expression;
    if (expression.kind == ExpressionKind::kMethodCall) {
      if (is_plain_table(*expression.children[0])) report_call(expression, expression.text);
      return;
    }
    const std::string* key = constant_key(expression);
    if (!key || site.is_target) return;
    if (is_text(*expression.children[0])) return check_text(expression, *key);
    if (!is_plain_table(*expression.children[0])) return;
    if (is_callee(site)) {
      report_call(expression, *key);
    } else if (is_length(*key) && !is_set(*key)) {
      report_length(expression, *key, "a table");
    }
  }

 private:
  // A table of the source's own whose fields all stand in the text.
  bool is_plain_table(const Expression& object) const {
    if (has_metatables_) return false;
    const Expression& inner = bare(object);
    const bool local = inner.kind == ExpressionKind::kName && inner.local;
    return local && inner.local != context_.contract.policy &&
           context_.types.of(inner).is(Shape::kTable);
  }

  bool is_text(const Expression& object) const {
    const Type type = context_.types.of(object);
    return type.is(Shape::kString) && !type.maybe_nil;
  }

  bool is_set(const std::string& key) const {
    return keys_.contains(key) || context_.survey.assigns_field(key);
  }

  void report_call(const Expression& call, const std::string& name) {
    if (is_set(name)) return;
    const std::string_view known = absent_hint("table." + name);
    const bool of_library = find_api(ApiKind::kLibrary, "table." + name) != nullptr;
    if (known.empty() && !of_library && !is_length(name)) return;
    const std::string object = context_.report.text(*call.children[0]);
    std::string hint = is_length(name) ? "write #" + object : std::string(known);
    if (const std::size_t list = hint.find("list"); list != std::string::npos) {
      hint.replace(list, 4, object);
    }
    if (of_library) hint = "write table." + name + "(" + object + ", …)";
    const bool method = call.kind == ExpressionKind::kMethodCall;
    context_.report.error(method ? call.name_range : call.range,
                          "a table has no function '" + name + "'", hint);
  }

  void check_text(const Expression& index, const std::string& key) {
    if (is_length(key) && key != "len") report_length(index, key, "a text");
  }

  void report_length(const Expression& index, const std::string& key, const std::string& what) {
    context_.report.warning(index.range, what + " has no field '" + key + "'",
                            "write #" + context_.report.text(*index.children[0]));
  }

  const CheckContext& context_;
  bool has_metatables_ = false;   // the source sets some: fields may come from elsewhere
  std::set<std::string> keys_{};  // of all constructors
};

}  // namespace

void check_tables(const CheckContext& context) {
  TableRules rules(context);
  for (const ExpressionSite& site : context.survey.expressions()) {
    if (context.report.full()) return;
    rules.check(site);
  }
}

}  // namespace cherub::scripting
