// Which effects are an event, and what is told of them.
#include "handlers/events.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace peyk::tests::handlers_events_test {
namespace {

using namespace handlers;
using nlohmann::json;

constexpr rules::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
const Listeners kAll{{1, {{.endpoint = 7, .events = kAllEventTypes}}}};

Facts facts_with_code() {
  Facts facts;
  facts.load(Code{.id = 30, .club = 1, .number = 4417203, .member = 10, .lot = 20});
  return facts;
}

TakeFromLot taken(PhoneNumber cashier, std::string till) {
  return {.entry = {.id = 50, .club = 1, .kind = rules::EntryKind::redeem, .member = 10, .lot = 20},
          .redemption = {.id = 40,
                         .club = 1,
                         .code = 30,
                         .member = 10,
                         .branch = 12,
                         .cashier = cashier,
                         .till = std::move(till),
                         .invoice = "A-1",
                         .invoice_amount = 850'000,
                         .used = 150'000,
                         .left = 50'000,
                         .at = kNow}};
}

TEST(Events, tell_of_who_joined_what_was_granted_spent_and_taken_back_in_the_order_of_the_effects) {
  const std::vector<Effect> effects{
      EnrolMember{{.id = 10, .club = 1, .phone = 989120000101, .joined_at = kNow}},
      OpenLot{.lot = {.id = 20,
                      .club = 1,
                      .member = 10,
                      .issued = 200'000,
                      .created_at = kNow,
                      .expires_at = kNow + std::chrono::days{30}}},
      IssueCode{},
      taken(989121112233, ""),
      VoidRedemption{.entry = {.id = 51, .club = 1, .member = 10, .lot = 20, .amount = 150'000},
                     .code = 30,
                     .redemption = 40,
                     .voided = {.cashier = 0, .till = "till-12", .left = 200'000, .at = kNow}},
  };
  const auto events = events_of(effects, facts_with_code(), kAll);
  ASSERT_EQ(events.size(), 4U);
  const std::pair<EventType, std::uint64_t> expected[] = {{EventType::member_joined, 10},
                                                          {EventType::credit_granted, 20},
                                                          {EventType::code_redeemed, 40},
                                                          {EventType::code_voided, 40}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(events[i].type, expected[i].first);
    EXPECT_EQ(events[i].about, expected[i].second);
    EXPECT_EQ(events[i].member, 10U);
    EXPECT_EQ(events[i].at, kNow);
  }
  EXPECT_EQ(
      json::parse(events[1].data),
      (json{
          {"lot", "20"}, {"origin", "purchase"}, {"amount", 200'000}, {"expires", "2026-12-22T00:00:00Z"}}));
  EXPECT_EQ(json::parse(events[2].data), (json{{"redemption", "40"},
                                               {"code_ends", "03"},
                                               {"branch", 12},
                                               {"by", "cashier"},
                                               {"till", nullptr},
                                               {"invoice", "A-1"},
                                               {"invoice_amount", 850'000},
                                               {"used", 150'000},
                                               {"left", 50'000}}));
  EXPECT_EQ(json::parse(events[3].data), (json{{"redemption", "40"},
                                               {"code_ends", "03"},
                                               {"by", "till"},
                                               {"till", "till-12"},
                                               {"returned", 150'000},
                                               {"left", 200'000}}));
}

TEST(Events, tell_of_a_gift_that_reached_a_member_but_of_no_other_move) {
  MoveCredit move{.move = {.id = 70, .club = 1, .kind = MoveKind::gift},
                  .parts = {{.lot = {.id = 21,
                                     .club = 1,
                                     .member = 10,
                                     .origin = LotOrigin::transfer,
                                     .kind = LotOrigin::gift,
                                     .issued = 5}}}};
  const auto told = [&move] {
    const Effect effect = move;
    return events_of(std::span(&effect, 1), Facts{}, kAll);
  };
  ASSERT_EQ(told().size(), 1U);
  EXPECT_EQ(json::parse(told()[0].data)["origin"], "gift");
  move.move.kind = MoveKind::transfer;
  EXPECT_TRUE(told().empty());
}

TEST(Events, name_no_phone) {
  const std::vector<Effect> effects{
      EnrolMember{{.id = 10, .club = 1, .phone = 989120000101, .referred_by = 989120000102}},
      taken(989121112233, "")};
  for (const auto& event : events_of(effects, facts_with_code(), kAll))
    EXPECT_EQ(event.data.find("9891"), std::string::npos) << event.data;
}

TEST(Events, say_whose_hand_it_was) {
  const auto by = [](Effect effect) {
    return json::parse(events_of(std::span(&effect, 1), facts_with_code(), kAll).at(0).data)["by"];
  };
  EXPECT_EQ(by(taken(989121112233, "")), "cashier");
  EXPECT_EQ(by(taken(0, "till-12")), "till");
  EXPECT_EQ(by(taken(0, "")), "member");
}

TEST(Events, are_none_where_nobody_wants_them) {
  const std::vector<Effect> effects{EnrolMember{{.id = 10, .club = 1}}, taken(989121112233, "")};
  const Facts facts = facts_with_code();
  EXPECT_TRUE(events_of(effects, facts, {}).empty());
  EXPECT_TRUE(events_of(effects, facts, {{2, {{.endpoint = 7, .events = kAllEventTypes}}}}).empty())
      << "another club's";
  const Listeners one{{1, {{.endpoint = 7, .events = bit_of(EventType::code_redeemed)}}}};
  const auto events = events_of(effects, facts, one);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, EventType::code_redeemed);
}

TEST(Events, tell_of_credit_that_lapsed_but_not_of_what_was_forfeited) {
  const std::vector<Effect> effects{EndMembership{
      .member = 10,
      .club = 1,
      .entries = {
          {.id = 60,
           .club = 1,
           .kind = rules::EntryKind::expire,
           .member = 10,
           .lot = 20,
           .amount = 5,
           .at = kNow},
          {.id = 61, .club = 1, .kind = rules::EntryKind::forfeit, .member = 10, .lot = 21, .amount = 6}}}};
  const auto events = events_of(effects, Facts{}, kAll);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, EventType::credit_expired);
  EXPECT_EQ(events[0].about, 60U) << "a lot may lapse twice: what was taken back late goes again";
  EXPECT_EQ(json::parse(events[0].data), (json{{"lot", "20"}, {"amount", 5}}));
}

TEST(Events, have_names_that_lead_back_to_their_types) {
  EventTypes all = 0;
  for (const EventType type : all_event_types()) {
    EXPECT_EQ(event_type_of(name_of(type)), type);
    all |= bit_of(type);
  }
  EXPECT_EQ(all, kAllEventTypes);
  EXPECT_EQ(event_type_of("code.Redeemed"), std::nullopt);
  EXPECT_EQ(event_type_of(""), std::nullopt);
}

}  // namespace
}  // namespace peyk::tests::handlers_events_test
