// Ten thousand requests, most of them about the same few members and codes, many of them twice: whatever they
// were, the books are right.
#include <random>

#include <nlohmann/json.hpp>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_random_test {
namespace {

using Verdict = store::Result::Verdict;

class Crowd {
 public:
  explicit Crowd(std::uint32_t seed) : random_(seed) {}

  handlers::Request next() {
    if (!sent_.empty() && below(4) == 0) return sent_[below(sent_.size())];  // a redelivery
    sent_.push_back(fresh());
    return sent_.back();
  }
  void learn(const store::Result& result) {
    for (const auto& text : result.texts) {
      constexpr std::string_view kBefore = "To leave, reply ";
      const auto at = text.text.find(kBefore);
      if (at != std::string::npos) leaving_ = {text.to, text.text.substr(at + kBefore.size(), 5)};
    }
    if (result.answer.empty() || result.status != 200) return;
    const auto answer = nlohmann::json::parse(result.answer, nullptr, false);
    if (answer.is_object() && answer.contains("code") && answer["code"].is_string())
      codes_.push_back(answer["code"]);
  }
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

 private:
  handlers::PhoneNumber member() { return kShopper + below(12); }

  handlers::Request fresh() {
    const std::string key = std::to_string(++count_);
    switch (below(8)) {
      case 0: {
        if (leaving_.first != 0 && below(2) == 0) return text_from(leaving_.first, leaving_.second, key);
        handlers::Request text = text_from(member(), below(2) == 0 ? "LEAVE" : "JOIN", key);
        text.answered_before = below(8) == 0;
        return text;
      }
      case 1:
        return text_from(member(), below(2) == 0 ? "CREDIT" : "no command", key);
      case 2:
      case 3:
        return purchase_of(member(), static_cast<rules::Amount>(1 + below(3'000'000)),
                           std::to_string(below(700)), key);
      default:
        return redeem(key);
    }
  }

  handlers::Request redeem(const std::string& key) {
    const bool vanak = below(2) == 0;
    // Mostly codes of late, so that several are about the same one.
    const std::size_t recent = std::min<std::size_t>(codes_.size(), 8);
    const std::string code = codes_.empty() ? "1234567" : codes_[codes_.size() - 1 - below(recent)];
    const std::string invoice = std::to_string(90'000 + below(40'000));
    const std::string order = below(5) == 0 ? "VOID " + code : code + " " + invoice;
    return text_from(vanak ? kVanakCashier : kTajrishCashier, order + (vanak ? " 4321" : " 9876"), key);
  }

  std::mt19937 random_;
  std::vector<handlers::Request> sent_;
  std::vector<std::string> codes_;
  std::pair<handlers::PhoneNumber, std::string>
      leaving_;  // who was asked last whether she leaves: the number
  int count_ = 0;
};

TEST(MysqlRandom, ten_thousand_requests_over_few_members_leave_the_books_right) {
  const int chosen = GTEST_FLAG_GET(random_seed);
  const std::uint32_t seed = chosen != 0 ? static_cast<std::uint32_t>(chosen) : 2026;
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  TestDatabase database("random_requests");
  Shop shop(database, 4);
  Crowd crowd(seed);
  std::size_t failed = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (int i = 0; i < 100; ++i) requests.emplace_back(crowd.below(4), crowd.next());
    for (const auto& result : shop.ask_all(std::move(requests))) {
      failed += result.verdict == Verdict::failed ? 1 : 0;
      crowd.learn(result);
    }
    shop.advance(std::chrono::seconds(crowd.below(120)));
    if (round % 25 == 24) database.expect_clean_ledger();
  }
  EXPECT_EQ(failed, 0U);
  const auto granted = database.number("SELECT COALESCE(SUM(amount), 0) FROM ledger_entry WHERE kind = 1");
  const auto redeemed = database.number("SELECT COALESCE(SUM(amount), 0) FROM ledger_entry WHERE kind = 2");
  const auto voided = database.number("SELECT COALESCE(SUM(amount), 0) FROM ledger_entry WHERE kind = 4");
  EXPECT_GT(voided, 0);
  EXPECT_GT(redeemed, voided);
  EXPECT_LE(redeemed - voided, granted);
  EXPECT_GT(database.number("SELECT COUNT(*) FROM member WHERE phone IS NULL"), 0);
}

}  // namespace
}  // namespace peyk::tests::mysql_random_test
