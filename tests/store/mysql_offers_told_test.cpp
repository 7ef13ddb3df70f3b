// What is told of offers, out of a real database: quotes that write nothing, the offers that gave the last
// credit, where a member stands, what tills may read of her.
#include <gmock/gmock.h>

#include "store/mysql/club_pages.hpp"
#include "tests/kit/programme.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_offers_told_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

handlers::Club club_with_offers() {
  handlers::Club club = stored_club();
  club.programme = sample_programme();
  return club;
}

class OffersTold : public ShopTalk {
 protected:
  OffersTold() : ShopTalk("offers_told") {}

  json quote(handlers::TillQuote what, const std::string& key) {
    handlers::Request request{.key = hash_of("quote " + key),
                              .fingerprint = hash_of(key),
                              .remembered_for = 600s,
                              .received_at = kNoon,
                              .what = handlers::TillOrder{{1, 12, "till-12"}, std::move(what)}};
    last = shop.ask(std::move(request));
    return json::parse(last.answer);
  }
  // Purchases of hers on so many days, one a day.
  void visit(int days, rules::Amount amount) {
    for (int i = 0; i < days; ++i) {
      const std::string invoice = "V-" + std::to_string(++invoices);
      shop.ask(purchase_of(kShopper, amount, invoice, invoice));
      shop.advance(24h);
    }
  }
  rules::Instant now() const { return kNoon + 24h * invoices; }
  handlers::Club club() { return store::load_clubs(database.connection).front(); }

  Shop shop{database, 1, 200, club_with_offers()};
  int invoices = 0;
};

