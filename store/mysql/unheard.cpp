#include "store/mysql/unheard.hpp"

#include <map>

#include "store/carrier_ids.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

struct Submitted {
  handlers::PhoneNumber phone = 0;
  rules::Instant valid_until{};
};

// The next of a lane, by id. Lane by lane it is a range of the index; of all lanes at once the server would
// sort whatever was ever submitted, for each page.
void read_lane(Connection& connection, const std::string& line, std::uint32_t lane, MessageId after,
               std::map<MessageId, Submitted>& messages) {
  Rows rows =
      connection
          .prepare(
              "SELECT message_id, phone, valid_until FROM outbox FORCE INDEX (outbox_lane_waiting)"
              " WHERE state = 2 AND line = ? AND lane = ? AND message_id > ? ORDER BY message_id LIMIT ?")
          .add(line)
          .add(lane)
          .add(after)
          .add(kUnheardPage)
          .query();
  while (rows.next()) {
    const MessageId id = rows.u64();
    const handlers::PhoneNumber phone = rows.u64();
    messages[id] = {phone, rows.instant()};
  }
}

// Messages of the page whose time is over, and their phones.
std::map<MessageId, handlers::PhoneNumber> over(Connection& connection, const std::string& line,
                                                MessageId after, rules::Instant over_before,
                                                MessageId& next) {
  std::map<MessageId, Submitted> page;
  for (std::uint32_t lane = 0; lane < handlers::kLanes; ++lane)
    read_lane(connection, line, lane, after, page);
  std::map<MessageId, handlers::PhoneNumber> messages;
  std::uint32_t seen = 0;
  for (const auto& [id, one] : page) {
    if (seen++ == kUnheardPage) break;
    next = id;
    if (one.valid_until < over_before) messages.emplace(id, one.phone);
  }
  if (page.size() < kUnheardPage) next = 0;
  return messages;
}

}  // namespace

Unheard load_unheard(Connection& connection, const std::string& line, const std::set<std::string>& carriers,
                     MessageId after, rules::Instant over_before) {
  Unheard unheard;
  const auto messages = over(connection, line, after, over_before, unheard.next);
  if (messages.empty()) return unheard;
  select_in(
      connection,
      "SELECT message_id, part, carrier, carrier_message_id FROM outbox_part WHERE state = 2 AND asked_at IS "
      "NULL"
      " AND carrier_message_id <> '' AND message_id IN (",
      "", 1, messages, [](Statement& s, const auto& one) { s.add(one.first); },
      [&](Rows& rows) {
        UnheardPart found{.message = rows.u64(),
                          .part = rows.u32(),
                          .carrier = rows.text(),
                          .carrier_message_id = rows.text()};
        // query_sm has no room for a longer one (SMPP 3.4, 4.8.1).
        if (!carriers.contains(found.carrier) || found.carrier_message_id.size() > kCarrierIdMax) return;
        found.phone = messages.at(found.message);
        unheard.parts.push_back(std::move(found));
      });
  return unheard;
}

void save_asked(Connection& connection, std::span<const UnheardPart> parts, rules::Instant now) {
  std::map<std::uint32_t, std::vector<MessageId>> by_number;
  for (const UnheardPart& one : parts) by_number[one.part].push_back(one.message);
  for (const auto& [number, messages] : by_number) {
    update_in(connection, "UPDATE outbox_part SET asked_at = ? WHERE part = ? AND message_id IN (", messages,
              [now, number = number](Statement& s) { s.add(now).add(number); });
  }
}

}  // namespace peyk::store
