// What the commands of peykctl work with: the words of the command line, the options that peyk.yaml gives,
// where to write, and the trouble that ends a command.
//
// A command is a function of a Desk. Where it cannot go on it throws Trouble; SqlError, MigrationError and
// QueueAway are put into words by program.cpp.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/ctl/letters.hpp"
#include "gateway/ctl/program.hpp"
#include "gateway/options.hpp"
#include "handlers/club.hpp"
#include "store/mysql/connection.hpp"

namespace CLI {
class App;
}

namespace peyk::gateway::ctl {

// Which events, as it was typed.
struct EventsOrder {
  std::string endpoint, type, state;
  std::vector<std::uint64_t> ids;
  std::uint64_t after = 0;
  std::uint32_t limit = 50;
  bool all_failed = false;
};

struct BooksOrder {
  std::string file;
  bool tell = false;
  std::uint32_t parked_days = 3;
  bool anonymous = false;
};

// Of which days, and where a list goes.
struct CustomersOrder {
  std::string from, to, segment, why, csv;
  std::vector<std::string> tags_on, tags_off;
  bool moved = false;
};

// As it was typed.
struct Order {
  std::string config_file = "config/peyk.yaml";
  std::string club_file, phone, club, language = "en", line, lane, why, till_key, old_until = "24h";
  std::string offer, item, key_role = "till";
  handlers::BranchNo branch = 0;
  std::uint64_t message = 0;
  std::vector<std::uint64_t> messages;
  std::uint32_t watch_seconds = 0;
  std::vector<std::uint32_t> codes;
  std::uint64_t batch = 0;
  std::int64_t amount = 0;
  std::uint32_t count = 1, valid_days = 90;
  bool create_database = false, dry_run = false, json = false;
  LettersOrder letters;
  EventsOrder events;
  BooksOrder books;
  CustomersOrder customers;
};

struct Desk {
  const Order& order;
  Options options;
  std::ostream& out;
  std::ostream& err;
};

struct Trouble {
  ExitCode code;
  std::string what;
};

// Which command a subcommand of the command line stands for.
struct Command {
  CLI::App* app = nullptr;
  ExitCode (*run)(Desk&) = nullptr;
};

// For statements that may read a whole table.
store::MysqlOptions patient(store::MysqlOptions mysql);

// Throws Trouble when the schema is not this program's.
void open_current(store::Connection& connection);
// Likewise; the clubs, read in a transaction that is still under way.
std::vector<handlers::Club> open_clubs(store::Connection& connection);

// Throws Trouble when there is none.
const handlers::Club& club_named(const std::vector<handlers::Club>& clubs, std::string_view slug);

// `otherwise`: what to say of a text that is no phone. Throws Trouble.
handlers::PhoneNumber phone_named(const std::string& text, std::string_view otherwise);

// A day of the club, Jalali or Gregorian: its first instant, or the first after it; nothing typed: the epoch.
// Throws Trouble.
rules::Instant day_named(const std::string& typed, const handlers::Club& club, bool end);

// Whose hand it was: for who finds what she did at night. At most 64 octets.
std::string operator_name();

}  // namespace peyk::gateway::ctl
