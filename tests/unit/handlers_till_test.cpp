// A till at work over HTTP, decided without a wire: checks, redemptions, voids, holds, each with its "no".
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/memory_store.hpp"

namespace peyk::tests::handlers_till_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PhoneNumber kShopper = 989120000101;
const TillId kTill12{1, 12, "till-12"}, kTill14{1, 14, "till-14"}, kOtherClub{2, 12, "till-other"};

std::vector<Club> two_clubs() {
  Club other = sample_club();
  other.id = 2;
  other.slug = "other";
  other.line = "30005678";
  other.ussd_root = "*7001";
  other.keyword = "x";
  other.till_keys = {{.id = "till-other", .branch = 12, .secret = std::string(32, 'o')}};
  return {sample_club(), other};
}

class TillOrders : public testing::Test {
 protected:
  explicit TillOrders(const std::vector<Club>& clubs = two_clubs()) : store(clubs, 7) {
    say(kShopper, "JOIN");
    say(kShopper, "LANG EN");
    buy(4'000'000, "A-1");  // a code of 200,000
    code = store.codes().begin()->second.number;
  }

  std::string say(PhoneNumber from, const std::string& text) {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = text};
    const Outcome outcome = store.handle(request, now);
    std::string answer;
    for (const OutgoingText& one : outcome.texts) answer += one.to == from ? one.text : "";
    return answer;
  }
  Outcome buy(rules::Amount amount, const std::string& invoice) {
    Request request;
    request.what =
        PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = invoice, .amount = amount};
    return store.handle(request, now);
  }

  // Its status; the body is in `body`, what others heard in `told`.
  template <typename What>
  int order(What what, const TillId& till = kTill12) {
    Request request;
    request.what = TillOrder{till, std::move(what)};
    const Outcome outcome = store.handle(request, now);
    effects = outcome.effects.size();
    told.clear();
    for (const OutgoingText& one : outcome.texts) told += one.text;
    body = nlohmann::json::parse(outcome.answer);
    EXPECT_THAT(store.audit(), IsEmpty());
    return outcome.status;
  }
  int redeem(rules::Amount amount, const std::string& invoice, const TillId& till = kTill12) {
    return order(TillRedemption{code, invoice, amount}, till);
  }
  int hold(rules::Amount amount, std::optional<std::chrono::seconds> wanted = {},
           const TillId& till = kTill12, const std::string& invoice = "") {
    const int status = order(TillHold{code, invoice, amount, wanted}, till);
    if (status < 400) held = std::stoull(body["id"].get<std::string>());
    return status;
  }
  std::string problem() const { return body["type"].get<std::string>().substr(17); }
  rules::Amount left() const { return store.lots().begin()->second.remaining; }

  MemoryStore store;
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  rules::CodeNumber code = 0;
  HoldId held = 0;
  nlohmann::json body;
  std::string told;
  std::size_t effects = 0;
};

