#include "store/mysql/connection.hpp"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

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

// "2026-11-21 22:13:39.000123". By hand: each text that leaves is bound several times, and printf was a good
// part of it.
using DatetimeText = std::array<char, 26>;
DatetimeText datetime_text(rules::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  DatetimeText text;
  std::ranges::copy(std::string_view("0000-00-00 00:00:00.000000"), text.begin());
  const auto put = [&text](auto quantity, std::size_t first, std::size_t width) {
    auto rest = static_cast<std::uint64_t>(quantity);
    for (std::size_t place = first + width; place-- > first; rest /= 10)
      text[place] = static_cast<char>('0' + rest % 10);
  };
  put(static_cast<int>(date.year()), 0, 4);
  put(static_cast<unsigned>(date.month()), 5, 2);
  put(static_cast<unsigned>(date.day()), 8, 2);
  put(time.hours().count(), 11, 2);
  put(time.minutes().count(), 14, 2);
  put(time.seconds().count(), 17, 2);
  put(time.subseconds().count(), 20, 6);
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

namespace {

using Value = std::variant<std::monostate, std::uint64_t, std::int64_t, std::string>;

struct Binding {
  sql::PreparedStatement& statement;
  std::uint32_t at;

  void operator()(std::monostate) const { statement.setNull(at, 0); }
  void operator()(std::uint64_t value) const { statement.setUInt64(at, value); }
  void operator()(std::int64_t value) const { statement.setInt64(at, value); }
  void operator()(std::string_view value) const {
    statement.setString(at, sql::SQLString(value.data(), value.size()));
  }
};

// A statement that waits for its company.
struct Gathered {
  const std::string* sql;
  std::vector<Value> values;
};

constexpr std::size_t kCombinationsMax = 200;      // prepared at once: each is kept by the server too
constexpr std::size_t kGatheredValuesMax = 8'000;  // of the 65,535 that a statement may have

}  // namespace

struct Connection::Impl {
  std::unique_ptr<sql::Connection> connection;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements;
  std::unordered_map<std::string, std::unique_ptr<sql::PreparedStatement>> combinations;
  bool knows_compounds = false, gathering = false;
  std::vector<Gathered> gathered;
  std::size_t gathered_values = 0;

  std::unique_ptr<sql::PreparedStatement> prepared(const std::string& sql) const {
    return translated("preparing", [&] {
      return std::unique_ptr<sql::PreparedStatement>(connection->prepareStatement(sql::SQLString(sql)));
    });
  }

  sql::PreparedStatement& combination(const std::string& sql) {
    if (combinations.size() >= kCombinationsMax && !combinations.contains(sql)) combinations.clear();
    auto& cached = combinations[sql];
    if (!cached) cached = prepared(sql);
    return *cached;
  }

  // MariaDB Server documentation, "BEGIN END" and "PREPARE Statement": any statement, with parameters.
  void send_gathered(std::string_view last) {
    const std::vector<Gathered> ours = std::exchange(gathered, {});
    gathered_values = 0;
    if (ours.empty()) return;
    std::string sql = "BEGIN NOT ATOMIC ";
    for (const Gathered& one : ours) sql.append(*one.sql).append("; ");
    sql.append(last).append("END");
    sql::PreparedStatement& all = combination(sql);
    translated("saving", [&] {
      std::uint32_t at = 0;
      for (const Gathered& one : ours) {
        for (const Value& value : one.values) std::visit(Binding{all, ++at}, value);
      }
      all.executeUpdate();
    });
  }

  void wait_in_company(const std::string& sql, std::vector<Value> values) {
    gathered_values += values.size();
    gathered.push_back({&sql, std::move(values)});
    if (gathered_values > kGatheredValuesMax) send_gathered("");
  }

  void forget_gathered() {
    gathered.clear();
    gathered_values = 0;
    gathering = false;
  }
};

// Prepared when it is sent by itself for the first time. While its connection gathers, what is bound waits.
struct Statement::Impl {
  Impl(Connection::Impl& its_connection, const std::string& its_sql)
      : connection(its_connection), sql(its_sql) {}

  Connection::Impl& connection;
  const std::string& sql;
  std::unique_ptr<sql::PreparedStatement> statement;
  std::uint32_t bound = 0;
  std::vector<Value> waiting;

  sql::PreparedStatement& prepared() {
    if (!statement) statement = connection.prepared(sql);
    return *statement;
  }

  template <typename T>
  void bind(T value) {
    if (connection.gathering) {
      if constexpr (std::is_same_v<T, std::string_view>) {
        waiting.emplace_back(std::string(value));
      } else {
        waiting.emplace_back(value);
      }
    } else {
      Binding{prepared(), ++bound}(value);
    }
  }

  // Ready to be sent by itself.
  sql::PreparedStatement& alone() {
    connection.send_gathered("");
    sql::PreparedStatement& ours = prepared();
    for (const Value& value : std::exchange(waiting, {})) std::visit(Binding{ours, ++bound}, value);
    bound = 0;
    return ours;
  }
};

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::~Statement() = default;

// Of a use that an exception ended.
void Statement::forget_bound() {
  impl_->waiting.clear();
  impl_->bound = 0;
}

Statement& Statement::add(std::uint64_t value) {
  impl_->bind(value);
  return *this;
}
Statement& Statement::add(std::int64_t value) {
  impl_->bind(value);
  return *this;
}
Statement& Statement::add(std::string_view value) {
  impl_->bind(value);
  return *this;
}
Statement& Statement::add(rules::Instant value) {
  if (value == rules::Instant{}) {
    impl_->bind(std::monostate{});
    return *this;
  }
  const DatetimeText text = datetime_text(value);
  return add(std::string_view(text.data(), text.size()));
}
Statement& Statement::add(std::optional<std::uint64_t> value) {
  if (value) return add(*value);
  impl_->bind(std::monostate{});
  return *this;
}

std::uint64_t Statement::update() {
  sql::PreparedStatement& statement = impl_->alone();
  return translated("saving", [&] { return static_cast<std::uint64_t>(statement.executeUpdate()); });
}

void Statement::run() {
  if (impl_->connection.gathering) {
    impl_->connection.wait_in_company(impl_->sql, std::exchange(impl_->waiting, {}));
  } else {
    update();
  }
}

Rows Statement::query() {
  sql::PreparedStatement& statement = impl_->alone();
  auto rows = std::make_unique<Rows::Impl>();
  rows->rows.reset(translated("loading", [&] { return statement.executeQuery(); }));
  return Rows(std::move(rows));
}

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
  Rows version = prepare("SELECT VERSION() LIKE '%MariaDB%'").query();
  impl_->knows_compounds = version.next() && version.flag();
}

