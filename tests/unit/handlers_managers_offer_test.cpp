// An offer in a few keys: what a manager's text means, whom it reaches, how it begins and ends.
#include "handlers/managers_offer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "handlers/programme_json.hpp"
#include "templates/dates.hpp"
#include "tests/kit/club_talk.hpp"
#include "tests/kit/programme.hpp"

namespace peyk::tests::handlers_managers_offer_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using rules::EffectKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr PhoneNumber kOfferOwner = 989121110000;

Club club_with_owner() {
  Club club = english_club();
  club.programme = sample_programme();
  club.cashiers.push_back({.phone = kOfferOwner, .branch = 14, .manager = true});
  club.money_display = MoneyDisplay::rial;
  return club;
}

// It is 12:30 in Tehran, Saturday 2026-11-21, 1405/08/30.
class ManagersOffer : public ClubTalk {
 protected:
  explicit ManagersOffer(Club club = club_with_owner()) : ClubTalk(std::move(club)) {
    OfferDesk counts;
    counts.members = 5'120;
    counts.segments["loyal"] = 412;
    counts.tiers[2] = 87;
    store.set_counts(std::move(counts));
  }
  std::string owner(const std::string& text) { return say(kOfferOwner, text); }
  rules::Offer begun(const std::string& text) {
    const std::string answer = confirm(kOfferOwner, text);
    EXPECT_THAT(answer, HasSubstr("It has begun")) << text;
    return store.running_offers().empty() ? rules::Offer{} : store.running_offers().back();
  }
  static rules::Instant tehran(int day, std::chrono::minutes clock) {
    return templates::instant_of(std::chrono::sys_days{std::chrono::year{2026} / 11 / day} + clock,
                                 "Asia/Tehran");
  }
};

TEST_F(ManagersOffer, is_told_with_whom_it_reaches_before_it_begins) {
  const std::string asked = owner("OFFER gold 10% until 22");
  EXPECT_THAT(asked, AllOf(HasSubstr("10% "), HasSubstr("for Gold"), HasSubstr("22:00"),
                           HasSubstr("87 members"), HasSubstr(number())));
  EXPECT_THAT(store.running_offers(), IsEmpty()) << "nothing begins by one text, which may be forged";
  EXPECT_THAT(owner(number()), AllOf(HasSubstr("It has begun"), HasSubstr("OFFER END")));
  ASSERT_THAT(store.running_offers(), SizeIs(1));
  const rules::Offer& offer = store.running_offers()[0];
  EXPECT_EQ(offer.name, "manager-20261121-1");
  EXPECT_TRUE(is_managers(offer));
  EXPECT_EQ(offer.from, now);
  EXPECT_EQ(offer.until, tehran(21, 22h));
  ASSERT_THAT(offer.when, SizeIs(1));
  EXPECT_EQ(offer.when[0].measure, rules::Measure::tier);
  EXPECT_THAT(offer.when[0].ranges, ElementsAre(rules::Range{2, 2}));
  EXPECT_THAT(offer.then, ElementsAre(rules::OfferEffect{.kind = EffectKind::credit_percent, .value = 1000}));
  EXPECT_THAT(rules::contradictions(offer), IsEmpty());
  EXPECT_THAT(owner(number()), HasSubstr("used already"));
  EXPECT_THAT(store.running_offers(), SizeIs(1));
}

