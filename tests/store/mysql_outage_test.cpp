// MariaDB killed and started again under load: every request is answered once, every effect took place once.
#include <thread>

#include "tests/kit/process.hpp"
#include "tests/store/commit_cutter.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_outage_test {
namespace {

using namespace std::chrono_literals;
using Verdict = store::Result::Verdict;

TEST(MysqlOutage, a_server_killed_again_and_again_under_load_loses_nothing_and_doubles_nothing) {
  constexpr std::size_t kRequests = 1'500;
  PrivateMysql server;
  TestDatabase database("outage", server);
  Shop shop(database, 3, 20);
  const auto answers = std::make_shared<Answers>(kRequests);
  std::atomic<std::size_t> submitted{0};
  std::atomic<bool> enough{false};
  std::thread load([&] {
    for (std::size_t i = 0; i < kRequests; ++i) {
      const auto phone = kShopper + i % 40;
      // Each purchase comes three times, from three wires; one in four is a text.
      handlers::Request request =
          i % 4 == 3 ? text_from(phone, "HELP", std::to_string(i))
                     : purchase_of(phone, 1'000'000, "A-" + std::to_string(i / 4), "k" + std::to_string(i));
      EXPECT_TRUE(shop.submit(i, std::move(request), answers, i));
      ++submitted;
      // The rest comes while the server goes down and up.
      eventually(enough ? 0ms : 4ms, [&] { return false; });
    }
  });
  for (std::size_t at : {100U, 400U, 700U}) {
    EXPECT_TRUE(eventually(60s, [&] { return submitted >= at; }));
    server.kill();
    server.start();
  }
  enough = true;
  load.join();
  std::size_t failed = 0, earned = 0;
  for (const auto& result : answers->wait(120s)) {
    failed += result.verdict == Verdict::failed ? 1 : 0;
    earned +=
        result.verdict == Verdict::done && result.answer.find("\"duplicate\":false") != std::string::npos ? 1
                                                                                                          : 0;
  }
  EXPECT_EQ(failed, 0U);
  EXPECT_EQ(earned, kRequests / 4);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), kRequests / 4);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM inbox"), kRequests);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE phone = 0"), 0);
  EXPECT_EQ(database.number("SELECT SUM(amount) FROM ledger_entry"), kRequests / 4 * 50'000);
  database.connection.open();
  database.expect_clean_ledger();
}

// The commit took place or not, the worker cannot know; what it finds tells.
class MysqlUnheard : public testing::Test {
 protected:
  MysqlUnheard() : shop(database, options()) { shop.ask(purchase_of(kShopper, 4'000'000, "A-0", "0")); }

  store::MysqlOptions options() const {
    store::MysqlOptions options = database.options();
    options.unix_socket = cutter.socket();
    options.workers = 1;
    return options;
  }
  std::int64_t members() { return database.number("SELECT COUNT(*) FROM member WHERE phone IS NOT NULL"); }

  TestDatabase database{"unheard"};
  CommitCutter cutter{shared_mysql().unix_socket()};
  Shop shop;
};
using Cut = CommitCutter::Cut;

TEST_F(MysqlUnheard, a_commit_that_took_place_is_answered_as_it_was_decided) {
  for (const Cut how : {Cut::after_commit, Cut::before_commit}) {
    const std::string invoice = how == Cut::after_commit ? "A-1" : "A-2";
    cutter.cut(how);
    const auto result = shop.ask(purchase_of(kShopper, 2'000'000, invoice, invoice));
    EXPECT_EQ(result.verdict, Verdict::done);
    EXPECT_NE(result.answer.find("\"duplicate\":false"), std::string::npos) << result.answer;
    ASSERT_EQ(result.texts.size(), 1U) << "it is still to be put into the lanes";
    EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE message_id = " +
                              std::to_string(result.texts[0].id)),
              1);
  }
  EXPECT_EQ(cutter.cuts(), 2);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 3);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 3);
  database.expect_clean_ledger();
}

// A text typed again renews its claim instead of being recognised: she must not be asked twice for it, or the
// first number would be wrong.
TEST_F(MysqlUnheard, a_text_typed_again_does_not_act_twice) {
  shop.ask(text_from(kShopper, "LEAVE", "1"));
  shop.advance(20min);
  handlers::Request leave = text_from(kShopper, "LEAVE", "1");
  leave.answered_before = true;
  cutter.cut(Cut::after_commit);
  const auto result = shop.ask(leave);
  EXPECT_EQ(cutter.cuts(), 1);
  EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_EQ(result.texts.size(), 1U);
  const std::string number = database.query("SELECT number FROM pending").substr(0, 5);
  EXPECT_NE(result.texts.at(0).text.find(number), std::string::npos);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE text LIKE '%To leave%'"), 2);
  EXPECT_EQ(members(), 1) << "she was asked, and has not confirmed";
  shop.ask(text_from(kShopper, number, "2"));
  EXPECT_EQ(members(), 0);
}

TEST_F(MysqlUnheard, the_same_key_with_other_content_is_refused_after_it_too) {
  cutter.cut(Cut::after_commit);
  const auto results = shop.ask_all({{0, purchase_of(kShopper, 2'000'000, "A-1", "k")},
                                     {0, purchase_of(kShopper, 3'000'000, "A-2", "k")},
                                     {0, purchase_of(kShopper, 2'000'000, "A-1", "k")}});
  EXPECT_EQ(results[0].verdict, Verdict::done);
  EXPECT_EQ(results[1].verdict, Verdict::different_content);
  EXPECT_EQ(results[2].answer, results[0].answer);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 2);
}

}  // namespace
}  // namespace peyk::tests::mysql_outage_test
