#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cherub::engine {

// What few entities have, by row: values lie densely, an index leads from the row to its value. An
// empty table costs nothing. The order of for_each depends on what was erased before, so nothing
// observable may follow it; sorted_rows is for that. Readable from several threads while nobody
// writes.
template <class Value>
class SideTable {
 public:
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

  // nullptr: the row has none. Good until the next change of the table.
  [[nodiscard]] const Value* find(std::uint32_t row) const {
    const std::uint32_t at = row < index_.size() ? index_[row] : kNone;
    return at == kNone ? nullptr : &values_[at];
  }
  [[nodiscard]] Value* find(std::uint32_t row) {
    return const_cast<Value*>(std::as_const(*this).find(row));
  }
  // Made with its default when the row has none.
  Value& operator[](std::uint32_t row) {
    if (Value* const found = find(row)) return *found;
    if (row >= index_.size()) index_.resize(std::size_t{row} + 1, kNone);
    index_[row] = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back(row);
    return values_.emplace_back();
  }
  void erase(std::uint32_t row) {
    if (find(row) == nullptr) return;
    const std::uint32_t at = std::exchange(index_[row], kNone);
    if (at + 1 < rows_.size()) {
      rows_[at] = rows_.back();
      values_[at] = std::move(values_.back());
      index_[rows_[at]] = at;
    }
    rows_.pop_back();
    values_.pop_back();
  }
  void clear() {
    rows_.clear();
    values_.clear();
    index_.clear();
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) visit(rows_[i], values_[i]);
  }
  // Takes out the rows for which remove(row, value) holds; it may change the value.
  template <class Remove>
  void erase_if(Remove&& remove) {
    for (std::size_t i = rows_.size(); i-- > 0;) {
      if (remove(rows_[i], values_[i])) erase(rows_[i]);
    }
  }
  [[nodiscard]] std::vector<std::uint32_t> sorted_rows() const {
    std::vector<std::uint32_t> sorted = rows_;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  std::vector<std::uint32_t> rows_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> index_;  // by row: into rows_ and values_, or kNone
};

}  // namespace cherub::engine
