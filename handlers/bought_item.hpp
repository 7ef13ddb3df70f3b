// A line of an invoice, as a till tells it: what was bought, how many of it, for how much.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/rules/conditions.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

inline constexpr std::uint32_t kItemQuantityMax = 1'000'000;

struct BoughtItem {
  std::string name;                     // as the till calls it: 1 to 64 characters
  std::uint32_t quantity = 1;           // in whole; of what is weighed 1
  std::optional<rules::Amount> amount;  // for all of it; none: the till does not say
  bool operator==(const BoughtItem&) const = default;
};

// By which offers ask for it, and by which it is counted: its folded name's.
rules::WordId word_of(const BoughtItem& item);
std::vector<rules::WordId> words_of(std::span<const BoughtItem> items);

// The whole line in one text of which no other line has the like; the name alone where no more is told.
std::string identity_of(const BoughtItem& item);

}  // namespace peyk::handlers
