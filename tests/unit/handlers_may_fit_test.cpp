// Who is worth a look in the morning: asked of everybody, without locks (handlers/occasion.hpp).
#include <gtest/gtest.h>

#include "handlers/occasion.hpp"
#include "templates/dates.hpp"

namespace peyk::tests::handlers_may_fit_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

const rules::Instant kMorningOfLook = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 8h;

class MayFit : public testing::Test {
 protected:
  MayFit() {
    club.id = 1;
    today = day_of(club, kMorningOfLook);
    offer.id = 7;
    offer.on = rules::Occasion::away;
    offer.when = {{.measure = rules::Measure::days_away, .ranges = {{.from = 30}}}};
    offer.then = {{.kind = rules::EffectKind::credit, .value = 30'000}};
  }
  // Two visits, the last so many days ago; and, unless negative, when the offer gave her something last.
  bool look(int days_away, int given_days_ago = -1) {
    Club with = club;
    with.programme.offers = {offer};
    Facts facts;
    facts.load(member);
    facts.load(member.id, kWholeClub,
               rules::Behaviour{.purchases = 2,
                                .visits = 2,
                                .first_day = today - days_away - 10,
                                .last_day = today - days_away,
                                .spent = 2'000'000,
                                .gap_squares = 100});
    if (given_days_ago >= 0)
      facts.load(OfferUseKey{member.id, offer.id},
                 OfferUseRow{.uses = 1, .last_day = today - given_days_ago});
    const rules::Measures measures = measures_of(with, &member, facts, kMorningOfLook, nullptr);
    return may_fit(with, rules::Occasion::away, member, measures, facts, kMorningOfLook);
  }

  Club club;
  rules::DayNumber today = 0;
  rules::Offer offer;
  Member member{.id = 11, .club = 1, .phone = 989120000101};
};

TEST_F(MayFit, who_has_been_away_so_long) {
  EXPECT_FALSE(look(29));
  EXPECT_TRUE(look(30));
  EXPECT_TRUE(look(300));
}

TEST_F(MayFit, not_who_was_asked_back_in_this_absence) {
  EXPECT_FALSE(look(40, 10));
  EXPECT_FALSE(look(40, 40)) << "on the day of her visit: after it, for all we know";
  EXPECT_TRUE(look(40, 41)) << "of an absence before";
}

TEST_F(MayFit, not_for_an_offer_that_is_over_or_of_another_occasion) {
  offer.until = kMorningOfLook;
  EXPECT_FALSE(look(40));
  offer.until = kMorningOfLook + 1s;
  EXPECT_TRUE(look(40));
  offer.on = rules::Occasion::birthday;
  EXPECT_FALSE(look(40));
}

}  // namespace
}  // namespace peyk::tests::handlers_may_fit_test
