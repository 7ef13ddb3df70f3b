// Refunds against a real database: what they leave is what the audit wants, whoever comes at the same moment.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "store/mysql/chance.hpp"
#include "store/mysql/expiry.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_refunds_test {
namespace {

using namespace std::chrono_literals;
using handlers::TillOrder;
using handlers::TillRedemption;
using handlers::TillRefund;
using nlohmann::json;
using store::Result;
using testing::HasSubstr;
using Verdict = store::Result::Verdict;

handlers::Club with_debt() {
  handlers::Club club = stored_club();
  club.policy.debt_on_refund = true;
  return club;
}

class MysqlRefunds : public testing::Test {
 protected:
  json buy(Shop& shop, rules::Amount amount, const std::string& invoice) {
    return json::parse(shop.ask(purchase_of(kShopper, amount, invoice, invoice)).answer);
  }
  static rules::CodeNumber code_of(const json& bought) {
    return static_cast<rules::CodeNumber>(std::stoul(bought.at("code").get<std::string>()));
  }
  template <typename What>
  handlers::Request request(What what) {
    const std::string key = std::to_string(++count_);
    return {.key = hash_of("till " + key),
            .fingerprint = hash_of(key),
            .received_at = kNoon,
            .what = TillOrder{{1, 12, "till-12"}, std::move(what)}};
  }
  handlers::Request refund(const std::string& invoice, std::optional<rules::Amount> amount,
                           const std::string& note) {
    return request(
        TillRefund{.invoice = invoice, .amount = amount, .credit_note = note, .reference = hash_of(note)});
  }
  template <typename What>
  json order(Shop& shop, What what, int status) {
    return ask(shop, request(std::move(what)), status);
  }
  json ask(Shop& shop, handlers::Request made, int status) {
    const Result result = shop.ask(std::move(made));
    EXPECT_EQ(result.status, status) << result.answer;
    return json::parse(result.answer, nullptr, false);
  }

