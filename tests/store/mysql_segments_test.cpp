// Segments on a real database, of members who have bought and of those who have not: who is counted each
// night, who came and went, whom a manager's offer reaches; by the same rules by which offers give.
#include <gmock/gmock.h>

#include <map>

#include "handlers/measures.hpp"
#include "store/mysql/customer_pages.hpp"
#include "store/mysql/gifts.hpp"
#include "store/mysql/segment_pass.hpp"
#include "templates/fold.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_segments_test {
namespace {

using namespace std::chrono_literals;
using handlers::PhoneNumber;
using rules::Condition;
using rules::Measure;
using rules::Range;
using rules::WordSet;
using testing::HasSubstr;

constexpr PhoneNumber kSilent = 989120000103, kGone = 989120000104;

Condition in(Measure measure, Range range, bool negated = false) {
  return {.measure = measure, .ranges = {range}, .negated = negated};
}
Condition of_word(WordSet set, const std::string& word) {
  return {.set = set, .words = {rules::word_id(templates::fold(word))}, .word_names = {word}};
}

// Whoever has bought has scores, by bounds so low. Those who live in Shiraz and have told of a visit to the
// site get 20,000.
handlers::Club club_of_cities() {
  handlers::Club club = stored_club();
  handlers::Programme& programme = club.programme;
  programme.bounds_given = rules::LrfmBounds{.length_days = {1, 2, 3, 4},
                                             .days_away = {50, 100, 150, 200},
                                             .visits = {2, 3, 4, 5},
                                             .spent = {1, 2, 3, 4}};
  programme.tiers = {.by = rules::TierMeasure::spend,
                     .tiers = {{.name = "gold", .title = "Gold", .from = 500'000'000}}};
  programme.segments = {{.name = "shiraz", .when = {of_word(WordSet::city, "Shiraz")}},
                        {.name = "students", .when = {of_word(WordSet::tag, "student")}},
                        {.name = "golden", .when = {in(Measure::tier, {1, 1})}},
                        {.name = "unhappy", .when = {in(Measure::survey_score, {1, 2})}},
                        {.name = "told-not-all", .when = {in(Measure::profile_complete, {1, 1}, true)}},
                        {.name = "never-bought", .when = {in(Measure::visits, {0, 0})}},
                        {.name = "bought", .when = {in(Measure::visits, {.from = 1})}},
                        {.name = "away", .when = {in(Measure::days_away, {.from = 30})}},
                        {.name = "not-away", .when = {in(Measure::days_away, {.from = 30}, true)}},
                        {.name = "scored", .when = {in(Measure::score_monetary, {1, 5})}}};
  rules::Offer visitors{.name = "visitors", .title = "Visitors"};
  visitors.on = rules::Occasion::event;
  visitors.when = {of_word(WordSet::event, "site-visit"), of_word(WordSet::segment, "shiraz")};
  visitors.then = {{.kind = rules::EffectKind::credit, .value = 20'000}};
  programme.offers = {visitors};
  return club;
}

class SegmentsOfAll : public ShopTalk {
 protected:
  // The shopper joined and the other bought, both of Shiraz; the third joined and told nothing. Beside them
  // one who has left, and the account of the club's gifts.
  SegmentsOfAll() : ShopTalk("segments_of_all") {
    for (const PhoneNumber phone : {kShopper, kSilent, kGone}) say(shop, phone, "JOIN");
    buy(kOtherShopper);
    for (const PhoneNumber phone : {kShopper, kOtherShopper, kGone}) lives(phone, "Shiraz");
    store::SystemChance chance;
    const store::GiftOrder order{
        .club = 1, .amount = 50'000, .expires_at = kNoon + 24h * 30, .now = kNoon, .by = "tester"};
    store::issue_gifts(database.connection, chance, order, [](auto) {});
    database.query("UPDATE member SET phone = NULL WHERE phone = " + std::to_string(kGone));
    EXPECT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone IS NULL"), 2);
    load();
  }

  void load() {
    club = store::load_clubs(database.connection).front();
    database.connection.rollback();
  }
  void buy(PhoneNumber phone) {
    const std::string invoice = "S-" + std::to_string(++invoices);
    shop.ask(purchase_of(phone, 1'000'000, invoice, invoice));
  }
  void lives(PhoneNumber phone, const std::string& city) {
    database.query("REPLACE INTO profile (member_id, club_id, city) SELECT member_id, 1, '" + city + "'" +
                   of(phone));
  }
  static std::string of(PhoneNumber phone) { return " FROM member WHERE phone = " + std::to_string(phone); }
  // By the names of segments: how many, who came, who went.
  std::map<std::string, std::string> night(rules::Instant now, std::uint32_t page = 200) {
    store::SegmentPass pass(club, handlers::day_of(club, now));
    while (pass.step(database.connection, now, page)) {
      database.connection.commit();
      pass.adopt();
    }
    pass.save(database.connection);
    database.connection.commit();
    looked_at = pass.members();
    std::map<std::string, std::string> told;
    for (std::size_t i = 0; i < pass.counts().size(); ++i) {
      const store::SegmentCount& one = pass.counts()[i];
      told[club.programme.segments[i].name] =
          std::to_string(one.members) + " +" + std::to_string(one.entered) + " -" + std::to_string(one.left);
    }
    return told;
  }

  Shop shop{database, 1, 200, club_of_cities()};
  handlers::Club club;
  std::uint64_t looked_at = 0;
  int invoices = 0;
};

TEST_F(SegmentsOfAll, count_members_bought_or_not_but_nobody_who_left_and_no_gift_account) {
  database.query("INSERT INTO member_tag (member_id, tag, club_id) SELECT member_id, 'student', 1" +
                 of(kShopper));
  database.query("INSERT INTO survey_score (member_id, club_id, score, at) SELECT member_id, 1, 2, NOW()" +
                 of(kSilent));
  database.query(
      "REPLACE INTO standing (member_id, club_id, points, tier, since_day, until_day) SELECT member_id, 1, 0,"
      " 1, 0, 99999" +
      of(kShopper));
  auto told = night(kNoon + 24h);
  EXPECT_EQ(looked_at, 3U);
  EXPECT_EQ(told["shiraz"], "2 +2 -0");
  EXPECT_EQ(told["students"], "1 +1 -0");
  EXPECT_EQ(told["golden"], "1 +1 -0");
  EXPECT_EQ(told["unhappy"], "1 +1 -0");
  EXPECT_EQ(told["told-not-all"], "3 +3 -0");
  EXPECT_EQ(told["never-bought"], "2 +2 -0");
  EXPECT_EQ(told["bought"], "1 +1 -0");
  EXPECT_EQ(told["not-away"], "1 +1 -0") << "who never came is neither away nor not";
  EXPECT_EQ(told["away"], "0 +0 -0");
  EXPECT_EQ(told["scored"], "1 +1 -0") << "who never bought has no scores";
}

TEST_F(SegmentsOfAll, tell_each_night_who_came_and_went_whatever_the_page) {
  night(kNoon + 24h, 1);
  lives(kShopper, "Tehran");
  database.query("INSERT INTO member_tag (member_id, tag, club_id) SELECT member_id, 'student', 1" +
                 of(kSilent));
  auto told = night(kNoon + 48h, 2);
  EXPECT_EQ(told["shiraz"], "1 +0 -1");
  EXPECT_EQ(told["students"], "1 +1 -0");
  EXPECT_EQ(told["never-bought"], "2 +0 -0");
  shop.advance(24h * 2);
  buy(kShopper);  // the first
  told = night(kNoon + 72h, 1);
  EXPECT_EQ(looked_at, 3U);
  EXPECT_EQ(told["never-bought"], "1 +0 -1");
  EXPECT_EQ(told["bought"], "2 +1 -0");
  told = night(kNoon + 24h * 40);
  EXPECT_EQ(told["away"], "2 +2 -0");
  EXPECT_EQ(told["not-away"], "0 +0 -2");
}

TEST_F(SegmentsOfAll, are_given_to_as_they_are_counted) {
  const auto visit = [this](PhoneNumber phone) {
    const std::string key = "visit " + std::to_string(phone);
    const store::Result result = shop.ask(
        {.key = hash_of(key),
         .fingerprint = hash_of(key),
         .received_at = kNoon,
         .what = handlers::TillOrder{
             {1, 12, "till-12"},
             handlers::TillEvent{.phone = phone, .reference = key, .name = "site-visit", .at = {}}}});
    return nlohmann::json::parse(result.answer).at("credit").get<rules::Amount>();
  };
  EXPECT_EQ(night(kNoon + 24h)["shiraz"], "2 +2 -0");
  EXPECT_EQ(visit(kShopper), 20'000) << "she has bought nothing";
  EXPECT_EQ(visit(kOtherShopper), 20'000);
  EXPECT_EQ(visit(kSilent), 0);
}

TEST_F(SegmentsOfAll, are_reached_as_a_whole_by_a_managers_offer) {
  night(kNoon + 24h);
  EXPECT_THAT(say(shop, kTajrishCashier, "OFFER shiraz 10% until tomorrow"),
              HasSubstr("2 members by last count"));
}

TEST_F(SegmentsOfAll, are_found_by_phone_bought_or_not) {
  const auto visits = [this](PhoneNumber phone) -> std::optional<std::uint32_t> {
    handlers::Facts facts;
    const auto one = store::customer_by_phone(database.connection, club, phone, facts);
    database.connection.rollback();
    if (!one) return std::nullopt;
    return facts.behaviour(one->member.id).visits;
  };
  EXPECT_EQ(visits(kShopper), 0U);
  EXPECT_EQ(visits(kOtherShopper), 1U);
  EXPECT_EQ(visits(kGone), std::nullopt);
}

TEST_F(SegmentsOfAll, leave_pages_of_buyers_to_buyers) {
  store::CustomerPages pages(club, store::CustomerPages::Whom::buyers);
  handlers::Facts facts;
  const auto page = pages.next(database.connection, facts);
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page.front().member.phone, kOtherShopper);
  EXPECT_TRUE(pages.next(database.connection, facts).empty());
  database.connection.rollback();
}

// The neighbours' numbers lie between the club's own.
TEST_F(SegmentsOfAll, are_read_without_the_members_of_other_clubs) {
  handlers::Club other = stored_club();
  other.slug = other.keyword = "pepper";
  other.line = "30005678";
  other.ussd_root.clear();
  other.till_keys.clear();
  store::save_club(database.connection, other);
  database.connection.commit();
  const std::string highest = std::to_string(database.number("SELECT MAX(member_id) FROM member"));
  const auto add = [&](const std::string& slug, const std::string& numbers) {
    database.query(
        "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance) SELECT " +
        highest +
        " + seq, club_id, 989130000000 + seq, 9000000000000000 + seq, 2, '2026-01-01', 0 FROM club, " +
        numbers + " WHERE slug = '" + slug + "'");
  };
  add("pepper", "seq_1_to_3000");
  add("salt", "seq_3001_to_3001");
  const auto rows_read = [this] {
    store::Rows rows =
        database.connection
            .prepare(
                "SELECT CAST(VARIABLE_VALUE AS UNSIGNED) FROM information_schema.SESSION_STATUS"
                " WHERE VARIABLE_NAME = 'HANDLER_READ_NEXT'")
            .query();
    EXPECT_TRUE(rows.next());
    return rows.u64();
  };
  const std::uint64_t before = rows_read();
  auto told = night(kNoon + 24h);
  EXPECT_LT(rows_read() - before, 300U);
  EXPECT_EQ(looked_at, 4U);
  EXPECT_EQ(told["never-bought"], "3 +3 -0");
}

}  // namespace
}  // namespace peyk::tests::mysql_segments_test
