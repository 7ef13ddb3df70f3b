// What analysts read over HTTP, out of a real database: figures of their club, and nobody's name.
#include "gateway/http/reports.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "gateway/pins.hpp"
#include "handlers/measures.hpp"
#include "tests/store/mysql_fixture.hpp"
#include "tests/store/signed_request.hpp"

namespace peyk::tests::http_reports_test {
namespace {

using gateway::HttpResponse;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

handlers::Club reported_club() {
  handlers::Club club = stored_club();
  club.programme.segments = {{.name = "regular",
                              .title = "Regulars",
                              .when = {{.measure = rules::Measure::visits, .ranges = {{.from = 2}}}}}};
  club.programme.offers = {{.name = "more",
                            .title = "",
                            .hold_out = 1'000,
                            .when = {{.measure = rules::Measure::visits, .ranges = {{.from = 6}}}},
                            .then = {{.kind = rules::EffectKind::credit_percent, .value = 500}},
                            .message = ""}};
  return club;
}

class HttpReports : public testing::Test {
 protected:
  HttpReports() {
    gateway::initialise_sodium();
    load();
  }
  void load() {
    directory_ = std::make_shared<const handlers::Directory>(store::load_clubs(database.connection));
    database.connection.commit();
  }

  template <typename Endpoint>
  HttpResponse get(Endpoint& endpoint, const std::string& path, const std::string& query,
                   const std::string& key) {
    const gateway::HttpRequest request =
        signed_request({.method = "GET", .path = path, .query = query}, key, "g", now_);
    std::optional<HttpResponse> answer;
    for (const auto& one : endpoint.routes()) {
      if (one.path != path) continue;
      one.handler(request, {now_}, [&answer](HttpResponse response) { answer = std::move(response); });
    }
    return answer.value_or(HttpResponse{.status = 0});
  }
  json report(const std::string& path, const std::string& query = "", const std::string& key = "analyst") {
    const HttpResponse response = get(reports_, path, query, key);
    EXPECT_EQ(response.status, 200) << path << "?" << query << "\n" << response.body;
    EXPECT_THAT(response.body, Not(HasSubstr("912000010"))) << "a phone";
    return json::parse(response.body, nullptr, false);
  }
  void buy(handlers::PhoneNumber phone, rules::Amount amount, handlers::BranchNo branch = 12) {
    const std::string invoice = "I-" + std::to_string(++invoices_);
    handlers::Request request = purchase_of(phone, amount, invoice, invoice);
    std::get<handlers::PurchaseRequest>(request.what).branch = branch;
    EXPECT_EQ(shop.ask(std::move(request)).status, 200);
  }

