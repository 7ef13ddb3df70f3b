// What offers say some time after a purchase, in a real database: one text a purchase, scheduled for its
// moment, and cancelled where the purchase is given back or she leaves.
#include <gmock/gmock.h>

#include "store/mysql/clubs.hpp"
#include "store/mysql/erasure.hpp"
#include "store/mysql/imports.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_later_test {
namespace {

using namespace std::chrono_literals;
using handlers::TillOrder;
using handlers::TillRefund;

handlers::Club club_that_thanks() {
  handlers::Club club = stored_club();
  rules::Offer welcome;
  welcome.name = "welcome";
  welcome.when = {{.measure = rules::Measure::visits, .ranges = {{1, 1}}}};
  welcome.then = {{.kind = rules::EffectKind::message,
                   .value = 1,
                   .text = "Thanks for your first visit to {club}",
                   .after_minutes = 120}};
  welcome.per_member_day = 1;
  welcome.budget = 100;
  club.programme.offers = {welcome};
  return club;
}

class MysqlLater : public testing::Test {
 protected:
  store::Result buy(const std::string& invoice) {
    return shop.ask(purchase_of(kShopper, 1'000'000, invoice, invoice));
  }
  handlers::Request refund(const std::string& invoice, std::optional<rules::Amount> amount,
                           const std::string& note) {
    return {.key = hash_of("refund " + note),
            .fingerprint = hash_of(note),
            .received_at = kNoon,
            .what = TillOrder{
                {1, 12, "till-12"},
                TillRefund{
                    .invoice = invoice, .amount = amount, .credit_note = note, .reference = hash_of(note)}}};
  }
  // State, moment and reason of each that waits or waited.
  std::string later() const {
    return database.query("SELECT state, send_at, reason FROM outbox WHERE send_at IS NOT NULL");
  }
  std::int64_t scheduled() const { return database.number("SELECT COUNT(*) FROM outbox_schedule"); }

  TestDatabase database{"later"};
  Shop shop{database, 1, 200, club_that_thanks()};
};

TEST_F(MysqlLater, one_text_waits_for_its_moment_however_often_the_purchase_is_sent) {
  buy("A-1");
  buy("A-1");
  shop.ask(purchase_of(kShopper, 1'000'000, "A-1", "sent anew"));
  buy("A-2");
  EXPECT_EQ(later(), "7\t2026-11-21 14:00:00.000000\t\n");
  EXPECT_EQ(scheduled(), 1);
  EXPECT_EQ(database.query("SELECT g.kind, g.value, g.of_budget, g.facts FROM offer_grant g JOIN outbox o ON"
                           " o.message_id = g.message_id WHERE o.text LIKE 'Thanks for your first visit to"
                           " Bread and Salt%Off11'"),
            "10\t1\t1\t{\"visits\":1}\n");
  EXPECT_EQ(database.query("SELECT uses FROM offer_use"), "1\n");
  EXPECT_EQ(database.query("SELECT spent FROM offer"), "1\n");
  database.expect_clean_ledger();
}

TEST_F(MysqlLater, what_would_come_at_night_waits_for_the_morning) {
  shop.advance(5h);  // half past eight in the evening
  buy("A-1");
  EXPECT_EQ(later(), "7\t2026-11-22 06:30:00.000000\t\n");
}

TEST_F(MysqlLater, a_refund_of_the_whole_cancels_it_and_one_of_a_part_does_not) {
  buy("A-1");
  EXPECT_EQ(shop.ask(refund("A-1", 400'000, "C-1")).status, 201);
  EXPECT_EQ(scheduled(), 1);
  EXPECT_EQ(shop.ask(refund("A-1", {}, "C-2")).status, 201);
  EXPECT_EQ(later(), "8\t2026-11-21 14:00:00.000000\tthe purchase was given back\n");
  EXPECT_EQ(scheduled(), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlLater, a_refund_in_the_batch_of_its_purchase_cancels_it) {
  const auto results =
      shop.ask_all({{0, purchase_of(kShopper, 1'000'000, "A-1", "A-1")}, {0, refund("A-1", {}, "C-1")}});
  EXPECT_EQ(results.at(1).status / 100, 2);
  EXPECT_EQ(scheduled(), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE state = 7"), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlLater, books_that_are_brought_along_say_nothing_and_use_none_of_it) {
  const handlers::Directory directory(store::load_clubs(database.connection));
  store::SystemChance chance;
  std::vector<handlers::PurchaseRequest> rows;
  for (const auto& [phone, at] : {std::pair{kShopper, kNoon - 24h * 300}, {kOtherShopper, kNoon}})
    rows.push_back({.club = 1,
                    .branch = 12,
                    .phone = phone,
                    .invoice = "B-" + std::to_string(phone),
                    .amount = 1'000'000,
                    .purchased_at = at});
  const std::vector<handlers::PurchaseRequest> later_told{{.club = 1,
                                                           .branch = 12,
                                                           .phone = kVanakCashier,
                                                           .invoice = "C-1",
                                                           .amount = 1'000'000,
                                                           .purchased_at = kNoon}};
  store::import_purchases(database.connection, chance, rows, {.directory = directory, .now = kNoon});
  database.connection.commit();
  EXPECT_EQ(
      database.query("SELECT COUNT(*) FROM offer_grant UNION ALL SELECT COUNT(*) FROM offer_use UNION ALL"
                     " SELECT spent FROM offer UNION ALL SELECT COUNT(*) FROM outbox"),
      "0\n0\n0\n0\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 2);
  store::import_purchases(database.connection, chance, later_told,
                          {.directory = directory, .now = kNoon, .tell = true});
  database.connection.commit();
  EXPECT_EQ(scheduled(), 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_grant JOIN outbox USING (message_id)"), 1);
  database.expect_clean_ledger();
}

TEST_F(MysqlLater, who_has_left_hears_nothing_of_it) {
  buy("A-1");
  shop.ask(text_from(kShopper, "LEAVE", "first"));
  const std::string number = database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5);
  shop.ask(text_from(kShopper, number, "second"));
  store::erase_due(database.connection, kNoon + 1h, 10, 100);
  database.connection.commit();
  EXPECT_EQ(scheduled(), 0);
  EXPECT_EQ(later(), "8\t2026-11-21 14:00:00.000000\tthe member has left\n");
}

}  // namespace
}  // namespace peyk::tests::mysql_later_test
