// Members are told of what is about to lapse (handlers/reminder.hpp), in sets, each once.
//
//   reminder_round (its row locked) -> the next lots of that expiry in lot_due -> their members, each with
//   all of hers that lapses then -> scheduled texts, and how far the round has come: one transaction
//
// What must stay true: a member is told in the set that has the first of her lots of that expiry, spent or
// not, and in no other; so she is told once, of the whole sum, however many lots she has and whoever goes on
// with the round.
#pragma once

#include <cstdint>

#include "handlers/reminder.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kReminderSetMax = 500;  // lots

struct Reminded {
  std::uint64_t texts = 0;
  bool is_done = false;  // the round is, or another gateway is at it: nothing more to do now
};

// The next set of the round, of at most `lots_max` lots. The caller commits. Throws SqlError.
Reminded remind(Connection& connection, SystemChance& chance, const handlers::ReminderRound& round,
                rules::Instant now, std::uint32_t lots_max);
// Rounds that are long over. Returns how many were forgotten.
std::uint64_t forget_reminder_rounds(Connection& connection, rules::Instant now);

}  // namespace peyk::store
