// Whether a promotional text may leave, as a table.
#include "handlers/promo.hpp"

#include <gtest/gtest.h>

#include "templates/dates.hpp"

namespace peyk::tests::handlers_promo_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using What = PromoVerdict::What;

constexpr const char* kTehran = "Asia/Tehran";
constexpr std::chrono::sys_days kDay = std::chrono::year{2026} / 11 / 21;

// Of that day or the days after it, by Tehran's clock.
rules::Instant at(int hour, int minute = 0) {
  return templates::instant_of(kDay + std::chrono::hours{hour} + std::chrono::minutes{minute}, kTehran);
}

PromoPolicy quiet(int from_hour, int until_hour) {
  return {.line_may = true,
          .quiet_from_minute = static_cast<std::uint32_t>(from_hour * 60),
          .quiet_until_minute = static_cast<std::uint32_t>(until_hour * 60)};
}

TEST(PromoQuietHours, last_from_one_minute_until_before_another_also_over_midnight) {
  const struct {
    int from, until;
    rules::Instant now;
    std::optional<rules::Instant> end;
  } rows[] = {
      {21, 8, at(20, 59), std::nullopt},
      {21, 8, at(21), at(24 + 8)},
      {21, 8, at(23, 59), at(24 + 8)},
      {21, 8, at(24), at(24 + 8)},
      {21, 8, at(24 + 7, 59), at(24 + 8)},
      {21, 8, at(24 + 8), std::nullopt},
      {21, 8, at(3), at(8)},
      {13, 16, at(12, 59), std::nullopt},
      {13, 16, at(13), at(16)},
      {13, 16, at(15, 59), at(16)},
      {13, 16, at(16), std::nullopt},
      {0, 0, at(3), std::nullopt},
      {0, 7, at(0), at(7)},
      {22, 0, at(23), at(24)},
      {22, 0, at(24), std::nullopt},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(quiet_until(quiet(row.from, row.until), kTehran, row.now), row.end)
        << row.from << " to " << row.until << " at " << row.now.time_since_epoch().count();
  }
}

TEST(PromoQuietHours, are_those_of_the_clubs_clock) {
  const rules::Instant now = at(21, 30);  // 18:00 in London
  EXPECT_TRUE(quiet_until(quiet(21, 8), kTehran, now));
  EXPECT_FALSE(quiet_until(quiet(21, 8), "Europe/London", now));
}

TEST(PromoVerdict, is_the_first_that_holds_of_line_stop_quiet_hours_and_caps) {
  const PromoPolicy service{}, plain{.line_may = true};
  const PromoPolicy capped{.line_may = true, .per_day_max = 2, .per_week_max = 5};
  PromoPolicy all = quiet(21, 8);
  all.per_day_max = 2;
  const rules::Instant noon = at(12), night = at(23), late = at(24 * 9);
  const struct {
    const char* what;
    PromoPolicy policy;
    PromoFacts facts;
    rules::Instant now;
    What expected;
  } rows[] = {
      {"nothing is against it", plain, {}, noon, What::send},
      {"a service line", service, {}, noon, What::drop},
      {"a service line, by night", service, {.valid_until = late}, night, What::drop},
      {"she stopped", plain, {.stopped = true}, noon, What::drop},
      {"she stopped, by night: it need not wait",
       all,
       {.stopped = true, .valid_until = late},
       night,
       What::drop},
      {"by night", all, {.valid_until = late}, night, What::wait},
      {"by day", all, {.valid_until = late}, noon, What::send},
      {"by night, worth nothing by day", all, {.valid_until = at(24 + 8)}, night, What::expire},
      {"by night, worth something for a second of the day",
       all,
       {.valid_until = at(24 + 8) + 1s},
       night,
       What::wait},
      {"the cap is asked when it leaves", all, {.in_day = 9, .valid_until = late}, night, What::wait},
      {"one below the day's cap", capped, {.in_day = 1, .in_week = 1}, noon, What::send},
      {"at the day's cap", capped, {.in_day = 2, .in_week = 2}, noon, What::drop},
      {"one below the week's cap", capped, {.in_day = 0, .in_week = 4}, noon, What::send},
      {"at the week's cap", capped, {.in_day = 0, .in_week = 5}, noon, What::drop},
      {"no cap", plain, {.in_day = 99, .in_week = 99}, noon, What::send},
  };
  for (const auto& row : rows) {
    PromoFacts facts = row.facts;
    facts.time_zone = kTehran;
    const PromoVerdict verdict = judge_promo(row.policy, facts, row.now);
    EXPECT_EQ(verdict.what, row.expected) << row.what;
    EXPECT_EQ(verdict.why.empty(), row.expected == What::send || row.expected == What::wait) << row.what;
    const rules::Instant until = row.expected == What::wait ? at(24 + 8) : rules::Instant{};
    EXPECT_EQ(verdict.until, until) << row.what;
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_promo_test
