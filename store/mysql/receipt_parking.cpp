#include "store/mysql/receipt_parking.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "store/carrier_ids.hpp"
#include "store/mysql/sets.hpp"
#include "store/part_reference.hpp"

namespace peyk::store {
namespace {

enum Why : std::uint32_t { unreadable = 1, no_such_message = 2 };

constexpr const char* kParkedColumns =
    "SELECT parked_id, carrier, carrier_message_id, text_id, phone, user_message_reference, state,"
    " receipt_word, error, done_at, parked_at FROM receipt_parked ";

ParkedReceipt read_parked(Rows& rows) {
  ParkedReceipt parked;
  parked.parked_id = rows.u64();
  parked.receipt.carrier = rows.text();
  parked.receipt.id = rows.text();
  parked.receipt.text_id = rows.text();
  parked.receipt.phone = rows.u64();
  parked.receipt.reference = static_cast<std::uint16_t>(rows.u64());
  parked.receipt.delivered = rows.u64() == delivered;
  parked.receipt.word = rows.text();
  parked.receipt.error = rows.text();
  parked.receipt.done_at = rows.instant();
  parked.parked_at = rows.instant();
  return parked;
}

void forget(Connection& connection, const std::vector<std::uint64_t>& ids) {
  update_in(connection, "DELETE FROM receipt_parked WHERE parked_id IN (", ids);
}

// Matches them and forgets those that found their part; the others are left as they are. Returns the ids of
// these.
std::vector<std::uint64_t> match_parked(Connection& connection, const std::vector<ParkedReceipt>& parked,
                                        rules::Instant now) {
  const std::vector<ReceiptResult> results = match_receipts(connection, parked, now);
  std::vector<std::uint64_t> found, left;
  for (std::size_t i = 0; i < parked.size(); ++i)
    (results[i].outcome == ReceiptOutcome::parked ? left : found).push_back(parked[i].parked_id);
  forget(connection, found);
  return left;
}

bool any_parked(Connection& connection) {
  return connection.prepare("SELECT parked_id FROM receipt_parked LIMIT 1").query().next();
}

std::vector<std::uint64_t> oldest(Connection& connection, rules::Instant before, std::uint64_t limit) {
  std::vector<std::uint64_t> ids;
  Rows rows =
      connection
          .prepare("SELECT parked_id FROM receipt_parked WHERE parked_at < ? ORDER BY parked_at LIMIT ?")
          .add(before)
          .add(limit)
          .query();
  while (rows.next()) ids.push_back(rows.u64());
  return ids;
}

void bury(Connection& connection, const std::vector<std::uint64_t>& ids, rules::Instant now) {
  if (ids.empty()) return;
  std::vector<ParkedReceipt> parked;
  select_in(
      connection, std::string(kParkedColumns) + "WHERE parked_id IN (", "", 1, ids,
      [](Statement& s, std::uint64_t id) { s.add(id); },
      [&parked](Rows& rows) { parked.push_back(read_parked(rows)); });
  insert_set(
      connection,
      "INSERT INTO receipt_aside (carrier, why, carrier_message_id, phone, receipt_word, error, received_at,"
      " aside_at) VALUES ",
      8, parked, [now](Statement& s, const ParkedReceipt& one) {
        s.add(one.receipt.carrier).add(std::uint32_t{no_such_message}).add(one.receipt.id);
        s.add(one.receipt.phone).add(one.receipt.word).add(one.receipt.error).add(one.parked_at).add(now);
      });
  forget(connection, ids);
}

}  // namespace

void park_receipts(Connection& connection, std::span<const ParkedReceipt* const> receipts) {
  // The first one of a message stays, as the first final state does.
  insert_set(
      connection,
      "INSERT IGNORE INTO receipt_parked (carrier, carrier_message_id, id_key, text_id, text_id_key, phone,"
      " user_message_reference, state, receipt_word, error, done_at, parked_at, next_try_at) VALUES ",
      13, receipts, [](Statement& s, const ParkedReceipt* one) {
        const Receipt& receipt = one->receipt;
        s.add(receipt.carrier).add(receipt.id).add(id_key(receipt.id));
        s.add(receipt.text_id).add(id_key(receipt.text_id)).add(receipt.phone);
        s.add(std::uint32_t{receipt.reference});
        s.add(std::uint32_t{receipt.delivered ? delivered : failed}).add(receipt.word).add(receipt.error);
        s.add(receipt.done_at).add(one->parked_at).add(one->parked_at + kReceiptDoubt);
      });
}

void unpark_receipts(Connection& connection, std::span<const TakenPart> parts, rules::Instant now) {
  if (parts.empty() || !any_parked(connection)) return;
  std::set<std::pair<std::string, std::string>> keys;
  for (const TakenPart& part : parts) {
    for (const std::string& key : receipted_keys(part.carrier_message_id)) {
      if (!key.empty()) keys.emplace(part.carrier, key);
    }
  }
  std::map<std::uint64_t, ParkedReceipt> parked;
  for (const char* column : {"id_key", "text_id_key"}) {
    select_in(
        connection, std::string(kParkedColumns) + "WHERE (carrier, " + column + ") IN (", "LIMIT 8192", 2,
        keys, [](Statement& s, const auto& key) { s.add(key.first).add(key.second); },
        [&parked](Rows& rows) {
          ParkedReceipt one = read_parked(rows);
          parked.emplace(one.parked_id, std::move(one));
        });
  }
  std::vector<ParkedReceipt> receipts;
  for (auto& [id, one] : parked) receipts.push_back(std::move(one));
  match_parked(connection, receipts, now);
}

void unpark_receipts_by_reference(Connection& connection, std::span<const TakenPart> parts,
                                  rules::Instant now) {
  if (parts.empty() || !any_parked(connection)) return;
  std::set<std::pair<std::string, std::uint32_t>> keys;
  for (const TakenPart& part : parts) {
    const std::uint32_t reference = part_reference(part.message, part.part);
    if (reference != 0) keys.emplace(part.carrier, reference);
  }
  std::vector<ParkedReceipt> receipts;
  select_in(
      connection, std::string(kParkedColumns) + "WHERE (carrier, user_message_reference) IN (", "LIMIT 8192",
      2, keys, [](Statement& s, const auto& key) { s.add(key.first).add(key.second); },
      [&receipts](Rows& rows) { receipts.push_back(read_parked(rows)); });
  match_parked(connection, receipts, now);
}

std::uint64_t retry_parked_receipts(Connection& connection, rules::Instant now, std::uint32_t limit) {
  std::vector<ParkedReceipt> parked;
  {
    Rows rows = connection
                    .prepare(std::string(kParkedColumns) +
                             "WHERE next_try_at <= ? ORDER BY next_try_at, parked_id LIMIT ?")
                    .add(now)
                    .add(limit)
                    .query();
    while (rows.next()) parked.push_back(read_parked(rows));
  }
  if (parked.empty()) return 0;
  const std::vector<std::uint64_t> left = match_parked(connection, parked, now);
  // Again after as long as it has waited already, an hour at most.
  update_in(connection,
            "UPDATE receipt_parked SET next_try_at = TIMESTAMPADD(SECOND, LEAST(3600, GREATEST(3,"
            " TIMESTAMPDIFF(SECOND, parked_at, next_try_at))), next_try_at) WHERE parked_id IN (",
            left);
  return parked.size() - left.size();
}

std::uint64_t bury_parked_receipts(Connection& connection, rules::Instant before, rules::Instant now,
                                   std::uint32_t limit) {
  const std::vector<std::uint64_t> ids = oldest(connection, before, limit);
  bury(connection, ids, now);
  return ids.size();
}

std::uint64_t trim_receipts(Connection& connection, rules::Instant now, std::uint32_t limit) {
  const auto number = [&connection](const char* sql) {
    Rows rows = connection.prepare(sql).query();
    return rows.next() ? rows.maybe_u64().value_or(0) : 0;
  };
  std::uint64_t parked = number("SELECT COUNT(*) FROM receipt_parked");
  if (parked > kParkedMax) {
    const auto ids = oldest(connection, now, std::min<std::uint64_t>(parked - kParkedMax, limit));
    bury(connection, ids, now);
    parked -= ids.size();
  }
  const std::uint64_t last = number("SELECT MAX(aside_id) FROM receipt_aside");
  if (last > kAsideMax) {
    connection.prepare("DELETE FROM receipt_aside WHERE aside_id <= ? ORDER BY aside_id LIMIT ?")
        .add(last - kAsideMax)
        .add(limit)
        .update();
  }
  return parked;
}

void set_aside(Connection& connection, std::span<const UnreadableReceipt> receipts, rules::Instant now) {
  const auto kept = receipts.first(std::min(receipts.size(), kAsideAtOnce));
  insert_set(connection, "INSERT INTO receipt_aside (carrier, why, pdu, received_at, aside_at) VALUES ", 5,
             kept, [now](Statement& s, const UnreadableReceipt& one) {
               s.add(one.carrier).add(std::uint32_t{unreadable});
               s.add(std::string_view(one.pdu).substr(0, kAsidePduMax)).add(now).add(now);
             });
}

}  // namespace peyk::store
