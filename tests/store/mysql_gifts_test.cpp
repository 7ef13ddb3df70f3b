// Gift codes against a real database: whoever is first has one, whole; what nobody has can be withdrawn.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "store/mysql/expiry.hpp"
#include "store/mysql/gifts.hpp"
#include "store/mysql/liability.hpp"
#include "store/mysql/tables.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_gifts_test {
namespace {

using namespace std::chrono_literals;
using store::Result;
using testing::ElementsAre;
using testing::HasSubstr;

class MysqlGifts : public ShopTalk {
 protected:
  MysqlGifts() : ShopTalk("gifts") {}

  // Of 50,000 each, for thirty days. Returns the batch.
  std::uint64_t issue(std::uint32_t count) {
    const store::GiftOrder order{.club = 1,
                                 .amount = 50'000,
                                 .count = count,
                                 .expires_at = kNoon + 24h * 30,
                                 .now = kNoon,
                                 .by = "tester"};
    return store::issue_gifts(database.connection, chance, order,
                              [this](auto some) { codes.insert(codes.end(), some.begin(), some.end()); });
  }
  std::vector<store::Withdrawal> withdraw(const store::WithdrawOrder& order,
                                          const std::vector<rules::CodeNumber>& numbers) {
    return store::withdraw_gifts(database.connection, chance, order, numbers);
  }

