// Requests through the workers, against a real database: what is done, done once, and told the same again.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "store/mysql/lookup.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_requests_test {
namespace {

using namespace std::chrono_literals;
using handlers::PhoneNumber;
using store::Result;
using testing::HasSubstr;
using Verdict = store::Result::Verdict;
using Requests = std::vector<std::pair<std::uint64_t, handlers::Request>>;

// What the result says to a phone; "" if nothing.
std::string told(const Result& result, PhoneNumber phone) {
  for (const auto& text : result.texts) {
    if (text.to == phone) return text.text;
  }
  return "";
}

std::string code_of(const Result& purchase) {
  return nlohmann::json::parse(purchase.answer).at("code");
}

class Mysql : public testing::Test {
 protected:
  TestDatabase database{"requests"};
};
using MysqlRequests = Mysql;

TEST_F(MysqlRequests, the_story_join_buy_ask_redeem) {
  Shop shop(database);
  const Result joined = shop.ask(text_from(kShopper, "JOIN", "1"));
  EXPECT_EQ(joined.verdict, Verdict::done);
  EXPECT_TRUE(joined.changed);
  EXPECT_THAT(told(joined, kShopper), HasSubstr("Welcome to the Bread and Salt club"));

  const Result bought = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  EXPECT_EQ(bought.status, 200);
  const std::string code = code_of(bought);
  EXPECT_EQ(nlohmann::json::parse(bought.answer).at("credit"), 200'000);
  EXPECT_THAT(told(bought, kShopper), HasSubstr("Code: " + code));

  const Result asked = shop.ask(text_from(kShopper, "credit", "2"));
  EXPECT_FALSE(asked.changed);
  EXPECT_THAT(told(asked, kShopper), AllOf(HasSubstr("200,000"), HasSubstr(code)));

  const Result taken = shop.ask(text_from(kVanakCashier, code + " 850000 4321", "3"));
  EXPECT_THAT(told(taken, kVanakCashier), AllOf(HasSubstr("taken"), HasSubstr("650,000")));
  EXPECT_THAT(told(taken, kShopper), HasSubstr("200,000"));

  const auto found = store::find_member(database.connection, "", kShopper, kNoon);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].member.balance, 0);
  ASSERT_EQ(found[0].codes.size(), 1U);
  EXPECT_EQ(found[0].codes[0].state, "redeemed");
  ASSERT_EQ(found[0].redemptions.size(), 1U);
  EXPECT_EQ(found[0].redemptions[0].used, 200'000);
  EXPECT_EQ(found[0].messages.size(), 4U);
  EXPECT_EQ(found[0].messages[0].state, "queued");
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, the_same_text_again_is_done_once_and_told_so) {
  Shop shop(database);
  EXPECT_EQ(shop.ask(text_from(kShopper, "JOIN", "1")).verdict, Verdict::done);
  const Result again = shop.ask(text_from(kShopper, "JOIN", "1"));
  EXPECT_EQ(again.verdict, Verdict::repeated);
  EXPECT_TRUE(again.texts.empty());
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member"), 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 1);
}

// A small batch takes its requests for new before it has looked.
TEST_F(MysqlRequests, a_repeat_among_new_ones_is_told_apart_and_they_are_done_once) {
  Shop shop(database, 1);
  const Result first = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  const auto results = shop.ask_all({{0, text_from(kOtherShopper, "JOIN", "2")},
                                     {0, purchase_of(kShopper, 4'000'000, "A-1", "1")},
                                     {0, purchase_of(kShopper, 3'000'000, "A-2", "3")}});
  EXPECT_EQ(results[0].verdict, Verdict::done);
  EXPECT_EQ(results[1].verdict, Verdict::repeated);
  EXPECT_EQ(results[1].answer, first.answer);
  EXPECT_EQ(results[2].verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 2);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM inbox"), 3);
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, one_that_comes_alone_asks_the_server_twice) {
  Shop shop(database, 1);
  // Over one connection, whose end is no question of anybody's at some later moment.
  const auto asked = [this] {
    store::Rows rows = database.connection
                           .prepare(
                               "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.GLOBAL_STATUS"
                               " WHERE VARIABLE_NAME = 'QUESTIONS'")
                           .query();
    return rows.next() ? rows.i64() : -1;
  };
  shop.ask(text_from(kShopper, "JOIN", "1"));  // which also prepares what it says
  asked();                                     // likewise
  const std::int64_t before = asked();
  const std::int64_t by_asking = asked() - before;
  shop.ask(text_from(kOtherShopper, "JOIN", "2"));
  EXPECT_EQ(asked() - before - 2 * by_asking, 2) << "who she is; and all that is written, with its COMMIT";
}

TEST_F(MysqlRequests, a_repeat_that_could_not_be_decided_any_more_is_still_a_repeat) {
  Shop shop(database);
  EXPECT_EQ(shop.ask(text_from(kShopper, "JOIN", "1")).verdict, Verdict::done);
  shop.refuse_to_say(handlers::Lane::reply);
  EXPECT_EQ(shop.ask(text_from(kOtherShopper, "JOIN", "2")).verdict, Verdict::failed);
  EXPECT_EQ(shop.ask(text_from(kShopper, "JOIN", "1")).verdict, Verdict::repeated);
}

TEST_F(MysqlRequests, a_key_is_forgotten_after_its_time_and_claimed_anew) {
  Shop shop(database);
  shop.ask(text_from(kShopper, "HELP", "1"));
  shop.advance(299s);
  EXPECT_EQ(shop.ask(text_from(kShopper, "HELP", "1")).verdict, Verdict::repeated);
  shop.advance(1s);
  EXPECT_EQ(shop.ask(text_from(kShopper, "HELP", "1")).verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT generation FROM inbox"), 2);
}

TEST_F(MysqlRequests, a_text_typed_again_after_its_answer_is_a_new_one) {
  Shop shop(database);
  handlers::Request help = text_from(kShopper, "HELP", "1");
  EXPECT_EQ(shop.ask(help).verdict, Verdict::done);
  help.answered_before = true;
  EXPECT_EQ(shop.ask(help).verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT generation FROM inbox"), 2);
}

TEST_F(MysqlRequests, a_webhook_again_gets_the_same_answer_and_other_content_is_refused) {
  Shop shop(database);
  const Result first = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  const Result again = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  EXPECT_EQ(again.verdict, Verdict::repeated);
  EXPECT_EQ(again.answer, first.answer);
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 5'000'000, "A-1", "1")).verdict, Verdict::different_content);
  shop.advance(1'000h);
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1")).verdict, Verdict::repeated);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 1);
}

TEST_F(MysqlRequests, an_invoice_under_another_key_earns_nothing_more) {
  Shop shop(database, 4);
  Requests requests;
  for (std::uint64_t i = 0; i < 12; ++i) {
    requests.emplace_back(i, purchase_of(kShopper, 4'000'000, "A-1", std::to_string(i)));
  }
  int first = 0;
  std::set<std::string> codes;
  for (const Result& result : shop.ask_all(std::move(requests))) {
    ASSERT_EQ(result.status, 200);
    const auto answer = nlohmann::json::parse(result.answer);
    first += answer.at("duplicate").get<bool>() ? 0 : 1;
    codes.insert(answer.at("code").get<std::string>());
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(codes.size(), 1U);
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 5'000'000, "A-1", "other")).status, 422);
  EXPECT_EQ(database.number("SELECT SUM(amount) FROM ledger_entry"), 200'000);
  database.expect_clean_ledger();
}

