// Tills' orders over HTTP without a wire: who is let in, what is submitted, what a body may say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/http/till_bodies.hpp"
#include "gateway/http/till_orders.hpp"
#include "gateway/http/webhook_signature.hpp"

namespace peyk::tests::gateway_http_orders_test {
namespace {

using namespace std::chrono_literals;
using gateway::HttpRequest;
using gateway::HttpResponse;
using gateway::TillAnswer;
using gateway::TillIdentity;
using handlers::TillOrder;
using Status = TillAnswer::Status;

const rules::Instant kNow = std::chrono::sys_days(std::chrono::January / 5 / 2026) + 7h;
const std::string kSecret = "0123456789abcdef01234567";
const std::string kHold = R"({"code":"4417203","invoice":"B-1","invoice_amount":850000,"seconds":180})";
const std::string kRedemption = R"({"code":"4417203","invoice":"B-1","invoice_amount":850000})";

class TillOrderEndpoint : public testing::Test {
 protected:
  struct Submitted {
    handlers::Request request;
    std::function<void(TillAnswer)> answer;
  };

  TillOrderEndpoint() : endpoint_(directory(), store(), {.in_flight_max = 3}), routes_(endpoint_.routes()) {}

  static std::string signed_target(const std::string& method, const std::string& path) {
    return method == "GET" ? path : method + " " + path;
  }
  static HttpRequest request(const std::string& method, const std::string& path, const std::string& value,
                             const std::string& body = "", const std::string& id = "msg_1",
                             const std::string& key = "till-12") {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(kNow);
    HttpRequest made;
    made.method = method;
    made.path = path;
    made.path_value = value;
    made.body = body;
    if (!body.empty()) made.headers.add("Content-Type", "application/json");
    made.headers.add("Peyk-Key", key);
    made.headers.add("Webhook-Id", id);
    made.headers.add("Webhook-Timestamp", std::to_string(seconds.time_since_epoch().count()));
    made.headers.add(
        "Webhook-Signature",
        gateway::sign_webhook(id, seconds, !body.empty() ? body : signed_target(method, path), kSecret));
    return made;
  }
  static HttpRequest redeem(const std::string& body = kRedemption, const std::string& id = "msg_1",
                            const std::string& key = "till-12") {
    return request("POST", "/v1/codes/4417203/redemptions", "4417203", body, id, key);
  }

  std::shared_ptr<std::optional<HttpResponse>> begin(const std::string& route, HttpRequest made) {
    const auto found = std::ranges::find_if(
        routes_, [&](const auto& one) { return one.method == made.method && one.path == route; });
    auto answer = std::make_shared<std::optional<HttpResponse>>();
    if (found == routes_.end()) {
      ADD_FAILURE() << "no route " << route;
      return answer;
    }
    found->handler(std::move(made), {kNow}, [answer](HttpResponse response) {
      ASSERT_FALSE(*answer) << "answered twice";
      *answer = std::move(response);
    });
    return answer;
  }
  std::shared_ptr<std::optional<HttpResponse>> begin_redeem(HttpRequest made) {
    return begin("/v1/codes/{code}/redemptions", std::move(made));
  }
  HttpResponse refused(const std::string& route, HttpRequest made) {
    const std::size_t before = submitted_.size();
    const auto answer = begin(route, std::move(made));
    EXPECT_EQ(submitted_.size(), before) << "nothing must be submitted";
    return answer->value_or(HttpResponse{});
  }
  handlers::Request submitted(const std::string& route, HttpRequest made) {
    const auto answer = begin(route, std::move(made));
    if (submitted_.empty()) {
      ADD_FAILURE() << answer->value_or(HttpResponse{}).body;
      return {};
    }
    Submitted last = std::move(submitted_.back());
    submitted_.pop_back();
    last.answer({Status::done, R"({"duplicate":false})", 201});
    EXPECT_EQ(answer->value().status, 201);
    return last.request;
  }
  template <typename What>
  What ordered(const std::string& route, HttpRequest made) {
    return std::get<What>(std::get<TillOrder>(submitted(route, std::move(made)).what).what);
  }

  static std::string type_of(const HttpResponse& response) {
    const auto problem = nlohmann::json::parse(response.body);
    EXPECT_EQ(problem["status"], response.status);
    return problem["type"].get<std::string>().substr(17);
  }

  std::vector<Submitted> submitted_;

