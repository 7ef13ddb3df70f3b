// What managers order by text, out of a real database: an offer begins, is judged with the club's own,
// outlives the file that is applied anew, and ends; surprises keep their seed; texts to members are counted.
#include <gmock/gmock.h>

#include "handlers/tell.hpp"
#include "store/mysql/programmes.hpp"
#include "store/mysql/schedule.hpp"
#include "templates/dates.hpp"
#include "tests/kit/programme.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_managers_offer_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

handlers::Club club_with_programme() {
  handlers::Club club = stored_club();
  club.programme = sample_programme();
  return club;
}

class ManagersOrders : public ShopTalk {
 protected:
  ManagersOrders() : ShopTalk("managers_orders") {}

  // Orders, and replies the number that comes.
  std::string confirm(Shop& shop, const std::string& text) {
    const std::string asked = say(shop, kTajrishCashier, text);
    EXPECT_THAT(asked, HasSubstr("reply")) << text;
    return say(shop, kTajrishCashier,
               database.query("SELECT number FROM pending WHERE kind = 9 AND used = 0").substr(0, 5));
  }
  std::string in_force() {
    return database.query(
        "SELECT o.name FROM offer o JOIN offer_version v USING (offer_id) WHERE v.until_at IS NULL AND"
        " o.begun_by IS NOT NULL ORDER BY o.name");
  }
  // So many more that the club's file has since; the gateway has not loaded them yet.
  void add_to_file(int offers) {
    database.query("INSERT INTO offer (club_id, name) SELECT 1, CONCAT('more-', seq) FROM seq_1_to_" +
                   std::to_string(offers));
    database.query(
        "INSERT INTO offer_version (offer_id, body, from_at) SELECT offer_id, '{\"name\":\"more\"}',"
        " '2026-11-21' FROM offer WHERE name LIKE 'more-%'");
  }
  // As if no time went by while the real clock runs.
  void let_last() { database.query("UPDATE offer SET ends_at = '2999-01-01' WHERE begun_by IS NOT NULL"); }
};

TEST_F(ManagersOrders, begin_an_offer_that_outlives_the_file_and_is_judged_with_its_own) {
  {
    Shop shop{database, 1, 200, club_with_programme()};
    const auto version = database.number("SELECT version FROM club");
    EXPECT_THAT(confirm(shop, "OFFER all 10% until tomorrow"), HasSubstr("It has begun"));
    EXPECT_GT(database.number("SELECT version FROM club"), version) << "gateways load it by that";
    EXPECT_EQ(database.number("SELECT begun_by FROM offer WHERE begun_by IS NOT NULL"),
              static_cast<std::int64_t>(kTajrishCashier));
  }
  let_last();
  Shop shop{database, 1, 200, club_with_programme()};  // the file is applied anew
  EXPECT_THAT(in_force(), HasSubstr("manager-"));
  const auto bought = nlohmann::json::parse(shop.ask(purchase_of(kShopper, 1'000'000, "A", "A")).answer);
  EXPECT_EQ(bought["credit"], 150'000) << "5% of the club's own, and 10%";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_grant g JOIN offer o USING (offer_id) WHERE"
                            " o.begun_by IS NOT NULL"),
            1);
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER END"), HasSubstr("It is over"));
  EXPECT_EQ(in_force(), "");
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER END"), HasSubstr("No offer"));
  EXPECT_EQ(database.number("SELECT ended_by FROM offer WHERE ended_by IS NOT NULL"),
            static_cast<std::int64_t>(kTajrishCashier));
}

TEST_F(ManagersOrders, name_each_offer_once_and_know_whom_it_reaches) {
  Shop shop{database, 1, 200, club_with_programme()};
  database.query(
      "INSERT INTO segment_day VALUES (1, 20000, 'loyal', 7, 0, 0), (1, 20001, 'loyal', 412, 9, 1)");
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER loyal 10% until tomorrow"), HasSubstr("412 members"));
  confirm(shop, "OFFER loyal 10% until tomorrow");
  confirm(shop, "OFFER gold 50000 until tomorrow budget 1000000");
  EXPECT_EQ(database.number("SELECT COUNT(DISTINCT name) FROM offer WHERE begun_by IS NOT NULL"), 2);
  EXPECT_THAT(in_force(), AllOf(HasSubstr("-1\n"), HasSubstr("-2")));
}

TEST_F(ManagersOrders, are_told_how_many_members_an_offer_for_all_reaches_buyers_or_not) {
  Shop shop{database, 1, 200, club_with_programme()};
  say(shop, kShopper, "JOIN");
  say(shop, kOtherShopper, "JOIN");
  shop.ask(purchase_of(kOtherShopper + 1, 1'000'000, "A", "A"));  // joins by it
  shop.ask(purchase_of(kOtherShopper + 2, 1'000'000, "B", "B"));
  database.query("UPDATE member SET phone = NULL WHERE phone = 989120000104");  // she has left
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER all 10% until tomorrow"),
              HasSubstr("3 members by last count"));
}

