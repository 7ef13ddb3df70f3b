// WHY and HISTORY over a real database, of credit that no purchase brought, and of offers that are gone.
#include <gmock/gmock.h>

#include "store/mysql/occasions.hpp"
#include "store/mysql/programmes.hpp"
#include "templates/dates.hpp"
#include "tests/kit/programme.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_why_test {
namespace {

using rules::EffectKind;
using rules::Measure;
using rules::Occasion;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

handlers::Club club_of_occasions() {
  handlers::Club club = stored_club();
  const auto offer = [&club](std::string name, std::string title, Occasion on, rules::Amount credit) {
    rules::Offer made{.name = std::move(name), .title = std::move(title), .on = on};
    made.then = {{.kind = EffectKind::credit, .value = credit}};
    club.programme.offers.push_back(std::move(made));
    return &club.programme.offers.back();
  };
  offer("cake", "Cake", Occasion::birthday, 50'000);
  offer("candle", "", Occasion::birthday, 7'000)->then.front().valid_days = 3;
  offer("come-back", "Come back", Occasion::away, 30'000)->when = {at_least(Measure::days_away, 30)};
  offer("more", "More", Occasion::purchase, 20'000)->when = {at_least(Measure::amount, 500'000)};
  return club;
}

class MysqlWhy : public ShopTalk {
 protected:
  MysqlWhy() : ShopTalk("why") {
    directory.emplace(store::load_clubs(database.connection));
    database.connection.rollback();
  }

  void give(Occasion on, rules::Instant now) {
    for (const handlers::OccasionRound& round : handlers::occasion_rounds(*directory, now)) {
      if (round.on != on) continue;
      store::give_occasion(database.connection, chance, *directory, round, "20001234", now, 10);
      database.connection.commit();
    }
  }
  void born(handlers::PhoneNumber phone, rules::Instant day) {
    const auto date = templates::local_jalali_date(day, directory->clubs().front().time_zone);
    database.query(
        "REPLACE INTO profile (member_id, club_id, born_year, born_month, born_day) SELECT member_id, 1, "
        "1370, " +
        std::to_string(date.month) + ", " + std::to_string(date.day) +
        " FROM member WHERE phone = " + std::to_string(phone));
  }

  Shop shop{database, 1, 200, club_of_occasions()};
  store::SystemChance chance;
  std::optional<handlers::Directory> directory;
};

TEST_F(MysqlWhy, a_birthdays_credit_is_explained_and_part_of_her_history) {
  shop.ask(purchase_of(kShopper, 400'000, "A", "A"));
  born(kShopper, kNoon + 24h);
  give(Occasion::birthday, kNoon + 24h);
  EXPECT_EQ(database.query("SELECT DISTINCT facts FROM offer_grant"), "{\"days_to_birthday\":0}\n");
  const std::string why = say(shop, kShopper, "WHY");
  EXPECT_THAT(why, AllOf(HasSubstr("57,000 rials of credit came on"), HasSubstr("(your birthday)"),
                         HasSubstr("Cake: 50,000 rials of credit, for your birthday")));
  EXPECT_THAT(why, Not(HasSubstr("7,000 rials of credit, for"))) << "no title: it is not shown";
  EXPECT_THAT(say(shop, kShopper, "HISTORY"),
              AllOf(HasSubstr("Cake: credit +57,000 rials"), HasSubstr("bought 400,000")));
}

TEST_F(MysqlWhy, what_is_given_to_bring_her_back_says_how_long_she_was_away) {
  shop.ask(purchase_of(kShopper, 400'000, "A", "A"));
  give(Occasion::away, kNoon + 24h * 31);
  EXPECT_THAT(
      say(shop, kShopper, "WHY"),
      HasSubstr("Come back: 30,000 rials of credit, for 31 days since the visit before (30 or more)"));
  EXPECT_THAT(say(shop, kShopper, "HISTORY"), HasSubstr("Come back: credit +30,000 rials"));
}

TEST_F(MysqlWhy, a_later_purchase_is_explained_in_its_stead) {
  shop.ask(purchase_of(kShopper, 400'000, "A", "A"));
  born(kShopper, kNoon);
  give(Occasion::birthday, kNoon + 1s);
  shop.advance(24h);
  shop.ask(purchase_of(kShopper, 500'000, "B", "B"));
  EXPECT_THAT(say(shop, kShopper, "WHY"),
              AllOf(HasSubstr("More: 20,000 rials of credit, for a purchase of 500,000"
                              " rials (500,000 rials or more)"),
                    Not(HasSubstr("Cake"))));
}

TEST_F(MysqlWhy, an_offer_that_is_gone_or_changed_is_told_as_it_was) {
  shop.ask(purchase_of(kShopper, 500'000, "A", "A"));
  handlers::Club changed = club_of_occasions();
  changed.programme.offers.back().title = "Even more";
  changed.programme.offers.back().when = {at_least(Measure::amount, 900'000)};
  const std::string told =
      "More: 20,000 rials of credit, for a purchase of 500,000 rials (500,000 rials or more)";
  {
    Shop later(database, 1, 200, changed);
    EXPECT_THAT(say(later, kShopper, "WHY"), HasSubstr(told));
  }
  changed.programme.offers.clear();
  {
    Shop later(database, 1, 200, changed);
    EXPECT_THAT(say(later, kShopper, "WHY"), HasSubstr(told));
  }
  database.query("UPDATE offer_version SET body = '{\"by\":\"a newer program\"}'");
  Shop later(database, 1, 200, changed);
  EXPECT_THAT(say(later, kShopper, "WHY"), HasSubstr("An offer of that time: 20,000 rials of credit"));
}

TEST_F(MysqlWhy, what_offers_gave_is_counted_as_far_as_a_list_may_take) {
  database.query(
      "INSERT INTO offer_use (member_id, offer_id, club_id, uses, last_day, uses_on_day, given_on_day) "
      "SELECT n,"
      " 1, 1, 2, 0, 1, 0 FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) t");
  std::uint64_t rows_left = 10;
  const store::OfferReach all = store::load_offer_reach(database.connection, 1, rows_left);
  EXPECT_TRUE(all.is_all);
  EXPECT_EQ(all.uses, 6U);
  EXPECT_EQ(rows_left, 7U);
  rows_left = 2;
  const store::OfferReach some = store::load_offer_reach(database.connection, 1, rows_left);
  EXPECT_FALSE(some.is_all);
  EXPECT_EQ(some.members, 2U);
  EXPECT_EQ(rows_left, 0U);
  EXPECT_FALSE(store::load_offer_reach(database.connection, 1, rows_left).is_all);
}

}  // namespace
}  // namespace peyk::tests::mysql_why_test
