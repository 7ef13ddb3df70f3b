// The body of POST /v1/purchases: what is read from it, and every way to say it wrong.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/http/body_fields.hpp"
#include "gateway/http/purchase_body.hpp"
#include "gateway/http/rfc3339.hpp"
#include "gateway/http/strict_json.hpp"

namespace peyk::tests::gateway_http_body_test {
namespace {

using namespace std::chrono_literals;
using gateway::parse_purchase_body;
using gateway::parse_rfc3339;
using gateway::parse_strict_json;
using gateway::Problem;
using handlers::PurchaseRequest;

const rules::Instant kNow = std::chrono::sys_days(std::chrono::January / 5 / 2026) + 7h;
constexpr handlers::ClubId kClub = 7;
constexpr handlers::BranchNo kBranch = 12;
const std::string kGood = R"({"phone":"09120000101","amount":850000,"invoice":"A-1001"})";

PurchaseRequest read(const std::string& body, handlers::BranchNo branch = kBranch) {
  const auto parsed = parse_purchase_body(body, kClub, branch, kNow);
  if (!parsed) {
    ADD_FAILURE() << body << ": "
                  << (parsed.error().errors.empty() ? parsed.error().detail
                                                    : parsed.error().errors.front().detail);
    return {};
  }
  return std::get<PurchaseRequest>(*parsed);
}

Problem refused(const std::string& body, handlers::BranchNo branch = kBranch) {
  auto parsed = parse_purchase_body(body, kClub, branch, kNow);
  if (parsed) {
    ADD_FAILURE() << "accepted: " << body;
    return {};
  }
  return parsed.error();
}

std::string pointer(const std::string& body, handlers::BranchNo branch = kBranch) {
  const Problem problem = refused(body, branch);
  EXPECT_EQ(problem.status, 422) << body;
  return problem.errors.empty() ? "none" : problem.errors.front().pointer;
}

std::string with_amount(const std::string& amount) {
  return R"({"phone":"09120000101","invoice":"A-1001","amount":)" + amount + "}";
}
std::string with(const std::string& member) {
  return kGood.substr(0, kGood.size() - 1) + "," + member + "}";
}

TEST(PurchaseBody, says_who_bought_what_where_and_when) {
  const PurchaseRequest plain = read(kGood);
  EXPECT_EQ(plain.club, kClub);
  EXPECT_EQ(plain.branch, kBranch);
  EXPECT_EQ(plain.phone, 989120000101U);
  EXPECT_EQ(plain.amount, 850000);
  EXPECT_EQ(plain.invoice, "A-1001");
  EXPECT_FALSE(plain.purchased_at);
  EXPECT_EQ(read(with(R"("purchased_at":"2026-01-05T10:15:00+03:30")")).purchased_at,
            std::chrono::sys_days(std::chrono::January / 5 / 2026) + 6h + 45min);
}

TEST(PurchaseBody, may_come_in_the_envelope_of_standard_webhooks) {
  const std::string envelope =
      R"({"type":"purchase.completed","timestamp":"2026-01-05T06:45:00Z","data":)" + kGood + "}";
  const PurchaseRequest purchase = read(envelope);
  EXPECT_EQ(purchase.amount, 850000);
  EXPECT_EQ(purchase.purchased_at, std::chrono::sys_days(std::chrono::January / 5 / 2026) + 6h + 45min);
  EXPECT_EQ(
      pointer(R"({"type":"purchase.completed","data":{"phone":"09120000101","amount":0,"invoice":"A"}})"),
      "/data/amount");
  EXPECT_EQ(pointer(R"({"type":"purchase.completed","data":{"phone":"09120000101","amount":1}})"), "/data");
  EXPECT_EQ(pointer(R"({"type":"purchase.completed","data":[]})"), "/data");
  EXPECT_EQ(pointer(R"({"type":"purchase.completed"})"), "/data");
  EXPECT_EQ(pointer(R"({"type":7,"data":{}})"), "/type");
  EXPECT_EQ(pointer(R"({"type":"purchase.completed","extra":1,"data":)" + kGood + "}"), "/extra");
  EXPECT_EQ(pointer(R"({"type":"purchase.completed","timestamp":1,"data":)" + kGood + "}"), "/timestamp");
}

TEST(PurchaseBody, of_another_type_of_event_is_ignored_not_refused) {
  const auto parsed =
      parse_purchase_body(R"({"type":"stock.low","data":{"any":["thing"]}})", kClub, kBranch, kNow);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::get<gateway::IgnoredEvent>(*parsed).type, "stock.low");
}

TEST(PurchaseBody, amounts_are_integers_in_range_written_plainly) {
  EXPECT_EQ(read(with_amount("1")).amount, 1);
  EXPECT_EQ(read(with_amount("100000000000000")).amount, rules::kAmountMax);
  for (const char* wrong : {"0",
                            "-0",
                            "-1",
                            "-850000",
                            "100000000000001",
                            "9223372036854775807",
                            "9223372036854775808",
                            "18446744073709551615",
                            "18446744073709551616",
                            "123456789012345678901234567890",
                            "1e3",
                            "1E3",
                            "1.0",
                            "850000.5",
                            "1e-3",
                            "1e999",
                            "-1e999",
                            "\"850000\"",
                            "\"۱۲۳\"",
                            "null",
                            "true",
                            "[]",
                            "{}"}) {
    EXPECT_EQ(pointer(with_amount(wrong)), "/amount") << wrong;
  }
  for (const char* wrong : {"۱۲۳", "0x10", "+1", "01", ".5", "1.", "NaN", "Infinity", "1 000", "1_000", ""}) {
    EXPECT_EQ(refused(with_amount(wrong)).status, 400) << wrong;
  }
}

TEST(PurchaseBody, a_number_too_large_for_any_reader_is_told_where_it_stands) {
  EXPECT_EQ(pointer(R"({"type":"purchase.completed","data":{"amount":1e999}})"), "/data/amount");
  EXPECT_EQ(pointer(R"({"a":[1,[2,1e999]]})"), "/a/1/1");
}

// What is wrong with one more member, where and in words.
std::pair<std::string, std::string> mistake_in(const std::string& member) {
  const Problem problem = refused(with(member));
  EXPECT_EQ(problem.status, 422) << member;
  EXPECT_EQ(problem.errors.size(), 1U) << member;
  if (problem.errors.empty()) return {};
  return {problem.errors.front().pointer, problem.errors.front().detail};
}

std::string so_many_items(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + std::string("\"bread\"");
  return "\"items\":[" + list + "]";
}

TEST(PurchaseBody, items_are_names_of_what_was_bought_or_objects) {
  const auto told =
      read(with(R"("items":[{"name":"tea","quantity":3,"amount":90000},{"name":"cake"}])")).items;
  EXPECT_EQ(told, (std::vector<handlers::BoughtItem>{{.name = "tea", .quantity = 3, .amount = 90000},
                                                     {.name = "cake"}}));
  EXPECT_EQ(read(with(R"("items":["bread"," کیک "])")).items,
            (std::vector<handlers::BoughtItem>{{.name = "bread"}, {.name = "کیک"}}));
  EXPECT_TRUE(read(with(R"("items":[])")).items.empty());
  EXPECT_EQ(read(with(so_many_items(gateway::kItemsMax))).items.size(), gateway::kItemsMax);
  constexpr const char* kNoList = "must be an array of at most 100 names or objects";
  constexpr const char* kNoText = "each must be a string, or be an object with such a \"name\"";
  constexpr const char* kNoName = "each must have 1 to 64 characters, or be an object with such a \"name\"";
  constexpr const char* kNoMember = "each may have \"name\", \"quantity\" and \"amount\" only";
  constexpr const char* kNoQuantity =
      "each \"quantity\" must be an integer from 1 to 1000000: of what is weighed 1";
  const std::pair<std::string, std::string> wrong[] = {
      {"null", kNoList},
      {"true", kNoList},
      {"5", kNoList},
      {R"("bread")", kNoList},
      {"{}", kNoList},
      {R"({"0":"bread"})", kNoList},
      {"[5]", kNoText},
      {"[null]", kNoText},
      {R"(["bread",true])", kNoText},
      {R"([["bread"]])", kNoText},
      {R"([""])", kNoName},
      {R"(["bread"," "])", kNoName},
      {"[\"" + std::string(65, 'x') + "\"]", kNoName},
      {R"(["a\nb"])", "each must not hold control characters, or be an object with such a \"name\""},
      {"[{}]", "each must have a \"name\""},
      {R"([{"name":""}])", "each \"name\" must have 1 to 64 characters"},
      {R"([{"name":"tea","price":5}])", kNoMember},
      {R"([{"name":"tea","quantity":0}])", kNoQuantity},
      {R"([{"name":"tea","quantity":"3"}])", kNoQuantity}};
  using Told = std::pair<std::string, std::string>;
  for (const auto& [items, what] : wrong)
    EXPECT_EQ(mistake_in("\"items\":" + items), Told("/items", what)) << items;
  EXPECT_EQ(mistake_in(so_many_items(gateway::kItemsMax + 1)), Told("/items", kNoList));
}

TEST(PurchaseBody, a_discount_is_an_amount_or_nothing_and_no_more_than_the_amount) {
  EXPECT_EQ(read(with(R"("discount":0)")).discount, 0);
  EXPECT_EQ(read(with(R"("discount":1)")).discount, 1);
  EXPECT_EQ(read(with(R"("discount":850000)")).discount, 850'000) << "all of it";
  for (const char* wrong : {"-1", "-850000", "1.5", "1e3", "1.0", "\"5\"", "null", "true", "[]", "{}",
                            "100000000000001", "18446744073709551616"}) {
    const auto [where, what] = mistake_in(std::string("\"discount\":") + wrong);
    EXPECT_EQ(where, "/discount") << wrong;
    EXPECT_TRUE(what.starts_with("must be an integer from 1 to 100000000000000")) << what;
    EXPECT_TRUE(what.ends_with("; or 0")) << what;
  }
  EXPECT_EQ(mistake_in(R"("discount":850001)"),
            (std::pair<std::string, std::string>("/discount", "must not be more than the amount")));
}

TEST(PurchaseBody, phones_are_strings_that_hold_a_mobile_number) {
  const auto with_phone = [](const std::string& phone) {
    return R"({"amount":850000,"invoice":"A-1001","phone":)" + phone + "}";
  };
  for (const char* wrong : {"\"\"", "\"abc\"", "\"0912\"", "9120000101", "null", "[\"09120000101\"]"}) {
    EXPECT_EQ(pointer(with_phone(wrong)), "/phone") << wrong;
  }
  EXPECT_EQ(pointer(with_phone("\"" + std::string(10'000, '9') + "\"")), "/phone");
}

TEST(PurchaseBody, invoices_have_1_to_64_characters_without_control_characters) {
  const auto with_invoice = [](const std::string& invoice) {
    return R"({"phone":"09120000101","amount":850000,"invoice":")" + invoice + "\"}";
  };
  std::string persian;
  for (int i = 0; i < 64; ++i) persian += "ش";
  EXPECT_EQ(read(with_invoice(persian)).invoice, persian);
  EXPECT_EQ(read(with_invoice("  A-1001 ")).invoice, "A-1001") << "blanks around do not make another invoice";
  for (const std::string& wrong :
       std::vector<std::string>{"", "   ", persian + "x", std::string(10'000, 'x'), "a\\u0000b", "a\\nb",
                                "a\x7f"
                                "b"}) {
    EXPECT_EQ(pointer(with_invoice(wrong)), "/invoice") << wrong;
  }
  EXPECT_EQ(pointer(R"({"phone":"09120000101","amount":850000,"invoice":1001})"), "/invoice");
}

TEST(PurchaseBody, the_branch_is_the_keys_or_must_be_named) {
  EXPECT_EQ(read(with(R"("branch":12)")).branch, 12U);
  EXPECT_EQ(pointer(with(R"("branch":14)")), "/branch") << "the key is bound to branch 12";
  EXPECT_EQ(read(with(R"("branch":14)"), 0).branch, 14U);
  EXPECT_EQ(pointer(kGood, 0), "") << "neither key nor body names one";
  for (const char* wrong : {"0", "-1", "4294967296", "12.0", "\"12\"", "null"}) {
    EXPECT_EQ(pointer(with(std::string(R"("branch":)") + wrong), 0), "/branch") << wrong;
  }
}

TEST(PurchaseBody, the_time_of_purchase_has_a_zone_and_is_not_ahead) {
  EXPECT_TRUE(read(with(R"("purchased_at":"2026-01-05T07:05:00Z")")).purchased_at) << "tills' clocks differ";
  for (const char* wrong : {"\"2026-01-05T07:05:01Z\"", "\"1999-12-31T23:59:59Z\"", "\"2026-01-05T07:00:00\"",
                            "\"2026-01-05\"", "\"yesterday\"", "1767596400", "null"}) {
    EXPECT_EQ(pointer(with(std::string(R"("purchased_at":)") + wrong)), "/purchased_at") << wrong;
  }
}

TEST(PurchaseBody, all_mistakes_are_told_at_once_up_to_a_limit) {
  const Problem problem =
      refused(R"({"phone":"x","amount":0,"invoice":"","branch":0,"purchased_at":"x","extra":1})");
  EXPECT_EQ(problem.errors.size(), 6U);
  std::string many = "{\"a0\":1";
  for (int i = 1; i < 100; ++i) many += ",\"a" + std::to_string(i) + "\":1";
  EXPECT_EQ(refused(many + "}").errors.size(), 16U);
  EXPECT_EQ(refused("{}").errors.size(), 3U);
}

TEST(PurchaseBody, unknown_and_doubled_fields_are_refused_by_name) {
  EXPECT_EQ(pointer(with(R"("coupon":5)")), "/coupon");
  EXPECT_EQ(pointer(with(R"("a/b~c":5)")), "/a~1b~0c");
  EXPECT_EQ(pointer(with(R"("Amount":5)")), "/Amount") << "names are compared exactly";
  EXPECT_EQ(pointer(with(R"("amount":5)")), "/amount") << "twice";
  EXPECT_EQ(pointer(with("\"\\u0061mount\":5")), "/amount") << "twice, once escaped";
  EXPECT_EQ(pointer(R"({"type":"other","data":{"x":{"y":1,"y":2}}})"), "/data/x/y")
      << "also where nobody looks";
  EXPECT_LE(pointer(with("\"" + std::string(10'000, 'n') + "\":1")).size(), 100U);
}

TEST(PurchaseBody, nests_at_most_16_deep) {
  const auto nested = [](int depth) {
    const auto n = static_cast<std::size_t>(depth);
    return "{\"type\":\"x\",\"data\":" + std::string(n - 1, '[') + std::string(n - 1, ']') + "}";
  };
  EXPECT_TRUE(parse_purchase_body(nested(16), kClub, kBranch, kNow));
  EXPECT_EQ(pointer(nested(17)), "/data/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0");
  EXPECT_EQ(refused(std::string(60'000, '[')).status, 422);
  EXPECT_EQ(refused(std::string(60'000, '{')).status, 400);
}

TEST(PurchaseBody, that_is_no_json_or_no_utf8_is_400) {
  using namespace std::string_literals;
  for (const std::string& wrong : std::vector<std::string>{"",
                                                           " ",
                                                           "{",
                                                           "}",
                                                           "nonsense",
                                                           "{'phone':1}",
                                                           "{\"phone\"}",
                                                           kGood + "x",
                                                           kGood + kGood,
                                                           kGood + "\0x"s,
                                                           kGood + "\0"s,
                                                           "{\"phone\":\"\xff\"}",
                                                           "{\"phone\":\"\xc0\xaf\"}",
                                                           "{\"phone\":\"\xed\xa0\x80\"}",
                                                           "{\"phone\":\"\\ud800\"}",
                                                           "{\"a\":1,}",
                                                           "{\"a\":\"\n\"}",
                                                           "{/**/}",
                                                           "\xff\xfe{\0}\0"s,
                                                           kGood.substr(0, 20)}) {
    const Problem problem = refused(wrong);
    EXPECT_EQ(problem.status, 400) << wrong;
    EXPECT_EQ(problem.slug, "malformed-json");
  }
  for (const char* wrong : {"[]", "1", "null", "\"text\"", "1e3"}) EXPECT_EQ(pointer(wrong), "") << wrong;
}

TEST(Rfc3339, reads_what_the_rfc_shows_and_nothing_near_it) {
  using std::chrono::sys_days, std::chrono::April, std::chrono::December, std::chrono::January;
  EXPECT_EQ(parse_rfc3339("1985-04-12T23:20:50.52Z"),
            sys_days(April / 12 / 1985) + 23h + 20min + 50s + 520ms);
  EXPECT_EQ(parse_rfc3339("1996-12-19T16:39:57-08:00"), sys_days(December / 20 / 1996) + 39min + 57s);
  EXPECT_EQ(parse_rfc3339("1990-12-31T23:59:60Z"), sys_days(January / 1 / 1991));
  EXPECT_EQ(parse_rfc3339("1937-01-01t12:00:27.8712349z"),
            sys_days(January / 1 / 1937) + 12h + 27s + 871234us);
  EXPECT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z"));
  for (const char* wrong :
       {"", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-32T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0330",
        "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00Zx", " 2024-01-01T00:00:00Z", "24-01-01T00:00:00Z",
        "۲۰۲۴-01-01T00:00:00Z", "2024-1-1T00:00:00Z", "2024-01-01T00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
  }
}

RC_GTEST_PROP(PurchaseBody, no_octets_break_the_reader, (std::string noise)) {
  std::string body = kGood;
  const std::size_t place = *rc::gen::inRange<std::size_t>(0, body.size());
  body.replace(place, noise.size() / 2, noise);
  const auto parsed = parse_purchase_body(body, kClub, kBranch, kNow);
  RC_ASSERT(parsed || parsed.error().status == 400 || parsed.error().status == 422);
}

RC_GTEST_PROP(StrictJson, agrees_with_the_library_on_what_is_json, (std::string noise)) {
  std::string text = kGood;
  text.insert(*rc::gen::inRange<std::size_t>(0, text.size()), noise);
  RC_PRE(text.find('\0') == std::string::npos);
  const auto parsed = parse_strict_json(text, 1000);
  const bool malformed = !parsed && parsed.error().kind == gateway::JsonMistakeKind::malformed;
  const bool doubled = !parsed && !malformed;
  RC_ASSERT(doubled || malformed == !nlohmann::json::accept(text));
}

}  // namespace
}  // namespace peyk::tests::gateway_http_body_test
