// One-time numbers: who may reply, how often, until when; and on a line that several clubs share.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_pending_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

Club english(ClubId id, std::string keyword) {
  Club club = sample_club();
  club.id = id;
  club.slug = keyword;
  club.keyword = std::move(keyword);
  club.language = Language::en;
  club.ussd_root = id == 1 ? "*7000" : "*7001";
  club.policy.redeem_auth = CashierAuth::challenge;
  club.policy.join_on_purchase = true;
  club.till_keys.clear();
  return club;
}

class Pendings : public ClubTalk {
 protected:
  explicit Pendings(std::vector<Club> clubs = {english(1, "salt")}) : ClubTalk(std::move(clubs)) { buy(1); }

  void buy(ClubId club) {
    Request request;
    request.what = PurchaseRequest{.club = club,
                                   .branch = 12,
                                   .phone = kShopper,
                                   .invoice = std::to_string(++invoices),
                                   .amount = 4'000'000};
    store.handle(request, now);
    code = last_code();
  }

  std::string wrong() const { return number() == "11111" ? "22222" : "11111"; }

  std::string code;
};

class TwoClubs : public Pendings {
 protected:
  TwoClubs() : Pendings({english(1, "salt"), english(2, "bread")}) {}
};

TEST_F(Pendings, last_two_minutes_and_not_a_microsecond_more) {
  vanak(code + " 300000");
  now += 2min - 1us;
  EXPECT_THAT(vanak(number()), HasSubstr("Collect: 100,000"));
  vanak(code + " 400000");
  EXPECT_EQ(store.redemptions().size(), 1U);
  buy(1);
  vanak(code + " 300000");
  now += 2min;
  EXPECT_THAT(vanak(number()), HasSubstr("too late"));
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(store.redemptions().size(), 1U);
}

TEST_F(Pendings, work_once) {
  vanak(code + " 150000");
  EXPECT_THAT(vanak(number()), HasSubstr("taken"));
  EXPECT_THAT(vanak(number()), HasSubstr("used already"));
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(store.redemptions().size(), 1U);
}

TEST_F(Pendings, of_a_kind_the_last_counts) {
  vanak(code + " 150000");
  const std::string first = number();
  vanak(code + " 200000");
  ASSERT_NE(first, number());
  EXPECT_THAT(vanak(first), HasSubstr("Wrong number"));
  EXPECT_THAT(vanak(number()), HasSubstr("From credit: 200,000"));
}

TEST_F(Pendings, of_two_kinds_wait_beside_one_another) {
  vanak(code + " 100000");
  vanak(number());
  vanak(code + " 150000");
  const std::string redeem = number();
  vanak("VOID " + code);
  EXPECT_THAT(vanak(redeem), HasSubstr("From credit: 100,000"));
  EXPECT_THAT(vanak(number()), HasSubstr("undone"));
}

TEST_F(Pendings, end_with_the_third_wrong_number_and_asking_anew_is_no_way_round) {
  vanak(code + " 150000");
  EXPECT_THAT(vanak(wrong()), HasSubstr("2 tries left"));
  vanak(code + " 150000");
  EXPECT_THAT(vanak(wrong()), HasSubstr("1 try left"));
  EXPECT_THAT(vanak(wrong()), HasSubstr("third time"));
  EXPECT_THAT(vanak(number()), HasSubstr("Try again in 10 minutes")) << "and not: order again";
  const std::uint32_t last = store.last_number();
  EXPECT_THAT(vanak(code + " 150000"), HasSubstr("Try again in 10 minutes"));
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(store.last_number(), last);
  now += 10min;
  vanak(code + " 150000");
  EXPECT_THAT(vanak(number()), HasSubstr("taken"));
}

