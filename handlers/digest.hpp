// What was odd in a club's day, told to its managers the next morning in one text. Each of these may be innocent; a
// person who knows the shop sees which is not.
//
//   the day's rows -> [the store gathers what is above these limits, the worst first] -> digest() -> a text, or none
#pragma once

#include <chrono>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

inline constexpr std::chrono::hours kDigestAt{9};      // of the local day that follows
inline constexpr std::uint32_t kOdditiesEach = 2;      // told of each sort
inline constexpr std::uint64_t kManyPurchases = 5;     // of one phone in a day
inline constexpr std::uint64_t kSplitPurchases = 3;    // of one phone at one branch
inline constexpr std::chrono::minutes kSplitWithin{15};
inline constexpr std::uint64_t kManyUndone = 3;        // redemptions, by one cashier
inline constexpr std::uint64_t kManyMisses = 20;       // in the club

struct Oddities {
  struct Count {
    PhoneNumber phone = 0;
    std::uint64_t count = 0;
    rules::Amount amount = 0;
    BranchNo branch = 0;
  };
  std::vector<Count> own_phone;  // purchases on the phone of a cashier: phone, count, amount
  std::vector<Count> many;       // purchases of one phone: phone, count, amount
  std::vector<Count> split;      // the same within kSplitWithin: phone, count, branch
  std::vector<Count> undone;     // redemptions taken back by one cashier: phone, count, amount
  std::uint64_t misses = 0;      // wrong codes, PINs and numbers
  std::uint64_t disputes = 0;
};

// The local day that is to be told of at `now`: the last whole one, once its morning after has come.
struct DigestDay {
  rules::Instant from{}, until{};
  bool is_due = false;
};
DigestDay digest_day(const Club& club, rules::Instant now);

// One text for each manager; none: nothing was odd.
std::vector<OutgoingText> digest(const Club& club, const DigestDay& day, const Oddities& odd,
                                 const Setting& setting);

}  // namespace peyk::handlers
