#include "store/mysql/readings.hpp"

#include <algorithm>
#include <vector>

#include "store/mysql/offer_uses.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

// Events are as handlers::Event. Each SELECT walks one index backwards, as far as its LIMIT. Columns: which
// of the keys, event, at, amount, credit, row, share, expiry, phone of the other, what was refunded, the
// item.
constexpr const char* kPurchases =
    "(SELECT CAST(? AS UNSIGNED) AS which, 0 AS event, purchased_at AS at, amount, earned, purchase_id AS id,"
    " 0 AS share, NULL AS expires_at, NULL AS phone, refunded, '' AS item FROM purchase WHERE member_id = ?"
    " ORDER BY purchased_at DESC, purchase_id DESC LIMIT ? OFFSET ?)";
// The same with what was free beside each: a page has few rows.
constexpr const char* kStatement =
    "(SELECT CAST(? AS UNSIGNED) AS which, 0 AS event, p.purchased_at AS at, p.amount, p.earned,"
    " p.purchase_id AS id, 0 AS share, NULL AS expires_at, NULL AS phone, p.refunded, CASE WHEN p.grants > 0"
    " THEN COALESCE((SELECT GROUP_CONCAT(c.item ORDER BY c.code_id SEPARATOR ', ') FROM offer_grant g JOIN"
    " code c ON c.lot_id = g.lot_id WHERE g.purchase_id = p.purchase_id AND g.kind = 9), '') ELSE '' END AS"
    " item FROM purchase p WHERE p.member_id = ? ORDER BY p.purchased_at DESC, p.purchase_id DESC LIMIT ?"
    " OFFSET ?)";
// 2 redeem 3 expire 4 void 7 claw_back 8 return_credit 10 settle
constexpr const char* kEntries =
    "(SELECT CAST(? AS UNSIGNED), CASE kind WHEN 2 THEN 1 WHEN 3 THEN 2 WHEN 4 THEN 3 WHEN 7 THEN 7 WHEN 8"
    " THEN 8 ELSE 9 END, at, amount, 0, entry_id, 0, NULL, NULL, 0, '' FROM ledger_entry WHERE member_id = ?"
    " AND kind IN (2, 3, 4, 7, 8, 10) ORDER BY at DESC, entry_id DESC LIMIT ?)";
// 2 transfer 4 undo of one 5 gift
constexpr const char* kGiven =
    "(SELECT CAST(? AS UNSIGNED), 4, at, amount, 0, move_id, 0, NULL, NULL, 0, '' FROM credit_move"
    " WHERE from_member_id = ? AND kind IN (2, 4) ORDER BY at DESC LIMIT ?)";
constexpr const char* kReceived =
    "(SELECT CAST(? AS UNSIGNED), CASE kind WHEN 5 THEN 6 ELSE 5 END, at, amount, 0, move_id, 0, NULL, NULL, "
    "0, ''"
    " FROM credit_move WHERE to_member_id = ? AND kind IN (2, 4, 5) ORDER BY at DESC LIMIT ?)";
// What offers gave without a purchase, an instant a row. Effects 2 credit by percent 3 credit.
constexpr const char* kOccasions =
    "(SELECT CAST(? AS UNSIGNED), 10, at, CAST(SUM(value) AS SIGNED), 0, MIN(grant_id), 0, NULL, NULL, 0, '' "
    "FROM"
    " offer_grant WHERE member_id = ? AND purchase_id = 0 AND kind IN (2, 3) GROUP BY at ORDER BY at DESC"
    " LIMIT ?)";
// The club's own credit for a profile: a lot of origin 2 that is hers from the beginning. Once a membership.
constexpr const char* kProfile =
    "(SELECT CAST(? AS UNSIGNED), 11, l.created_at, l.issued, 0, l.lot_id, 0, l.expires_at, NULL, 0, '' FROM"
    " profile f JOIN lot l ON l.member_id = f.member_id AND l.origin = 2 AND l.created_at = f.completed_at"
    " WHERE f.member_id = ? LIMIT 1)";
constexpr const char* kLastOccasion =
    "(SELECT CAST(? AS UNSIGNED), 10, g.at, CAST(SUM(g.value) AS SIGNED), 0, MIN(g.grant_id), 0,"
    " MIN(l.expires_at), NULL, 0, '' FROM offer_grant g JOIN lot l ON l.lot_id = g.lot_id WHERE g.member_id "
    "= ? "
    "AND"
    " g.purchase_id = 0 AND g.kind IN (2, 3) GROUP BY g.at ORDER BY g.at DESC LIMIT 1)";
constexpr const char* kLastEarned =
    "(SELECT CAST(? AS UNSIGNED) AS which, 0 AS event, p.purchased_at AS at, p.amount, p.earned,"
    " p.purchase_id AS id, p.earn_share AS share, l.expires_at, NULL AS phone, p.refunded, '' AS item FROM "
    "purchase p"
    " JOIN code c ON c.code_id = p.code_id JOIN lot l ON l.lot_id = c.lot_id WHERE p.member_id = ?"
    " ORDER BY p.purchased_at DESC, p.purchase_id DESC LIMIT 1)";
constexpr const char* kLastReceived =
    "(SELECT CAST(? AS UNSIGNED), CASE v.kind WHEN 5 THEN 6 ELSE 5 END, v.at, v.amount, 0, v.move_id, 0, "
    "(SELECT MIN(l.expires_at) FROM lot l"
    " WHERE l.member_id = v.to_member_id AND l.created_at = v.at), m.phone, 0, '' FROM credit_move v"
    " JOIN member m ON m.member_id = v.from_member_id WHERE v.to_member_id = ? AND v.kind IN (2, 5)"
    " ORDER BY v.at DESC LIMIT 1)";

