#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

// A message is delivered when all its parts are, failed when one is.
void fold_parts(Connection& connection, const std::vector<MessageId>& ids) {
  for (MessageId id : ids) {
    connection
        .prepare(
            "UPDATE outbox SET state = CASE"
            " WHEN EXISTS (SELECT 1 FROM outbox_part p WHERE p.message_id = outbox.message_id AND p.state = "
            "4) THEN 4"
            " WHEN NOT EXISTS (SELECT 1 FROM outbox_part p WHERE p.message_id = outbox.message_id AND "
            "p.state <> 3)"
            " THEN 3 ELSE state END WHERE message_id = ? AND state = 2")
        .add(id)
        .update();
  }
}

// True if the part is known; final states are not overwritten.
bool apply_receipt(Connection& connection, const Receipt& receipt, std::vector<MessageId>& touched) {
  bool known = false;
  {
    Rows rows =
        connection.prepare("SELECT message_id FROM outbox_part WHERE carrier = ? AND carrier_message_id = ?")
            .add(receipt.carrier)
            .add(receipt.carrier_message_id)
            .query();
    while (rows.next()) {
      known = true;
      touched.push_back(rows.u64());
    }
  }
  if (known && receipt.final) {
    connection
        .prepare(
            "UPDATE outbox_part SET state = ?, error = ? WHERE carrier = ? AND carrier_message_id = ? AND "
            "state = 2")
        .add(std::uint32_t{receipt.delivered ? delivered : failed})
        .add(std::string_view(receipt.error).substr(0, 16))
        .add(receipt.carrier)
        .add(receipt.carrier_message_id)
        .update();
  }
  return known;
}

}  // namespace

void unpark_receipts(Connection& connection, std::span<const Settled> settled) {
  std::vector<std::pair<std::string, std::string>> keys;
  for (const Settled& one : settled) {
    for (const SentPart& part : one.parts) {
      if (!part.unknown) keys.emplace_back(part.carrier, part.carrier_message_id);
    }
  }
  std::vector<Receipt> parked;
  select_in(
      connection,
      "SELECT carrier, carrier_message_id, state, error FROM receipt_parked WHERE (carrier, "
      "carrier_message_id) IN (",
      "", 2, keys, [](Statement& s, const auto& key) { s.add(key.first).add(key.second); },
      [&parked](Rows& rows) {
        Receipt receipt;
        receipt.carrier = rows.text();
        receipt.carrier_message_id = rows.text();
        receipt.delivered = rows.u64() == delivered;
        receipt.error = rows.text();
        parked.push_back(std::move(receipt));
      });
  std::vector<MessageId> touched;
  for (const Receipt& receipt : parked) {
    apply_receipt(connection, receipt, touched);
    connection.prepare("DELETE FROM receipt_parked WHERE carrier = ? AND carrier_message_id = ?")
        .add(receipt.carrier)
        .add(receipt.carrier_message_id)
        .update();
  }
  fold_parts(connection, touched);
}

void save_receipts(Connection& connection, std::span<const Receipt> receipts, rules::Instant now) {
  std::vector<MessageId> touched;
  for (const Receipt& receipt : receipts) {
    if (apply_receipt(connection, receipt, touched) || !receipt.final) continue;
    connection
        .prepare(
            "INSERT IGNORE INTO receipt_parked (carrier, carrier_message_id, state, error, parked_at)"
            " VALUES (?, ?, ?, ?, ?)")
        .add(receipt.carrier)
        .add(receipt.carrier_message_id)
        .add(std::uint32_t{receipt.delivered ? delivered : failed})
        .add(std::string_view(receipt.error).substr(0, 16))
        .add(now)
        .update();
  }
  fold_parts(connection, touched);
}

void forget_parked_receipts(Connection& connection, rules::Instant before, std::uint32_t limit) {
  connection.prepare("DELETE FROM receipt_parked WHERE parked_at < ? ORDER BY parked_at LIMIT ?")
      .add(before)
      .add(limit)
      .update();
}

}  // namespace peyk::store
