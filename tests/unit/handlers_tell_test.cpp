// TELL: a manager writes to one member, and what she may not.
#include "handlers/tell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "templates/dates.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_tell_test {
namespace {

using namespace handlers;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr PhoneNumber kTellOwner = 989121110000;

Club club_that_tells() {
  Club club = english_club();
  club.cashiers.push_back({.phone = kTellOwner, .branch = 14, .manager = true});
  return club;
}

class Tell : public ClubTalk {
 protected:
  Tell() : ClubTalk(club_that_tells()) {}
  std::string owner(const std::string& text) { return say(kTellOwner, text); }
  // When the member is sent it, who is written to at that moment of the club's day; the epoch: at once.
  rules::Instant sent_when_told_at(std::chrono::hours hour) {
    Request request;
    request.what =
        TextRequest{.from = kTellOwner, .line = "30001234", .text = "TELL 09120000101 Your cake is ready"};
    const Outcome outcome = store.handle(request, day + hour);
    for (const OutgoingText& one : outcome.texts) {
      if (one.to != kShopper) {
        EXPECT_EQ(one.send_at, rules::Instant{}) << "she who wrote it is answered at once";
        continue;
      }
      EXPECT_GT(one.valid_until, std::max(one.send_at, day + hour)) << "it is still good in the morning";
      return one.send_at;
    }
    ADD_FAILURE() << "nobody is written to";
    return {};
  }

  const rules::Instant day = templates::start_of_local_day(now, "Asia/Tehran");
};

TEST_F(Tell, reaches_the_member_as_it_was_written_behind_the_clubs_name) {
  EXPECT_THAT(owner("TELL 09120000101 Your Cake (no. 7) is ready: COME!"), HasSubstr("19 more"));
  EXPECT_THAT(told_to[kShopper],
              AllOf(StartsWith(store.directory().clubs()[0].name + ": Your Cake (no. 7) is ready: COME!"),
                    HasSubstr("11")));
  EXPECT_EQ(effects, 1U);
  owner("پیام ۰۹۱۲۰۰۰۰۱۰۱ نوروزتان پیروز");
  EXPECT_THAT(told_to[kShopper], HasSubstr("نوروزتان پیروز"));
}

TEST_F(Tell, takes_a_phone_in_groups_and_leaves_figures_behind_it_to_the_text) {
  struct Written {
    std::string order, text;
  };
  const std::vector<Written> orders = {{"0912 000 0101 Your Cake is ready", "Your Cake is ready"},
                                       {"+98 912 000 01 01  10% off, until 7", "10% off, until 7"},
                                       {"(0912) 000-0101 7 o'clock", "7 o'clock"},
                                       {"09120000101 12 000 rials wait", "12 000 rials wait"},
                                       {"۰۹۱۲ ۰۰۰ ۰۱۰۱ ۲ کیک", "۲ کیک"}};
  for (const Written& one : orders) {
    owner("TELL " + one.order);
    EXPECT_THAT(told_to[kShopper], HasSubstr(": " + one.text)) << one.order;
    told_to.clear();
  }
  EXPECT_THAT(owner("TELL 0912 000 0101"), HasSubstr("phone and the text"));
  EXPECT_THAT(owner("TELL 0912 000 hello 0101"), HasSubstr("phone and the text"));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(Tell, is_refused_with_the_reason_and_sends_nothing) {
  struct Refusal {
    std::string text, answer;
  };
  std::string long_text;
  while (long_text.size() < 500) long_text += "so very long ";
  const std::vector<Refusal> refusals = {{"TELL", "phone and the text"},
                                         {"TELL hello", "phone and the text"},
                                         {"TELL 09120000101", "phone and the text"},
                                         {"TELL 09120000102 hello", "not a member"},
                                         {"TELL 09120000101 " + long_text, "more than 3 parts"}};
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(owner(refusal.text), HasSubstr(refusal.answer)) << refusal.text;
    EXPECT_EQ(effects, 0U) << refusal.text;
    EXPECT_THAT(told, IsEmpty()) << refusal.text;
  }
  EXPECT_THAT(vanak("TELL 09120000101 hello"), HasSubstr("for managers"));
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(say(kShopper, "TELL 09120000101 hello"), Not(HasSubstr("goes to")));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(Tell, is_not_for_who_said_stop_until_she_says_start) {
  say(kShopper, "11");
  EXPECT_THAT(owner("TELL 09120000101 hello"), HasSubstr("wants no texts"));
  EXPECT_THAT(told, IsEmpty());
  say(kShopper, "12");
  owner("TELL 09120000101 hello");
  EXPECT_THAT(told_to[kShopper], HasSubstr("hello"));
}

TEST_F(Tell, wakes_nobody_and_goes_out_in_the_morning_of_the_club) {
  using std::chrono::hours;
  EXPECT_EQ(sent_when_told_at(hours{0}), day + hours{10}) << "written at midnight";
  EXPECT_EQ(sent_when_told_at(hours{9}), day + hours{10});
  EXPECT_EQ(sent_when_told_at(hours{10}), rules::Instant{}) << "at once";
  EXPECT_EQ(sent_when_told_at(hours{19}), rules::Instant{});
  EXPECT_EQ(sent_when_told_at(hours{20}), day + hours{34}) << "too late for today";
  EXPECT_EQ(sent_when_told_at(hours{23}), day + hours{34});
}

TEST_F(Tell, is_counted_by_the_day_of_the_club) {
  now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{20};  // 23:30 there
  for (std::uint32_t i = 1; i < kToldPerDayMax; ++i) owner("TELL 09120000101 hello " + std::to_string(i));
  EXPECT_THAT(owner("TELL 09120000101 hello"), HasSubstr("the last of today"));
  EXPECT_THAT(owner("TELL 09120000101 hello again"), HasSubstr("20 texts"));
  EXPECT_THAT(told, IsEmpty());
  now += std::chrono::minutes{30};
  EXPECT_THAT(owner("TELL 09120000101 good morning"), HasSubstr("19 more"));
}

}  // namespace
}  // namespace peyk::tests::handlers_tell_test
