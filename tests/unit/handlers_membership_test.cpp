// Who may become a member: the rule of open and closed clubs at its edges.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "handlers/membership.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_membership_test {
namespace {

using namespace handlers;
using testing::HasSubstr;

constexpr MemberKey kPhone{1, kShopper};

Club club_of(Membership membership, std::uint32_t after, bool on_purchase) {
  Club club = english_club();
  club.policy.membership = membership;
  club.policy.join_after_purchases = after;
  club.policy.join_on_purchase = on_purchase;
  return club;
}

TEST(Memberships, by_purchase_are_as_the_club_says) {
  using enum ByPurchase;
  struct Row {
    Membership membership;
    std::uint32_t after;
    bool on_purchase;
    std::uint32_t bought;
    ByPurchase wanted;
  };
  for (const Row& row :
       {Row{Membership::open, 0, true, 0, enrols}, Row{Membership::open, 3, true, 0, enrols},
        Row{Membership::open, 3, false, 2, nothing}, Row{Membership::closed, 0, true, 9, nothing},
        Row{Membership::closed, 3, true, 1, nothing}, Row{Membership::closed, 3, true, 2, enrols},
        Row{Membership::closed, 3, true, 3, enrols}, Row{Membership::closed, 3, false, 1, nothing},
        Row{Membership::closed, 3, false, 2, invites}, Row{Membership::closed, 3, false, 3, nothing},
        Row{Membership::closed, 1, false, 0, invites}, Row{Membership::closed, 1, true, 0, enrols}}) {
    const Club club = club_of(row.membership, row.after, row.on_purchase);
    Facts facts;
    facts.load_stranger(kPhone, row.bought);
    EXPECT_EQ(joining_by_purchase(club, kPhone, facts), row.wanted)
        << static_cast<int>(row.membership) << ' ' << row.after << ' ' << row.on_purchase << ' '
        << row.bought;
  }
}

TEST(Memberships, of_an_open_club_ask_nothing_of_the_store) {
  const Club open = club_of(Membership::open, 3, false);
  EXPECT_TRUE(needs_joining(open, kPhone).pendings.empty());
  EXPECT_TRUE(needs_joining(open, kPhone).strangers.empty());
  EXPECT_TRUE(needs_joining_by_purchase(open, kPhone).strangers.empty());
  const Club closed = club_of(Membership::closed, 3, false);
  EXPECT_EQ(needs_joining(closed, kPhone).pendings.size(), 1U);
  EXPECT_EQ(needs_joining(closed, kPhone).strangers.at(kPhone), 3U);
  EXPECT_TRUE(needs_joining(club_of(Membership::closed, 0, true), kPhone).strangers.empty());
}

class ClosedClub : public ClubTalk {
 protected:
  ClosedClub() : ClubTalk(club_of(Membership::closed, 2, true)) {}
};

TEST_F(ClosedClub, tells_how_one_becomes_a_member) {
  EXPECT_EQ(balance(kShopper), -1);
  for (const auto* text : {"JOIN", "CREDIT", "HELP", "LEAVE", "NAME Sara"})
    EXPECT_THAT(say(kShopper, text), HasSubstr("Buy 2 times and give this number")) << text;
  EXPECT_THAT(dial(kShopper, "1"), HasSubstr("Buy 2 times"));
}

TEST_F(ClosedClub, asks_by_a_till_whom_it_would_enrol_if_it_were_open) {
  Request request;
  request.what = TillOrder{.till = {1, 12, "till-12"}, .what = TillJoin{.phone = kShopper}};
  const Outcome outcome = store.handle(request, now);
  EXPECT_EQ(outcome.status, 202);
  EXPECT_EQ(nlohmann::json::parse(outcome.answer)["state"], "asked");
  EXPECT_EQ(balance(kShopper), -1);
  EXPECT_THAT(say(kShopper, "JOIN"), HasSubstr("Welcome")) << "her own word does while she is asked";
  EXPECT_EQ(balance(kShopper), 0);
}

TEST_F(ClosedClub, counts_what_she_bought_as_a_stranger_only) {
  const auto bought = [this](const std::string& invoice) {
    Request request;
    request.what =
        PurchaseRequest{.club = 1, .branch = 12, .phone = kShopper, .invoice = invoice, .amount = 1'000'000};
    store.handle(request, now);
  };
  bought("A-1");
  EXPECT_EQ(balance(kShopper), -1);
  bought("A-2");
  EXPECT_EQ(balance(kShopper), 50'000);
  bought("A-3");
  say(kShopper, "LEAVE");
  say(kShopper, number());
  ASSERT_EQ(balance(kShopper), -1);
  EXPECT_THAT(say(kShopper, "JOIN"), HasSubstr("Buy 2 times"));
}

}  // namespace
}  // namespace peyk::tests::handlers_membership_test
