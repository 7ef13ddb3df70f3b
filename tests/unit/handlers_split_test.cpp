// A code of its own for a part of the credit: what leaves the lots arrives in the new ones, soonest expiry
// first, and lives no longer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_split_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Split : public ClubTalk {
 protected:
  using ClubTalk::ClubTalk;

  std::string earn(rules::Amount credit) { return ClubTalk::earn(kShopper, credit); }
};

TEST_F(Split, takes_a_part_out_and_leaves_the_rest_on_the_old_code) {
  const std::string old = earn(200'000);
  const rules::Instant expires_at = last_lot().expires_at;
  now += 24h;
  const std::string said = say(kShopper, "CODE 50000");
  EXPECT_THAT(said, AllOf(HasSubstr("Your new code:"), HasSubstr(last_code() + ": 50,000 rials until")));
  EXPECT_NE(last_code(), old);
  EXPECT_EQ(last_lot().expires_at, expires_at) << "it lives no longer";
  EXPECT_EQ(store.members().begin()->second.balance, 200'000);
  EXPECT_THAT(say(kCashier12, old), HasSubstr("150,000"));
  EXPECT_THAT(say(kCashier12, last_code()), HasSubstr("50,000"));
  EXPECT_THAT(say(kCashier12, last_code() + " 850000 4321"), HasSubstr("From credit: 50,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Split, ends_the_code_of_a_lot_that_it_empties) {
  const std::string old = earn(200'000);
  say(kShopper, "CODE 200000");
  EXPECT_THAT(say(kCashier12, old), HasSubstr("moved the credit to another code"));
  EXPECT_THAT(say(kCashier12, old + " 850000 4321"), HasSubstr("moved the credit to another code"));
  EXPECT_THAT(say(kCashier12, last_code()), HasSubstr("200,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Split, of_several_lots_gives_a_code_for_each_soonest_expiry_first) {
  earn(100'000);
  now += 24h;
  earn(100'000);
  now += 24h;
  const std::string third = earn(100'000);
  const std::string said = say(kShopper, "CODE 250000");
  EXPECT_THAT(said, AllOf(HasSubstr("Your new codes:"), HasSubstr("50,000 rials")));
  std::vector<rules::Amount> taken;
  for (const LedgerEntry& entry : store.entries()) {
    if (entry.kind == rules::EntryKind::move) taken.push_back(entry.amount);
  }
  EXPECT_EQ(taken, (std::vector<rules::Amount>{100'000, 100'000, 50'000}));
  EXPECT_THAT(say(kCashier12, third), HasSubstr("is good: 50,000"));
}

TEST_F(Split, gives_back_to_the_old_code_what_a_void_returns) {
  const std::string old = earn(200'000);
  say(kCashier12, old + " 150000 4321");
  say(kShopper, "CODE 50000");
  EXPECT_THAT(say(kCashier12, old), HasSubstr("already used"));
  EXPECT_THAT(say(kCashier12, "VOID " + old + " 4321"), HasSubstr("On the code now: 150,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Split, changes_nothing_where_it_is_refused) {
  struct Refusal {
    std::string text, answer;
  };
  EXPECT_THAT(say(kShopper, "CODE 50000"), HasSubstr("no credit"));
  EXPECT_THAT(say(989120000102, "CODE 50000"), HasSubstr("not a member"));
  earn(200'000);
  for (const Refusal& one :
       {Refusal{"CODE 200001", "200,000"}, Refusal{"CODE 9999", "at least 10,000"},
        Refusal{"CODE -5", "negative"}, Refusal{"CODE 5.5", "fraction"}, Refusal{"CODE 0", "more than zero"},
        Refusal{"CODE fifty", "digits only"}, Refusal{"CODE 50000 60000", "digits only"}}) {
    EXPECT_THAT(say(kShopper, one.text), HasSubstr(one.answer)) << one.text;
    EXPECT_EQ(effects, 0U) << one.text;
  }
  now += 31 * 24h;
  EXPECT_THAT(say(kShopper, "CODE 50000"), HasSubstr("no credit")) << "what has expired is not split";
}

TEST_F(Split, of_more_lots_than_a_text_can_tell_says_how_much_goes_at_once) {
  for (int i = 0; i < 9; ++i) {
    earn(20'000);
    now += 1h;
  }
  EXPECT_THAT(say(kShopper, "CODE 180000"), AllOf(HasSubstr("At most 160,000"), HasSubstr("Nothing")));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, "CODE 160000"), HasSubstr("and 4 more codes"));
}

TEST_F(Split, stops_at_the_days_limit_and_goes_on_the_next_day) {
  earn(2'000'000);
  for (int i = 0; i < 10; ++i) EXPECT_THAT(say(kShopper, "CODE 10000"), HasSubstr("new code:"));
  EXPECT_THAT(say(kShopper, "CODE 10000"), HasSubstr("10 new codes today"));
  EXPECT_EQ(effects, 0U);
  now += 24h;
  EXPECT_THAT(say(kShopper, "CODE 10000"), HasSubstr("new code:"));
}

class SplitOfFew : public Split {
 protected:
  SplitOfFew() : Split(few()) {}
  static Club few() {
    Club club = english_club();
    club.policy.live_codes_max = 2;
    return club;
  }
};

TEST_F(SplitOfFew, is_refused_to_who_has_many_live_codes) {
  earn(200'000);
  say(kShopper, "CODE 50000");
  EXPECT_THAT(say(kShopper, "CODE 50000"), HasSubstr("2 live codes already"));
  EXPECT_EQ(effects, 0U);
}

TEST_F(SplitOfFew, counts_the_codes_that_it_takes_itself) {
  earn(100'000);
  now += 24h;
  earn(100'000);
  EXPECT_THAT(say(kShopper, "CODE 150000"), AllOf(HasSubstr("2 live codes"), HasSubstr("takes 2 more")));
  EXPECT_EQ(effects, 0U);
}

class SplitAFewTimes : public Split {
 protected:
  SplitAFewTimes() : Split(few()) {}
  static Club few() {
    Club club = english_club();
    club.policy.new_codes_per_day_max = 3;
    return club;
  }
};

TEST_F(SplitAFewTimes, takes_no_more_codes_in_a_day_by_taking_many_at_once) {
  for (int i = 0; i < 4; ++i) {
    earn(100'000);
    now += 1h;
  }
  EXPECT_THAT(say(kShopper, "CODE 400000"), AllOf(HasSubstr("takes 4 more"), HasSubstr("Ask for less")));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, "CODE 300000"), HasSubstr("Your new codes"));
}

// A member's CODE asks for a new one, also where the amount has seven digits; her bare digits are a code.
TEST_F(Split, of_an_amount_that_looks_like_a_code_is_an_amount) {
  earn(3'000'000);
  EXPECT_THAT(say(kShopper, "2500000"), testing::Not(HasSubstr("new code")));
  const std::string done = say(kShopper, "CODE 2500000");
  EXPECT_THAT(done, HasSubstr(last_code() + ": 2,500,000"));
}

// I28: whatever is taken out of whatever lots, the sum stays, expiries stay, and what expires first goes
// first.
RC_GTEST_PROP(SplitProperty, keeps_the_sum_and_every_expiry_and_takes_the_soonest_first, ()) {
  MemoryStore store({sample_club()}, *rc::gen::arbitrary<std::uint64_t>());
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};
  const auto handle = [&](auto what) {
    Request request;
    request.what = std::move(what);
    return store.handle(request, now);
  };
  const auto say = [&](const std::string& text) {
    handle(TextRequest{.from = kShopper, .line = "30001234", .text = text});
  };
  say("JOIN");
  const int purchases = *rc::gen::inRange(1, 8);
  for (int i = 0; i < purchases; ++i) {
    handle(PurchaseRequest{.club = 1,
                           .branch = 12,
                           .phone = kShopper,
                           .invoice = std::to_string(i),
                           .amount = *rc::gen::inRange<rules::Amount>(200'000, 40'000'000)});
    now += std::chrono::hours(*rc::gen::inRange(0, 24 * 12));
  }
  const auto sums = [&] {  // by expiry
    std::map<rules::Instant, rules::Amount> all;
    for (const auto& [id, lot] : store.lots()) all[lot.expires_at] += lot.remaining;
    return all;
  };
  const int splits = *rc::gen::inRange(1, 6);
  for (int i = 0; i < splits; ++i) {
    const auto before = sums();
    const auto entries = store.entries().size();
    const auto wanted = *rc::gen::inRange<rules::Amount>(1, 3'000'000);
    const auto lots = store.lots();
    say("CODE " + std::to_string(wanted));
    RC_ASSERT(sums() == before);
    RC_ASSERT(store.audit() == std::vector<std::string>{});
    rules::Amount moved = 0;
    rules::Instant last{};
    for (auto entry = store.entries().begin() + static_cast<std::ptrdiff_t>(entries);
         entry != store.entries().end(); ++entry) {
      const Lot& from = lots.at(entry->lot);
      RC_ASSERT(now < from.expires_at && last <= from.expires_at);
      last = from.expires_at;
      moved += entry->amount;
    }
    RC_ASSERT(moved == 0 || moved == wanted);
    // Nothing that expires sooner was passed over.
    for (const auto& [id, lot] : lots) {
      if (moved > 0 && now < lot.expires_at && lot.expires_at < last)
        RC_ASSERT(store.lots().at(id).remaining == 0);
    }
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_split_test
