// Forgetting who has left. The decision takes her phone out of her own row; this takes it, bit by bit, out of
// everything else: purchases, texts and their history, how she bought, what was counted of her, who was
// invited by her.
//
//   EndMembership -> a row in erasure -> erase_due, a bounded piece at a time -> the row goes when nothing is
//   left
//
// Stays: the ledger, which names members by id, so that purchases still count, with what was bought, and an
// invoice that is sent again is still known; a phone that has said STOP on a line, so that the line keeps to
// it; what is under way: a text leaves before its row is emptied (her confirmation is one), and a receipt may
// come for a week. The row of a text stays too, without phone and words. If she joins again, what is of her
// new membership is not touched.
#pragma once

#include <chrono>
#include <span>

#include "handlers/rules/units.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::handlers {
struct EndMembership;
}

namespace peyk::store {

// In the transaction in which they leave.
void list_erasures(Connection& connection, std::span<const handlers::EndMembership* const> ended);

struct Erased {
  std::uint64_t members = 0;  // of whom nothing is left
  std::uint64_t rows = 0;     // emptied or deleted
  bool more = false;          // at once; else come again after a while
};
inline constexpr std::chrono::minutes kErasureTriedEvery{30};  // while texts of hers are under way
// Works on the members whose turn it is, at most `members_max`, and on at most `rows_max` rows of each kind
// for each. The caller commits. Several gateways may do it at once. Throws SqlError.
Erased erase_due(Connection& connection, rules::Instant now, std::uint32_t members_max,
                 std::uint32_t rows_max);

}  // namespace peyk::store