TEST_F(ManagersOffer, is_written_in_many_ways) {
  struct Way {
    std::string text;
    EffectKind kind;
    std::int64_t value;
    rules::Instant until;
    rules::Amount budget;
    std::size_t conditions;
  };
  const std::vector<Way> ways = {
      {"OFFER all 5% until 22:30", EffectKind::credit_percent, 500, tehran(21, 22h + 30min), 0, 0},
      {"OFFER loyal 2.5 percent until today", EffectKind::credit_percent, 250, tehran(22, 0h), 0, 1},
      {"OFFER Loyal 50000 until tomorrow", EffectKind::credit, 50'000, tehran(23, 0h), 0, 1},
      {"OFFER silver 50,000 rials until 1405/09/01 budget 20000000", EffectKind::credit, 50'000,
       tehran(23, 0h), 20'000'000, 1},
      {"OFFER all 10% until 2026-11-24", EffectKind::credit_percent, 1000, tehran(25, 0h), 0, 0},
      {"پیشنهاد همه ۱۰٪ تا ۲۴", EffectKind::credit_percent, 1000, tehran(22, 0h), 0, 0},
      {"پیشنهاد وفادار ۱۰ درصد تا ساعت ۲۲", EffectKind::credit_percent, 1000, tehran(21, 22h), 0, 1},
      {"پیشنهاد همه 20000 تا فردا بودجه 1000000", EffectKind::credit, 20'000, tehran(23, 0h), 1'000'000, 0},
  };
  for (const Way& way : ways) {
    const rules::Offer offer = begun(way.text);
    ASSERT_THAT(offer.then, SizeIs(1)) << way.text;
    EXPECT_EQ(offer.then[0].kind, way.kind) << way.text;
    EXPECT_EQ(offer.then[0].value, way.value) << way.text;
    EXPECT_EQ(offer.until, way.until) << way.text;
    EXPECT_EQ(offer.budget, way.budget) << way.text;
    EXPECT_EQ(offer.when.size(), way.conditions) << way.text;
    EXPECT_THAT(rules::contradictions(offer), IsEmpty()) << way.text;
    EXPECT_EQ(offer.per_member_day, way.kind == EffectKind::credit ? 1U : 0U)
        << "what is given by the piece is given once a day";
  }
}

TEST_F(ManagersOffer, is_refused_with_what_would_be_right) {
  struct Refusal {
    std::string text, answer;
  };
  const std::vector<Refusal> refusals = {
      {"OFFER platinum 10% until 22", "Gold"},    {"OFFER 10% until 22", "whom, how much"},
      {"OFFER gold until 22", "whom, how much"},  {"OFFER gold 10%", "whom, how much"},
      {"OFFER gold 0% until 22", "whom, how"},    {"OFFER gold 101% until 22", "whom, how"},
      {"OFFER gold -5% until 22", "whom, how"},   {"OFFER gold 10% until 25", "whom, how"},
      {"OFFER gold 10% until 22:75", "whom"},     {"OFFER gold 10% until 12", "is over"},
      {"OFFER gold 10% until 12:30", "is over"},  {"OFFER gold 10% until 1405/08/29", "is over"},
      {"OFFER gold 10% until 1406/08/29", "92"},  {"OFFER gold 10% until 22 budget", "whom, how"},
      {"OFFER gold 10% until 22 budget 0", "wh"}, {"OFFER END", "No offer"},
  };
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(owner(refusal.text), HasSubstr(refusal.answer)) << refusal.text;
    EXPECT_EQ(effects, 0U) << refusal.text;
  }
  EXPECT_THAT(store.running_offers(), IsEmpty());
}

TEST_F(ManagersOffer, is_for_managers_and_all_others_hear_what_is_open_to_them) {
  const std::string hers = say(kShopper, "OFFERS");
  EXPECT_EQ(say(kShopper, "OFFER gold 10% until 22"), hers);
  const std::string cashiers = vanak("OFFERS");
  EXPECT_EQ(vanak("OFFER gold 10% until 22"), cashiers);
  EXPECT_EQ(vanak("OFFER END"), cashiers);
  EXPECT_THAT(owner("OFFERS"), Not(HasSubstr("whom"))) << "alone it is the member's word";
  EXPECT_THAT(store.running_offers(), IsEmpty());
}

TEST_F(ManagersOffer, ends_by_a_word_the_last_first) {
  begun("OFFER all 5% until 22");
  begun("OFFER gold 10% until 23");
  EXPECT_THAT(owner("OFFER END"), AllOf(HasSubstr("It is over"), HasSubstr("10%"), HasSubstr("Gold")));
  ASSERT_THAT(store.running_offers(), SizeIs(1));
  EXPECT_EQ(store.running_offers()[0].name, "manager-20261121-1");
  EXPECT_EQ(begun("OFFER gold 10% until 23").name, "manager-20261121-3") << "a name is nobody else's";
  owner("پیشنهاد قطع");
  EXPECT_THAT(owner("OFFER END"), HasSubstr("5%"));
  EXPECT_THAT(owner("OFFER END"), HasSubstr("No offer"));
  EXPECT_THAT(store.running_offers(), IsEmpty());
}

TEST_F(ManagersOffer, does_not_begin_behind_its_end_nor_by_who_is_no_manager_any_more) {
  now = tehran(21, 21h + 59min);
  owner("OFFER gold 10% until 22");
  now += 1min;
  EXPECT_THAT(owner(number()), HasSubstr("is over"));
  EXPECT_THAT(store.running_offers(), IsEmpty());
}

TEST_F(ManagersOffer, is_one_of_a_thousand_at_most) {
  Club club = club_with_owner();
  const rules::Offer one = club.programme.offers.front();
  while (club.programme.offers.size() < kOffersMax) {
    club.programme.offers.push_back(one);
    club.programme.offers.back().name += std::to_string(club.programme.offers.size());
  }
  MemoryStore full({club}, 7);
  Request request;
  request.what = TextRequest{.from = kOfferOwner, .line = "30001234", .text = "OFFER gold 10% until 22"};
  const Outcome outcome = full.handle(request, now);
  ASSERT_THAT(outcome.texts, SizeIs(1));
  EXPECT_THAT(outcome.texts[0].text, HasSubstr("as many offers"));
  EXPECT_THAT(outcome.effects, IsEmpty());
}

}  // namespace
}  // namespace peyk::tests::handlers_managers_offer_test
