#include "store/mysql/erasure.hpp"

#include <algorithm>

#include "handlers/effects.hpp"
#include "handlers/rules/attempts.hpp"
#include "store/mysql/cancel.hpp"
#include "store/mysql/receipts.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

struct Leaver {
  MemberId member = 0;
  ClubId club = 0;
  PhoneNumber phone = 0;
  rules::Instant left_at{};
  rules::Instant until{};  // of her texts: two gateways' clocks differ, and one may write her last notice
};

constexpr std::chrono::minutes kClocksDiffer{1};

// But not what is of her new membership.
void bound_texts(Connection& connection, std::vector<Leaver>& leavers) {
  for (Leaver& leaver : leavers) leaver.until = leaver.left_at + kClocksDiffer;
  select_in(
      connection, "SELECT club_id, phone, joined_at FROM member WHERE (club_id, phone) IN (", "", 2, leavers,
      [](Statement& s, const Leaver& leaver) { s.add(leaver.club).add(leaver.phone); },
      [&leavers](Rows& rows) {
        const ClubId club = rows.u32();
        const PhoneNumber phone = rows.u64();
        const rules::Instant before = rows.instant() - std::chrono::microseconds{1};
        for (Leaver& leaver : leavers) {
          if (leaver.club == club && leaver.phone == phone)
            leaver.until = std::clamp(before, leaver.left_at, leaver.until);
        }
      });
}

std::vector<Leaver> take_turns(Connection& connection, rules::Instant now, std::uint32_t limit) {
  std::vector<Leaver> leavers;
  Rows rows = connection
                  .prepare(
                      "SELECT member_id, club_id, phone, left_at FROM erasure WHERE next_at <= ?"
                      " ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED")
                  .add(now)
                  .add(limit)
                  .query();
  while (rows.next()) {
    Leaver leaver{.member = rows.u64()};
    leaver.club = rows.u32();
    leaver.phone = rows.u64();
    leaver.left_at = rows.instant();
    leavers.push_back(leaver);
  }
  return leavers;
}

// One leaver's share of the work.
class Eraser {
 public:
  Eraser(Connection& connection, const Leaver& leaver, rules::Instant now, std::uint32_t rows_max)
      : connection_(connection), leaver_(leaver), now_(now), rows_max_(rows_max) {}

  void run() {
    invited();  // members before anything else, as everybody locks them
    purchases();
    purchases_as_stranger();
    cancel_scheduled();
    texts();
    history();
    habits();
    counts();
  }
  std::uint64_t rows() const { return rows_; }
  bool more() const { return more_; }
  bool waits() const { return waits_; }

 private:
  void count(std::uint64_t changed) {
    rows_ += changed;
    more_ |= changed >= rows_max_;
  }

  void purchases() {
    count(connection_
              .prepare("UPDATE purchase SET phone = NULL WHERE member_id = ? AND phone IS NOT NULL LIMIT ?")
              .add(leaver_.member)
              .add(rows_max_)
              .update());
  }

  // From before she joined.
  void purchases_as_stranger() {
    std::vector<std::uint64_t> ids;
    {
      Rows rows =
          connection_
              .prepare("SELECT purchase_id FROM purchase_of_stranger WHERE club_id = ? AND phone = ? LIMIT ?")
              .add(leaver_.club)
              .add(leaver_.phone)
              .add(rows_max_)
              .query();
      while (rows.next()) ids.push_back(rows.u64());
    }
    update_in(connection_, "UPDATE purchase SET phone = NULL WHERE purchase_id IN (", ids);
    update_in(connection_,
              "DELETE FROM purchase_of_stranger WHERE club_id = ? AND phone = ? AND purchase_id IN (", ids,
              [this](Statement& s) { s.add(leaver_.club).add(leaver_.phone); });
    count(ids.size());
  }

  void cancel_scheduled() {
    const auto ids = find_waiting(connection_, {.club = leaver_.club, .phone = leaver_.phone}, scheduled, "",
                                  0, rows_max_);
    std::vector<MessageId> before;
    select_in(
        connection_, "SELECT message_id FROM outbox WHERE created_at <= ? AND message_id IN (", "", 1, ids,
        [this, bound = std::size_t{0}](Statement& s, MessageId id) mutable {
          if (bound++ % kSetRowsMax == 0) s.add(leaver_.until);  // each statement's first parameter
          s.add(id);
        },
        [&before](Rows& rows) { before.push_back(rows.u64()); });
    cancel_waiting(connection_, before, "the member has left", now_);
    more_ |= ids.size() >= rows_max_;
  }

  // What is over: 3 delivered 8 cancelled, and 4 failed 5 expired 6 unknown, which could be sent anew, but
  // not to nobody. 2 submitted and 6 wait for the time in which a receipt may come.
  void texts() {
    count(empty("outbox", " AND (state IN (3, 4, 5, 8) OR (state IN (2, 6) AND settled_at < ?))",
                now_ - kReceiptsAwaited));
    Rows rows =
        connection_
            .prepare("SELECT 1 FROM outbox WHERE phone = ? AND club_id = ? AND created_at <= ? LIMIT 1")
            .add(leaver_.phone)
            .add(leaver_.club)
            .add(leaver_.until)
            .query();
    waits_ |= rows.next();
  }

  // Whatever its state: a receipt for it is looked for in the outbox alone.
  void history() { count(empty("outbox_history", " AND created_at <= ?", leaver_.until)); }

