// Items: a code that something is handed over for, once, and that is never worth a rial.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_items_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using nlohmann::json;
using rules::EffectKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Any purchase brings a croissant for 14 days, so often a day as one likes; `pieces`: in all, 0 without end.
Club bakery(CashierAuth auth, rules::Amount pieces = 0) {
  Club club = english_club();
  club.policy.redeem_auth = auth;
  club.programme.offers = {
      {.name = "croissant",
       .title = "Breakfast",
       .id = 1,
       .version = 101,
       .then = {{.kind = EffectKind::item, .value = 1, .valid_days = 14, .text = "a croissant"}},
       .budget = pieces}};
  return club;
}

class Bakery : public ClubTalk {
 protected:
  explicit Bakery(CashierAuth auth = CashierAuth::phone, rules::Amount pieces = 0)
      : ClubTalk(bakery(auth, pieces)) {}

  json report(const std::string& invoice, rules::Amount amount = 1'000'000) {
    Request request;
    request.what =
        PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = invoice, .amount = amount};
    const Outcome outcome = store.handle(request, now);
    heard.clear();
    for (const OutgoingText& text : outcome.texts) heard += text.text;
    return json::parse(outcome.answer);
  }
  std::string item_of(const std::string& invoice) { return report(invoice).at("items").at(0).at("code"); }
  template <typename What>
  json order(What what, BranchNo branch = 12) {
    Request request;
    request.what = TillOrder{{1, branch, "till-" + std::to_string(branch)}, std::move(what)};
    const Outcome outcome = store.handle(request, now);
    status = outcome.status;
    return json::parse(outcome.answer);
  }
  static rules::CodeNumber number_of(const std::string& code) {
    return static_cast<rules::CodeNumber>(std::stoul(code));
  }

  std::string heard;
  int status = 0;
};

