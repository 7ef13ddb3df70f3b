// Rows of the working set, found by key: for facts.cpp and facts_apply.cpp alone.
#pragma once

#include <stdexcept>
#include <string>

namespace peyk::handlers {

template <typename Map, typename Key>
auto* find(Map& map, const Key& key) {
  auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

template <typename Map, typename Key>
auto& must_find(Map& map, const Key& key, const char* what) {
  auto* found = find(map, key);
  if (found == nullptr)
    throw std::logic_error(std::string("an effect names a ") + what + " that was not loaded");
  return *found;
}

}  // namespace peyk::handlers