TEST_F(Pendings, are_not_confirmed_by_another_phone_nor_while_the_phone_waits) {
  vanak(code + " 150000");
  EXPECT_THAT(say(kCashier14, number()), HasSubstr("number is wrong"));
  EXPECT_THAT(say(kShopper, number()), HasSubstr("number is wrong"));
  EXPECT_EQ(say(kShopper, number()), "") << "once an hour: it may be a machine";
  for (int i = 0; i < 5; ++i) vanak("1000001");
  EXPECT_THAT(vanak(number()), HasSubstr("Too many wrong tries"));
  EXPECT_EQ(effects, 0U);
  EXPECT_TRUE(store.redemptions().empty());
}

TEST_F(Pendings, wrong_numbers_are_misses_of_the_cashier) {
  vanak(code + " 150000");
  for (int i = 0; i < 3; ++i) vanak(wrong());
  for (int i = 0; i < 2; ++i) vanak("1000001");
  EXPECT_THAT(vanak(code), HasSubstr("Too many wrong codes"));
}

TEST_F(Pendings, of_another_kind_is_no_way_round_the_third_wrong_number) {
  say(kShopper, "LEAVE");
  for (int i = 0; i < 3; ++i) say(kShopper, wrong());
  const std::uint32_t last = store.last_number();
  EXPECT_THAT(say(kShopper, "PAY 150000 AT 12"), HasSubstr("Try again in 10 minutes"));
  EXPECT_EQ(store.last_number(), last);
  now += 10min;
  const std::string asked = say(kShopper, "PAY 150000 AT 12");
  EXPECT_THAT(asked, HasSubstr(number()));
}

TEST_F(Pendings, are_read_in_any_digits) {
  vanak(code + " 150000");
  std::string persian;
  for (const char digit : number()) persian += std::string("\xDB") + static_cast<char>(0xB0 + (digit - '0'));
  EXPECT_THAT(vanak(" " + persian + ". "), HasSubstr("taken"));
}

TEST_F(Pendings, refuse_before_they_ask) {
  EXPECT_THAT(vanak(code + " 50000"), HasSubstr("invoice of at least"));
  EXPECT_THAT(vanak("1000001 150000"), HasSubstr("not found"));
  EXPECT_THAT(vanak("VOID " + code), HasSubstr("nothing to undo"));
  EXPECT_TRUE(store.pendings().empty());
}

TEST_F(TwoClubs, on_one_line_a_number_finds_its_club) {
  buy(2);
  vanak("bread " + code + " 150000");
  EXPECT_THAT(vanak(wrong()), HasSubstr("2 tries left")) << "and so does a wrong one";
  EXPECT_THAT(vanak(number()), HasSubstr("taken"));
  EXPECT_EQ(store.redemptions().at(0).club, 2U);
}

TEST_F(TwoClubs, a_number_of_the_other_club_is_wrong_for_the_one_that_was_named) {
  buy(2);
  vanak("bread " + code + " 150000");
  EXPECT_THAT(vanak("salt " + number()), HasSubstr("number is wrong"));
  EXPECT_TRUE(store.redemptions().empty());
}

// However often somebody guesses, of 90,000 numbers three are tried in ten minutes.
RC_GTEST_PROP(PendingGuesses, are_three_in_ten_minutes, ()) {
  MemoryStore store({english(1, "salt")}, *rc::gen::arbitrary<std::uint64_t>());
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  const auto say = [&](PhoneNumber from, const std::string& text) {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = text};
    return store.handle(request, now);
  };
  Request bought;
  bought.what =
      PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = "1", .amount = 4'000'000};
  store.handle(bought, now);
  const std::string code = std::to_string(store.codes().begin()->second.number);
  const rules::Instant end = now + 10min;
  std::uint32_t tried = 0;
  while (now < end) {
    if (*rc::gen::inRange(0, 2) == 0) {
      say(kCashier12, code + " 150000");
    } else {
      const auto before = store.pendings();
      say(kCashier12, "11111");
      for (const auto& [key, row] : store.pendings()) tried += row.misses > before.at(key).misses ? 1 : 0;
    }
    now += std::chrono::seconds(*rc::gen::inRange(1, 60));
  }
  RC_ASSERT(tried <= kPendingMissesMax);
}

}  // namespace
}  // namespace peyk::tests::handlers_pending_test
