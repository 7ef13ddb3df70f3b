// The schema's versions: SQL files of migrations/, compiled into the program, applied in order and once each.
//
//   0001_first_light.sql -> [lock] -> begun (a row of schema_migration) -> statement by statement -> finished
//
// MySQL commits before and after each DDL statement, so a migration cannot be rolled back. Its row therefore
// says how far it came; one that was begun and not finished is reported with what to do, never guessed at.
//
// What must stay true: a file that was applied anywhere never changes again (its checksum is compared);
// processes that start together take turns (GET_LOCK; where a cluster does not share that lock, the row's
// primary key).
//
// For a new version: the next number in migrations/, plain SQL that MySQL 8 and MariaDB 10.11 both accept,
// one change a file, and everything that reads the table in the same commit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "store/mysql/connection.hpp"

namespace peyk::store {

struct Migration {
  std::uint32_t version = 0;  // 1, 2, 3 …
  std::string_view name;      // "0001_first_light"
  std::string_view sql;
};

// What this program was built with, in order.
std::span<const Migration> embedded_migrations();

// The schema is not as this program can use it; what() says what to do about it.
class MigrationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Applies what is missing, in order; returns the names of what it applied. Waits its turn. Throws
// MigrationError (changed file, newer database, half-applied, or a statement that fails) and SqlError. Ends
// with no transaction open.
std::vector<std::string> migrate(Connection& connection,
                                 std::span<const Migration> migrations = embedded_migrations());

// The names of what migrate() would apply. Changes nothing; throws as migrate() does.
std::vector<std::string> pending(Connection& connection,
                                 std::span<const Migration> migrations = embedded_migrations());

// Why a gateway must not work with this database as it is, and what to do; nothing if all is well. Throws
// SqlError.
std::optional<std::string> schema_problem(Connection& connection,
                                          std::span<const Migration> migrations = embedded_migrations());

// Creates options.database, utf8mb4, if it is not there; connects without a schema to do so. Throws SqlError.
void create_database(MysqlOptions options);

// The statements of a file, without comments and closing semicolons. Understands `-- `, `#` and `/* */`
// comments, '…', "…" and `…` with their escapes. Throws std::invalid_argument where a string or comment does
// not end.
std::vector<std::string> split_statements(std::string_view sql);

}  // namespace peyk::store
