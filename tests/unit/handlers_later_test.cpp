// What offers say some time after a purchase: once, by day, and not of what was given back.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_later_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using nlohmann::json;
using rules::EffectKind;
using rules::Offer;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const rules::Instant kNoon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 8h + 30min;  // Tehran

rules::OfferEffect message(std::uint32_t after_minutes = 120) {
  return {.kind = EffectKind::message,
          .value = 1,
          .text = "How was it at {branch}? Thanks from {club}",
          .after_minutes = after_minutes};
}
Offer welcome(std::vector<rules::OfferEffect> then = {message()}) {
  return {.name = "welcome",
          .title = "Welcome",
          .id = 1,
          .version = 101,
          .when = {{.measure = rules::Measure::visits, .ranges = {{1, 1}}}},
          .then = std::move(then),
          .per_member_day = 1};
}
Club club_with(Offer offer) {
  Club club = english_club();
  club.programme.offers = {std::move(offer)};
  return club;
}

class Shop : public ClubTalk {
 protected:
  explicit Shop(Offer offer) : Shop(club_with(std::move(offer))) {}
  explicit Shop(Club club) : ClubTalk(std::move(club)) { now = kNoon; }

  template <typename What>
  json ask(What what) {
    Request request;
    request.what = std::move(what);
    outcome = store.handle(request, now);
    return json::parse(outcome.answer);
  }
  json post(const std::string& invoice, std::optional<rules::Instant> at = {}, PhoneNumber phone = kShopper) {
    return ask(PurchaseRequest{.club = 1,
                               .branch = 12,
                               .phone = phone,
                               .invoice = invoice,
                               .amount = 1'000'000,
                               .purchased_at = at});
  }
  json refund(const std::string& invoice, std::optional<rules::Amount> amount = {}) {
    TillRefund order{.invoice = invoice, .amount = amount};
    order.reference[0] = static_cast<std::uint8_t>(++refunds_);
    return ask(TillOrder{.till = {1, 12, "till-12"}, .what = order});
  }
  // Those of the last answer that wait for their moment.
  std::vector<OutgoingText> waiting() const {
    std::vector<OutgoingText> texts = outcome.texts;
    std::erase_if(texts, [](const OutgoingText& text) { return text.send_at == rules::Instant{}; });
    return texts;
  }
  // The texts that its effects cancel.
  std::vector<std::uint64_t> cancelled() const {
    std::vector<std::uint64_t> ids;
    for (const Effect& effect : outcome.effects) {
      if (const auto* cancel = std::get_if<CancelText>(&effect)) ids.push_back(cancel->text);
    }
    return ids;
  }

  Outcome outcome;
  int refunds_ = 0;
};

struct Thanks : Shop {
  Thanks() : Shop(welcome()) {}
};

