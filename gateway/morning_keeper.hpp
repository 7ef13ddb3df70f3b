// What a club's calendar brings its members: tiers whose period is over, birthdays, absences that have lasted
// too long; and soon after it happened, by day, that she joined or told all of her profile. Any gateway may;
// the store sees to it that each comes once (tier_days.hpp, occasions.hpp).
//
// Set by set, on the connection of what is reckoned at night, which rests after each: so whoever is at a till
// notices nothing. Once so many were given something the next set waits for the next second, so that texts
// come no faster than they can leave. A round that fails is left for some minutes; the others lose nothing by
// it.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <tuple>

#include "gateway/expiry_keeper.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/occasions.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/mysql/tier_days.hpp"

namespace peyk::gateway {

class MorningKeeper {
 public:
  using Clock = std::chrono::steady_clock;

  // `promo_line`: from which advertising of clubs leaves; empty: there is none, and nobody is won back.
  // `sql` outlives this, and is stopped before it goes. Pauses go by `pauses`.
  MorningKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks, std::string promo_line,
                std::function<Clock::time_point()> pauses = Clock::now);

  // Once a second.
  void tick();

 private:
  using RoundKey = std::tuple<handlers::ClubId, rules::Occasion, std::int32_t>;

  void look_at_tiers();
  void tiers_looked(const store::TiersLooked& looked);
  void give();
  void given(const RoundKey& key, const store::OccasionGiven& given);

  store::SqlThread& sql_;
  Metrics& metrics_;
  ExpiryHooks hooks_;
  const std::string promo_line_;
  const std::function<Clock::time_point()> pauses_;
  store::SystemChance chance_;  // of the sql thread
  bool looking_ = false, giving_ = false;
  std::uint64_t given_ = 0;    // members, in this second
  handlers::ClubId club_ = 0;  // whose tiers were looked at last
  std::set<RoundKey> done_;    // need no look until done_until_
  Clock::time_point next_tiers_{}, next_rounds_{}, done_until_{};
};

}  // namespace peyk::gateway
