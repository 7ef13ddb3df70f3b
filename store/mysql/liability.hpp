// What a club owes its members, as its accountant asks: of each kind of credit what was given, what became of
// it and what is open; and when what is open will lapse.
//
// Read from the ledger (what became of it) and the lots (what is open, until when) in one consistent
// snapshot; it may run beside gateways at work. The two must come to the same sum: `peykctl ledger audit`
// says so, this only reports.
#pragma once

#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/rules/units.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct Liability {
  struct Kind {
    std::string origin;  // purchase, gift, referral, transfer, occasion, manual; open gift: nobody's yet
    rules::Amount granted = 0;
    rules::Amount redeemed = 0;  // less what was taken back
    rules::Amount lapsed = 0;    // its time was over, or its member left
    rules::Amount moved = 0;     // came by other movements, less what went by them
    rules::Amount open = 0;      // in its lots: granted - redeemed - lapsed + moved
  };
  struct Month {
    std::string month;  // of the expiry, UTC: 2026-12
    rules::Amount open = 0;
  };
  std::vector<Kind> kinds;
  std::vector<Month> months;  // in their order
  rules::Amount overdue = 0;  // of what is open, past its time already: the sweep will let it lapse
  rules::Amount open = 0;     // of all kinds, by the ledger
  rules::Amount in_lots = 0;  // the same by the lots
  std::uint64_t members = 0;  // to whom something is owed
};

// Takes time in proportion to the club's ledger. Throws SqlError.
Liability liability_of(Connection& connection, handlers::ClubId club, rules::Instant now);

}  // namespace peyk::store