  std::uint64_t empty(const char* table, const char* which, rules::Instant bound) {
    return connection_
        .prepare(
            "UPDATE " + std::string(table) +
            " SET phone = 0, text = '', reason = CASE WHEN state IN (4, 5, 6) THEN 'the member has left' ELSE"
            " reason END, state = CASE WHEN state IN (4, 5, 6) THEN 8 ELSE state END"
            " WHERE phone = ? AND club_id = ? AND created_at <= ?" +
            which + " LIMIT ?")
        .add(leaver_.phone)
        .add(leaver_.club)
        .add(leaver_.until)
        .add(bound)
        .add(rows_max_)
        .update();
  }

  void counts() {
    count(connection_.prepare("DELETE FROM promo_sent WHERE club_id = ? AND phone = ? AND at <= ? LIMIT ?")
              .add(leaver_.club)
              .add(leaver_.phone)
              .add(leaver_.left_at)
              .add(rows_max_)
              .update());
    connection_.prepare("DELETE FROM promo_phone WHERE club_id = ? AND phone = ?")
        .add(leaver_.club)
        .add(leaver_.phone)
        .update();
    // In the order in which requests lock them.
    connection_.prepare("DELETE FROM pending WHERE club_id = ? AND phone = ? AND asked_at <= ?")
        .add(leaver_.club)
        .add(leaver_.phone)
        .add(leaver_.left_at)
        .update();
    connection_
        .prepare(
            "DELETE FROM line_phone WHERE phone = ? AND promo_stopped = 0 AND line ="
            " (SELECT line FROM club WHERE club_id = ?)")
        .add(leaver_.phone)
        .add(leaver_.club)
        .update();
    guesses();
    receipts();
  }

  // A receipt names a phone and no club: one that still looks for its text may be another club's.
  void receipts() {
    connection_.prepare("UPDATE receipt_aside SET phone = 0 WHERE phone = ?").add(leaver_.phone).update();
    Rows rows = connection_.prepare("SELECT 1 FROM receipt_parked WHERE phone = ? AND parked_at <= ? LIMIT 1")
                    .add(leaver_.phone)
                    .add(leaver_.until)
                    .query();
    waits_ |= rows.next();
  }

  // Who guesses at codes waits, member or not: leaving and joining anew does not begin it anew.
  void guesses() {
    connection_
        .prepare(
            "DELETE FROM code_guess WHERE club_id = ? AND phone = ? AND COALESCE(miss_window_at, ?) <= ? AND"
            " COALESCE(locked_until, ?) <= ?")
        .add(leaver_.club)
        .add(leaver_.phone)
        .add(leaver_.left_at)
        .add(now_ - rules::kMissWindow)
        .add(leaver_.left_at)
        .add(now_)
        .update();
    Rows rows = connection_.prepare("SELECT 1 FROM code_guess WHERE club_id = ? AND phone = ?")
                    .add(leaver_.club)
                    .add(leaver_.phone)
                    .query();
    waits_ |= rows.next();
  }

  // What she got stays with the ledger: points, and what offers gave; not by what they knew her. Segments
  // tell what she told: city, age.
  void habits() {
    count(connection_.prepare("UPDATE offer_grant SET facts = '' WHERE member_id = ? AND facts <> '' LIMIT ?")
              .add(leaver_.member)
              .add(rows_max_)
              .update());
    for (const char* table : {"behaviour", "offer_use", "segment_mask"})
      count(connection_.prepare("DELETE FROM " + std::string(table) + " WHERE member_id = ? LIMIT ?")
                .add(leaver_.member)
                .add(rows_max_)
                .update());
  }

  void invited() {
    count(connection_
              .prepare("UPDATE member SET referred_by = NULL WHERE club_id = ? AND referred_by = ? LIMIT ?")
              .add(leaver_.club)
              .add(leaver_.phone)
              .add(rows_max_)
              .update());
  }

  Connection& connection_;
  const Leaver& leaver_;
  rules::Instant now_;
  std::uint32_t rows_max_;
  std::uint64_t rows_ = 0;
  bool more_ = false, waits_ = false;
};

}  // namespace

void list_erasures(Connection& connection, std::span<const EndMembership* const> ended) {
  std::map<MemberId, const EndMembership*> members;
  for (const EndMembership* end : ended) members[end->member] = end;
  if (members.empty()) return;
  upsert_set(connection, "INSERT INTO erasure (member_id, club_id, phone, left_at, next_at) VALUES ",
             "next_at = VALUES(next_at)", 5, members, [](Statement& s, const auto& one) {
               const EndMembership& end = *one.second;
               s.add(end.member).add(end.club).add(end.phone).add(end.at).add(end.at);
             });
}

Erased erase_due(Connection& connection, rules::Instant now, std::uint32_t members_max,
                 std::uint32_t rows_max) {
  Erased erased;
  std::vector<Leaver> leavers = take_turns(connection, now, members_max);
  bound_texts(connection, leavers);
  std::vector<MemberId> done, later;
  for (const Leaver& leaver : leavers) {
    Eraser eraser(connection, leaver, now, rows_max);
    eraser.run();
    erased.rows += eraser.rows();
    if (eraser.more()) {
      erased.more = true;
    } else {
      (eraser.waits() ? later : done).push_back(leaver.member);
    }
  }
  update_in(connection, "DELETE FROM erasure WHERE member_id IN (", done);
  update_in(connection, "UPDATE erasure SET next_at = ? WHERE member_id IN (", later,
            [now](Statement& s) { s.add(now + kErasureTriedEvery); });
  erased.members = done.size();
  erased.more |= leavers.size() >= members_max;
  return erased;
}

}  // namespace peyk::store
