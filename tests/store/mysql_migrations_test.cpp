// The schema's versions: once each, in order, whoever starts at the same time; and what must not go on
// unseen.
#include "store/mysql/migrations.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_migrations_test {
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

TEST_F(Migrations, what_was_about_an_invoice_before_bills_had_records_has_its_places_after) {
  const auto all = store::embedded_migrations();
  const auto bills = std::ranges::find_if(
      all, [](const Migration& one) { return std::string_view(one.name).ends_with("_bill_records"); });
  ASSERT_NE(bills, all.end());
  store::migrate(connection, all.first(static_cast<std::size_t>(bills - all.begin())));
  const auto purchase = [](int id, const std::string& invoice) {
    return "INSERT INTO purchase (purchase_id, club_id, branch_no, invoice, amount, earned, phone, answer,"
           " purchased_at, recorded_at) VALUES (" +
           std::to_string(id) + ", 1, 12, '" + invoice + "', 5, 0, 1, '{}', '2026-11-01', '2026-11-01');";
  };
  query(
      "INSERT INTO club (club_id, slug, name, keyword, currency, time_zone, language, money_display, line,"
      " ussd_root, earn_share, credit_valid_days, invoice_min, credit_share_max, join_on_purchase,"
      " redeem_auth, repeat_window_minutes) VALUES (1, 'a', 'A', 'a', 'IRR', 'Asia/Tehran', 0, 0, '30001234',"
      " '*1', 500, 30, 0, 10000, 1, 1, 10); INSERT INTO branch VALUES (1, 12, 'Vanak')");
  query(
      "INSERT INTO invoice_mark VALUES (1, 12, 'a-1', 1, 70), (1, 12, 'a-1', 2, 80), (1, 12, 'b-1', 1, 71);" +
      purchase(90, "A-1") + purchase(91, "c-1") +
      "INSERT INTO cashier_sale (purchase_id, club_id, cashier_phone, branch_no, made_up, at)"
      " VALUES (91, 1, 2, 12, 0, '2026-11-01')");
  store::migrate(connection, all);
  EXPECT_EQ(query("SELECT invoice, place, kind, record_id FROM bill_record ORDER BY invoice, place"),
            "a-1\t1\t1\t70\na-1\t2\t2\t80\na-1\t3\t3\t90\nb-1\t1\t1\t71\nc-1\t1\t4\t91\n");
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
}  // namespace peyk::tests::mysql_migrations_test
