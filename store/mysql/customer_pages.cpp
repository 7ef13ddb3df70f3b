#include "store/mysql/customer_pages.hpp"

#include <algorithm>
#include <map>

#include "store/mysql/behaviours.hpp"
#include "store/mysql/member_events.hpp"
#include "store/mysql/profiles.hpp"
#include "store/mysql/purchase_items.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/tags.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

std::vector<MemberId> ids_of(const std::vector<Customer>& customers) {
  std::vector<MemberId> ids;
  for (const Customer& one : customers) ids.push_back(one.member.id);
  return ids;
}

constexpr const char* kMemberColumns =
    "SELECT m.member_id, COALESCE(m.phone, 0), m.card, m.language, m.joined_at, m.referred_by";

Customer read_customer(Rows& rows, ClubId club) {
  Customer one;
  one.member.id = rows.u64();
  one.member.club = club;
  one.member.phone = rows.u64();
  one.member.card = rows.u64();
  one.member.language = static_cast<Language>(rows.u64());
  one.member.joined_at = rows.instant();
  one.member.referred_by = rows.maybe_u64();
  return one;
}

using Whom = CustomerPages::Whom;

// `b`: of who has bought nothing there is none.
constexpr const char* kPageOfMembers =
    " FROM member m FORCE INDEX (member_of_club) LEFT JOIN behaviour b ON b.member_id = m.member_id AND"
    " b.branch_no = 0 WHERE m.club_id = ? AND m.member_id > ? ORDER BY m.member_id LIMIT ?";
constexpr const char* kPageOfBuyers =
    " FROM behaviour b FORCE INDEX (behaviour_of_club) JOIN member m ON m.member_id = b.member_id"
    " WHERE b.club_id = ? AND b.branch_no = 0 AND b.member_id > ? ORDER BY b.member_id LIMIT ?";

// A page, and the last of those looked at: who has left is among these, and so is the gift account.
struct LookedAt {
  std::vector<Customer> page;
  MemberId last = 0;
};

LookedAt read_page(Connection& connection, ClubId club, Whom whom, MemberId after, std::uint32_t limit,
                   Facts& facts) {
  LookedAt found{.page = {}, .last = after};
  Rows rows = connection
                  .prepare(std::string(kMemberColumns) + ", b.member_id, " + kHabitColumns +
                           (whom == Whom::members ? kPageOfMembers : kPageOfBuyers))
                  .add(club)
                  .add(after)
                  .add(limit)
                  .query();
  while (rows.next()) {
    Customer one = read_customer(rows, club);
    found.last = one.member.id;
    if (one.member.phone == 0) continue;
    const bool has_behaviour = rows.maybe_u64().has_value();
    if (has_behaviour) facts.load(one.member.id, kWholeClub, read_habits(rows));
    found.page.push_back(std::move(one));
  }
  return found;
}

// Page after page until one has somebody in it, or that was the last.
std::vector<Customer> next_page(Connection& connection, ClubId club, Whom whom, MemberId& after,
                                std::uint32_t limit, Facts& facts) {
  for (;;) {
    LookedAt found = read_page(connection, club, whom, after, limit, facts);
    const bool over = found.last == after;
    after = found.last;
    if (over || !found.page.empty()) return std::move(found.page);
  }
}

void read_profiles(Connection& connection, std::vector<Customer>& page) {
  std::map<MemberId, Profile*> profiles;
  for (Customer& one : page) profiles[one.member.id] = &one.profile;
  const std::vector<MemberId> ids = ids_of(page);
  for (Profile& profile : profiles_of(connection, {ids.begin(), ids.end()}))
    *profiles.at(profile.member) = std::move(profile);
}

void read_behaviours(Connection& connection, const std::vector<MemberId>& ids, Facts& facts) {
  select_in(connection,
            std::string("SELECT b.member_id, ") + kHabitColumns +
                " FROM behaviour b WHERE b.branch_no = 0 AND b.member_id IN (",
            "", 1, ids, bind_id, [&facts](Rows& rows) {
              const MemberId member = rows.u64();
              facts.load(member, kWholeClub, read_habits(rows));
            });
}

void read_ranks(Connection& connection, const std::vector<MemberId>& ids, Facts& facts) {
  select_in(connection,
            "SELECT member_id, points, tier, since_day, until_day FROM standing WHERE member_id IN (", "", 1,
            ids, bind_id, [&facts](Rows& rows) {
              const MemberId member = rows.u64();
              Rank rank{.points = rows.i64(), .standing = {}};
              rank.standing.tier = rows.u32();
              rank.standing.since = static_cast<rules::DayNumber>(rows.i64());
              rank.standing.until = static_cast<rules::DayNumber>(rows.i64());
              facts.load(member, rank);
            });
}

void read_items(Connection& connection, std::vector<CustomerPast>& pasts) {
  std::vector<std::uint64_t> ids;
  for (const CustomerPast& past : pasts) {
    for (const RecordedPurchase& one : past.purchases) ids.push_back(one.id);
  }
  auto words = load_item_words(connection, ids);
  if (words.empty()) return;
  for (CustomerPast& past : pasts) {
    for (RecordedPurchase& one : past.purchases) {
      if (const auto its = words.find(one.id); its != words.end()) one.items = std::move(its->second);
    }
  }
}

