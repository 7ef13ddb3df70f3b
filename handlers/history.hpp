// What a member may read of her own past: rows that are loaded for her who asks, and for nobody else.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "handlers/club.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

// history: the last of everything; statement: her purchases, a page from `skip` on; why: what gave her the
// last credit.
enum class Reading : std::uint8_t { history, statement, why };

struct ReadingKey {
  ClubId club = 0;
  PhoneNumber phone = 0;
  Reading what = Reading::history;
  std::uint32_t skip = 0;  // statement: purchases before the page
  auto operator<=>(const ReadingKey&) const = default;
};

// Rows that are loaded of one; a statement's last only tells that there are more.
inline constexpr std::uint32_t kHistoryRows = 6;
inline constexpr std::uint32_t kStatementRows = 4;
inline constexpr std::uint32_t kStatementPagesMax = 250;

// taken_back, returned: by a refund, of what a purchase had earned and of what had paid it. settled: a debt.
// occasion: by offers without a purchase; profile: the club's own credit for telling all of it.
enum class Event : std::uint8_t {
  purchase,
  redeemed,
  expired,
  given_back,
  given,
  received,
  gift,
  taken_back,
  returned,
  settled,
  occasion,
  profile,
  item,        // a code for one, by an offer
  handed_over  // it, for the code; not what was taken back
};

struct Past {
  Event what = Event::purchase;
  rules::Instant at{};
  rules::Amount amount = 0;    // of the purchase, or of the credit that came or went
  rules::Amount credit = 0;    // purchase: what it earned
  rules::Amount refunded = 0;  // purchase: what of it was given back
  // Of those at one instant, the later has the larger. occasion: one of its grants, from which the others are
  // found (Facts::grants_beside); likewise item.
  std::uint64_t row = 0;
  // why:
  rules::BasisPoints share = 0;  // purchase: of what was paid in money; 0: not known
  rules::Instant expires_at{};   // of the credit
  PhoneNumber other = 0;         // received: from whom; 0: she has left
  std::string item;              // item, handed_over: what it is; statement: what was free
};

}  // namespace peyk::handlers
