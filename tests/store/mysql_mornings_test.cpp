// What mornings and nights bring on a real database: tiers that end, birthdays, absences, segments; each
// once, whoever is at it and however small the sets.
#include <gmock/gmock.h>

#include "handlers/measures.hpp"
#include "store/mysql/erasure.hpp"
#include "store/mysql/occasions.hpp"
#include "store/mysql/programmes.hpp"
#include "store/mysql/segment_pass.hpp"
#include "store/mysql/tier_days.hpp"
#include "templates/dates.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_mornings_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using rules::Condition;
using rules::EffectKind;
using rules::Measure;
using rules::Occasion;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr PhoneNumber kThirdShopper = 989120000103;
constexpr const char* kPromoLine = "20001234";

Condition at_least(Measure measure, std::int64_t from) {
  return {.measure = measure, .ranges = {{.from = from}}};
}

Club club_of_mornings() {
  Club club = stored_club();
  rules::Offer cake;
  cake.name = "cake";
  cake.on = Occasion::birthday;
  cake.then = {{.kind = EffectKind::credit, .value = 50'000}};
  rules::Offer back;
  back.name = "come-back";
  back.on = Occasion::away;
  back.when = {at_least(Measure::days_away, 30)};
  back.then = {{.kind = EffectKind::credit, .value = 30'000, .valid_days = 14}};
  back.message = "{club} misses you: {credit}, code {code}, until {until}";
  club.programme.offers = {cake, back};
  club.programme.segments = {{.name = "regular", .when = {at_least(Measure::visits, 2)}},
                             {.name = "sleeping", .when = {at_least(Measure::days_away, 30)}}};
  club.programme.tiers = {.by = rules::TierMeasure::spend,
                          .period_days = 30,
                          .grace_days = 10,
                          .tiers = {{.name = "gold", .title = "Gold", .from = 2'000'000}}};
  return club;
}

class MysqlMornings : public testing::Test {
 protected:
  MysqlMornings() { load(); }

  void load() {
    directory.emplace(store::load_clubs(database.connection));
    database.connection.rollback();
  }
  const Club& club() const { return directory->clubs().front(); }

  void buy(PhoneNumber phone, rules::Amount amount) {
    const std::string invoice = "I-" + std::to_string(++invoices);
    shop.ask(purchase_of(phone, amount, invoice, invoice));
    database.query("DELETE FROM outbox");
  }

  // All sets that are due at that moment; how many members they came to.
  std::uint64_t tiers(rules::Instant now, std::uint32_t limit = 1) {
    std::uint64_t members = 0;
    for (bool is_done = false; !is_done;) {
      const auto looked = store::look_at_tiers(database.connection, chance, *directory, club(), now, limit);
      database.connection.commit();
      members += looked.members;
      is_done = looked.is_done;
    }
    return members;
  }
  std::uint64_t give(Occasion on, rules::Instant now, const std::string& line = kPromoLine,
                     std::uint32_t limit = 1) {
    std::uint64_t members = 0;
    for (const OccasionRound& round : occasion_rounds(*directory, now)) {
      if (round.on != on) continue;
      for (bool is_done = false; !is_done;) {
        auto given = store::give_occasion(database.connection, chance, *directory, round, line, now, limit);
        database.connection.commit();
        members += given.members;
        std::ranges::move(given.texts, std::back_inserter(queued));
        is_done = given.is_done;
      }
    }
    return members;
  }
  void begin_rounds_anew() { database.query("DELETE FROM occasion_round"); }
  void born(PhoneNumber phone, rules::Instant day) {
    const auto date = templates::local_jalali_date(day, club().time_zone);
    database.query(
        "REPLACE INTO profile (member_id, club_id, born_year, born_month, born_day) SELECT"
        " member_id, 1, 1370, " +
        std::to_string(date.month) + ", " + std::to_string(date.day) +
        " FROM member WHERE phone = " + std::to_string(phone));
  }

  TestDatabase database{"mornings"};
  Shop shop{database, 1, 200, club_of_mornings()};
  store::SystemChance chance;
  std::optional<Directory> directory;
  std::vector<store::QueuedText> queued;  // of what give() gave
  int invoices = 0;
};

TEST_F(MysqlMornings, tiers_fall_on_their_day_and_their_members_are_told_once) {
  buy(kShopper, 2'000'000);
  buy(kOtherShopper, 1'000'000);
  ASSERT_EQ(database.query("SELECT tier FROM standing WHERE tier > 0"), "1\n");
  EXPECT_EQ(tiers(kNoon + 24h * 39), 0U);
  EXPECT_EQ(tiers(kNoon + 24h * 40), 1U);
  EXPECT_EQ(tiers(kNoon + 24h * 40), 0U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM standing WHERE tier > 0 OR until_day > 0"), 0);
  EXPECT_THAT(
      database.query("SELECT phone, lane, text FROM outbox"),
      testing::AllOf(HasSubstr("989120000101\t2\t"), HasSubstr("Your time as Gold"), HasSubstr("is over")));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 1);
}

TEST_F(MysqlMornings, tiers_that_the_last_period_bears_stay_for_another) {
  buy(kShopper, 2'000'000);
  shop.advance(24h * 25);
  buy(kShopper, 2'000'000);
  EXPECT_EQ(tiers(kNoon + 24h * 40 - 12h * 1), 1U) << "at night, a day later by the club's clock";
  EXPECT_EQ(database.number("SELECT tier FROM standing WHERE until_day > 0"), 1);
  EXPECT_THAT(database.query("SELECT text FROM outbox"), HasSubstr("You stay Gold"));
}

TEST_F(MysqlMornings, tiers_of_a_club_that_has_none_any_more_end_in_silence) {
  buy(kShopper, 2'000'000);
  Club plain = club();
  plain.programme.tiers.tiers.clear();
  store::save_club(database.connection, plain);
  database.connection.commit();
  load();
  EXPECT_EQ(tiers(kNoon + 24h * 40), 1U);
  EXPECT_EQ(tiers(kNoon + 24h * 40), 0U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 0);
}

TEST_F(MysqlMornings, a_birthday_brings_credit_with_a_code_once_a_year) {
  buy(kShopper, 1'000'000);
  buy(kOtherShopper, 1'000'000);
  born(kShopper, kNoon);
  born(kOtherShopper, kNoon + 24h);
  EXPECT_EQ(give(Occasion::birthday, kNoon), 1U);
  EXPECT_EQ(database.query("SELECT issued, remaining FROM lot WHERE origin = 5"), "50000\t50000\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM code JOIN lot USING (lot_id) WHERE origin = 5"), 1);
  EXPECT_EQ(database.query("SELECT purchase_id, value, lot_id > 0 FROM offer_grant"), "0\t50000\t1\n");
  EXPECT_THAT(
      database.query("SELECT phone, lane, text FROM outbox"),
      testing::AllOf(HasSubstr("989120000101\t2\t"), HasSubstr("Happy birthday"), HasSubstr("50,000 rials")));
  EXPECT_EQ(database.query("SELECT state, send_at = created_at FROM outbox"), "7\t1\n")
      << "one of many: it is let in as its line drains";
  EXPECT_TRUE(queued.empty());
  EXPECT_EQ(give(Occasion::birthday, kNoon + 1h), 0U) << "the round is done";
  begin_rounds_anew();
  EXPECT_EQ(give(Occasion::birthday, kNoon + 1h), 0U) << "she had it";
  born(kShopper, kNoon + 24h * 60);
  EXPECT_EQ(give(Occasion::birthday, kNoon + 24h * 60), 0U) << "one a year, whatever she says";
  born(kShopper, kNoon + 24h * 365);
  EXPECT_EQ(give(Occasion::birthday, kNoon + 24h * 365), 1U);
  database.expect_clean_ledger();
}

TEST_F(MysqlMornings, a_birthday_waits_for_the_clubs_morning_and_is_over_in_the_evening) {
  buy(kShopper, 1'000'000);
  const rules::Instant day = templates::start_of_local_day(kNoon, club().time_zone);
  born(kShopper, kNoon);
  EXPECT_EQ(give(Occasion::birthday, day + 9h - 1s), 0U);
  EXPECT_EQ(give(Occasion::birthday, day + 20h), 0U);
  EXPECT_EQ(give(Occasion::birthday, day + 9h), 1U);
}

TEST_F(MysqlMornings, who_stays_away_is_asked_back_once_an_absence_by_a_line_for_advertising) {
  buy(kShopper, 1'000'000);
  shop.advance(24h * 20);
  buy(kOtherShopper, 1'000'000);
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 29), 0U);
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 30), 1U);
  EXPECT_THAT(database.query("SELECT phone, lane, line, text FROM outbox"),
              testing::AllOf(HasSubstr("989120000101\t3\t20001234\t"),
                             HasSubstr("Bread and Salt misses you: 30,000 rials, code "),
                             testing::Not(HasSubstr("{"))));
  ASSERT_EQ(queued.size(), 1U) << "its lane has room: else it would not have been given";
  EXPECT_EQ(queued[0].line, kPromoLine);
  EXPECT_EQ(database.query("SELECT state, TIMESTAMPDIFF(HOUR, created_at, valid_until) FROM outbox"),
            "1\t24\n")
      << "through a night, or a carrier that is away";
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 31), 0U) << "the same absence";
  shop.advance(24h * 12);
  buy(kShopper, 1'000'000);  // on the 32nd day
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 61), 1U) << "the other, whose 30 days are over";
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 62), 1U) << "another absence of hers";
  database.expect_clean_ledger();
}

