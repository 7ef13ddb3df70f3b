// A club sees over HTTP what its systems were told, and has it told again; another club's events do not exist
// for it.
#include "gateway/http/events.hpp"

#include <gmock/gmock.h>

#include <future>
#include <nlohmann/json.hpp>

#include "store/mysql/events.hpp"
#include "tests/store/mysql_fixture.hpp"
#include "tests/store/signed_request.hpp"

namespace peyk::tests::http_events_test {
namespace {

using gateway::HttpResponse;
using nlohmann::json;
using testing::HasSubstr;

class HttpEvents : public testing::Test {
 protected:
  HttpEvents() : sql_(database.options(), [](const auto&, const auto&) {}) {
    store::save_club(database.connection, stored_club());
    store::save_webhooks(database.connection, 1, {{.name = "crm", .url = "https://crm.example/"}}, kNoon);
    std::vector<handlers::WebhookEvent> events;
    for (std::uint64_t about = 1; about <= 3; ++about)
      events.push_back({.club = 1,
                        .type = handlers::EventType::credit_granted,
                        .member = 7,
                        .about = about,
                        .at = kNoon,
                        .data = "{\"amount\":5}"});
    store::save_events(database.connection, events, store::load_listeners(database.connection));
    database.connection.commit();
    database.query("UPDATE webhook_event SET state = 3, attempts = 10 WHERE event_id = 1");
    sql_.start();
  }
  ~HttpEvents() override { sql_.stop(); }

  HttpResponse ask(const std::string& method, const std::string& route, const std::string& value,
                   const std::string& query = "", const std::string& body = "",
                   const std::string& key = "till-12", const std::string& id = "g") {
    std::string path = route;
    if (const auto at = path.find("{id}"); at != path.npos) path.replace(at, 4, value);
    const gateway::HttpRequest request = signed_request(
        {.method = method, .path = path, .query = query, .path_value = value, .body = body}, key, id, kNoon);
    auto answer = std::make_shared<std::promise<HttpResponse>>();
    auto coming = answer->get_future();
    for (const auto& one : endpoint_.routes()) {
      if (one.method == method && one.path == route)
        one.handler(request, {kNoon},
                    [answer](HttpResponse response) { answer->set_value(std::move(response)); });
    }
    return coming.get();
  }
  json events(const std::string& query) {
    const HttpResponse response = ask("GET", "/v1/events", "", query);
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body);
  }

  TestDatabase database{"http_events"};
  store::SqlThread sql_;
  gateway::EventEndpoint endpoint_{
      [](std::string_view key) -> std::optional<gateway::TillIdentity> {
        if (key == "till-12") return gateway::TillIdentity{1, 12, {kSecret}};
        if (key == "till-other") return gateway::TillIdentity{2, 1, {kSecret}};
        return std::nullopt;
      },
      {.run = [this](auto work, auto after) { return sql_.run(std::move(work), std::move(after)); },
       .post = [](auto work) { work(); }},
      std::chrono::seconds{300}};
};

TEST_F(HttpEvents, are_listed_in_pages_the_latest_first) {
  const json page = events("limit=2");
  ASSERT_EQ(page["events"].size(), 2U);
  EXPECT_EQ(page["events"][0]["id"], "3");
  EXPECT_EQ(page["events"][0]["type"], "credit.granted");
  EXPECT_EQ(page["events"][0]["endpoint"], "crm");
  EXPECT_EQ(page["next"], "2");
  const json last = events("limit=2&after=2");
  EXPECT_EQ(last["events"].size(), 1U);
  EXPECT_EQ(last["next"], nullptr);
  EXPECT_EQ(events("state=failed")["events"].size(), 1U);
  EXPECT_EQ(events("type=code.voided")["events"].size(), 0U);
  EXPECT_EQ(events("endpoint=crm&state=waiting")["events"].size(), 2U);
}

TEST_F(HttpEvents, are_refused_to_a_query_that_means_nothing_and_to_who_does_not_sign) {
  for (const char* wrong : {"limit=0", "limit=101", "limit=x", "after=0", "state=gone", "type=code.stolen",
                            "colour=red", "limit", "limit=1&limit=2"})
    EXPECT_EQ(ask("GET", "/v1/events", "", wrong).status, 400) << wrong;
  EXPECT_EQ(ask("GET", "/v1/events", "", "", "", "till-unknown").status, 401);
  EXPECT_EQ(ask("GET", "/v1/events/{id}", "1", "", "", "till-unknown").status, 401);
  EXPECT_EQ(ask("POST", "/v1/events/{id}/replay", "1", "", "", "till-unknown").status, 401);
}

TEST_F(HttpEvents, are_shown_with_what_is_sent_to_their_own_club) {
  const HttpResponse one = ask("GET", "/v1/events/{id}", "1");
  ASSERT_EQ(one.status, 200) << one.body;
  const json event = json::parse(one.body);
  EXPECT_EQ(event["state"], "failed");
  EXPECT_EQ(event["attempts"], 10);
  EXPECT_EQ(event["body"]["data"]["amount"], 5);
  EXPECT_EQ(ask("GET", "/v1/events/{id}", "evt_1").status, 200) << "as webhook-id has it";
  for (const char* wrong : {"9", "x", "-1", "99999999999999999999", "evt_"})
    EXPECT_EQ(ask("GET", "/v1/events/{id}", wrong).status, 404) << wrong;
  EXPECT_EQ(ask("GET", "/v1/events/{id}", "1", "", "", "till-other").status, 404);
}

TEST_F(HttpEvents, are_told_again_once_for_each_name_of_the_request) {
  const HttpResponse first = ask("POST", "/v1/events/{id}/replay", "1", "", "{}", "till-12", "r-1");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(json::parse(first.body)["state"], "waiting");
  EXPECT_EQ(json::parse(first.body)["duplicate"], false);
  database.query("UPDATE webhook_event SET state = 2 WHERE event_id = 1");
  const HttpResponse again = ask("POST", "/v1/events/{id}/replay", "1", "", "{}", "till-12", "r-1");
  EXPECT_EQ(json::parse(again.body)["duplicate"], true);
  EXPECT_EQ(database.number("SELECT state FROM webhook_event WHERE event_id = 1"), 2) << "it was not, twice";
  EXPECT_EQ(ask("POST", "/v1/events/{id}/replay", "2", "", "{}", "till-12", "r-1").status, 422)
      << "another event under the same name";
  EXPECT_EQ(ask("POST", "/v1/events/{id}/replay", "1", "", "{\"x\":1}", "till-12", "r-2").status, 422);
  EXPECT_EQ(ask("POST", "/v1/events/{id}/replay", "1", "", "{}", "till-other", "r-3").status, 404);
  EXPECT_EQ(ask("POST", "/v1/events/{id}/replay", "9", "", "{}", "till-12", "r-4").status, 404);
}

}  // namespace
}  // namespace peyk::tests::http_events_test
