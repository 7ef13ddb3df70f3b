#include "store/mysql/connection.hpp"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <unordered_map>

namespace peyk::store {
namespace {

// Error numbers: MySQL reference manual, "Server Error Message Reference" and "Client Error Message
// Reference".
SqlError::Kind kind_of(int code) {
  switch (code) {
    case 1213:  // ER_LOCK_DEADLOCK, also Galera's certification failure
    case 1205:  // ER_LOCK_WAIT_TIMEOUT
    case 1062:  // ER_DUP_ENTRY
    case 1452:  // ER_NO_REFERENCED_ROW_2: the parent went between load and save
      return SqlError::Kind::conflict;
    case 2002:  // CR_CONNECTION_ERROR
    case 2003:  // CR_CONN_HOST_ERROR
    case 2005:  // CR_UNKNOWN_HOST: whoever knows the name may be away too
    case 2006:  // CR_SERVER_GONE_ERROR
    case 2013:  // CR_SERVER_LOST
    case 2055:  // CR_SERVER_LOST_EXTENDED
    case 1040:  // ER_CON_COUNT_ERROR
    case 1053:  // ER_SERVER_SHUTDOWN
    case 1077:  // ER_NORMAL_SHUTDOWN
    case 1079:  // ER_SHUTDOWN_COMPLETE
    case 1047:  // ER_UNKNOWN_COM_ERROR: a Galera node that is not ready
    case 1158:  // ER_NET_READ_ERROR
    case 1159:  // ER_NET_READ_INTERRUPTED
    case 1160:  // ER_NET_ERROR_ON_WRITE
    case 1161:  // ER_NET_WRITE_INTERRUPTED
    case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT (MySQL 8)
    case 1927:  // ER_CONNECTION_KILLED (MariaDB)
      return SqlError::Kind::lost;
    default:
      return SqlError::Kind::broken;
  }
}

template <typename F>
auto translated(const char* doing, F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const sql::SQLException& e) {
    const int code = e.getErrorCode();
    throw SqlError(kind_of(code), code,
                   std::string(doing) + ": " + e.what() + " (" + std::to_string(code) + ")");
  }
}

// "2026-11-21 22:13:39.000123"
std::array<char, 27> datetime_text(rules::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  std::array<char, 27> text{};
  // Unsigned and cut, so that the compiler sees that it fits.
  const auto cut = [](auto quantity, unsigned below) { return static_cast<unsigned>(quantity) % below; };
  std::snprintf(text.data(), text.size(), "%04u-%02u-%02u %02u:%02u:%02u.%06u",
                cut(static_cast<int>(date.year()), 10'000), cut(static_cast<unsigned>(date.month()), 100),
                cut(static_cast<unsigned>(date.day()), 100), cut(time.hours().count(), 100),
                cut(time.minutes().count(), 100), cut(time.seconds().count(), 100),
                cut(time.subseconds().count(), 1'000'000));
  return text;
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size() ||
      std::from_chars(text.data() + at, text.data() + at + count, value).ptr != text.data() + at + count) {
    throw SqlError(SqlError::Kind::broken, 0, "not a DATETIME: " + std::string(text));
  }
  return value;
}

rules::Instant parse_datetime(std::string_view text) {
  using namespace std::chrono;
  const sys_days day{year{digits(text, 0, 4)} / digits(text, 5, 2) / digits(text, 8, 2)};
  rules::Instant at =
      day + hours{digits(text, 11, 2)} + minutes{digits(text, 14, 2)} + seconds{digits(text, 17, 2)};
  if (text.size() > 20) {
    std::string fraction(text.substr(20));
    fraction.resize(6, '0');
    at += microseconds{digits(fraction, 0, 6)};
  }
  return at;
}

}  // namespace

void initialise_mysql_driver() {
  translated("loading the MySQL driver", [] { return sql::mysql::get_mysql_driver_instance(); });
}

struct Rows::Impl {
  std::unique_ptr<sql::ResultSet> rows;
  std::uint32_t column = 0;
};

Rows::Rows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows::~Rows() = default;

bool Rows::next() {
  impl_->column = 0;
  return translated("reading a row", [this] { return impl_->rows->next(); });
}
std::uint64_t Rows::u64() {
  return translated("reading", [this] { return impl_->rows->getUInt64(++impl_->column); });
}
std::int64_t Rows::i64() {
  return translated("reading", [this] { return impl_->rows->getInt64(++impl_->column); });
}
std::string Rows::text() {
  const sql::SQLString value =
      translated("reading", [this] { return impl_->rows->getString(++impl_->column); });
  return {value.c_str(), value.length()};
}
rules::Instant Rows::instant() {
  const std::string value = text();
  return impl_->rows->wasNull() || value.empty() ? rules::Instant{} : parse_datetime(value);
}
std::optional<std::uint64_t> Rows::maybe_u64() {
  const std::uint64_t value = u64();
  if (impl_->rows->wasNull()) return std::nullopt;
  return value;
}