void Connection::close() {
  impl_->forget_gathered();
  impl_->statements.clear();
  impl_->combinations.clear();
  impl_->connection.reset();
}

void Connection::execute(const std::string& sql) {
  impl_->send_gathered("");
  translated("executing", [this, &sql] {
    std::unique_ptr<sql::Statement> statement(impl_->connection->createStatement());
    statement->execute(sql::SQLString(sql));
  });
}

Statement& Connection::prepare(const std::string& sql) {
  const auto [it, is_new] = impl_->statements.try_emplace(sql);
  if (is_new) it->second = std::make_unique<Statement>(std::make_unique<Statement::Impl>(*impl_, it->first));
  it->second->forget_bound();
  return *it->second;
}

void Connection::begin_snapshot() {
  rollback();
  execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");  // of the next transaction only
  execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

void Connection::gather() {
  impl_->gathering = impl_->knows_compounds;
}

void Connection::commit() {
  impl_->gathering = false;
  if (impl_->gathered.empty()) return execute("COMMIT");
  impl_->send_gathered("COMMIT; ");
}

void Connection::rollback() {
  impl_->forget_gathered();
  if (!is_open()) return;
  try {
    execute("ROLLBACK");
  } catch (const SqlError&) {
    close();  // what cannot be rolled back by word is rolled back by hanging up
  }
}

}  // namespace peyk::store
