// What managers are told of a system that takes no events any more.
#include "handlers/silent_webhook.hpp"

#include <gmock/gmock.h>

namespace peyk::tests::handlers_silent_webhook_test {
namespace {

using namespace peyk::handlers;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr PhoneNumber kCashier = 989121112233, kManager = 989121112244, kPersianManager = 989121112255;

Club bakery() {
  Club club;
  club.id = 7;
  club.name = "Bakery";
  club.language = Language::en;
  club.line = "30001234";
  club.cashiers = {{.phone = kCashier, .branch = 12},
                   {.phone = kManager, .branch = 12, .manager = true},
                   {.phone = kPersianManager, .branch = 12, .manager = true}};
  return club;
}

std::vector<OutgoingText> told_at(const Club& club, rules::Instant now) {
  return webhook_given_up(club, "crm", {{kPersianManager, Language::fa}}, templates::Catalogue::standard(),
                          now);
}

TEST(SilentWebhook, is_told_of_to_each_manager_in_her_language) {
  const rules::Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 8h + 30min;
  const auto texts = told_at(bakery(), noon);
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0].to, kManager);
  EXPECT_THAT(texts[0].text, HasSubstr("Bakery: your system crm has taken no event for three days"));
  EXPECT_EQ(texts[0].send_at, noon) << "by day at once";
  EXPECT_EQ(texts[1].to, kPersianManager);
  EXPECT_THAT(texts[1].text, HasSubstr("سامانه"));
}

TEST(SilentWebhook, is_not_told_of_at_night) {
  const rules::Instant night = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 0h + 30min;  // 4:00
  const auto texts = told_at(bakery(), night);
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0].send_at, night + 5h) << "digest_hour";
  EXPECT_GT(texts[0].valid_until, texts[0].send_at);
}

TEST(SilentWebhook, of_a_club_without_managers_is_told_to_nobody) {
  Club club = bakery();
  for (Cashier& one : club.cashiers) one.manager = false;
  EXPECT_TRUE(told_at(club, std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}).empty());
}

}  // namespace
}  // namespace peyk::tests::handlers_silent_webhook_test
