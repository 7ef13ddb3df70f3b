#include "gateway/ctl/desk.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "gateway/ctl/apply.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/migrations.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

constexpr std::chrono::hours kPatience{1};
constexpr std::size_t kNameMax = 64;  // octets

}  // namespace

store::MysqlOptions patient(store::MysqlOptions mysql) {
  mysql.statement_timeout = kPatience;
  return mysql;
}

void open_current(store::Connection& connection) {
  connection.open();
  if (const auto problem = store::schema_problem(connection)) throw Trouble{kDatabase, *problem};
}

std::vector<handlers::Club> open_clubs(store::Connection& connection) {
  open_current(connection);
  return store::load_clubs(connection);
}

const handlers::Club& club_named(const std::vector<handlers::Club>& clubs, std::string_view slug) {
  const handlers::Club* club = club_of(clubs, slug);
  if (club == nullptr) throw Trouble{kFound, fmt::format("there is no club {}", slug)};
  return *club;
}

handlers::PhoneNumber phone_named(const std::string& text, std::string_view otherwise) {
  const auto phone = templates::parse_phone(text);
  if (!phone) throw Trouble{kUsage, fmt::format("\"{}\" {}", text, otherwise)};
  return *phone;
}

rules::Instant day_named(const std::string& typed, const handlers::Club& club, bool end) {
  if (typed.empty()) return {};
  const auto date = templates::parse_date(typed);
  if (!date) throw Trouble{kUsage, fmt::format("\"{}\" is no day: 1405-06-01, 2026-08-23", typed)};
  const std::chrono::sys_days day{templates::to_gregorian(*date)};
  return templates::instant_of(day + std::chrono::days{end ? 1 : 0}, club.time_zone);
}

std::string operator_name() {
  const char* through_sudo = std::getenv("SUDO_USER");
  if (through_sudo != nullptr && *through_sudo != '\0') return std::string(through_sudo).substr(0, kNameMax);
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? std::to_string(getuid()) : std::string(user->pw_name).substr(0, kNameMax);
}

}  // namespace peyk::gateway::ctl
