// A club sees its dead letters over HTTP and has them sent anew; another club's do not exist for it.
#include "gateway/http/dead_letters.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "gateway/http/replay_body.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/dead_letters.hpp"
#include "store/mysql/outbox.hpp"
#include "tests/store/mysql_fixture.hpp"
#include "tests/store/signed_request.hpp"

namespace peyk::tests::http_dead_letters_test {
namespace {

using gateway::HttpResponse;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class HttpDeadLetters : public testing::Test {
 protected:
  HttpDeadLetters() {
    store::save_club(database.connection, stored_club());
    for (store::MessageId id = 1; id <= 4; ++id) {
      const store::QueuedText text{.id = id,
                                   .club = id == 4 ? 2U : 1U,
                                   .line = "30001234",
                                   .to = kShopper,
                                   .lane = id == 3 ? handlers::Lane::urgent : handlers::Lane::notice,
                                   .text = "code 4417203",
                                   .created_at = kNoon - 1h,
                                   .valid_until = kNoon};
      const store::Settled settled{.id = id, .state = store::failed, .reason = "the carrier forbids it"};
      store::save_queued(database.connection, std::span(&text, 1));
      store::save_settled(database.connection, std::span(&settled, 1), kNoon - std::chrono::minutes(id));
    }
    database.query(
        "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, referred_by, "
        "balance) VALUES (7, 1, " +
        std::to_string(kShopper) + ", 9000000000000007, 1, '2026-11-01', NULL, 70)");
    database.connection.commit();
  }

  HttpResponse answer_to(gateway::HttpRequest request) {
    if (request.method == "POST") request.headers.add("content-type", "application/json");
    std::optional<HttpResponse> answer;
    for (const auto& route : endpoint_.routes()) {
      if (route.method != request.method || route.path != request.path) continue;
      route.handler(request, {kNoon}, [&answer](HttpResponse response) { answer = std::move(response); });
    }
    return answer.value_or(HttpResponse{.status = 0});
  }
  HttpResponse list(const std::string& query = "", const std::string& key = "till-12") {
    return answer_to(
        signed_request({.method = "GET", .path = "/v1/dead-letters", .query = query}, key, "g", kNoon));
  }
  HttpResponse replay(const std::string& body, const std::string& id, const std::string& key = "till-12") {
    return answer_to(
        signed_request({.method = "POST", .path = "/v1/dead-letters/replay", .body = body}, key, id, kNoon));
  }
  static std::vector<std::string> ids_in(const HttpResponse& response) {
    std::vector<std::string> ids;
    const json page = json::parse(response.body);
    for (const auto& letter : page["letters"]) ids.push_back(letter["id"]);
    return ids;
  }

  TestDatabase database{"http_dead_letters"};
  bool store_is_full_ = false;
  gateway::DeadLetterEndpoint endpoint_{[](std::string_view key) -> std::optional<gateway::TillIdentity> {
                                          if (key == "till-12")
                                            return gateway::TillIdentity{1, 12, {kSecret}};
                                          if (key == "till-other")
                                            return gateway::TillIdentity{2, 1, {kSecret}};
                                          return std::nullopt;
                                        },
                                        {.run =
                                             [this](auto work, auto after) {
                                               if (store_is_full_) return false;
                                               try {
                                                 work(database.connection);
                                                 database.connection.commit();
                                               } catch (const store::SqlError&) {
                                                 database.connection.rollback();
                                                 return after(false), true;
                                               }
                                               return after(true), true;
                                             },
                                         .post = [](auto work) { work(); }},
                                        {.lines = {"30001234"}}};
};

TEST_F(HttpDeadLetters, lists_those_of_the_keys_club_without_their_texts) {
  const HttpResponse all = list();
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_THAT(ids_in(all), ElementsAre("1", "2", "3"));
  EXPECT_THAT(all.body, Not(HasSubstr("4417203")));
  EXPECT_THAT(all.body, Not(HasSubstr("989120000101")));
  EXPECT_THAT(all.body, HasSubstr("the carrier forbids it"));
  EXPECT_THAT(ids_in(list("", "till-other")), ElementsAre("4"));
  EXPECT_THAT(ids_in(list("lane=urgent&reason=carrier%20forbids")), ElementsAre("3"));
  const HttpResponse page = list("limit=2");
  EXPECT_THAT(ids_in(page), ElementsAre("1", "2"));
  EXPECT_THAT(ids_in(list("limit=2&after=" + json::parse(page.body)["next"].get<std::string>())),
              ElementsAre("3"));
}

TEST_F(HttpDeadLetters, refuses_what_is_not_signed_or_not_understood) {
  EXPECT_EQ(list("", "nobody").status, 401);
  auto changed = signed_request({.method = "GET", .path = "/v1/dead-letters"}, "till-12", "g", kNoon);
  changed.query = "limit=2";
  EXPECT_EQ(answer_to(changed).status, 401) << "another query than the one that was signed";
  for (const char* query : {"limit=0", "limit=101", "limit=x", "lane=slow", "state=dead", "since=yesterday",
                            "club=2", "after=12", "line", "reason=%4", "reason=%zz"})
    EXPECT_EQ(list(query).status, 400) << query;
  store_is_full_ = true;
  EXPECT_EQ(list().status, 503);
}

TEST_F(HttpDeadLetters, replays_each_once_and_gives_the_first_answer_again) {
  const std::string body = R"({"ids":["1","3","4","77"],"valid_for_seconds":600})";
  database.query(
      "INSERT INTO lot (lot_id, club_id, member_id, origin, issued, remaining,"
      " created_at, expires_at) VALUES (8, 1, 7, 1, 100, 70, '2026-11-01', '2126-11-01')");
  database.query(
      "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at) "
      "VALUES (10, 1, 4417203, 4417203, 7, 8, 1, '2026-11-01')");
  const HttpResponse first = replay(body, "r-1");
  ASSERT_EQ(first.status, 200) << first.body;
  const json answer = json::parse(first.body);
  EXPECT_EQ(answer["replayed"], 1);
  EXPECT_EQ(answer["duplicate"], false);
  EXPECT_EQ(answer["letters"], json::parse(R"([{"id":"1","result":"replayed"},{"id":"3","result":"urgent"},
                            {"id":"4","result":"no_such_message"},{"id":"77","result":"no_such_message"}])"));
  json again = json::parse(replay(body, "r-1").body);
  EXPECT_EQ(again["duplicate"], true);
  again["duplicate"] = false;
  EXPECT_EQ(again, answer);
  EXPECT_EQ(replay(R"({"ids":["2"]})", "r-1").status, 422) << "the name of another request";
  const json others = json::parse(replay(body, "r-1", "till-other").body);
  EXPECT_EQ(others["letters"][0]["result"], "no_such_message");
  EXPECT_EQ(others["letters"][2]["result"], "code_over") << "she is no member there";
  EXPECT_EQ(others["duplicate"], false) << "names are a club's own";
  EXPECT_EQ(json::parse(replay(body, "r-2").body)["letters"][0]["result"], "not_dead");
  EXPECT_EQ(database.query("SELECT message_id, state FROM outbox ORDER BY message_id"),
            "1\t1\n2\t4\n3\t4\n4\t4\n");
  EXPECT_EQ(database.query("SELECT replayed_by FROM outbox_replay WHERE message_id = 1"),
            "till key till-12\n");
}

TEST_F(HttpDeadLetters, a_wrong_body_is_told_and_replays_nothing) {
  for (const char* body :
       {R"({})", R"([])", R"({"ids":[]})", R"({"ids":["x"]})", R"({"ids":[1]})", R"({"ids":"1"})",
        R"({"ids":["1"],"valid_for_seconds":59})", R"({"ids":["1"],"valid_for_seconds":604801})",
        R"({"ids":["1"],"even_urgent":1})", R"({"ids":["1"],"ids":["2"]})", R"({"ids":["1"],"all":true})"})
    EXPECT_EQ(replay(body, "w").status, 422) << body;
  EXPECT_EQ(replay("{", "w").status, 400);
  EXPECT_EQ(replay("", "w").status, 400);
  std::string many = R"({"ids":["1")";
  for (std::size_t i = 0; i < gateway::kReplayIdsMax; ++i) many += ",\"1\"";
  EXPECT_EQ(replay(many + "]}", "w").status, 422);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE state = 1"), 0);
}

}  // namespace
}  // namespace peyk::tests::http_dead_letters_test
