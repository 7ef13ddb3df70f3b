// Members by a till, decided without a wire: who joins at once and who is asked, what a shop may change, who
// is forgotten; each with its "no".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/memory_store.hpp"

namespace peyk::tests::handlers_till_members_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr PhoneNumber kShopper = 989120000101;
const TillId kTill12{1, 12, "till-12"}, kOtherTill{1, 14, "till-14"}, kNowhere{1, 99, "till-99"};

class TillMembers : public testing::Test {
 protected:
  static std::vector<Club> club(bool joins_on_purchase) {
    Club one = sample_club();
    one.policy.join_on_purchase = joins_on_purchase;
    return {one};
  }
  explicit TillMembers(bool joins_on_purchase = true) : store(club(joins_on_purchase), 7) {}

  Outcome ask(std::variant<TextRequest, UssdRequest, PurchaseRequest, TillOrder> what) {
    Request request;
    request.what = std::move(what);
    Outcome outcome = store.handle(request, now);
    EXPECT_THAT(store.audit(), IsEmpty());
    return outcome;
  }
  // Its status; the answer is in `body`, what was said in `heard`.
  template <typename What>
  int order(What what, const TillId& till = kTill12) {
    const Outcome outcome = ask(TillOrder{till, std::move(what)});
    heard.clear();
    for (const OutgoingText& one : outcome.texts) {
      EXPECT_EQ(one.to, kShopper);
      heard += one.text;
    }
    effects = outcome.effects.size();
    body = json::parse(outcome.answer);
    EXPECT_THAT(outcome.answer, Not(HasSubstr("9120000101"))) << "answers are kept: none names a phone";
    return outcome.status;
  }
  std::string say(const std::string& text) {
    std::string all;
    for (const OutgoingText& one : ask(TextRequest{.from = kShopper, .line = "30001234", .text = text}).texts)
      all += one.text;
    return all;
  }
  std::string problem() const { return body["type"].get<std::string>().substr(17); }
  const Member& member() const { return store.members().begin()->second; }

  MemoryStore store;
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  json body;
  std::string heard;
  std::size_t effects = 0;
};
class TillAsks : public TillMembers {
 protected:
  TillAsks() : TillMembers(false) {}
};

TEST_F(TillMembers, a_shopper_joins_at_once_where_a_purchase_would_enrol_her_and_hears_of_it) {
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = Language::en}), 201);
  EXPECT_EQ(body["state"], "joined");
  EXPECT_EQ(body["member"]["language"], "en");
  EXPECT_EQ(body["member"]["card"], std::to_string(member().card));
  EXPECT_THAT(heard, HasSubstr("Welcome"));
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = Language::fa}), 200);
  EXPECT_EQ(body["state"], "member");
  EXPECT_EQ(body["member"]["language"], "en") << "who is a member stays as she is";
  EXPECT_EQ(heard, "");
  EXPECT_EQ(store.members().size(), 1U);
}

TEST_F(TillMembers, a_till_of_no_branch_of_the_club_makes_nobody_a_member) {
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}, kNowhere), 422);
  EXPECT_EQ(problem(), "unknown-branch");
  EXPECT_EQ(store.members().size(), 0U);
}

TEST_F(TillAsks, where_members_join_themselves_she_is_asked_once_and_joins_by_her_own_reply) {
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = Language::en}), 202);
  EXPECT_EQ(body["state"], "asked");
  EXPECT_EQ(body["asked_until"], "2026-11-21T09:02:00Z");
  const std::string number = std::to_string(store.last_number());
  EXPECT_THAT(heard, HasSubstr(number));
  EXPECT_THAT(heard, HasSubstr("would you like to join"));
  EXPECT_THAT(body.dump(), Not(HasSubstr(number))) << "the number is for her alone";
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}, kOtherTill), 202);
  EXPECT_EQ(heard, "") << "one text at a time";
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(store.members().size(), 0U);
  const std::string welcome = say(number);
  EXPECT_THAT(welcome, HasSubstr(std::to_string(member().card)));
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}), 200);
}

TEST_F(TillAsks, her_reply_is_told_to_no_cashier_and_comes_too_late_after_two_minutes) {
  order(TillJoin{.phone = kShopper, .language = {}});
  now += 2min;
  say(std::to_string(store.last_number()));
  EXPECT_EQ(store.members().size(), 0U);
  order(TillJoin{.phone = kShopper, .language = {}});
  const Outcome joined =
      ask(TextRequest{.from = kShopper, .line = "30001234", .text = std::to_string(store.last_number())});
  ASSERT_EQ(joined.texts.size(), 1U);
  EXPECT_EQ(joined.texts[0].to, kShopper);
  EXPECT_EQ(store.members().size(), 1U);
}

