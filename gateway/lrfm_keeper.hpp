// Reckons anew, each night of each club, what is known of all its members: the bounds of their scores, then
// by these who is in which segment, and at last what its purchases tell its managers
// (store/mysql/insights.hpp), and what its offers did (store/mysql/offer_effects.hpp; a night is done without
// these two: they may take their time, or fail until the next).
// Before the first of them, those who bought before that was kept get their behaviour (behaviours.hpp). Any
// gateway may: the store lets one at a time be at a night, which is done once (store/mysql/nights.hpp).
//
// Piece by piece, on a connection of its own, so that it neither holds anybody up nor keeps the gateway from
// stopping.
//
// What must stay true: a night that cannot be done keeps no other waiting. A piece that fails is tried again,
// each time later; one that fails on and on has its night put off, for all gateways, and the operator is
// told.
//
// Thread rule: the network thread; `work_` and `effects_` belong to the sql thread while a piece is under
// way.
#pragma once

#include <chrono>
#include <optional>

#include "gateway/expiry_keeper.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/lrfm.hpp"
#include "store/mysql/nights.hpp"
#include "store/mysql/offer_effects.hpp"
#include "store/mysql/segment_pass.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

// Of a piece of a night that fails.
struct NightRetries {
  std::chrono::milliseconds first{1000};  // and then twice as long each time: whatever it was may be over
  std::uint32_t tries_max = 5;            // after which it is given up, for half a minute or so is long
  // Then other clubs have their nights, and this one begins anew; at that hour nobody has come to see why.
  std::chrono::minutes put_off{60};
};

class LrfmKeeper {
 public:
  // `sql` outlives this, and is stopped before it goes.
  LrfmKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks, NightRetries retries = {});

  // Once a second.
  void tick();

 private:
  using Clock = std::chrono::steady_clock;
  struct Work {
    Work(const store::Night& taken, Clock::time_point began)
        : night(taken), began_at(began), scores(taken.club, taken.day) {}
    store::Night night;
    Clock::time_point began_at;
    rules::Instant kept_at{};  // of the sql thread
    store::LrfmPass scores;
    handlers::Club club;                         // by the new bounds, once the scores are saved
    std::optional<rules::LrfmBounds> bounds;     // likewise: gateways may not have loaded them yet
    std::optional<store::SegmentPass> segments;  // after that
  };

  enum class Piece : std::uint8_t { more, folded, scored, last, lost };

  void look();
  void go_on();
  Piece do_piece(store::Connection& connection, const handlers::Directory& directory);
  Piece score_page(store::Connection& connection, const handlers::Directory& directory, rules::Instant now);
  Piece count_page(store::Connection& connection, rules::Instant now);
  void done(Piece piece);
  void failed();
  void put_off();
  void ended();
  void reckon_insight(handlers::ClubId id, const std::optional<rules::LrfmBounds>& bounds);
  void reckon_effects();

  store::SqlThread& sql_;
  Metrics& metrics_;
  ExpiryHooks hooks_;
  const NightRetries retries_;
  store::SystemChance chance_;  // of the sql thread
  std::optional<Work> work_;
  std::optional<store::EffectNight> effects_;  // behind it
  // Who bought before behaviour was kept: done so far, and with the piece that is under way.
  handlers::MemberId folded_to_ = 0, folding_to_ = 0;
  bool all_folded_ = false;
  bool busy_ = false;
  std::uint32_t failures_ = 0;  // of the piece that is next, in a row
  Clock::time_point next_{};    // of a look, or of a piece that has failed
};

}  // namespace peyk::gateway