TEST_F(MysqlMornings, nobody_is_asked_back_who_wants_no_advertising_or_where_no_line_is_for_it) {
  buy(kShopper, 1'000'000);
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 30, ""), 0U);
  begin_rounds_anew();
  database.query("INSERT INTO line_phone (line, phone, promo_stopped) VALUES ('30001234', 989120000101, 1)");
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 30), 0U);
  begin_rounds_anew();
  database.query("UPDATE line_phone SET promo_stopped = 0");
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 30), 1U);
}

TEST_F(MysqlMornings, are_left_to_whoever_is_at_them_and_gone_on_with_by_another_if_it_dies) {
  for (const PhoneNumber phone : {kShopper, kOtherShopper, kThirdShopper}) {
    buy(phone, 1'000'000);
    born(phone, kNoon);
  }
  const auto rounds = occasion_rounds(*directory, kNoon);
  ASSERT_FALSE(rounds.empty());
  ASSERT_EQ(rounds.front().on, Occasion::birthday);
  const auto set = [&](store::Connection& connection, store::SystemChance& its) {
    return store::give_occasion(connection, its, *directory, rounds.front(), kPromoLine, kNoon, 1);
  };
  EXPECT_EQ(set(database.connection, chance).members, 1U);
  database.connection.commit();
  EXPECT_EQ(set(database.connection, chance).members, 1U);
  store::Connection other(database.options());
  other.open();
  store::SystemChance its;
  EXPECT_TRUE(set(other, its).is_done) << "nobody waits";
  other.rollback();
  database.connection.rollback();  // it dies
  EXPECT_EQ(set(other, its).members, 1U);
  other.commit();
  EXPECT_EQ(set(other, its).members, 1U);
  other.commit();
  EXPECT_TRUE(set(other, its).is_done);
  other.commit();
  EXPECT_EQ(database.query("SELECT COUNT(*), COUNT(DISTINCT member_id) FROM offer_grant"), "3\t3\n");
}

