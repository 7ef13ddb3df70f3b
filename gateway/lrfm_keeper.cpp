#include "gateway/lrfm_keeper.hpp"

#include "gateway/log.hpp"
#include "store/mysql/behaviours.hpp"
#include "store/mysql/customer_pages.hpp"
#include "store/mysql/insights.hpp"

namespace peyk::gateway {
namespace {

constexpr std::chrono::seconds kNightLookEvery{60};
constexpr std::uint32_t kFoldedAtOnce = 200;  // members

}  // namespace

LrfmKeeper::LrfmKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks, NightRetries retries)
    : sql_(sql), metrics_(metrics), hooks_(std::move(hooks)), retries_(retries) {}

void LrfmKeeper::tick() {
  if (busy_ || Clock::now() < next_) return;
  if (work_) return go_on();
  if (effects_) return reckon_effects();
  look();
}

void LrfmKeeper::look() {
  const auto night = std::make_shared<std::optional<store::Night>>();
  busy_ = sql_.run(
      [this, night, directory = hooks_.directory()](store::Connection& connection) {
        *night = store::next_night(connection, *directory, chance_.random() | 1U, hooks_.clock());
      },
      [this, night](bool committed) {
        hooks_.post([this, night, committed] {
          busy_ = false;
          if (!committed || !*night) {
            next_ = Clock::now() + kNightLookEvery;
            return;
          }
          work_.emplace(**night, Clock::now());
          go_on();
        });
      });
}

// On the sql thread. What it has read stays read if the commit has to be tried again.
LrfmKeeper::Piece LrfmKeeper::do_piece(store::Connection& connection, const handlers::Directory& directory) {
  const rules::Instant now = hooks_.clock();
  if (now >= work_->kept_at + store::kNightKeptEvery) {
    if (!store::keep_night(connection, work_->night, now)) return Piece::lost;
    work_->kept_at = now;
  }
  if (!all_folded_) {
    folding_to_ = store::fold_old_behaviours(connection, directory, folded_to_, kFoldedAtOnce).after;
    return Piece::folded;
  }
  return work_->segments ? count_page(connection, now) : score_page(connection, directory, now);
}

LrfmKeeper::Piece LrfmKeeper::score_page(store::Connection& connection, const handlers::Directory& directory,
                                         rules::Instant now) {
  if (work_->scores.step(connection)) return Piece::more;
  const handlers::Club* club = directory.club(work_->night.club);
  if (club == nullptr) return Piece::lost;
  work_->club = *club;
  work_->club.programme.bounds_reckoned = work_->scores.save(connection, now);
  work_->club.programme.places = work_->scores.places();
  return Piece::scored;
}

LrfmKeeper::Piece LrfmKeeper::count_page(store::Connection& connection, rules::Instant now) {
  if (work_->segments->step(connection, now, store::kSegmentPage)) return Piece::more;
  // Whoever took the night over writes its figures.
  if (!store::keep_night(connection, work_->night, now)) return Piece::lost;
  work_->segments->save(connection);
  store::end_night(connection, work_->night, now);
  return Piece::last;
}

// A piece after the other, each with its rest (peykd.hpp).
void LrfmKeeper::go_on() {
  const auto piece = std::make_shared<Piece>(Piece::lost);
  busy_ = sql_.run([this, piece, directory = hooks_.directory()](
                       store::Connection& connection) { *piece = do_piece(connection, *directory); },
                   [this, piece](bool committed) {
                     hooks_.post([this, piece, committed] {
                       busy_ = false;
                       if (!committed) return failed();
                       failures_ = 0;
                       done(*piece);
                     });
                   });
}

void LrfmKeeper::done(Piece piece) {
  switch (piece) {
    case Piece::more:
      if (work_->segments) work_->segments->adopt();
      return go_on();
    case Piece::folded:
      folded_to_ = folding_to_;
      all_folded_ = folded_to_ == 0;
      return go_on();
    case Piece::scored:
      work_->bounds = work_->club.programme.bounds_reckoned;
      work_->segments.emplace(std::move(work_->club), work_->night.day);
      return go_on();
    case Piece::last: {
      ended();
      const handlers::ClubId club = work_->night.club;
      const std::optional<rules::LrfmBounds> bounds = work_->bounds;
      work_.reset();
      return reckon_insight(club, bounds);
    }
    case Piece::lost:
      break;
  }
  work_.reset();
}

void LrfmKeeper::failed() {
  metrics_.counter("peyk_night_failures_total").add(1);
  if (++failures_ >= retries_.tries_max) return put_off();
  next_ = Clock::now() + retries_.first * (1U << (failures_ - 1));
  work_->kept_at = {};  // whatever the piece did, it has not kept the night
}

void LrfmKeeper::put_off() {
  failures_ = 0;
  const store::Night night = work_->night;
  work_.reset();
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->club(night.club);
  log::error("night_put_off", {{"club", club == nullptr ? "" : club->slug},
                               {"minutes", retries_.put_off.count()},
                               {"advice", "sql_failed in the log says why"}});
  busy_ = sql_.run(
      [this, night](store::Connection& connection) {
        store::put_night_off(connection, night, hooks_.clock() + retries_.put_off);
      },
      [this](bool) { hooks_.post([this] { busy_ = false; }); });
}

void LrfmKeeper::ended() {
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->club(work_->night.club);
  const auto took = Clock::now() - work_->began_at;
  const std::uint64_t members = work_->scores.members();
  metrics_.histogram("peyk_lrfm_seconds").observe(took);
  metrics_.counter("peyk_lrfm_members_total").add(static_cast<double>(members));
  log::info("members_scored", {{"club", club == nullptr ? "" : club->slug},
                               {"members", members},
                               {"seconds", std::chrono::duration<double>(took).count()}});
}

void LrfmKeeper::reckon_insight(handlers::ClubId id, const std::optional<rules::LrfmBounds>& bounds) {
  const auto directory = hooks_.directory();
  const handlers::Club* known = directory->club(id);
  if (known == nullptr) return;
  const auto club = std::make_shared<handlers::Club>(*known);
  club->programme.bounds_reckoned = bounds;
  busy_ = sql_.run(
      [this, club](store::Connection& connection) {
        const rules::Instant now = hooks_.clock();
        const auto span = store::insight_span(*club, now);
        store::save_insight(connection, club->id, store::read_insight(connection, *club, span, now));
      },
      [this, club](bool) {
        hooks_.post([this, club] {
          busy_ = false;
          effects_.emplace(club->id, store::insight_span(*club, hooks_.clock()));
        });
      });
}

// A page after the other, and at last their sums; what fails is left to the next night.
void LrfmKeeper::reckon_effects() {
  const auto more = std::make_shared<bool>(false);
  busy_ = sql_.run([this, more](store::Connection& connection) { *more = effects_->step(connection); },
                   [this, more](bool committed) {
                     hooks_.post([this, more, committed] {
                       busy_ = false;
                       if (!committed || !*more) return effects_.reset();
                       reckon_effects();
                     });
                   });
}

}  // namespace peyk::gateway