 private:
  gateway::TillDirectory directory() {
    return [](std::string_view key) -> std::optional<TillIdentity> {
      if (key == "till-12") return TillIdentity{7, 12, {kSecret}};
      if (key == "till-any") return TillIdentity{7, 0, {kSecret}};
      if (key == "analyst")
        return TillIdentity{.club = 7, .secrets = {kSecret}, .role = handlers::KeyRole::analyst};
      return std::nullopt;
    };
  }
  gateway::SubmitToStore store() {
    return [this](handlers::Request made, std::function<void(TillAnswer)> answer) {
      submitted_.push_back({std::move(made), std::move(answer)});
    };
  }
  gateway::TillOrderEndpoint endpoint_;
  std::vector<gateway::HttpRoute> routes_;
};

TEST_F(TillOrderEndpoint, a_key_of_no_branch_names_one_in_the_query_where_there_is_no_body) {
  const auto branch = [this](const std::string& key, const std::string& query) {
    HttpRequest made = request("DELETE", "/v1/holds/41?" + query, "41", "", "msg_1", key);
    made.path = "/v1/holds/41";
    made.query = query;
    return std::get<TillOrder>(submitted("/v1/holds/{id}", std::move(made)).what).till.branch;
  };
  EXPECT_EQ(branch("till-any", "branch=14"), 14U);
  EXPECT_EQ(branch("till-12", "branch=14"), 12U) << "bound is bound";
  for (const char* none : {"branch=", "branch=x", "branch=-1", "branch=4294967296", "x=14"})
    EXPECT_EQ(branch("till-any", none), 0U) << none;
}

TEST_F(TillOrderEndpoint, an_analysts_key_orders_nothing_and_is_told_what_it_may) {
  for (const std::string& body : {std::string(kRedemption), std::string("{no json")}) {
    const HttpResponse response = refused("/v1/codes/{code}/redemptions", redeem(body, "msg_1", "analyst"));
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(type_of(response), "not-for-this-key");
    EXPECT_NE(response.body.find("/v1/insights"), std::string::npos);
  }
  HttpRequest unsigned_one = redeem(kRedemption, "msg_1", "analyst");
  unsigned_one.body += " ";
  EXPECT_EQ(refused("/v1/codes/{code}/redemptions", std::move(unsigned_one)).status, 401)
      << "who has not signed is not told whose key it is";
}

TEST_F(TillOrderEndpoint, submits_each_order_as_path_and_body_say_it) {
  const handlers::Request made = submitted("/v1/codes/{code}/redemptions", redeem());
  const auto& order = std::get<TillOrder>(made.what);
  EXPECT_EQ(order.till.club, 7U);
  EXPECT_EQ(order.till.branch, 12U);
  EXPECT_EQ(order.till.key, "till-12");
  const auto& redemption = std::get<handlers::TillRedemption>(order.what);
  EXPECT_EQ(redemption.code, 4417203U);
  EXPECT_EQ(redemption.invoice, "B-1");
  EXPECT_EQ(redemption.invoice_amount, 850'000);
  EXPECT_EQ(made.remembered_for, 0s) << "for good";

  const auto hold = ordered<handlers::TillHold>(
      "/v1/codes/{code}/holds",
      request("POST", "/v1/codes/4417203/holds", "4417203",
              R"({"code":"4417203","invoice_amount":850000,"seconds":60,"invoice":" B-1 "})"));
  EXPECT_EQ(hold.wanted, 60s);
  EXPECT_EQ(hold.invoice, "B-1");
  const auto capture = ordered<handlers::TillCapture>(
      "/v1/holds/{id}/captures",
      request("POST", "/v1/holds/41/captures", "41", R"({"hold":"41","amount":5})"));
  EXPECT_EQ(capture.hold, 41U);
  EXPECT_EQ(capture.amount, 5);
  EXPECT_EQ(ordered<handlers::TillRelease>("/v1/holds/{id}", request("DELETE", "/v1/holds/41", "41")).hold,
            41U);
  EXPECT_EQ(ordered<handlers::TillVoid>("/v1/redemptions/{id}", request("DELETE", "/v1/redemptions/42", "42"))
                .redemption,
            42U);
  const handlers::Request check =
      submitted("/v1/codes/{code}", request("GET", "/v1/codes/4417203", "4417203"));
  EXPECT_EQ(check.remembered_for, 600s) << "its answer names a phone, and soon is stale";
}

TEST_F(TillOrderEndpoint, a_quote_names_a_phone_or_a_card_and_what_is_bought) {
  const auto quote = [this](const std::string& body) {
    return ordered<handlers::TillQuote>("/v1/quotes", request("POST", "/v1/quotes", "", body));
  };
  const auto by_phone = quote(R"({"phone":"0912 000 0101","amount":850000,"items":[" bread ","کیک"]})");
  EXPECT_EQ(by_phone.phone, 989120000101U);
  EXPECT_EQ(by_phone.card, 0U);
  EXPECT_EQ(by_phone.amount, 850'000);
  EXPECT_EQ(by_phone.items, (std::vector<handlers::BoughtItem>{{.name = "bread"}, {.name = "کیک"}}));
  const auto told = quote(
      R"({"phone":"09120000101","amount":5,"items":["milk",{"quantity":3,"name":"bread","amount":0},{"name":"tea"}]})");
  EXPECT_EQ(told.items,
            (std::vector<handlers::BoughtItem>{
                {.name = "milk"}, {.name = "bread", .quantity = 3, .amount = 0}, {.name = "tea"}}));
  EXPECT_EQ(quote(R"({"card":"9000000000000003","amount":1})").card, 9000000000000003U);
  const handlers::Request kept =
      submitted("/v1/quotes", request("POST", "/v1/quotes", "", R"({"phone":"09120000101","amount":5})"));
  EXPECT_EQ(kept.remembered_for, 600s) << "what is left of a budget soon is something else";
  const auto answer =
      begin("/v1/quotes", request("POST", "/v1/quotes", "", R"({"phone":"09120000101","amount":5})"));
  submitted_.back().answer({Status::done, R"({"amount":5,"duplicate":false})", 200});
  EXPECT_EQ(answer->value().body, R"({"phone":"+989120000101","amount":5,"duplicate":false})");
}

TEST_F(TillOrderEndpoint, a_quote_is_known_by_all_that_it_asks) {
  const auto print = [this](const std::string& more) {
    return submitted("/v1/quotes",
                     request("POST", "/v1/quotes", "", R"({"phone":"09120000101",)" + more + "}"))
        .fingerprint;
  };
  const auto plain = print(R"("amount":5)");
  EXPECT_EQ(plain, print(R"("items":[],"amount":5)"));
  EXPECT_NE(plain, print(R"("amount":6)"));
  EXPECT_NE(print(R"("amount":5,"items":["ab"])"), print(R"("amount":5,"items":["a","b"])"));
  EXPECT_EQ(print(R"("amount":5,"items":["ab"])"),
            print(R"("amount":5,"items":[{"name":"ab","quantity":1}])"));
  EXPECT_NE(print(R"("amount":5,"items":["ab"])"),
            print(R"("amount":5,"items":[{"name":"ab","quantity":2}])"));
  EXPECT_NE(print(R"("amount":5,"items":[{"name":"a","quantity":2}])"),
            print(R"("amount":5,"items":[{"name":"a","quantity":2,"amount":2}])"));
}

TEST_F(TillOrderEndpoint, what_is_wrong_with_a_quote_is_pointed_at) {
  const auto wrong = [&](const std::string& body) {
    const HttpResponse response = refused("/v1/quotes", request("POST", "/v1/quotes", "", body));
    EXPECT_EQ(response.status, 422) << body;
    std::set<std::string> pointers;
    const auto problem = nlohmann::json::parse(response.body);
    for (const auto& error : problem["errors"]) pointers.insert(error["pointer"]);
    return pointers;
  };
  using Pointers = std::set<std::string>;
  EXPECT_EQ(wrong(R"({"amount":5})"), Pointers{""}) << "whose?";
  EXPECT_EQ(wrong(R"({"amount":5,"phone":"09120000101","card":"9000000000000003"})"), Pointers{""});
  EXPECT_EQ(wrong(R"({"phone":"09120000101"})"), Pointers{""});
  EXPECT_EQ(wrong(R"({"phone":"12","card":9000000000000003,"amount":0,"branch":14,"codes":[]})"),
            (Pointers{"/phone", "/card", "/amount", "/branch", "/codes"}));
  for (const char* card : {"\"900000000000000\"", "\"90000000000000030\"", "\"9000-0000000003\"", "null"})
    EXPECT_EQ(wrong(R"({"amount":5,"card":)" + std::string(card) + "}"), Pointers{"/card"}) << card;
  for (const char* items : {"\"bread\"", "[5]", "[\"\"]", "[[\"bread\"]]", "{}", "[{}]", R"([{"name":""}])",
                            R"([{"name":"a","quantity":0}])", R"([{"name":"a","quantity":1000001}])",
                            R"([{"name":"a","quantity":"2"}])", R"([{"name":"a","amount":-1}])",
                            R"([{"name":"a","price":5}])", R"([{"quantity":2}])"})
    EXPECT_EQ(wrong(R"({"amount":5,"phone":"09120000101","items":)" + std::string(items) + "}"),
              Pointers{"/items"})
        << items;
  std::string many = "\"x\"";
  for (int i = 0; i < 100; ++i) many += ",\"x\"";
  EXPECT_EQ(wrong(R"({"amount":5,"phone":"09120000101","items":[)" + many + "]}"), Pointers{"/items"});
}

TEST_F(TillOrderEndpoint, members_are_named_by_any_form_of_their_phone_and_answered_in_one) {
  const auto join = ordered<handlers::TillJoin>(
      "/v1/members", request("POST", "/v1/members", "", R"({"phone":" ۰۹۱۲-000 0101","language":"en"})"));
  EXPECT_EQ(join.phone, 989120000101U);
  EXPECT_EQ(join.language, handlers::Language::en);
  for (const char* phone : {"09120000101", "+989120000101", "%2B98%20912%20000%200101", "00989120000101"}) {
    const std::string path = std::string("/v1/members/") + phone;
    EXPECT_EQ(ordered<handlers::TillErasure>("/v1/members/{phone}", request("DELETE", path, phone)).phone,
              989120000101U);
    const auto change = ordered<handlers::TillMemberChange>(
        "/v1/members/{phone}", request("PATCH", path, phone, R"({"phone":"0912 000 0101","promo":false})"));
    EXPECT_EQ(change.phone, 989120000101U);
    EXPECT_TRUE(change.stop_promo);
    EXPECT_EQ(change.language, std::nullopt);
  }
  const auto answer = begin("/v1/members", request("POST", "/v1/members", "", R"({"phone":"09120000101"})"));
  submitted_.back().answer({Status::done, R"({"state":"joined","duplicate":false})", 201});
  EXPECT_EQ(answer->value().body, R"({"phone":"+989120000101","state":"joined","duplicate":false})");
}

TEST_F(TillOrderEndpoint, what_is_no_phone_is_no_member_and_only_what_a_shop_may_change_is_changed) {
  for (const char* phone : {"12", "02188880000", "%zz", "0912000010", "4417203"})
    EXPECT_EQ(type_of(refused("/v1/members/{phone}", request("DELETE", "/v1/members/x", phone))),
              "unknown-member");
  const auto change = [&](const std::string& body) {
    return refused("/v1/members/{phone}", request("PATCH", "/v1/members/09120000101", "09120000101", body));
  };
  for (const char* body : {"", R"(,"promo":true)", R"(,"promo":null)", R"(,"language":"de")",
                           R"(,"balance":1)", R"(,"branch":12)"})
    EXPECT_EQ(change(R"({"phone":"09120000101")" + std::string(body) + "}").status, 422) << body;
  EXPECT_EQ(change(R"({"promo":false})").status, 422) << "the signature covers the body, not the path";
  EXPECT_EQ(change(R"({"phone":"09120000102","promo":false})").status, 422);
  EXPECT_EQ(change("[").status, 400);
  for (const char* body : {"{}", R"({"phone":"12"})", R"({"phone":989120000101})",
                           R"({"phone":"09120000101","branch":14})", R"({"phone":"09120000101","card":1})"})
    EXPECT_EQ(refused("/v1/members", request("POST", "/v1/members", "", body)).status, 422) << body;
  HttpRequest other =
      request("PATCH", "/v1/members/09120000101", "09120000101", R"({"phone":"09120000101","promo":false})");
  other.body = R"({"phone":"09120000101","language":"en"})";
  EXPECT_EQ(refused("/v1/members/{phone}", other).status, 401);
}

TEST_F(TillOrderEndpoint, tags_are_words_and_the_list_is_whole) {
  const std::string route = "/v1/members/{phone}/tags", path = "/v1/members/09120000101/tags";
  const auto set = [&](const std::string& tags) {
    return request("PUT", path, "09120000101", R"({"phone":"0912 000 0101","tags":)" + tags + "}");
  };
  const auto order = ordered<handlers::TillTags>(route, set(R"(["Student","level-3","student","دانشجو"])"));
  EXPECT_EQ(order.phone, 989120000101U);
  EXPECT_EQ(order.tags, (std::vector<std::string>{"level-3", "student", "دانشجو"}));
  EXPECT_TRUE(ordered<handlers::TillTags>(route, set("[]")).tags.empty());
  for (const char* tags : {"null", "{}", "[5]", R"("student")", R"(["two words"])", R"([""])", R"(["a,b"])"})
    EXPECT_EQ(type_of(refused(route, set(tags))), "invalid-order") << tags;
  std::string many = R"("t")";
  for (int i = 0; i < 20; ++i) many += R"(,"t")";
  EXPECT_EQ(refused(route, set("[" + many + "]")).status, 422);
  EXPECT_EQ(refused(route, request("PUT", path, "09120000101", R"({"tags":[]})")).status, 422);
  const std::string none = R"({"phone":"09120000101","tags":[]})";
  EXPECT_EQ(refused(route, request("PUT", path, "09120000102", none)).status, 422);
  EXPECT_EQ(type_of(refused(route, request("PUT", path, "12", none))), "unknown-member");
  HttpRequest other = set("[]");
  other.body = R"({"phone":"09120000101","tags":["vip"]})";
  EXPECT_EQ(refused(route, other).status, 401) << "the body of a PUT is signed";
}

TEST_F(TillOrderEndpoint, events_have_a_name_and_surveys_a_score) {
  const std::string route = "/v1/members/{phone}/events", path = "/v1/members/09120000101/events";
  const auto tell = [&](const std::string& more) {
    return request("POST", path, "09120000101", R"({"phone":"09120000101","id":" v-7 ")" + more + "}");
  };
  const auto visit = ordered<handlers::TillEvent>(route, tell(R"(,"name":"Site-Visit")"));
  EXPECT_EQ(visit.phone, 989120000101U);
  EXPECT_EQ(visit.reference, "v-7");
  EXPECT_EQ(visit.name, "site-visit");
  EXPECT_EQ(visit.score, 0U);
  EXPECT_EQ(visit.at, std::nullopt);
  const auto survey = ordered<handlers::TillEvent>(
      route, tell(R"(,"name":"survey","score":4,"purchase":"70213","at":"2026-01-05T10:15:00+03:30")"));
  EXPECT_EQ(survey.score, 4U);
  EXPECT_EQ(survey.purchase, 70213U);
  EXPECT_EQ(survey.at, rules::Instant(std::chrono::sys_days(std::chrono::January / 5 / 2026) + 6h + 45min));
  for (const char* more :
       {"", R"(,"name":"")", R"(,"name":"two words")", R"(,"name":"survey")", R"(,"name":"survey","score":0)",
        R"(,"name":"survey","score":6)", R"(,"name":"survey","score":"4")", R"(,"name":"visit","score":4)",
        R"(,"name":"visit","purchase":"7")", R"(,"name":"survey","score":4,"purchase":7)",
        R"(,"name":"survey","score":4,"purchase":"x")", R"(,"name":"visit","at":"yesterday")",
        R"(,"name":"visit","at":"1999-01-05T10:15:00Z")", R"(,"name":"visit","color":1)"})
    EXPECT_EQ(type_of(refused(route, tell(more))), "invalid-order") << more;
}

TEST_F(TillOrderEndpoint, lets_nobody_in_whose_signature_is_not_of_what_is_sent) {
  HttpRequest made = redeem();
  made.body = R"({"code":"4417203","invoice":"B-1","invoice_amount":950000})";
  EXPECT_EQ(refused("/v1/codes/{code}/redemptions", made).status, 401);
  HttpRequest other = request("DELETE", "/v1/redemptions/42", "42");
  other.path = "/v1/redemptions/43";
  EXPECT_EQ(refused("/v1/redemptions/{id}", other).status, 401);
  EXPECT_EQ(refused("/v1/codes/{code}/redemptions", redeem(kRedemption, "msg_1", "till-99")).status, 401);
  const HttpRequest json = redeem();
  HttpRequest text = json;
  text.headers = {};
  for (const auto& [name, value] : json.headers.all())
    text.headers.add(name, name == "Content-Type" ? "text/plain" : value);
  EXPECT_EQ(refused("/v1/codes/{code}/redemptions", text).status, 415);
}

// The signature covers the body, and not the path: whoever listened could send it again elsewhere.
TEST_F(TillOrderEndpoint, takes_no_body_that_was_signed_for_another_code_or_hold_or_purchase) {
  const auto wrong = [&](const std::string& route, const std::string& value, const std::string& body) {
    const HttpResponse response = refused(route, request("POST", route, value, body));
    EXPECT_EQ(response.status, 422) << route;
    return nlohmann::json::parse(response.body)["errors"][0]["pointer"].get<std::string>();
  };
  EXPECT_EQ(wrong("/v1/codes/{code}/redemptions", "9999999", kRedemption), "/code");
  EXPECT_EQ(wrong("/v1/codes/{code}/holds", "9999999", kHold), "/code");
  EXPECT_EQ(wrong("/v1/holds/{id}/captures", "42", R"({"hold":"41","amount":5})"), "/hold");
  EXPECT_EQ(wrong("/v1/holds/{id}/captures", "41", R"({"amount":5})"), "") << "missing";
  EXPECT_EQ(wrong("/v1/purchases/{id}/refunds", "8", R"({"purchase":"7","amount":5})"), "/purchase");
  EXPECT_EQ(wrong("/v1/purchases/{id}/refunds", "7", R"({"amount":5})"), "") << "missing";
}

TEST_F(TillOrderEndpoint, takes_nothing_that_was_signed_for_another_operation) {
  HttpRequest looked = request("GET", "/v1/members/09120000101", "09120000101");
  looked.method = "DELETE";
  EXPECT_EQ(refused("/v1/members/{phone}", looked).status, 401) << "a look-up is no erasure";
  EXPECT_EQ(
      refused("/v1/codes/{code}/holds", request("POST", "/v1/codes/4417203/holds", "4417203", kRedemption))
          .status,
      422)
      << "a redemption is no hold";
  EXPECT_EQ(refused("/v1/codes/{code}/redemptions",
                    request("POST", "/v1/codes/4417203/redemptions", "4417203", kHold))
                .status,
            422)
      << "a hold is no redemption";
}

TEST_F(TillOrderEndpoint, finds_nothing_where_a_path_names_no_code_or_number) {
  for (const char* code : {"441720", "44172031", "0417203", "441720a", "%34417203", "۴۴۱۷۲۰۳"}) {
    EXPECT_EQ(type_of(refused("/v1/codes/{code}", request("GET", "/v1/codes/x", code))), "unknown-code");
  }
  for (const char* id : {"x", "-1", "1.0", "99999999999999999999999", "1 "}) {
    EXPECT_EQ(refused("/v1/holds/{id}", request("DELETE", "/v1/holds/x", id)).status, 404);
  }
}

TEST_F(TillOrderEndpoint, names_all_that_is_wrong_in_a_body) {
  const auto wrong = [&](const std::string& body) {
    const HttpResponse response =
        refused("/v1/codes/{code}/holds", request("POST", "/v1/codes/4417203/holds", "4417203", body));
    std::set<std::string> pointers;
    if (response.status == 422) {
      EXPECT_EQ(type_of(response), "invalid-order");
      const auto problem = nlohmann::json::parse(response.body);
      for (const auto& error : problem["errors"]) pointers.insert(error["pointer"]);
    }
    return pointers;
  };
  using Pointers = std::set<std::string>;
  EXPECT_EQ(wrong(R"({"code":4417203,"invoice_amount":1e3,"seconds":0,"invoice":"","branch":14,"x":1})"),
            (Pointers{"/code", "/invoice_amount", "/seconds", "/invoice", "/branch", "/x"}));
  EXPECT_EQ(wrong("{}"), Pointers{""});
  EXPECT_EQ(wrong("[]"), Pointers{""});
  const std::string good = R"({"code":"4417203","invoice":"B-1",)";
  EXPECT_EQ(wrong(good + R"("invoice_amount":1,"invoice_amount":1})"), Pointers{"/invoice_amount"});
  for (const char* amount : {"0", "-1", "1.0", "\"5\"", "100000000000001", "9223372036854775808", "null"}) {
    EXPECT_EQ(wrong(good + R"("seconds":60,"invoice_amount":)" + amount + "}"), Pointers{"/invoice_amount"})
        << amount;
  }
  for (const char* seconds : {"0", "3601", "1.5", "\"60\""}) {
    EXPECT_EQ(wrong(good + R"("invoice_amount":1,"seconds":)" + seconds + "}"), Pointers{"/seconds"});
  }
  EXPECT_EQ(
      refused("/v1/codes/{code}/holds", request("POST", "/v1/codes/4417203/holds", "4417203", "{")).status,
      400);
}

TEST_F(TillOrderEndpoint, a_key_of_no_branch_must_name_one) {
  EXPECT_EQ(refused("/v1/codes/{code}/redemptions", redeem(kRedemption, "msg_1", "till-any")).status, 422);
  const handlers::Request made = submitted(
      "/v1/codes/{code}/redemptions",
      redeem(R"({"code":"4417203","invoice":"B-1","invoice_amount":1,"branch":14})", "msg_1", "till-any"));
  EXPECT_EQ(std::get<TillOrder>(made.what).till.branch, 14U);
}

TEST_F(TillOrderEndpoint, knows_a_request_again_by_its_name_and_content) {
  const handlers::Request first = submitted("/v1/codes/{code}/redemptions", redeem());
  const handlers::Request spaces =
      submitted("/v1/codes/{code}/redemptions",
                redeem(R"({ "invoice_amount": 850000, "invoice": "B-1", "code": "4417203" })"));
  EXPECT_EQ(first.key, spaces.key);
  EXPECT_EQ(first.fingerprint, spaces.fingerprint);
  const handlers::Request more =
      submitted("/v1/codes/{code}/redemptions",
                redeem(R"({"code":"4417203","invoice_amount":850001,"invoice":"B-1"})"));
  EXPECT_EQ(first.key, more.key);
  EXPECT_NE(first.fingerprint, more.fingerprint);
  EXPECT_NE(first.key, submitted("/v1/codes/{code}/redemptions", redeem(kRedemption, "msg_2")).key);
  const handlers::Request hold =
      submitted("/v1/codes/{code}/holds", request("POST", "/v1/codes/4417203/holds", "4417203", kHold));
  EXPECT_EQ(first.key, hold.key) << "one name is one request, whatever it orders";
  EXPECT_NE(first.fingerprint, hold.fingerprint);
}

TEST_F(TillOrderEndpoint, answers_409_while_it_works_and_turns_away_what_is_too_much) {
  const auto first = begin_redeem(redeem());
  EXPECT_EQ(type_of(begin_redeem(redeem())->value()), "in-progress");
  EXPECT_EQ(
      type_of(begin_redeem(redeem(R"({"code":"4417203","invoice":"B-2","invoice_amount":1})"))->value()),
      "key-reused");
  begin_redeem(redeem(kRedemption, "msg_2"));
  begin_redeem(redeem(kRedemption, "msg_3"));
  EXPECT_EQ(type_of(begin_redeem(redeem(kRedemption, "msg_4"))->value()), "busy");
  submitted_.front().answer({Status::done, R"({"duplicate":false})", 201});
  EXPECT_EQ((*first)->status, 201);
}

TEST_F(TillOrderEndpoint, a_repeated_answer_is_marked_and_one_to_come_again_says_when) {
  const auto answered = [&](const TillAnswer& with, const std::string& id) {
    const auto answer = begin_redeem(redeem(kRedemption, id));
    submitted_.back().answer(with);
    return **answer;
  };
  const HttpResponse again = answered({Status::repeated, R"({"used":1,"duplicate":false})", 201}, "a");
  EXPECT_EQ(again.status, 200) << "what was made is there";
  EXPECT_EQ(again.body, R"({"used":1,"duplicate":true})");
  const std::string held =
      R"({"type":"urn:peyk:problem:code-held","title":"x","status":409,"retry_after":7})";
  const HttpResponse refused = answered({Status::done, held, 409}, "b");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_EQ(refused.headers.only("Retry-After"), "7");
  EXPECT_EQ(answered({Status::repeated, held, 409}, "c").body, held);
  EXPECT_EQ(answered({Status::busy, ""}, "d").status, 503);
  EXPECT_EQ(answered({Status::repeated, "no json"}, "e").status, 500);
}

}  // namespace
}  // namespace peyk::tests::gateway_http_orders_test
