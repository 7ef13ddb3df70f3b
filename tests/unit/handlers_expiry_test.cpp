// Whether the nightly sweep has run cannot be read from any text (invariants I7, I10): each code and each
// member is asked about a microsecond before her credit's end, at it and after, with and without the sweep.
#include <gmock/gmock.h>

#include "handlers/rules/redeem.hpp"
#include "handlers/use_cases.hpp"
#include "tests/kit/memory_store.hpp"

namespace peyk::tests::handlers_expiry_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr rules::Instant kEnd = std::chrono::sys_days{std::chrono::year{2026} / 12 / 21} + 20h + 30min;
constexpr PhoneNumber kMember = 989121234567;
constexpr rules::CodeNumber kNumber = 4417203;

// A member with one lot that ends at kEnd and, beside it, 70,000 that last a day longer.
struct World {
  CodeState state = CodeState::live;
  rules::Amount left = 200'000;
  bool was_used = false;  // of 200,000, some or all

  // `swept`: as the sweep leaves it, when it has come by.
  Facts facts(bool swept) const {
    const bool lapses = swept && left > 0;
    Member member{.id = 1, .club = 1, .phone = kMember, .card = 9, .language = Language::en};
    member.balance = 70'000 + (lapses ? 0 : left);
    Lot lot{.id = 2,
            .club = 1,
            .member = 1,
            .issued = 200'000,
            .remaining = lapses ? 0 : left,
            .expires_at = kEnd};
    Lot other{
        .id = 4, .club = 1, .member = 1, .issued = 70'000, .remaining = 70'000, .expires_at = kEnd + 24h};
    Code code{.id = 3, .club = 1, .number = kNumber, .member = 1, .lot = 2, .state = state};
    if (swept && state == CodeState::live) code.state = CodeState::expired;
    Facts facts;
    facts.load(member);
    facts.load(lot);
    facts.load(other);
    facts.load(code);
    if (was_used)
      facts.load(Redemption{.id = 5,
                            .club = 1,
                            .code = 3,
                            .member = 1,
                            .branch = 12,
                            .cashier = kCashier14,
                            .invoice_amount = 900'000,
                            .used = 200'000 - left,
                            .left = left,
                            .at = kEnd - 48h});
    return facts;
  }
};

