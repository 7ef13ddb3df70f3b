#include "gateway/morning_keeper.hpp"

#include <algorithm>
#include <stdexcept>

#include "gateway/log.hpp"

namespace peyk::gateway {
namespace {

constexpr std::chrono::seconds kMorningLookEvery{60};
constexpr std::chrono::seconds kLineLookEvery{10};    // while rounds wait for their line
constexpr std::chrono::minutes kWaitLoggedEvery{10};  // for the same
constexpr std::uint64_t kGivenASecond = 200;          // members
// Whoever was at a round may have died.
constexpr std::chrono::minutes kRoundsSeenAgain{10};

std::string_view name_of(rules::Occasion on) {
  switch (on) {
    case rules::Occasion::birthday:
      return "birthday";
    case rules::Occasion::away:
      return "away";
    case rules::Occasion::join:
      return "join";
    case rules::Occasion::profile:
      return "profile";
    case rules::Occasion::purchase:
    case rules::Occasion::survey:
    case rules::Occasion::event:
      break;
  }
  throw std::logic_error("name_of: not an occasion of the clock");
}

// The club after that one, by their numbers; nullptr: that was the last.
const handlers::Club* next_club(const handlers::Directory& directory, handlers::ClubId after) {
  const handlers::Club* next = nullptr;
  for (const handlers::Club& club : directory.clubs()) {
    if (club.id > after && (next == nullptr || club.id < next->id)) next = &club;
  }
  return next;
}

}  // namespace

MorningKeeper::MorningKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks, MorningWay way,
                             std::function<Clock::time_point()> pauses)
    : sql_(sql),
      metrics_(metrics),
      hooks_(std::move(hooks)),
      way_(std::move(way)),
      pauses_(std::move(pauses)) {}

void MorningKeeper::tick() {
  const auto now = pauses_();
  given_ = 0;
  if (!looking_ && now >= next_tiers_) look_at_tiers();
  if (!giving_ && now >= next_rounds_) give();
}

// A set of one club, then of the next; after the last a pause.
void MorningKeeper::look_at_tiers() {
  const auto directory = hooks_.directory();
  const handlers::Club* club = next_club(*directory, club_);
  if (club == nullptr) {
    club_ = 0;
    next_tiers_ = pauses_() + kMorningLookEvery;
    return;
  }
  const auto looked = std::make_shared<store::TiersLooked>();
  looking_ = sql_.run(
      [this, looked, directory, club](store::Connection& connection) {
        *looked = store::look_at_tiers(connection, chance_, *directory, *club, hooks_.clock());
      },
      [this, looked, id = club->id](bool committed) {
        hooks_.post([this, looked, id, committed] {
          looking_ = false;
          if (!committed || looked->is_done) club_ = id;
          if (committed) tiers_looked(*looked);
        });
      });
}

void MorningKeeper::tiers_looked(const store::TiersLooked& looked) {
  if (looked.members == 0) return look_at_tiers();
  metrics_.counter("peyk_tiers_looked_at_total").add(static_cast<double>(looked.members));
  log::info("tiers_looked_at", {{"members", looked.members}, {"texts", looked.texts}});
}

// The first that is neither done nor waits for its line.
std::optional<MorningKeeper::NextRound> MorningKeeper::next_round(const handlers::Directory& directory) {
  std::optional<NextRound> next;
  std::map<std::string_view, std::uint64_t> waiting;
  for (const handlers::OccasionRound& one : handlers::occasion_rounds(directory, hooks_.clock())) {
    const bool advertising = one.on == rules::Occasion::away;
    if (done_.contains({one.club->id, one.on, one.turn}) || (advertising && way_.promo_line.empty()))
      continue;
    const RoomToGive room =
        advertising ? way_.promo_room(*one.club) : RoomToGive{.texts = store::kOccasionSet};
    if (room.texts == 0) {
      ++waiting[room.waits_for];
    } else if (!next) {
      next = NextRound{one, std::min(room.texts, store::kOccasionSet)};
    }
  }
  tell_waiting(waiting);
  if (!next) next_rounds_ = pauses_() + (waiting.empty() ? kMorningLookEvery : kLineLookEvery);
  return next;
}

// Why nothing is given, though it is morning.
void MorningKeeper::tell_waiting(const std::map<std::string_view, std::uint64_t>& clubs) {
  for (const std::string_view why : kGivingWaitsFor) {
    const auto found = clubs.find(why);
    metrics_.gauge("peyk_occasions_waiting", {{"for", why}})
        .set(found == clubs.end() ? 0 : static_cast<double>(found->second));
  }
  if (clubs.empty()) return;
  const auto& [why, count] = *clubs.begin();
  if (why == waits_for_ && pauses_() < log_again_) return;
  waits_for_ = why;
  log_again_ = pauses_() + kWaitLoggedEvery;
  log::info("occasions_wait", {{"line", way_.promo_line}, {"for", why}, {"clubs", count}});
}

void MorningKeeper::give() {
  if (pauses_() >= done_until_) {
    done_.clear();
    done_until_ = pauses_() + kRoundsSeenAgain;
  }
  const auto directory = hooks_.directory();
  const auto next = next_round(*directory);
  if (!next) return;
  const RoundKey key{next->round.club->id, next->round.on, next->round.turn};
  const auto result = std::make_shared<store::OccasionGiven>();
  giving_ = sql_.run(
      [this, result, directory, next = *next](store::Connection& connection) {
        const rules::Instant now = hooks_.clock();
        *result = store::give_occasion(connection, chance_, *directory, next.round, way_.promo_line, now,
                                       next.most);
        if (result->is_done) store::forget_occasion_rounds(connection, now);
      },
      [this, result, key](bool committed) {
        hooks_.post([this, result, key, committed] {
          giving_ = false;
          if (committed) return given(key, std::move(*result));
          done_.insert(key);  // until kRoundsSeenAgain: the others have their turn, at the next tick
        });
      });
}

void MorningKeeper::given(const RoundKey& key, store::OccasionGiven given) {
  if (given.is_done) done_.insert(key);
  given_ += given.members;
  if (!given.texts.empty()) way_.push(std::move(given.texts));
  if (given_ < kGivenASecond) give();
  if (given.members == 0) return;
  const std::string occasion(name_of(std::get<rules::Occasion>(key)));
  metrics_.counter("peyk_occasions_total", {{"occasion", occasion}}).add(static_cast<double>(given.members));
  log::info("occasion_given", {{"occasion", occasion}, {"members", given.members}});
}

}  // namespace peyk::gateway
