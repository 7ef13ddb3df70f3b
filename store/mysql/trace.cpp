#include "store/mysql/trace.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "store/mysql/purchase_items.hpp"

namespace peyk::store {

std::string word_of_state(std::uint64_t state) {
  static constexpr std::array<const char*, 9> kWords{"",        "queued",  "submitted", "delivered", "failed",
                                                     "expired", "unknown", "scheduled", "cancelled"};
  return state < kWords.size() ? kWords[state] : "";
}

namespace {

// `history`: "" or "_history", after the names of the tables.
void load_parts(Connection& connection, MessageTrace& message, const std::string& history) {
  Rows rows = connection
                  .prepare(
                      "SELECT part, carrier, carrier_message_id, state, receipt_word, error, submitted_at,"
                      " asked_at, done_at FROM outbox_part" +
                      history + " WHERE message_id = ? ORDER BY part")
                  .add(message.id)
                  .query();
  while (rows.next()) {
    PartTrace& part = message.parts.emplace_back();
    part.part = rows.u32();
    part.carrier = rows.text();
    part.carrier_message_id = rows.text();
    part.state = word_of_state(rows.u64());
    part.word = rows.text();
    part.error = rows.text();
    part.submitted_at = rows.instant();
    part.asked_at = rows.instant();
    part.done_at = rows.instant();
  }
}

void load_lives(Connection& connection, MessageTrace& message) {
  std::map<std::uint32_t, std::size_t> by_number;
  {
    Rows rows = connection
                    .prepare(
                        "SELECT replay, state, reason, settled_at, valid_until, replayed_at, replayed_by,"
                        " taken_up_at IS NULL FROM outbox_replay WHERE message_id = ? ORDER BY replay")
                    .add(message.id)
                    .query();
    while (rows.next()) {
      by_number.emplace(rows.u32(), message.lives.size());
      LifeTrace& life = message.lives.emplace_back();
      life.state = word_of_state(rows.u64());
      life.reason = rows.text();
      life.settled_at = rows.instant();
      life.valid_until = rows.instant();
      life.replayed_at = rows.instant();
      life.replayed_by = rows.text();
      life.waits_for_gateway = rows.flag();
    }
  }
  Rows rows = connection
                  .prepare(
                      "SELECT replay, part, carrier, carrier_message_id, receipt_word, error, submitted_at,"
                      " done_at FROM outbox_replay_part WHERE message_id = ? ORDER BY replay, part")
                  .add(message.id)
                  .query();
  while (rows.next()) {
    const auto life = by_number.find(rows.u32());
    if (life == by_number.end()) continue;
    PartTrace& part = message.lives[life->second].parts.emplace_back();
    part.part = rows.u32();
    part.carrier = rows.text();
    part.carrier_message_id = rows.text();
    part.state = word_of_state(failed);
    part.word = rows.text();
    part.error = rows.text();
    part.submitted_at = rows.instant();
    part.done_at = rows.instant();
  }
}

// What was booked in the decision that wrote the message. A decision has one moment for all that it writes;
// the inbox itself keeps no more of a request than its hash.
std::vector<std::uint64_t> load_booked(Connection& connection, MessageTrace& message) {
  {
    Rows rows = connection
                    .prepare(
                        "SELECT r.branch_no, r.invoice, r.invoice_amount, r.used, r.cashier_phone"
                        " FROM club c JOIN ledger_entry e ON e.club_id = c.club_id AND e.at = ?"
                        " JOIN redemption r ON r.entry_id = e.entry_id"
                        " JOIN member m ON m.member_id = r.member_id"
                        " WHERE c.slug = ? AND ? IN (m.phone, r.cashier_phone) ORDER BY r.redemption_id")
                    .add(message.created_at)
                    .add(message.club)
                    .add(message.phone)
                    .query();
    while (rows.next()) {
      CauseTrace& cause = message.causes.emplace_back();
      cause.what = CauseTrace::What::redemption;
      cause.branch = rows.u32();
      cause.invoice = rows.text();
      cause.amount = rows.i64();
      cause.used = rows.i64();
      cause.cashier = rows.u64();
    }
  }
  std::vector<std::uint64_t> bought;  // the purchases, the last of the causes
  Rows rows = connection
                  .prepare(
                      "SELECT p.branch_no, p.invoice, p.amount, p.purchase_id FROM club c"
                      " JOIN member m ON m.club_id = c.club_id AND m.phone = ?"
                      " JOIN purchase p ON p.member_id = m.member_id AND p.recorded_at = ?"
                      " WHERE c.slug = ? ORDER BY p.purchase_id")
                  .add(message.phone)
                  .add(message.created_at)
                  .add(message.club)
                  .query();
  while (rows.next()) {
    CauseTrace& cause = message.causes.emplace_back();
    cause.branch = rows.u32();
    cause.invoice = rows.text();
    cause.amount = rows.i64();
    bought.push_back(rows.u64());
  }
  return bought;
}

void load_causes(Connection& connection, MessageTrace& message) {
  const std::vector<std::uint64_t> bought = load_booked(connection, message);
  const std::size_t before = message.causes.size() - bought.size();
  for (auto& [purchase, items] : load_purchase_items(connection, bought)) {
    const auto place = std::ranges::find(bought, purchase) - bought.begin();
    message.causes[before + static_cast<std::size_t>(place)].items = std::move(items);
  }
}

std::string messages_of(const std::string& history) {
  return "SELECT o.message_id, c.slug, c.time_zone, o.line, o.phone, o.lane, o.state, o.reason, o.text,"
         " o.maybe_twice, o.attempts, o.created_at, o.valid_until, o.settled_at, o.send_at FROM outbox" +
         history + " o LEFT JOIN club c ON c.club_id = o.club_id ";
}

MessageTrace read_message(Rows& rows) {
  MessageTrace message;
  message.id = rows.u64();
  message.club = rows.text();
  message.time_zone = rows.text();
  message.line = rows.text();
  message.phone = rows.u64();
  message.lane = static_cast<handlers::Lane>(rows.u64());
  message.state = word_of_state(rows.u64());
  message.reason = rows.text();
  message.text = rows.text();
  message.maybe_twice = rows.flag();
  message.attempts = rows.u32();
  message.created_at = rows.instant();
  message.valid_until = rows.instant();
  message.settled_at = rows.instant();
  message.send_at = rows.instant();
  return message;
}

}  // namespace

std::optional<MessageTrace> trace_message(Connection& connection, MessageId id) {
  std::optional<MessageTrace> found;
  for (const std::string history : {"", "_history"}) {
    {
      Rows rows = connection.prepare(messages_of(history) + "WHERE o.message_id = ?").add(id).query();
      if (rows.next()) found = read_message(rows);
    }
    if (!found) continue;
    load_parts(connection, *found, history);
    load_lives(connection, *found);
    load_causes(connection, *found);
    break;
  }
  connection.rollback();
  return found;
}

std::vector<MessageTrace> trace_phone(Connection& connection, handlers::PhoneNumber phone,
                                      std::uint32_t limit) {
  std::vector<MessageTrace> messages;
  for (const std::string history : {"", "_history"}) {
    std::vector<MessageTrace> some;
    {
      Rows rows = connection
                      .prepare(messages_of(history) +
                               "WHERE o.phone = ? ORDER BY o.created_at DESC, o.message_id DESC LIMIT ?")
                      .add(phone)
                      .add(limit)
                      .query();
      while (rows.next()) some.push_back(read_message(rows));
    }
    for (MessageTrace& message : some) {
      load_parts(connection, message, history);
      load_lives(connection, message);
      messages.push_back(std::move(message));
    }
  }
  connection.rollback();
  std::ranges::sort(messages, std::greater(),
                    [](const MessageTrace& message) { return std::pair(message.created_at, message.id); });
  if (messages.size() > limit) messages.resize(limit);
  return messages;
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
