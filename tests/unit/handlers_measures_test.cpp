// What is known of a member at a moment, by the club's clock and calendar.
#include "handlers/measures.hpp"

#include <gtest/gtest.h>

#include "handlers/rules/conditions.hpp"
#include "templates/dates.hpp"

namespace peyk::tests::handlers_measures_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using std::chrono::sys_days;

// A tier's period that is looked at just after midnight, on the first of its days and on the last of another
// half of the year: each has as many local days as it says.
TEST(PeriodsOfTiers, are_of_local_days_over_both_changes_of_the_clock) {
  Club club;
  club.time_zone = "Europe/Berlin";
  club.programme.tiers.period_days = 180;
  const rules::Instant july = sys_days{std::chrono::year{2026} / 6 / 30} + 22h + 30s;
  EXPECT_EQ(period_of(club, july).since, sys_days{std::chrono::year{2026} / 1 / 2} + 23h)
      << "3 January to 1 July";
  const rules::Instant january = sys_days{std::chrono::year{2027} / 1 / 1} + 22h + 30min;
  EXPECT_EQ(period_of(club, january).since, sys_days{std::chrono::year{2026} / 7 / 5} + 22h)
      << "6 July to 1 January";
}

// "birthday: -3..3" of config/clubs/templates/beauty.yaml, in years of either length, and to a day.
TEST(Measures, around_a_birthday_a_day_is_as_far_after_it_as_before_it) {
  Club club;
  club.time_zone = "Asia/Tehran";
  const rules::Condition around{.measure = rules::Measure::days_to_birthday, .ranges = {{-3, 3}}};
  const Member member{.id = 11, .club = 1, .phone = 989120000101};
  for (const templates::JalaliDate born :
       {templates::JalaliDate{1370, 5, 12}, {1370, 1, 2}, {1370, 12, 28}, {1375, 12, 30}}) {
    const Profile profile{.member = member.id, .born = born};
    for (int year = 1402; year <= 1409; ++year) {
      const bool is_there = templates::is_valid({year, born.month, born.day});
      const sys_days birthday{
          templates::to_gregorian({year, born.month, is_there ? born.day : born.day - 1})};
      for (int away = -10; away <= 10; ++away) {
        const rules::Instant noon = birthday + std::chrono::days{away} + 9h;
        const rules::Measures measures = measures_of(club, &member, Facts{}, noon, &profile);
        EXPECT_EQ(measures.of(rules::Measure::days_to_birthday), -away) << year << '/' << born.month;
        EXPECT_EQ(rules::holds(around, measures), away >= -3 && away <= 3)
            << year << ": " << away << " days after";
      }
    }
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_measures_test
