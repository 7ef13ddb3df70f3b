// What a refund takes back and gives back: pure arithmetic over how much of a purchase is refunded in all.
//
// Nothing here looks at one part alone. Of two states of the same purchase the difference is what a part
// does, so any split of a refund ends where one refund of the whole does (invariant I21), and carried
// remainders need no place to be carried in.
#pragma once

#include <algorithm>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

struct Bought {
  Amount amount = 0;
  Amount by_credit = 0;   // of it, paid with credit; at most `amount`
  Amount earned = 0;      // on the rest
  BasisPoints share = 0;  // by which it earned; 0: not kept, then the earned itself is shared out
};

// floor(whole * part / of), for amounts within kAmountMax and part <= of.
constexpr Amount part_of(Amount whole, Amount part, Amount of) {
  __extension__ using Wide = __int128;
  return of == 0 ? 0 : static_cast<Amount>(static_cast<Wide>(whole) * part / of);
}

// The credit that has come back when so much of the purchase is refunded: its share, all of it at the end.
constexpr Amount returned_at(const Bought& bought, Amount refunded) {
  return part_of(bought.by_credit, refunded, bought.amount);
}

// What the purchase would have earned had only the rest of it been bought: nothing at the end.
constexpr Amount earned_at(const Bought& bought, Amount refunded) {
  const Amount money = bought.amount - refunded - (bought.by_credit - returned_at(bought, refunded));
  const Amount earned = bought.share > 0 ? share_of(money, bought.share)
                                         : part_of(bought.earned, money, bought.amount - bought.by_credit);
  return std::min(bought.earned, earned);
}

// The points that a purchase has brought once so much of it is refunded: their share, none at the end.
constexpr std::int64_t points_at(std::int64_t points, Amount amount, Amount refunded) {
  return part_of(points, amount - refunded, amount);
}

}  // namespace peyk::rules