TEST_F(OffersTold, a_quote_is_what_the_purchase_then_brings_and_writes_nothing) {
  visit(2, 100'000);
  const std::string rows =
      "SELECT (SELECT COUNT(*) FROM purchase), (SELECT COUNT(*) FROM offer_grant), (SELECT COUNT(*) FROM "
      "lot),"
      " (SELECT COUNT(*) FROM outbox), (SELECT SUM(uses) FROM offer_use), (SELECT SUM(spent) FROM offer)";
  const std::string before = database.query(rows);
  const json quoted = quote({.phone = kShopper, .amount = 400'000}, "1");
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(quoted["credit"], 40'000);
  EXPECT_EQ(quoted["credit_available"], 10'000);
  EXPECT_EQ(database.query(rows), before);
  const json bought = json::parse(shop.ask(purchase_of(kShopper, 400'000, "Q", "Q")).answer);
  EXPECT_EQ(bought["credit"], quoted["credit"]);
  EXPECT_EQ(bought["offers"], quoted["offers"]);
}

TEST_F(OffersTold, a_card_finds_its_member_in_her_own_club_only) {
  visit(1, 100'000);
  const auto card = static_cast<std::uint64_t>(database.number("SELECT card FROM member"));
  EXPECT_EQ(quote({.card = card, .amount = 850'000}, "2")["member"]["card"], std::to_string(card));
  EXPECT_EQ(quote({.card = card + 1, .amount = 850'000}, "3")["status"], 404);
  handlers::Club other = stored_club();
  other.slug = "pepper";
  other.line = "30005678";
  other.ussd_root = "*7001";
  other.till_keys.clear();
  store::save_club(database.connection, other);
  database.connection.commit();
  database.query("UPDATE member SET club_id = 2");
  EXPECT_EQ(quote({.card = card, .amount = 850'000}, "4")["status"], 404);
  database.query("UPDATE member SET club_id = 1, phone = NULL");
  EXPECT_EQ(quote({.card = card, .amount = 850'000}, "5")["status"], 404) << "she has left";
}

TEST_F(OffersTold, why_tells_what_the_last_credit_was_given_for) {
  visit(2, 100'000);
  EXPECT_THAT(say(shop, kShopper, "WHY"), Not(HasSubstr("Regulars")));
  visit(1, 400'000);
  const std::string why = say(shop, kShopper, "WHY");
  EXPECT_THAT(why, HasSubstr("Regulars: 20,000 rials of credit, for 3 visits so far (3 or more)"));
  EXPECT_THAT(why, HasSubstr("Your scores"));
  EXPECT_THAT(say(shop, kOtherShopper, "WHY"), HasSubstr("not a member"));
}

TEST_F(OffersTold, members_managers_and_cashiers_read_where_she_stands) {
  visit(2, 2'000'000);
  EXPECT_THAT(say(shop, kShopper, "CREDIT"), HasSubstr("Gold member, 40 points"));
  EXPECT_THAT(say(shop, kShopper, "OFFERS"), HasSubstr("Autumn: 10% off"));
  const std::string code = database.query("SELECT number FROM code LIMIT 1");
  EXPECT_THAT(say(shop, kVanakCashier, code), HasSubstr("Gold member"));
  EXPECT_THAT(say(shop, kTajrishCashier, "CUSTOMER 09120000101"), HasSubstr("2 visits"));
  EXPECT_THAT(say(shop, kVanakCashier, "CUSTOMER 09120000101"), HasSubstr("for managers"));
}

TEST_F(OffersTold, tills_read_her_habits_and_the_offers_of_each_purchase) {
  visit(2, 1'000'000);
  visit(1, 400'000);
  const auto page = store::load_member_page(database.connection, club(), kShopper, now());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->facts.rank(page->member.id).points, 24);
  EXPECT_EQ(page->facts.behaviour(page->member.id).visits, 3U);
  EXPECT_EQ(page->facts.behaviour(page->member.id).spent, 2'400'000);
  EXPECT_FALSE(store::load_member_page(database.connection, club(), kOtherShopper, now()));

  const auto purchases =
      store::load_purchases(database.connection, {.club = 1, .member = kShopper}, {.rows_max = 10});
  ASSERT_EQ(purchases.size(), 3U);
  ASSERT_EQ(purchases[0].offers.size(), 1U) << "the latest first";
  EXPECT_EQ(purchases[0].offers[0].name, "regulars");
  EXPECT_EQ(purchases[0].offers[0].title, "Regulars");
  EXPECT_EQ(purchases[0].offers[0].value, 20'000);
  EXPECT_THAT(purchases[1].offers, IsEmpty());

  int explained = 0;
  for (const auto& row : store::load_statement(database.connection, page->member.id, {.rows_max = 20})) {
    if (row.offers.empty()) continue;
    ++explained;
    EXPECT_EQ(row.kind, "grant");
    EXPECT_EQ(row.amount, 20'000);
    EXPECT_EQ(row.offers[0].name, "regulars");
  }
  EXPECT_EQ(explained, 1);
}

// So much off for each member once, as long as the budget lasts.
handlers::Club club_that_welcomes() {
  handlers::Club club = stored_club();
  rules::Offer welcome{.name = "welcome", .title = "Welcome"};
  welcome.then = {{.kind = rules::EffectKind::cash_off, .value = 100'000}};
  welcome.per_member = 1;
  welcome.budget = 150'000;
  club.programme.offers = {welcome};
  return club;
}

class OffersByText : public ShopTalk {
 protected:
  OffersByText() : ShopTalk("offers_by_text") {}

  Shop shop{database, 1, 200, club_that_welcomes()};
};

TEST_F(OffersByText, a_discount_that_a_cashier_records_is_used_up_and_explained_as_a_tills_is) {
  const std::string order = "BUY 09120000101 1000000 OFF ";
  EXPECT_THAT(say(shop, kVanakCashier, "QUOTE 09120000101 1000000"), HasSubstr(order + "PIN"));
  const std::string first = say(shop, kVanakCashier, order + "4321");
  EXPECT_THAT(first, HasSubstr("To pay: 900,000 rials\nDiscount: 100,000 rials"));
  EXPECT_EQ(say(shop, kVanakCashier, order + "4321"), first) << "the same again, out of its row";
  EXPECT_EQ(database.query("SELECT amount, discount, earned FROM purchase"), "900000\t100000\t45000\n");
  EXPECT_EQ(database.query("SELECT value, of_budget FROM offer_grant"), "100000\t100000\n");
  EXPECT_EQ(database.query("SELECT uses FROM offer_use"), "1\n");
  EXPECT_EQ(database.number("SELECT spent FROM offer"), 100'000);
  EXPECT_THAT(say(shop, kShopper, "WHY"), HasSubstr("Welcome: 100,000 rials off"));

  shop.advance(11min);
  EXPECT_THAT(say(shop, kVanakCashier, order + "4321"), HasSubstr("No discount fits now"));
  EXPECT_THAT(say(shop, kVanakCashier, "BUY 09120000102 1000000 OFF 4321"),
              HasSubstr("To pay: 950,000 rials\nDiscount: 50,000 rials"));
  EXPECT_EQ(database.number("SELECT spent FROM offer"), 150'000);
  EXPECT_THAT(say(shop, kVanakCashier, "BUY 09120000103 1000000 OFF 4321"),
              HasSubstr("No discount fits now"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 2);
  database.expect_clean_ledger();
}

TEST_F(OffersByText, what_a_code_has_paid_is_not_to_be_collected_nor_when_the_order_comes_again) {
  const std::string code = earn(shop, 200'000, "A-1"), order = "BUY 09120000101 1000000 OFF 4321";
  EXPECT_THAT(say(shop, kVanakCashier, "QUOTE 09120000101 1000000"), HasSubstr("To pay: 900,000 rials"));
  EXPECT_THAT(say(shop, kVanakCashier, code + " 900000 4321"), HasSubstr("Collect: 700,000 rials"));
  const std::string first = say(shop, kVanakCashier, order);
  EXPECT_THAT(first, HasSubstr("To pay: 700,000 rials\nDiscount: 100,000 rials\nFrom credit: 200,000 rials"));
  EXPECT_EQ(say(shop, kVanakCashier, order), first) << "the same again, out of its row";
  EXPECT_EQ(database.query("SELECT amount, discount, by_credit FROM purchase WHERE discount > 0"),
            "900000\t100000\t200000\n");
  database.expect_clean_ledger();
}

// Two cashiers quoted the same last discount: whose purchase is recorded first has it, the other reads what
// is left.
TEST_F(OffersByText, of_a_budget_that_two_were_quoted_the_second_reads_what_is_left) {
  for (const char* phone : {"09120000101", "09120000102"})
    EXPECT_THAT(say(shop, kVanakCashier, std::string("QUOTE ") + phone + " 1000000"),
                HasSubstr("Discount: 100,000 rials"));
  const auto answers =
      shop.ask_all({{0, text_from(kVanakCashier, "BUY 09120000101 1000000 OFF 4321", "a")},
                    {1, text_from(kTajrishCashier, "BUY 09120000102 1000000 OFF 9876", "b")}});
  const std::string both = heard(answers[0], kVanakCashier) + heard(answers[1], kTajrishCashier);
  EXPECT_THAT(both, HasSubstr("Discount: 100,000 rials"));
  EXPECT_THAT(both, HasSubstr("Discount: 50,000 rials"));
  EXPECT_EQ(database.number("SELECT spent FROM offer"), 150'000);
  EXPECT_EQ(database.number("SELECT SUM(discount) FROM purchase"), 150'000);
  database.expect_clean_ledger();
}

}  // namespace
}  // namespace peyk::tests::mysql_offers_told_test
