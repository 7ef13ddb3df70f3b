// What the database remembers of customers: how they buy, what offers gave them, what of a budget is spent;
// whoever comes at the same moment.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "store/mysql/behaviours.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_customers_test {
namespace {

using namespace std::chrono_literals;
using handlers::PurchaseRequest;
using handlers::TillOrder;
using handlers::TillRefund;
using nlohmann::json;
using rules::EffectKind;
using rules::Offer;
using store::Result;

handlers::Club with_offers(std::vector<Offer> offers) {
  handlers::Club club = stored_club();
  std::ranges::sort(offers, {}, &Offer::name);
  club.programme.offers = std::move(offers);
  return club;
}

handlers::Club with_everything() {
  handlers::Club club = with_offers(
      {{.name = "gift",
        .when = {{.measure = rules::Measure::visits, .ranges = {{2, 2}}}},
        .then = {{.kind = EffectKind::gift, .value = 30'000, .valid_days = 10}},
        .per_member = 1,
        .per_member_day = 1},
       {.name = "more", .title = "More", .then = {{EffectKind::credit_percent, 300}}, .budget = 1'000'000},
       {.name = "off", .then = {{EffectKind::percent_off, 1000}}},
       {.name = "soon",
        .then = {{.kind = EffectKind::credit, .value = 20'000, .valid_days = 7}},
        .per_member_day = 1}});
  club.programme.points_per = 10'000;
  club.programme.tiers = {.by = rules::TierMeasure::spend, .tiers = {{"silver", "Silver", 1'500'000}}};
  return club;
}

class MysqlCustomers : public testing::Test {
 protected:
  static handlers::Request purchase(handlers::PhoneNumber phone, const std::string& invoice,
                                    rules::Amount amount, rules::Instant at = kNoon,
                                    rules::Amount discount = 0, handlers::BranchNo branch = 12) {
    return {.key = hash_of("purchase " + invoice),
            .fingerprint = hash_of(invoice + std::to_string(amount)),
            .received_at = kNoon,
            .what = PurchaseRequest{.club = 1,
                                    .branch = branch,
                                    .phone = phone,
                                    .invoice = invoice,
                                    .amount = amount,
                                    .purchased_at = at,
                                    .discount = discount}};
  }
  static handlers::Request refund(const std::string& invoice, rules::Amount amount, const std::string& note) {
    return {.key = hash_of("refund " + note),
            .fingerprint = hash_of(note),
            .received_at = kNoon,
            .what = TillOrder{
                {1, 12, "till-12"},
                TillRefund{
                    .invoice = invoice, .amount = amount, .credit_note = note, .reference = hash_of(note)}}};
  }
  static json ask(Shop& shop, handlers::Request request) {
    const Result result = shop.ask(std::move(request));
    EXPECT_LT(result.status, 300) << result.answer;
    return json::parse(result.answer, nullptr, false);
  }
  // Folds all rows anew, out of nothing but the purchases.
  void expect_behaviour_is_the_fold() {
    const std::string rows =
        "SELECT member_id, branch_no, purchases, visits, first_day, last_day, spent, gap_squares, HEX(hours),"
        " recent, last_spent FROM behaviour WHERE purchases > 0 ORDER BY member_id, branch_no";
    const std::string kept = database.query(rows);
    forget_behaviour();
    EXPECT_TRUE(fold() > 0 || kept.empty());
    EXPECT_EQ(database.query(rows), kept);
  }
  // As the migration leaves it.
  void forget_behaviour() {
    database.query("DELETE FROM behaviour WHERE branch_no <> 0 OR purchases = 0");
    database.query(
        "UPDATE behaviour SET visits = 0, first_day = 0, last_day = 0, spent = 0, gap_squares = 0,"
        " hours = '', recent = 0, last_spent = 0");
  }
  std::uint64_t fold() {
    const handlers::Directory directory(store::load_clubs(database.connection));
    std::uint64_t folded = 0;
    for (handlers::MemberId after = 0;;) {
      const auto done = store::fold_old_behaviours(database.connection, directory, after, 2);
      database.connection.commit();
      folded += done.members;
      if (done.after == 0) return folded;
      after = done.after;
    }
  }

  TestDatabase database{"customers"};
};

TEST_F(MysqlCustomers, buy_as_the_fold_of_their_purchases_in_any_order) {
  Shop shop(database, 2);
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&random](int to) { return static_cast<int>(random() % static_cast<unsigned>(to)); };
  for (int round = 0; round < 6; ++round) {
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (int i = 0; i < 12; ++i) {
      const auto phone = kShopper + static_cast<unsigned>(pick(3));
      const auto at = kNoon - std::chrono::hours{pick(3) == 0 ? pick(500) : 0};
      requests.emplace_back(phone, purchase(phone, std::to_string(round * 12 + i), 1000 * (1 + pick(900)), at,
                                            0, pick(2) == 0 ? 12 : 14));
    }
    for (int i = 0; i < 4 && round > 0; ++i) {
      const std::string invoice = std::to_string(pick(round * 12));
      requests.emplace_back(
          9, refund(invoice, 1000 * (1 + pick(500)), std::to_string(round) + "-" + std::to_string(i)));
    }
    shop.ask_all(std::move(requests));
    shop.advance(std::chrono::hours{20});
  }
  database.expect_clean_ledger();
  expect_behaviour_is_the_fold();
  // As the migration that kept her baskets leaves it: all else is there.
  database.query("UPDATE behaviour SET recent = 0, last_spent = 0");
  EXPECT_GT(fold(), 0U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM behaviour WHERE purchases > 0 AND last_spent = 0"), 0);
  EXPECT_EQ(fold(), 0U) << "once is enough";
  expect_behaviour_is_the_fold();
}

TEST_F(MysqlCustomers, who_bought_before_it_was_kept_is_folded_when_she_buys_again) {
  Shop shop(database, 1);
  ask(shop, purchase(kShopper, "A-1", 500'000, kNoon - 240h));
  ask(shop, purchase(kShopper, "A-2", 500'000, kNoon - 120h, 0, 14));
  forget_behaviour();
  ask(shop, purchase(kShopper, "A-3", 500'000));
  EXPECT_EQ(database.query(
                "SELECT branch_no, purchases, visits, last_day - first_day, spent FROM behaviour ORDER BY "
                "branch_no"),
            "0\t3\t3\t10\t1500000\n12\t2\t2\t10\t1000000\n14\t1\t1\t0\t500000\n");
  expect_behaviour_is_the_fold();
}

TEST_F(MysqlCustomers, get_what_offers_give_and_it_comes_back_whole) {
  Shop shop(database, 1, 200, with_everything());
  const json first = ask(shop, purchase(kShopper, "A-1", 1'000'000, kNoon, 100'000));
  EXPECT_EQ(first.at("discount").at("honoured"), 100'000);
  EXPECT_EQ(first.at("credit"), 45'000 + 27'000 + 20'000);
  EXPECT_EQ(first.at("codes").size(), 2U);
  EXPECT_EQ(first.at("points"), 90);
  EXPECT_EQ(first.at("tier"), nullptr);
  shop.advance(24h);
  const json second = ask(shop, purchase(kShopper, "A-2", 1'000'000, kNoon + 24h));
  EXPECT_EQ(second.at("credit"), 50'000 + 30'000 + 20'000);
  EXPECT_EQ(second.at("tier"), "silver");
  EXPECT_EQ(database.query("SELECT points, tier FROM standing"), "190\t1\n");
  EXPECT_EQ(
      database.query("SELECT o.name, u.uses, u.uses_on_day, u.given_on_day FROM offer_use u JOIN offer o ON "
                     "o.offer_id = u.offer_id ORDER BY o.name"),
      "gift\t1\t1\t30000\nmore\t2\t1\t30000\noff\t1\t1\t100000\nsoon\t2\t1\t20000\n");
  EXPECT_EQ(database.number("SELECT spent FROM offer WHERE name = 'more'"), 57'000);
  EXPECT_EQ(
      database.query("SELECT g.facts, b.issued_by, b.amount FROM offer_grant g JOIN code c ON c.lot_id = "
                     "g.lot_id JOIN gift_code x ON x.code_id = c.code_id JOIN gift_batch b ON b.batch_id = "
                     "x.batch_id"),
      "{\"visits\":2}\toffer gift\t30000\n");
  database.expect_clean_ledger();
  for (const rules::Amount part : {1, 333'333, 666'666}) {
    ask(shop, refund("A-2", part, "C-" + std::to_string(part)));
    database.expect_clean_ledger();
  }
  EXPECT_EQ(database.number("SELECT CAST(SUM(clawed_back + withheld) AS SIGNED) FROM refund"), 130'000);
  EXPECT_EQ(database.number("SELECT points FROM standing"), 90);
  expect_behaviour_is_the_fold();
}

TEST_F(MysqlCustomers, never_get_more_than_a_budget_whoever_comes_at_once) {
  Shop shop(database, 2, 4,
            with_offers({{.name = "more", .then = {{EffectKind::credit_percent, 1000}}, .budget = 450'000}}));
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (unsigned i = 0; i < 60; ++i)
    requests.emplace_back(i, purchase(kShopper + i, "A-" + std::to_string(i), 100'000));
  for (const Result& result : shop.ask_all(std::move(requests)))
    EXPECT_EQ(result.status, 200) << result.answer;
  EXPECT_EQ(database.number("SELECT spent FROM offer"), 450'000);
  EXPECT_EQ(database.number("SELECT CAST(SUM(of_budget) AS SIGNED) FROM offer_grant"), 450'000);
  EXPECT_EQ(database.number("SELECT CAST(SUM(earned) AS SIGNED) FROM purchase"), 60 * 5'000 + 450'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlCustomers, a_refund_in_the_batch_of_its_purchase_leaves_no_visit) {
  Shop shop(database, 1);
  ask(shop, purchase(kShopper, "A-1", 500'000, kNoon - 48h));
  shop.ask_all({{0, purchase(kShopper, "A-2", 500'000)}, {0, refund("A-2", 500'000, "C-2")}});
  EXPECT_EQ(database.query("SELECT purchases, visits, spent FROM behaviour WHERE branch_no = 0"),
            "1\t1\t500000\n");
  database.expect_clean_ledger();
  expect_behaviour_is_the_fold();
}

TEST_F(MysqlCustomers, see_one_another_in_one_batch) {
  Shop shop(database, 1, 200, with_everything());
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (int i = 0; i < 3; ++i)
    requests.emplace_back(0, purchase(kShopper, "A-" + std::to_string(i), 1'000'000, kNoon - i * 24h));
  const auto results = shop.ask_all(std::move(requests));
  EXPECT_EQ(json::parse(results.at(2).answer).at("tier"), "silver");
  EXPECT_EQ(
      database.number("SELECT COUNT(*) FROM offer_grant g JOIN offer o ON o.offer_id = g.offer_id WHERE "
                      "o.name = 'soon'"),
      1)
      << "once a day, by the day of recording";
  database.expect_clean_ledger();
  expect_behaviour_is_the_fold();
}

}  // namespace
}  // namespace peyk::tests::mysql_customers_test
