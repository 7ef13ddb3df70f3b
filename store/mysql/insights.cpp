#include "store/mysql/insights.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "store/mysql/sets.hpp"
#include "templates/dates.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

// While a club's clocks stand so many minutes before or behind UTC. A change is of its whole day.
struct ClockSpan {
  InsightSpan span;
  std::int64_t minutes = 0;
};

std::vector<ClockSpan> clock_spans(const Club& club, const InsightSpan& span) {
  std::vector<ClockSpan> all;
  for (rules::Instant from = span.from; from < span.until;) {
    const rules::Instant until = std::min(templates::end_of_local_day(from, club.time_zone, 0), span.until);
    const rules::Instant begins = templates::start_of_local_day(from, club.time_zone);
    const rules::Instant shown = std::chrono::sys_days{templates::local_date(from, club.time_zone)};
    const std::int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(shown - begins).count();
    if (all.empty() || all.back().minutes != minutes) all.push_back({{from, until}, minutes});
    all.back().span.until = until;
    from = until;
  }
  return all;
}

// The purchases of one club in a span.
class InsightReader {
 public:
  InsightReader(Connection& connection, const Club& club) : connection_(connection), club_(club) {
    // Each branch by name: so a span is a range of an index that begins with club and branch.
    const std::size_t padded = std::bit_ceil(std::max<std::size_t>(club_.branches.size(), 1));
    for (std::size_t i = 0; i < padded; ++i)
      branches_.push_back(
          club_.branches.empty() ? 0 : club_.branches[std::min(i, club_.branches.size() - 1)].number);
  }

  std::pair<std::uint64_t, rules::Amount> sold(const InsightSpan& span) {
    Rows rows =
        ask("SELECT COUNT(*), CAST(COALESCE(SUM(p.amount - p.refunded), 0) AS SIGNED) FROM", "", "", span)
            .query();
    rows.next();
    const std::uint64_t count = rows.u64();
    return {count, rows.i64()};
  }

  // By members, and by the fifth of them who bought most.
  std::pair<rules::Amount, rules::Amount> by_members(const InsightSpan& span) {
    Rows rows = ask("SELECT CAST(COALESCE(SUM(spent), 0) AS SIGNED), CAST(COALESCE(SUM(CASE WHEN place <="
                    " (buyers + 4) DIV 5 THEN spent ELSE 0 END), 0) AS SIGNED) FROM (SELECT spent,"
                    " ROW_NUMBER() OVER (ORDER BY spent DESC, member_id) AS place, COUNT(*) OVER () AS buyers"
                    " FROM (SELECT p.member_id, SUM(p.amount - p.refunded) AS spent FROM",
                    "", " AND p.member_id IS NOT NULL GROUP BY p.member_id) each_member) ranked", span)
                    .query();
    rows.next();
    const rules::Amount all = rows.i64();
    return {all, rows.i64()};
  }

  std::vector<CrossItem> best(const InsightSpan& span, std::uint32_t limit) {
    std::vector<CrossItem> items;
    Rows rows =
        ask("SELECT i.word, MAX(i.name), COUNT(DISTINCT i.purchase_id) AS count,"
            " CAST(SUM(i.quantity) AS UNSIGNED), CAST(COALESCE(SUM(i.amount), 0) AS SIGNED) FROM",
            kItems, " GROUP BY i.word ORDER BY count DESC, i.word LIMIT " + std::to_string(limit), span)
            .query();
    while (rows.next()) {
      CrossItem& item = items.emplace_back();
      item.word = rows.u64();
      item.name = rows.text();
      item.purchases = rows.u64();
      item.quantity = rows.u64();
      item.amount = rows.i64();
    }
    return items;
  }

  std::vector<SalesDay> days(const InsightSpan& span) {
    std::vector<SalesDay> all;
    for (const ClockSpan& clock : clock_spans(club_, span)) {
      const std::string day =
          "DATEDIFF(p.recorded_at + INTERVAL " + std::to_string(clock.minutes) + " MINUTE, '1970-01-01')";
      Rows rows =
          ask("SELECT " + day + ", p.branch_no, COUNT(*), CAST(SUM(p.amount - p.refunded) AS SIGNED) FROM",
              "", " GROUP BY 1, 2 ORDER BY 1, 2", clock.span)
              .query();
      while (rows.next()) {
        SalesDay& one = all.emplace_back();
        one.day = static_cast<rules::DayNumber>(rows.i64());
        one.branch = rows.u32();
        one.purchases = rows.u64();
        one.sold = rows.i64();
      }
    }
    return all;
  }

