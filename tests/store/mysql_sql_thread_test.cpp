// The queue of units of work before a real MariaDB: bounded, and full is not failed.
#include "store/mysql/sql_thread.hpp"

#include <algorithm>
#include <atomic>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_sql_thread_test {
namespace {

using namespace std::chrono_literals;

TEST(SqlThread, that_is_full_takes_no_more_and_does_what_it_took) {
  TestDatabase database("sql_thread_full");
  store::SqlThread thread(database.options(), [](const std::string&, const std::string&) {});
  std::atomic<int> committed = 0, failed = 0, taken = 0;
  const auto work = [](store::Connection& connection) { connection.execute("DO 1"); };
  const auto after = [&](bool done) { ++(done ? committed : failed); };
  while (taken < 100'000 && thread.run(work, after)) ++taken;
  EXPECT_EQ(taken, 1000) << "units of work";
  EXPECT_FALSE(thread.run(work, after)) << "and nothing is said of one that was not taken";
  thread.start();
  EXPECT_TRUE(eventually(60s, [&] { return committed == taken; }));
  EXPECT_TRUE(thread.run(work, after)) << "there is room again";
  EXPECT_TRUE(eventually(60s, [&] { return committed == taken + 1; }));
  EXPECT_EQ(failed, 0);
}

TEST(SqlThread, tells_of_work_that_cannot_be_done_and_goes_on_with_the_next) {
  TestDatabase database("sql_thread_failed");
  store::SqlThread thread(database.options(), [](const std::string&, const std::string&) {});
  thread.start();
  std::atomic<int> committed = 0, failed = 0;
  const auto after = [&](bool done) { ++(done ? committed : failed); };
  thread.run([](store::Connection& connection) { connection.execute("INSERT INTO nowhere VALUES (1)"); },
             after);
  thread.run([](store::Connection& connection) { connection.execute("DO 1"); }, after);
  EXPECT_TRUE(eventually(60s, [&] { return committed == 1 && failed == 1; }));
}

TEST(SqlThread, says_how_long_it_has_tried_in_vain_what_it_never_gives_up) {
  TestDatabase database("sql_thread_held_up");
  std::atomic<bool> well = false;
  std::atomic<int> committed = 0;
  store::SqlThread thread(database.options(), [](const std::string&, const std::string&) {});
  thread.start();
  EXPECT_EQ(thread.held_up(), 0ms);
  thread.run(
      [&](store::Connection&) {
        if (!well) throw store::SqlError(store::SqlError::Kind::lost, 2013, "it took too long");
      },
      [&](bool done) { committed += done ? 1 : 0; });
  EXPECT_TRUE(eventually(60s, [&] { return thread.held_up() > 100ms; }));
  well = true;
  EXPECT_TRUE(eventually(60s, [&] { return committed == 1 && thread.held_up() == 0ms; }));
}

TEST(SqlThread, gives_up_what_loses_each_connection_and_goes_on_with_the_next) {
  TestDatabase database("sql_thread_lost");
  std::atomic<int> tried = 0, committed = 0, failed = 0;
  store::SqlThread thread(
      database.options(), [](const std::string&, const std::string&) {}, 3);
  thread.start();
  const auto after = [&](bool done) { ++(done ? committed : failed); };
  thread.run(
      [&](store::Connection&) {
        ++tried;
        throw store::SqlError(store::SqlError::Kind::lost, 2013, "it took too long");
      },
      after);
  thread.run([](store::Connection& connection) { connection.execute("DO 1"); }, after);
  EXPECT_TRUE(eventually(60s, [&] { return committed == 1 && failed == 1; }));
  EXPECT_EQ(tried, 3);
}

TEST(SqlThread, that_rests_lets_others_go_first_in_proportion_and_does_not_wait_to_be_stopped) {
  TestDatabase database("sql_thread_rest");
  using Clock = std::chrono::steady_clock;
  const auto ignored = [](const std::string&, const std::string&) {};
  std::atomic<int> committed = 0;
  const auto after = [&](bool done) { committed += done ? 1 : 0; };
  const auto slow = [](store::Connection& connection) { connection.execute("DO SLEEP(0.02)"); };
  {
    store::SqlThread thread(database.options(), ignored, 0, 5);
    Clock::time_point slow_began, began;
    thread.run(
        [&](store::Connection& connection) {
          slow_began = Clock::now();
          slow(connection);
        },
        [](bool) {});
    thread.run([&](store::Connection&) { began = Clock::now(); }, after);
    thread.start();
    EXPECT_TRUE(eventually(60s, [&] { return committed == 1; }));
    EXPECT_GE(began - slow_began, 115ms) << "some 20 ms, and five times as long";
  }
  auto least = Clock::duration::max();  // of several: whoever waits for a processor is slow to stop, too
  for (int round = 0; round < 5 && least >= 900ms; ++round) {
    committed = 0;
    store::SqlThread thread(database.options(), ignored, 0, 1000);  // for as long as it may
    thread.run(slow, after);
    thread.run(slow, after);
    thread.start();
    EXPECT_TRUE(eventually(60s, [&] { return committed == 1; }));
    const auto stopped = Clock::now();
    thread.stop();
    least = std::min(least, Clock::now() - stopped);
    EXPECT_EQ(committed, 2) << "what waited is done";
  }
  EXPECT_LT(least, 900ms);
}

}  // namespace
}  // namespace peyk::tests::mysql_sql_thread_test
