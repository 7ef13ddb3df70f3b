#include "store/mysql/day_oddities.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "store/mysql/sets.hpp"
#include "templates/dates.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

// A day of one club, asked sort by sort.
class DayReader {
 public:
  DayReader(Connection& connection, const DigestDay& day)
      : connection_(connection), day_(day), club_(*day.club), limits_(day.club->policy.digest) {
    // Each branch by name: so the day is a range of an index that begins with club and branch.
    const std::size_t padded = std::bit_ceil(std::max<std::size_t>(club_.branches.size(), 1));
    in_branches_ = "club_id = ? AND branch_no IN (" + placeholders(padded, 1) + ")";
    for (std::size_t i = 0; i < padded; ++i)
      branches_.push_back(
          club_.branches.empty() ? 0 : club_.branches[std::min(i, club_.branches.size() - 1)].number);
  }

  ClubDay read() {
    own_phone();
    split();
    refunds();
    parked();
    voids();
    misses();
    purchases();
    quiet();
    if (limits_.when == DigestWhen::daily) read_figures();
    return std::move(found_);
  }

 private:
  // "… WHERE the club's branches AND that day", of a table with an index by both.
  Statement& ask_of_branches(const std::string& before, std::string_view at, const std::string& after) {
    Statement& statement = connection_.prepare(before + " WHERE " + in_branches_ + " AND " + std::string(at) +
                                               " >= ? AND " + std::string(at) + " < ? " + after);
    statement.add(club_.id);
    for (const BranchNo branch : branches_) statement.add(branch);
    return statement.add(day_.from).add(day_.until);
  }

  // A purchase that was given back whole is none.
  static std::string bought(std::string_view columns) {
    return "(SELECT phone, branch_no, purchased_at, amount - refunded AS kept" + std::string(columns) +
           " FROM purchase FORCE INDEX (purchase_branch)";
  }
  static constexpr const char* kStands = "AND phone IS NOT NULL AND refunded < amount) p";
  static std::string worst() {
    return " ORDER BY count DESC, kept DESC, phone LIMIT " + std::to_string(kOdditiesEach);
  }

  // Rows: phone, one of the branches, how many branches, count, amount.
  void take_phones(Oddity what, Statement& statement) {
    for (Rows rows = statement.query(); rows.next();) {
      OddThing odd{.what = what, .phone = rows.u64()};
      odd.branch = rows.u32();
      odd.branches = rows.u32();
      odd.count = rows.u64();
      odd.amount = rows.i64();
      found_.odd.push_back(std::move(odd));
    }
  }
  // Rows: cashier, till, branch, count, amount.
  void take_doers(Oddity what, Statement& statement) {
    for (Rows rows = statement.query(); rows.next();) {
      OddThing odd{.what = what, .phone = rows.u64()};
      odd.till = rows.text();
      odd.branch = rows.u32();
      odd.count = rows.u64();
      odd.amount = rows.i64();
      found_.odd.push_back(std::move(odd));
    }
  }

  static constexpr const char* kOfAPhone =
      "SELECT p.phone, MIN(p.branch_no), COUNT(DISTINCT p.branch_no), COUNT(*) AS count,"
      " CAST(SUM(p.kept) AS SIGNED) AS kept FROM ";

  void own_phone() {
    if (limits_.own_phone == 0) return;
    take_phones(Oddity::own_phone,
                ask_of_branches(kOfAPhone + bought(", club_id"), "recorded_at",
                                std::string(kStands) +
                                    " STRAIGHT_JOIN cashier c ON c.club_id = p.club_id AND c.phone = p.phone"
                                    " AND c.is_active = 1 GROUP BY p.phone HAVING COUNT(*) >= ?" +
                                    worst())
                    .add(limits_.own_phone));
  }

