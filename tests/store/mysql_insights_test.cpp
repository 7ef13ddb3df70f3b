// What purchases tell of a club, on a real database: what sells best, to whom and when, baskets, the top
// fifth.
#include "store/mysql/insights.hpp"

#include <gmock/gmock.h>

#include "store/mysql/programmes.hpp"
#include "templates/dates.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_insights_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const rules::Instant kFirstDay = templates::start_of_local_day(kNoon, "Asia/Tehran");

Club club_with_tiers() {
  Club club = stored_club();
  club.programme.tiers = {.by = rules::TierMeasure::spend, .tiers = {{"silver", "Silver", 4'000'000}}};
  club.programme.segments = {
      {.name = "few", .when = {{.measure = rules::Measure::visits, .ranges = {{1, 1}}}}}};
  return club;
}

class MysqlInsights : public testing::Test {
 protected:
  void buy(PhoneNumber phone, rules::Amount amount, std::vector<BoughtItem> items, rules::Instant at) {
    const std::string invoice = "I-" + std::to_string(++invoices);
    Request request = purchase_of(phone, amount, invoice, invoice);
    auto& purchase = std::get<PurchaseRequest>(request.what);
    purchase.items = std::move(items);
    purchase.purchased_at = at;
    EXPECT_EQ(shop.ask(std::move(request)).status, 200);
  }
  void refund(const std::string& invoice, rules::Amount amount) {
    const RequestKey key = hash_of("refund " + invoice);
    shop.ask({.key = key,
              .fingerprint = key,
              .received_at = kNoon,
              .what = TillOrder{{1, 12, "till-12"},
                                TillRefund{.invoice = invoice, .amount = amount, .reference = key}}});
  }
  Club club() {
    auto clubs = store::load_clubs(database.connection);
    database.connection.rollback();
    return clubs.front();
  }

  TestDatabase database{"insights"};
  Shop shop{database, 1, 200, club_with_tiers()};
  int invoices = 0;
};

TEST_F(MysqlInsights, of_a_club_that_sold_nothing_are_nothing) {
  const store::InsightSpan span{kFirstDay, kFirstDay + 24h};
  const Insight insight = store::read_insight(database.connection, club(), span, kNoon);
  EXPECT_EQ(insight, (Insight{.from = span.from, .until = span.until}));
  const store::Cross cross = store::read_cross(database.connection, club(), span);
  EXPECT_THAT(cross.items, IsEmpty());
  EXPECT_EQ(cross.all.parts, (std::array<std::uint64_t, kDayParts>{}));
}

