// The sweep on a real database: it may come twice, late, or while cashiers are at work, and only the books
// show it. And the numbers of codes, which rest from the end of their code.
#include <gmock/gmock.h>

#include <thread>

#include "store/mysql/codes.hpp"
#include "store/mysql/expiry.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_expiry_test {
namespace {

using namespace std::chrono_literals;
using store::Expired;
using testing::HasSubstr;
using Requests = std::vector<std::pair<std::uint64_t, handlers::Request>>;

// The sample club's credit lasts 30 days, to midnight in Tehran.
constexpr auto kPastExpiry = 24h * 32;

class MysqlExpiry : public testing::Test {
 protected:
  Expired sweep(rules::Instant now, std::uint32_t lots_max = 100) {
    Expired expired = store::expire_due(database.connection, chance, now, lots_max);
    database.connection.commit();
    return expired;
  }
  std::string code(int nth) {
    return database.query("SELECT number FROM code ORDER BY code_id LIMIT " + std::to_string(nth) + ", 1")
        .substr(0, 7);
  }
  static std::string told(const store::Result& result, handlers::PhoneNumber phone) {
    for (const auto& text : result.texts) {
      if (text.to == phone) return text.text;
    }
    return "";
  }
  std::string balances() { return database.query("SELECT balance FROM member ORDER BY member_id"); }

  TestDatabase database{"expiry"};
  store::SystemChance chance;
};

TEST_F(MysqlExpiry, takes_what_is_left_once_by_an_entry_and_ends_the_code) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kOtherShopper, 2'000'000, "A-2", "2"));
  shop.ask(text_from(kVanakCashier, code(0) + " 150000 4321", "1"));  // 50,000 stay
  const rules::Instant end = kNoon + kPastExpiry;
  const rules::Instant midnight = kNoon + 24h * 30 + 8h + 30min;  // 0:00 in Tehran

  EXPECT_EQ(sweep(midnight - 1us).looked_at, 0U) << "not a microsecond early";
  const Expired first = sweep(end);
  EXPECT_EQ(first.lots, 2U);
  EXPECT_EQ(first.amounts, (std::map<handlers::ClubId, rules::Amount>{{1, 150'000}}));
  EXPECT_EQ(first.behind, end - midnight);
  EXPECT_EQ(balances(), "0\n0\n");
  EXPECT_EQ(database.query("SELECT kind, amount FROM ledger_entry WHERE kind = 3 ORDER BY amount"),
            "3\t50000\n3\t100000\n");
  EXPECT_EQ(database.query("SELECT DISTINCT state FROM code"), "3\n");
  database.expect_clean_ledger();

  const std::string before = database.query("SELECT * FROM ledger_entry ORDER BY entry_id");
  EXPECT_EQ(sweep(end + 24h).looked_at, 0U);
  EXPECT_EQ(database.query("SELECT * FROM ledger_entry ORDER BY entry_id"), before);
}

TEST_F(MysqlExpiry, goes_on_set_by_set_and_leaves_what_was_spent) {
  Shop shop(database, 1);
  for (int i = 0; i < 7; ++i)
    shop.ask(purchase_of(kShopper + static_cast<handlers::PhoneNumber>(i % 3), 2'000'000,
                         "A-" + std::to_string(i), std::to_string(i)));
  shop.ask(text_from(kVanakCashier, code(0) + " 850000 4321", "1"));
  std::uint64_t lots = 0, looked_at = 0;
  for (int sets = 0; sets < 4; ++sets) {
    const Expired expired = sweep(kNoon + kPastExpiry, 3);
    EXPECT_LE(expired.looked_at, 3U);
    lots += expired.lots;
    looked_at += expired.looked_at;
    database.expect_clean_ledger();
  }
  EXPECT_EQ(looked_at, 7U);
  EXPECT_EQ(lots, 6U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM lot_due"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM code WHERE state = 2"), 1) << "what was spent was spent";
}

TEST_F(MysqlExpiry, passes_over_who_is_being_served_and_comes_back) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kOtherShopper, 2'000'000, "A-2", "2"));
  store::Connection other(database.options());
  other.open();
  ASSERT_TRUE(other.prepare("SELECT 1 FROM member WHERE club_id = 1 AND phone = ? FOR UPDATE")
                  .add(kShopper)
                  .query()
                  .next());
  EXPECT_EQ(sweep(kNoon + kPastExpiry).lots, 1U) << "without waiting for her";
  other.rollback();
  EXPECT_EQ(sweep(kNoon + kPastExpiry).lots, 1U);
  EXPECT_EQ(balances(), "0\n0\n");
  database.expect_clean_ledger();
}