TEST_F(TillAsks, a_key_asks_thirty_phones_an_hour_and_another_key_is_not_held_up) {
  for (std::uint32_t i = 0; i < rules::kInvitesMax; ++i)
    ASSERT_EQ(ask(TillOrder{kTill12, TillJoin{.phone = kShopper + 1 + i, .language = {}}}).status, 202);
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}), 429);
  EXPECT_EQ(problem(), "too-many-invites");
  EXPECT_EQ(body["retry_after"], 3600);
  EXPECT_EQ(heard, "");
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}, kOtherTill), 202);
  now += 1h;
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}), 202);
}

TEST_F(TillAsks, after_three_wrong_numbers_she_is_left_in_peace_for_a_while) {
  order(TillJoin{.phone = kShopper, .language = {}});
  const std::string wrong = store.last_number() == 11111 ? "22222" : "11111";
  for (int i = 0; i < 3; ++i) say(wrong);
  now += 2min;
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}), 429);
  EXPECT_EQ(effects, 0U) << "what was not sent is not counted";
  now += 10min;
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}), 202);
}

TEST_F(TillAsks, a_shopper_who_is_asked_is_no_wrong_code_of_the_till) {
  const Outcome outcome = ask(TillOrder{kTill12, TillJoin{.phone = kShopper, .language = {}}});
  EXPECT_EQ(outcome.status, 202);
  for (const Effect& effect : outcome.effects) {
    EXPECT_FALSE(std::holds_alternative<SetMissWindow>(effect));
    EXPECT_FALSE(std::holds_alternative<NoteMiss>(effect));
  }
}

TEST_F(TillMembers, her_language_changes_and_she_is_told_in_it_once) {
  order(TillJoin{.phone = kShopper, .language = {}});
  EXPECT_EQ(order(TillMemberChange{.phone = kShopper, .language = Language::en}), 200);
  EXPECT_EQ(body, json::parse(R"({"language":"en","promo":true,"duplicate":false})"));
  EXPECT_THAT(heard, HasSubstr("in English"));
  EXPECT_EQ(member().language, Language::en);
  EXPECT_EQ(order(TillMemberChange{.phone = kShopper, .language = Language::en}), 200);
  EXPECT_EQ(heard, "");
  EXPECT_EQ(effects, 0U);
}

TEST_F(TillMembers, adverts_are_stopped_at_her_word_and_started_by_herself) {
  order(TillJoin{.phone = kShopper, .language = Language::en});
  EXPECT_EQ(order(TillMemberChange{.phone = kShopper, .language = {}, .stop_promo = true}), 200);
  EXPECT_EQ(body["promo"], false);
  EXPECT_THAT(heard, HasSubstr("no more adverts"));
  EXPECT_EQ(order(TillMemberChange{.phone = kShopper, .language = {}, .stop_promo = true}), 200);
  EXPECT_EQ(heard, "");
  say("START");
  EXPECT_EQ(order(TillMemberChange{.phone = kShopper, .language = Language::en}), 200);
  EXPECT_EQ(body["promo"], true);
}

TEST_F(TillMembers, who_is_no_member_is_neither_changed_nor_forgotten) {
  EXPECT_EQ(order(TillMemberChange{.phone = kShopper, .language = Language::en, .stop_promo = true}), 404);
  EXPECT_EQ(problem(), "unknown-member");
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(order(TillErasure{.phone = kShopper}), 404);
  EXPECT_EQ(effects, 0U);
}

TEST_F(TillMembers, whoever_is_erased_forfeits_her_credit_hears_of_it_and_may_come_back) {
  order(TillJoin{.phone = kShopper, .language = Language::en});
  ask(PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = "A-1", .amount = 4'000'000});
  const rules::CodeNumber code = store.codes().begin()->second.number;
  EXPECT_EQ(order(TillErasure{.phone = kShopper}), 200);
  EXPECT_EQ(body["state"], "left");
  EXPECT_EQ(body["forfeited"], 200'000);
  EXPECT_THAT(heard, HasSubstr("erased"));
  EXPECT_EQ(member().phone, 0U);
  EXPECT_EQ(member().balance, 0);
  const Outcome check = ask(TillOrder{kTill12, TillCheck{code}});
  EXPECT_EQ(json::parse(check.answer)["why"], "void");
  EXPECT_EQ(order(TillErasure{.phone = kShopper}), 404);
  EXPECT_EQ(order(TillJoin{.phone = kShopper, .language = {}}), 201);
}

}  // namespace
}  // namespace peyk::tests::handlers_till_members_test
