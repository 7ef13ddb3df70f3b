// Credit that is about to lapse: its members are told once, some days before, in the morning of their club.
//
//   directory, now -> rounds: which instants of expiry are due to be told of, by whose clubs
//   a member's sum -> the text
#pragma once

#include <chrono>
#include <optional>
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

// A text that was to leave by day, at `send_at`, and has not: by night it waits for the morning, first of
// what is due then. Nothing: it may leave now, or it was never meant for the day. May be asked again of what
// was put off before, with that as its `send_at`.
std::optional<rules::Instant> put_off(const Club& club, rules::Instant send_at, rules::Instant now);

// How long what is told of a morning is worth telling: until the evening of the next day, if the line was
// busy.
inline constexpr std::chrono::hours kToldWithin{34};

// `amount`: what of hers lapses at `expires_at`. Waits for reminder_time().
OutgoingText reminder(const Club& club, PhoneNumber phone, Language language, rules::Amount amount,
                      rules::Instant expires_at, const templates::Catalogue& catalogue, rules::Instant now);

}  // namespace peyk::handlers
