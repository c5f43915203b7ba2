#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace cherub::abilities {

// Reads an object from an untrusted document member by member. The first thing that is wrong is
// kept, for this reader and those that came from it; what is missing reads as nothing.
class CatalogueReader {
 public:
  explicit CatalogueReader(const rapidjson::Value& object);

  std::string text(const char* name, std::size_t bytes_max);
  // One of the words; the first of them when the member is missing.
  std::string word(const char* name, std::initializer_list<std::string_view> words);
  std::vector<std::string> words(const char* name, std::size_t count_max, std::size_t bytes_max);
  std::uint64_t whole(const char* name);  // 0 … 2^53
  double number(const char* name);        // null reads as NaN
  bool flag(const char* name);
  void each(const char* name, std::size_t count_max,
            const std::function<void(CatalogueReader)>& read);

  // Members that nobody asked for are wrong.
  void finish();
  void fail(const std::string& problem);
  [[nodiscard]] const std::string& problem() const { return *problem_; }

 private:
  CatalogueReader(const rapidjson::Value& object, std::shared_ptr<std::string> problem);
  const rapidjson::Value* member(const char* name);
  const rapidjson::Value* array(const char* name, std::size_t count_max);

  const rapidjson::Value* object_;
  std::set<std::string> asked_;
  std::shared_ptr<std::string> problem_;
};

}  // namespace cherub::abilities
