// Moments go to the database and come back to the microsecond.
#include <gtest/gtest.h>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_moments_test {
namespace {

using namespace std::chrono;
using rules::Instant;

Instant at(int on_year, unsigned on_month, unsigned on_day, microseconds time) {
  return sys_days{year{on_year} / static_cast<int>(on_month) / static_cast<int>(on_day)} + time;
}

TEST(MysqlMoments, come_back_to_the_microsecond) {
  TestDatabase database("moments");
  const std::vector<std::pair<Instant, std::string>> moments{
      {at(1970, 1, 1, 1us), "1970-01-01 00:00:00.000001"},
      {at(2000, 2, 29, 24h - 1us), "2000-02-29 23:59:59.999999"},
      {at(2026, 11, 23, 6h + 5min + 4s + 30'020us), "2026-11-23 06:05:04.030020"},
      {at(1404, 12, 10, 20h), "1404-12-10 20:00:00.000000"},
      {at(9999, 12, 31, 24h - 1us), "9999-12-31 23:59:59.999999"},
  };
  for (const auto& [moment, text] : moments) {
    store::Rows rows =
        database.connection.prepare("SELECT CAST(CAST(? AS DATETIME(6)) AS CHAR), CAST(? AS DATETIME(6))")
            .add(moment)
            .add(moment)
            .query();
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(), text);
    EXPECT_EQ(rows.instant(), moment) << text;
  }
}

}  // namespace
}  // namespace peyk::tests::mysql_moments_test