TEST_F(Bakery, a_purchase_brings_a_code_that_no_sum_has) {
  const json answer = report("A-1");
  ASSERT_EQ(answer.at("items").size(), 1U);
  EXPECT_EQ(answer.at("items").at(0).at("item"), "a croissant");
  EXPECT_EQ(answer.at("credit"), 50'000) << "the club's own, and nothing for the croissant";
  EXPECT_EQ(answer.at("codes").size(), 1U);
  EXPECT_EQ(answer.at("offers").at(0).at("item"), "a croissant");
  const std::string code = answer.at("items").at(0).at("code");
  EXPECT_THAT(heard, AllOf(HasSubstr("Free for you: a croissant"), HasSubstr(code)));
  EXPECT_EQ(balance(kShopper), 50'000);
  EXPECT_THAT(say(kShopper, "CREDIT"), AllOf(HasSubstr("50,000"), HasSubstr(code + ": a croissant until")));
  EXPECT_THAT(say(kShopper, "CODES"), HasSubstr(code + ": a croissant until"));
  EXPECT_THAT(say(kShopper, code), HasSubstr("good for: a croissant"));
  say(kFriend, "JOIN");
  EXPECT_THAT(say(kFriend, code), HasSubstr("not one of your codes"));
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("Breakfast: a croissant for free"));
  EXPECT_THAT(say(kShopper, "HISTORY"), HasSubstr("free for you: a croissant"));
  EXPECT_THAT(say(kShopper, "STATEMENT"), HasSubstr("(free: a croissant)"));
  EXPECT_THAT(say(kShopper, "NEW CODE 60000"), HasSubstr("50,000")) << "no part of what she may move";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, a_cashier_hands_it_over_once_whoever_asks_again) {
  const std::string code = item_of("A-1");
  EXPECT_THAT(vanak(code), AllOf(HasSubstr("GOOD: hand over a croissant"), Not(HasSubstr("collect"))));
  EXPECT_THAT(told_to[kShopper], AllOf(HasSubstr("Handed over"), HasSubstr("Vanak"), HasSubstr("Off11")));
  EXPECT_THAT(vanak(code), AllOf(HasSubstr("No second one"), Not(HasSubstr("GOOD"))));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(tajrish(code), AllOf(HasSubstr("is used: a croissant was handed over"), HasSubstr("Vanak")));
  EXPECT_THAT(tajrish(code + " 350000"), Not(HasSubstr("GOOD")));
  EXPECT_THAT(vanak("TODAY"), HasSubstr("Codes taken: 0"));
  EXPECT_EQ(balance(kShopper), 50'000);
  EXPECT_THAT(say(kShopper, "HISTORY"), HasSubstr("handed over: a croissant"));
  EXPECT_THAT(say(kShopper, "CODES"), Not(HasSubstr("croissant")));
  EXPECT_THAT(say(kShopper, "DISPUTE"), Not(HasSubstr("croissant"))) << "nothing of hers was spent";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, what_is_typed_beside_the_code_is_collected_in_full) {
  const std::string code = item_of("A-1");
  EXPECT_THAT(vanak(code + " 350000 A-7"),
              AllOf(HasSubstr("GOOD: hand over a croissant"), HasSubstr("collect the whole 350,000")));
  ASSERT_EQ(store.handovers().size(), 1U);
  EXPECT_EQ(store.handovers()[0].invoice, "a-7");
  // An invoice of a few rials, or one that is recorded, is none of an item's business.
  EXPECT_THAT(vanak(item_of("A-2") + " 1 A-1"), HasSubstr("GOOD"));
  EXPECT_EQ(report("A-7", 350'000).at("by_credit"), 0) << "it paid nothing";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, its_void_gives_it_back_for_once_more) {
  const std::string code = item_of("A-1");
  EXPECT_THAT(vanak("VOID " + code), HasSubstr("Nothing was handed over"));
  vanak(code);
  EXPECT_THAT(tajrish("VOID " + code), HasSubstr("another cashier"));
  EXPECT_THAT(vanak("VOID " + code), AllOf(HasSubstr("take back a croissant"), HasSubstr("good again")));
  EXPECT_THAT(told_to[kShopper], HasSubstr("was taken back"));
  EXPECT_THAT(vanak("VOID " + code), HasSubstr("take back a croissant"));
  EXPECT_EQ(effects, 0U) << "said twice, done once";
  EXPECT_THAT(tajrish(code), HasSubstr("GOOD: hand over a croissant"));
  now += 31min;
  EXPECT_THAT(tajrish("VOID " + code), HasSubstr("Nothing was undone"));
  EXPECT_EQ(store.handovers().size(), 2U);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, it_ends_with_its_last_day_and_with_her_membership) {
  const std::string code = item_of("A-1"), other = item_of("A-2");
  const rules::Instant end = store.lots().rbegin()->second.expires_at;
  now = end - 1us;
  EXPECT_THAT(vanak(code), HasSubstr("GOOD"));
  now = end;
  EXPECT_THAT(vanak(other), AllOf(HasSubstr("ended on"), Not(HasSubstr("GOOD"))));
  EXPECT_THAT(vanak("VOID " + code), HasSubstr("Nothing was undone"));
  EXPECT_THAT(say(kShopper, other), HasSubstr("not one of your codes"));
  const std::string last = item_of("A-3");
  confirm(kShopper, "LEAVE");
  EXPECT_THAT(vanak(last), HasSubstr("was voided"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, a_refund_of_all_makes_it_void_and_one_of_a_part_does_not) {
  const std::string part = item_of("A-1"), all = item_of("A-2"), eaten = item_of("A-3");
  vanak(eaten);
  const auto refund = [this](const std::string& invoice, std::optional<rules::Amount> amount) {
    TillRefund what{.invoice = invoice, .amount = amount};
    what.reference[0] = static_cast<std::uint8_t>(invoice.back());
    return order(what);
  };
  refund("A-1", 400'000);
  EXPECT_EQ(refund("A-2", std::nullopt).at("clawed_back"), 50'000)
      << "of an item there is nothing to claw back";
  EXPECT_EQ(refund("A-3", std::nullopt).at("pay_out"), 1'000'000) << "what was eaten costs her nothing";
  EXPECT_THAT(vanak(part), HasSubstr("GOOD"));
  EXPECT_THAT(vanak(all), HasSubstr("was voided"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, a_till_is_told_what_to_hand_over) {
  const std::string shown = item_of("A-1");
  const rules::CodeNumber code = number_of(shown);
  const json good = order(TillCheck{code});
  EXPECT_EQ(good.at("good"), true);
  EXPECT_EQ(good.at("item"), "a croissant");
  EXPECT_EQ(good.at("available"), 0);
  order(TillHold{.code = code, .invoice = "B-1", .invoice_amount = 850'000});
  EXPECT_EQ(status, 409);
  const json taken = order(TillRedemption{code, "B-1", 850'000});
  EXPECT_EQ(status, 201);
  EXPECT_EQ(taken.at("item"), "a croissant");
  EXPECT_EQ(taken.at("used"), 0);
  EXPECT_EQ(taken.at("collect"), 850'000);
  EXPECT_EQ(order(TillRedemption{code, "B-1", 850'000}).at("duplicate"), true);
  EXPECT_EQ(status, 200);
  EXPECT_THAT(order(TillRedemption{code, "B-2", 850'000}).at("type").get<std::string>(),
              HasSubstr("code-used"));
  EXPECT_EQ(order(TillCheck{code}).at("why"), "used");
  const TillVoid undo{std::stoull(taken.at("id").get<std::string>())};
  order(undo, 14);
  EXPECT_EQ(status, 409) << "another branch";
  EXPECT_EQ(order(undo).at("item"), "a croissant");
  EXPECT_EQ(order(undo).at("duplicate"), true);
  EXPECT_THAT(vanak(shown), HasSubstr("GOOD"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bakery, a_coupon_of_the_club_is_for_whoever_shows_it) {
  const std::string coupon = std::to_string(store.issue_gift(0, now, now + 30 * 24h, "a lemonade"));
  EXPECT_THAT(say(kShopper, coupon), HasSubstr("good for: a lemonade"));
  EXPECT_EQ(effects, 0U) << "no guess, and nothing moves";
  EXPECT_THAT(vanak(coupon), HasSubstr("GOOD: hand over a lemonade"));
  EXPECT_EQ(told, "") << "it was nobody's";
  EXPECT_THAT(say(kShopper, coupon), HasSubstr("not one of your codes"));
  EXPECT_THAT(vanak("VOID " + coupon), HasSubstr("take back a lemonade"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

// What a system of the club's tells brings one too, in the club's own words or the usual.
class BakeryWithEvents : public Bakery {
 protected:
  static Club with_events(const std::string& message) {
    Club club = bakery(CashierAuth::phone);
    rules::Offer& offer = club.programme.offers.front();
    offer.on = rules::Occasion::event;
    offer.when = {
        {.set = rules::WordSet::event, .words = {rules::word_id("visit")}, .word_names = {"visit"}}};
    offer.message = message;
    return club;
  }
};

TEST_F(BakeryWithEvents, give_it_without_a_purchase) {
  for (const std::string message : {"", "{club} has {item} for you: {code} until {until}"}) {
    MemoryStore shop({with_events(message)}, 7);
    Request join;
    join.what = TextRequest{.from = kShopper, .line = "30001234", .text = "JOIN"};
    shop.handle(join, now);
    Request visit;
    visit.what =
        TillOrder{{1, 12, "till-12"}, TillEvent{.phone = kShopper, .reference = "v-1", .name = "visit"}};
    const Outcome outcome = shop.handle(visit, now);
    const json answer = json::parse(outcome.answer);
    ASSERT_EQ(answer.at("items").size(), 1U) << answer;
    EXPECT_EQ(answer.at("credit"), 0);
    ASSERT_EQ(outcome.texts.size(), 1U);
    const std::string code = answer.at("items").at(0).at("code");
    EXPECT_THAT(outcome.texts[0].text, AllOf(HasSubstr("a croissant"), HasSubstr(code), HasSubstr("Off11")));
    if (!message.empty()) {
      EXPECT_THAT(outcome.texts[0].text, HasSubstr("has a croissant for you: " + code));
    }
    EXPECT_EQ(shop.lots().begin()->second.origin, LotOrigin::occasion);
    EXPECT_THAT(shop.audit(), IsEmpty());
  }
}

class ThreePieces : public Bakery {
 protected:
  ThreePieces() : Bakery(CashierAuth::phone, 3) {}
};

TEST_F(ThreePieces, are_three_however_many_buy) {
  std::size_t pieces = 0;
  for (const char* invoice : {"A-1", "A-2", "A-3", "A-4", "A-5"})
    pieces += report(invoice).at("items").size();
  EXPECT_EQ(pieces, 3U);
  EXPECT_EQ(store.budgets_spent().at(1), 3);
  EXPECT_THAT(store.audit(), IsEmpty());
}

class BakeryByPin : public Bakery {
 protected:
  BakeryByPin() : Bakery(CashierAuth::pin) {}
};

TEST_F(BakeryByPin, wants_the_pin_behind_the_code_and_no_amount) {
  const std::string code = item_of("A-1");
  EXPECT_THAT(vanak(code), AllOf(HasSubstr("good for: a croissant"), HasSubstr(code + " PIN")));
  EXPECT_EQ(effects, 0U) << "only looked at";
  EXPECT_THAT(vanak(code + " 1111"), HasSubstr("Wrong PIN"));
  EXPECT_THAT(vanak(code + " 4321"), HasSubstr("GOOD: hand over a croissant"));
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("take back a croissant"));
  EXPECT_THAT(vanak(code + " 850000 4321"), HasSubstr("collect the whole 850,000"));
  EXPECT_THAT(vanak(code), HasSubstr("No second one"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BakeryByPin, who_waits_learns_nothing_by_it) {
  const std::string code = item_of("A-1"), credit = report("A-2").at("code");
  for (int i = 0; i < 5; ++i) vanak("400000" + std::to_string(i));
  EXPECT_EQ(vanak(code), vanak(credit));
  EXPECT_EQ(vanak(code + " 4321"), vanak("4000001 850000 4321"));
}

class BakeryByChallenge : public Bakery {
 protected:
  BakeryByChallenge() : Bakery(CashierAuth::challenge) {}
};

TEST_F(BakeryByChallenge, asks_for_a_number_first) {
  const std::string code = item_of("A-1");
  const std::string asked = vanak(code);
  EXPECT_THAT(asked, AllOf(HasSubstr("To hand over what code"), HasSubstr(number())));
  EXPECT_THAT(vanak(number()), HasSubstr("GOOD: hand over a croissant"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

// Two shops, alike but for the croissant: whatever happens to it, their books are the same.
class TwoBakeries {
 public:
  TwoBakeries() : with_({bakery(CashierAuth::phone)}, 7), without_({plain()}, 7) {
    for (MemoryStore* shop : {&with_, &without_}) text(*shop, kShopper, "JOIN");
  }

  void step() {
    now_ += std::chrono::hours{*rc::gen::inRange(0, 60)};
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
      case 1:
        return buy(*rc::gen::inRange<rules::Amount>(1, 3'000'000));
      case 2:
        return both_refund();
      case 3:
        return both_spend();
      case 4:
        return with_items("");
      default:
        return with_items("VOID ");
    }
  }

  void expect_alike() {
    RC_ASSERT(with_.audit().empty());
    RC_ASSERT(entries(with_) == entries(without_));
    RC_ASSERT(text(with_, kCashier12, "TODAY") == text(without_, kCashier12, "TODAY"));
    rules::Amount owed = 0, in_lots = 0;
    for (const auto& [id, member] : with_.members()) owed += member.balance;
    for (const auto& [id, lot] : with_.lots()) in_lots += lot.remaining;
    RC_ASSERT(owed == in_lots);
  }

 private:
  static Club plain() {
    Club club = bakery(CashierAuth::phone);
    club.programme.offers.clear();
    return club;
  }
  std::string text(MemoryStore& shop, PhoneNumber from, const std::string& what) const {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = what};
    std::string all;
    for (const OutgoingText& one : shop.handle(request, now_).texts) all += one.text;
    return all;
  }
  static std::vector<std::pair<rules::EntryKind, rules::Amount>> entries(const MemoryStore& shop) {
    std::vector<std::pair<rules::EntryKind, rules::Amount>> all;
    for (const LedgerEntry& one : shop.entries()) all.emplace_back(one.kind, one.amount);
    return all;
  }
  void buy(rules::Amount amount) {
    const std::string invoice = "A-" + std::to_string(++invoices_);
    Request request;
    request.what =
        PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = invoice, .amount = amount};
    const json first = json::parse(with_.handle(request, now_).answer);
    const json second = json::parse(without_.handle(request, now_).answer);
    for (const char* key : {"credit", "settled", "by_credit", "discount", "points"})
      RC_ASSERT(first.at(key) == second.at(key));
    for (const json& one : first.at("items")) items_.push_back(one.at("code"));
    if (first.at("code").is_string()) credit_.emplace_back(first.at("code"), second.at("code"));
  }
  void both_refund() {
    if (invoices_ == 0) return;
    TillRefund what{.invoice = "A-" + std::to_string(*rc::gen::inRange(1, invoices_ + 1))};
    if (*rc::gen::arbitrary<bool>()) what.amount = *rc::gen::inRange<rules::Amount>(1, 1'000'000);
    what.reference[0] = static_cast<std::uint8_t>(++refunds_);
    Request request;
    request.what = TillOrder{{1, 12, "till-12"}, what};
    RC_ASSERT(with_.handle(request, now_).status == without_.handle(request, now_).status);
  }
  void both_spend() {
    if (credit_.empty()) return;
    const auto& [first, second] = credit_.at(*rc::gen::inRange<std::size_t>(0, credit_.size()));
    const std::string amount = " " + std::to_string(*rc::gen::inRange(100'000, 900'000));
    text(with_, kCashier12, first + amount);
    text(without_, kCashier12, second + amount);
  }
  void with_items(const std::string& word) {
    if (items_.empty()) return;
    const std::string code = items_.at(*rc::gen::inRange<std::size_t>(0, items_.size()));
    text(with_, *rc::gen::element(kCashier12, kCashier14), word + code);
  }

  MemoryStore with_, without_;
  rules::Instant now_ = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  std::vector<std::string> items_;
  std::vector<std::pair<std::string, std::string>> credit_;
  int invoices_ = 0, refunds_ = 0;
};

RC_GTEST_PROP(Items, leave_the_books_as_they_would_be_without, ()) {
  TwoBakeries bakeries;
  const int steps = *rc::gen::inRange(1, 30);
  for (int i = 0; i < steps; ++i) {
    bakeries.step();
    bakeries.expect_alike();
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_items_test
