#include "abilities/catalogue_reader.h"

#include <algorithm>
#include <limits>

namespace cherub::abilities {
namespace {

constexpr std::uint64_t kWholeMax = std::uint64_t{1} << 53;  // what every JSON reader holds exactly

std::string quoted(const char* name) {
  return "\"" + std::string(name) + "\" ";
}

}  // namespace

CatalogueReader::CatalogueReader(const rapidjson::Value& object)
    : CatalogueReader(object, std::make_shared<std::string>()) {}

CatalogueReader::CatalogueReader(const rapidjson::Value& object,
                                 std::shared_ptr<std::string> problem)
    : object_(&object), problem_(std::move(problem)) {
  if (!object.IsObject()) fail("a JSON object must stand here");
}

void CatalogueReader::fail(const std::string& problem) {
  if (problem_->empty()) *problem_ = problem;
}

const rapidjson::Value* CatalogueReader::member(const char* name) {
  asked_.insert(name);
  if (!object_->IsObject()) return nullptr;
  const auto found = object_->FindMember(name);
  return found == object_->MemberEnd() ? nullptr : &found->value;
}

std::string CatalogueReader::text(const char* name, std::size_t bytes_max) {
  const rapidjson::Value* const value = member(name);
  if (value == nullptr) return {};
  if (!value->IsString()) {
    fail(quoted(name) + "must be a text");
    return {};
  }
  if (value->GetStringLength() > bytes_max) {
    fail(quoted(name) + "has more than " + std::to_string(bytes_max) + " bytes");
    return {};
  }
  return {value->GetString(), value->GetStringLength()};
}

std::string CatalogueReader::word(const char* name, std::initializer_list<std::string_view> words) {
  const std::string found = text(name, std::numeric_limits<std::size_t>::max());
  if (found.empty()) return std::string(*words.begin());
  if (std::find(words.begin(), words.end(), found) != words.end()) return found;
  std::string known;
  for (const std::string_view word : words)
    known += (known.empty() ? "" : " or ") + std::string(word);
  fail(quoted(name) + "must be " + known);
  return {};
}

std::uint64_t CatalogueReader::whole(const char* name) {
  const rapidjson::Value* const value = member(name);
  if (value == nullptr) return 0;
  if (value->IsUint64() && value->GetUint64() <= kWholeMax) return value->GetUint64();
  fail(quoted(name) + "must be a whole number from 0 to 2^53");
  return 0;
}

double CatalogueReader::number(const char* name) {
  const rapidjson::Value* const value = member(name);
  if (value != nullptr && value->IsNumber()) return value->GetDouble();
  if (value != nullptr && !value->IsNull()) fail(quoted(name) + "must be a number or null");
  return std::numeric_limits<double>::quiet_NaN();
}

bool CatalogueReader::flag(const char* name) {
  const rapidjson::Value* const value = member(name);
  if (value != nullptr && !value->IsBool()) fail(quoted(name) + "must be true or false");
  return value != nullptr && value->IsTrue();
}

const rapidjson::Value* CatalogueReader::array(const char* name, std::size_t count_max) {
  const rapidjson::Value* const value = member(name);
  if (value == nullptr) return nullptr;
  if (value->IsArray() && value->Size() <= count_max) return value;
  fail(quoted(name) + "must be an array of at most " + std::to_string(count_max));
  return nullptr;
}

std::vector<std::string> CatalogueReader::words(const char* name, std::size_t count_max,
                                                std::size_t bytes_max) {
  std::vector<std::string> found;
  const rapidjson::Value* const values = array(name, count_max);
  if (values == nullptr) return found;
  for (const rapidjson::Value& value : values->GetArray()) {
    if (!value.IsString() || value.GetStringLength() > bytes_max) {
      fail(quoted(name) + "must hold texts of at most " + std::to_string(bytes_max) + " bytes");
      return found;
    }
    found.emplace_back(value.GetString(), value.GetStringLength());
  }
  return found;
}

void CatalogueReader::each(const char* name, std::size_t count_max,
                           const std::function<void(CatalogueReader)>& read) {
  const rapidjson::Value* const values = array(name, count_max);
  if (values == nullptr) return;
  for (const rapidjson::Value& value : values->GetArray()) read({value, problem_});
}

void CatalogueReader::finish() {
  if (!object_->IsObject()) return;
  for (const auto& given : object_->GetObject()) {
    const std::string name(given.name.GetString(), given.name.GetStringLength());
    if (asked_.count(name) == 0) fail("\"" + name.substr(0, 40) + "\" is no member that is known");
  }
}

}  // namespace cherub::abilities