// Two cashiers, both over and over, spread over all workers: each sends her text twenty times, some of them
// with the same key (a carrier's redelivery), some with another (typed again).
TEST_F(MysqlRequests, one_code_and_forty_attempts_at_the_same_moment_are_one_redemption) {
  Shop shop(database, 4, 3);
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1")));
  Requests requests;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::string key = std::to_string(i / 2);
    requests.emplace_back(i, text_from(kVanakCashier, code + " 850000 4321", "vanak " + key));
    requests.emplace_back(i + 1, text_from(kTajrishCashier, code + " 850000 9876", "tajrish " + key));
  }
  std::map<PhoneNumber, int> taken;
  int refused = 0, member_told = 0;
  for (const Result& result : shop.ask_all(std::move(requests))) {
    EXPECT_NE(result.verdict, Verdict::failed);
    for (const auto& text : result.texts) {
      if (text.text.find("taken.\nCollect") != text.text.npos) ++taken[text.to];
      if (text.text.find("already used") != text.text.npos) ++refused;
      if (text.to == kShopper) ++member_told;
    }
  }
  EXPECT_EQ(taken.size(), 1U) << "both cashiers were told to collect";
  EXPECT_EQ(member_told, 1);
  EXPECT_EQ(refused, 10) << "each of the other's ten texts, once";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), 1);
  EXPECT_EQ(database.number("SELECT balance FROM member"), 0);
  EXPECT_EQ(database.number("SELECT state FROM code"), 2);
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, a_partial_redemption_typed_again_later_is_told_again_whatever_ids_the_workers_had) {
  Shop shop(database, 2);
  shop.ask(text_from(kOtherShopper, "HELP", "1"), 0);  // worker 0 takes its ids first
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 40'000'000, "A-1", "1"), 1));
  shop.ask(text_from(kTajrishCashier, code + " 300000 9876", "1"), 1);
  const Result taken = shop.ask(text_from(kVanakCashier, code + " 500000 4321", "2"), 0);
  EXPECT_THAT(told(taken, kVanakCashier), HasSubstr("Left on the code: 1,200,000"));

  shop.advance(5min);
  const Result again = shop.ask(text_from(kVanakCashier, code + " 500000 4321", "3"), 0);
  EXPECT_EQ(told(again, kVanakCashier), told(taken, kVanakCashier));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), 2);

  shop.advance(5min);
  const Result next = shop.ask(text_from(kVanakCashier, code + " 500000 4321", "4"), 0);
  EXPECT_THAT(told(next, kVanakCashier), HasSubstr("Left on the code: 700,000")) << "after the repeat window";
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, a_request_that_breaks_fails_alone) {
  Shop shop(database, 1);
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "0")));
  Requests requests;
  for (int i = 0; i < 10; ++i) {
    const auto phone = kOtherShopper + static_cast<PhoneNumber>(i);
    requests.emplace_back(0, text_from(phone, "JOIN", std::to_string(i)));
  }
  // One breaks while it is decided, one only when MySQL sees its 70 characters.
  requests.emplace_back(0, text_from(kVanakCashier, code + " 850000 666666", "breaks"));
  requests.emplace_back(0, purchase_of(kShopper, 1'000'000, std::string(70, 'x'), "too long"));
  requests.emplace_back(0, purchase_of(kShopper, 1'000'000, "A-2", "good"));
  const auto results = shop.ask_all(std::move(requests));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].verdict, Verdict::done) << i;
  EXPECT_EQ(results[10].verdict, Verdict::failed);
  EXPECT_EQ(results[11].verdict, Verdict::failed);
  EXPECT_EQ(results[11].status, 500);
  EXPECT_EQ(results[12].verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member"), 11);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 2);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM inbox"), 12) << "what failed may be tried again";
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, of_what_cannot_be_said_nothing_is_done_and_its_neighbours_are) {
  Shop shop(database, 1);
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 40'000'000, "A-1", "0")));
  shop.refuse_to_say(handlers::Lane::notice);
  Requests requests;
  requests.emplace_back(0, text_from(kOtherShopper, "JOIN", "before"));
  // Each tells somebody by a notice after it has changed something.
  requests.emplace_back(0, text_from(kVanakCashier, code + " 850000 4321", "redeems"));
  requests.emplace_back(0, purchase_of(kOtherShopper, 4'000'000, "A-2", "earns"));
  requests.emplace_back(0, text_from(kTajrishCashier, code, "asks"));
  requests.emplace_back(0, text_from(kOtherShopper, "LEAVE", "after"));
  const auto results = shop.ask_all(std::move(requests));
  EXPECT_EQ(results[0].verdict, Verdict::done);
  EXPECT_EQ(results[1].verdict, Verdict::failed);
  EXPECT_EQ(results[2].verdict, Verdict::failed);
  EXPECT_THAT(told(results[3], kTajrishCashier), HasSubstr("2,000,000")) << "nothing of it was taken";
  EXPECT_EQ(results[4].verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM ledger_entry"), 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 1);
  EXPECT_EQ(database.number("SELECT remaining FROM lot"), 2'000'000);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM inbox"), 4) << "what failed may be tried again";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 4);
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, a_club_without_a_free_code_is_busy_and_starves_nobody) {
  Shop shop(database, 1);
  shop.draw(2'345'678);
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "0")));
  Requests requests;
  requests.emplace_back(0, purchase_of(kShopper, 4'000'000, "A-2", "1"));
  requests.emplace_back(0, purchase_of(kShopper, 4'000'000, "A-3", "2"));
  requests.emplace_back(0, text_from(kVanakCashier, code, "asks"));
  const auto results = shop.ask_all(std::move(requests));
  for (int i : {0, 1}) {
    EXPECT_EQ(results[static_cast<std::size_t>(i)].verdict, Verdict::busy);
    EXPECT_EQ(results[static_cast<std::size_t>(i)].status, 503);
  }
  EXPECT_THAT(told(results[2], kVanakCashier), HasSubstr("200,000"));
  EXPECT_EQ(shop.logged("codes_used_up"), 1) << "once a minute, not once a purchase";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 1);

  shop.draw(0);
  const Result again = shop.ask(purchase_of(kShopper, 4'000'000, "A-2", "1"));
  EXPECT_EQ(again.verdict, Verdict::done) << "the same request, sent again, may be done";
  EXPECT_NE(code_of(again), code);
}

