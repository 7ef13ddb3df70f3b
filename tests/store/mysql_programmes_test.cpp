// Clubs' programmes in the database: applied twice they change nothing, a changed offer is a new version, and
// what was given keeps the version it was given by.
#include <gmock/gmock.h>

#include "handlers/programme_json.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/programmes.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_programmes_test {
namespace {

using namespace handlers;
using rules::EffectKind;
using rules::Measure;
using rules::Offer;
using testing::IsEmpty;
using testing::SizeIs;

Offer offer(std::string name, std::int64_t percent) {
  return {.name = std::move(name),
          .when = {{.measure = Measure::visits, .ranges = {{.from = 6}}}},
          .then = {{.kind = EffectKind::credit_percent, .value = percent}}};
}

Club club_with(std::vector<Offer> offers) {
  Club club = stored_club();
  club.programme.segments = {
      {.name = "own",
       .title = "خاص",
       .when = {{.set = rules::WordSet::city, .words = {word_id_of("تهران")}, .word_names = {"تهران"}}}}};
  club.programme.tiers = {.by = rules::TierMeasure::points,
                          .period_days = 90,
                          .grace_days = 0,
                          .tiers = {{"silver", "نقره‌ای", 10}, {"gold", "طلایی", 20}}};
  club.programme.points_per = 100'000;
  club.programme.bounds_given = rules::LrfmBounds{.length_days = {1, 2, 3, 4},
                                                  .days_away = {5, 6, 7, 8},
                                                  .visits = {1, 3, 5, 7},
                                                  .spent = {1, 2, 3, rules::kAmountMax}};
  club.programme.offers = std::move(offers);
  return club;
}

// As it was saved: without the numbers that the database has given.
Programme without_numbers(Programme programme) {
  for (Offer& one : programme.offers) {
    one.id = 0;
    one.version = 0;
  }
  return programme;
}

class MysqlProgrammes : public testing::Test {
 protected:
  TestDatabase database{"programmes"};

