// What is remembered of a member as a customer: how she buys, where she stands, what offers have given her.
//
// Must stay true: her behaviour is the fold of her purchases (invariant I44); her points are the sum of their
// entries, what is spent of an offer's budget the sum of its grants; grants and point entries are only added.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/ids.hpp"
#include "handlers/rules/behaviour.hpp"
#include "handlers/rules/offers.hpp"
#include "handlers/rules/tiers.hpp"

namespace peyk::handlers {

// A purchase of hers of which something is left.
struct PastVisit {
  std::uint64_t purchase = 0;
  BranchNo branch = 0;
  rules::Instant at{};      // when it was made, not when it was recorded
  rules::Amount spent = 0;  // less what was given back
};
// More of them are not looked at: nobody buys so often.
inline constexpr std::size_t kVisitsMax = 20'000;

// The days of what is to be added to her behaviour. What comes before another wants her visits.
struct DaySpan {
  rules::DayNumber earliest = 0, latest = 0;
};

// Where she stands: kept only in clubs that give points or have tiers.
struct Rank {
  std::int64_t points = 0;  // in all, less what was taken back; below 0 never
  rules::Standing standing;
};
struct PointEntry {
  std::uint64_t id = 0;
  ClubId club = 0;
  MemberId member = 0;
  std::int64_t points = 0;  // below 0: taken back
  rules::Instant at{};
  std::uint64_t purchase = 0;  // 0: of none
  std::uint64_t version = 0;   // of the offer that gave them; 0: the purchase itself, or a refund
};
// What she spent, or got in points, from then on: what tiers are measured by.
struct PeriodKey {
  rules::Instant since{};
  bool in_points = false;
};

struct OfferUseKey {
  MemberId member = 0;
  OfferId offer = 0;
  auto operator<=>(const OfferUseKey&) const = default;
};
struct OfferUseRow {
  std::uint32_t uses = 0;
  rules::DayNumber last_day = 0;
  std::uint32_t uses_on_day = 0;   // of that day, as what follows
  rules::Amount given_on_day = 0;  // discount, credit and gifts
};

// One effect of an offer on one member. `given` is what it was, `facts` what its conditions looked at.
struct OfferGrant {
  std::uint64_t id = 0;
  ClubId club = 0;
  MemberId member = 0;
  std::uint64_t purchase = 0;  // 0: it came of none
  std::uint64_t version = 0;   // of the offer, as it was then
  OfferId offer = 0;
  std::uint32_t place = 0;  // of the effect in the offer
  rules::EffectKind kind = rules::EffectKind::credit;
  std::int64_t value = 0;       // amount or count
  rules::Amount of_budget = 0;  // spent by it: nothing, if the offer has none
  LotId lot = 0;                // 0: it opened none
  std::uint64_t text = 0;       // a message: by its id; 0: none was to be sent
  rules::Instant at{};
  std::string facts;  // a JSON object; empty: forgotten, she has left
};
// What a manager who begins or ends an offer by text wants to know of the club.
struct OfferDeskKey {
  std::string names;              // as names of such offers begin today: "manager-20261122-"
  std::set<std::uint32_t> tiers;  // whose members are to be counted
  bool all = false;               // likewise the club's
};
struct OfferDesk {
  std::uint32_t named = 0;            // offers that were ever called so
  std::uint32_t of_file = 0;          // of the club's file, in force
  std::vector<rules::Offer> running;  // that managers began and nobody ended; the latest last
  // Of last night; tiers of now. What is not there was not counted.
  std::optional<std::uint64_t> members;
  std::map<std::string, std::uint64_t> segments;
  std::map<std::uint32_t, std::uint64_t> tiers;
};

// It is so many rials.
constexpr bool is_money(rules::EffectKind kind) {
  using enum rules::EffectKind;
  return kind == percent_off || kind == cash_off || kind == credit_percent || kind == credit || kind == gift;
}
// It counts against a budget of its offer: of rials, or of pieces; messages where it gives neither.
inline bool is_of_budget(const rules::Offer& offer, rules::EffectKind kind) {
  const auto gives = [](const rules::OfferEffect& one) {
    return is_money(one.kind) || one.kind == rules::EffectKind::item;
  };
  if (kind == rules::EffectKind::message) return std::ranges::none_of(offer.then, gives);
  return is_money(kind) || kind == rules::EffectKind::item;
}

}  // namespace peyk::handlers