  store::SystemChance chance;
  std::vector<rules::CodeNumber> codes;
};

TEST_F(MysqlGifts, are_hers_who_texts_them_first) {
  Shop shop(database, 4);
  shop.ask(text_from(kShopper, "JOIN", "j1"));
  shop.ask(text_from(kOtherShopper, "JOIN", "j2"));
  issue(203);
  ASSERT_EQ(codes.size(), 203U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member WHERE joined_at > '2001-01-01'"), 2)
      << "the gift account joined on no day";
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), 203U);
  EXPECT_EQ(database.number("SELECT balance FROM member JOIN gift_account USING (member_id)"), 203 * 50'000);
  database.expect_clean_ledger();

  // Both text the same three at the same moment.
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::string code = std::to_string(codes[i]);
    requests.emplace_back(i, text_from(kShopper, code, "a" + code));
    requests.emplace_back(i + 1, text_from(kOtherShopper, code, "b" + code));
  }
  int won = 0;
  for (const Result& result : shop.ask_all(std::move(requests))) {
    const std::string text = heard(result, kShopper) + heard(result, kOtherShopper);
    won += text.find("is yours") != text.npos ? 1 : 0;
  }
  EXPECT_EQ(won, 3);
  EXPECT_EQ(balance(kShopper) + balance(kOtherShopper), 150'000);
  const auto batches = store::list_gifts(database.connection, 1, kNoon, 20);
  database.connection.rollback();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].codes, 203U);
  EXPECT_EQ(batches[0].redeemed, 3U);
  EXPECT_EQ(batches[0].open, 200U);
  database.expect_clean_ledger();

  const store::Liability owed = store::liability_of(database.connection, 1, kNoon);
  ASSERT_EQ(owed.kinds.size(), 2U);
  EXPECT_EQ(owed.kinds[0].origin, "gift");
  EXPECT_EQ(owed.kinds[0].open, 150'000);
  EXPECT_EQ(owed.kinds[1].origin, "open gift");
  EXPECT_EQ(owed.kinds[1].granted, 203 * 50'000);
  EXPECT_EQ(owed.kinds[1].moved, -150'000);
  EXPECT_EQ(owed.kinds[1].open, 200 * 50'000);
  EXPECT_EQ(owed.open, owed.in_lots);
  EXPECT_LE(owed.members, 2U) << "the gift account is nobody";

  EXPECT_EQ(store::expire_due(database.connection, chance, kNoon + 24h * 31, 400).lots, 200U + 3U);
  database.connection.commit();
  EXPECT_EQ(store::list_gifts(database.connection, 1, kNoon + 24h * 31, 20)[0].expired, 200U);
  database.connection.rollback();
  database.expect_clean_ledger();
}

TEST_F(MysqlGifts, are_withdrawn_while_nobody_has_them) {
  Shop shop(database, 2);
  shop.ask(text_from(kShopper, "JOIN", "j1"));
  const std::uint64_t batch = issue(203);
  EXPECT_THAT(say(shop, kShopper, std::to_string(codes[0])), HasSubstr("is yours"));
  const store::WithdrawOrder order{.club = 1, .now = kNoon + 1h, .by = "tester"};
  using enum store::Withdrawal;
  EXPECT_THAT(withdraw(order, {codes[0], codes[1], 999U}), ElementsAre(redeemed, done, unknown));
  EXPECT_THAT(withdraw(order, {codes[1]}), ElementsAre(withdrawn_before));
  const store::WithdrawOrder of_another_club{.club = 2, .now = kNoon + 1h, .by = "tester"};
  EXPECT_THAT(withdraw(of_another_club, {codes[2]}), ElementsAre(unknown));
  const store::WithdrawOrder too_late{.club = 1, .now = kNoon + 24h * 30, .by = "tester"};
  EXPECT_THAT(withdraw(too_late, {codes[2]}), ElementsAre(expired));
  EXPECT_THAT(say(shop, kShopper, std::to_string(codes[1])), HasSubstr("not one of your codes"));
  EXPECT_THAT(say(shop, kVanakCashier, std::to_string(codes[1])), HasSubstr("was voided"));
  database.expect_clean_ledger();

  EXPECT_EQ(store::withdraw_batch(database.connection, chance, of_another_club, batch), std::nullopt);
  EXPECT_EQ(store::withdraw_batch(database.connection, chance, order, batch), 201U);
  EXPECT_EQ(store::withdraw_batch(database.connection, chance, order, batch), 0U);
  EXPECT_EQ(database.number("SELECT balance FROM member JOIN gift_account USING (member_id)"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM gift_code WHERE withdrawn_by = 'tester'"), 202);
  const auto batches = store::list_gifts(database.connection, 1, kNoon + 1h, 20);
  database.connection.rollback();
  EXPECT_EQ(batches.at(0).withdrawn, 202U);
  EXPECT_EQ(batches.at(0).open, 0U);
  EXPECT_EQ(batches.at(0).expired, 0U);
  EXPECT_EQ(balance(kShopper), 50'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlGifts, are_had_or_withdrawn_and_never_both) {
  Shop shop(database, 2);
  shop.ask(text_from(kShopper, "JOIN", "j1"));
  issue(40);
  const auto answers = std::make_shared<Answers>(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string code = std::to_string(codes[i]);
    ASSERT_TRUE(shop.submit(i, text_from(kShopper, code, code), answers, i));
  }
  std::vector<store::Withdrawal> withdrawn;
  for (auto code = codes.rbegin(); code != codes.rend(); ++code) {
    withdrawn.push_back(withdraw({.club = 1, .now = kNoon, .by = "tester"}, {*code}).front());
  }
  std::size_t hers = 0;
  for (const Result& result : answers->wait())
    hers += heard(result, kShopper).find("is yours") != std::string::npos ? 1 : 0;
  EXPECT_EQ(hers + static_cast<std::size_t>(std::ranges::count(withdrawn, store::Withdrawal::done)),
            codes.size());
  EXPECT_EQ(balance(kShopper), static_cast<std::int64_t>(hers) * 50'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlGifts, members_wrong_codes_are_counted_by_phone) {
  Shop shop(database, 2);
  shop.ask(text_from(kShopper, "JOIN", "j1"));
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (std::uint64_t i = 0; i < 12; ++i)
    requests.emplace_back(i, text_from(kShopper, "40000" + std::to_string(10 + i), "g" + std::to_string(i)));
  int answered = 0;
  for (const Result& result : shop.ask_all(std::move(requests)))
    answered += heard(result, kShopper).find("not one of your codes") != std::string::npos ? 1 : 0;
  EXPECT_EQ(answered, 5) << "guessing in parallel gains nothing";
  EXPECT_THAT(say(shop, kShopper, "4000001"), HasSubstr("Too many wrong codes"));
  shop.advance(15min);
  EXPECT_THAT(say(shop, kShopper, "4000001"), HasSubstr("not one of your codes"));
}

TEST_F(MysqlGifts, are_read_without_all_others_of_the_club) {
  Shop shop(database, 1);
  issue(20);
  handlers::Facts facts;
  handlers::Needs needs;
  needs.codes.insert({1, codes[7]});
  store::load_facts(database.connection, needs, facts);
  database.connection.rollback();
  const handlers::Code* code = facts.code({1, codes[7]});
  ASSERT_NE(code, nullptr);
  EXPECT_EQ(facts.spendable_lots(code->member, kNoon).size(), 1U);
}

TEST_F(MysqlGifts, are_audited) {
  Shop shop(database, 1);
  shop.ask(text_from(kShopper, "JOIN", "j1"));
  issue(3);
  say(shop, kShopper, std::to_string(codes[0]));
  withdraw({.club = 1, .now = kNoon, .by = "tester"}, {codes[1]});
  database.expect_clean_ledger();
  const auto spoil = [this](const std::string& sql) {
    database.query("SET foreign_key_checks = 0, check_constraint_checks = 0; " + sql);
  };
  struct Damage {
    const char *sql, *found, *repair;
  };
  for (const Damage& one : std::vector<Damage>{
           {"UPDATE member JOIN gift_account USING (member_id) SET phone = 1", "has a phone",
            "UPDATE member JOIN gift_account USING (member_id) SET phone = NULL"},
           {"UPDATE gift_batch SET amount = 60000", "was issued with 50000, not with 60000",
            "UPDATE gift_batch SET amount = 50000"},
           {"UPDATE gift_batch SET expires_at = expires_at + INTERVAL 1 DAY", "another expiry than its batch",
            "UPDATE gift_batch SET expires_at = expires_at - INTERVAL 1 DAY"},
           {"UPDATE gift_code SET code_id = code_id + 1000000", "is of no batch",
            "UPDATE gift_code SET code_id = code_id - 1000000"},
           {"UPDATE ledger_entry SET amount = 49999 WHERE kind = 11", "was used 1 times, for 49999",
            "UPDATE ledger_entry SET amount = 50000 WHERE kind = 11"},
           {"UPDATE code SET state = 2 WHERE state = 4", "whose code is not void",
            "UPDATE code JOIN ledger_entry e USING (lot_id) SET state = 4 WHERE e.kind = 11"},
           {"UPDATE credit_move SET kind = 2", "which nobody has redeemed",
            "UPDATE credit_move SET kind = 5"}}) {
    spoil(one.sql);
    EXPECT_THAT(testing::PrintToString(store::audit_ledger(database.connection).problems),
                HasSubstr(one.found))
        << one.sql;
    spoil(one.repair);
  }
  database.expect_clean_ledger();
}

}  // namespace
}  // namespace peyk::tests::mysql_gifts_test
