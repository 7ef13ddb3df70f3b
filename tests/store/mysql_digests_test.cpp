// The managers' digest on a real database: each oddity is found, what nearly is one is not, and a day is told
// of once.
#include <gmock/gmock.h>

#include "store/mysql/day_oddities.hpp"
#include "store/mysql/digests.hpp"
#include "store/mysql/programmes.hpp"
#include "store/mysql/sql_thread.hpp"
#include "templates/dates.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_digests_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const rules::Instant kDay = templates::start_of_local_day(kNoon, "Asia/Tehran");
const rules::Instant kMorning = kDay + 33h;

class MysqlDigests : public testing::Test {
 protected:
  MysqlDigests() { load(); }

  void load() {
    directory.emplace(store::load_clubs(database.connection));
    database.connection.rollback();
  }
  void tell_daily() {
    database.query("UPDATE digest_policy SET told = 2");
    load();
  }

  // So many purchases of a phone, one a `step`.
  void buy(PhoneNumber phone, int count, std::chrono::minutes step, rules::Amount amount = 200'000) {
    for (int i = 0; i < count; ++i) {
      const std::string invoice = "I-" + std::to_string(++invoices);
      shop.ask(purchase_of(phone, amount, invoice, invoice));
      shop.advance(step);
    }
  }
  void refund(const std::string& invoice, rules::Amount amount, int status = 201) {
    const RequestKey key = hash_of("refund " + invoice);
    const auto done =
        shop.ask({.key = key,
                  .fingerprint = key,
                  .received_at = kNoon,
                  .what = TillOrder{{1, 12, "till-12"},
                                    TillRefund{.invoice = invoice, .amount = amount, .reference = key}}});
    EXPECT_EQ(done.status, status) << done.answer;
  }
  void say(PhoneNumber cashier, const std::string& text) {
    shop.ask(text_from(cashier, text, std::to_string(++texts)));
  }
  std::string newest_code() {
    return database.query("SELECT number FROM code ORDER BY code_id DESC LIMIT 1").substr(0, 7);
  }

  std::vector<OddThing> odd(rules::Instant from = kDay) {
    const DigestDay day{&directory->clubs().front(), from, from + 24h};
    const ClubDay read = store::read_club_day(database.connection, day);
    database.connection.rollback();
    return read.odd;
  }
  std::uint64_t tell(rules::Instant now) {
    std::uint64_t written = 0;
    for (bool is_done = false; !is_done;) {
      const auto told = store::tell_next_digest(database.connection, chance, *directory, now);
      database.connection.commit();
      written += told.texts;
      is_done = told.is_done;
    }
    return written;
  }

  TestDatabase database{"digests"};
  Shop shop{database, 1};
  store::SystemChance chance;
  std::optional<Directory> directory;
  int invoices = 0, texts = 0;
};