  void count_parts(const InsightSpan& span, Cross& cross) {
    for (const ClockSpan& clock : clock_spans(club_, span)) {
      const std::string hour = "HOUR(p.purchased_at + INTERVAL " + std::to_string(clock.minutes) + " MINUTE)";
      count_by(hour, "", clock.span, cross, [](Rows& rows, CrossCounts& counts) {
        const auto part = static_cast<std::size_t>(part_of_day(rows.u32()));
        counts.parts.at(part) += rows.u64();
      });
    }
  }

  void count_tiers(const InsightSpan& span, Cross& cross) {
    if (club_.programme.tiers.tiers.empty()) return;
    count_by("COALESCE(s.tier, 0)", " LEFT JOIN standing s ON s.member_id = p.member_id", span, cross,
             [](Rows& rows, CrossCounts& counts) {
               const std::uint32_t tier = rows.u32();
               counts.tiers[tier] += rows.u64();
             });
  }

  void count_segments(const InsightSpan& span, Cross& cross) {
    count_by("g.name",
             " JOIN segment_mask m ON m.member_id = p.member_id JOIN segment_place g ON g.club_id ="
             " p.club_id AND (m.mask >> g.place & 1) = 1",
             span, cross, [this](Rows& rows, CrossCounts& counts) {
               std::string name = rows.text();
               const std::uint64_t count = rows.u64();
               if (std::ranges::find(club_.programme.segments, name, &rules::Segment::name) !=
                   club_.programme.segments.end())
                 counts.segments[std::move(name)] += count;
             });
  }

  // Of the highest score by spending: how many, and how many of them stay away.
  std::pair<std::uint64_t, std::uint64_t> top(rules::DayNumber today) {
    const auto& bounds = club_.programme.bounds_reckoned;
    if (!bounds) return {};
    Rows rows = connection_
                    .prepare(
                        "SELECT COUNT(*), CAST(COALESCE(SUM(visits >= 3 AND ? - last_day > 2 * ((last_day -"
                        " first_day) DIV NULLIF(CAST(visits AS SIGNED) - 1, 0))), 0) AS UNSIGNED) FROM"
                        " behaviour FORCE INDEX (behaviour_of_club) WHERE club_id = ? AND branch_no = 0 AND"
                        " visits > 0 AND spent >= ?")
                    .add(today)
                    .add(club_.id)
                    .add(bounds->spent[3])
                    .query();
    rows.next();
    const std::uint64_t all = rows.u64();
    return {all, rows.u64()};
  }

 private:
  static constexpr const char* kItems = " STRAIGHT_JOIN purchase_item i ON i.purchase_id = p.purchase_id";

  // `before` ends with FROM; `joins` follows the purchases, `after` their conditions.
  Statement& ask(const std::string& before, const std::string& joins, const std::string& after,
                 const InsightSpan& span) {
    Statement& statement = connection_.prepare(
        before + " purchase p FORCE INDEX (purchase_branch)" + joins +
        " WHERE p.club_id = ? AND p.branch_no"
        " IN (" +
        placeholders(branches_.size(), 1) +
        ") AND p.recorded_at >= ? AND p.recorded_at < ? AND p.refunded < p.amount" + after);
    statement.add(club_.id);
    for (const BranchNo branch : branches_) statement.add(branch);
    return statement.add(span.from).add(span.until);
  }

  // Of all purchases, then of those with each item. take(rows, counts) reads what is counted by, and the
  // count.
  template <typename Take>
  void count_by(const std::string& by, const std::string& joins, const InsightSpan& span, Cross& cross,
                Take take) {
    {
      Rows rows = ask("SELECT " + by + ", COUNT(*) FROM", joins, " GROUP BY 1", span).query();
      while (rows.next()) take(rows, cross.all);
    }
    if (cross.items.empty()) return;
    Statement& statement =
        ask("SELECT i.word, " + by + ", COUNT(DISTINCT p.purchase_id) FROM", kItems + joins,
            " AND i.word IN (" + placeholders(kCrossItems, 1) + ") GROUP BY 1, 2", span);
    for (std::size_t i = 0; i < kCrossItems; ++i)
      statement.add(cross.items[std::min(i, cross.items.size() - 1)].word);
    for (Rows rows = statement.query(); rows.next();) {
      const auto item = std::ranges::find(cross.items, rows.u64(), &CrossItem::word);
      take(rows, item->counts);
    }
  }

  Connection& connection_;
  const Club& club_;
  std::vector<BranchNo> branches_;
};

