// Birthdays, absences, joinings and whole profiles of a club's members (handlers/occasion.hpp), in sets, each
// once.
//
//   occasion_round (its row locked) -> the next members who may fit, read without locks -> locked, decided ->
//   what they are given, their texts, and how far the round has come: one transaction
//
// What must stay true: a round is one gateway's at a time, set by set; what it has given is told by
// offer_use, under the lock of its member, so a round that begins anew gives nothing twice. What joining,
// a birthday or a whole profile gave a phone outlives its membership (welcomed.hpp): leaving and joining again
// brings it no second time.
#pragma once

#include <cstdint>

#include "handlers/occasion.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

// Members who may be given something at once: they wait for each other while they are.
inline constexpr std::uint32_t kOccasionSet = 100, kOccasionSetMax = 200;

struct OccasionGiven {
  std::uint64_t looked_at = 0, members = 0;  // members: who were given something
  std::vector<QueuedText> texts;             // queued, and in no lane: the others wait for their moment
  bool is_done = false;  // the round is, or another gateway is at it: nothing more to do now
};

// The next set of a round: at most `limit` members are given something. `promo_line`: see
// handlers/occasion.hpp. The caller commits. Throws SqlError.
OccasionGiven give_occasion(Connection& connection, SystemChance& chance,
                            const handlers::Directory& directory, const handlers::OccasionRound& round,
                            const std::string& promo_line, rules::Instant now,
                            std::uint32_t limit = kOccasionSet);
// Rounds that are long over. Returns how many were forgotten.
std::uint64_t forget_occasion_rounds(Connection& connection, rules::Instant now);

}  // namespace peyk::store
