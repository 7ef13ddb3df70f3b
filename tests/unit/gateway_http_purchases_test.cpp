// POST /v1/purchases without a wire: who is let in, what is submitted, how outcomes become answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/http/purchases.hpp"
#include "gateway/http/webhook_signature.hpp"

namespace peyk::tests::gateway_http_purchases_test {
namespace {

using namespace std::chrono_literals;
using gateway::HttpRequest;
using gateway::HttpResponse;
using gateway::TillAnswer;
using gateway::TillIdentity;
using testing::HasSubstr;
using Status = TillAnswer::Status;

const rules::Instant kNow = std::chrono::sys_days(std::chrono::January / 5 / 2026) + 7h;
const std::string kSecret = "0123456789abcdef01234567", kOldSecret = "an older secret, 24 long";
const std::string kBody = R"({"phone":"09120000101","amount":850000,"invoice":"A-1001"})";
const std::string kDecision = R"({"credit":42500,"code":"4417203","duplicate":false})";

// A till, the endpoint, and a store that keeps what is submitted until told what became of it.
class PurchaseEndpoint : public testing::Test {
 protected:
  struct Submitted {
    handlers::Request request;
    std::function<void(TillAnswer)> answer;
  };

  PurchaseEndpoint() : endpoint_(directory(), store(), {.in_flight_max = 3}), route_(endpoint_.route()) {}

  static HttpRequest request(const std::string& body = kBody, const std::string& id = "msg_1",
                             const std::string& secret = kSecret, rules::Instant signed_at = kNow) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(signed_at);
    HttpRequest made;
    made.method = "POST";
    made.path = "/v1/purchases";
    made.body = body;
    made.headers.add("Content-Type", "application/json");
    made.headers.add("Peyk-Key", "till-12");
    made.headers.add("Webhook-Id", id);
    made.headers.add("Webhook-Timestamp", std::to_string(seconds.time_since_epoch().count()));
    made.headers.add("Webhook-Signature", gateway::sign_webhook(id, seconds, body, secret));
    return made;
  }

  static HttpRequest with(HttpRequest made, std::string name, std::string value) {
    made.headers.add(std::move(name), std::move(value));
    return made;
  }

  static HttpRequest replaced(const HttpRequest& made, std::string_view name,
                              const std::optional<std::string>& value) {
    HttpRequest other = made;
    other.headers = {};
    for (const auto& [field, old] : made.headers.all()) {
      if (field != name) other.headers.add(field, old);
    }
    if (value) other.headers.add(std::string(name), *value);
    return other;
  }

  // Where the answer will be.
  std::shared_ptr<std::optional<HttpResponse>> begin(HttpRequest made) {
    auto answer = std::make_shared<std::optional<HttpResponse>>();
    route_.handler(std::move(made), {kNow}, [answer](HttpResponse response) {
      ASSERT_FALSE(*answer) << "answered twice";
      *answer = std::move(response);
    });
    return answer;
  }

  HttpResponse refused(HttpRequest made) {
    const std::size_t before = submitted_.size();
    const auto answer = begin(std::move(made));
    EXPECT_EQ(submitted_.size(), before) << "nothing must be submitted";
    return answer->value_or(HttpResponse{});
  }

  // Submits and answers; returns what was submitted.
  handlers::Request accepted(HttpRequest made) {
    const auto answer = begin(std::move(made));
    if (submitted_.empty()) {
      ADD_FAILURE() << "not submitted: " << answer->value_or(HttpResponse{}).body;
      return {};
    }
    Submitted last = std::move(submitted_.back());
    submitted_.pop_back();
    last.answer({Status::done, kDecision});
    EXPECT_EQ(answer->value().status, 200);
    return last.request;
  }

  HttpResponse answered(const TillAnswer& with) {
    const auto answer = begin(request());
    submitted_.back().answer(with);
    submitted_.pop_back();
    return answer->value();
  }

  static std::string type_of(const HttpResponse& response) {
    EXPECT_EQ(response.content_type, "application/problem+json");
    const auto problem = nlohmann::json::parse(response.body);
    EXPECT_EQ(problem["status"], response.status);
    return problem["type"];
  }

  std::vector<Submitted> submitted_;