// As many days, just before.
InsightSpan span_before(const Club& club, const InsightSpan& span) {
  const auto first = std::chrono::sys_days{templates::local_date(span.from, club.time_zone)};
  const auto last = std::chrono::sys_days{templates::local_date(span.until, club.time_zone)};
  return {templates::instant_of(first - (last - first), club.time_zone), span.from};
}

}  // namespace

InsightSpan insight_span(const Club& club, rules::Instant now) {
  const auto today = std::chrono::sys_days{templates::local_date(now, club.time_zone)};
  return {templates::instant_of(today - std::chrono::days{kInsightDays}, club.time_zone),
          templates::start_of_local_day(now, club.time_zone)};
}

Insight read_insight(Connection& connection, const Club& club, const InsightSpan& span, rules::Instant now) {
  InsightReader reader(connection, club);
  Insight insight{.from = span.from, .until = span.until};
  std::tie(insight.purchases, insight.sold) = reader.sold(span);
  std::tie(insight.purchases_before, insight.sold_before) = reader.sold(span_before(club, span));
  std::tie(insight.by_members, insight.by_top) = reader.by_members(span);
  const auto today = std::chrono::sys_days{templates::local_date(now, club.time_zone)};
  std::tie(insight.top, insight.top_asleep) =
      reader.top(static_cast<rules::DayNumber>(today.time_since_epoch().count()));
  for (CrossItem& best : reader.best(span, 1)) {
    insight.best = std::move(best.name);
    insight.best_count = best.purchases;
  }
  return insight;
}

void save_insight(Connection& connection, ClubId club, const Insight& insight) {
  const std::uint64_t changed =
      connection
          .prepare(
              "INSERT INTO insight (club_id, from_at, until_at, purchases, purchases_before, sold, "
              "sold_before,"
              " by_members, by_top, top_members, top_asleep, best, best_count) VALUES (?, ?, ?, ?, ?, ?, ?, "
              "?, ?,"
              " ?, ?, ?, ?) ON DUPLICATE KEY UPDATE from_at = VALUES(from_at), until_at = VALUES(until_at),"
              " purchases = VALUES(purchases), purchases_before = VALUES(purchases_before), sold = "
              "VALUES(sold),"
              " sold_before = VALUES(sold_before), by_members = VALUES(by_members), by_top = VALUES(by_top),"
              " top_members = VALUES(top_members), top_asleep = VALUES(top_asleep), best = VALUES(best),"
              " best_count = VALUES(best_count)")
          .add(club)
          .add(insight.from)
          .add(insight.until)
          .add(insight.purchases)
          .add(insight.purchases_before)
          .add(insight.sold)
          .add(insight.sold_before)
          .add(insight.by_members)
          .add(insight.by_top)
          .add(insight.top)
          .add(insight.top_asleep)
          .add(insight.best)
          .add(insight.best_count)
          .update();
  if (changed == 0) return;
  connection.prepare("UPDATE club SET version = version + 1 WHERE club_id = ?").add(club).update();
}

void load_insights(Connection& connection, std::vector<Club>& clubs) {
  Rows rows = connection
                  .prepare(
                      "SELECT club_id, from_at, until_at, purchases, purchases_before, sold, sold_before,"
                      " by_members, by_top, top_members, top_asleep, best, best_count FROM insight")
                  .query();
  while (rows.next()) {
    const auto club = std::ranges::find(clubs, rows.u32(), &Club::id);
    if (club == clubs.end()) continue;
    Insight& insight = club->programme.insight.emplace();
    insight.from = rows.instant();
    insight.until = rows.instant();
    insight.purchases = rows.u64();
    insight.purchases_before = rows.u64();
    insight.sold = rows.i64();
    insight.sold_before = rows.i64();
    insight.by_members = rows.i64();
    insight.by_top = rows.i64();
    insight.top = rows.u64();
    insight.top_asleep = rows.u64();
    insight.best = rows.text();
    insight.best_count = rows.u64();
  }
}

std::vector<SalesDay> read_sales_days(Connection& connection, const Club& club, const InsightSpan& span) {
  return InsightReader(connection, club).days(span);
}

Cross read_cross(Connection& connection, const Club& club, const InsightSpan& span) {
  InsightReader reader(connection, club);
  Cross cross;
  cross.items = reader.best(span, kCrossItems);
  reader.count_parts(span, cross);
  reader.count_tiers(span, cross);
  reader.count_segments(span, cross);
  return cross;
}

}  // namespace peyk::store
