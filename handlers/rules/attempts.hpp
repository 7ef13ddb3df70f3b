// Wrong codes and PINs of one cashier's phone: five in ten minutes and it waits a quarter of an
// hour. While it waits every answer is the same, for a right code too (invariant I15). Those of a branch and
// of a club are counted together besides, so that their managers can be told. And the shoppers whom a phone
// has asked to join, and the strangers whom a member has named: so many an hour.
#pragma once

#include <chrono>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

inline constexpr std::uint32_t kMissesMax = 5;
inline constexpr std::chrono::minutes kMissWindow{10};
inline constexpr std::chrono::minutes kLockout{15};
inline constexpr std::uint32_t kInvitesMax = 30;
inline constexpr std::chrono::hours kInviteWindow{1};
inline constexpr std::uint32_t kStrangersMax = 5;
inline constexpr std::chrono::hours kStrangerWindow{1};

struct Attempts {
  std::uint32_t misses = 0;
  Instant window_started_at{};
  Instant locked_until{};
  std::uint32_t invites = 0;
  Instant invites_since{};
};

constexpr bool is_locked(const Attempts& attempts, Instant now) {
  return now < attempts.locked_until;
}

constexpr Attempts after_miss(Attempts attempts, Instant now) {
  if (now - attempts.window_started_at >= kMissWindow) {
    attempts.misses = 0;
    attempts.window_started_at = now;
    attempts.locked_until = {};
  }
  if (++attempts.misses >= kMissesMax) {
    attempts.misses = 0;
    attempts.window_started_at = now;
    attempts.locked_until = now + kLockout;
  }
  return attempts;
}

// False: there were too many in this hour; nothing is counted.
constexpr bool count_invite(Attempts& attempts, Instant now) {
  if (now - attempts.invites_since >= kInviteWindow) {
    attempts.invites = 0;
    attempts.invites_since = now;
  }
  if (attempts.invites >= kInvitesMax) return false;
  ++attempts.invites;
  return true;
}

// Phones that a member named and that are no members: who may name any number of them learns who is one.
struct Strangers {
  std::uint32_t named = 0;
  Instant since{};

  bool operator==(const Strangers&) const = default;
};

constexpr bool too_many_strangers(const Strangers& strangers, Instant now) {
  return strangers.named >= kStrangersMax && now - strangers.since < kStrangerWindow;
}

constexpr Strangers after_stranger(Strangers strangers, Instant now) {
  if (now - strangers.since >= kStrangerWindow) strangers = {.since = now};
  ++strangers.named;
  return strangers;
}

// Of all phones of a branch, or of a club.
struct MissWindow {
  std::uint32_t misses = 0;
  Instant started_at{};
  bool told = false;  // its managers, of too many

  bool operator==(const MissWindow&) const = default;
};

constexpr MissWindow after_miss(MissWindow window, Instant now) {
  if (now - window.started_at >= kMissWindow) window = {.started_at = now};
  ++window.misses;
  return window;
}

}  // namespace peyk::rules
