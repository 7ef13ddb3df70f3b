// What a club's calendar brings its members: tiers whose period is over, birthdays, absences that have lasted
// too long; and soon after it happened, by day, that she joined or told all of her profile. Any gateway may;
// the store sees to it that each comes once (tier_days.hpp, occasions.hpp).
//
// Set by set, on the connection of what is reckoned at night, which rests after each: so whoever is at a till
// notices nothing. Once so many were given something the next set waits for the next second. A round that
// fails is left for some minutes; the others lose nothing by it.
//
// Texts are given no faster than they can leave. Those of the clubs' own lines wait in MySQL until their line
// has room (scheduled_texts.hpp). Who stays away is given nothing before the line for advertising has room
// for the text: for what she never hears of she would not come back (lane_room.hpp, docs/decisions/0038).
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gateway/expiry_keeper.hpp"
#include "gateway/lane_room.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/occasions.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/mysql/tier_days.hpp"

namespace peyk::gateway {

// By which texts leave.
struct MorningWay {
  std::string promo_line;  // for advertising of clubs; empty: there is none, and nobody is won back
  std::function<RoomToGive(const handlers::Club&)> promo_room;  // asked where there is a promo_line
  std::function<void(std::vector<store::QueuedText>)> push;
};

class MorningKeeper {
 public:
  using Clock = std::chrono::steady_clock;

  // `sql` outlives this, and is stopped before it goes. Pauses go by `pauses`.
  MorningKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks, MorningWay way,
                std::function<Clock::time_point()> pauses = Clock::now);

  // Once a second.
  void tick();

 private:
  using RoundKey = std::tuple<handlers::ClubId, rules::Occasion, std::int32_t>;

  void look_at_tiers();
  void tiers_looked(const store::TiersLooked& looked);
  struct NextRound {
    handlers::OccasionRound round;
    std::uint32_t most = 0;  // members, at once
  };
  std::optional<NextRound> next_round(const handlers::Directory& directory);
  void tell_waiting(const std::map<std::string_view, std::uint64_t>& clubs);
  void give();
  void given(const RoundKey& key, store::OccasionGiven given);

  store::SqlThread& sql_;
  Metrics& metrics_;
  ExpiryHooks hooks_;
  const MorningWay way_;
  const std::function<Clock::time_point()> pauses_;
  store::SystemChance chance_;  // of the sql thread
  bool looking_ = false, giving_ = false;
  std::uint64_t given_ = 0;    // members, in this second
  handlers::ClubId club_ = 0;  // whose tiers were looked at last
  std::set<RoundKey> done_;    // need no look until done_until_
  Clock::time_point next_tiers_{}, next_rounds_{}, done_until_{};
  std::string_view waits_for_;  // as it was logged last
  Clock::time_point log_again_{};
};

}  // namespace peyk::gateway
