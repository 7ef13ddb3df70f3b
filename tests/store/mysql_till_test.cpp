// Tills' orders against a real database: each record comes back as it was saved, and many at once leave one
// outcome.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_till_test {
namespace {

using namespace std::chrono_literals;
using handlers::TillCapture;
using handlers::TillCheck;
using handlers::TillHold;
using handlers::TillId;
using handlers::TillOrder;
using handlers::TillRedemption;
using handlers::TillRelease;
using handlers::TillVoid;
using nlohmann::json;
using store::Result;
using testing::HasSubstr;
using Verdict = store::Result::Verdict;

const TillId kTill{1, 12, "till-12"};

class MysqlTill : public testing::Test {
 protected:
  // A code of this much credit.
  rules::CodeNumber earn(Shop& shop, rules::Amount credit, const std::string& invoice) {
    const Result bought = shop.ask(purchase_of(kShopper, credit * 20, invoice, invoice));
    return static_cast<rules::CodeNumber>(
        std::stoul(json::parse(bought.answer).at("code").get<std::string>()));
  }

  template <typename What>
  handlers::Request request(What what, std::string key = {}) {
    if (key.empty()) key = std::to_string(++count_);
    return {.key = hash_of("till " + key),
            .fingerprint = hash_of(key),
            .received_at = kNoon,
            .what = TillOrder{kTill, std::move(what)}};
  }
  template <typename What>
  json order(Shop& shop, What what, int status) {
    const Result result = shop.ask(request(std::move(what)));
    EXPECT_EQ(result.status, status) << result.answer;
    return json::parse(result.answer, nullptr, false);
  }
  static std::uint64_t id_of(const json& answer) { return std::stoull(answer.at("id").get<std::string>()); }

