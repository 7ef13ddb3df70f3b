// What waits to be saved, in sets: each set is as much as has come, up to a limit. A set that cannot be saved
// comes back in two halves, before what came later, until what is at fault stands alone and harms no other.
//
// Not thread-safe. A set is shared with the thread that saves it, which only reads it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace peyk::gateway {

template <class T>
class HalvingSets {
 public:
  using Set = std::shared_ptr<std::vector<T>>;

  explicit HalvingSets(std::size_t set_max) : set_max_(set_max) {}

  void push(T one) { waiting_.push_back(std::move(one)); }
  std::size_t waiting() const { return waiting_.size(); }  // without what comes back
  bool empty() const { return waiting_.empty() && again_.empty(); }

  // Not of an empty one.
  Set next() {
    if (again_.empty()) {
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), set_max_));
      Set set = take(waiting_.begin(), end);
      waiting_.erase(waiting_.begin(), end);
      return set;
    }
    Set set = std::move(again_.front());
    again_.pop_front();
    return set;
  }

  // False: it is one alone, and stays the caller's.
  bool halve(const Set& set) {
    if (set->size() <= 1) return false;
    const auto middle = set->begin() + static_cast<std::ptrdiff_t>(set->size() / 2);
    again_.push_back(take(set->begin(), middle));
    again_.push_back(take(middle, set->end()));
    return true;
  }

 private:
  template <class Iterator>
  static Set take(Iterator begin, Iterator end) {
    return std::make_shared<std::vector<T>>(std::make_move_iterator(begin), std::make_move_iterator(end));
  }

  std::size_t set_max_;
  std::deque<T> waiting_;
  std::deque<Set> again_;
};

}  // namespace peyk::gateway