  TestDatabase database{"http_reports"};
  Shop shop{database, 1, 200, reported_club()};
  rules::Instant now_ = kNoon;
  int invoices_ = 0;
  std::shared_ptr<const handlers::Directory> directory_;
  gateway::LookupHooks hooks_{.directory = [](std::string_view key) -> std::optional<gateway::TillIdentity> {
                                if (key == "till-12") return gateway::TillIdentity{1, 12, {kSecret}};
                                if (key == "analyst")
                                  return gateway::TillIdentity{
                                      .club = 1, .secrets = {kSecret}, .role = handlers::KeyRole::analyst};
                                return std::nullopt;
                              },
                              .clubs = [this] { return directory_; },
                              .line = {},
                              .store = {.run =
                                            [this](auto work, auto after) {
                                              work(database.connection);
                                              database.connection.commit();
                                              return after(true), true;
                                            },
                                        .post = [](auto work) { work(); }}};
  gateway::ReportEndpoint reports_{hooks_, 300s};
};

TEST_F(HttpReports, are_all_that_an_analyst_may_ask_and_tills_may_too) {
  gateway::LookupEndpoint lookups(hooks_);
  for (const char* path : {"/v1/members", "/v1/purchases", "/v1/redemptions", "/v1/branches", "/v1/line"}) {
    const HttpResponse refused = get(lookups, path, "", "analyst");
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_THAT(refused.body, HasSubstr("it may GET /v1/insights"));
  }
  for (const auto& route : reports_.routes()) {
    EXPECT_EQ(route.method, "GET");
    for (const char* key : {"analyst", "till-12"}) report(route.path, "", key);
    EXPECT_EQ(get(reports_, route.path, "", "nobody").status, 401);
    EXPECT_EQ(get(reports_, route.path, "color=red", "analyst").status, 400);
  }
}

TEST_F(HttpReports, tell_what_each_branch_sold_on_each_day_of_the_club) {
  buy(kShopper, 1'000'000);
  buy(kOtherShopper, 500'000);
  buy(kOtherShopper, 300'000, 14);
  shop.advance(24h);
  now_ = kNoon + 24h;
  buy(kShopper, 200'000);
  database.query("UPDATE purchase SET refunded = 100000 WHERE amount = 500000");
  const std::string first = report("/v1/sales")["days"][0]["day"];
  const json sales = report("/v1/sales", "since=" + first + "&until=" + first);
  EXPECT_EQ(sales["days"],
            json::parse(R"([{"day":")" + first + R"(","branch":12,"purchases":2,"sold":1400000},
                                          {"day":")" +
                        first + R"(","branch":14,"purchases":1,"sold":300000}])"));
  const json all = report("/v1/sales");
  EXPECT_EQ(all["days"].size(), 3U);
  EXPECT_EQ(all["days"][2]["sold"], 200'000);
  for (const char* query :
       {"since=2026-11-22&until=2026-11-20", "since=2020-01-01", "since=soon", "until=1405-09-01"})
    EXPECT_EQ(get(reports_, "/v1/sales", query, "analyst").status, 400) << query;
}

TEST_F(HttpReports, tell_how_customers_buy_under_names_of_one_page) {
  buy(kShopper, 1'234'567);
  buy(kOtherShopper, 500'000);
  shop.ask(text_from(kOtherShopper + 1, "JOIN", "j"));  // and does not buy: there is nothing to tell
  ASSERT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone IS NOT NULL"), 3);
  shop.advance(24h);
  buy(kShopper, 1'000'000);
  now_ = kNoon + 48h;
  const json page = report("/v1/customers");
  ASSERT_EQ(page["customers"].size(), 2U);
  std::set<std::string> names;
  std::multiset<std::int64_t> spent;
  for (const json& one : page["customers"]) {
    names.insert(one["customer"]);
    spent.insert(one["spent"].get<std::int64_t>());
    EXPECT_EQ(one["segments"].size(), one["visits"] == 2 ? 1U : 0U);
    EXPECT_TRUE(one["basket"].is_null());
  }
  EXPECT_EQ(spent, (std::multiset<std::int64_t>{500'000, 2'200'000}));
  const json again = report("/v1/customers");
  for (const json& one : again["customers"])
    EXPECT_FALSE(names.contains(one["customer"])) << "another name each time";
  const json behind = report("/v1/customers", "after=" + page["next"].get<std::string>());
  EXPECT_TRUE(behind["customers"].empty());
  EXPECT_TRUE(behind["next"].is_null());
  EXPECT_EQ(get(reports_, "/v1/customers", "after=x", "analyst").status, 400);
}

TEST_F(HttpReports, tell_last_nights_figures_once_there_are_some) {
  EXPECT_TRUE(report("/v1/insights")["insight"].is_null());
  EXPECT_TRUE(report("/v1/segments")["night"].is_null());
  EXPECT_TRUE(report("/v1/segments")["segments"][0]["members"].is_null());
  EXPECT_TRUE(report("/v1/offers")["offers"][0]["figures"].is_null());
  database.query(
      "INSERT INTO insight (club_id, from_at, until_at, purchases, purchases_before, sold, sold_before, "
      "by_members,"
      " by_top, top_members, top_asleep, best, best_count) VALUES (1, '2026-10-21', '2026-11-20', 4, 2, "
      "1000, 400,"
      " 900, 600, 5, 1, 'bread', 3)");
  database.query(
      "INSERT INTO offer_effect SELECT 1, offer_id, 'more', '', 0, '2026-10-21', '2026-11-20', 3, 2, 500, "
      "100, 900,"
      " 100, 90000, 9000, 2 FROM offer");
  database.query(
      "INSERT INTO offer_effect VALUES (1, 99, 'gone', 'Gone', 1, '2026-10-21', '2026-11-01', 1, 1, 5, 0, 0, "
      "0, 0, 0,"
      " 0)");
  const auto today = handlers::day_of(directory_->clubs().front(), now_);
  database.query("INSERT INTO segment_day (club_id, day, name, members, entered, left_it) VALUES (1, " +
                 std::to_string(today - 1) + ", 'regular', 7, 7, 0), (1, " + std::to_string(today) +
                 ", 'regular', 8, 2, 1)");
  load();
  const json insight = report("/v1/insights")["insight"];
  EXPECT_EQ(insight["mean_basket"], 250);
  EXPECT_EQ(insight["before"]["mean_basket"], 200);
  EXPECT_EQ(insight["mean_basket_change_percent"], 25);
  EXPECT_EQ(insight["best_seller"], json::parse(R"({"name":"bread","purchases":3})"));
  const json offers = report("/v1/offers");
  ASSERT_EQ(offers["offers"].size(), 1U);
  EXPECT_EQ(offers["offers"][0]["when"], json::parse(R"(["visits >=6"])"));
  EXPECT_EQ(offers["offers"][0]["then"], json::parse(R"(["5% credit"])"));
  EXPECT_EQ(offers["offers"][0]["hold_out_percent"], "10");
  EXPECT_EQ(offers["offers"][0]["figures"]["verdict"], "chance");
  EXPECT_EQ(offers["offers"][0]["figures"]["held_out"], json::parse(R"({"members":100,"spent":9000})"));
  ASSERT_EQ(offers["over"].size(), 1U);
  EXPECT_EQ(offers["over"][0]["title"], "Gone");
  const json segment = report("/v1/segments")["segments"][0];
  EXPECT_EQ(segment["title"], "Regulars");
  EXPECT_EQ(segment["members"], 8);
  EXPECT_EQ(segment["entered"], 2);
  EXPECT_EQ(segment["left"], 1);
}

}  // namespace
}  // namespace peyk::tests::http_reports_test
