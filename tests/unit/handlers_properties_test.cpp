// What must hold whatever people do: a random story over few members, codes and cashiers, checked after every
// step against the books (invariants I1, I3, I4, I5, I9, I12, I13, I15, I16, I20).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "handlers/rules/cards.hpp"
#include "handlers/rules/redeem.hpp"
#include "tests/kit/memory_store.hpp"

namespace peyk::tests::handlers_properties_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

constexpr PhoneNumber kMembers[] = {989120000001, 989120000002, 989120000003};

struct Story {
  explicit Story(std::uint64_t seed) : store({sample_club()}, seed) {}

  Outcome say(PhoneNumber from, std::string text) {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = std::move(text)};
    return store.handle(request, now);
  }

  Outcome buy(PhoneNumber phone, rules::Amount amount, int invoice) {
    Request request;
    request.what = PurchaseRequest{
        .club = 1, .branch = 12, .phone = phone, .invoice = std::to_string(invoice), .amount = amount};
    return store.handle(request, now);
  }

  std::string any_code() {
    if (store.codes().empty() || *rc::gen::inRange(0, 10) == 0) return "1234567";
    const auto at = *rc::gen::inRange<std::size_t>(0, store.codes().size());
    return std::to_string(std::next(store.codes().begin(), static_cast<std::ptrdiff_t>(at))->second.number);
  }

  void step() {
    const PhoneNumber member = kMembers[*rc::gen::inRange(0, 3)];
    const bool first = *rc::gen::arbitrary<bool>();
    const PhoneNumber cashier = first ? kCashier12 : kCashier14;
    switch (*rc::gen::inRange(0, 9)) {
      case 0:
        say(member, "JOIN");
        break;
      case 1:
        buy(member, *rc::gen::inRange<rules::Amount>(1, 20'000'000), *rc::gen::inRange(0, 30));
        break;
      case 2:
        say(cashier, any_code());
        break;
      case 3:
      case 4:
        say(cashier,
            any_code() + " " + std::to_string(*rc::gen::inRange(1, 1'000'000)) + (first ? " 4321" : " 9876"));
        break;
      case 5:
        say(member, any_code() + " 850000 4321");
        break;
      case 6:
        now += std::chrono::hours(*rc::gen::inRange(0, 24 * 20));
        break;
      case 8:
        say(cashier, "VOID " + any_code() + (first ? " 4321" : " 9876"));
        break;
      case 7:
        say(member, *rc::gen::element<std::string>("CREDIT", "CODES", "LEAVE",
                                                   std::to_string(store.last_number()), "11", "hello"));
        break;
    }
  }

  MemoryStore store;
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};
};

RC_GTEST_PROP(Story, the_books_balance_after_every_step, ()) {
  Story story(*rc::gen::arbitrary<std::uint64_t>());
  const int steps = *rc::gen::inRange(1, 60);
  std::size_t entries = 0;
  for (int i = 0; i < steps; ++i) {
    story.step();
    RC_ASSERT(story.store.audit() == std::vector<std::string>{});
    RC_ASSERT(story.store.entries().size() >= entries);  // append-only
    entries = story.store.entries().size();
  }
}

RC_GTEST_PROP(Story, what_is_taken_from_a_code_never_exceeds_what_it_was_issued_for, ()) {
  Story story(*rc::gen::arbitrary<std::uint64_t>());
  const int steps = *rc::gen::inRange(1, 80);
  for (int i = 0; i < steps; ++i) story.step();
  std::map<CodeId, rules::Amount> used;
  for (const Redemption& redemption : story.store.redemptions()) {
    if (!redemption.voided) used[redemption.code] += redemption.used;
  }
  for (const auto& [id, sum] : used) {
    RC_ASSERT(sum <= story.store.lots().at(story.store.codes().at(id).lot).issued);
  }
}