TEST_F(MysqlRequests, a_long_invoice_of_persian_letters_is_cut_between_letters) {
  Shop shop(database);
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "0")));
  std::string invoice = "a";
  for (int i = 0; i < 50; ++i) invoice += "ف";
  const Result taken = shop.ask(text_from(kVanakCashier, code + " 850000 " + invoice + " 4321", "1"));
  EXPECT_THAT(told(taken, kVanakCashier), HasSubstr("taken"));
  EXPECT_EQ(database.number("SELECT CHAR_LENGTH(invoice) FROM redemption"), 32);
}

TEST_F(MysqlRequests, five_wrong_codes_lock_the_phone_even_when_they_come_at_once) {
  Shop shop(database, 4);
  const std::string code = code_of(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "0")));
  Requests requests;
  for (int i = 0; i < 20; ++i) {
    const std::string wrong = std::to_string(std::stoi(code) == 1'000'000 + i ? 2'000'000 : 1'000'000 + i);
    requests.emplace_back(static_cast<std::uint64_t>(i), text_from(kVanakCashier, wrong, std::to_string(i)));
  }
  int told_unknown = 0;
  for (const Result& result : shop.ask_all(std::move(requests))) {
    told_unknown += told(result, kVanakCashier).find("Too many") == std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(told_unknown, 5);
  const Result right = shop.ask(text_from(kVanakCashier, code, "right"));
  EXPECT_THAT(told(right, kVanakCashier), HasSubstr("Too many"));
  shop.advance(15min);
  EXPECT_THAT(told(shop.ask(text_from(kVanakCashier, code, "later")), kVanakCashier), HasSubstr("200,000"));
}

