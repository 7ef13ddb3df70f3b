// What a club's tills look up: a member, and pages of members, purchases, redemptions and of what moved a
// member's credit.
//
// Read as it is, without locks, of one club always. Each page walks one index from where the last one ended,
// as far as its limit; the two lists that have no index in their order (a member's entries, a member's
// redemptions) sort what is hers, and nothing else.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/bought_item.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// The last row of the page before: the next begins behind it.
struct PageBegin {
  rules::Instant at{};
  std::uint64_t id = 0;
};
struct PageAsked {
  std::optional<PageBegin> behind;
  std::uint32_t rows_max = 0;
};
// At or after `since`, before `until`; the epoch: any.
struct TimeSpan {
  rules::Instant since{}, until{};
};

inline constexpr std::uint32_t kMemberLotsMax = 500;  // those that expire first

struct MemberPage {
  handlers::Member member;
  bool promo_stopped = false;       // on the club's line
  std::vector<handlers::Lot> lots;  // with something left and time to spend it, soonest expiry first
  handlers::Facts facts;            // all this, and what her measures are made of
};
// Nothing: no such member. Throws SqlError, as all here do.
std::optional<MemberPage> load_member_page(Connection& connection, const handlers::Club& club,
                                           handlers::PhoneNumber phone, rules::Instant now);

// What an offer gave, as it was called then.
struct OfferShown {
  std::string name, title;
  rules::EffectKind kind = rules::EffectKind::credit;
  std::int64_t value = 0;
  std::string item;  // what it is, of kind item
};
// Of purchases, or of lots, by their ids; notes are left out.
enum class OffersOf : std::uint8_t { purchases, lots };
std::map<std::uint64_t, std::vector<OfferShown>> load_offers_shown(Connection& connection, OffersOf what,
                                                                   const std::set<std::uint64_t>& ids);

// Who has not left, in the order in which they joined.
struct MembersAsked {
  handlers::ClubId club = 0;
  TimeSpan joined;
  std::optional<std::uint64_t> card;
};
std::vector<handlers::Member> load_members(Connection& connection, const MembersAsked& asked,
                                           const PageAsked& page);

// What of a branch, by when it was recorded; or what of a member, by when it was. The latest first.
struct SalesAsked {
  handlers::ClubId club = 0;
  handlers::BranchNo branch = 0;                // 0: of any, where there is a member
  std::optional<handlers::PhoneNumber> member;  // one who is no member has nothing
  TimeSpan at;
};
struct PurchaseRow {
  std::uint64_t id = 0;
  handlers::BranchNo branch = 0;
  std::string invoice;
  // `amount` is less the discount.
  rules::Amount amount = 0, discount = 0, by_credit = 0, refunded = 0, earned = 0;
  std::int64_t points = 0;
  std::vector<OfferShown> offers;
  std::vector<handlers::BoughtItem> items;
  handlers::PhoneNumber phone = 0;  // 0: hers who has left
  rules::Instant purchased_at{}, recorded_at{};
};
// Of a branch by recorded_at, of a member by purchased_at.
std::vector<PurchaseRow> load_purchases(Connection& connection, const SalesAsked& asked,
                                        const PageAsked& page);

struct RedemptionRow {
  std::uint64_t id = 0;
  handlers::BranchNo branch = 0;
  std::string invoice;
  rules::Amount invoice_amount = 0, used = 0, returned = 0;
  std::string till;                 // its key
  bool by_cashier = false;          // neither: the member herself, by PAY
  handlers::PhoneNumber phone = 0;  // 0: hers who has left
  rules::Instant at{};
  rules::Instant voided_at{};  // the epoch: it stands
};
std::vector<RedemptionRow> load_redemptions(Connection& connection, const SalesAsked& asked,
                                            const PageAsked& page);

// What moved a member's credit, the latest first.
struct StatementRow {
  std::uint64_t id = 0;
  std::string_view kind;  // grant, redeem, expire, void, forfeit, split, give, receive, undo, claw_back, …
  rules::Amount amount = 0;  // moved
  rules::Amount effect = 0;  // on her balance
  rules::Instant at{};
  std::uint64_t redemption = 0;    // 0: it is about none
  std::vector<OfferShown> offers;  // of a grant
};
std::vector<StatementRow> load_statement(Connection& connection, handlers::MemberId member,
                                         const PageAsked& page);
// Nothing: no such member.
std::optional<handlers::MemberId> find_member_id(Connection& connection, const handlers::MemberKey& key);

}  // namespace peyk::store
