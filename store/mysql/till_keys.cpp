#include "store/mysql/till_keys.hpp"

#include <set>

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::string_view kRecord =
    "SELECT club_id, key_id, branch_no, secret, old_secret, old_until, in_file, secret_in_file, created_at, "
    "created_by,"
    " rotated_at, revoked_at, revoked_by, role FROM till_key ";

std::optional<std::uint64_t> branch_or_none(BranchNo branch) {
  return branch == 0 ? std::nullopt : std::optional<std::uint64_t>(branch);
}

TillKeyRecord read_record(Rows& rows) {
  TillKeyRecord record;
  record.club = rows.u32();
  record.key.id = rows.text();
  record.key.branch = rows.u32();
  record.key.secret = rows.text();
  record.key.old_secret = rows.text();
  record.key.old_until = rows.instant();
  record.key.in_file = rows.flag();
  record.key.secret_in_file = rows.flag();
  record.created_at = rows.instant();
  record.created_by = rows.text();
  record.rotated_at = rows.instant();
  record.revoked_at = rows.instant();
  record.revoked_by = rows.text();
  record.key.role = static_cast<KeyRole>(rows.u64());
  if (record.is_revoked()) record.key.secret.clear();
  return record;
}

// Gateways look at the sum of the versions every second.
void raise_version(Connection& connection, ClubId club) {
  connection.prepare("UPDATE club SET version = version + 1 WHERE club_id = ?").add(club).update();
}

// A key that was there before keeps its counted misses; and, where the file has the secret that it has, the
// time in which the one before is good too.
void save_file_key(Connection& connection, ClubId id, const TillKey& key, bool is_there) {
  if (!is_there) {
    connection
        .prepare(
            "INSERT INTO till_key (key_id, club_id, branch_no, secret, in_file, secret_in_file)"
            " VALUES (?, ?, ?, ?, 1, ?)")
        .add(key.id)
        .add(id)
        .add(branch_or_none(key.branch))
        .add(key.secret)
        .add(key.secret_in_file)
        .update();
    return;
  }
  connection.prepare("UPDATE till_key SET branch_no = ?, in_file = 1 WHERE key_id = ?")
      .add(branch_or_none(key.branch))
      .add(key.id)
      .update();
  if (!key.secret_in_file) return;
  connection
      .prepare(
          "UPDATE till_key SET old_secret = IF(secret = ?, old_secret, NULL),"
          " old_until = IF(secret = ?, old_until, NULL), secret = ?, secret_in_file = 1"
          " WHERE key_id = ? AND revoked_at IS NULL")
      .add(key.secret)
      .add(key.secret)
      .add(key.secret)
      .add(key.id)
      .update();
}

}  // namespace

std::vector<TillKeyRecord> load_till_keys(Connection& connection) {
  std::vector<TillKeyRecord> records;
  Rows rows = connection.prepare(std::string(kRecord) + "ORDER BY key_id").query();
  while (rows.next()) records.push_back(read_record(rows));
  return records;
}

std::optional<TillKeyRecord> find_till_key(Connection& connection, std::string_view id) {
  Rows rows = connection.prepare(std::string(kRecord) + "WHERE key_id = ? FOR UPDATE").add(id).query();
  if (!rows.next()) return std::nullopt;
  return read_record(rows);
}

void save_file_keys(Connection& connection, ClubId id, const Club& club) {
  std::set<std::string> ours, gone;  // a key of another club must not become ours
  {
    Rows rows =
        connection
            .prepare("SELECT key_id, in_file = 1 AND revoked_at IS NULL FROM till_key WHERE club_id = ?")
            .add(id)
            .query();
    while (rows.next()) {
      const std::string key = rows.text();
      ours.insert(key);
      if (rows.flag()) gone.insert(key);
    }
  }
  for (const TillKey& key : club.till_keys) {
    if (!key.in_file) continue;
    gone.erase(key.id);
    save_file_key(connection, id, key, ours.contains(key.id));
  }
  for (const std::string& key : gone)
    connection.prepare("DELETE FROM till_key WHERE key_id = ?").add(key).update();
}

void create_till_key(Connection& connection, ClubId club, const TillKey& key, rules::Instant now,
                     std::string_view by) {
  connection
      .prepare(
          "INSERT INTO till_key (key_id, club_id, branch_no, secret, in_file, secret_in_file, created_at, "
          "created_by, role)"
          " VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?)")
      .add(key.id)
      .add(club)
      .add(branch_or_none(key.branch))
      .add(key.secret)
      .add(now)
      .add(by)
      .add(static_cast<std::uint32_t>(key.role))
      .update();
  raise_version(connection, club);
}

void rotate_till_key(Connection& connection, const TillKeyRecord& record, std::string_view secret,
                     rules::Instant old_until, rules::Instant now) {
  const bool stays = old_until > now;
  connection
      .prepare(
          "UPDATE till_key SET old_secret = IF(?, secret, NULL), old_until = ?, secret = ?,"
          " secret_in_file = 0, rotated_at = ? WHERE key_id = ?")
      .add(stays)
      .add(stays ? old_until : rules::Instant{})
      .add(secret)
      .add(now)
      .add(record.key.id)
      .update();
  raise_version(connection, record.club);
}

void revoke_till_key(Connection& connection, const TillKeyRecord& record, rules::Instant now,
                     std::string_view by) {
  connection
      .prepare(
          "UPDATE till_key SET secret = REPEAT(CHAR(0), 32), old_secret = NULL, old_until = NULL, revoked_at "
          "= ?,"
          " revoked_by = ? WHERE key_id = ?")
      .add(now)
      .add(by)
      .add(record.key.id)
      .update();
  raise_version(connection, record.club);
}

}  // namespace peyk::store