  TestDatabase database{"tills"};
  int count_ = 0;
};

TEST_F(MysqlTill, a_redemption_and_its_void_come_back_by_their_number) {
  Shop shop(database, 1);
  const auto code = earn(shop, 200'000, "A-1");
  const json taken = order(shop, TillRedemption{code, "B-1", 850'000}, 201);
  EXPECT_EQ(taken["collect"], 650'000);
  EXPECT_EQ(database.query("SELECT cashier_phone, till_key, invoice, place FROM redemption"),
            "0\ttill-12\tB-1\t1\n");
  EXPECT_EQ(order(shop, TillRedemption{code, "B-1", 850'000}, 200)["duplicate"], true);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), 1);
  EXPECT_EQ(order(shop, TillVoid{id_of(taken)}, 200)["left"], 200'000);
  EXPECT_EQ(database.query("SELECT cashier_phone, till_key FROM redemption_void"), "0\ttill-12\n");
  EXPECT_EQ(order(shop, TillVoid{id_of(taken)}, 200)["duplicate"], true);
  EXPECT_EQ(database.query("SELECT state, remaining FROM code JOIN lot"), "1\t200000\n");
  order(shop, TillVoid{id_of(taken) + 100'000}, 404);
  database.expect_clean_ledger();
}

TEST_F(MysqlTill, a_hold_stands_in_its_lot_and_is_captured_once) {
  Shop shop(database, 1);
  const auto code = earn(shop, 200'000, "A-1");
  const json held = order(shop, TillHold{code, "B-1", 150'000, 300s}, 201);
  EXPECT_EQ(database.query("SELECT held, held_until, hold_id = " + std::to_string(id_of(held)) + " FROM lot"),
            "150000\t2026-11-21 12:05:00.000000\t1\n");
  order(shop, TillHold{code, "B-1", 150'000, 300s}, 200);
  order(shop, TillHold{code, "B-2", 150'000, 300s}, 409);
  EXPECT_EQ(order(shop, TillCheck{code}, 200)["available"], 50'000);
  EXPECT_EQ(order(shop, TillCapture{id_of(held), 120'000}, 201)["left"], 80'000);
  EXPECT_EQ(database.query("SELECT remaining, held, hold_id FROM lot"), "80000\t0\t0\n");
  EXPECT_EQ(database.query("SELECT state, redemption_id > 0 FROM code_hold"), "2\t1\n");
  EXPECT_EQ(order(shop, TillCapture{id_of(held), 120'000}, 200)["duplicate"], true);
  order(shop, TillCapture{id_of(held), 1}, 409);
  order(shop, TillRelease{id_of(held)}, 409);
  database.expect_clean_ledger();
}

TEST_F(MysqlTill, hold_capture_and_release_in_one_batch_see_one_another) {
  Shop shop(database, 1);
  const auto code = earn(shop, 200'000, "A-1");
  const auto other = earn(shop, 100'000, "A-2");
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  requests.emplace_back(0, request(TillHold{code, "B-1", 150'000, {}}));
  requests.emplace_back(0, request(TillHold{code, "B-2", 150'000, {}}));
  requests.emplace_back(0, request(TillRedemption{code, "B-3", 850'000}));
  requests.emplace_back(0, request(TillHold{other, "B-4", 150'000, {}}));
  const auto results = shop.ask_all(std::move(requests));
  EXPECT_EQ(results[0].status, 201);
  EXPECT_EQ(results[1].status, 409);
  EXPECT_EQ(json::parse(results[2].answer)["used"], 50'000) << results[2].answer;
  EXPECT_EQ(results[3].status, 201);
  order(shop, TillRelease{id_of(json::parse(results[3].answer))}, 200);
  shop.advance(120s);
  order(shop, TillCapture{id_of(json::parse(results[0].answer)), 1}, 409);
  EXPECT_EQ(database.query("SELECT state FROM code_hold ORDER BY hold_id"), "1\n3\n");
  database.expect_clean_ledger();
}

TEST_F(MysqlTill, wrong_codes_of_a_key_are_counted_though_they_come_at_once_and_survive_an_apply) {
  Shop shop(database, 4);
  const auto code = earn(shop, 200'000, "A-1");
  const rules::CodeNumber nobodys = code == 1'000'001 ? 1'000'002 : 1'000'001;
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (std::uint64_t i = 0; i < 20; ++i) requests.emplace_back(i, request(TillCheck{nobodys}));
  int misses = 0, locked = 0;
  for (const Result& result : shop.ask_all(std::move(requests))) {
    misses += result.status == 404 ? 1 : 0;
    locked += result.status == 429 ? 1 : 0;
  }
  EXPECT_EQ(misses, 5);
  EXPECT_EQ(locked, 15);
  store::save_club(database.connection, stored_club());
  order(shop, TillCheck{code}, 429);
  shop.advance(15min);
  order(shop, TillCheck{code}, 200);
}

// Cashiers by text and tills over HTTP want the same code at the same moment: however they interleave, what
// is paid is no more than it was worth, and every hold has one end.
TEST_F(MysqlTill, tills_and_cashiers_at_once_take_a_code_once) {
  Shop shop(database, 4);
  for (int round = 0; round < 5; ++round) {
    const std::string r = std::to_string(round);
    const auto code = earn(shop, 200'000, "R-" + r);
    const json held = order(shop, TillHold{code, "", 150'000, {}}, 201);
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 12; ++i) {
      const std::string one = r + "-" + std::to_string(i);
      requests.emplace_back(i, text_from(kTajrishCashier, std::to_string(code) + " 850000 9876", one));
      requests.emplace_back(i + 1, request(TillRedemption{code, "B" + one, 850'000}));
      requests.emplace_back(i + 2, request(TillCapture{id_of(held), 150'000}));
      if (i % 4 == 0) requests.emplace_back(i + 3, request(TillRelease{id_of(held)}));
    }
    int captured = 0;
    for (const Result& result : shop.ask_all(std::move(requests))) {
      ASSERT_EQ(result.verdict, Verdict::done);
      captured += result.status == 201 && result.answer.find("\"hold\"") != std::string::npos ? 1 : 0;
    }
    const std::string lot = "(SELECT lot_id FROM code WHERE number = " + std::to_string(code) + ")";
    const auto state = database.number("SELECT state FROM code_hold WHERE lot_id = " + lot);
    EXPECT_EQ(captured, state == 2 ? 1 : 0);
    EXPECT_NE(state, 1);
    EXPECT_LE(database.number("SELECT COALESCE(SUM(r.used), 0) FROM redemption r JOIN code c ON c.code_id ="
                              " r.code_id WHERE c.lot_id = " +
                              lot),
              200'000);
    database.expect_clean_ledger();
  }
}

}  // namespace
}  // namespace peyk::tests::mysql_till_test
