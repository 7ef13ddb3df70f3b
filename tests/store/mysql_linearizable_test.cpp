// Sixty-four people at once on four accounts: cashiers who take, look and take back, members who ask. Every
// one of them gets an answer, none of the answers is a deadlock, and some order of them explains them all.
#include <nlohmann/json.hpp>

#include <atomic>
#include <thread>

#include "tests/store/linearizable.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_linearizable_test {
namespace {

using Verdict = store::Result::Verdict;

constexpr std::size_t kAccounts = 4, kPeople = 64, kTurns = 6;
constexpr std::int64_t kCredit = 1'000'000;

// The sum that stands behind `label` in a text; -1: it says nothing of it.
std::int64_t sum_after(const std::string& text, const std::string& label) {
  const auto at = text.find(label);
  if (at == std::string::npos) return -1;
  std::int64_t sum = 0;
  for (std::size_t i = at + label.size(); i < text.size() && text[i] != ' '; ++i) {
    if (text[i] != ',') sum = sum * 10 + (text[i] - '0');
  }
  return sum;
}

handlers::PhoneNumber cashier(std::size_t person) {
  return 989121110000 + person;
}
handlers::PhoneNumber shopper(std::size_t account) {
  return kShopper + account;
}

handlers::Club busy_club() {
  handlers::Club club = stored_club();
  club.cashiers.clear();
  for (std::size_t i = 0; i < kPeople; ++i)
    club.cashiers.push_back({.phone = cashier(i), .branch = 12, .pin_hash = "hash of 4321"});
  return club;
}

class MysqlLinearizable : public testing::Test {
 protected:
  store::MysqlOptions options() {
    store::MysqlOptions all = database.options();
    all.workers = 8;
    return all;
  }

  std::string ask(handlers::PhoneNumber from, const std::string& text, Seen& seen) {
    const auto answers = std::make_shared<Answers>(1);
    const handlers::Request request = text_from(from, text, std::to_string(++texts));
    seen.began = ++moments;
    EXPECT_TRUE(shop.submit(seen.began, request, answers, 0));
    const store::Result result = answers->wait().front();
    seen.ended = ++moments;
    EXPECT_EQ(result.verdict, Verdict::done);
    for (const auto& one : result.texts) {
      if (one.to == from) return one.text;
    }
    return "";
  }

  // One person's turns at one account; what was seen.
  std::vector<Seen> turns(std::size_t person, std::uint32_t seed) {
    std::mt19937 random(seed + static_cast<std::uint32_t>(person));
    const std::size_t account = person % kAccounts;
    std::vector<Seen> all;
    std::int64_t taken = 0;
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      Seen seen;
      std::string text;
      const auto choice = random() % 4;
      if (choice == 0) {
        text = ask(shopper(account), "CREDIT", seen);
        seen.left = std::max<std::int64_t>(sum_after(text, "Bread and Salt: "), 0);
      } else if (choice == 1) {
        text = ask(cashier(person), codes[account], seen);
        seen.left = std::max<std::int64_t>(sum_after(text, "is good: "), 0);
      } else if (choice == 2 && taken > 0) {
        text = ask(cashier(person), "VOID " + codes[account] + " 4321", seen);
        seen.what = Seen::What::give_back;
        seen.amount = taken;
        EXPECT_EQ(sum_after(text, "Back to credit: "), taken) << text;
        seen.left = sum_after(text, "On the code now: ");
        taken = 0;
      } else if (taken == 0) {
        // No two orders alike, or the second would be the first again.
        seen.amount = static_cast<std::int64_t>(100'000 + 1000 * person + turn);
        text = ask(cashier(person), codes[account] + " " + std::to_string(seen.amount) + " 4321", seen);
        seen.what = Seen::What::take;
        seen.taken = taken = std::max<std::int64_t>(sum_after(text, "From credit: "), 0);
        seen.left = std::max<std::int64_t>(sum_after(text, "Left on the code: "), 0);
      } else {
        continue;
      }
      EXPECT_NE(text, "");
      all.push_back(seen);
    }
    return all;
  }

  TestDatabase database{"linearizable"};
  Shop shop{database, options(), busy_club()};
  std::vector<std::string> codes;
  std::atomic<std::uint64_t> moments{0}, texts{0};
};

TEST_F(MysqlLinearizable, what_sixty_four_people_saw_of_four_accounts_could_have_been_one_after_the_other) {
  const int chosen = GTEST_FLAG_GET(random_seed);
  const std::uint32_t seed = chosen != 0 ? static_cast<std::uint32_t>(chosen) : 2026;
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  for (std::size_t i = 0; i < kAccounts; ++i) {
    const auto bought =
        shop.ask(purchase_of(shopper(i), kCredit * 20, "A-" + std::to_string(i), std::to_string(i)));
    codes.push_back(nlohmann::json::parse(bought.answer).at("code"));
  }
  std::vector<std::vector<Seen>> of_person(kPeople);
  {
    std::vector<std::jthread> people;
    for (std::size_t person = 0; person < kPeople; ++person)
      people.emplace_back([&, person] { of_person[person] = turns(person, seed); });
  }
  for (std::size_t account = 0; account < kAccounts; ++account) {
    std::vector<Seen> seen;
    for (std::size_t person = account; person < kPeople; person += kAccounts)
      seen.insert(seen.end(), of_person[person].begin(), of_person[person].end());
    EXPECT_GT(seen.size(), kPeople / kAccounts * 3);
    EXPECT_TRUE(Linearizable(seen, kCredit).holds()) << "account " << account;
  }
  EXPECT_EQ(shop.logged("request_failed"), 0);
  database.expect_clean_ledger();
}

// The judge itself: it must find the order where there is one, and not where there is none.
TEST(Linearizable, tells_what_can_be_explained_from_what_cannot) {
  const Seen take{.what = Seen::What::take, .began = 1, .ended = 4, .amount = 60, .left = 40, .taken = 60};
  const Seen look_before{.began = 2, .ended = 3, .left = 100}, look_after{.began = 5, .ended = 6, .left = 40};
  EXPECT_TRUE(Linearizable({take, look_before, look_after}, 100).holds());
  const Seen looked_late{.began = 5, .ended = 6, .left = 100};
  EXPECT_FALSE(Linearizable({take, looked_late}, 100).holds()) << "it had been answered";
  const Seen take_too{
      .what = Seen::What::take, .began = 2, .ended = 3, .amount = 60, .left = 40, .taken = 60};
  EXPECT_FALSE(Linearizable({take, take_too}, 100).holds()) << "taken twice";
  const Seen back{.what = Seen::What::give_back, .began = 5, .ended = 8, .amount = 60, .left = 100};
  EXPECT_TRUE(Linearizable({take, back, looked_late}, 100).holds());
}

}  // namespace
}  // namespace peyk::tests::mysql_linearizable_test
