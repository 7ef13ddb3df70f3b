// One connection to MySQL or MariaDB, owned by one thread, over Connector/C++.
//
// Errors are told apart by what the caller can do (SqlError::Kind): try the same again (conflict), open again
// and then try (lost), or give up (broken). Nothing is retried here.
//
// Must stay true: OPT_RECONNECT is off (a silent reconnect would leave a transaction half in autocommit);
// prepared statements die with their connection; autocommit is off, so every unit of work ends in commit() or
// rollback(); what was gathered has reached the server before anything is read or counted after it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "handlers/rules/units.hpp"
#include "store/options.hpp"

namespace peyk::store {

// Must run once in main, before any thread: the driver's own initialisation is not thread-safe.
void initialise_mysql_driver();

class SqlError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    conflict,  // deadlock, lock wait, duplicate key, certification: load and decide again
    lost,      // the connection is gone; whether a commit in flight took place is unknown
    broken,    // anything else: the statement or the schema is wrong
  };
  SqlError(Kind kind, int code, const std::string& what)
      : std::runtime_error(what), kind_(kind), code_(code) {}
  Kind kind() const { return kind_; }
  int code() const { return code_; }

 private:
  Kind kind_;
  int code_;
};

// The rows of one answer, read column by column from the left.
class Rows {
 public:
  struct Impl;
  explicit Rows(std::unique_ptr<Impl> impl);
  Rows(Rows&&) noexcept;
  ~Rows();

  bool next();
  std::uint64_t u64();
  std::int64_t i64();
  std::uint32_t u32() { return static_cast<std::uint32_t>(u64()); }
  bool flag() { return u64() != 0; }
  std::string text();        // octets as they are
  rules::Instant instant();  // of DATETIME(6), UTC; NULL is the epoch
  std::optional<std::uint64_t> maybe_u64();

 private:
  std::unique_ptr<Impl> impl_;
};

// A prepared statement, bound from the left.
class Statement {
 public:
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  ~Statement();

  Statement& add(std::uint64_t value);
  Statement& add(std::int64_t value);
  Statement& add(std::uint32_t value) { return add(std::uint64_t{value}); }
  Statement& add(std::int32_t value) { return add(std::int64_t{value}); }
  Statement& add(bool value) { return add(std::uint64_t{value ? 1U : 0U}); }
  Statement& add(std::string_view value);
  Statement& add(const std::string& value) { return add(std::string_view(value)); }
  Statement& add(const char* value) { return add(std::string_view(value)); }
  Statement& add(rules::Instant value);  // the epoch is bound as NULL
  Statement& add(std::optional<std::uint64_t> value);

  std::uint64_t update();  // rows matched and changed
  void run();              // the same where nobody asks how many: see Connection::gather()
  Rows query();

 private:
  friend class Connection;
  void forget_bound();

  std::unique_ptr<Impl> impl_;
};

class Connection {
 public:
  struct Impl;
  explicit Connection(MysqlOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void open();  // throws SqlError
  void close();
  bool is_open() const;

  void execute(const std::string& sql);        // a statement without parameters
  Statement& prepare(const std::string& sql);  // cached until the connection closes
  // Reads from here to the next rollback see one state of the database. Ends what was under way.
  void begin_snapshot();
  // From here to commit() or rollback() what is run() waits, and goes to the server in one call with the
  // COMMIT (docs/decisions/0035): each call costs two changes of thread, and a small unit of work consists of
  // little else. update(), query() and execute() send first what waits. Not for large sets: each combination
  // of statements is prepared as one. On servers that know no compound statement outside of a procedure
  // (MySQL) nothing waits.
  void gather();
  void commit();
  void rollback();  // quiet when the connection is gone

  const MysqlOptions& options() const { return options_; }

 private:
  void prepare_session();

  MysqlOptions options_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peyk::store
