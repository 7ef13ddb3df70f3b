#include "gateway/expiry_keeper.hpp"

#include "gateway/log.hpp"
#include "store/mysql/codes.hpp"

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kLotsInASet = 200;  // their members wait for each other for some 20 ms
constexpr std::uint32_t kSetsASecond = 20;  // a million lots in some five minutes, for one gateway
constexpr std::chrono::seconds kSweepEvery{10}, kFreeEvery{60}, kEraseEvery{10}, kRemindEvery{60};
// Whoever was at a round may have died.
constexpr std::chrono::minutes kRoundsSeenAgain{10};
constexpr std::uint32_t kFreedAtOnce = 500;
constexpr std::uint32_t kErasedAtOnce = 20,
                        kErasedRowsAtOnce = 500;  // members, and rows of each kind of each

}  // namespace

ExpiryKeeper::ExpiryKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks)
    : sql_(sql), metrics_(metrics), hooks_(std::move(hooks)) {}

void ExpiryKeeper::tick() {
  const auto now = Clock::now();
  sets_left_ = kSetsASecond;
  if (!sweeping_ && now >= next_sweep_) sweep();
  if (!freeing_ && now >= next_freeing_) free_numbers();
  if (!erasing_ && now >= next_erasure_) erase();
  if (!reminding_ && now >= next_reminding_) remind();
}

void ExpiryKeeper::sweep() {
  const auto expired = std::make_shared<store::Expired>();
  const auto began = std::make_shared<Clock::time_point>();
  --sets_left_;
  sweeping_ = sql_.run(
      [this, expired, began](store::Connection& connection) {
        *began = Clock::now();
        *expired = store::expire_due(connection, chance_, hooks_.clock(), kLotsInASet);
      },
      [this, expired, began](bool committed) {
        const auto took = Clock::now() - *began;
        hooks_.post([this, expired, took, committed] {
          sweeping_ = false;
          if (committed) return swept(*expired, took);
          next_sweep_ = Clock::now() + kSweepEvery;
        });
      });
}

void ExpiryKeeper::swept(const store::Expired& expired, std::chrono::nanoseconds took) {
  if (expired.looked_at > 0) metrics_.histogram("peyk_expiry_set_seconds").observe(took);
  metrics_.gauge("peyk_expiry_behind_seconds").set(std::chrono::duration<double>(expired.behind).count());
  metrics_.counter("peyk_expired_lots_total").add(static_cast<double>(expired.lots));
  const auto directory = hooks_.directory();
  for (const auto& [id, amount] : expired.amounts) {
    const handlers::Club* club = directory->club(id);
    metrics_.counter("peyk_expired_amount_total", {{"club", club == nullptr ? "" : club->slug}})
        .add(static_cast<double>(amount));
  }
  lots_ += expired.lots;
  if (expired.looked_at >= kLotsInASet) {
    if (sets_left_ > 0) sweep();
    return;
  }
  if (lots_ > 0) log::info("credit_expired", {{"lots", lots_}});
  lots_ = 0;
  next_sweep_ = Clock::now() + kSweepEvery;
}

void ExpiryKeeper::free_numbers() {
  const auto freed = std::make_shared<std::uint64_t>();
  freeing_ = sql_.run(
      [this, freed](store::Connection& connection) {
        *freed = store::free_codes(connection, hooks_.clock(), kFreedAtOnce);
      },
      [this, freed](bool committed) {
        hooks_.post([this, freed, committed] {
          freeing_ = false;
          if (committed) metrics_.counter("peyk_codes_freed_total").add(static_cast<double>(*freed));
          if (!committed || *freed < kFreedAtOnce) next_freeing_ = Clock::now() + kFreeEvery;
        });
      });
}

void ExpiryKeeper::erase() {
  const auto erased = std::make_shared<store::Erased>();
  erasing_ = sql_.run(
      [this, erased](store::Connection& connection) {
        *erased = store::erase_due(connection, hooks_.clock(), kErasedAtOnce, kErasedRowsAtOnce);
      },
      [this, erased](bool committed) {
        hooks_.post([this, erased, committed] {
          erasing_ = false;
          if (!committed || !erased->more) next_erasure_ = Clock::now() + kEraseEvery;
          if (!committed || erased->members == 0) return;
          metrics_.counter("peyk_members_erased_total").add(static_cast<double>(erased->members));
          log::info("members_forgotten", {{"members", erased->members}});
        });
      });
}

// A set a second, so that whoever is at the till notices nothing.
void ExpiryKeeper::remind() {
  if (Clock::now() >= told_until_) {
    told_.clear();
    told_until_ = Clock::now() + kRoundsSeenAgain;
  }
  const auto directory = hooks_.directory();
  std::vector<handlers::ReminderRound> rounds = handlers::reminder_rounds(*directory, hooks_.clock());
  std::erase_if(rounds, [this](const auto& one) {
    return told_.contains({one.expires_at, one.days_before});
  });
  if (rounds.empty()) {
    next_reminding_ = Clock::now() + kRemindEvery;
    return;
  }
  const auto reminded = std::make_shared<store::Reminded>();
  const auto key = std::pair(rounds.front().expires_at, rounds.front().days_before);
  reminding_ = sql_.run(
      [this, reminded, directory, round = std::move(rounds.front())](store::Connection& connection) {
        *reminded = store::remind(connection, chance_, round, hooks_.clock(), store::kReminderSetMax);
        if (reminded->is_done) store::forget_reminder_rounds(connection, hooks_.clock());
      },
      [this, reminded, key](bool committed) {
        hooks_.post([this, reminded, key, committed] {
          reminding_ = false;
          if (!committed) {
            next_reminding_ = Clock::now() + kRemindEvery;
            return;
          }
          if (reminded->is_done) told_.insert(key);
          metrics_.counter("peyk_reminders_total").add(static_cast<double>(reminded->texts));
          if (reminded->texts > 0) log::info("members_reminded", {{"texts", reminded->texts}});
        });
      });
}

}  // namespace peyk::gateway