TEST_F(MysqlDigests, find_a_cashiers_phone_that_buys_and_not_one_that_bought_once) {
  buy(kVanakCashier, 1, 1h);
  EXPECT_THAT(odd(), IsEmpty());
  buy(kVanakCashier, 1, 1h);
  buy(kShopper, 2, 1h);
  EXPECT_THAT(
      odd(),
      ElementsAre(OddThing{
          .what = Oddity::own_phone, .phone = kVanakCashier, .branch = 12, .count = 2, .amount = 400'000}));
  EXPECT_THAT(odd(kDay + 24h), IsEmpty()) << "of another day";
  refund("I-1", 200'000);
  EXPECT_THAT(odd(), IsEmpty()) << "one of the two was given back";
}

TEST_F(MysqlDigests, find_a_phone_that_buys_all_day_and_not_one_that_buys_four_times) {
  buy(kShopper, 4, 20min);
  EXPECT_THAT(odd(), IsEmpty());
  buy(kShopper, 1, 20min, 100'000);
  EXPECT_THAT(
      odd(), ElementsAre(OddThing{
                 .what = Oddity::purchases, .phone = kShopper, .branch = 12, .count = 5, .amount = 900'000}));
}

TEST_F(MysqlDigests, find_one_of_the_best_who_stays_away_on_one_day_of_her_absence) {
  for (int week = 0; week < 3; ++week) {
    buy(kShopper, 1, 1h, 5'000'000);
    buy(kOtherShopper, 1, 1h);
    shop.advance(24h * 7 - 2h);
  }
  EXPECT_THAT(odd(kDay + 24h * 28), IsEmpty()) << "nobody has a score yet";
  rules::LrfmBounds bounds;
  bounds.spent = {1, 2, 3, 15'000'000};
  store::save_reckoned_bounds(database.connection, 1, bounds, 2, kNoon);
  database.connection.commit();
  load();
  EXPECT_THAT(odd(kDay + 24h * 27), IsEmpty()) << "14 days are twice a week";
  EXPECT_THAT(
      odd(kDay + 24h * 28),
      ElementsAre(OddThing{
          .what = Oddity::quiet, .phone = kShopper, .branch = 12, .count = 15, .amount = 15'000'000}));
  EXPECT_THAT(odd(kDay + 24h * 29), IsEmpty()) << "told of";
  database.query("UPDATE digest_policy SET quiet = 0");
  load();
  EXPECT_THAT(odd(kDay + 24h * 28), IsEmpty());
}

TEST_F(MysqlDigests, find_purchases_split_in_time_wherever_the_quarter_of_an_hour_begins) {
  buy(kShopper, 2, 8min);
  buy(kOtherShopper, 2, 1min);
  EXPECT_THAT(odd(), IsEmpty()) << "two";
  shop.advance(1h);
  for (int i = 0; i < 3; ++i) {
    buy(kShopper, 1, 0min);
    shop.advance(7min + 31s);
  }
  EXPECT_THAT(odd(), testing::Not(testing::Contains(testing::Field(&OddThing::what, Oddity::split))))
      << "three, a second too far apart";
  shop.advance(1h);
  buy(kOtherShopper, 3, 7min);
  EXPECT_THAT(
      odd(),
      testing::Contains(OddThing{
          .what = Oddity::split, .phone = kOtherShopper, .branch = 12, .count = 3, .amount = 600'000}));
}

TEST_F(MysqlDigests, find_refunds_after_the_credit_was_spent_and_no_others) {
  buy(kShopper, 1, 1h, 4'000'000);
  buy(kOtherShopper, 1, 1h, 2'000'000);
  refund("I-2", 2'000'000);
  EXPECT_THAT(odd(), IsEmpty()) << "its credit was there to be taken back";
  const std::string code = database.query("SELECT number FROM code ORDER BY code_id LIMIT 1").substr(0, 7);
  say(kVanakCashier, code + " 850000 4321");
  refund("I-1", 1'000'000);
  EXPECT_THAT(
      odd(), ElementsAre(OddThing{
                 .what = Oddity::refunds, .till = "till-12", .branch = 12, .count = 1, .amount = 1'000'000}));
}

TEST_F(MysqlDigests, find_refunds_whose_purchase_never_came_on_the_third_day_and_not_those_whose_did) {
  refund("X-1", 1'000'000, 202);
  refund("X-2", 1'000'000, 202);
  shop.ask(purchase_of(kShopper, 2'000'000, "X-2", "X-2"));
  EXPECT_THAT(odd(), IsEmpty()) << "it may still come";
  EXPECT_THAT(odd(kDay + 72h),
              ElementsAre(OddThing{.what = Oddity::parked, .till = "till-12", .branch = 12, .count = 1}));
  EXPECT_THAT(odd(kDay + 96h), IsEmpty()) << "it is told of once";
}

TEST_F(MysqlDigests, find_a_cashier_who_takes_back_redemptions_and_not_one_who_did_twice) {
  const auto take_and_undo = [this] {
    buy(kShopper, 1, 20min);
    say(kVanakCashier, newest_code() + " 850000 4321");
    say(kVanakCashier, "VOID " + newest_code() + " 4321");
  };
  take_and_undo();
  take_and_undo();
  EXPECT_THAT(odd(), IsEmpty());
  take_and_undo();
  EXPECT_THAT(
      odd(), ElementsAre(OddThing{
                 .what = Oddity::voids, .phone = kVanakCashier, .branch = 12, .count = 3, .amount = 30'000}));
}

TEST_F(MysqlDigests, find_who_tries_many_wrong_codes_slow_as_may_be_and_how_many_the_club_had) {
  const auto miss = [this](PhoneNumber cashier, int times) {
    for (int i = 0; i < times; ++i) {
      say(cashier, "1234567");
      shop.advance(11min);
    }
  };
  miss(kVanakCashier, 9);
  EXPECT_THAT(odd(), IsEmpty());
  miss(kVanakCashier, 1);
  const OddThing hers{.what = Oddity::misses, .phone = kVanakCashier, .branch = 12, .count = 10};
  EXPECT_THAT(odd(), ElementsAre(hers));
  database.query("UPDATE digest_policy SET club_misses = 12");
  load();
  miss(kTajrishCashier, 1);
  EXPECT_THAT(odd(), ElementsAre(hers));
  miss(kTajrishCashier, 1);
  EXPECT_THAT(odd(), ElementsAre(hers, OddThing{.what = Oddity::club_misses, .count = 12}));
  EXPECT_THAT(odd(kDay - 24h), IsEmpty());
}

TEST_F(MysqlDigests, ask_nothing_of_what_a_club_does_not_want_to_know) {
  buy(kVanakCashier, 6, 1min);
  EXPECT_THAT(odd(), testing::SizeIs(3));
  database.query("UPDATE digest_policy SET own_phone = 0, purchases = 0, split = 0");
  load();
  EXPECT_THAT(odd(), IsEmpty());
}

TEST_F(MysqlDigests, tell_a_day_once_and_leave_the_text_for_the_morning) {
  buy(kVanakCashier, 2, 1h);
  database.query("DELETE FROM outbox");
  EXPECT_EQ(tell(kDay + 30h), 0U) << "before nine";
  EXPECT_EQ(tell(kMorning), 1U);
  EXPECT_EQ(tell(kMorning + 1s), 0U);
  EXPECT_EQ(tell(kMorning + 24h), 0U) << "a day without anything";
  EXPECT_EQ(tell(kMorning), 0U) << "a clock that went back";
  EXPECT_EQ(database.query("SELECT phone, state, lane, send_at, text FROM outbox"),
            "989121112244\t7\t2\t2026-11-22 05:30:00.000000\tBread and Salt, 2026-11-21:\\n2 purchases on the"
            " phone of cashier 0912xxx2233: 400,000 rials, Vanak\n");
  EXPECT_EQ(database.query("SELECT COUNT(*), SUM(texts) FROM digest WHERE told_at IS NOT NULL"), "2\t1\n");
}

TEST_F(MysqlDigests, tell_of_sales_less_refunds_new_members_and_the_best_branch_where_it_is_wanted) {
  tell_daily();
  buy(kShopper, 1, 1h, 3'000'000);
  buy(kOtherShopper, 1, 1h, 1'000'000);
  refund("I-1", 500'000);
  shop.ask(text_from(kShopper, "LANG FA", "1"));
  database.query("DELETE FROM outbox");
  EXPECT_EQ(tell(kMorning), 1U);
  EXPECT_THAT(database.query("SELECT text FROM outbox"),
              HasSubstr("Sales: 2, 3,500,000 rials. New members: 2. Best branch: Vanak"));
  shop.ask(purchase_of(kTajrishCashier, 1'000'000, "M-1", "M-1"));  // joins the manager
  shop.ask(text_from(kTajrishCashier, "LANG FA", "2"));
  database.query("DELETE FROM outbox");
  EXPECT_EQ(tell(kMorning + 24h), 1U);
  EXPECT_THAT(database.query("SELECT text FROM outbox"), HasSubstr("فروشی نبود")) << "in her language";
}

TEST_F(MysqlDigests, are_left_to_whoever_is_at_them_and_told_by_another_if_it_dies) {
  buy(kVanakCashier, 2, 1h);
  EXPECT_EQ(store::tell_next_digest(database.connection, chance, *directory, kMorning).texts, 1U);
  store::Connection other(database.options());
  other.open();
  store::SystemChance its;
  EXPECT_TRUE(store::tell_next_digest(other, its, *directory, kMorning).is_done) << "nobody waits";
  other.commit();
  database.connection.rollback();  // it dies
  EXPECT_EQ(store::tell_next_digest(other, its, *directory, kMorning).texts, 1U);
  other.commit();
  EXPECT_EQ(tell(kMorning), 0U);
}

TEST_F(MysqlDigests, of_a_day_that_fails_each_time_keep_no_other_day_waiting) {
  tell(kMorning);
  const rules::Instant late = kMorning + 48h;  // two days are due
  store::tell_next_digest(database.connection, chance, *directory, late, 1);
  database.connection.commit();
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM digest WHERE told_at IS NULL"), 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM digest d WHERE d.told_at IS NULL AND EXISTS (SELECT 1 FROM"
                            " digest l WHERE l.day_from > d.day_from AND l.told_at IS NOT NULL)"),
            1)
      << "the later one is told";
}

TEST_F(MysqlDigests, of_two_gateways_at_the_same_moment_one_tells) {
  buy(kVanakCashier, 2, 1h);
  database.query("DELETE FROM outbox");
  struct Gateway {
    explicit Gateway(const TestDatabase& database)
        : sql(database.options(),
              [](const std::string& event, const std::string& why) { ADD_FAILURE() << event << why; }) {
      sql.start();
    }
    store::SystemChance chance;
    store::SqlThread sql;
  };
  std::deque<Gateway> gateways;
  for (int i = 0; i < 4; ++i) gateways.emplace_back(database);
  for (int looks = 0; looks < 5; ++looks) {
    for (Gateway& one : gateways) {
      const auto look = [this, &one](store::Connection& connection) {
        store::tell_next_digest(connection, one.chance, *directory, kMorning);
      };
      EXPECT_TRUE(one.sql.run(look, [](bool committed) { EXPECT_TRUE(committed); }));
    }
  }
  for (Gateway& one : gateways) one.sql.stop();
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 1);
}

TEST_F(MysqlDigests, forget_whose_misses_they_were_after_a_week) {
  say(kVanakCashier, "1234567");
  tell(kMorning);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM miss_day"), 1);
  tell(kMorning + 24h * 8);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM miss_day"), 0);
}

}  // namespace
}  // namespace peyk::tests::mysql_digests_test