class Sweep : public testing::Test {
 protected:
  Setting setting(rules::Instant now) {
    static const PinCheck pins = plain_pin_check;
    return {.directory = directory_,
            .keywords = templates::Keywords::standard(),
            .catalogue = templates::Catalogue::standard(),
            .chance = chance_,
            .pin_matches = pins,
            .now = now};
  }
  Speaker speaker(PhoneNumber phone) {
    return {.club = directory_.club(1),
            .phone = phone,
            .cashier = directory_.cashier(1, phone),
            .language = Language::en};
  }
  // Everything that anybody is told, one after the other.
  std::string answers(const World& world, rules::Instant now, bool swept) {
    const Facts facts = world.facts(swept);
    Setting at = setting(now);
    std::string all = check(speaker(kCashier12), kNumber, facts, at).reply + "\n--\n";
    const Said taken =
        redeem(speaker(kCashier12), {.code = kNumber, .invoice_amount = 850'000, .pin = "4321"}, facts, at);
    all += taken.reply + "\n--\n" + (taken.texts.empty() ? "" : taken.texts.front().text) + "\n--\n";
    all += own_code(speaker(kMember), kNumber, false, facts, at).reply + "\n--\n";
    all += credit(speaker(kMember), facts, at).reply + "\n--\n" + codes(speaker(kMember), facts, at).reply;
    return all;
  }

  SeededChance chance_{1};
  Directory directory_{{sample_club()}};
};

TEST_F(Sweep, changes_no_answer_whatever_state_the_code_is_in) {
  const std::vector<World> worlds = {
      {},
      {.left = 50'000, .was_used = true},
      {.state = CodeState::redeemed, .left = 0, .was_used = true},
      {.state = CodeState::voided, .left = 0},
      {.state = CodeState::voided, .left = 0, .was_used = true},
  };
  for (const World& world : worlds) {
    for (const auto& after : {0us, 1us, 1'000'000us, std::chrono::microseconds{72h}}) {
      EXPECT_EQ(answers(world, kEnd + after, true), answers(world, kEnd + after, false))
          << static_cast<int>(world.state) << ", left " << world.left << ", " << after.count() << " us after";
    }
  }
}

TEST_F(Sweep, or_not_a_code_is_good_to_the_last_microsecond_and_tells_its_last_day_from_then_on) {
  for (const auto& [before, expected] : {std::pair{1us, "is good"}, {0us, "ended on"}, {-1us, "ended on"}}) {
    EXPECT_THAT(check(speaker(kCashier12), kNumber, World{}.facts(false), setting(kEnd - before)).reply,
                HasSubstr(expected));
  }
  const std::string swept = check(speaker(kCashier12), kNumber, World{}.facts(true), setting(kEnd)).reply;
  EXPECT_THAT(swept, HasSubstr("ended on"));
  EXPECT_THAT(swept, Not(HasSubstr("used")));
}

TEST_F(Sweep, of_a_process_whose_clock_is_ahead_is_believed) {
  Setting behind = setting(kEnd - 5s);
  const Facts facts = World{}.facts(true);
  EXPECT_THAT(check(speaker(kCashier12), kNumber, facts, behind).reply, HasSubstr("ended on"));
  const Said said =
      redeem(speaker(kCashier12), {.code = kNumber, .invoice_amount = 850'000, .pin = "4321"}, facts, behind);
  EXPECT_THAT(said.reply, HasSubstr("ended on"));
  EXPECT_TRUE(said.effects.empty());
}

// The member is told what she may spend, not what the books still carry for her.
TEST_F(Sweep, or_not_the_notice_of_a_redemption_counts_no_credit_that_has_lapsed) {
  World world;
  for (const bool swept : {false, true}) {
    Facts facts = world.facts(swept);
    facts.load(Code{.id = 6, .club = 1, .number = 5550001, .member = 1, .lot = 4});
    Setting at = setting(kEnd);
    const Said said =
        redeem(speaker(kCashier12), {.code = 5550001, .invoice_amount = 850'000, .pin = "4321"}, facts, at);
    ASSERT_EQ(said.texts.size(), 1U);
    EXPECT_THAT(said.texts.front().text, HasSubstr("Credit left: 0")) << swept;
  }
}

struct Judged {
  rules::RedeemTerms terms;
  std::chrono::microseconds after_end;
  std::optional<rules::RedeemRefusal> why;
};

TEST(RedeemOrder, is_ended_then_expired_then_empty) {
  using enum rules::RedeemRefusal;
  const std::vector<Judged> table = {
      {{.left = 100, .expires_at = kEnd}, -1us, std::nullopt},
      {{.left = 100, .expires_at = kEnd}, 0us, expired},
      {{.left = 100, .expires_at = kEnd}, 1us, expired},
      {{.left = 0, .expires_at = kEnd}, -1us, already_taken},
      {{.left = 0, .expires_at = kEnd}, 0us, expired},
      {{.left = 0, .swept = true, .expires_at = kEnd}, -1us, expired},
      {{.left = 0, .ended = true, .expires_at = kEnd}, -1us, already_taken},
      {{.left = 0, .ended = true, .expires_at = kEnd}, 1us, already_taken},
  };
  for (const Judged& row : table) {
    const auto result = rules::redeem(row.terms, 1000, kEnd + row.after_end);
    const auto* why = std::get_if<rules::RedeemRefusal>(&result);
    EXPECT_EQ(why == nullptr ? std::nullopt : std::optional(*why), row.why)
        << "left " << row.terms.left << ", ended " << row.terms.ended << ", " << row.after_end.count()
        << " us after";
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_expiry_test