  ClubId save(const Club& club) { return store::save_club(database.connection, club); }
  Programme load() { return store::load_clubs(database.connection).at(0).programme; }
  std::string query(std::string_view sql) { return shared_mysql().query(sql, "programmes"); }
  std::string versions() {
    return query(
        "SELECT o.name, v.version_id, v.until_at IS NULL, v.body FROM offer o JOIN offer_version v USING"
        " (offer_id) ORDER BY v.version_id");
  }
};

TEST_F(MysqlProgrammes, come_back_as_they_were_saved) {
  const Club club = club_with({offer("a", 500), offer("b", 300)});
  save(club);
  const Programme loaded = load();
  EXPECT_EQ(without_numbers(loaded), club.programme);
  EXPECT_NE(loaded.offers.at(0).id, 0u);
  EXPECT_NE(loaded.offers.at(0).id, loaded.offers.at(1).id);
  EXPECT_NE(loaded.offers.at(0).version, 0u);
}

TEST_F(MysqlProgrammes, of_clubs_without_one_are_empty) {
  save(stored_club());
  EXPECT_EQ(load(), Programme{});
}

TEST_F(MysqlProgrammes, saved_twice_change_nothing) {
  save(club_with({offer("a", 500), offer("b", 300)}));
  const std::string before = versions();
  const Programme first = load();
  save(club_with({offer("a", 500), offer("b", 300)}));
  EXPECT_EQ(versions(), before);
  EXPECT_EQ(load(), first);
}

// Documents counted to the next birthday once: three days after it were 362 to 365.
TEST_F(MysqlProgrammes, around_a_birthday_are_read_as_they_were_meant_and_make_no_new_version) {
  Offer around = offer("a", 500);
  around.when = {{.measure = Measure::days_to_birthday, .ranges = {{-3, 3}}}};
  save(club_with({around}));
  query(
      "UPDATE offer_version SET body = REPLACE(body, '\"nearest_birthday\",\"ranges\":[[-3,3]]',"
      " '\"birthday\",\"ranges\":[[0,3],[362,365]]')");
  const std::string before = versions();
  ASSERT_THAT(before, testing::HasSubstr("362"));
  EXPECT_EQ(load().offers.at(0).when, around.when);
  save(club_with({around}));
  EXPECT_EQ(versions(), before);
}

TEST_F(MysqlProgrammes, a_changed_offer_is_a_new_version_and_a_grant_finds_the_old_one) {
  const ClubId id = save(club_with({offer("a", 500), offer("b", 300)}));
  const Programme first = load();
  save(club_with({offer("a", 700), offer("b", 300)}));
  const Programme second = load();
  EXPECT_EQ(second.offers.at(0).id, first.offers.at(0).id);
  EXPECT_GT(second.offers.at(0).version, first.offers.at(0).version);
  EXPECT_EQ(second.offers.at(1), first.offers.at(1)) << "untouched";

  const auto records = store::load_offer_records(database.connection, id, "a", 10);
  ASSERT_THAT(records, SizeIs(1));
  ASSERT_THAT(records[0].versions, SizeIs(2));
  EXPECT_EQ(records[0].versions[0].offer, second.offers.at(0));
  EXPECT_EQ(records[0].versions[1].offer, first.offers.at(0));
  EXPECT_EQ(records[0].versions[0].until_at, rules::Instant{});
  EXPECT_GE(records[0].versions[1].until_at, records[0].versions[1].from_at);
  EXPECT_THAT(store::load_offer_records(database.connection, id, "a", 1).at(0).versions, SizeIs(1));
}

TEST_F(MysqlProgrammes, an_offer_that_goes_and_comes_back_keeps_its_id_and_what_it_has_spent) {
  const ClubId id = save(club_with({offer("a", 500), offer("b", 300)}));
  const Programme first = load();
  query("UPDATE offer SET spent = 4711 WHERE name = 'a'");
  save(club_with({offer("b", 300)}));
  EXPECT_THAT(load().offers, SizeIs(1));
  EXPECT_NE(store::load_offer_records(database.connection, id, "a", 1).at(0).versions.at(0).until_at,
            rules::Instant{});
  save(club_with({offer("a", 500), offer("b", 300)}));
  const Programme again = load();
  EXPECT_EQ(again.offers.at(0).id, first.offers.at(0).id);
  EXPECT_GT(again.offers.at(0).version, first.offers.at(0).version) << "a version that ended stays ended";
  EXPECT_EQ(store::load_offer_records(database.connection, id, "a", 1).at(0).spent, 4711);
}

TEST_F(MysqlProgrammes, of_one_club_are_not_another_s) {
  Club other = club_with({offer("a", 100)});
  other.slug = "pepper";
  other.keyword = "pepper";
  other.ussd_root = "";
  other.till_keys.clear();
  save(club_with({offer("a", 500)}));
  const ClubId id = save(other);
  save(club_with({offer("a", 700)}));
  const auto clubs = store::load_clubs(database.connection);
  ASSERT_THAT(clubs, SizeIs(2));
  EXPECT_EQ(clubs[0].programme.offers.at(0).then.at(0).value, 700);
  EXPECT_EQ(clubs[1].programme.offers.at(0).then.at(0).value, 100);
  EXPECT_NE(clubs[0].programme.offers.at(0).id, clubs[1].programme.offers.at(0).id);
  EXPECT_THAT(store::load_offer_records(database.connection, id, "", 5), SizeIs(1));
}

TEST_F(MysqlProgrammes, reckoned_bounds_are_seen_by_gateways_and_stay_over_an_apply) {
  const ClubId id = save(club_with({}));
  const auto version = store::clubs_version(database.connection);
  const rules::LrfmBounds bounds{.length_days = {0, 0, 1, 9}, .spent = {5, 6, 7, 8}};
  const rules::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
  store::save_reckoned_bounds(database.connection, id, bounds, 12, now);
  store::save_reckoned_bounds(database.connection, id, bounds, 13, now);
  database.connection.commit();
  EXPECT_GT(store::clubs_version(database.connection), version);
  save(club_with({}));
  EXPECT_EQ(load().bounds_reckoned, bounds);
  EXPECT_EQ(query("SELECT members FROM lrfm_bounds"), "13\n");
}

TEST_F(MysqlProgrammes, a_thousand_offers_are_saved_and_loaded) {
  std::vector<Offer> offers;
  for (int i = 0; i < 1000; ++i) offers.push_back(offer("o-" + std::to_string(1000 + i), i + 1));
  const Club club = club_with(offers);
  save(club);
  EXPECT_EQ(without_numbers(load()), club.programme);
}

}  // namespace
}  // namespace peyk::tests::mysql_programmes_test