  TestDatabase database{"refunds"};
  int count_ = 0;
};

TEST_F(MysqlRefunds, take_back_and_give_back_in_one_commit) {
  Shop shop(database, 1);
  const auto first = buy(shop, 4'000'000, "A-1");  // 200,000
  order(shop, TillRedemption{code_of(first), "B-1", 1'000'000}, 201);
  const auto second = buy(shop, 1'000'000, "B-1");
  EXPECT_EQ(second["by_credit"], 200'000);
  EXPECT_EQ(second["credit"], 40'000);
  const json part = ask(shop, refund("B-1", 250'000, "C-1"), 201);
  EXPECT_EQ(part["returned"], 50'000);
  EXPECT_EQ(part["clawed_back"], 10'000);
  EXPECT_EQ(part["pay_out"], 200'000);
  database.expect_clean_ledger();
  EXPECT_EQ(ask(shop, refund("B-1", 250'000, "C-1"), 200)["duplicate"], true);
  const json rest = order(
      shop, TillRefund{.purchase = std::stoull(second["id"].get<std::string>()), .reference = hash_of("C-2")},
      201);
  EXPECT_EQ(rest["amount"], 750'000);
  EXPECT_EQ(database.query("SELECT amount, refunded, by_credit, earned FROM purchase WHERE invoice = 'B-1'"),
            "1000000\t1000000\t200000\t40000\n");
  EXPECT_EQ(database.query("SELECT remaining, state FROM lot JOIN code USING (lot_id) ORDER BY lot_id"),
            "200000\t1\n0\t4\n");
  EXPECT_EQ(database.number("SELECT returned FROM redemption"), 200'000);
  EXPECT_EQ(database.number("SELECT balance FROM member"), 200'000);
  database.expect_clean_ledger();
}

// In sum the club's books are right: only who it was taken from is not.
TEST_F(MysqlRefunds, that_are_booked_for_another_than_their_buyer_are_found_by_the_audit) {
  Shop shop(database, 1, 200, with_debt());
  buy(shop, 4'000'000, "A-1");
  shop.ask(purchase_of(kOtherShopper, 4'000'000, "B-1", "B-1"));
  ask(shop, refund("A-1", 1'000'000, "C-1"), 201);
  shop.advance(1s);
  ask(shop, refund("B-1", 3'000'000, "C-2"), 201);
  database.expect_clean_ledger();
  const std::string right = "SELECT clawed_back FROM refund ORDER BY refund_id";
  EXPECT_EQ(database.query(right), "50000\n150000\n");
  database.query("UPDATE refund SET clawed_back = 200000 - clawed_back");
  const auto audit = store::audit_ledger(database.connection);
  EXPECT_THAT(audit.problems, testing::Contains(HasSubstr("her ledger entries say 50000 and 0")));
  EXPECT_THAT(audit.problems, testing::Contains(HasSubstr("her ledger entries say 150000 and 0")));
}

TEST_F(MysqlRefunds, return_the_credit_that_paid_without_an_invoice_and_void_does_not) {
  Shop shop(database, 1);
  const std::string code = std::to_string(code_of(buy(shop, 4'000'000, "A-1")));  // 200,000
  shop.ask(text_from(kVanakCashier, code + " 1000000 4321", "1"));
  const json bought = buy(shop, 1'000'000, "B-1");
  EXPECT_EQ(bought["by_credit"], 200'000);
  EXPECT_EQ(database.number("SELECT purchase_id FROM redemption"),
            std::stoll(bought["id"].get<std::string>()));
  database.expect_clean_ledger();
  shop.ask(text_from(kVanakCashier, "VOID " + code + " 4321", "2"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption_void"), 0);
  EXPECT_EQ(buy(shop, 1'000'000, "B-2")["by_credit"], 0);
  const json refunded = ask(shop, refund("B-1", {}, "C-1"), 201);
  EXPECT_EQ(refunded["returned"], 200'000);
  EXPECT_EQ(refunded["pay_out"], 800'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, of_a_number_that_comes_round_again_lock_and_return_nothing_of_old_owners) {
  Shop shop(database, 1);
  const std::string code = std::to_string(code_of(buy(shop, 4'000'000, "A-1")));
  shop.ask(text_from(kVanakCashier, code + " 850000 17 4321", "1"));
  shop.advance(std::chrono::hours{24 * 4});
  const json bought = json::parse(shop.ask(purchase_of(kOtherShopper, 850'000, "17", "17")).answer);
  EXPECT_EQ(bought["by_credit"], 0);
  const json refunded = ask(shop, refund("17", {}, "C-1"), 201);
  EXPECT_EQ(refunded["returned"], 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, that_waited_tell_the_buyer_of_her_other_credit) {
  Shop shop(database, 1);
  buy(shop, 4'000'000, "A-1");
  ask(shop, refund("A-2", 1'000'000, "C-1"), 202);
  buy(shop, 4'000'000, "A-2");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE text LIKE '%350,000%' OR text LIKE '%350٬000%'"
                            " OR text LIKE '%۳۵۰٬۰۰۰%'"),
            1);
}

TEST_F(MysqlRefunds, owe_what_is_spent_and_a_later_purchase_settles_it) {
  Shop shop(database, 1, 200, with_debt());
  const auto bought = buy(shop, 4'000'000, "A-1");
  order(shop, TillRedemption{code_of(bought), "B-1", 150'000}, 201);
  EXPECT_EQ(ask(shop, refund("A-1", {}, "C-1"), 201)["owed"], 150'000);
  EXPECT_EQ(database.query("SELECT balance, debt FROM member"), "0\t150000\n");
  database.expect_clean_ledger();
  EXPECT_EQ(buy(shop, 2'000'000, "A-2")["settled"], 100'000);
  EXPECT_EQ(database.query("SELECT balance, debt FROM member"), "0\t50000\n");
  database.expect_clean_ledger();
  EXPECT_EQ(buy(shop, 2'000'000, "A-3")["settled"], 50'000);
  EXPECT_EQ(database.query("SELECT balance, debt FROM member"), "50000\t0\n");
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, before_their_purchase_wait_for_it) {
  Shop shop(database, 1);
  ask(shop, refund("A-1", 1'000'000, "C-1"), 202);
  EXPECT_EQ(database.query("SELECT state, purchase_id FROM refund"), "2\t0\n");
  EXPECT_EQ(buy(shop, 4'000'000, "A-1")["credit"], 150'000);
  EXPECT_EQ(database.query("SELECT state, amount, purchase_id > 0 FROM refund"), "1\t1000000\t1\n");
  EXPECT_EQ(ask(shop, refund("A-1", 1'000'000, "C-1"), 200)["state"], "applied");
  EXPECT_EQ(ask(shop, refund("A-1", {}, "C-2"), 201)["clawed_back"], 150'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, ask_nothing_back_of_what_the_sweep_took) {
  Shop shop(database, 1);
  buy(shop, 4'000'000, "A-1");
  database.query(
      "UPDATE lot SET expires_at = '2026-11-21 11:00:00'; UPDATE lot_due SET expires_at ="
      " '2026-11-21 11:00:00'");
  store::SystemChance chance;
  store::expire_due(database.connection, chance, kNoon, 10);
  database.connection.commit();
  const json refunded = ask(shop, refund("A-1", {}, "C-1"), 201);
  EXPECT_EQ(refunded["clawed_back"], 0);
  EXPECT_EQ(refunded["withheld"], 0);
  EXPECT_EQ(database.number("SELECT lapsed FROM refund"), 200'000);
  database.expect_clean_ledger();
}

// What is about one bill, from two connections at the same moment: whichever comes second decides in the
// light of the first, whoever's rows they lock.
TEST_F(MysqlRefunds, two_parts_of_a_strangers_purchase_are_never_more_than_it) {
  handlers::Club club = stored_club();
  club.policy.join_on_purchase = false;
  Shop shop(database, 2, 200, club);
  for (int round = 0; round < 40; ++round) {
    const std::string r = std::to_string(round);
    shop.ask(purchase_of(kOtherShopper, 1'000, "P" + r, "P" + r));
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 2; ++i)
      requests.emplace_back(i, refund("P" + r, 600, "N" + r + "-" + std::to_string(i)));
    int paid = 0;
    for (const Result& result : shop.ask_all(std::move(requests))) paid += result.status == 201 ? 1 : 0;
    ASSERT_EQ(paid, 1) << "round " << round;
  }
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, two_codes_together_pay_no_more_of_an_invoice_than_the_club_allows) {
  handlers::Club half = stored_club();
  half.policy.credit_share_max = 5'000;
  Shop shop(database, 2, 200, half);
  const auto mine = code_of(buy(shop, 80'000'000, "A-1"));
  const auto hers =
      code_of(json::parse(shop.ask(purchase_of(kOtherShopper, 80'000'000, "A-2", "A-2")).answer));
  for (int round = 0; round < 40; ++round) {
    const std::string r = std::to_string(round);
    shop.ask_all({{0, request(TillRedemption{mine, "P" + r, 100'000})},
                  {1, request(TillRedemption{hers, "P" + r, 100'000})}});
    ASSERT_EQ(database.number("SELECT SUM(used) FROM redemption WHERE invoice = 'P" + r + "'"), 50'000);
  }
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, a_purchase_earns_on_nothing_that_a_code_pays_at_the_same_moment) {
  Shop shop(database, 2);
  const auto code = code_of(buy(shop, 80'000'000, "A-1"));
  for (int round = 0; round < 40; ++round) {
    const std::string r = std::to_string(round);
    shop.ask_all({{0, request(TillRedemption{code, "P" + r, 50'000})},
                  {1, purchase_of(kOtherShopper, 50'000, "P" + r, "P" + r)}});
    ASSERT_EQ(database.number("SELECT COALESCE(SUM(used), 0) FROM redemption WHERE invoice = 'P" + r + "'"),
              database.number("SELECT by_credit FROM purchase WHERE invoice = 'P" + r + "'"));
  }
  database.expect_clean_ledger();
}

TEST_F(MysqlRefunds, one_with_its_purchase_is_never_left_waiting_for_it) {
  Shop shop(database, 2);
  for (int round = 0; round < 40; ++round) {
    const std::string r = std::to_string(round);
    shop.ask_all(
        {{0, refund("P" + r, 100'000, "N" + r)}, {1, purchase_of(kShopper, 400'000, "P" + r, "P" + r)}});
    ASSERT_EQ(database.number("SELECT refunded FROM purchase WHERE invoice = 'P" + r + "'"), 100'000);
  }
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM refund WHERE state <> 1"), 0);
  database.expect_clean_ledger();
}

// Refunds in parts, redemptions and voids of one member's credit, all at once: as if one came after the
// other.
TEST_F(MysqlRefunds, many_at_once_come_to_the_whole_and_the_books_are_right) {
  Shop shop(database, 4, 200, with_debt());
  for (int round = 0; round < 4; ++round) {
    const std::string r = std::to_string(round);
    const auto code = code_of(buy(shop, 10'000'000, "R" + r));
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 10; ++i) {
      const std::string one = r + "-" + std::to_string(i);
      requests.emplace_back(i, refund("R" + r, 1'000'000, "N" + one));
      requests.emplace_back(i + 1,
                            refund("R" + r, 1'000'000, "N" + one));  // the same, under another webhook-id
      requests.emplace_back(i + 2, request(TillRedemption{code, "S" + one, 100'000}));
      requests.emplace_back(i + 3, purchase_of(kShopper, 100'000, "S" + one, "S" + one));
    }
    int fresh = 0;
    for (const Result& result : shop.ask_all(std::move(requests))) {
      ASSERT_EQ(result.verdict, Verdict::done);
      fresh += result.status == 201 && result.answer.find("pay_out") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(fresh, 10);
    EXPECT_EQ(database.number("SELECT refunded FROM purchase WHERE invoice = 'R" + r + "'"), 10'000'000);
    database.expect_clean_ledger();
  }
}

TEST_F(MysqlRefunds, the_audit_names_a_refund_that_does_not_add_up) {
  Shop shop(database, 1);
  const auto first = buy(shop, 4'000'000, "A-1");
  order(shop, TillRedemption{code_of(first), "B-1", 1'000'000}, 201);
  buy(shop, 1'000'000, "B-1");
  ask(shop, refund("B-1", {}, "C-1"), 201);
  const auto spoil = [this](const std::string& sql) {
    database.query("SET foreign_key_checks = 0, check_constraint_checks = 0; " + sql);
    return testing::PrintToString(store::audit_ledger(database.connection).problems);
  };
  database.expect_clean_ledger();
  EXPECT_THAT(spoil("UPDATE redemption SET returned = returned - 1"), HasSubstr("its refunds say"));
  spoil("UPDATE redemption SET returned = returned + 1");
  EXPECT_THAT(spoil("UPDATE refund_return SET amount = amount + 1"), HasSubstr("says otherwise"));
  spoil("UPDATE refund_return SET amount = amount - 1");
  EXPECT_THAT(spoil("UPDATE purchase SET refunded = refunded - 1 WHERE invoice = 'B-1'"),
              HasSubstr("its refunds come to"));
  spoil("UPDATE purchase SET refunded = refunded + 1 WHERE invoice = 'B-1'");
  EXPECT_THAT(spoil("UPDATE member SET debt = 1"), HasSubstr("has debt 1"));
}

}  // namespace
}  // namespace peyk::tests::mysql_refunds_test
