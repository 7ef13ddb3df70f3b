// What a club's purchases tell of it, counted by the database: the figures of handlers/insight.hpp, and what
// of the best sold is bought by whom and when.
//
//   read_insight(), save_insight(): each night   read_cross(): for who asks (peykctl insights)
//
// Read without locks, each statement along the index of a branch's purchases by the time of their recording;
// what comes back is bounded: kCrossItems items, the hours of a day, the club's tiers and segments. Who is in
// which segment is what last night says.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/insight.hpp"
#include "handlers/rules/behaviour.hpp"
#include "handlers/rules/conditions.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// From the first instant of a day of the club to before that of another.
struct InsightSpan {
  rules::Instant from{}, until{};
};
// The last kInsightDays full days.
InsightSpan insight_span(const handlers::Club& club, rules::Instant now);

// Throw SqlError, as all here do.
handlers::Insight read_insight(Connection& connection, const handlers::Club& club, const InsightSpan& span,
                               rules::Instant now);
// Gateways load it within seconds: the club's version rises, if it is another than before; so it does each
// night, for its days are others. The caller commits.
void save_insight(Connection& connection, handlers::ClubId club, const handlers::Insight& insight);
void load_insights(Connection& connection, std::vector<handlers::Club>& clubs);

// What a branch sold on a day of the club, by when purchases were recorded; none: nothing.
struct SalesDay {
  rules::DayNumber day = 0;
  handlers::BranchNo branch = 0;
  std::uint64_t purchases = 0;
  rules::Amount sold = 0;  // less what was given back
};
std::vector<SalesDay> read_sales_days(Connection& connection, const handlers::Club& club,
                                      const InsightSpan& span);

inline constexpr std::uint32_t kCrossItems = 20;

// Purchases: all of them, or those with an item.
struct CrossCounts {
  std::array<std::uint64_t, handlers::kDayParts> parts{};
  std::map<std::uint32_t, std::uint64_t> tiers;   // by members; 0: of none
  std::map<std::string, std::uint64_t> segments;  // by members, who may be in several
};
struct CrossItem {
  rules::WordId word = 0;
  std::string name;  // one of those that tills call it
  std::uint64_t purchases = 0, quantity = 0;
  rules::Amount amount = 0;  // where tills told it
  CrossCounts counts;
};
struct Cross {
  CrossCounts all;
  std::vector<CrossItem> items;  // on most invoices first
};
Cross read_cross(Connection& connection, const handlers::Club& club, const InsightSpan& span);

}  // namespace peyk::store