TEST_F(MysqlRequests, who_leaves_and_joins_again_in_one_batch_is_a_new_member) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(text_from(kShopper, "LEAVE", "1"));
  Requests requests;
  requests.emplace_back(0,
                        text_from(kShopper, database.query("SELECT number FROM pending").substr(0, 5), "2"));
  requests.emplace_back(0, text_from(kShopper, "JOIN", "3"));
  requests.emplace_back(0, purchase_of(kShopper, 2'000'000, "A-2", "2"));
  for (const Result& result : shop.ask_all(std::move(requests))) EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_EQ(database.query("SELECT phone IS NULL, balance FROM member ORDER BY member_id"),
            "1\t0\n0\t100000\n");
  EXPECT_EQ(database.query("SELECT state FROM code ORDER BY code_id"), "4\n1\n");
  database.expect_clean_ledger();
}

TEST_F(MysqlRequests, what_waits_is_taken_as_one_set_and_no_more_than_the_queue_holds) {
  Shop shop(database, 1, 50);
  Requests requests;
  for (PhoneNumber i = 0; i < 300; ++i)
    requests.emplace_back(0, text_from(kOtherShopper + i, "JOIN", std::to_string(i)));
  for (const Result& result : shop.ask_all(std::move(requests))) EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_GT(shop.largest_batch(), 1U);
  EXPECT_LE(shop.largest_batch(), 50U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member"), 300);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 300);
}

}  // namespace
}  // namespace peyk::tests::mysql_requests_test
