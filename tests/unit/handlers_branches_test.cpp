// Credit that a club takes at some of its branches only: by where it was earned, wherever it is spent.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "handlers/rules/redeem.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_branches_test {
namespace {

using namespace handlers;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(SpendAt, is_a_row_for_a_branch_and_every_branch_without_one) {
  struct Row {
    rules::SpendAt spend_at;
    BranchNo earned, at;
    bool good;
  };
  const rules::SpendAt none, own = {{12, {12}}, {14, {14}}}, some = {{12, {12, 14}}, {14, {16}}};
  const std::vector<Row> table = {
      {none, 12, 14, true}, {none, 0, 14, true},  {own, 12, 12, true},   {own, 12, 14, false},
      {own, 14, 12, false}, {own, 14, 14, true},  {own, 0, 14, true},    {own, 16, 14, true},
      {some, 12, 12, true}, {some, 12, 14, true}, {some, 12, 16, false}, {some, 14, 14, false},
      {some, 14, 16, true}, {some, 16, 12, true},
  };
  for (const Row& row : table)
    EXPECT_EQ(rules::is_good_at(row.spend_at, row.earned, row.at), row.good)
        << row.earned << " at " << row.at;
}

TEST(RedeemOrder, tells_of_the_branch_after_all_that_has_ended_and_before_all_that_may_yet_be) {
  using enum rules::RedeemRefusal;
  const rules::Instant end{std::chrono::seconds{100}}, before{std::chrono::seconds{99}};
  struct Row {
    rules::RedeemTerms terms;
    rules::Instant now;
    rules::RedeemRefusal why;
  };
  const std::vector<Row> table = {
      {{.left = 100, .ended = true, .expires_at = end, .wrong_branch = true}, before, already_taken},
      {{.left = 100, .expires_at = end, .wrong_branch = true}, end, expired},
      {{.left = 0, .expires_at = end, .wrong_branch = true}, before, already_taken},
      {{.left = 0, .held = 100, .expires_at = end, .wrong_branch = true}, before, wrong_branch},
      {{.left = 0, .held = 100, .expires_at = end}, before, held},
      {{.left = 100, .expires_at = end, .wrong_branch = true}, before, wrong_branch},
      {{.left = 100, .expires_at = end, .wrong_branch = true, .invoice_closed = true}, before, wrong_branch},
      {{.left = 100, .expires_at = end, .wrong_branch = true, .invoice_min = 10'000}, before, wrong_branch},
  };
  for (const Row& row : table) {
    const auto result = rules::redeem(row.terms, 1000, row.now);
    ASSERT_TRUE(std::holds_alternative<rules::RedeemRefusal>(result));
    EXPECT_EQ(std::get<rules::RedeemRefusal>(result), row.why) << &row - table.data();
  }
}

Club own_club() {
  Club club = english_club();
  club.policy.spend_at = {{12, {12}}, {14, {14}}};
  return club;
}

class OwnBranch : public ClubTalk {
 protected:
  explicit OwnBranch(Club club = own_club()) : ClubTalk(std::move(club)) { code = earn(kShopper, 200'000); }

  template <typename What>
  json order(What what, BranchNo branch) {
    Request request;
    request.what = TillOrder{{1, branch, "till-" + std::to_string(branch)}, std::move(what)};
    const Outcome outcome = store.handle(request, now);
    status = outcome.status;
    return json::parse(outcome.answer);
  }
  rules::CodeNumber number_of_code() const { return static_cast<rules::CodeNumber>(std::stoul(code)); }

  std::string code;
  int status = 0;
};

TEST_F(OwnBranch, a_cashier_of_another_branch_reads_where_the_code_is_good) {
  EXPECT_EQ(last_lot().branch, 12U);
  EXPECT_EQ(tajrish(code), "Code " + code + " is not good at this branch, but at: Vanak.");
  EXPECT_THAT(vanak(code), HasSubstr("is good: 200,000"));
  EXPECT_EQ(tajrish(code + " 850000 9876"),
            "Code " + code + " is not good at this branch, but at: Vanak. Nothing was taken.");
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(told, "") << "the member hears nothing";
  EXPECT_THAT(tajrish(code + " 850000 1111"), HasSubstr("Wrong PIN"))
      << "who does not prove herself reads nothing";
  EXPECT_THAT(vanak(code + " 150000 4321"), HasSubstr("From credit: 150,000"));
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("150,000"));
  EXPECT_THAT(vanak(code + " 200000 4321"), HasSubstr("From credit: 200,000"));
  EXPECT_THAT(tajrish(code), HasSubstr("already used: Vanak")) << "nobody is sent there with it";
  EXPECT_THAT(store.audit(), IsEmpty());
}

// Else an honest cashier would be locked by customers who are at the wrong branch.
TEST_F(OwnBranch, a_wrong_branch_is_no_guess) {
  for (int i = 0; i < 8; ++i) tajrish(i % 2 == 0 ? code : code + " 850000 9876");
  EXPECT_THAT(tajrish(code), HasSubstr("Vanak"));
  for (int i = 0; i < 8; ++i) order(TillRedemption{number_of_code(), "B", 850'000}, 14);
  EXPECT_EQ(status, 422);
}

TEST_F(OwnBranch, a_till_is_refused_and_told_where) {
  const json check = order(TillCheck{number_of_code()}, 14);
  EXPECT_EQ(check["good"], false);
  EXPECT_EQ(check["why"], "wrong-branch");
  EXPECT_EQ(check["available"], 0);
  EXPECT_EQ(check["phone"], nullptr);
  EXPECT_EQ(check["branches"], json::array({12}));
  EXPECT_EQ(order(TillCheck{number_of_code()}, 12)["good"], true);

  const json refused = order(TillRedemption{number_of_code(), "B-1", 850'000}, 14);
  EXPECT_EQ(status, 422);
  EXPECT_EQ(refused["type"], "urn:peyk:problem:wrong-branch");
  EXPECT_THAT(refused["detail"].get<std::string>(), HasSubstr("is not good at branch 14, only at: 12."));
  EXPECT_EQ(order(TillHold{number_of_code(), "B-1", 850'000, {}}, 14)["type"],
            "urn:peyk:problem:wrong-branch");
  order(TillHold{number_of_code(), "B-1", 850'000, {}}, 12);
  EXPECT_EQ(status, 201);
  EXPECT_EQ(order(TillCheck{number_of_code()}, 14)["why"], "wrong-branch")
      << "not held: to wait would not help";
  EXPECT_EQ(order(TillCheck{number_of_code()}, 12)["why"], "held");
}

TEST_F(OwnBranch, a_quote_counts_what_is_good_there) {
  EXPECT_EQ(order(TillQuote{.phone = kShopper, .amount = 850'000}, 12)["credit_available"], 200'000);
  EXPECT_EQ(order(TillQuote{.phone = kShopper, .amount = 850'000}, 14)["credit_available"], 0);
}

TEST_F(OwnBranch, what_moves_stays_credit_of_its_branch) {
  say(kShopper, "CODE 50000");
  EXPECT_EQ(last_lot().branch, 12U);
  EXPECT_THAT(tajrish(last_code()), HasSubstr("but at: Vanak"));
  say(kFriend, "JOIN");
  confirm(kShopper, "GIVE 09120000102 50000");
  EXPECT_EQ(balance(kFriend), 50'000);
  EXPECT_EQ(last_lot().branch, 12U);
  const std::string hers = last_code();
  EXPECT_THAT(tajrish(hers + " 850000 9876"), HasSubstr("but at: Vanak"));
  say(kShopper, "UNDO");
  EXPECT_EQ(last_lot().branch, 12U);
  EXPECT_THAT(vanak(last_code() + " 850000 4321"), HasSubstr("From credit: 50,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(OwnBranch, she_pays_at_a_branch_with_what_is_good_there) {
  EXPECT_EQ(say(kShopper, "PAY 850000 AT 14"),
            "Your credit is not good at Tajrish. Your next code is good at: Vanak. Nothing was taken.");
  EXPECT_EQ(effects, 0U);
  const auto gift = std::to_string(store.issue_gift(30'000, now, now + std::chrono::hours{24 * 60}));
  say(kShopper, gift);
  EXPECT_EQ(last_lot().branch, 0U) << "it was earned at none";
  EXPECT_THAT(confirm(kShopper, "PAY 850000 AT 14"),
              HasSubstr("30,000 rials of your credit paid at Tajrish"));
  EXPECT_EQ(balance(kShopper), 200'000);
  EXPECT_THAT(confirm(kShopper, "PAY 850000 AT 12"), HasSubstr("200,000 rials of your credit paid at Vanak"));
  EXPECT_EQ(balance(kShopper), 0);
  EXPECT_THAT(say(kShopper, "PAY 850000 AT 14"), HasSubstr("You have no credit"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(OwnBranch, she_reads_where_her_codes_are_good) {
  for (const char* text : {"CREDIT", "CODES"}) {
    EXPECT_THAT(say(kShopper, text), HasSubstr(" (only Vanak)")) << text;
    EXPECT_THAT(say(kShopper, text), HasSubstr(code)) << text;
  }
  EXPECT_THAT(say(kShopper, code), HasSubstr(" (only Vanak)"));
  store.issue_gift(30'000, now, now + std::chrono::hours{24 * 60});
  say(kShopper, last_code());
  EXPECT_THAT(say(kShopper, last_code()), Not(HasSubstr("only"))) << "good at every branch";
}

Club far_flung_club() {
  Club club = own_club();
  for (BranchNo number = 21; number <= 25; ++number)
    club.branches.push_back({number, "The branch of the long way round, no. " + std::to_string(number)});
  club.policy.spend_at[12] = {21, 22, 23, 24, 25};
  return club;
}

class FarFlung : public OwnBranch {
 protected:
  FarFlung() : OwnBranch(far_flung_club()) {}
};

TEST_F(FarFlung, names_are_cut_where_they_would_fill_a_text_and_left_out_where_there_is_no_room) {
  EXPECT_THAT(vanak(code),
              AllOf(HasSubstr("no. 21"), HasSubstr("no. 23 and 2 others"), Not(HasSubstr("no. 24"))));
  EXPECT_EQ(order(TillCheck{number_of_code()}, 12)["branches"], json::array({21, 22, 23, 24, 25}));
  for (int i = 0; i < 4; ++i) earn(kShopper, 100'000);
  EXPECT_THAT(say(kShopper, "CODES"), AllOf(HasSubstr(code), Not(HasSubstr("no. 21"))));
}

TEST(EveryBranch, is_good_and_nobody_reads_of_it) {
  class Talk : public ClubTalk {
   public:
    void TestBody() override {
      const std::string code = earn(kShopper, 200'000);
      EXPECT_THAT(say(kShopper, "CODES"), Not(HasSubstr("only")));
      EXPECT_THAT(tajrish(code + " 850000 9876"), HasSubstr("From credit: 200,000"));
    }
  };
  Talk().TestBody();
}

Club own_bakery() {
  Club club = own_club();
  club.policy.redeem_auth = CashierAuth::phone;
  club.programme.offers = {
      {.name = "croissant",
       .title = "Breakfast",
       .id = 1,
       .version = 101,
       .then = {{.kind = rules::EffectKind::item, .value = 1, .valid_days = 14, .text = "a croissant"}}}};
  return club;
}

class OwnItem : public OwnBranch {
 protected:
  OwnItem() : OwnBranch(own_bakery()) {
    for (const auto& [id, one] : store.codes()) {
      if (!one.item.empty()) code = std::to_string(one.number);
    }
  }
};

TEST_F(OwnItem, an_item_is_handed_over_where_its_code_is_good) {
  EXPECT_THAT(tajrish(code), HasSubstr("not good at this branch, but at: Vanak"));
  EXPECT_EQ(order(TillCheck{number_of_code()}, 14)["why"], "wrong-branch");
  EXPECT_EQ(order(TillRedemption{number_of_code(), "B-1", 850'000}, 14)["type"],
            "urn:peyk:problem:wrong-branch");
  EXPECT_EQ(status, 422);
  EXPECT_THAT(tajrish(code + " 350000"), HasSubstr("but at: Vanak. Nothing was taken."));
  EXPECT_TRUE(store.handovers().empty());
  EXPECT_THAT(say(kShopper, code), HasSubstr(" (only Vanak)"));
  order(TillRedemption{number_of_code(), "B-1", 850'000}, 12);
  EXPECT_EQ(status, 201);
  EXPECT_EQ(order(TillCheck{number_of_code()}, 14)["why"], "used");
}

}  // namespace
}  // namespace peyk::tests::handlers_branches_test
