#include "gateway/mysql_arrival.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "gateway/log.hpp"

namespace peyk::gateway {
namespace {

using store::SqlError;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPauseMin{50}, kPauseMax{1000};
constexpr std::chrono::seconds kSaidEvery{10};

void open(store::Connection& connection) {
  try {
    connection.open();
  } catch (const SqlError& e) {
    if (e.kind() != SqlError::Kind::broken) throw;
    throw std::runtime_error(fmt::format(
        "MySQL is there and does not let us in: {}. See user, password and database under mysql in"
        " the configuration; `peykctl migrate --create-database` makes a database that is missing",
        e.what()));
  }
}

}  // namespace

MysqlArrival::MysqlArrival(store::MysqlOptions options, std::function<void(store::Connection&)> read)
    : options_(std::move(options)), read_(std::move(read)), next_pause_(kPauseMin) {}

MysqlArrival::~MysqlArrival() {
  stop();
}

void MysqlArrival::start(std::function<void(std::exception_ptr)> done) {
  done_ = std::move(done);
  thread_ = std::thread([this] { run(); });
}

void MysqlArrival::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void MysqlArrival::run() {
  try {
    while (!read_all()) {
      if (!pause()) return;
    }
    done_(nullptr);
  } catch (const std::exception&) {
    done_(std::current_exception());
  }
}

// False: the server is away.
bool MysqlArrival::read_all() {
  store::Connection connection(options_);
  try {
    open(connection);
    read_(connection);
    connection.rollback();
    return true;
  } catch (const SqlError& e) {
    if (e.kind() == SqlError::Kind::broken) throw;
    say(e.what());
    return false;
  }
}

// False: stopping.
bool MysqlArrival::pause() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, next_pause_, [this] { return stopping_; });
  next_pause_ = std::min(next_pause_ * 2, kPauseMax);
  return !stopping_;
}

void MysqlArrival::say(const char* why) {
  if (Clock::now() < next_said_) return;
  next_said_ = Clock::now() + kSaidEvery;
  log::warn("waiting_for_mysql", {{"why", why}});
}

}  // namespace peyk::gateway
