#include "store/mysql/trace.hpp"

#include <array>

namespace peyk::store {

std::string word_of_state(std::uint64_t state) {
  static constexpr std::array<const char*, 9> kWords{"",        "queued",  "submitted", "delivered", "failed",
                                                     "expired", "unknown", "scheduled", "cancelled"};
  return state < kWords.size() ? kWords[state] : "";
}

namespace {

std::vector<PartTrace> parts_of(Connection& connection, MessageId id) {
  std::vector<PartTrace> parts;
  Rows rows = connection
                  .prepare(
                      "SELECT part, carrier, carrier_message_id, state, receipt_word, error, submitted_at,"
                      " done_at FROM outbox_part WHERE message_id = ? ORDER BY part")
                  .add(id)
                  .query();
  while (rows.next()) {
    PartTrace& part = parts.emplace_back();
    part.part = rows.u32();
    part.carrier = rows.text();
    part.carrier_message_id = rows.text();
    part.state = word_of_state(rows.u64());
    part.word = rows.text();
    part.error = rows.text();
    part.submitted_at = rows.instant();
    part.done_at = rows.instant();
  }
  return parts;
}

}  // namespace

std::optional<MessageTrace> trace_message(Connection& connection, MessageId id) {
  std::optional<MessageTrace> found;
  {
    Rows rows =
        connection
            .prepare(
                "SELECT o.message_id, c.slug, c.time_zone, o.line, o.phone, o.state, o.reason, o.text,"
                " o.maybe_twice, o.created_at, o.valid_until, o.settled_at FROM outbox o"
                " LEFT JOIN club c ON c.club_id = o.club_id WHERE o.message_id = ?")
            .add(id)
            .query();
    if (rows.next()) {
      MessageTrace& message = found.emplace();
      message.id = rows.u64();
      message.club = rows.text();
      message.time_zone = rows.text();
      message.line = rows.text();
      message.phone = rows.u64();
      message.state = word_of_state(rows.u64());
      message.reason = rows.text();
      message.text = rows.text();
      message.maybe_twice = rows.flag();
      message.created_at = rows.instant();
      message.valid_until = rows.instant();
      message.settled_at = rows.instant();
    }
  }
  if (found) found->parts = parts_of(connection, id);
  connection.rollback();
  return found;
}

ReceiptsTrace trace_receipts(Connection& connection, std::uint32_t limit) {
  ReceiptsTrace trace;
  {
    Rows rows =
        connection
            .prepare("SELECT (SELECT COUNT(*) FROM receipt_parked), (SELECT COUNT(*) FROM receipt_aside)")
            .query();
    rows.next();
    trace.parked = rows.u64();
    trace.aside = rows.u64();
  }
  {
    Rows rows = connection
                    .prepare(
                        "SELECT aside_id, carrier, why, carrier_message_id, receipt_word, error, phone, pdu,"
                        " received_at FROM receipt_aside ORDER BY aside_id DESC LIMIT ?")
                    .add(limit)
                    .query();
    while (rows.next()) {
      AsideTrace& one = trace.shown.emplace_back();
      one.id = rows.u64();
      one.carrier = rows.text();
      one.readable = rows.u64() != 1;
      one.carrier_message_id = rows.text();
      one.word = rows.text();
      one.error = rows.text();
      one.phone = rows.u64();
      one.pdu = rows.text();
      one.received_at = rows.instant();
    }
  }
  connection.rollback();
  return trace;
}

}  // namespace peyk::store
