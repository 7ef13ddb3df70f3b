// What offers do, counted on a real database: who is on which side, what was given and what of it is used.
#include "store/mysql/offer_effects.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "handlers/rules/offer_draws.hpp"
#include "templates/dates.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_offer_effects_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

const rules::Instant kSpanFrom = templates::start_of_local_day(kNoon, "Asia/Tehran") + 24h;
const store::InsightSpan kSpan{kSpanFrom, kSpanFrom + 24h};

const rules::Offer kAll{.name = "all",
                        .title = "Ten more",
                        .when = {},
                        .then = {{.kind = rules::EffectKind::credit_percent, .value = 1'000}},
                        .message = ""};
const rules::Offer kHalf{.name = "half",
                         .title = "",
                         .hold_out = 5'000,
                         .when = {},
                         .then = {{.kind = rules::EffectKind::note, .text = "thank her"}},
                         .message = ""};

Club club_giving(const rules::Offer& offer) {
  Club club = stored_club();
  club.programme.offers = {offer};
  return club;
}

class MysqlOfferEffects : public testing::Test {
 protected:
  void buy(Shop& shop, PhoneNumber phone, rules::Amount amount, rules::Instant at) {
    const std::string invoice = "I-" + std::to_string(++invoices);
    Request request = purchase_of(phone, amount, invoice, invoice);
    std::get<PurchaseRequest>(request.what).purchased_at = at;
    EXPECT_EQ(shop.ask(std::move(request)).status, 200);
  }
  // As if the file had been applied long before.
  void age_offers() { database.query("UPDATE offer_version SET from_at = '2026-01-01'"); }
  std::vector<OfferFigures> night() {
    store::EffectNight night(1, kSpan);
    for (int steps = 0; night.step(database.connection); ++steps) {
      if (steps == 100) ADD_FAILURE() << "it has no end";
      database.connection.commit();
    }
    database.connection.commit();
    auto clubs = store::load_clubs(database.connection);
    database.connection.rollback();
    return clubs.front().programme.figures;
  }

  TestDatabase database{"offer_effects"};
  int invoices = 0;
};

TEST_F(MysqlOfferEffects, of_a_night_say_what_was_given_and_what_of_it_was_used) {
  Shop shop(database, 1, 200, club_giving(kAll));
  age_offers();
  buy(shop, kOtherShopper, 3'000'000, kNoon);  // the day before
  shop.advance(24h);
  buy(shop, kShopper, 1'000'000,
      kNoon + 24h);  // 50,000 of the club's own and 100,000 of the offer's, in a lot
  const std::string code =
      database.query("SELECT number FROM code c JOIN lot USING (lot_id) WHERE issued = 150000");
  shop.ask(text_from(kVanakCashier, code.substr(0, 7) + " 100000 4321", "1"));
  ASSERT_EQ(database.number("SELECT remaining FROM lot WHERE issued = 150000"), 50'000);
  const std::uint64_t version = store::clubs_version(database.connection);
  database.connection.rollback();
  const auto figures = night();
  ASSERT_EQ(figures.size(), 1U);
  const OfferFigures& one = figures.front();
  EXPECT_EQ(one.name, "all");
  EXPECT_EQ(one.title, "Ten more");
  EXPECT_FALSE(one.is_over);
  EXPECT_EQ(one.from, kSpan.from);
  EXPECT_EQ(one.until, kSpan.until);
  EXPECT_EQ(one.uses, 1U);
  EXPECT_EQ(one.members, 1U);
  EXPECT_EQ(one.given, 100'000);
  EXPECT_EQ(one.used, 66'666) << "its share of what was redeemed of the lot";
  EXPECT_EQ(one.verdict, EffectVerdict::not_measured);
  EXPECT_GT(store::clubs_version(database.connection), version);
  database.connection.rollback();
  EXPECT_EQ(night(), figures) << "again it is the same";
}

TEST_F(MysqlOfferEffects, of_an_offer_that_is_over_end_with_it_and_of_one_long_over_there_are_none) {
  Shop shop(database, 1, 200, club_giving(kAll));
  age_offers();
  shop.advance(24h);
  buy(shop, kShopper, 1'000'000, kNoon + 24h);
  const auto end_at = [this](rules::Instant at) {
    database.connection.prepare("UPDATE offer_version SET until_at = ?").add(at).update();
    database.connection.commit();
  };
  end_at(kNoon + 25h);
  auto figures = night();
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_TRUE(figures.front().is_over);
  EXPECT_EQ(figures.front().until, kNoon + 25h);
  EXPECT_EQ(figures.front().uses, 1U);
  end_at(kSpan.from - 1h);
  EXPECT_TRUE(night().empty());
}

// Ten who bought before buy again for 100,000 to 1,000,000; one gets 50,000 back; one is new.
TEST_F(MysqlOfferEffects, compare_by_what_each_side_spent_in_the_time) {
  Shop shop(database, 1, 200, club_giving(kHalf));
  age_offers();
  constexpr unsigned kRegulars = 10;
  for (unsigned i = 0; i < kRegulars; ++i) buy(shop, kShopper + i, 2'000'000, kNoon);
  shop.advance(24h);
  for (unsigned i = 0; i < kRegulars; ++i) buy(shop, kShopper + i, 100'000 * (i + 1), kNoon + 24h);
  buy(shop, kShopper + kRegulars, 9'000'000, kNoon + 24h);
  database.query("UPDATE purchase SET refunded = 50000 WHERE amount = 300000");
  shop.advance(24h);
  buy(shop, kShopper, 7'000'000, kNoon + 48h);

  EffectGroup with, held_out;
  std::istringstream rows(database.query("SELECT member_id, phone FROM member ORDER BY member_id"));
  MemberId id = 0;
  for (PhoneNumber phone = 0; rows >> id >> phone;) {
    if (phone - kShopper >= kRegulars) continue;
    const auto amount = static_cast<rules::Amount>(100'000 * (phone - kShopper + 1));
    EffectGroup& side = rules::is_held_out(kHalf, id) ? held_out : with;
    ++side.members;
    side.spent += amount == 300'000 ? 250'000 : amount;
  }
  ASSERT_EQ(with.members + held_out.members, kRegulars);
  store::EffectPass pass(1, {EffectOfOffer(kHalf, kSpan.from, kSpan.until)});
  while (pass.step(database.connection)) database.connection.rollback();
  database.connection.rollback();
  const EffectOfOffer& effect = pass.effects().front();
  EXPECT_EQ(effect.with().members, with.members);
  EXPECT_EQ(effect.with().buyers, with.members);
  EXPECT_EQ(effect.with().spent, with.spent);
  EXPECT_EQ(effect.held_out().members, held_out.members);
  EXPECT_EQ(effect.held_out().spent, held_out.spent);
  EXPECT_EQ(effect.with().spent + effect.held_out().spent, 5'450'000);

  const auto figures = night();
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures.front().with_members, with.members);
  EXPECT_EQ(figures.front().with_spent, with.spent);
  EXPECT_EQ(figures.front().held_out, held_out.members);
  EXPECT_EQ(figures.front().held_out_spent, held_out.spent);
  EXPECT_EQ(figures.front().verdict, EffectVerdict::too_few);
  EXPECT_EQ(figures.front().given, 0) << "a note is no money";
}

}  // namespace
}  // namespace peyk::tests::mysql_offer_effects_test
