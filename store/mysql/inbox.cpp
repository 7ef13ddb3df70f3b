#include <algorithm>

#include "store/mysql/inbox.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

std::string_view octets(const std::array<std::uint8_t, 32>& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::array<std::uint8_t, 32> hash_of(const std::string& column) {
  std::array<std::uint8_t, 32> hash{};
  if (column.size() != hash.size())
    throw SqlError(SqlError::Kind::broken, 0, "an inbox hash is not 32 octets long");
  std::copy(column.begin(), column.end(), hash.begin());
  return hash;
}

}  // namespace

Claims load_claims(Connection& connection, const std::set<handlers::RequestKey>& keys) {
  Claims claims;
  select_in(
      connection,
      "SELECT request_key, fingerprint, generation, claimed_at, forget_at, status, answer, ussd_state FROM "
      "inbox"
      " WHERE request_key IN (",
      "", 1, keys, [](Statement& s, const handlers::RequestKey& key) { s.add(octets(key)); },
      [&claims](Rows& rows) {
        Claim& claim = claims[hash_of(rows.text())];
        claim.fingerprint = hash_of(rows.text());
        claim.generation = rows.u32();
        claim.claimed_at = rows.instant();
        claim.forget_at = rows.instant();
        claim.status = static_cast<std::uint16_t>(rows.u64());
        claim.answer = rows.text();
        claim.ussd_state = rows.text();
      });
  return claims;
}

void save_claims(Connection& connection, const Claims& fresh, const Claims& renewed) {
  insert_set(
      connection,
      "INSERT INTO inbox (request_key, fingerprint, generation, claimed_at, forget_at, status, answer,"
      " ussd_state) VALUES ",
      8, fresh, [](Statement& s, const auto& row) {
        const Claim& claim = row.second;
        s.add(octets(row.first)).add(octets(claim.fingerprint)).add(claim.generation).add(claim.claimed_at);
        s.add(claim.forget_at).add(std::uint32_t{claim.status}).add(claim.answer).add(claim.ussd_state);
      });
  for (const auto& [key, claim] : renewed) {
    const std::uint64_t changed =
        connection
            .prepare(
                "UPDATE inbox SET fingerprint = ?, generation = ?, claimed_at = ?, forget_at = ?, status = ?,"
                " answer = ?, ussd_state = ? WHERE request_key = ? AND generation = ?")
            .add(octets(claim.fingerprint))
            .add(claim.generation)
            .add(claim.claimed_at)
            .add(claim.forget_at)
            .add(std::uint32_t{claim.status})
            .add(claim.answer)
            .add(claim.ussd_state)
            .add(octets(key))
            .add(claim.generation - 1)
            .update();
    if (changed != 1) throw SqlError(SqlError::Kind::conflict, 0, "another process renewed the same claim");
  }
}

std::uint64_t forget_claims(Connection& connection, rules::Instant now, std::uint32_t limit) {
  return connection.prepare("DELETE FROM inbox WHERE forget_at < ? ORDER BY forget_at LIMIT ?")
      .add(now)
      .add(limit)
      .update();
}

}  // namespace peyk::store