 private:
  gateway::TillDirectory directory() {
    return [](std::string_view key) -> std::optional<TillIdentity> {
      if (key == "till-12") return TillIdentity{7, 12, {kSecret, kOldSecret}};
      if (key == "till-any") return TillIdentity{7, 0, {kSecret}};
      if (key == "till-other-club") return TillIdentity{8, 12, {kSecret}};
      return std::nullopt;
    };
  }
  gateway::SubmitToStore store() {
    return [this](handlers::Request made, std::function<void(TillAnswer)> answer) {
      if (broken_) throw std::runtime_error("store");
      submitted_.push_back({std::move(made), std::move(answer)});
    };
  }

 protected:
  bool broken_ = false;

 private:
  gateway::PurchaseEndpoint endpoint_;
  gateway::HttpRoute route_;
};

TEST_F(PurchaseEndpoint, submits_what_the_till_signed_and_answers_with_the_decision) {
  const auto answer = begin(request());
  ASSERT_EQ(submitted_.size(), 1U);
  const handlers::Request& made = submitted_.front().request;
  const auto& purchase = std::get<handlers::PurchaseRequest>(made.what);
  EXPECT_EQ(purchase.club, 7U);
  EXPECT_EQ(purchase.branch, 12U);
  EXPECT_EQ(purchase.amount, 850000);
  EXPECT_EQ(made.received_at, kNow);
  EXPECT_EQ(made.remembered_for, 0s) << "for good: webhooks are resent for days";
  EXPECT_FALSE(*answer) << "nothing is acknowledged before it is committed";
  submitted_.front().answer({Status::done, kDecision});
  EXPECT_EQ((*answer)->status, 200);
  EXPECT_EQ((*answer)->content_type, "application/json");
  EXPECT_EQ((*answer)->body, kDecision);
}

TEST_F(PurchaseEndpoint, takes_the_old_secret_while_it_is_listed_and_no_other) {
  accepted(request(kBody, "msg_1", kOldSecret));
  EXPECT_EQ(refused(request(kBody, "msg_1", "a secret of nobody, 24 l")).status, 401);
}

TEST_F(PurchaseEndpoint, tells_an_unknown_key_and_a_wrong_signature_apart_by_nothing) {
  const HttpResponse wrong = refused(request(kBody, "msg_1", "a secret of nobody, 24 l"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_TRUE(wrong.headers.only("WWW-Authenticate"));
  EXPECT_EQ(type_of(wrong), "urn:peyk:problem:bad-signature");
  for (const std::string& key :
       std::vector<std::string>{"till-99", "", std::string(10'000, 'k'), "کلید", "a b"}) {
    EXPECT_EQ(refused(replaced(request(), "Peyk-Key", key)).body, wrong.body) << key;
  }
  EXPECT_EQ(refused(replaced(request(), "Peyk-Key", std::nullopt)).body, wrong.body);
  EXPECT_EQ(refused(with(request(), "peyk-key", "till-12")).body, wrong.body) << "two keys are none";
}

TEST_F(PurchaseEndpoint, needs_every_header_of_the_signature_once) {
  for (const char* name : {"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"}) {
    EXPECT_EQ(refused(replaced(request(), name, std::nullopt)).status, 401) << name;
    EXPECT_EQ(refused(with(request(), name, "x")).status, 401) << name << " twice";
  }
  EXPECT_EQ(refused(replaced(request(), "Webhook-Id", "a.b")).status, 401);
  EXPECT_EQ(refused(replaced(request(), "Webhook-Id", std::string(10'000, 'a'))).status, 401);
}

TEST_F(PurchaseEndpoint, refuses_stale_and_future_timestamps) {
  for (const auto offset : {-301s, 301s, -86400s}) {
    const HttpResponse response = refused(request(kBody, "msg_1", kSecret, kNow + offset));
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(type_of(response), "urn:peyk:problem:stale-timestamp");
  }
  accepted(request(kBody, "msg_1", kSecret, kNow - 300s));
  accepted(request(kBody, "msg_1", kSecret, kNow + 300s));
}

TEST_F(PurchaseEndpoint, parses_nothing_that_is_not_signed) {
  HttpRequest made = request("not json at all");
  made.headers = replaced(made, "Webhook-Signature", "v1,AAAA").headers;
  EXPECT_EQ(refused(made).status, 401);
  EXPECT_EQ(refused(request("not json at all")).status, 400);
}

TEST_F(PurchaseEndpoint, takes_json_only) {
  for (const std::optional<std::string>& wrong : std::vector<std::optional<std::string>>{
           std::nullopt, "text/plain", "application/x-www-form-urlencoded",
           "application/json; charset=utf-16", "application/jsonp", ""}) {
    EXPECT_EQ(refused(replaced(request(), "Content-Type", wrong)).status, 415) << wrong.value_or("none");
  }
  for (const char* good :
       {"application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""}) {
    accepted(replaced(request(), "Content-Type", good));
  }
}

TEST_F(PurchaseEndpoint, names_what_is_wrong_in_the_body) {
  const HttpResponse response =
      refused(request(R"({"phone":"09120000101","amount":1e3,"invoice":"A","x":1})"));
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(type_of(response), "urn:peyk:problem:invalid-purchase");
  const auto errors = nlohmann::json::parse(response.body)["errors"];
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0]["pointer"], "/amount");
  EXPECT_EQ(errors[1]["pointer"], "/x");
}

TEST_F(PurchaseEndpoint, answers_202_to_events_it_does_not_know) {
  const HttpResponse response = refused(request(R"({"type":"stock.low","data":{}})"));
  EXPECT_EQ(response.status, 202);
  EXPECT_THAT(response.body, HasSubstr("stock.low"));
}

TEST_F(PurchaseEndpoint, gives_the_same_id_the_same_key_and_fingerprint_however_the_body_is_written) {
  const handlers::Request first = accepted(request());
  const handlers::Request spaced = accepted(request(
      "{ \"invoice\" : \"A-1001\",\n \"amount\":850000, \"phone\":\"+98 912 000 0101\" , \"branch\": 12 }"));
  const handlers::Request envelope =
      accepted(request(R"({"type":"purchase.completed","data":)" + kBody + "}"));
  EXPECT_EQ(first.key, spaced.key);
  EXPECT_EQ(first.fingerprint, spaced.fingerprint);
  EXPECT_EQ(first.fingerprint, envelope.fingerprint);
  EXPECT_NE(first.fingerprint,
            accepted(request(R"({"phone":"09120000101","amount":850001,"invoice":"A-1001"})")).fingerprint);
  EXPECT_NE(first.fingerprint,
            accepted(request(R"({"phone":"09120000101","amount":850000,"invoice":"A-1002"})")).fingerprint);
  EXPECT_NE(first.fingerprint,
            accepted(request(R"({"phone":"09120000102","amount":850000,"invoice":"A-1001"})")).fingerprint);
}

TEST_F(PurchaseEndpoint, gives_another_id_or_club_another_key) {
  const handlers::RequestKey key = accepted(request()).key;
  EXPECT_NE(key, accepted(request(kBody, "msg_2")).key);
  EXPECT_NE(key, accepted(replaced(request(), "Peyk-Key", "till-other-club")).key);
}

TEST_F(PurchaseEndpoint, lets_the_idempotency_key_win_over_the_webhook_id) {
  const handlers::RequestKey plain = accepted(request()).key;
  const handlers::RequestKey keyed = accepted(with(request(), "Idempotency-Key", "\"8e03978e\"")).key;
  EXPECT_NE(plain, keyed);
  EXPECT_EQ(keyed, accepted(with(request(kBody, "msg_2"), "Idempotency-Key", "8e03978e")).key)
      << "with or without quotes, whatever the webhook-id of the retry";
  EXPECT_NE(plain, accepted(with(request(), "Idempotency-Key", "msg_1")).key) << "the two kinds do not meet";
  for (const std::string& wrong : std::vector<std::string>{"", "\"\"", "a b", "\"a", "a\"b", "a\\b", "کلید",
                                                           std::string(256, 'a'), "\""}) {
    const HttpResponse response = refused(with(request(), "Idempotency-Key", wrong));
    EXPECT_EQ(response.status, 400) << wrong;
    EXPECT_EQ(type_of(response), "urn:peyk:problem:bad-idempotency-key");
  }
  EXPECT_EQ(refused(with(with(request(), "Idempotency-Key", "a"), "Idempotency-Key", "a")).status, 400);
  accepted(with(request(), "Idempotency-Key", std::string(255, 'a')));
}

TEST_F(PurchaseEndpoint, answers_409_while_the_first_is_under_way_and_422_to_other_content) {
  const auto first = begin(request());
  const HttpResponse again = refused(request());
  EXPECT_EQ(again.status, 409);
  EXPECT_TRUE(again.headers.only("Retry-After"));
  EXPECT_EQ(type_of(again), "urn:peyk:problem:in-progress");
  const HttpResponse other = refused(request(R"({"phone":"09120000101","amount":1,"invoice":"A-1001"})"));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(type_of(other), "urn:peyk:problem:key-reused");
  submitted_.front().answer({Status::done, kDecision});
  submitted_.clear();
  EXPECT_EQ((*first)->status, 200);
  accepted(request());
}

TEST_F(PurchaseEndpoint, turns_away_more_than_it_may_hold) {
  std::vector<std::shared_ptr<std::optional<HttpResponse>>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(begin(request(kBody, "msg_" + std::to_string(i))));
  const HttpResponse response = refused(request(kBody, "msg_one_more"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.only("Retry-After"), "1");
  submitted_.back().answer({Status::done, kDecision});
  submitted_.pop_back();
  EXPECT_NE(begin(request(kBody, "msg_one_more")), nullptr);
  EXPECT_EQ(submitted_.size(), 3U);
}

TEST_F(PurchaseEndpoint, marks_a_repeated_answer) {
  const HttpResponse response = answered({Status::repeated, kDecision});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"credit":42500,"code":"4417203","duplicate":true})");
  EXPECT_EQ(answered({Status::repeated, "not json"}).status, 500);
  EXPECT_EQ(answered({Status::repeated, ""}).status, 500);
}

// The stored answer is without her phone: she may want to be forgotten.
TEST_F(PurchaseEndpoint, says_the_phone_to_the_till_that_named_it) {
  const std::string stored = R"({"credit":1,"member":{"card":"9000000000000007"},"duplicate":false})";
  for (const auto status : {Status::done, Status::repeated}) {
    EXPECT_THAT(answered({status, stored}).body,
                HasSubstr(R"("member":{"phone":"+989120000101","card":"9000000000000007"})"));
  }
  const std::string nobody = R"({"credit":0,"member":null,"duplicate":false})";
  EXPECT_EQ(answered({Status::done, nobody}).body, nobody);
}

TEST_F(PurchaseEndpoint, gives_every_outcome_its_status) {
  EXPECT_EQ(type_of(answered({Status::different_content, ""})), "urn:peyk:problem:key-reused");
  EXPECT_EQ(answered({Status::different_content, ""}).status, 422);
  const std::string gone = R"({"type":"urn:peyk:problem:unknown-club","title":"x","status":404})";
  EXPECT_EQ(answered({Status::done, gone, 404}).status, 404);
  EXPECT_EQ(answered({Status::busy, ""}).status, 503);
  EXPECT_EQ(answered({Status::busy, ""}).headers.only("Retry-After"), "1");
  EXPECT_EQ(answered({Status::failed, ""}).status, 500);
  const std::string refusal = R"({"type":"urn:peyk:problem:unknown-branch","title":"x","status":422})";
  EXPECT_EQ(type_of(answered({Status::done, refusal, 422})), "urn:peyk:problem:unknown-branch");
  EXPECT_EQ(answered({Status::repeated, refusal, 422}).status, 422);
}

TEST_F(PurchaseEndpoint, forgets_a_request_that_could_not_be_submitted) {
  broken_ = true;
  EXPECT_THROW(begin(request()), std::runtime_error);
  broken_ = false;
  accepted(request());
}

TEST(HttpHeaders, are_found_without_case_and_only_when_single) {
  gateway::HttpHeaders headers;
  headers.add("X-One", "1");
  headers.add("X-Two", "2");
  headers.add("x-two", "3");
  EXPECT_EQ(headers.only("x-ONE"), "1");
  EXPECT_FALSE(headers.only("X-Two"));
  EXPECT_FALSE(headers.only("X-None"));
  EXPECT_EQ(headers.count("X-TWO"), 2U);
}

}  // namespace
}  // namespace peyk::tests::gateway_http_purchases_test