RC_GTEST_PROP(Story, an_invoice_earns_once_however_often_it_is_sent, ()) {
  Story story(*rc::gen::arbitrary<std::uint64_t>());
  story.say(kMembers[0], "JOIN");
  const auto amount = *rc::gen::inRange<rules::Amount>(20, 20'000'000);
  const std::string first = story.buy(kMembers[0], amount, 1).answer;
  for (int i = 0; i < 5; ++i)
    story.buy(kMembers[*rc::gen::inRange(0, 3)], *rc::gen::inRange<rules::Amount>(1, 1000), 1);
  RC_ASSERT(story.store.lots().size() == 1U);
  RC_ASSERT(story.store.lots().begin()->second.issued == amount / 20);
  RC_ASSERT(first.find("\"duplicate\":false") != std::string::npos);
}

RC_GTEST_PROP(Redeem, takes_no_more_than_the_lot_the_invoice_and_its_share_allow, ()) {
  const rules::RedeemTerms terms{.left = *rc::gen::inRange<rules::Amount>(0, 1'000'000),
                                 .expires_at = rules::Instant{} + 1h,
                                 .invoice_min = *rc::gen::inRange<rules::Amount>(0, 500'000),
                                 .credit_share_max = *rc::gen::inRange(0, 10'001)};
  const auto invoice = *rc::gen::inRange<rules::Amount>(1, 2'000'000);
  const auto result = rules::redeem(terms, invoice, rules::Instant{});
  if (const auto* taken = std::get_if<rules::Taken>(&result)) {
    RC_ASSERT(taken->used > 0 && taken->used <= terms.left && taken->used <= invoice);
    RC_ASSERT(taken->used <= rules::share_of(invoice, terms.credit_share_max));
    RC_ASSERT(taken->collect + taken->used == invoice);
    RC_ASSERT(taken->left + taken->used == terms.left);
    RC_ASSERT(invoice >= terms.invoice_min);
  } else {
    RC_ASSERT(terms.left == 0 || invoice < terms.invoice_min ||
              rules::share_of(invoice, terms.credit_share_max) == 0);
  }
}

RC_GTEST_PROP(Earning, splitting_an_invoice_never_earns_more, ()) {
  const auto whole = *rc::gen::inRange<rules::Amount>(2, 100'000'000);
  const auto part = *rc::gen::inRange<rules::Amount>(1, whole);
  const auto share = *rc::gen::inRange(0, 10'001);
  RC_ASSERT(rules::share_of(part, share) + rules::share_of(whole - part, share) <=
            rules::share_of(whole, share));
}

TEST(Redeem, a_code_works_until_the_last_instant_and_not_at_the_next) {
  const rules::Instant end = rules::Instant{} + 24h;
  const rules::RedeemTerms terms{.left = 100, .expires_at = end};
  EXPECT_TRUE(std::holds_alternative<rules::Taken>(rules::redeem(terms, 100, end - 1us)));
  EXPECT_EQ(std::get<rules::RedeemRefusal>(rules::redeem(terms, 100, end)), rules::RedeemRefusal::expired);
}

TEST(Earning, an_amount_or_share_out_of_range_is_refused_not_wrapped) {
  EXPECT_THROW(rules::share_of(rules::kAmountMax + 1, 500), std::out_of_range);
  EXPECT_THROW(rules::share_of(-1, 500), std::out_of_range);
  EXPECT_EQ(rules::share_of(rules::kAmountMax, rules::kWholeBasisPoints), rules::kAmountMax);
}

RC_GTEST_PROP(Cards, have_16_digits_and_a_luhn_digit_that_finds_a_wrong_one, (std::uint64_t random)) {
  const std::uint64_t card = rules::card_from_random(random);
  RC_ASSERT(rules::card_is_valid(card));
  RC_ASSERT(std::to_string(card).size() == 16U && std::to_string(card)[0] == '9');
  const std::uint64_t other = card % 10 == 9 ? card - 1 : card + 1;
  RC_ASSERT(!rules::card_is_valid(other));
}

RC_GTEST_PROP(Codes, have_seven_digits_and_never_begin_with_zero, (std::uint64_t random)) {
  const auto code = rules::code_from_random(random);
  RC_ASSERT(rules::parse_code(std::to_string(code)) == code);
}

TEST(Codes, are_nothing_but_seven_digits) {
  for (const char* text : {"", "123456", "12345678", "0123456", "12345a7", "-123456", " 1234567"}) {
    EXPECT_FALSE(rules::parse_code(text)) << text;
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_properties_test