  void purchases() {
    if (limits_.purchases == 0) return;
    take_phones(Oddity::purchases,
                ask_of_branches(kOfAPhone + bought(""), "recorded_at",
                                std::string(kStands) + " GROUP BY p.phone HAVING COUNT(*) >= ?" + worst())
                    .add(limits_.purchases));
  }

  // By the till's clock: what it reported together need not have been bought together. Of each phone and
  // branch the densest while.
  void split() {
    if (limits_.split == 0) return;
    const std::string seconds =
        std::to_string(std::chrono::seconds{std::chrono::minutes{limits_.split_minutes}}.count());
    take_phones(
        Oddity::split,
        ask_of_branches(
            "SELECT w.phone, w.branch_no, 1, MAX(w.together) AS count, CAST(MAX(w.kept) AS SIGNED) AS kept "
            "FROM"
            " (SELECT p.phone, p.branch_no, COUNT(*) OVER lately AS together, SUM(p.kept) OVER lately AS kept"
            " FROM " +
                bought(""),
            "recorded_at",
            std::string(kStands) +
                " WINDOW lately AS (PARTITION BY p.branch_no, p.phone ORDER BY"
                " TIMESTAMPDIFF(SECOND, '2000-01-01', p.purchased_at) RANGE BETWEEN " +
                seconds +
                " PRECEDING AND CURRENT ROW)) w WHERE w.together >= ? GROUP BY w.phone, w.branch_no" +
                worst())
            .add(limits_.split));
  }

  void refunds() {
    if (limits_.refunds == 0) return;
    take_doers(Oddity::refunds,
               ask_of_branches("SELECT 0 AS phone, till_key, branch_no, COUNT(*) AS count,"
                               " CAST(SUM(amount) AS SIGNED) AS kept FROM refund FORCE INDEX (refund_branch)",
                               "at",
                               "AND state = 1 AND owed + withheld > 0 GROUP BY till_key, branch_no"
                               " HAVING COUNT(*) >= ?" +
                                   worst())
                   .add(limits_.refunds));
  }

  // That came three days before this day, and whose purchase has not come since.
  void parked() {
    if (limits_.refunds == 0) return;
    take_doers(
        Oddity::parked,
        connection_
            .prepare("SELECT 0 AS phone, till_key, branch_no, COUNT(*) AS count, 0 AS kept FROM refund"
                     " FORCE INDEX (refund_parked) WHERE state = 2 AND club_id = ? AND at >= ? AND at < ?"
                     " GROUP BY till_key, branch_no ORDER BY count DESC, till_key, branch_no LIMIT " +
                     std::to_string(kOdditiesEach))
            .add(club_.id)
            .add(day_.from - kParkedOddAfter)
            .add(day_.until - kParkedOddAfter));
  }

  // Of all clubs together there are few: by their own time, whatever the redemption's.
  void voids() {
    if (limits_.voids == 0) return;
    take_doers(
        Oddity::voids,
        connection_
            .prepare("SELECT v.cashier_phone AS phone, v.till_key, MIN(r.branch_no), COUNT(*) AS count,"
                     " CAST(SUM(r.used) AS SIGNED) AS kept FROM redemption_void v FORCE INDEX"
                     " (redemption_void_at) STRAIGHT_JOIN redemption r ON r.redemption_id = v.redemption_id"
                     " WHERE v.at >= ? AND v.at < ? AND r.club_id = ? GROUP BY v.cashier_phone, v.till_key"
                     " HAVING COUNT(*) >= ?" +
                     worst())
            .add(day_.from)
            .add(day_.until)
            .add(club_.id)
            .add(limits_.voids));
  }

