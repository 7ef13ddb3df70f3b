// What a club looks up over HTTP, out of a real database: its own rows page by page, and nobody else's.
#include "gateway/http/lookups.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/store/mysql_fixture.hpp"
#include "tests/store/signed_request.hpp"

namespace peyk::tests::http_lookups_test {
namespace {

using gateway::HttpResponse;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

class HttpLookups : public testing::Test {
 protected:
  handlers::Club other_club() {
    handlers::Club other = stored_club();
    other.slug = "pepper";
    other.line = "30005678";
    other.ussd_root = "*7001";
    other.till_keys = {{.id = "till-other", .branch = 12, .secret = std::string(32, 'o')}};
    return other;
  }
  HttpLookups() {
    shop.emplace(database, 1);
    store::save_club(database.connection, other_club());
    auto clubs = store::load_clubs(database.connection);
    directory_ = std::make_shared<const handlers::Directory>(std::move(clubs));
    database.connection.commit();
  }

  HttpResponse get(const std::string& path, const std::string& query = "",
                   const std::string& key = "till-12") {
    gateway::HttpRequest request =
        signed_request({.method = "GET", .path = path, .query = query}, key, "g", now_);
    std::string route = path;
    if (path.starts_with("/v1/members/")) {
      const std::size_t end = path.find('/', 12);
      request.path_value = path.substr(12, end == std::string::npos ? end : end - 12);
      route = "/v1/members/{phone}" + (end == std::string::npos ? "" : path.substr(end));
    }
    std::optional<HttpResponse> answer;
    for (const auto& one : endpoint_.routes()) {
      if (one.path != route) continue;
      one.handler(request, {now_}, [&answer](HttpResponse response) { answer = std::move(response); });
    }
    return answer.value_or(HttpResponse{.status = 0});
  }
  json page(const std::string& path, const std::string& query = "", const std::string& key = "till-12") {
    const HttpResponse response = get(path, query, key);
    EXPECT_EQ(response.status, 200) << path << "?" << query << "\n" << response.body;
    return json::parse(response.body, nullptr, false);
  }
  // All rows of all pages, two at a time: a field of each.
  std::vector<std::string> walk(const std::string& path, const std::string& name, const std::string& field,
                                const std::string& query = "") {
    std::vector<std::string> all;
    std::string after;
    for (int pages = 0; pages < 20; ++pages) {
      const json one = page(path, "limit=2" + (query.empty() ? "" : "&" + query) + after);
      EXPECT_LE(one[name].size(), 2U);
      for (const json& row : one[name])
        all.push_back(row[field].is_string() ? row[field].get<std::string>() : row[field].dump());
      if (one["next"].is_null()) return all;
      after = "&after=" + one["next"].get<std::string>();
    }
    ADD_FAILURE() << "the pages have no end";
    return all;
  }

  json buy(handlers::PhoneNumber phone, rules::Amount amount, const std::string& invoice,
           handlers::BranchNo branch = 12) {
    handlers::Request request = purchase_of(phone, amount, invoice, invoice);
    std::get<handlers::PurchaseRequest>(request.what).branch = branch;
    shop->advance(1min);
    return json::parse(shop->ask(std::move(request)).answer);
  }
  json order(auto what) {
    ++count_;
    shop->advance(1min);
    return json::parse(shop->ask({.key = hash_of("order " + std::to_string(count_)),
                                  .fingerprint = hash_of(std::to_string(count_)),
                                  .received_at = kNoon,
                                  .what = handlers::TillOrder{{1, 12, "till-12"}, std::move(what)}})
                           .answer);
  }
  static rules::CodeNumber code_of(const json& bought) {
    return static_cast<rules::CodeNumber>(std::stoul(bought["code"].get<std::string>()));
  }

