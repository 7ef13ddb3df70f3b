// Credit that is about to lapse: its members are told once, some days before, in the morning of their club.
//
//   directory, now -> rounds: which instants of expiry are due to be told of, by whose clubs
//   a member's sum -> the text
#pragma once

#include <vector>

#include "handlers/effects.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

struct ReminderRound {
  rules::Instant expires_at{};  // of the lots
  std::uint32_t days_before = 0;
  std::vector<const Club*> clubs;  // that remind so long before, and whose day it is
};

// Today's, and yesterday's for whoever was away; never of credit that lapses today. In the order of expiry.
std::vector<ReminderRound> reminder_rounds(const Directory& directory, rules::Instant now);

// When a text of today's round leaves: not at night, by the club's clock.
rules::Instant reminder_time(const Club& club, rules::Instant now);

// `amount`: what of hers lapses at `expires_at`. Waits for reminder_time().
OutgoingText reminder(const Club& club, PhoneNumber phone, Language language, rules::Amount amount,
                      rules::Instant expires_at, const templates::Catalogue& catalogue, rules::Instant now);

}  // namespace peyk::handlers