struct Statement::Impl {
  std::unique_ptr<sql::PreparedStatement> statement;
  std::uint32_t bound = 0;
};

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::~Statement() = default;

Statement& Statement::add(std::uint64_t value) {
  impl_->statement->setUInt64(++impl_->bound, value);
  return *this;
}
Statement& Statement::add(std::int64_t value) {
  impl_->statement->setInt64(++impl_->bound, value);
  return *this;
}
Statement& Statement::add(std::string_view value) {
  impl_->statement->setString(++impl_->bound, sql::SQLString(value.data(), value.size()));
  return *this;
}
Statement& Statement::add(rules::Instant value) {
  if (value == rules::Instant{}) {
    impl_->statement->setNull(++impl_->bound, 0);
    return *this;
  }
  const auto text = datetime_text(value);
  return add(std::string_view(text.data(), text.size() - 1));
}
Statement& Statement::add(std::optional<std::uint64_t> value) {
  if (value) return add(*value);
  impl_->statement->setNull(++impl_->bound, 0);
  return *this;
}

std::uint64_t Statement::update() {
  impl_->bound = 0;
  return translated("saving",
                    [this] { return static_cast<std::uint64_t>(impl_->statement->executeUpdate()); });
}

Rows Statement::query() {
  impl_->bound = 0;
  auto rows = std::make_unique<Rows::Impl>();
  rows->rows.reset(translated("loading", [this] { return impl_->statement->executeQuery(); }));
  return Rows(std::move(rows));
}

struct Connection::Impl {
  std::unique_ptr<sql::Connection> connection;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements;
};

Connection::Connection(MysqlOptions options)
    : options_(std::move(options)), impl_(std::make_unique<Impl>()) {}
Connection::~Connection() {
  close();
}
bool Connection::is_open() const {
  return impl_->connection != nullptr;
}

void Connection::open() {
  close();
  sql::ConnectOptionsMap wanted;
  wanted["hostName"] = sql::SQLString(options_.unix_socket.empty()
                                          ? "tcp://" + options_.host + ":" + std::to_string(options_.port)
                                          : "unix://" + options_.unix_socket);
  wanted["userName"] = sql::SQLString(options_.user);
  wanted["password"] = sql::SQLString(options_.password);
  if (!options_.database.empty()) wanted["schema"] = sql::SQLString(options_.database);
  wanted["OPT_RECONNECT"] = false;
  wanted["OPT_CONNECT_TIMEOUT"] =
      static_cast<int>(std::chrono::ceil<std::chrono::seconds>(options_.connect_timeout).count());
  const int patience =
      static_cast<int>(std::chrono::ceil<std::chrono::seconds>(options_.statement_timeout).count());
  wanted["OPT_READ_TIMEOUT"] = patience;
  wanted["OPT_WRITE_TIMEOUT"] = patience;
  wanted["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  impl_->connection.reset(translated(
      "connecting to MySQL", [&wanted] { return sql::mysql::get_mysql_driver_instance()->connect(wanted); }));
  try {
    prepare_session();
  } catch (...) {
    close();  // half a session must not pass for an open one
    throw;
  }
}

void Connection::prepare_session() {
  execute("SET NAMES utf8mb4");
  execute(
      "SET SESSION sql_mode = "
      "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO'");
  // No gap locks: members who do not exist yet must not make strangers wait.
  execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  execute("SET SESSION time_zone = '+00:00'");
  // The server gives up waiting for a lock before we give up waiting for the server: else its session would
  // go on holding what it has.
  const auto patience = std::chrono::duration_cast<std::chrono::seconds>(options_.statement_timeout) / 2;
  execute("SET SESSION innodb_lock_wait_timeout = " +
          std::to_string(std::max<std::int64_t>(1, patience.count())));
  execute("SET SESSION autocommit = 0");
}

void Connection::close() {
  impl_->statements.clear();
  impl_->connection.reset();
}

void Connection::execute(const std::string& sql) {
  translated("executing", [this, &sql] {
    std::unique_ptr<sql::Statement> statement(impl_->connection->createStatement());
    statement->execute(sql::SQLString(sql));
  });
}

Statement& Connection::prepare(const std::string& sql) {
  auto& cached = impl_->statements[sql];
  if (!cached) {
    auto made = std::make_unique<Statement::Impl>();
    made->statement.reset(translated(
        "preparing", [this, &sql] { return impl_->connection->prepareStatement(sql::SQLString(sql)); }));
    cached = std::make_unique<Statement>(std::move(made));
  }
  return *cached;
}

void Connection::begin_snapshot() {
  rollback();
  execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");  // of the next transaction only
  execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

void Connection::commit() {
  execute("COMMIT");
}

void Connection::rollback() {
  if (!is_open()) return;
  try {
    execute("ROLLBACK");
  } catch (const SqlError&) {
    close();  // what cannot be rolled back by word is rolled back by hanging up
  }
}

}  // namespace peyk::store
