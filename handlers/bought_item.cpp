#include "handlers/bought_item.hpp"

#include "templates/fold.hpp"

namespace peyk::handlers {

rules::WordId word_of(const BoughtItem& item) {
  return rules::word_id(templates::fold(item.name));
}

std::vector<rules::WordId> words_of(std::span<const BoughtItem> items) {
  std::vector<rules::WordId> words;
  words.reserve(items.size());
  for (const BoughtItem& item : items) words.push_back(word_of(item));
  return words;
}

std::string identity_of(const BoughtItem& item) {
  constexpr char kBetween = '\x1F';  // a name has no control characters
  std::string identity = item.name;
  if (item.quantity != 1 || item.amount) identity += kBetween + std::to_string(item.quantity);
  if (item.amount) identity += kBetween + std::to_string(*item.amount);
  return identity;
}

}  // namespace peyk::handlers