TEST_F(MysqlInsights, are_of_the_days_asked_for_and_less_what_was_given_back) {
  buy(kShopper, 1'000'000, {}, kNoon);  // the day before
  shop.advance(24h);
  const rules::Instant noon = kNoon + 24h;
  buy(kShopper, 4'000'000, {{.name = "Bread", .quantity = 3, .amount = 60'000}, {.name = "milk"}}, noon);
  buy(kShopper, 400'000, {{.name = "bread"}, {.name = "BREAD"}}, noon);
  buy(kOtherShopper, 800'000, {{.name = "milk", .amount = 9'000}}, noon);
  buy(kOtherShopper, 700'000, {{.name = "bread"}}, noon);
  buy(kOtherShopper, 300'000, {{.name = "tea"}}, noon);
  refund("I-5", 700'000);  // whole: it is no purchase
  refund("I-6", 100'000);
  const store::InsightSpan span{kFirstDay + 24h, kFirstDay + 48h};
  const Insight insight = store::read_insight(database.connection, club(), span, kNoon + 48h);
  EXPECT_EQ(insight.purchases, 4U);
  EXPECT_EQ(insight.sold, 5'400'000);
  EXPECT_EQ(insight.purchases_before, 1U);
  EXPECT_EQ(insight.sold_before, 1'000'000);
  EXPECT_EQ(insight.by_members, 5'400'000);
  EXPECT_EQ(insight.by_top, 4'400'000) << "one of two is the top fifth";
  EXPECT_EQ(insight.best_count, 2U);
  const store::Cross cross = store::read_cross(database.connection, club(), span);
  ASSERT_EQ(cross.items.size(), 3U);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> sold;
  for (const auto& item : cross.items) sold.emplace_back(item.purchases, item.quantity);
  std::ranges::sort(sold, std::greater<>{});
  EXPECT_THAT(sold, ElementsAre(Pair(2, 5), Pair(2, 2), Pair(1, 1)));
}

TEST_F(MysqlInsights, cross_what_is_bought_with_the_hour_of_the_clubs_clock_the_tier_and_the_segment) {
  const auto at = [](int hour) { return kFirstDay + std::chrono::hours{hour}; };
  shop.advance(10h);
  buy(kShopper, 5'000'000, {{.name = "bread"}}, at(6));
  buy(kShopper, 1'000'000, {{.name = "bread"}, {.name = "milk"}}, at(19));
  buy(kOtherShopper, 1'000'000, {{.name = "bread"}}, at(4));
  database.query("DELETE FROM segment_place");
  database.query("INSERT INTO segment_place (club_id, place, name) VALUES (1, 5, 'few'), (1, 6, 'gone')");
  database.query("INSERT INTO segment_mask SELECT member_id, 96 FROM member WHERE phone = " +
                 std::to_string(kOtherShopper));
  const store::Cross cross = store::read_cross(database.connection, club(), {kFirstDay, kFirstDay + 48h});
  ASSERT_EQ(cross.items.size(), 2U);
  const store::CrossItem& bread = cross.items[0];
  EXPECT_EQ(bread.name, "bread");
  EXPECT_EQ(bread.purchases, 3U);
  EXPECT_EQ(bread.counts.parts, (std::array<std::uint64_t, kDayParts>{1, 1, 0, 0, 1}));
  EXPECT_THAT(bread.counts.tiers, ElementsAre(Pair(0, 1), Pair(1, 2)));
  EXPECT_THAT(bread.counts.segments, ElementsAre(Pair("few", 1))) << "not what is no segment any more";
  EXPECT_THAT(cross.items[1].counts.tiers, ElementsAre(Pair(1, 1)));
  EXPECT_EQ(cross.all.parts, bread.counts.parts);
}

TEST_F(MysqlInsights, count_who_of_the_best_stays_away_and_are_kept_for_every_gateway) {
  for (int day = 0; day < 3; ++day) {
    buy(kShopper, 5'000'000, {{.name = "bread"}}, kNoon + day * 24h);
    buy(kOtherShopper, 1'000'000, {}, kNoon + day * 24h);
    shop.advance(24h);
  }
  rules::LrfmBounds bounds;
  bounds.spent = {1, 2, 3, 15'000'000};
  store::save_reckoned_bounds(database.connection, 1, bounds, 2, kNoon);
  database.connection.commit();
  const auto read = [this](rules::Instant now) {
    const Club known = club();
    return store::read_insight(database.connection, known, store::insight_span(known, now), now);
  };
  EXPECT_EQ(read(kNoon + 24h * 4).top, 1U);
  EXPECT_EQ(read(kNoon + 24h * 4).top_asleep, 0U) << "two days are twice a day";
  const Insight insight = read(kNoon + 24h * 5);
  EXPECT_EQ(insight.top_asleep, 1U);
  EXPECT_EQ(insight.best, "bread");
  EXPECT_EQ(insight.until, kFirstDay + 24h * 5);
  const std::uint64_t version = store::clubs_version(database.connection);
  store::save_insight(database.connection, 1, insight);
  store::save_insight(database.connection, 1, insight);
  database.connection.commit();
  EXPECT_GT(store::clubs_version(database.connection), version);
  EXPECT_EQ(club().programme.insight, insight);
}

}  // namespace
}  // namespace peyk::tests::mysql_insights_test
