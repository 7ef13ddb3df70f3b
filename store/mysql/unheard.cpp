#include "store/mysql/unheard.hpp"

#include <map>

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

struct Asked {
  MessageId message = 0;
  std::uint32_t part = 0;
};

// Messages of the page whose time is over, and their phones.
std::map<MessageId, handlers::PhoneNumber> over(Connection& connection, const std::string& line,
                                                MessageId after, rules::Instant over_before,
                                                MessageId& next) {
  std::map<MessageId, handlers::PhoneNumber> messages;
  std::uint32_t seen = 0;
  Rows rows = connection
                  .prepare(
                      "SELECT message_id, phone, valid_until FROM outbox WHERE state = 2 AND line = ? AND "
                      "message_id > ? ORDER BY message_id LIMIT ?")
                  .add(line)
                  .add(after)
                  .add(kUnheardPage)
                  .query();
  while (rows.next()) {
    next = rows.u64();
    const handlers::PhoneNumber phone = rows.u64();
    if (rows.instant() < over_before) messages.emplace(next, phone);
    ++seen;
  }
  if (seen < kUnheardPage) next = 0;
  return messages;
}

}  // namespace

Unheard take_unheard(Connection& connection, const std::string& line, const std::set<std::string>& carriers,
                     MessageId after, rules::Instant over_before, rules::Instant now) {
  Unheard unheard;
  const auto messages = over(connection, line, after, over_before, unheard.next);
  std::vector<Asked> asked;
  if (messages.empty()) return unheard;
  select_in(
      connection,
      "SELECT message_id, part, carrier, carrier_message_id FROM outbox_part WHERE state = 2 AND asked_at IS "
      "NULL"
      " AND carrier_message_id <> '' AND message_id IN (",
      "FOR UPDATE", 1, messages, [](Statement& s, const auto& one) { s.add(one.first); },
      [&](Rows& rows) {
        const Asked part{rows.u64(), rows.u32()};
        UnheardPart found{.carrier = rows.text(), .carrier_message_id = rows.text()};
        if (!carriers.contains(found.carrier)) return;
        found.phone = messages.at(part.message);
        asked.push_back(part);
        unheard.parts.push_back(std::move(found));
      });
  // The rows are there and locked: only their time changes.
  upsert_set(
      connection,
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state, asked_at) VALUES ",
      "asked_at = VALUES(asked_at)", 6, asked, [now](Statement& s, const Asked& part) {
        s.add(part.message).add(part.part).add("").add("").add(std::uint32_t{submitted}).add(now);
      });
  return unheard;
}

}  // namespace peyk::store
