#include "store/mysql/migrations.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <map>

namespace peyk::store {
namespace {

// Others that migrate at the same time are waited for, a second at a time: a longer wait in one statement
// would meet the connection's read timeout.
constexpr int kTurnSecondsMax = 600;

using Checksum = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

struct Begun {
  std::string name;
  std::string checksum;
  std::uint32_t statements_done = 0;
  bool finished = false;
};
using History = std::map<std::uint32_t, Begun>;

std::string checksum_of(std::string_view sql) {
  Checksum sum{};
  SHA256(reinterpret_cast<const unsigned char*>(sql.data()), sql.size(), sum.data());
  return {reinterpret_cast<const char*>(sum.data()), sum.size()};
}

bool has_history(Connection& connection) {
  Rows rows = connection
                  .prepare(
                      "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
                      " AND table_name = 'schema_migration'")
                  .query();
  return rows.next() && rows.u64() != 0;
}

History load_history(Connection& connection) {
  History history;
  if (!has_history(connection)) return history;
  Rows rows =
      connection
          .prepare(
              "SELECT version, name, checksum, statements_done, applied_at IS NOT NULL FROM schema_migration")
          .query();
  while (rows.next()) {
    Begun& begun = history[rows.u32()];
    begun.name = rows.text();
    begun.checksum = rows.text();
    begun.statements_done = rows.u32();
    begun.finished = rows.flag();
  }
  return history;
}

std::string half_applied(const Begun& begun, std::uint32_t version) {
  return fmt::format(
      "migration {} was begun and did not finish: {} of its statements are done, the next one may be. Either "
      "restore"
      " the backup that was made before it, or finish the rest of the file by hand and then run"
      " UPDATE schema_migration SET applied_at = UTC_TIMESTAMP(6) WHERE version = {}",
      begun.name, begun.statements_done, version);
}

// What makes any further step unsafe.
std::optional<std::string> contradiction(const History& history, std::span<const Migration> migrations) {
  for (const auto& [version, begun] : history) {
    if (!begun.finished) return half_applied(begun, version);
    const auto known =
        std::find_if(migrations.begin(), migrations.end(),
                     [number = version](const Migration& one) { return one.version == number; });
    if (known == migrations.end()) {
      return fmt::format(
          "the database has migration {}, which this program does not know: it is newer than the program. "
          "Install the"
          " newer program, or restore a backup of before",
          begun.name);
    }
    if (checksum_of(known->sql) != begun.checksum) {
      return fmt::format(
          "migration {} is not what was applied to this database: its file was changed afterwards. Build the "
          "program"
          " from the file as it was, and put the change into a new migration",
          begun.name);
    }
  }
  return std::nullopt;
}

std::vector<Migration> missing(const History& history, std::span<const Migration> migrations) {
  std::vector<Migration> result;
  for (const Migration& one : migrations) {
    if (!history.contains(one.version)) result.push_back(one);
  }
  return result;
}

// One process at a time; released with the object, or with the connection.
class Turn {
 public:
  explicit Turn(Connection& connection) : connection_(connection) {
    for (int second = 0; second < kTurnSecondsMax; ++second) {
      Rows rows =
          connection_.prepare("SELECT GET_LOCK(CONCAT('peyk_migrate_', LEFT(SHA2(DATABASE(), 256), 32)), 1)")
              .query();
      if (rows.next() && rows.u64() == 1) return;
    }
    throw MigrationError(
        "another process has been migrating this database for ten minutes; see SHOW PROCESSLIST");
  }
  ~Turn() {
    try {
      connection_.prepare("SELECT RELEASE_LOCK(CONCAT('peyk_migrate_', LEFT(SHA2(DATABASE(), 256), 32)))")
          .query();
    } catch (const SqlError&) {
      connection_.close();  // the server releases it then
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Connection& connection_;
};

void create_history(Connection& connection) {
  connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_migration ("
      " version INT UNSIGNED NOT NULL PRIMARY KEY,"
      " name VARCHAR(100) NOT NULL,"
      " checksum BINARY(32) NOT NULL,"
      " statements_done INT UNSIGNED NOT NULL,"
      " started_at DATETIME(6) NOT NULL,"
      " applied_at DATETIME(6) NULL"  // NULL: begun and not finished
      ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
}

void apply(Connection& connection, const Migration& migration) {
  const std::vector<std::string> statements = split_statements(migration.sql);
  connection
      .prepare(
          "INSERT INTO schema_migration (version, name, checksum, statements_done, started_at)"
          " VALUES (?, ?, ?, 0, UTC_TIMESTAMP(6))")
      .add(migration.version)
      .add(migration.name)
      .add(checksum_of(migration.sql))
      .update();
  connection.commit();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    try {
      connection.execute(statements[i]);
    } catch (const SqlError& e) {
      connection.rollback();
      throw MigrationError(fmt::format("statement {} of {} in migration {} failed: {}. {}", i + 1,
                                       statements.size(), migration.name, e.what(),
                                       "See docs/peykctl.md, \"A migration that stopped half-way\""));
    }
    // In the transaction of the statement, if it has one; DDL has committed itself.
    connection.prepare("UPDATE schema_migration SET statements_done = ? WHERE version = ?")
        .add(static_cast<std::uint32_t>(i + 1))
        .add(migration.version)
        .update();
    connection.commit();
  }
  connection.prepare("UPDATE schema_migration SET applied_at = UTC_TIMESTAMP(6) WHERE version = ?")
      .add(migration.version)
      .update();
  connection.commit();
}

}  // namespace

std::vector<std::string> migrate(Connection& connection, std::span<const Migration> migrations) {
  const Turn turn(connection);
  create_history(connection);
  const History history = load_history(connection);
  connection.rollback();
  if (const auto problem = contradiction(history, migrations)) throw MigrationError(*problem);
  std::vector<std::string> applied;
  for (const Migration& one : missing(history, migrations)) {
    apply(connection, one);
    applied.emplace_back(one.name);
  }
  return applied;
}

std::vector<std::string> pending(Connection& connection, std::span<const Migration> migrations) {
  const History history = load_history(connection);
  connection.rollback();
  if (const auto problem = contradiction(history, migrations)) throw MigrationError(*problem);
  std::vector<std::string> names;
  for (const Migration& one : missing(history, migrations)) names.emplace_back(one.name);
  return names;
}

std::optional<std::string> schema_problem(Connection& connection, std::span<const Migration> migrations) {
  try {
    const std::vector<std::string> names = pending(connection, migrations);
    if (names.empty()) return std::nullopt;
    return fmt::format("the database lacks {} of {} migrations ({}): run peykctl migrate", names.size(),
                       migrations.size(), fmt::join(names, ", "));
  } catch (const MigrationError& e) {
    return e.what();
  }
}

void create_database(MysqlOptions options) {
  std::string name;
  for (const char c : options.database) name += c == '`' ? std::string("``") : std::string(1, c);
  options.database.clear();
  Connection connection(std::move(options));
  connection.open();
  connection.execute("CREATE DATABASE IF NOT EXISTS `" + name +
                     "` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
}

}  // namespace peyk::store