TEST_F(ManagersOrders, begin_no_offer_beyond_a_thousand_and_lose_none) {
  Shop shop{database, 1, 200, club_with_programme()};
  add_to_file(994);
  confirm(shop, "OFFER all 5% until tomorrow");
  const std::string asked = say(shop, kTajrishCashier, "OFFER all 10% until tomorrow");
  EXPECT_THAT(asked, HasSubstr("reply")) << "it would be the thousandth";
  database.query("INSERT INTO offer (club_id, name) VALUES (1, 'late')");
  database.query(
      "INSERT INTO offer_version (offer_id, body, from_at) SELECT offer_id, '{\"name\":\"late\"}',"
      " '2026-11-21' FROM offer WHERE name = 'late'");
  const std::string running = in_force();
  EXPECT_THAT(say(shop, kTajrishCashier,
                  database.query("SELECT number FROM pending WHERE kind = 9 AND used = 0").substr(0, 5)),
              AllOf(HasSubstr("as many offers as it can have"), HasSubstr("Nothing was begun")));
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER all 20% until tomorrow"),
              HasSubstr("as many offers as it can have"));
  EXPECT_EQ(in_force(), running);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_version WHERE until_at IS NULL"), 1000);
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER END"), HasSubstr("It is over"));
  EXPECT_THAT(confirm(shop, "OFFER all 10% until tomorrow"), HasSubstr("It has begun"))
      << "there is room again";
}

// What apply has not seen, as somebody began it since it looked.
TEST_F(ManagersOrders, are_not_overrun_by_a_file_of_a_thousand) {
  handlers::Club club = club_with_programme();
  Shop shop{database, 1, 200, club};
  confirm(shop, "OFFER all 5% until tomorrow");
  let_last();
  const std::string offers =
      "SELECT version_id, offer_id, body, until_at FROM offer_version ORDER BY version_id";
  const std::string before = database.query(offers);
  while (club.programme.offers.size() < handlers::kOffersMax) {
    club.programme.offers.push_back(club.programme.offers.front());
    club.programme.offers.back().name = "more-" + std::to_string(club.programme.offers.size());
  }
  EXPECT_THROW(store::save_club(database.connection, club), store::SqlError);
  database.connection.rollback();
  EXPECT_EQ(database.query(offers), before);
  club.programme.offers.pop_back();
  store::save_club(database.connection, club);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_version WHERE until_at IS NULL"), 1000);
}

TEST_F(ManagersOrders, close_an_offer_whose_time_is_over_when_the_file_is_applied) {
  {
    Shop shop{database, 1, 200, club_with_programme()};
    confirm(shop, "OFFER all 10% until tomorrow");
  }
  database.query("UPDATE offer SET ends_at = '2001-01-01' WHERE begun_by IS NOT NULL");
  store::save_club(database.connection, club_with_programme());
  EXPECT_EQ(in_force(), "");
}

TEST_F(ManagersOrders, leave_surprises_the_seed_that_they_were_given) {
  handlers::Club club = club_with_programme();
  club.programme.offers[0].then = {{.kind = rules::EffectKind::credit, .value = 50'000}};
  club.programme.offers[0].chance = 20;
  club.programme.offers[0].budget = 1'000'000;
  store::save_club(database.connection, club);
  const auto seed_of_first = [this] {
    return store::load_clubs(database.connection).front().programme.offers[0].seed;
  };
  const std::uint32_t seed = seed_of_first();
  EXPECT_NE(seed, 0U);
  club.programme.offers[0].chance = 10;
  store::save_club(database.connection, club);
  EXPECT_EQ(seed_of_first(), seed) << "a new version draws as the one before";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer WHERE seed <> 0"), 1);
}

TEST_F(ManagersOrders, write_to_members_so_often_a_day) {
  Shop shop{database};
  say(shop, kShopper, "JOIN");
  EXPECT_THAT(say(shop, kTajrishCashier, "TELL 09120000101 Your cake is ready"), HasSubstr("19 more"));
  EXPECT_THAT(heard(last, kShopper), HasSubstr("Your cake is ready"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM manager_letter WHERE manager_phone = 989121112244"), 1);
  database.query("UPDATE manager_letter SET at = at - INTERVAL 1 DAY");
  EXPECT_THAT(say(shop, kTajrishCashier, "TELL 09120000101 And the bread"), HasSubstr("19 more"));
}

TEST_F(ManagersOrders, write_by_night_what_goes_out_in_the_morning) {
  const std::vector<store::LineToWake> lines{{"30001234"}};
  const rules::Instant morning = templates::start_of_local_day(kNoon, "Asia/Tehran") + 34h;
  Shop shop{database};
  say(shop, kShopper, "JOIN");
  shop.advance(8h);  // half past eleven in Tehran
  EXPECT_THAT(say(shop, kTajrishCashier, "TELL 09120000101 Your cake is ready"), HasSubstr("19 more"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE send_at IS NOT NULL"), 1) << "no other waits";
  EXPECT_THAT(store::wake_due(database.connection, lines, morning - 1s, 100).texts, IsEmpty());
  const store::Woken woken = store::wake_due(database.connection, lines, morning, 100);
  database.connection.commit();
  ASSERT_THAT(woken.texts, SizeIs(1));
  EXPECT_EQ(woken.texts[0].to, kShopper);
  EXPECT_THAT(woken.texts[0].text, HasSubstr("Your cake is ready"));
  EXPECT_GT(woken.texts[0].valid_until, morning) << "it is still good";
}

}  // namespace
}  // namespace peyk::tests::mysql_managers_offer_test