TEST_F(MysqlExpiry, changes_no_answer) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kOtherShopper, 2'000'000, "A-2", "2"));
  shop.ask(text_from(kVanakCashier, code(1) + " 850000 4321", "1"));
  shop.advance(kPastExpiry);
  const auto answers = [&](const std::string& key) {
    std::string all;
    for (const std::string& text : {code(0), code(1), code(0) + " 850000 4321", code(1) + " 850000 4321"})
      all += told(shop.ask(text_from(kVanakCashier, text, key + text)), kVanakCashier) + "\n";
    for (const char* text : {"CREDIT", "CODES"})
      all += told(shop.ask(text_from(kShopper, text, key + text)), kShopper) + "\n";
    return all + told(shop.ask(text_from(kShopper, code(0), key)), kShopper);
  };
  const std::string before = answers("before");
  EXPECT_EQ(sweep(kNoon + kPastExpiry).lots, 1U);
  EXPECT_EQ(answers("after"), before);
  EXPECT_THAT(before, HasSubstr("ended on"));
}

// Twenty cashiers at the last moment, and two gateways that sweep: each rial is either spent or lapsed.
TEST_F(MysqlExpiry, racing_redemptions_of_the_same_lots_leaves_clean_books) {
  Shop shop(database, 4, 3);
  constexpr int kMembers = 20;
  for (int i = 0; i < kMembers; ++i)
    shop.ask(purchase_of(kShopper + static_cast<handlers::PhoneNumber>(i), 4'000'000,
                         "A-" + std::to_string(i), std::to_string(i)));
  std::vector<std::string> numbers;
  for (int i = 0; i < kMembers; ++i) numbers.push_back(code(i));
  std::atomic<bool> done{false};
  std::vector<std::thread> sweepers;
  for (int i = 0; i < 2; ++i) {
    sweepers.emplace_back([&] {
      store::Connection connection(database.options());
      connection.open();
      store::SystemChance ids;
      while (!done) {
        try {
          store::expire_due(connection, ids, kNoon + kPastExpiry, 5);
          connection.commit();
        } catch (const store::SqlError& e) {
          EXPECT_EQ(e.kind(), store::SqlError::Kind::conflict) << e.what();
          connection.rollback();
        }
      }
    });
  }
  Requests requests;
  for (std::uint64_t i = 0; i < kMembers; ++i)
    requests.emplace_back(i, text_from(kVanakCashier, numbers[i] + " 150000 4321", std::to_string(i)));
  int taken = 0, ended = 0;
  for (const store::Result& result : shop.ask_all(std::move(requests))) {
    const std::string text = told(result, kVanakCashier);
    taken += text.find("Collect") != std::string::npos ? 1 : 0;
    ended += text.find("ended on") != std::string::npos ? 1 : 0;
  }
  done = true;
  for (std::thread& sweeper : sweepers) sweeper.join();
  while (sweep(kNoon + kPastExpiry).looked_at > 0) {
  }
  EXPECT_EQ(taken + ended, kMembers) << "the others are told that it is over, nothing else";
  EXPECT_EQ(database.number("SELECT SUM(balance) FROM member"), 0);
  EXPECT_EQ(database.number("SELECT SUM(amount) FROM ledger_entry WHERE kind IN (2, 3)"), kMembers * 200'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlExpiry, frees_a_number_ninety_days_after_its_code_ended_and_not_after_its_lot) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kShopper, 4'000'000, "A-2", "2"));
  shop.ask(text_from(kVanakCashier, code(0) + " 850000 4321", "1"));
  const auto free_at = [this](rules::Instant now) {
    const auto freed = store::free_codes(database.connection, now, 100);
    database.connection.commit();
    return freed;
  };
  sweep(kNoon + kPastExpiry + 24h * 10);  // late, which makes no number rest longer
  EXPECT_EQ(free_at(kNoon + 24h * 90 - 1us), 0U);
  EXPECT_EQ(free_at(kNoon + 24h * 90), 1U) << "the one that was taken at noon";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM code WHERE reserved_number IS NULL AND state = 2"), 1);
  const rules::Instant midnight = kNoon + 24h * 30 + 8h + 30min;
  EXPECT_EQ(free_at(midnight + 24h * 90 - 1us), 0U);
  EXPECT_EQ(free_at(midnight + 24h * 90), 1U) << "the one that expired";
  EXPECT_EQ(free_at(midnight + 24h * 900), 0U);
  database.expect_clean_ledger();
}

TEST_F(MysqlExpiry, frees_no_number_of_a_code_that_lives_again_or_ended_again_since) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kShopper, 4'000'000, "A-2", "2"));
  for (int i = 0; i < 2; ++i) shop.ask(text_from(kVanakCashier, code(i) + " 850000 4321", std::to_string(i)));
  // Both undone an hour later; the second one taken again after that.
  database.query("UPDATE code SET state = 1 ORDER BY code_id LIMIT 1");
  database.query("UPDATE code SET ended_at = ended_at + INTERVAL 2 HOUR ORDER BY code_id DESC LIMIT 1");
  EXPECT_EQ(store::free_codes(database.connection, kNoon + 24h * 90, 100), 2U);
  database.connection.commit();
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM code WHERE reserved_number IS NULL"), 0);
}

}  // namespace
}  // namespace peyk::tests::mysql_expiry_test