TEST_F(Thanks, come_once_and_some_time_after_the_first_visit) {
  const json answer = post("A-1");
  ASSERT_EQ(answer.at("offers").size(), 1U);
  EXPECT_EQ(answer.at("offers").at(0).at("offer"), "welcome");
  EXPECT_EQ(answer.at("offers").at(0).at("effect"), "message");
  EXPECT_EQ(answer.at("credit"), 50'000) << "what it earns is given at once, as ever";
  ASSERT_THAT(waiting(), SizeIs(1));
  const OutgoingText text = waiting().front();
  EXPECT_EQ(text.to, kShopper);
  EXPECT_EQ(text.lane, Lane::notice);
  EXPECT_EQ(text.send_at, kNoon + 2h);
  EXPECT_EQ(text.valid_until, kNoon + 26h);
  EXPECT_EQ(text.text, "How was it at Vanak? Thanks from نان و نمک\nOff11");
  ASSERT_THAT(store.grants(), SizeIs(1));
  EXPECT_EQ(store.grants().front().kind, EffectKind::message);
  EXPECT_EQ(store.grants().front().facts, R"({"visits":1})");
  EXPECT_NE(text.id, 0U);
  EXPECT_EQ(store.grants().front().text, text.id);
  EXPECT_THAT(outcome.texts.front().text, Not(HasSubstr("How was it"))) << "nothing of it at once";
  post("A-2");
  EXPECT_THAT(waiting(), IsEmpty()) << "once a day";
  now += 24h;
  post("A-3");
  EXPECT_THAT(waiting(), IsEmpty()) << "her second visit";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Thanks, that_would_come_at_night_wait_for_the_morning) {
  now = kNoon + 6h;  // six in the evening: due at eight
  post("A-1");
  ASSERT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(waiting().front().send_at, kNoon + 22h) << "at ten";
  EXPECT_EQ(waiting().front().valid_until, kNoon + 46h);
}

TEST_F(Thanks, for_what_a_till_tells_late_are_due_so_long_after_she_bought) {
  post("A-1", kNoon - 90min);
  ASSERT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(waiting().front().send_at, kNoon + 30min);
}

TEST_F(Thanks, for_what_a_till_tells_very_late_are_due_now_and_after_a_day_not_said_at_all) {
  EXPECT_THAT(post("A-0", kNoon - 26h - 1min).at("offers"), IsEmpty());
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(store.grants(), IsEmpty()) << "nor given";
  EXPECT_THAT(store.audit(), IsEmpty());
  say(kFriend, "JOIN");
  post("B-1", kNoon - 26h, kFriend);
  ASSERT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(waiting().front().send_at, kNoon);
}

TEST_F(Thanks, are_not_said_of_what_was_given_back_as_a_whole) {
  post("A-1");
  const std::uint64_t text = store.grants().front().text;
  refund("A-1", 400'000);
  EXPECT_THAT(cancelled(), IsEmpty()) << "she keeps some of it";
  refund("A-1");
  EXPECT_THAT(cancelled(), testing::ElementsAre(text));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Thanks, are_not_said_of_what_was_given_back_before_it_was_told_of) {
  refund("A-1");
  post("A-1");
  EXPECT_THAT(waiting(), IsEmpty());
  ASSERT_THAT(store.grants(), SizeIs(1)) << "the offer has had its use";
  EXPECT_EQ(store.grants().front().text, 0U);
}

TEST_F(Thanks, are_nothing_that_a_quote_or_the_offers_of_today_tell_of) {
  const json quoted =
      ask(TillOrder{.till = {1, 12, "till-12"}, .what = TillQuote{.phone = kShopper, .amount = 1'000'000}});
  EXPECT_THAT(quoted.at("offers"), IsEmpty());
  EXPECT_THAT(say(kShopper, "OFFERS"), AllOf(HasSubstr("no special offer"), Not(HasSubstr("Welcome"))));
}

TEST_F(Thanks, come_for_what_codes_have_paid_too) {
  say(kFriend, "JOIN");
  const auto code = static_cast<rules::CodeNumber>(std::stoul(buy(kFriend, 20'000'000, "F-1")));
  ask(TillOrder{.till = {1, 12, "till-12"}, .what = TillRedemption{code, "A-1", 1'000'000}});
  const json answer = post("A-1");
  EXPECT_EQ(answer.at("by_credit"), 1'000'000);
  EXPECT_EQ(answer.at("credit"), 0);
  EXPECT_THAT(waiting(), SizeIs(1));
}

TEST_F(Thanks, are_told_of_to_who_asks_why) {
  post("A-1");
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("Welcome: a message to you, for 1 visit so far"));
}

struct ThanksAndCredit : Shop {
  ThanksAndCredit() : Shop(welcome({{.kind = EffectKind::credit, .value = 10'000}, message()})) {}
};

TEST_F(ThanksAndCredit, are_given_at_once_and_said_later) {
  EXPECT_THAT(say(kShopper, "OFFERS"), HasSubstr("Welcome: "));
  EXPECT_EQ(post("A-1").at("credit"), 60'000);
  EXPECT_THAT(waiting(), SizeIs(1));
  EXPECT_THAT(store.grants(), SizeIs(2));
}

struct OneThanks : Shop {
  static Offer one() {
    Offer offer = welcome();
    offer.budget = 1;
    return offer;
  }
  OneThanks() : Shop(one()) {}
};

TEST_F(OneThanks, are_kept_for_who_comes_when_books_are_brought_along) {
  say(kFriend, "JOIN");
  const json answer = ask(PurchaseRequest{
      .club = 1, .branch = 12, .phone = kFriend, .invoice = "B-1", .amount = 1'000'000, .untold = true});
  EXPECT_EQ(answer.at("credit"), 50'000);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(store.grants(), IsEmpty());
  post("A-1");
  EXPECT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(store.budgets_spent().at(1), 1);
}

struct ThanksAndDiscount : Shop {
  static Club thanking() {
    Club club = club_with(welcome(
        {{EffectKind::percent_off, 1'000}, {.kind = EffectKind::note, .text = "First visit"}, message()}));
    Offer half{
        .name = "half", .title = "Half", .id = 2, .version = 102, .then = {{EffectKind::percent_off, 5'000}}};
    half.priority = 9;
    club.programme.offers.insert(club.programme.offers.begin(), half);
    return club;
  }
  ThanksAndDiscount() : Shop(thanking()) {}
  json post_off(rules::Amount discount) {
    return ask(PurchaseRequest{.club = 1,
                               .branch = 12,
                               .phone = kShopper,
                               .invoice = "A-1",
                               .amount = 1'000'000,
                               .discount = discount});
  }
};

TEST_F(ThanksAndDiscount, are_not_said_of_what_the_till_did_not_take_off) {
  const json answer = post_off(500'000);
  ASSERT_THAT(answer.at("offers"), SizeIs(1));
  EXPECT_EQ(answer.at("offers").at(0).at("offer"), "half");
  EXPECT_THAT(answer.at("notes"), IsEmpty());
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(store.grants(), SizeIs(1));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(ThanksAndDiscount, are_said_of_what_it_did) {
  const json answer = post_off(500'001);
  EXPECT_THAT(answer.at("offers"), SizeIs(3)) << "a note is no grant to read of";
  EXPECT_THAT(answer.at("notes"), SizeIs(1));
  EXPECT_THAT(waiting(), SizeIs(1));
}

struct FivePieces : Shop {
  static Club giving_five() {
    Club club = club_with(welcome());
    club.programme.offers.clear();
    for (std::uint32_t i = 1; i <= 5; ++i) {
      Offer one = welcome({{.kind = EffectKind::item, .value = 1, .text = "cake"}, message()});
      one.name += std::to_string(i);
      one.id = i;
      one.version = 100 + i;
      club.programme.offers.push_back(one);
    }
    return club;
  }
  FivePieces() : Shop(giving_five()) {}
};

TEST_F(FivePieces, bring_what_is_said_of_the_four_that_are_given) {
  post("A-1");
  EXPECT_THAT(waiting(), SizeIs(4));
  EXPECT_THAT(store.grants(), SizeIs(8));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(OneThanks, are_all_that_a_budget_of_one_message_has) {
  say(kFriend, "JOIN");
  post("A-1");
  EXPECT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(store.budgets_spent().at(1), 1);
  post("A-2", {}, kFriend);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(store.audit(), IsEmpty());
}

}  // namespace
}  // namespace peyk::tests::handlers_later_test
