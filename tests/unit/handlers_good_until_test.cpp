// No text leaves after what it offers has ended (docs/decisions/0039): each that names a code, or credit by
// its end, with how long it may be sent; and what is said of it all the same. That no other text forgets it,
// every conversation asks (tests/kit/memory_hurry.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_good_until_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Club club_of_ends() {
  Club club = english_club();
  club.policy.redeem_auth = CashierAuth::phone;
  club.cashiers[1].manager = true;
  rules::Offer visitors{.name = "visitors", .title = "Thanks", .id = 1, .version = 11};
  visitors.on = rules::Occasion::event;
  visitors.then = {{.kind = rules::EffectKind::credit, .value = 20'000, .valid_days = 1}};
  club.programme.offers = {visitors};
  return club;
}

class GoodUntil : public ClubTalk {
 protected:
  // A code of 300,000 that ends 40 minutes from now, at the club's midnight.
  explicit GoodUntil(const Club& club = club_of_ends()) : ClubTalk(club) {
    say(kFriend, "JOIN");
    code = earn(kShopper, 300'000);
    end = last_lot().expires_at;
    now = end - 40min;
  }

  std::vector<OutgoingText> texts_of(PhoneNumber from, const std::string& text) {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = text};
    return store.handle(request, now).texts;
  }
  // The last time at which what this phone gets for it may leave.
  rules::Instant last_sent(PhoneNumber from, const std::string& text, PhoneNumber to) {
    for (const OutgoingText& one : texts_of(from, text)) {
      if (one.to == to) return one.valid_until;
    }
    ADD_FAILURE() << text << ": nothing was said";
    return {};
  }
  rules::Instant last_sent(PhoneNumber from, const std::string& text) { return last_sent(from, text, from); }
  // As if the link were down for as long.
  bool leaves_after(std::chrono::minutes down, PhoneNumber from, const std::string& text) {
    return now + down < last_sent(from, text);
  }

  std::string code;
  rules::Instant end;
};

TEST_F(GoodUntil, codes_asked_for_before_midnight_are_not_told_after_it) {
  EXPECT_TRUE(leaves_after(30min, kShopper, "CODES"));
  EXPECT_FALSE(leaves_after(50min, kShopper, "CODES")) << "it would be an hour else";
  for (const auto* text : {"CODES", "CREDIT", "WHY"}) EXPECT_EQ(last_sent(kShopper, text), end) << text;
  EXPECT_EQ(last_sent(kShopper, code), end);
  EXPECT_EQ(last_sent(kShopper, "HISTORY"), now + 1h) << "it names nothing that ends";
}

TEST_F(GoodUntil, of_several_codes_the_first_to_end_counts) {
  now = end - 24h;
  earn(kShopper, 200'000);
  now = end - 20min;
  EXPECT_EQ(last_sent(kShopper, "CODES"), end);
  now = end;
  EXPECT_EQ(last_sent(kShopper, "CODES"), now + 1h) << "the other lives for weeks";
}

TEST_F(GoodUntil, credit_that_moves_takes_its_end_with_it) {
  EXPECT_EQ(last_sent(kShopper, "CODE 20000"), end);
  say(kShopper, "GIVE 09120000102 20000");
  EXPECT_EQ(last_sent(kShopper, number(), kFriend), end) << "her to whom it was given";
  const auto gift = std::to_string(store.issue_gift(100'000, now, now + 10min));
  EXPECT_EQ(last_sent(kFriend, gift), now + 10min);
}

TEST_F(GoodUntil, what_a_cashier_looks_at_ends_with_the_code_and_what_she_took_does_not) {
  now = end - 1min;
  EXPECT_EQ(last_sent(kCashier12, code), end);
  EXPECT_EQ(last_sent(kCashier12, code + " 120000 A-7"), now + 10min)
      << "it is taken: she has to hear what to collect, also after midnight";
  EXPECT_EQ(last_sent(kCashier12, "VOID " + code), now + 10min);
  now = end;
  EXPECT_EQ(last_sent(kCashier12, code), now + 10min) << "that it has ended she may hear";
  EXPECT_EQ(last_sent(kShopper, code), now + 1h);
}

TEST_F(GoodUntil, a_number_lives_its_two_minutes_and_never_longer_than_the_code_it_is_about) {
  Club club = club_of_ends();
  club.policy.redeem_auth = CashierAuth::challenge;
  MemoryStore asking({club}, 7);
  const auto ask = [&](std::variant<TextRequest, UssdRequest, PurchaseRequest, TillOrder> what) {
    Request request;
    request.what = std::move(what);
    return asking.handle(request, now).texts;
  };
  ask(TextRequest{.from = kShopper, .line = "30001234", .text = "JOIN"});
  ask(PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = "A-1", .amount = 2'000'000});
  const std::string shown = std::to_string(asking.codes().rbegin()->second.number);
  const rules::Instant ends = asking.lots().rbegin()->second.expires_at;
  const std::vector<std::pair<std::chrono::minutes, std::chrono::minutes>> lasts = {{40min, 2min},
                                                                                    {1min, 1min}};
  for (const auto& [left, valid] : lasts) {
    now = ends - left;
    const auto texts = ask(TextRequest{.from = kCashier12, .line = "30001234", .text = shown + " 850000"});
    ASSERT_THAT(texts, SizeIs(1));
    EXPECT_THAT(texts[0].text, HasSubstr("reply"));
    EXPECT_EQ(texts[0].valid_until, now + valid);
  }
}

TEST_F(GoodUntil, so_does_the_number_by_which_she_proves_that_the_code_is_hers) {
  Club club = club_of_ends();
  club.policy.proof_handset_from = 1;
  for (const auto& [left, valid] : {std::pair{40min, 2min}, {1min, 1min}}) {
    MemoryStore proving({club}, 7);
    const auto ask = [&](std::variant<TextRequest, UssdRequest, PurchaseRequest, TillOrder> what) {
      Request request;
      request.what = std::move(what);
      return proving.handle(request, now).texts;
    };
    now = end - 24h;
    ask(TextRequest{.from = kShopper, .line = "30001234", .text = "JOIN"});
    ask(PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = "A-1", .amount = 2'000'000});
    const std::string shown = std::to_string(proving.codes().rbegin()->second.number);
    now = proving.lots().rbegin()->second.expires_at - left;
    const auto texts = ask(TextRequest{.from = kCashier12, .line = "30001234", .text = shown + " 850000"});
    const auto hers = std::ranges::find(texts, kShopper, &OutgoingText::to);
    ASSERT_NE(hers, texts.end());
    EXPECT_EQ(hers->valid_until, now + valid);
  }
}

TEST_F(GoodUntil, a_reward_of_the_evening_waits_for_the_morning_and_not_for_the_morning_after) {
  now = end - 1h;  // eleven in the evening
  Request request;
  request.what = TillOrder{{1, 12, "till-12"},
                           TillEvent{.phone = kShopper, .reference = "v-1", .name = "site-visit", .at = {}}};
  const Outcome outcome = store.handle(request, now);
  ASSERT_THAT(outcome.texts, SizeIs(1));
  EXPECT_EQ(outcome.texts[0].send_at, end + 10h);
  EXPECT_EQ(outcome.texts[0].valid_until, end + 24h) << "the code's last instant; ten the next day else";
  EXPECT_EQ(last_lot().expires_at, end + 24h);
}

TEST_F(GoodUntil, what_a_manager_tells_of_a_code_is_sent_while_it_is_good_or_not_at_all) {
  now = end - 9h;  // three in the afternoon
  const std::string letter = "TELL 09120000101 Code " + code + " waits for you";
  EXPECT_EQ(last_sent(kCashier14, letter, kShopper), end);
  EXPECT_EQ(last_sent(kCashier14, "TELL 09120000101 1234567 times thanks", kShopper), now + 24h);
  now = end - 3h;  // texts of nine in the evening leave in the morning
  EXPECT_THAT(tajrish(letter), HasSubstr("Nothing was sent"));
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(tajrish("TELL 09120000101 Good night"), Not(HasSubstr("Nothing was sent")));
}

TEST_F(GoodUntil, a_manager_does_not_learn_by_it_which_codes_of_others_are_good) {
  now = end - 3h;
  EXPECT_THAT(tajrish("TELL 09120000102 1234567 " + code + " 7654321"), HasSubstr("19 more")) << "counted";
  EXPECT_THAT(told_to[kFriend], HasSubstr(code)) << "as she wrote it";
  const rules::Instant good = last_sent(kCashier14, "TELL 09120000102 " + code, kFriend);
  EXPECT_EQ(good, last_sent(kCashier14, "TELL 09120000102 1234567", kFriend));
}

TEST_F(GoodUntil, by_a_menu_that_may_not_be_seen_it_is_told_as_long_as_it_is_good) {
  Request request;
  const auto gift = store.issue_gift(100'000, now, now + 10min);
  request.what = UssdRequest{.from = kFriend, .root = "*7000", .input = "4*" + std::to_string(gift) + "#"};
  const Outcome outcome = store.handle(request, now);
  ASSERT_TRUE(outcome.if_not_shown);
  EXPECT_EQ(outcome.if_not_shown->valid_until, now + 10min);
  const auto late = store.issue_gift(100'000, now, now + 5s);
  request.what = UssdRequest{.from = kFriend, .root = "*7000", .input = "4*" + std::to_string(late) + "#"};
  EXPECT_FALSE(store.handle(request, now).if_not_shown) << "it is over before the screen may be given up";
}

}  // namespace
}  // namespace peyk::tests::handlers_good_until_test
