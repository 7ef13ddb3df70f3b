// Reminders on a real database: each member once, of all that lapses, whoever is at it and however small the
// sets.
#include <gmock/gmock.h>

#include "store/mysql/reminders.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_reminders_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr handlers::PhoneNumber kThirdShopper = 989120000103;

class MysqlReminders : public testing::Test {
 protected:
  MysqlReminders() {
    shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
    shop.ask(purchase_of(kOtherShopper, 2'000'000, "A-2", "2"));
    shop.ask(purchase_of(kThirdShopper, 2'000'000, "A-3", "3"));
    shop.ask(purchase_of(kShopper, 1'000'000, "A-4", "4"));
    const std::string spent =
        database.query("SELECT number FROM code ORDER BY code_id LIMIT 1, 1").substr(0, 7);
    shop.ask(text_from(kVanakCashier, spent + " 850000 4321", "1"));
    database.query("DELETE FROM outbox");
    directory.emplace(store::load_clubs(database.connection));
    database.connection.rollback();
  }
  // All sets of all rounds at that moment; how many texts were written.
  std::uint64_t remind(rules::Instant now, std::uint32_t lots_max) {
    std::uint64_t texts = 0;
    for (const auto& round : handlers::reminder_rounds(*directory, now)) {
      for (bool is_done = false; !is_done;) {
        const auto reminded = store::remind(database.connection, chance, round, now, lots_max);
        database.connection.commit();
        texts += reminded.texts;
        is_done = reminded.is_done;
      }
    }
    return texts;
  }

  TestDatabase database{"reminders"};
  Shop shop{database, 1};
  store::SystemChance chance;
  std::optional<handlers::Directory> directory;
  // Three days before the last good day of what was given at kNoon, in the afternoon.
  const rules::Instant day = kNoon + 24h * 27;
};

TEST_F(MysqlReminders, tell_each_member_once_of_all_that_lapses) {
  EXPECT_EQ(remind(day - 24h, 1), 0U) << "too early";
  EXPECT_EQ(remind(day, 1), 2U) << "one has spent hers";
  EXPECT_EQ(remind(day, 1), 0U) << "once";
  EXPECT_EQ(remind(day + 24h, 500), 0U);
  const std::string texts = database.query("SELECT text FROM outbox ORDER BY message_id");
  EXPECT_THAT(texts, HasSubstr("250,000 rials of your credit"));
  EXPECT_THAT(texts, HasSubstr("100,000 rials of your credit"));
  EXPECT_EQ(database.query("SELECT DISTINCT state, lane, send_at FROM outbox"),
            "7\t2\t2026-12-18 12:00:00.000000\n");
}

TEST_F(MysqlReminders, are_caught_up_with_by_a_gateway_that_was_away_for_a_day) {
  EXPECT_EQ(remind(day + 24h, 500), 2U);
  EXPECT_EQ(remind(day + 48h, 500), 0U);
}

TEST_F(MysqlReminders, are_left_to_whoever_is_at_them) {
  const auto rounds = handlers::reminder_rounds(*directory, day);
  EXPECT_EQ(store::remind(database.connection, chance, rounds.back(), day, 1).texts, 1U);
  database.connection.commit();
  EXPECT_FALSE(store::remind(database.connection, chance, rounds.back(), day, 1).is_done);
  store::Connection other(database.options());
  other.open();
  store::SystemChance its;
  EXPECT_TRUE(store::remind(other, its, rounds.back(), day, 1).is_done);
  other.rollback();
  database.connection.rollback();  // it dies
  EXPECT_EQ(store::remind(other, its, rounds.back(), day, 500).texts, 1U) << "of the two";
  other.commit();
}

TEST_F(MysqlReminders, of_rounds_long_over_are_forgotten) {
  remind(day, 500);
  EXPECT_EQ(store::forget_reminder_rounds(database.connection, day), 0U);
  EXPECT_GT(store::forget_reminder_rounds(database.connection, day + 24h * 30), 0U);
  database.connection.commit();
}

}  // namespace
}  // namespace peyk::tests::mysql_reminders_test