// Codes of items that offers gave, and what was handed over for one. Effect 9 item.
constexpr const char* kItemsGiven =
    "(SELECT CAST(? AS UNSIGNED), 12, g.at, 0, 0, g.grant_id, 0, NULL, NULL, 0, c.item FROM offer_grant g"
    " JOIN code c ON c.lot_id = g.lot_id WHERE g.member_id = ? AND g.kind = 9 ORDER BY g.at DESC LIMIT ?)";
constexpr const char* kHandedOver =
    "(SELECT CAST(? AS UNSIGNED), 13, h.at, 0, 0, h.handover_id, 0, NULL, NULL, 0, c.item FROM handover h"
    " JOIN code c ON c.code_id = h.code_id WHERE h.member_id = ? AND h.voided_at IS NULL ORDER BY h.at DESC "
    "LIMIT ?)";
constexpr const char* kLastItem =
    "(SELECT CAST(? AS UNSIGNED), 12, g.at, 0, 0, g.grant_id, 0, l.expires_at, NULL, 0, c.item FROM "
    "offer_grant g"
    " JOIN lot l ON l.lot_id = g.lot_id JOIN code c ON c.lot_id = g.lot_id WHERE g.member_id = ? AND g.kind "
    "= 9"
    " ORDER BY g.at DESC, g.grant_id DESC LIMIT 1)";

struct Asked {
  ReadingKey key;
  MemberId member = 0;
};

std::string text_for(Reading what) {
  const auto all = [](std::initializer_list<const char*> parts) {
    std::string text;
    for (const char* part : parts) text += (text.empty() ? "" : " UNION ALL ") + std::string(part);
    return text;
  };
  switch (what) {
    case Reading::history:
      return all({kPurchases, kEntries, kGiven, kReceived, kOccasions, kItemsGiven, kHandedOver, kProfile});
    case Reading::statement:
      return kStatement;
    case Reading::why:
      return all({kLastEarned, kLastReceived, kLastOccasion, kLastItem, kProfile});
  }
  throw std::logic_error("text_for: not a Reading");
}

void bind(Statement& s, std::uint64_t which, const Asked& asked) {
  switch (asked.key.what) {
    case Reading::history:
      s.add(which).add(asked.member).add(kHistoryRows).add(std::uint32_t{0});
      for (int i = 0; i < 6; ++i) s.add(which).add(asked.member).add(kHistoryRows);
      s.add(which).add(asked.member);
      return;
    case Reading::statement:
      s.add(which).add(asked.member).add(kStatementRows + 1).add(asked.key.skip);
      return;
    case Reading::why:
      for (int i = 0; i < 5; ++i) s.add(which).add(asked.member);
      return;
  }
}

void read(Rows& rows, std::span<const Asked> asked, Facts& facts) {
  const ReadingKey& key = asked[rows.u64()].key;
  Past past;
  past.what = static_cast<Event>(rows.u64());
  past.at = rows.instant();
  past.amount = rows.i64();
  past.credit = rows.i64();
  past.row = rows.u64();
  past.share = static_cast<rules::BasisPoints>(rows.i64());
  past.expires_at = rows.instant();
  past.other = rows.maybe_u64().value_or(0);
  past.refunded = rows.i64();
  past.item = rows.text();
  facts.load(key, past);
}

constexpr std::size_t kAskedTogetherMax = 16;  // of those who read in one batch, in one statement

void load_some(Connection& connection, Reading what, std::span<const Asked> asked, Facts& facts) {
  const std::string one = text_for(what);
  std::string text;
  for (std::size_t i = 0; i < asked.size(); ++i) text += (i == 0 ? "" : " UNION ALL ") + one;
  Statement& statement = connection.prepare(text);
  for (std::size_t i = 0; i < asked.size(); ++i) bind(statement, i, asked[i]);
  for (Rows rows = statement.query(); rows.next();) read(rows, asked, facts);
}

// Of what it is told which offers gave it.
struct Explained {
  std::set<std::uint64_t> purchases;  // the last, by WHY
  std::set<std::uint64_t> occasions;  // by one grant of each
};
Explained explained(const std::set<ReadingKey>& keys, const Facts& facts) {
  Explained all;
  for (const ReadingKey& key : keys) {
    auto read = facts.reading(key);
    read = read.first(std::min<std::size_t>(read.size(), key.what == Reading::why ? 1 : kHistoryRows));
    for (const Past& past : read) {
      if (past.what == Event::purchase && key.what == Reading::why) all.purchases.insert(past.row);
      const bool of_item = past.what == Event::item && key.what == Reading::why;
      if (past.what == Event::occasion || of_item) all.occasions.insert(past.row);
    }
  }
  return all;
}

}  // namespace

void load_readings(Connection& connection, const std::set<ReadingKey>& keys, Facts& facts) {
  std::map<Reading, std::vector<Asked>> asked;
  for (const ReadingKey& key : keys) {
    if (const Member* member = facts.member(MemberKey{key.club, key.phone}))
      asked[key.what].push_back({key, member->id});
  }
  for (const auto& [what, all] : asked) {
    for (std::span<const Asked> left = all; !left.empty();) {
      const std::size_t count = std::min(left.size(), kAskedTogetherMax);
      load_some(connection, what, left.first(count), facts);
      left = left.subspan(count);
    }
  }
  const Explained offers = explained(keys, facts);
  load_grants_with_versions(connection, offers.purchases, offers.occasions, facts);
}

}  // namespace peyk::store
