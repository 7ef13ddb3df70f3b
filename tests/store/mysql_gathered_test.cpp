// Statements that wait for their company and go to the server with the COMMIT: as if each had gone by itself.
#include <gmock/gmock.h>

#include "store/mysql/sets.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_gathered_test {
namespace {

using store::SqlError;

class MysqlGathered : public testing::Test {
 protected:
  MysqlGathered() {
    database.query(
        "CREATE TABLE thing (id BIGINT PRIMARY KEY, what VARBINARY(100) NULL, amount BIGINT NULL)");
  }

  void put(std::int64_t id, std::string_view what) {
    connection.prepare("INSERT INTO thing (id, what) VALUES (?, ?)").add(id).add(what).run();
  }
  std::string things() { return database.query("SELECT id, what FROM thing ORDER BY id"); }

  TestDatabase database{"gathered"};
  store::Connection& connection = database.connection;
};

TEST_F(MysqlGathered, what_was_gathered_is_there_after_the_commit_and_in_its_order) {
  connection.gather();
  put(1, "first");
  connection.prepare("UPDATE thing SET what = CONCAT(what, ?) WHERE id = ?")
      .add(", then second")
      .add(1)
      .run();
  connection.commit();
  EXPECT_EQ(things(), "1\tfirst, then second\n");
  put(2, "by itself again");
  connection.commit();
  EXPECT_EQ(things(), "1\tfirst, then second\n2\tby itself again\n");
}

TEST_F(MysqlGathered, every_kind_of_value_arrives_as_it_was_bound) {
  using namespace std::string_view_literals;
  constexpr std::uint64_t kLarge = 9'223'372'036'854'775'807;
  for (const bool gathered : {false, true}) {
    if (gathered) connection.gather();
    connection.prepare("DELETE FROM thing WHERE id < ?").add(0).run();
    connection.prepare("INSERT INTO thing VALUES (?, ?, ?), (?, ?, ?), (?, ?, ?)")
        .add(-3)
        .add("a 'quote', a ; and a \0"sv)
        .add(kLarge)
        .add(-2)
        .add(rules::Instant{})
        .add(std::optional<std::uint64_t>{})
        .add(-1)
        .add(kNoon)
        .add(true)
        .run();
    connection.commit();
    EXPECT_EQ(database.query("SELECT id, HEX(what), amount FROM thing ORDER BY id"),
              "-3\t61202771756F7465272C2061203B20616E642061200"
              "0\t9223372036854775807\n-2\tNULL\tNULL\n"
              "-1\t323032362D31312D32312031323A30303A30302E303030303030\t1\n")
        << (gathered ? "gathered" : "one by one");
  }
}

TEST_F(MysqlGathered, what_is_read_or_counted_sees_what_was_gathered_before_it) {
  connection.gather();
  put(1, "one");
  put(2, "two");
  EXPECT_EQ(connection.prepare("UPDATE thing SET amount = ? WHERE id > ?").add(7).add(0).update(), 2U);
  put(3, "three");
  store::Rows rows =
      connection.prepare("SELECT COUNT(*), SUM(amount) FROM thing WHERE id > ?").add(0).query();
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.u64(), 3U);
  EXPECT_EQ(rows.u64(), 14U);
  put(4, "four");
  connection.execute("DELETE FROM thing WHERE id = 4");
  connection.commit();
  EXPECT_EQ(things(), "1\tone\n2\ttwo\n3\tthree\n");
}

TEST_F(MysqlGathered, one_that_conflicts_takes_all_of_it_back) {
  put(2, "there before");
  connection.commit();
  connection.gather();
  put(1, "new");
  put(2, "twice");
  try {
    connection.commit();
    FAIL() << "a second row of one key";
  } catch (const SqlError& e) {
    EXPECT_EQ(e.kind(), SqlError::Kind::conflict);
    EXPECT_EQ(e.code(), 1062);
    EXPECT_THAT(e.what(), testing::HasSubstr("Duplicate entry '2'"));
  }
  connection.rollback();
  EXPECT_EQ(things(), "2\tthere before\n");
  connection.gather();
  put(3, "afterwards");
  connection.commit();
  EXPECT_EQ(things(), "2\tthere before\n3\tafterwards\n");
}

TEST_F(MysqlGathered, a_rollback_forgets_it) {
  connection.gather();
  put(1, "never sent");
  connection.rollback();
  connection.commit();
  connection.gather();
  connection.prepare("INSERT INTO thing (id, what) VALUES (?, ?)").add(2);  // and whoever bound it broke
  connection.rollback();
  put(3, "bound anew");
  connection.commit();
  EXPECT_EQ(things(), "3\tbound anew\n");
}

TEST_F(MysqlGathered, a_commit_that_is_not_answered_is_a_lost_connection) {
  connection.gather();
  put(1, "nobody knows");
  connection.prepare("KILL CONNECTION_ID()").run();
  try {
    connection.commit();
    FAIL() << "it was killed";
  } catch (const SqlError& e) {
    EXPECT_EQ(e.kind(), SqlError::Kind::lost) << e.what();
  }
}

TEST_F(MysqlGathered, a_table_that_has_changed_meanwhile_is_met_as_it_is_now) {
  for (const std::int64_t id : {1, 2}) {
    connection.gather();
    put(id, "before");
    put(id + 10, "before too");
    connection.commit();
  }
  database.query("ALTER TABLE thing ADD COLUMN more INT NOT NULL DEFAULT 5 FIRST, DROP COLUMN amount");
  connection.gather();
  put(3, "after");
  put(13, "after too");
  connection.commit();
  EXPECT_EQ(database.query("SELECT id, what, more FROM thing WHERE id IN (3, 13) ORDER BY id"),
            "3\tafter\t5\n13\tafter too\t5\n");
}

TEST_F(MysqlGathered, ever_new_combinations_do_not_pile_up_at_the_server) {
  constexpr std::int64_t kCombinations = 500;
  for (std::int64_t i = 0; i < kCombinations; ++i) {
    connection.gather();
    connection.prepare("INSERT INTO thing (id, what) VALUES (?, CONCAT(?, ' of " + std::to_string(i) + "'))")
        .add(i)
        .add("one")
        .run();
    connection.commit();
  }
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM thing"), kCombinations);
  store::Rows rows = connection.prepare("SHOW SESSION STATUS LIKE 'Prepared_stmt_count'").query();
  ASSERT_TRUE(rows.next());
  rows.text();
  EXPECT_LT(std::stoi(rows.text()), 300) << "of all connections";
}

TEST_F(MysqlGathered, more_values_than_one_statement_takes_go_in_several) {
  std::vector<std::int64_t> ids(20'000);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
  connection.gather();
  store::insert_set(connection, "INSERT INTO thing (id, what, amount) VALUES ", 3, ids,
                    [](store::Statement& s, std::int64_t id) { s.add(id).add("many").add(id * 2); });
  connection.commit();
  EXPECT_EQ(database.number("SELECT SUM(amount) - 2 * SUM(id) + COUNT(*) FROM thing"), 20'000);
}

}  // namespace
}  // namespace peyk::tests::mysql_gathered_test
