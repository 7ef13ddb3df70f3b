#include "store/redis/pace.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

namespace peyk::store {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t spacing_us(double rate, std::int64_t window_us) {
  if (rate == 0) return 0;
  if (!std::isfinite(rate) || rate < kRateMin || rate > kRateMax) {
    throw std::invalid_argument("a rate is 0 or between 0.001 and 100000 submit_sm a second");
  }
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(window_us) / rate));
}

// Further ahead than a last slot can be: a long text on a line slowed down to its tenth, and a minute.
std::int64_t reach_us(Spacings spacings, std::int64_t horizon_us) {
  return horizon_us + kPauseUsMax +
         (kPartsMax + 1) * kFactorFull / kFactorMin * (spacings.line_us + spacings.account_us);
}

std::int64_t slowed_spacing_us(const LinePace& line, Spacings spacings, std::int64_t now_us) {
  return divide_up(spacings.line_us * kFactorFull, line.throttle.factor_at(now_us));
}

// The silence begins when somebody asks for the first time, whether or not there is something to send.
void refresh(LinePace& line, Spacings spacings, std::int64_t now_us, std::int64_t horizon_us) {
  if (spacings.line_us == 0) return;
  if (line.known && line.last_us - now_us <= reach_us(spacings, horizon_us)) return;
  line.known = true;
  line.last_us = now_us + kSilenceUs - slowed_spacing_us(line, spacings, now_us);
}

// Forgets what is over; a changed rate has a grid of its own, behind all points of the old one.
void refresh(AccountPace& account, Spacings spacings, std::int64_t now_us, std::int64_t horizon_us) {
  const std::int64_t spacing = spacings.account_us;
  if (spacing == 0) return;
  if (!account.known || account.not_before_us - now_us > reach_us(spacings, horizon_us)) {
    account = {true, spacing, now_us + kSilenceUs, {}, account.throttle};
  } else if (account.spacing_us != spacing) {
    const std::int64_t last = account.taken.empty() ? 0 : *account.taken.rbegin() * account.spacing_us;
    account = {
        true, spacing, std::max({account.not_before_us, now_us, last}) + spacing, {}, account.throttle};
  }
  account.taken.erase(account.taken.begin(), account.taken.lower_bound(now_us / spacing));
}

// The point of time from which a line may send next, not before `from_us`.
std::int64_t line_next(const LinePace& line, Spacings spacings, std::int64_t now_us, std::int64_t from_us) {
  const std::int64_t earliest = std::max({now_us, from_us, line.throttle.pause_end_us(now_us)});
  if (spacings.line_us == 0) return earliest;
  return std::max(earliest, line.last_us + slowed_spacing_us(line, spacings, now_us));
}

// A slowed account uses `factor` of each thousand points. Which ones: evenly spread (a step of the golden
// section), and those of a smaller factor stay in use at a larger one, or a recovering account would fill the
// gaps behind it.
bool in_use(std::int64_t point, std::int64_t factor) {
  return point % kFactorFull * 619 % kFactorFull < factor;
}

// The first free point at or after `from_us`.
std::int64_t free_point(const AccountPace& account, std::int64_t from_us, std::int64_t now_us) {
  const std::int64_t factor = account.throttle.factor_at(now_us);
  const std::int64_t earliest =
      std::max({from_us, account.not_before_us, account.throttle.pause_end_us(now_us)});
  std::int64_t point = divide_up(earliest, account.spacing_us);
  while (account.taken.contains(point) || !in_use(point, factor)) ++point;
  return point;
}

}  // namespace

Spacings spacings_of(double line_rate, double account_rate, double slowest_account_rate) {
  const std::int64_t window_us = kSecondUs + kSlotToleranceUs;
  const std::int64_t account_us = spacing_us(account_rate, window_us);
  const std::int64_t slowest_us = std::max(account_us, spacing_us(slowest_account_rate, window_us));
  return {spacing_us(line_rate, window_us + slowest_us), account_us};
}

bool LinePace::move_last(std::int64_t from_us, std::int64_t to_us) {
  if (to_us - from_us > kPauseUsMax || !known || last_us != from_us) return false;
  last_us = to_us;
  return true;
}

void Throttle::penalise(std::int64_t now_us, std::int64_t pause_us) {
  const std::int64_t until = now_us + std::min(pause_us, kPauseUsMax);
  if (pause_end_us(now_us) > now_us) {
    slow_until_us = std::max(slow_until_us, until);
  } else {
    factor = std::max(kFactorMin, factor_at(now_us) / 2);
    slow_until_us = until;
  }
}

std::int64_t Throttle::factor_at(std::int64_t now_us) const {
  const std::int64_t elapsed = std::max<std::int64_t>(0, now_us - slow_until_us);
  return std::min(kFactorFull, factor + elapsed * kFactorPerSecond / kSecondUs);
}

std::int64_t Throttle::pause_end_us(std::int64_t now_us) const {
  return slow_until_us - now_us > kPauseUsMax ? 0 : slow_until_us;
}

std::optional<std::vector<std::int64_t>> Pace::take(Spacings spacings, std::int64_t now_us,
                                                    std::int64_t horizon_us, std::int64_t parts) {
  assert(parts >= 1 && parts <= kPartsMax);
  Followed nobody;
  return follow(spacings, now_us, horizon_us, std::vector<std::int64_t>(static_cast<std::size_t>(parts)),
                nobody);
}

std::optional<std::vector<std::int64_t>> Pace::follow(Spacings spacings, std::int64_t now_us,
                                                      std::int64_t horizon_us,
                                                      const std::vector<std::int64_t>& slots,
                                                      Followed& so_far) {
  refresh(line, spacings, now_us, horizon_us);
  refresh(account, spacings, now_us, horizon_us);
  std::vector<std::int64_t> offsets;
  for (const std::int64_t its_slot : slots) {
    const std::int64_t floor = now_us + its_slot;
    const std::int64_t wanted = line_next(line, spacings, now_us, floor + so_far.late_us);
    std::int64_t slot = wanted;
    if (spacings.account_us > 0) slot = free_point(account, wanted, now_us) * spacings.account_us;
    if (offsets.empty() && slot - now_us > horizon_us) return std::nullopt;
    if (spacings.account_us > 0) account.taken.insert(slot / spacings.account_us);
    if (spacings.line_us > 0) line.last_us = std::max(wanted, slot - spacings.account_us);
    so_far.late_us = std::max(so_far.late_us, slot - spacings.account_us - floor);
    offsets.push_back(slot - now_us);
  }
  return offsets;
}

}  // namespace peyk::store