bool asks_for_credit(const Programme& programme) {
  const auto asks = [](const auto& rule) {
    return std::ranges::any_of(rule.when, [](const rules::Condition& one) {
      return one.words.empty() && one.measure == rules::Measure::credit;
    });
  };
  return std::ranges::any_of(programme.segments, asks) || std::ranges::any_of(programme.offers, asks);
}

// As far as what may be spent of them goes.
void read_lots(Connection& connection, const std::vector<MemberId>& ids, Facts& facts) {
  select_in(connection,
            "SELECT lot_id, member_id, remaining, expires_at, hold_id, held, held_until FROM lot WHERE"
            " remaining > 0 AND member_id IN (",
            "", 1, ids, bind_id, [&facts](Rows& rows) {
              Lot lot{.id = rows.u64()};
              lot.member = rows.u64();
              lot.remaining = rows.i64();
              lot.expires_at = rows.instant();
              lot.hold = rows.u64();
              lot.held = rows.i64();
              lot.held_until = rows.instant();
              facts.load(lot);
            });
}

// All that measures look at, but for profiles, ranks and how they buy.
void read_facts(Connection& connection, const Club& club, const std::vector<Customer>& page, Facts& facts) {
  const std::vector<MemberId> ids = ids_of(page);
  for (const Customer& one : page) facts.load(one.member);
  if (asks_for_credit(club.programme)) read_lots(connection, ids, facts);
  const std::set<MemberId> members(ids.begin(), ids.end());
  if (asks_for_tags(club.programme)) {
    for (auto& [member, tags] : tags_of(connection, members)) facts.load_tags(member, std::move(tags));
  }
  if (asks_for_scores(club.programme)) read_scores(connection, members, facts);
}

}  // namespace

std::vector<Customer> customers_of(Connection& connection, ClubId club,
                                   const std::vector<MemberId>& members) {
  std::vector<Customer> customers;
  select_in(connection,
            std::string(kMemberColumns) + " FROM member m WHERE m.phone IS NOT NULL AND m.member_id IN (",
            "ORDER BY m.member_id", 1, members, bind_id,
            [&](Rows& rows) { customers.push_back(read_customer(rows, club)); });
  read_profiles(connection, customers);
  return customers;
}

std::optional<Customer> customer_by_phone(Connection& connection, const Club& club, PhoneNumber phone,
                                          Facts& facts) {
  std::vector<MemberId> ids;
  {
    Rows rows = connection.prepare("SELECT member_id FROM member WHERE club_id = ? AND phone = ?")
                    .add(club.id)
                    .add(phone)
                    .query();
    while (rows.next()) ids.push_back(rows.u64());
  }
  std::vector<Customer> found = customers_of(connection, club.id, ids);
  if (found.empty()) return std::nullopt;
  read_behaviours(connection, ids, facts);
  read_ranks(connection, ids, facts);
  read_facts(connection, club, found, facts);
  return std::move(found.front());
}

std::vector<Customer> CustomerPages::next(Connection& connection, Facts& facts, std::uint32_t limit) {
  MemberId after = after_;
  std::vector<Customer> page = next_page(connection, club_->id, whom_, after, limit, facts);
  const bool all = read_ == Read::all;
  if (all || asks_what_she_told(club_->programme)) read_profiles(connection, page);
  if (all || asks_where_she_stands(club_->programme)) read_ranks(connection, ids_of(page), facts);
  read_facts(connection, *club_, page, facts);
  after_ = after;
  return page;
}

std::vector<CustomerPast> PastPages::next(Connection& connection, std::uint32_t limit) {
  MemberId after = after_;
  Facts ignored;  // her purchases tell how she bought
  std::vector<Customer> page = next_page(connection, club_, Whom::buyers, after, limit, ignored);
  read_profiles(connection, page);
  const std::vector<MemberId> ids = ids_of(page);
  std::vector<CustomerPast> pasts;
  std::map<MemberId, std::vector<RecordedPurchase>*> by_member;
  pasts.reserve(page.size());
  for (Customer& one : page) {
    pasts.push_back({std::move(one), {}});
    by_member[pasts.back().customer.member.id] = &pasts.back().purchases;
  }
  select_in(connection,
            "SELECT member_id, purchase_id, branch_no, purchased_at, amount + discount, discount, by_credit,"
            " refunded, earned, points FROM purchase WHERE member_id IN (",
            "ORDER BY member_id, purchased_at, purchase_id", 1, ids, bind_id, [&by_member](Rows& rows) {
              std::vector<RecordedPurchase>& hers = *by_member.at(rows.u64());
              RecordedPurchase one{.id = rows.u64()};
              one.branch = rows.u32();
              one.at = rows.instant();
              one.amount = rows.i64();
              one.discount = rows.i64();
              one.by_credit = rows.i64();
              one.refunded = rows.i64();
              one.earned = rows.i64();
              one.points = rows.i64();
              hers.push_back(one);
            });
  read_items(connection, pasts);
  after_ = after;
  return pasts;
}

}  // namespace peyk::store
