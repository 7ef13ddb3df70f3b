// When members hear of credit that is about to lapse.
#include "handlers/reminder.hpp"

#include <gtest/gtest.h>

namespace peyk::tests::handlers_reminder_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

// Noon of 21 November 2026, UTC: 15:30 in Tehran, 07:00 in New York.
constexpr rules::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h;

Club club_of(ClubId id, std::uint32_t remind_days, std::string zone = "Asia/Tehran") {
  Club club;
  club.id = id;
  club.name = "Bread and Salt";
  club.time_zone = std::move(zone);
  club.policy.remind_days = remind_days;
  return club;
}

TEST(Reminder, is_of_what_can_be_used_for_so_many_more_days_and_yesterdays_is_caught_up_with) {
  const Directory directory({club_of(1, 3)});
  const auto rounds = reminder_rounds(directory, kNow);
  ASSERT_EQ(rounds.size(), 2U);
  const rules::Instant midnight = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} - 3h - 30min;
  EXPECT_EQ(rounds[0].expires_at, midnight + 48h) << "what should have been told yesterday";
  EXPECT_EQ(rounds[1].expires_at, midnight + 72h) << "the last good day is three days ahead";
  EXPECT_EQ(rounds[1].days_before, 3U);
}

TEST(Reminder, is_not_of_what_lapses_today_and_not_of_clubs_that_want_none) {
  const Directory directory({club_of(1, 0), club_of(2, 1)});
  const auto rounds = reminder_rounds(directory, kNow);
  ASSERT_EQ(rounds.size(), 1U);
  ASSERT_EQ(rounds[0].clubs.size(), 1U);
  EXPECT_EQ(rounds[0].clubs[0]->id, 2U);
}

TEST(Reminder, clubs_of_one_zone_and_policy_share_a_round_and_others_have_their_own) {
  const Directory directory({club_of(1, 3), club_of(2, 3), club_of(3, 3, "America/New_York"), club_of(4, 4)});
  const auto rounds = reminder_rounds(directory, kNow);
  ASSERT_EQ(rounds.size(), 6U);
  EXPECT_EQ(rounds[0].clubs.size(), 2U);
}

TEST(Reminder, leaves_by_day_as_the_club_has_it) {
  const Club club = club_of(1, 3);
  const rules::Instant today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} - 3h - 30min;
  EXPECT_EQ(reminder_time(club, today), today + 10h) << "written at midnight, read at ten";
  EXPECT_EQ(reminder_time(club, today + 10h), today + 10h);
  EXPECT_EQ(reminder_time(club, today + 15h), today + 15h);
  EXPECT_EQ(reminder_time(club, today + 20h), today + 34h) << "too late for today";
}

TEST(Reminder, that_found_no_room_by_day_is_put_off_until_the_morning) {
  const Club club = club_of(1, 3);
  const rules::Instant today = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} - 3h - 30min;
  EXPECT_EQ(put_off(club, today + 10h, today + 10h), std::nullopt);
  EXPECT_EQ(put_off(club, today + 10h, today + 20h - 1s), std::nullopt) << "late, and it is day";
  const rules::Instant first = today + 34h - 1s;  // of that morning
  EXPECT_EQ(put_off(club, today + 10h, today + 20h), first);
  EXPECT_EQ(put_off(club, today + 20h - 1s, today + 20h), first);
  EXPECT_EQ(put_off(club, today + 10h, today + 24h + 3h), first);
  EXPECT_EQ(put_off(club, today + 10h, first), std::nullopt);
  EXPECT_EQ(put_off(club, first, first), std::nullopt);
  EXPECT_EQ(put_off(club, first, today + 24h + 20h), first + 24h) << "as often as it finds no room";
  EXPECT_EQ(put_off(club, today + 10h, today + 34h), std::nullopt);
  EXPECT_EQ(put_off(club, today + 8h, today + 8h + 1min), std::nullopt) << "a digest for eight o'clock";
  EXPECT_EQ(put_off(club, today + 22h, today + 23h), std::nullopt) << "or for ten in the evening";
}

TEST(Reminder, says_how_much_and_until_when_and_is_worth_nothing_after_that) {
  const rules::Instant expires_at = kNow + 30h;
  Club club = club_of(1, 1);
  club.money_display = MoneyDisplay::rial;
  const OutgoingText text =
      reminder(club, 989120000101, Language::en, 150'000, expires_at, templates::Catalogue::standard(), kNow);
  EXPECT_NE(text.text.find("150,000 rials of your credit at Bread and Salt"), std::string::npos) << text.text;
  EXPECT_NE(text.text.find("until 22 November 2026"), std::string::npos) << text.text;
  EXPECT_EQ(text.lane, Lane::notice);
  EXPECT_EQ(text.send_at, kNow);
  EXPECT_EQ(text.valid_until, expires_at);
  const OutgoingText early =
      reminder(club, 989120000101, Language::fa, 150'000, kNow + 72h, templates::Catalogue::standard(), kNow);
  EXPECT_EQ(early.valid_until, kNow + 34h) << "until tomorrow evening, if it has to wait until tomorrow";
  const OutgoingText late =
      reminder(club, 989120000101, Language::fa, 150'000, kNow + 2h, templates::Catalogue::standard(), kNow);
  EXPECT_EQ(late.valid_until, kNow + 2h);
}

}  // namespace
}  // namespace peyk::tests::handlers_reminder_test