TEST_F(MysqlMornings, who_joined_lately_is_welcomed_once_and_who_told_all_is_thanked) {
  Club welcoming = club();
  rules::Offer hello, profile;
  hello.name = "hello";
  hello.on = Occasion::join;
  hello.then = {{.kind = EffectKind::credit, .value = 20'000}};
  profile.name = "profile";
  profile.on = Occasion::profile;
  profile.then = {{.kind = EffectKind::credit, .value = 10'000}};
  welcoming.programme.offers.push_back(hello);
  welcoming.programme.offers.push_back(profile);
  store::save_club(database.connection, welcoming);
  database.connection.commit();
  load();
  buy(kShopper, 1'000'000);  // joins by it
  EXPECT_EQ(give(Occasion::profile, kNoon), 0U);
  EXPECT_EQ(give(Occasion::join, kNoon), 1U);
  EXPECT_EQ(give(Occasion::join, kNoon + 15min), 0U);
  EXPECT_EQ(give(Occasion::join, kNoon + 24h), 0U) << "once a membership";
  shop.advance(15min);
  buy(kOtherShopper, 1'000'000);
  EXPECT_EQ(give(Occasion::join, kNoon + 15min), 0U) << "this quarter is done";
  EXPECT_EQ(give(Occasion::join, kNoon + 30min), 1U);
  born(kShopper, kNoon + 24h * 60);
  database.query("UPDATE profile SET completed_at = '2026-11-21 12:00:00'");
  EXPECT_EQ(give(Occasion::profile, kNoon + 30min), 1U);
  EXPECT_EQ(give(Occasion::profile, kNoon + 45min), 0U);
  EXPECT_EQ(database.number("SELECT SUM(issued) FROM lot WHERE origin = 5"), 50'000);
  EXPECT_THAT(database.query("SELECT text FROM outbox"), HasSubstr("Thank you for telling Bread and Salt"));
}

TEST_F(MysqlMornings, who_leaves_and_joins_again_is_not_welcomed_again_by_the_same_offer) {
  Club welcoming = club();
  rules::Offer hello;
  hello.name = "hello";
  hello.on = Occasion::join;
  hello.then = {{.kind = EffectKind::credit, .value = 20'000}};
  welcoming.programme.offers.push_back(hello);
  const auto apply = [&] {
    store::save_club(database.connection, welcoming);
    database.connection.commit();
    load();
  };
  apply();
  buy(kShopper, 1'000'000);  // joins by it
  ASSERT_EQ(give(Occasion::join, kNoon), 1U);
  const auto leaves_and_comes_back = [&](const std::string& key) {
    shop.ask(text_from(kShopper, "LEAVE", key));
    shop.ask(text_from(kShopper, database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5),
                       key + "now"));
    store::erase_due(database.connection, kNoon + 1min, 10, 100);
    database.connection.commit();
    ASSERT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone = 989120000101"), 0);
    ASSERT_EQ(
        database.number("SELECT COUNT(*) FROM offer_use JOIN member USING (member_id) WHERE phone IS NULL"),
        0);
    buy(kShopper, 1'000'000);
  };
  leaves_and_comes_back("first");
  EXPECT_EQ(give(Occasion::join, kNoon + 15min), 0U);
  const auto uses_of = [&](const std::string& name) {
    const auto offer =
        static_cast<std::uint32_t>(database.number("SELECT offer_id FROM offer WHERE name = '" + name + "'"));
    std::uint64_t rows_left = 1000;
    const store::OfferReach reach = store::load_offer_reach(database.connection, offer, rows_left);
    return std::pair(reach.uses, reach.members);
  };
  EXPECT_EQ(uses_of("hello"), std::pair(0UL, 0UL)) << "what she had before is no use by her of today";
  welcoming.programme.offers.back().then.front().value = 25'000;
  apply();
  leaves_and_comes_back("second");
  EXPECT_EQ(give(Occasion::join, kNoon + 30min), 0U) << "a version is no new offer";
  welcoming.programme.offers.back().name = "welcome";
  apply();
  leaves_and_comes_back("third");
  buy(kOtherShopper, 1'000'000);
  EXPECT_EQ(give(Occasion::join, kNoon + 45min), 2U) << "another offer is, and another phone is a stranger";
  leaves_and_comes_back("fourth");
  EXPECT_EQ(give(Occasion::join, kNoon + 60min), 0U);
  EXPECT_EQ(uses_of("welcome"), std::pair(1UL, 1UL)) << "the other's";
  EXPECT_EQ(database.number("SELECT SUM(issued) FROM lot WHERE origin = 5"), 20'000 + 2 * 25'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlMornings, who_leaves_and_joins_again_is_not_thanked_again_for_her_profile) {
  Club thankful = club();
  rules::Offer thanks;
  thanks.name = "thanks";
  thanks.on = Occasion::profile;
  thanks.then = {{.kind = EffectKind::credit, .value = 10'000}};
  thankful.programme.offers.push_back(thanks);
  store::save_club(database.connection, thankful);
  database.connection.commit();
  load();
  const auto tells_all = [&](PhoneNumber phone) {
    buy(phone, 1'000'000);  // joins by it
    born(phone, kNoon + 24h * 60);
    database.query("UPDATE profile SET completed_at = '2026-11-21 12:00:00'");
  };
  tells_all(kShopper);
  ASSERT_EQ(give(Occasion::profile, kNoon), 1U);
  for (const auto quarters : {1, 2}) {
    shop.ask(text_from(kShopper, "LEAVE", "leaves" + std::to_string(quarters)));
    shop.ask(text_from(kShopper, database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5),
                       "leaves now" + std::to_string(quarters)));
    store::erase_due(database.connection, kNoon + 1min, 10, 100);
    database.connection.commit();
    ASSERT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone = 989120000101"), 0);
    tells_all(kShopper);
    EXPECT_EQ(give(Occasion::profile, kNoon + quarters * 15min), 0U);
  }
  tells_all(kOtherShopper);
  EXPECT_EQ(give(Occasion::profile, kNoon + 45min), 1U) << "another phone is another matter";
  EXPECT_EQ(database.number("SELECT SUM(issued) FROM lot WHERE origin = 5"), 2 * 10'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlMornings, who_leaves_and_joins_again_has_one_birthday_a_year) {
  buy(kShopper, 1'000'000);
  born(kShopper, kNoon);
  ASSERT_EQ(give(Occasion::birthday, kNoon), 1U);
  shop.ask(text_from(kShopper, "LEAVE", "leaves"));
  shop.ask(text_from(kShopper, database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5),
                     "leaves now"));
  store::erase_due(database.connection, kNoon + 1min, 10, 100);
  database.connection.commit();
  ASSERT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone = 989120000101"), 0);
  buy(kShopper, 1'000'000);
  born(kShopper, kNoon + 24h * 2);
  EXPECT_EQ(give(Occasion::birthday, kNoon + 24h * 2), 0U) << "it is the same phone, in the same year";
  born(kShopper, kNoon + 24h * 365);
  EXPECT_EQ(give(Occasion::birthday, kNoon + 24h * 365), 1U);
}

TEST_F(MysqlMornings, who_was_asked_back_is_not_locked_again_while_she_stays_away) {
  buy(kShopper, 1'000'000);
  buy(kOtherShopper, 1'000'000);
  database.query("INSERT INTO line_phone (line, phone, promo_stopped) VALUES ('30001234', 989120000102, 1)");
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 30), 1U);
  database.query("UPDATE line_phone SET promo_stopped = 0");
  store::Connection till(database.options());
  till.open();
  {
    store::Rows rows = till.prepare("SELECT member_id FROM member WHERE club_id = 1 AND phone = ? FOR UPDATE")
                           .add(kShopper)
                           .query();
    ASSERT_TRUE(rows.next());
  }
  EXPECT_EQ(give(Occasion::away, kNoon + 24h * 31, kPromoLine, 100), 1U) << "the other; of her nobody waits";
  till.rollback();
}

TEST_F(MysqlMornings, budgets_end_with_what_they_have) {
  Club bounded = club();
  for (rules::Offer& offer : bounded.programme.offers) offer.budget = 80'000;
  store::save_club(database.connection, bounded);
  database.connection.commit();
  load();
  for (const PhoneNumber phone : {kShopper, kOtherShopper, kThirdShopper}) {
    buy(phone, 1'000'000);
    born(phone, kNoon);
  }
  EXPECT_EQ(give(Occasion::birthday, kNoon, kPromoLine, 200), 2U);
  EXPECT_EQ(database.number("SELECT SUM(issued) FROM lot WHERE origin = 5"), 80'000);
  EXPECT_EQ(database.query("SELECT spent FROM offer WHERE name = 'cake'"), "80000\n");
}

TEST_F(MysqlMornings, tell_of_the_tier_that_a_birthdays_points_bring_her_to) {
  Club pointed = club();
  pointed.programme.offers[0].then = {{.kind = EffectKind::points, .value = 30}};
  pointed.programme.tiers.by = rules::TierMeasure::points;
  pointed.programme.tiers.tiers = {{.name = "gold", .title = "Gold", .from = 30}};
  store::save_club(database.connection, pointed);
  database.connection.commit();
  load();
  buy(kShopper, 1'000'000);
  born(kShopper, kNoon);
  EXPECT_EQ(give(Occasion::birthday, kNoon), 1U);
  EXPECT_EQ(database.number("SELECT tier FROM standing WHERE points = 30"), 1);
  EXPECT_THAT(database.query("SELECT text FROM outbox"),
              testing::AllOf(HasSubstr("Happy birthday"), HasSubstr("30 points"),
                             HasSubstr("You are Gold now, until ")));
}

class MysqlSegments : public MysqlMornings {
 protected:
  std::vector<store::SegmentCount> night(rules::Instant now, std::uint32_t page = 2) {
    store::SegmentPass pass(club(), day_of(club(), now));
    while (pass.step(database.connection, now, page)) {
      database.connection.commit();
      pass.adopt();
    }
    pass.save(database.connection);
    database.connection.commit();
    return pass.counts();
  }
  static std::string words(const store::SegmentCount& one) {
    return std::to_string(one.members) + " +" + std::to_string(one.entered) + " -" + std::to_string(one.left);
  }
};

TEST_F(MysqlSegments, are_counted_each_night_with_who_came_and_went) {
  for (const PhoneNumber phone : {kShopper, kOtherShopper, kThirdShopper}) buy(phone, 500'000);
  shop.advance(24h);
  buy(kShopper, 500'000);
  auto counts = night(kNoon + 24h);
  EXPECT_EQ(words(counts[0]), "1 +1 -0");
  EXPECT_EQ(words(counts[1]), "0 +0 -0");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM segment_mask"), 1) << "written only where it changed";
  counts = night(kNoon + 24h * 30);
  EXPECT_EQ(words(counts[0]), "1 +0 -0");
  EXPECT_EQ(words(counts[1]), "2 +2 -0");
  counts = night(kNoon + 24h * 31);
  EXPECT_EQ(words(counts[1]), "3 +1 -0");
  shop.advance(24h * 31);
  buy(kOtherShopper, 500'000);
  counts = night(kNoon + 24h * 32);
  EXPECT_EQ(words(counts[0]), "2 +1 -0");
  EXPECT_EQ(words(counts[1]), "2 +0 -1");
  const auto days = store::load_segment_days(database.connection, 1, day_of(club(), kNoon + 24h * 32));
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[1].name, "sleeping");
  EXPECT_EQ(words(days[1].count), "2 +0 -1");
}

TEST_F(MysqlSegments, that_take_the_place_of_others_in_the_file_begin_with_nobody) {
  buy(kShopper, 500'000);
  night(kNoon + 24h * 30);
  Club changed = club();
  changed.programme.segments[0] = {.name = "rich", .when = {at_least(Measure::spent, 1)}};
  std::swap(changed.programme.segments[0], changed.programme.segments[1]);
  store::save_club(database.connection, changed);
  database.connection.commit();
  load();
  const auto counts = night(kNoon + 24h * 31);
  EXPECT_EQ(words(counts[0]), "1 +0 -0") << "sleeping, wherever it stands";
  EXPECT_EQ(words(counts[1]), "1 +1 -0");
}

// A night reads what is asked for, and nothing else.
TEST_F(MysqlSegments, may_ask_for_what_a_member_told_and_for_where_she_stands) {
  for (const PhoneNumber phone : {kShopper, kOtherShopper}) buy(phone, 500'000);
  const auto of_member = [](PhoneNumber phone) {
    return " FROM member WHERE phone = " + std::to_string(phone);
  };
  database.query("INSERT INTO profile (member_id, club_id, gender) SELECT member_id, 1, 1" +
                 of_member(kShopper));
  database.query(
      "REPLACE INTO standing (member_id, club_id, points, tier, since_day, until_day) SELECT member_id, 1, 7,"
      " 0, 0, 0" +
      of_member(kOtherShopper));
  Club changed = club();
  changed.programme.points_per = 100'000;
  changed.programme.segments = {
      {.name = "women", .when = {{.measure = Measure::gender, .ranges = {{1, 1}}}}}};
  store::save_club(database.connection, changed);
  database.connection.commit();
  load();
  EXPECT_EQ(words(night(kNoon + 24h)[0]), "1 +1 -0");
  changed.programme.segments = {{.name = "keen", .when = {at_least(Measure::points, 6)}}};
  store::save_club(database.connection, changed);
  database.connection.commit();
  load();
  EXPECT_EQ(words(night(kNoon + 48h)[0]), "1 +1 -0");
}

TEST_F(MysqlSegments, count_a_page_once_that_had_to_be_done_again) {
  for (const PhoneNumber phone : {kShopper, kOtherShopper, kThirdShopper}) buy(phone, 500'000);
  store::SegmentPass pass(club(), day_of(club(), kNoon + 24h * 30));
  pass.step(database.connection, kNoon + 24h * 30, 2);
  database.connection.rollback();  // its commit failed
  while (pass.step(database.connection, kNoon + 24h * 30, 2)) {
    database.connection.commit();
    pass.adopt();
  }
  pass.save(database.connection);
  database.connection.commit();
  EXPECT_EQ(words(pass.counts()[1]), "3 +3 -0");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM segment_mask"), 3);
}

}  // namespace
}  // namespace peyk::tests::mysql_mornings_test