TEST_F(TillOrders, a_check_tells_what_a_code_is_worth_and_changes_nothing) {
  EXPECT_EQ(order(TillCheck{code}), 200);
  EXPECT_EQ(body["good"], true);
  EXPECT_EQ(body["available"], 200'000);
  EXPECT_EQ(body["phone"], "0912xxx0101");
  EXPECT_EQ(body["expires"], "2026-12-21T20:30:00Z");
  EXPECT_EQ(effects, 0U);
  now += 24h * 31;
  EXPECT_EQ(order(TillCheck{code}), 200);
  EXPECT_EQ(body["good"], false);
  EXPECT_EQ(body["why"], "expired");
  EXPECT_EQ(body["phone"], nullptr) << "whose a dead code was is nobody's business";
}

TEST_F(TillOrders, of_another_club_a_code_is_not_found_in_the_same_words) {
  EXPECT_EQ(order(TillCheck{code}, kOtherClub), 404);
  EXPECT_EQ(problem(), "unknown-code");
  std::string theirs = body.dump();
  const rules::CodeNumber nobodys = code == 1'000'001 ? 1'000'002 : 1'000'001;
  EXPECT_EQ(order(TillCheck{nobodys}, kOtherClub), 404);
  const std::string shown = std::to_string(code);
  for (auto at = theirs.find(shown); at != std::string::npos; at = theirs.find(shown))
    theirs.replace(at, shown.size(), std::to_string(nobodys));
  EXPECT_EQ(body.dump(), theirs);
  EXPECT_EQ(redeem(850'000, "B-1", kOtherClub), 404);
  EXPECT_EQ(hold(850'000, {}, kOtherClub), 404);
  EXPECT_EQ(redeem(850'000, "B-1"), 201);
  EXPECT_EQ(order(TillVoid{std::stoull(body["id"].get<std::string>())}, kOtherClub), 404);
  EXPECT_EQ(problem(), "unknown-redemption");
}

TEST_F(TillOrders, five_wrong_codes_lock_the_key_for_a_right_one_too_and_no_other_key) {
  const rules::CodeNumber nobodys = code == 1'000'001 ? 1'000'002 : 1'000'001;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(order(TillCheck{nobodys}), 404);
  EXPECT_EQ(order(TillCheck{code}), 429);
  EXPECT_EQ(problem(), "too-many-misses");
  EXPECT_EQ(body["retry_after"], 900);
  const std::string right = body.dump();
  EXPECT_EQ(order(TillCheck{nobodys}), 429);
  EXPECT_EQ(body.dump(), right);
  EXPECT_EQ(redeem(850'000, "B-1"), 429);
  EXPECT_EQ(hold(850'000), 429);
  EXPECT_EQ(order(TillCheck{code}, kTill14), 200);
  now += 15min;
  EXPECT_EQ(order(TillCheck{code}), 200);
}

TEST_F(TillOrders, a_redemption_takes_once_and_says_what_to_collect) {
  EXPECT_EQ(redeem(850'000, "B-1"), 201);
  EXPECT_EQ(body["used"], 200'000);
  EXPECT_EQ(body["collect"], 650'000);
  EXPECT_EQ(body["left"], 0);
  EXPECT_EQ(body["duplicate"], false);
  EXPECT_THAT(told, HasSubstr("200,000 rials of your credit was used"));
  const auto id = body["id"];
  EXPECT_EQ(redeem(850'000, "B-1"), 200);
  EXPECT_EQ(body["id"], id);
  EXPECT_EQ(body["duplicate"], true);
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(redeem(900'000, "B-1"), 422);
  EXPECT_EQ(problem(), "invoice-already-redeemed");
  EXPECT_EQ(redeem(850'000, "B-2"), 409);
  EXPECT_EQ(problem(), "code-used");
  EXPECT_THAT(body["detail"].get<std::string>(), HasSubstr("branch 12"));
  EXPECT_THAT(say(kCashier14, std::to_string(code) + " 850000 9876"), HasSubstr("مصرف شده"));
}

TEST_F(TillOrders, a_redemption_is_refused_by_the_cashiers_rules) {
  EXPECT_EQ(redeem(99'999, "B-1"), 422);
  EXPECT_EQ(problem(), "invoice-too-small");
  EXPECT_EQ(body["errors"][0]["pointer"], "/invoice_amount");
  EXPECT_EQ(redeem(850'000, "A-1"), 422) << "the invoice that earned it";
  EXPECT_EQ(problem(), "invoice-closed");
  EXPECT_EQ(left(), 200'000);
  now += 24h * 31;
  EXPECT_EQ(redeem(850'000, "B-1"), 409);
  EXPECT_EQ(problem(), "code-expired");
}

TEST_F(TillOrders, a_till_of_the_branch_takes_back_within_the_window) {
  redeem(850'000, "B-1");
  const auto id = std::stoull(body["id"].get<std::string>());
  EXPECT_EQ(order(TillVoid{id}, kTill14), 409);
  EXPECT_EQ(problem(), "other-branch");
  EXPECT_EQ(order(TillVoid{id}), 200);
  EXPECT_EQ(body["returned"], 200'000);
  EXPECT_EQ(body["duplicate"], false);
  EXPECT_THAT(told, HasSubstr("was given back"));
  EXPECT_EQ(left(), 200'000);
  EXPECT_EQ(order(TillVoid{id}), 200);
  EXPECT_EQ(body["duplicate"], true);
  EXPECT_EQ(left(), 200'000);
  EXPECT_EQ(redeem(850'000, "B-1"), 201) << "the invoice may use the code again";
  const auto again = std::stoull(body["id"].get<std::string>());
  now += 30min;
  EXPECT_EQ(order(TillVoid{again}), 409);
  EXPECT_EQ(problem(), "void-too-late");
  EXPECT_EQ(order(TillVoid{12345}), 404);
}

TEST_F(TillOrders, a_hold_keeps_the_credit_from_everybody_else_until_its_time) {
  EXPECT_EQ(hold(850'000, {}, kTill12, "B-1"), 201);
  EXPECT_EQ(body["held"], 200'000);
  EXPECT_EQ(body["collect"], 650'000);
  EXPECT_EQ(body["until"], "2026-11-21T09:02:00Z");
  EXPECT_EQ(hold(850'000, {}, kTill12, "B-1"), 200) << "the same order is the same hold";
  EXPECT_EQ(hold(850'000, {}, kTill14), 409);
  EXPECT_EQ(problem(), "code-held");
  EXPECT_EQ(body["retry_after"], 120);
  EXPECT_EQ(redeem(850'000, "B-2", kTill14), 409);
  EXPECT_EQ(problem(), "code-held");
  EXPECT_EQ(order(TillCheck{code}, kTill14), 200);
  EXPECT_EQ(body["why"], "held");
  EXPECT_THAT(say(kCashier14, std::to_string(code) + " 850000 9876"), HasSubstr("در دست صندوق دیگری"));
  EXPECT_THAT(say(kCashier14, std::to_string(code)), HasSubstr("در دست صندوق دیگری"));
  EXPECT_EQ(left(), 200'000);
  now += 2min;
  EXPECT_EQ(redeem(850'000, "B-2", kTill14), 201);
  EXPECT_EQ(order(TillCapture{held, 200'000}), 409);
  EXPECT_EQ(problem(), "hold-over");
  EXPECT_THAT(body["detail"].get<std::string>(), HasSubstr("timed out"));
}

TEST_F(TillOrders, a_hold_is_captured_once_and_the_rest_is_free) {
  hold(850'000);
  EXPECT_EQ(order(TillCapture{held, 200'001}), 422);
  EXPECT_EQ(problem(), "more-than-held");
  EXPECT_EQ(order(TillCapture{held, 150'000}, kTill14), 409);
  EXPECT_EQ(problem(), "other-branch");
  EXPECT_EQ(order(TillCapture{held, 150'000}), 201);
  EXPECT_EQ(body["used"], 150'000);
  EXPECT_EQ(body["left"], 50'000);
  EXPECT_THAT(told, HasSubstr("Credit left: 50,000"));
  EXPECT_EQ(order(TillCapture{held, 150'000}), 200);
  EXPECT_EQ(body["duplicate"], true);
  EXPECT_EQ(order(TillCapture{held, 50'000}), 409);
  EXPECT_EQ(order(TillRelease{held}), 409);
  EXPECT_EQ(problem(), "hold-over");
  EXPECT_EQ(left(), 50'000);
  EXPECT_EQ(redeem(850'000, "B-2", kTill14), 201);
  EXPECT_EQ(body["used"], 50'000);
}

TEST_F(TillOrders, a_hold_is_released_once_and_its_credit_is_free_at_once) {
  hold(850'000);
  EXPECT_EQ(order(TillRelease{held}), 200);
  EXPECT_EQ(body["state"], "released");
  EXPECT_EQ(order(TillRelease{held}), 200);
  EXPECT_EQ(body["duplicate"], true);
  EXPECT_EQ(order(TillCapture{held, 1}), 409);
  EXPECT_EQ(redeem(850'000, "B-2", kTill14), 201);
  EXPECT_EQ(order(TillRelease{held + 1000}), 404);
  EXPECT_EQ(order(TillCapture{held, 1}, kOtherClub), 404);
}

TEST_F(TillOrders, a_part_that_is_not_held_can_be_taken_and_not_held_again) {
  hold(150'000);  // of 200,000
  EXPECT_EQ(order(TillCheck{code}, kTill14), 200);
  EXPECT_EQ(body["available"], 50'000);
  EXPECT_EQ(hold(100'000, {}, kTill14), 409) << "one hold a lot";
  EXPECT_EQ(redeem(850'000, "B-2", kTill14), 201);
  EXPECT_EQ(body["used"], 50'000);
  EXPECT_EQ(order(TillCheck{code}, kTill14), 200);
  EXPECT_EQ(body["why"], "held") << "the code lives, what is left is held";
  EXPECT_EQ(order(TillCapture{held, 150'000}), 201);
  EXPECT_EQ(left(), 0);
}

TEST_F(TillOrders, a_hold_is_no_longer_than_the_club_allows_nor_than_its_credit_lives) {
  EXPECT_EQ(hold(850'000, 901s), 422);
  EXPECT_EQ(problem(), "hold-too-long");
  EXPECT_EQ(body["errors"][0]["pointer"], "/seconds");
  const rules::Instant expires_at = store.lots().begin()->second.expires_at;
  now = expires_at - 60s;
  EXPECT_EQ(hold(850'000, 900s), 201);
  EXPECT_EQ(body["until"], "2026-12-21T20:30:00Z");
  now = expires_at - 1us;
  EXPECT_EQ(order(TillCapture{held, 1}), 201);
  now = expires_at;
  EXPECT_EQ(order(TillCapture{held, 1}), 200) << "the same answer, for ever";
}

TEST_F(TillOrders, a_capture_takes_no_more_than_its_invoice_still_owes) {
  ASSERT_EQ(hold(100'000, 300s, kTill12, "B-1"), 201);
  ASSERT_EQ(redeem(100'000, "B-1"), 201) << "the same code pays the same invoice meanwhile";
  EXPECT_EQ(order(TillCapture{held, 100'000}), 422);
  EXPECT_THAT(body["type"].get<std::string>(), HasSubstr("nothing-to-use"));
  EXPECT_EQ(order(TillRelease{held}), 200);
}

TEST_F(TillOrders, a_redemption_is_not_undone_once_its_invoice_has_earned) {
  ASSERT_EQ(redeem(1'000'000, "B-1"), 201);
  const auto redemption = std::stoull(body["id"].get<std::string>());
  buy(1'000'000, "B-1");
  EXPECT_EQ(order(TillVoid{redemption}), 409);
  EXPECT_THAT(body["type"].get<std::string>(), HasSubstr("invoice-closed"));
}

TEST_F(TillOrders, a_capture_after_the_expiry_takes_nothing) {
  now = store.lots().begin()->second.expires_at - 60s;
  hold(850'000, 900s);
  now += 60s;
  EXPECT_EQ(order(TillCapture{held, 1}), 409);
  EXPECT_EQ(left(), 200'000);
}

// Abuse: hold and abandon, to freeze somebody's credit.
TEST_F(TillOrders, a_till_that_abandons_its_holds_has_to_wait_and_another_has_not) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(hold(850'000, 60s), 201);
    now += 60s;
  }
  EXPECT_EQ(hold(850'000, 60s), 429);
  EXPECT_EQ(problem(), "too-many-holds");
  EXPECT_EQ(hold(850'000, 60s, kTill14), 201);
  order(TillRelease{held}, kTill14);
  EXPECT_EQ(redeem(850'000, "B-1"), 201) << "taking is not holding";
  now += 1h;
}

TEST_F(TillOrders, a_member_who_leaves_takes_her_credit_from_under_a_hold) {
  hold(850'000);
  say(kShopper, "LEAVE");
  say(kShopper, std::to_string(store.last_number()));
  EXPECT_EQ(order(TillCapture{held, 1}), 409);
  EXPECT_EQ(problem(), "member-left");
  EXPECT_EQ(order(TillCheck{code}), 200);
  EXPECT_EQ(body["why"], "void");
}

TEST_F(TillOrders, credit_pays_its_share_of_an_invoice_once_whatever_codes_come) {
  Club club = sample_club();
  club.policy.credit_share_max = 5'000;
  MemoryStore half({club}, 7);
  const auto ask = [&](auto what) {
    Request request;
    request.what = std::move(what);
    return half.handle(request, now);
  };
  ask(TextRequest{.from = kShopper, .line = "30001234", .text = "JOIN"});
  for (const char* invoice : {"A-1", "A-2"})
    ask(PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = invoice, .amount = 4'000'000});
  const auto first = half.codes().begin()->second.number, second = half.codes().rbegin()->second.number;
  EXPECT_EQ(ask(TillOrder{kTill12, TillRedemption{first, "B-1", 300'000}}).status, 201);
  const Outcome none = ask(TillOrder{kTill12, TillRedemption{second, "B-1", 300'000}});
  EXPECT_EQ(none.status, 422) << none.answer;
  EXPECT_THAT(none.answer, HasSubstr("nothing-to-use"));
}

// However tills hold, capture, release and redeem at whatever times: nothing is taken that a hold of another
// has, each hold resolves once, and no more is taken than was issued (invariants I6, I13, I17).
class KeyOfNoBranch : public TillOrders {
 protected:
  KeyOfNoBranch() : TillOrders(clubs()) {}

  static std::vector<Club> clubs() {
    auto clubs = two_clubs();
    clubs[0].till_keys.push_back({.id = "till-any", .secret = std::string(32, 'a')});
    clubs[0].cashiers[0].manager = true;
    clubs[0].policy.club_misses_max = 3;
    clubs[0].policy.branch_misses_max = 1;
    return clubs;
  }
};

TEST_F(KeyOfNoBranch, counts_its_wrong_codes_once_for_the_club_and_for_no_branch) {
  const rules::CodeNumber nobodys = code == 1'000'001 ? 1'000'002 : 1'000'001;
  const TillId any{1, 14, "till-any"};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(order(TillCheck{nobodys}, any), 404);
    EXPECT_EQ(told, "");
  }
  EXPECT_EQ(order(TillCheck{nobodys}, any), 404);
  EXPECT_THAT(told, HasSubstr("۴ کد")) << "of the club, not twice as many";
  EXPECT_EQ(order(TillCheck{nobodys}, any), 404);
  EXPECT_THAT(told, HasSubstr("till-any")) << "that it has to wait";
}

RC_GTEST_PROP(TillStory, a_code_never_pays_twice_what_is_held, ()) {
  MemoryStore store(two_clubs(), *rc::gen::arbitrary<std::uint64_t>());
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  const auto ask = [&](auto what) {
    Request request;
    request.what = std::move(what);
    return store.handle(request, now);
  };
  ask(TextRequest{.from = kShopper, .line = "30001234", .text = "JOIN"});
  ask(PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = "A-1", .amount = 4'000'000});
  const rules::CodeNumber code = store.codes().begin()->second.number;
  std::map<HoldId, rules::Amount> captured;
  const int steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) {
    const TillId& till = *rc::gen::arbitrary<bool>() ? kTill12 : kTill14;
    const auto amount = *rc::gen::inRange<rules::Amount>(100'000, 400'000);
    const HoldId hold = store.holds().empty() ? 1 : store.holds().rbegin()->first;
    const Lot lot = store.lots().begin()->second;
    const rules::Amount reserved = now < lot.held_until ? lot.held : 0;
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        ask(TillOrder{till, TillHold{code, "", amount, std::chrono::seconds(*rc::gen::inRange(1, 900))}});
        break;
      case 1: {
        const auto wanted = *rc::gen::inRange<rules::Amount>(1, 200'000);
        if (ask(TillOrder{till, TillCapture{hold, wanted}}).status != 201) break;
        RC_ASSERT(captured.emplace(hold, wanted).second);
        RC_ASSERT(wanted <= store.holds().at(hold).amount && now < store.holds().at(hold).until);
        break;
      }
      case 2:
        ask(TillOrder{till, TillRelease{hold}});
        break;
      case 3:
        ask(TillOrder{till, TillRedemption{code, std::to_string(i), amount}});
        RC_ASSERT(store.lots().begin()->second.remaining >= reserved);
        break;
      case 4:
        if (!store.redemptions().empty()) ask(TillOrder{till, TillVoid{store.redemptions().back().id}});
        break;
      case 5:
        now += std::chrono::seconds(*rc::gen::inRange(0, 600));
        break;
    }
    RC_ASSERT(store.audit() == std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_till_test