  void misses() {
    if (limits_.misses > 0)
      take_doers(
          Oddity::misses,
          connection_
              .prepare("SELECT cashier_phone AS phone, till_key, branch_no, misses AS count, 0 AS kept FROM"
                       " miss_day WHERE club_id = ? AND day_from = ? AND misses >= ?" +
                       worst())
              .add(club_.id)
              .add(day_.from)
              .add(limits_.misses));
    if (limits_.club_misses == 0) return;
    Rows rows = connection_
                    .prepare(
                        "SELECT CAST(COALESCE(SUM(misses), 0) AS UNSIGNED) FROM miss_day WHERE club_id = ?"
                        " AND day_from = ?")
                    .add(club_.id)
                    .add(day_.from)
                    .query();
    const std::uint64_t all = rows.next() ? rows.u64() : 0;
    if (all >= limits_.club_misses) found_.odd.push_back({.what = Oddity::club_misses, .count = all});
  }

  // Her absence is longer than that since this morning: by the day after the one that is told of.
  void quiet() {
    const auto& bounds = club_.programme.bounds_reckoned;
    if (limits_.quiet == 0 || !bounds) return;
    const std::chrono::sys_days morning = templates::local_date(day_.until, club_.time_zone);
    const auto today = static_cast<std::int32_t>(morning.time_since_epoch().count());
    const std::string limit = "? * ((b.last_day - b.first_day) DIV (CAST(b.visits AS SIGNED) - 1))";
    take_phones(Oddity::quiet,
                connection_
                    .prepare("SELECT m.phone, m.last_purchase_branch, 1, ? - b.last_day AS count, b.spent AS"
                             " kept FROM behaviour b FORCE INDEX (behaviour_of_club) STRAIGHT_JOIN member m"
                             " ON m.member_id = b.member_id WHERE b.club_id = ? AND b.branch_no = 0 AND"
                             " b.spent >= ? AND b.visits >= 3 AND (? - b.last_day) * 100 > " +
                             limit + " AND (? - b.last_day - 1) * 100 <= " + limit +
                             " AND m.phone IS NOT NULL ORDER BY kept DESC, m.phone LIMIT " +
                             std::to_string(kOdditiesEach))
                    .add(today)
                    .add(club_.id)
                    .add(bounds->spent[3])
                    .add(today)
                    .add(std::int64_t{limits_.quiet})
                    .add(today)
                    .add(std::int64_t{limits_.quiet}));
  }

  void read_figures() {
    std::map<BranchNo, rules::Amount> sold;
    DayFigures& figures = found_.figures;
    for (Rows rows = ask_of_branches("SELECT branch_no, COUNT(*), CAST(SUM(amount) AS SIGNED) FROM purchase"
                                     " FORCE INDEX (purchase_branch)",
                                     "recorded_at", "GROUP BY branch_no")
                         .query();
         rows.next();) {
      const BranchNo branch = rows.u32();
      figures.sales += rows.u64();
      sold[branch] += rows.i64();
    }
    for (Rows rows = ask_of_branches("SELECT branch_no, CAST(SUM(amount) AS SIGNED) FROM refund FORCE INDEX"
                                     " (refund_branch)",
                                     "at", "AND state = 1 GROUP BY branch_no")
                         .query();
         rows.next();) {
      const BranchNo branch = rows.u32();
      sold[branch] -= rows.i64();
    }
    for (const auto& [branch, amount] : sold) {
      figures.sold += amount;
      if (figures.best == 0 || amount > sold[figures.best]) figures.best = branch;
    }
    Rows rows =
        connection_
            .prepare("SELECT COUNT(*) FROM member WHERE club_id = ? AND joined_at >= ? AND joined_at < ?")
            .add(club_.id)
            .add(day_.from)
            .add(day_.until)
            .query();
    if (rows.next()) figures.joined = rows.u64();
  }

  Connection& connection_;
  const DigestDay& day_;
  const Club& club_;
  const DigestPolicy& limits_;
  std::string in_branches_;
  std::vector<BranchNo> branches_;
  ClubDay found_;
};

}  // namespace

ClubDay read_club_day(Connection& connection, const DigestDay& day) {
  return DayReader(connection, day).read();
}

}  // namespace peyk::store
