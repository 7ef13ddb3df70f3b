// The schema's versions: once each, in order, whoever starts at the same time; and what must not go on
// unseen.
#include "store/mysql/migrations.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests {
namespace {

using store::Migration;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Migration kFirst{1, "0001_a",
                           "-- a table\nCREATE TABLE a (n INT PRIMARY KEY);\nINSERT INTO a VALUES (1);\n"};
constexpr Migration kFirstChanged{1, "0001_a", "CREATE TABLE a (n BIGINT PRIMARY KEY);"};
constexpr Migration kSecond{2, "0002_b", "CREATE TABLE b (n INT PRIMARY KEY); INSERT INTO a VALUES (2);"};
constexpr Migration kBroken{2, "0002_b",
                            "CREATE TABLE b (n INT PRIMARY KEY); INSERT INTO nowhere VALUES (2);"};

class Migrations : public testing::Test {
 protected:
  Migrations() : connection(options_of(shared_mysql(), "migrations")) {
    shared_mysql().create_database("migrations");
    connection.open();
  }
  std::string query(std::string_view sql) { return shared_mysql().query(sql, "migrations"); }
  std::string error_of(std::span<const Migration> migrations) {
    try {
      store::migrate(connection, migrations);
    } catch (const store::MigrationError& e) {
      return e.what();
    }
    return "";
  }

  store::Connection connection;
};

TEST_F(Migrations, a_fresh_database_gets_all_of_them_and_the_second_time_none) {
  EXPECT_THAT(store::schema_problem(connection).value_or(""), HasSubstr("run peykctl migrate"));
  const std::size_t count = store::embedded_migrations().size();
  EXPECT_EQ(store::pending(connection).size(), count);
  EXPECT_EQ(store::migrate(connection).size(), count);
  EXPECT_THAT(store::migrate(connection), IsEmpty());
  EXPECT_THAT(store::pending(connection), IsEmpty());
  EXPECT_EQ(store::schema_problem(connection), std::nullopt);
  EXPECT_EQ(query("SELECT COUNT(*) FROM schema_migration WHERE applied_at >= started_at"),
            std::to_string(count) + "\n");
}

TEST_F(Migrations, only_what_is_missing_is_applied) {
  EXPECT_THAT(store::migrate(connection, std::array{kFirst}), ElementsAre("0001_a"));
  EXPECT_THAT(store::pending(connection, std::array{kFirst, kSecond}), ElementsAre("0002_b"));
  EXPECT_EQ(query("SELECT n FROM a"), "1\n") << "asking changes nothing";
  EXPECT_THAT(store::migrate(connection, std::array{kFirst, kSecond}), ElementsAre("0002_b"));
  EXPECT_EQ(query("SELECT n FROM a ORDER BY n"), "1\n2\n");
}

TEST_F(Migrations, a_file_that_was_changed_after_it_was_applied_is_refused) {
  store::migrate(connection, std::array{kFirst});
  EXPECT_THAT(error_of(std::array{kFirstChanged, kSecond}), HasSubstr("0001_a is not what was applied"));
  EXPECT_THAT(store::schema_problem(connection, std::array{kFirstChanged}).value_or(""), HasSubstr("0001_a"));
  EXPECT_EQ(query("SHOW TABLES LIKE 'b'"), "");
}

TEST_F(Migrations, a_database_newer_than_the_program_is_refused) {
  store::migrate(connection, std::array{kFirst, kSecond});
  EXPECT_THAT(error_of(std::array{kFirst}), HasSubstr("newer than the program"));
  EXPECT_THAT(store::schema_problem(connection, std::array{kFirst}).value_or(""), HasSubstr("0002_b"));
}

TEST_F(Migrations, one_that_stopped_half_way_is_reported_until_somebody_has_mended_it) {
  store::migrate(connection, std::array{kFirst});
  EXPECT_THAT(error_of(std::array{kFirst, kBroken}),
              HasSubstr("statement 2 of 2 in migration 0002_b failed"));
  EXPECT_THAT(error_of(std::array{kFirst, kBroken}), HasSubstr("did not finish: 1 of its statements"));
  EXPECT_THAT(error_of(std::array{kFirst, kSecond}), HasSubstr("did not finish"));
  EXPECT_NE(store::schema_problem(connection, std::array{kFirst, kSecond}), std::nullopt);

  query("INSERT INTO a VALUES (2)");
  query("UPDATE schema_migration SET applied_at = UTC_TIMESTAMP(6) WHERE version = 2");
  EXPECT_EQ(store::schema_problem(connection, std::array{kFirst, kBroken}), std::nullopt);
}

TEST_F(Migrations, processes_that_start_together_apply_each_once) {
  std::atomic<std::size_t> applied{0};
  std::vector<std::thread> processes;
  for (int i = 0; i < 6; ++i) {
    processes.emplace_back([&applied] {
      store::Connection own(options_of(shared_mysql(), "migrations"));
      own.open();
      applied += store::migrate(own).size();
      EXPECT_EQ(store::schema_problem(own), std::nullopt);
    });
  }
  for (auto& process : processes) process.join();
  EXPECT_EQ(applied, store::embedded_migrations().size());
}

TEST_F(Migrations, the_database_is_created_when_it_is_not_there) {
  shared_mysql().query("DROP DATABASE IF EXISTS peyk_made_here");
  const auto options = options_of(shared_mysql(), "peyk_made_here");
  store::Connection made(options);
  EXPECT_THROW(made.open(), store::SqlError);
  store::create_database(options);
  store::create_database(options);
  made.open();
  EXPECT_FALSE(store::migrate(made).empty());
}

TEST(SplitStatements, comments_go_and_strings_stay) {
  EXPECT_THAT(store::split_statements(
                  "-- first; not a statement\nSELECT 1; # so\n SELECT\n2 ;;/* ; */\n--\nSELECT 3"),
              ElementsAre("SELECT 1", "SELECT\n2", "SELECT 3"));
  EXPECT_THAT(store::split_statements("SELECT 'a;b', 'it''s; -- \\'; #', \"x;\"\"y;\", `c;``d`; SELECT 5--1"),
              ElementsAre("SELECT 'a;b', 'it''s; -- \\'; #', \"x;\"\"y;\", `c;``d`", "SELECT 5--1"));
  EXPECT_THAT(store::split_statements(" \n -- nothing\n"), IsEmpty());
}

TEST(SplitStatements, what_does_not_end_is_refused) {
  EXPECT_THROW(store::split_statements("SELECT 'a"), std::invalid_argument);
  EXPECT_THROW(store::split_statements("SELECT 'a\\'"), std::invalid_argument);
  EXPECT_THROW(store::split_statements("SELECT `a"), std::invalid_argument);
  EXPECT_THROW(store::split_statements("/* SELECT 1"), std::invalid_argument);
}

}  // namespace
}  // namespace peyk::tests
