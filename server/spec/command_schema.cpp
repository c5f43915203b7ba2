#include "server/spec/command_schema.h"

#include "abilities/console.h"

namespace cherub::server {
namespace {

using namespace cherub::base;

constexpr Presence kMay = Presence::kMay;

Schema number_or_text(const Schema& number) {
  return either_schema({number, text_schema()});
}

Schema argument_schema(const abilities::ArgumentSpec& argument) {
  using Kind = abilities::ArgumentKind;
  switch (argument.kind) {
    case Kind::kText:
    case Kind::kPhrase:
    case Kind::kName:
    case Kind::kSetting:
      return number_or_text(number_schema());
    case Kind::kWhole:
      return number_or_text(whole_schema(argument.low, argument.high));
    case Kind::kNumber:
      return number_or_text(number_schema(argument.low, argument.high));
    case Kind::kEntity:
      return number_or_text(whole_schema()).about("Row, row:generation or the whole id.");
  }
  return any_schema();
}

SchemaMember ref() {
  return {"ref", number_or_text(number_schema()).about("Comes back in the answer."), kMay};
}

Schema by_arguments(const abilities::CommandSpec& spec) {
  std::vector<SchemaMember> members = {{"type", constant_schema(spec.name)}};
  for (const abilities::ArgumentSpec& argument : spec.arguments) {
    members.push_back(
        {argument.name, argument_schema(argument), argument.required ? Presence::kMust : kMay});
  }
  members.push_back(ref());
  return object_schema(members).about(spec.help);
}

}  // namespace

Schema command_schema() {
  std::vector<Schema> choices = {
      object_schema({{"line", text_schema(abilities::kConsoleLineBytesMax)}, ref()})
          .about("As it is typed: step 10")};
  for (const abilities::CommandSpec& spec : abilities::console_commands()) {
    choices.push_back(by_arguments(spec));
  }
  choices.push_back(
      object_schema({{"type", constant_schema("terminate")}, ref()}).about("As quit."));
  return either_schema(choices);
}

}  // namespace cherub::server
