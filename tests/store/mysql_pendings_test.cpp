// One-time numbers against a real database: a row for a phone and a kind, a number that works once.
#include <gmock/gmock.h>

#include "store/mysql/pendings.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_pendings_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using store::Result;
using testing::HasSubstr;
using testing::IsEmpty;

Pending question() {
  return {.id = 77,
          .key = {1, kShopper, PendingKind::transfer},
          .number = 48213,
          .code = 1234567,
          .amount = rules::kAmountMax,
          .invoice = "F-17 «۱»",
          .other_phone = kOtherShopper,
          .asked_by = kVanakCashier,
          .branch = 12,
          .asked_at = kNoon,
          .until = kNoon + 2min,
          .misses = 2,
          .missed_at = kNoon + 1s};
}

class MysqlPendings : public testing::Test {
 protected:
  void save(const Pending& row) {
    store::save_pendings(database.connection, {{row.key, &row}});
    database.connection.commit();
  }
  std::vector<Pending> found() { return store::find_pendings(database.connection, {{1, kShopper}}); }

  TestDatabase database{"pendings"};
};

class Challenged : public MysqlPendings {
 protected:
  Challenged() : shop(database, 4, 8, with_challenge()) {
    const Result bought = shop.ask(purchase_of(kShopper, 40'000'000, "A-1", "a"));
    code = database.query("SELECT number FROM code");
    code.pop_back();
  }
  static Club with_challenge() {
    Club club = stored_club();
    club.policy.redeem_auth = CashierAuth::challenge;
    return club;
  }
  std::string say(const std::string& text) {
    return heard(shop.ask(text_from(kVanakCashier, text, std::to_string(++texts))), kVanakCashier);
  }
  std::string number() { return std::to_string(database.number("SELECT number FROM pending")); }

  Shop shop;
  std::string code;
  int texts = 0;
};

TEST_F(MysqlPendings, are_read_as_they_were_written_and_a_new_one_takes_the_place_of_the_old) {
  save(question());
  EXPECT_THAT(found(), testing::ElementsAre(question()));
  Pending other = question();
  other.id = 78;
  other.number = 10000;
  other.used = true;
  other.misses = 0;
  save(other);
  Pending pay = question();
  pay.key.kind = PendingKind::pay;
  save(pay);
  EXPECT_THAT(found(), testing::UnorderedElementsAre(other, pay));
  Facts facts;
  store::lock_pendings(database.connection, {.pendings = {{1, kOtherShopper}}, .replies = {{1, kShopper}}},
                       facts);
  EXPECT_EQ(facts.pendings({1, kShopper}).size(), 2U);
  EXPECT_THAT(facts.pendings({2, kShopper}), IsEmpty());
  EXPECT_THAT(facts.pendings({1, kOtherShopper}), IsEmpty());
}

TEST_F(MysqlPendings, are_forgotten_a_quarter_of_an_hour_after_their_time_so_many_at_once) {
  Pending row = question();
  save(row);
  row.key.kind = PendingKind::pay;
  save(row);
  EXPECT_EQ(store::forget_pendings(database.connection, row.until + store::kPendingsKept, 10), 0U);
  EXPECT_EQ(store::forget_pendings(database.connection, row.until + store::kPendingsKept + 1us, 1), 1U);
  EXPECT_EQ(store::forget_pendings(database.connection, row.until + store::kPendingsKept + 1us, 10), 1U);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Challenged, the_same_number_at_the_same_moment_takes_once) {
  for (int round = 0; round < 5; ++round) {
    const std::string asked = say(code + " 10" + std::to_string(round) + "000");
    EXPECT_THAT(asked, HasSubstr(number()));
    std::vector<std::pair<std::uint64_t, Request>> requests;
    for (std::uint64_t i = 0; i < 12; ++i)
      requests.emplace_back(i, text_from(kVanakCashier, number(), "n" + std::to_string(++texts)));
    int taken = 0, used = 0;
    for (const Result& result : shop.ask_all(std::move(requests))) {
      const std::string answer = heard(result, kVanakCashier);
      taken += answer.find("taken") != std::string::npos ? 1 : 0;
      used += answer.find("used already") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(used, 11);
    EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), round + 1);
  }
}

TEST_F(Challenged, parallel_guesses_are_all_counted) {
  say(code + " 150000");
  const std::string wrong = number() == "11111" ? "22222" : "11111";
  std::vector<std::pair<std::uint64_t, Request>> requests;
  for (std::uint64_t i = 0; i < 12; ++i)
    requests.emplace_back(i, text_from(kVanakCashier, wrong, "w" + std::to_string(i)));
  for (const Result& result : shop.ask_all(std::move(requests)))
    EXPECT_EQ(result.verdict, Result::Verdict::done);
  EXPECT_EQ(database.number("SELECT misses FROM pending"), 3);
  EXPECT_EQ(database.number("SELECT misses FROM cashier WHERE branch_no = 12"), 3);
  EXPECT_THAT(say(number()), HasSubstr("Too many wrong numbers"));
}

TEST_F(Challenged, a_number_guessed_in_the_batch_that_asks_for_it_waits_for_its_facts) {
  shop.draw(12345 - 10000);
  std::vector<std::pair<std::uint64_t, Request>> requests;
  requests.emplace_back(0, text_from(kVanakCashier, code + " 150000", "o"));
  requests.emplace_back(0, text_from(kVanakCashier, "12345", "n"));
  shop.ask_all(std::move(requests));
  EXPECT_LE(database.number("SELECT COUNT(*) FROM redemption"), 1);
  database.expect_clean_ledger();
}

TEST_F(Challenged, a_text_that_is_no_number_asks_nothing_of_the_table) {
  database.query("RENAME TABLE pending TO gone");
  EXPECT_THAT(say(code), HasSubstr("is good"));
  EXPECT_THAT(say("TODAY"), HasSubstr("Vanak"));
  EXPECT_THAT(heard(shop.ask(text_from(kShopper, "CREDIT", "c")), kShopper), HasSubstr("2,000,000"));
}

}  // namespace
}  // namespace peyk::tests::mysql_pendings_test