  TestDatabase database{"http_lookups"};
  std::optional<Shop> shop;
  bool store_is_full_ = false;
  rules::Instant now_ = kNoon;
  int count_ = 0;
  std::shared_ptr<const handlers::Directory> directory_;
  gateway::LookupEndpoint endpoint_{
      {.directory = [](std::string_view key) -> std::optional<gateway::TillIdentity> {
         if (key == "till-12") return gateway::TillIdentity{1, 12, {kSecret}};
         if (key == "till-any") return gateway::TillIdentity{1, 0, {kSecret}};
         if (key == "till-other") return gateway::TillIdentity{2, 12, {kSecret}};
         return std::nullopt;
       },
       .clubs = [this] { return directory_; },
       .line =
           [](const handlers::Club& club) {
             EXPECT_EQ(club.line, "30001234");
             return gateway::LineHealth{
                 .served = true, .bound = true, .lanes = {{handlers::Lane::notice, 3, 1.5, false}}};
           },
       .store = {.run =
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
                 .post = [](auto work) { work(); }}}};
};

TEST_F(HttpLookups, a_member_is_found_by_any_form_of_her_phone_and_her_codes_stay_hers) {
  const json bought = buy(kShopper, 4'000'000, "A-1");
  buy(kShopper, 2'000'000, "A-2");
  order(handlers::TillHold{.code = code_of(bought), .invoice = "", .invoice_amount = 150'000, .wanted = {}});
  now_ = kNoon + 3min;
  const json found = page("/v1/members/09120000101");
  for (const char* form : {"%2B989120000101", "+989120000101", "0912%20000%200101", "00989120000101"})
    EXPECT_EQ(page(std::string("/v1/members/") + form), found) << form;
  EXPECT_EQ(found["phone"], "+989120000101");
  EXPECT_EQ(found["joined"], "2026-11-21T12:01:00Z");
  EXPECT_EQ(found["balance"], 300'000);
  EXPECT_EQ(found["spendable"], 150'000) << "what a till holds cannot be spent";
  EXPECT_EQ(found["promo"], true);
  EXPECT_EQ(found["last_purchase"]["amount"], 2'000'000);
  ASSERT_EQ(found["credit"].size(), 2U);
  EXPECT_EQ(found["credit"][0]["available"], 50'000);
  EXPECT_EQ(found["credit"][0]["held_until"], "2026-11-21T12:05:00Z");
  EXPECT_EQ(found["credit"][1]["available"], 100'000);
  EXPECT_THAT(found.dump(), Not(HasSubstr(bought["code"].get<std::string>())));
  now_ = kNoon + std::chrono::days(40);
  const json later = page("/v1/members/09120000101");
  EXPECT_EQ(later["spendable"], 0);
  EXPECT_EQ(later["balance"], 300'000) << "the sweep was not there yet";
  EXPECT_THAT(later["credit"], IsEmpty());
}

TEST_F(HttpLookups, another_clubs_rows_are_not_found) {
  buy(kShopper, 4'000'000, "A-1");
  for (const char* path : {"/v1/members/09120000101", "/v1/members/09120000101/statement"}) {
    const HttpResponse response = get(path, "", "till-other");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("unknown-member"));
  }
  EXPECT_THAT(page("/v1/members", "", "till-other")["members"], IsEmpty());
  EXPECT_THAT(page("/v1/purchases", "", "till-other")["purchases"], IsEmpty());
  EXPECT_THAT(page("/v1/purchases", "phone=09120000101", "till-other")["purchases"], IsEmpty());
  EXPECT_THAT(page("/v1/redemptions", "", "till-other")["redemptions"], IsEmpty());
  EXPECT_EQ(page("/v1/branches", "", "till-other")["club"], "pepper");
}

TEST_F(HttpLookups, a_purchase_shows_what_was_bought_as_its_till_told_it_even_when_it_is_given_back) {
  handlers::Request request = purchase_of(kShopper, 1'000'000, "A-1", "A-1");
  std::get<handlers::PurchaseRequest>(request.what).items = {
      {.name = "Bread", .quantity = 3, .amount = 450'000}, {.name = "milk"}, {.name = "bread", .amount = 0}};
  const json bought = json::parse(shop->ask(request).answer);
  buy(kShopper, 500'000, "A-2");
  order(handlers::TillRefund{.invoice = "A-1", .amount = {}, .credit_note = "n", .reference = hash_of("n")});
  const json found = page("/v1/purchases")["purchases"];
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0]["items"], IsEmpty()) << "the later one, of which nothing was told";
  EXPECT_EQ(found[1]["id"], bought["id"]);
  EXPECT_EQ(found[1]["refunded"], 1'000'000);
  EXPECT_EQ(found[1]["items"],
            json::parse(
                R"([{"name":"Bread","quantity":3,"amount":450000},{"name":"milk","quantity":1,"amount":null},
                            {"name":"bread","quantity":1,"amount":0}])"));
  request.key = hash_of("under another webhook-id");
  EXPECT_EQ(json::parse(shop->ask(request).answer)["duplicate"], true);
  EXPECT_EQ(database.query("SELECT COUNT(*), COUNT(DISTINCT word) FROM purchase_item"), "3\t2\n")
      << "once, and bread is bread";
}

TEST_F(HttpLookups, members_come_in_the_order_in_which_they_joined_without_those_who_left) {
  for (int i = 0; i < 5; ++i) buy(kShopper + static_cast<unsigned>(i), 1'000'000, "A-" + std::to_string(i));
  EXPECT_THAT(
      walk("/v1/members", "members", "phone"),
      ElementsAre("+989120000101", "+989120000102", "+989120000103", "+989120000104", "+989120000105"));
  order(handlers::TillErasure{.phone = kShopper + 2});
  EXPECT_THAT(walk("/v1/members", "members", "phone",
                   "joined_after=2026-11-21T12:02:00Z&joined_before="
                   "2026-11-21T15:35:00%2B03:30"),
              ElementsAre("+989120000102", "+989120000104"));
  const json one = page("/v1/members/09120000105");
  EXPECT_THAT(walk("/v1/members", "members", "phone", "card=" + one["card"].get<std::string>()),
              ElementsAre("+989120000105"));
  EXPECT_THAT(walk("/v1/members", "members", "phone", "card=1234567890123456"), IsEmpty());
}

TEST_F(HttpLookups, purchases_are_a_branchs_or_a_members_the_latest_first) {
  buy(kShopper, 1'000'000, "A-1");
  buy(kOtherShopper, 1'000'000, "A-2");
  buy(kShopper, 1'000'000, "A-3", 14);
  buy(kShopper, 1'000'000, "A-4");
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice"), ElementsAre("A-4", "A-2", "A-1"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "branch=14"), ElementsAre("A-3"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "phone=0912%20000%200101"),
              ElementsAre("A-4", "A-3", "A-1"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "phone=%2B989120000101&branch=12"),
              ElementsAre("A-4", "A-1"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "since=2026-11-21T12:02:00Z"),
              ElementsAre("A-4", "A-2"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "until=2026-11-21T12:02:00Z"),
              ElementsAre("A-1"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "day=2026-11-21"),
              ElementsAre("A-4", "A-2", "A-1"));
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "day=2026-11-22"), IsEmpty());
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "phone=09120000999"), IsEmpty());
  const json row = page("/v1/purchases")["purchases"][2];
  EXPECT_EQ(row["credit"], 50'000);
  EXPECT_EQ(row["phone"], "+989120000101");
  order(handlers::TillErasure{.phone = kShopper});
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "phone=09120000101"), IsEmpty());
}

TEST_F(HttpLookups, a_day_is_the_clubs) {
  buy(kShopper, 1'000'000, "A-1");
  database.query("UPDATE purchase SET recorded_at = '2026-11-21 20:30:00'");  // midnight in Tehran
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "day=2026-11-21"), IsEmpty());
  EXPECT_THAT(walk("/v1/purchases", "purchases", "invoice", "day=2026-11-22"), ElementsAre("A-1"));
}

TEST_F(HttpLookups, redemptions_tell_who_took_and_what_was_taken_back) {
  const rules::CodeNumber code = code_of(buy(kShopper, 4'000'000, "A-1"));
  const json first = order(handlers::TillRedemption{code, "B-1", 120'000});
  order(handlers::TillVoid{std::stoull(first["id"].get<std::string>())});
  order(handlers::TillRedemption{code, "B-2", 100'000});
  shop->advance(1min);
  shop->ask(text_from(kTajrishCashier, std::to_string(code) + " 100000 B-3 9876", "t"));
  EXPECT_THAT(walk("/v1/redemptions", "redemptions", "invoice"), ElementsAre("B-2", "B-1"));
  EXPECT_THAT(walk("/v1/redemptions", "redemptions", "by", "branch=14"), ElementsAre("cashier"));
  EXPECT_THAT(walk("/v1/redemptions", "redemptions", "used", "phone=09120000101"),
              ElementsAre("100000", "100000", "120000"));
  EXPECT_THAT(walk("/v1/redemptions", "redemptions", "invoice", "phone=09120000101&branch=12&day=2026-11-21"),
              ElementsAre("B-2", "B-1"));
  EXPECT_THAT(walk("/v1/redemptions", "redemptions", "invoice", "phone=09120000102"), IsEmpty());
  const json rows = page("/v1/redemptions")["redemptions"];
  EXPECT_EQ(rows[0]["voided_at"], nullptr);
  EXPECT_EQ(rows[1]["voided_at"], "2026-11-21T12:03:00Z");
  EXPECT_EQ(rows[0]["by"], "till");
  EXPECT_THAT(rows.dump(), Not(HasSubstr(std::to_string(code)))) << "its rest is still hers";
}

TEST_F(HttpLookups, a_statement_has_every_movement_and_comes_to_the_balance) {
  buy(kOtherShopper, 1'000'000, "A-0");
  const rules::CodeNumber code = code_of(buy(kShopper, 4'000'000, "A-1"));
  const json taken = order(handlers::TillRedemption{code, "B-1", 100'000});
  order(handlers::TillVoid{std::stoull(taken["id"].get<std::string>())});
  shop->advance(1min);
  shop->ask(text_from(kShopper, "CODE 30000", "s"));
  shop->advance(1min);
  shop->ask(text_from(kShopper, "GIVE 09120000102 50000", "g"));
  const std::string number = database.query("SELECT number FROM pending WHERE kind = 5");
  shop->advance(10s);
  shop->ask(text_from(kShopper, number.substr(0, 5), "n"));
  shop->advance(1s);
  EXPECT_THAT(walk("/v1/members/09120000101/statement", "entries", "kind"),
              ElementsAre("give", "split", "void", "redeem", "grant"));
  EXPECT_THAT(walk("/v1/members/09120000101/statement", "entries", "effect"),
              ElementsAre("-50000", "0", "100000", "-100000", "200000"));
  EXPECT_THAT(walk("/v1/members/09120000102/statement", "entries", "kind"), ElementsAre("receive", "grant"));
  EXPECT_THAT(walk("/v1/members/09120000102/statement", "entries", "effect"), ElementsAre("50000", "50000"));
  EXPECT_EQ(page("/v1/members/09120000101")["balance"], 150'000);
  EXPECT_EQ(page("/v1/members/09120000101/statement")["entries"][3]["redemption"], taken["id"]);
  shop->ask(text_from(kShopper, "UNDO", "u"));
  EXPECT_EQ(walk("/v1/members/09120000101/statement", "entries", "kind").front(), "undo");
  EXPECT_EQ(walk("/v1/members/09120000101/statement", "entries", "effect").front(), "50000");
  EXPECT_EQ(walk("/v1/members/09120000102/statement", "entries", "effect").front(), "-50000");
  database.expect_clean_ledger();
}

TEST_F(HttpLookups, tells_branches_and_the_line_without_the_store) {
  store_is_full_ = true;
  const json branches = page("/v1/branches");
  EXPECT_EQ(branches["branch"], 12);
  EXPECT_EQ(branches["branches"],
            json::parse(R"([{"number":12,"name":"Vanak"},{"number":14,"name":"Tajrish"}])"));
  const json line = page("/v1/line");
  EXPECT_EQ(line["line"], "30001234");
  EXPECT_EQ(line["bound"], true);
  EXPECT_EQ(line["lanes"][0],
            json::parse(R"({"lane":"notice","waiting":3,"oldest_seconds":2,"paused":false})"));
}

TEST_F(HttpLookups, refuses_what_is_not_signed_or_not_understood_and_says_where) {
  EXPECT_EQ(get("/v1/members", "", "nobody").status, 401);
  const std::pair<const char*, const char*> wrong[] = {
      {"/v1/members", "limit=0"},
      {"/v1/members", "limit=101"},
      {"/v1/members", "limit=1&limit=2"},
      {"/v1/members", "branch=12"},
      {"/v1/members", "joined_after=yesterday"},
      {"/v1/members", "joined_after=1969-01-01T00:00:00Z"},
      {"/v1/members", "card=123"},
      {"/v1/members", "after=12"},
      {"/v1/members", "after=0-1"},
      {"/v1/members", "after=99999999999999999999-1"},
      {"/v1/members", "limit"},
      {"/v1/members", "card=%zz"},
      {"/v1/members/09120000101", "limit=1"},
      {"/v1/members/09120000101/statement", "day=2026-11-22"},
      {"/v1/purchases", "branch=99"},
      {"/v1/purchases", "branch=-1"},
      {"/v1/purchases", "phone=12"},
      {"/v1/purchases", "day=2026-02-30"},
      {"/v1/purchases", "day=2026-11-22&since=2026-11-22T00:00:00Z"},
      {"/v1/redemptions", "club=2"},
      {"/v1/branches", "limit=1"},
      {"/v1/line", "x=1"}};
  for (const auto& [path, query] : wrong) {
    const HttpResponse response = get(path, query);
    EXPECT_EQ(response.status, 400) << path << "?" << query;
    const json problem = json::parse(response.body);
    EXPECT_EQ(problem["type"], "urn:peyk:problem:bad-query");
    EXPECT_THAT(problem["errors"][0]["parameter"].get<std::string>(), Not(IsEmpty()));
  }
  EXPECT_EQ(json::parse(get("/v1/purchases", "limit=0&day=x&color=1").body)["errors"].size(), 3U)
      << "all mistakes at once";
  EXPECT_EQ(get("/v1/purchases", "", "till-any").status, 400) << "a key of no branch must name one";
  EXPECT_EQ(get("/v1/purchases", "branch=14", "till-any").status, 200);
  for (const char* path : {"/v1/members/12", "/v1/members/02188880000", "/v1/members/%zz"})
    EXPECT_EQ(get(path).status, 404) << path;
  store_is_full_ = true;
  EXPECT_EQ(get("/v1/members").status, 503);
}

TEST_F(HttpLookups, pages_walk_their_indexes) {
  const std::pair<const char*, const char*> plans[] = {
      {"SELECT member_id FROM member WHERE club_id = 1 AND phone IS NOT NULL AND joined_at >= '2026-01-01'"
       " ORDER BY joined_at, member_id LIMIT 3",
       "member_joined"},
      {"SELECT purchase_id FROM purchase WHERE club_id = 1 AND branch_no = 12 AND recorded_at <= '2026-12-01'"
       " ORDER BY recorded_at DESC, purchase_id DESC LIMIT 3",
       "purchase_branch"},
      {"SELECT redemption_id FROM redemption WHERE club_id = 1 AND branch_no = 12 AND at <= '2026-12-01'"
       " ORDER BY at DESC, redemption_id DESC LIMIT 3",
       "redemption_branch"}};
  for (const auto& [sql, index] : plans) {
    const std::string plan = database.query(std::string("EXPLAIN ") + sql);
    EXPECT_THAT(plan, HasSubstr(index));
    EXPECT_THAT(plan, Not(HasSubstr("filesort"))) << sql;
  }
}

}  // namespace
}  // namespace peyk::tests::http_lookups_test
