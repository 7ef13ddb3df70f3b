#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

// A reference comes round again; parts older than this are of another text.
constexpr std::chrono::hours kPartsBelongTogether{1};

std::string_view octets(const handlers::RequestKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

}  // namespace

std::optional<JoinedText> add_mo_part(Connection& connection, const MoPart& part, rules::Instant now) {
  connection.prepare("DELETE FROM mo_part WHERE message_key = ? AND received_at < ?")
      .add(octets(part.message))
      .add(now - kPartsBelongTogether)
      .update();
  connection
      .prepare(
          "INSERT IGNORE INTO mo_part (message_key, seq, octets, data_coding, received_at) VALUES (?, ?, ?, "
          "?, ?)")
      .add(octets(part.message))
      .add(std::uint32_t{part.seq})
      .add(part.octets)
      .add(std::uint32_t{part.data_coding})
      .add(now)
      .update();
  Rows rows = connection.prepare("SELECT octets, data_coding FROM mo_part WHERE message_key = ? ORDER BY seq")
                  .add(octets(part.message))
                  .query();
  JoinedText joined;
  unsigned count = 0;
  while (rows.next()) {
    joined.octets += rows.text();
    const auto data_coding = static_cast<std::uint8_t>(rows.u64());
    if (count++ == 0) joined.data_coding = data_coding;
  }
  if (count < part.total) return std::nullopt;
  return joined;
}

void forget_mo_parts(Connection& connection, const handlers::RequestKey& message) {
  connection.prepare("DELETE FROM mo_part WHERE message_key = ?").add(octets(message)).update();
}

void forget_old_mo_parts(Connection& connection, rules::Instant before, std::uint32_t limit) {
  connection.prepare("DELETE FROM mo_part WHERE received_at < ? ORDER BY received_at LIMIT ?")
      .add(before)
      .add(limit)
      .update();
}

}  // namespace peyk::store
