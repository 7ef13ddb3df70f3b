#include "gateway/ctl/program.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/club_file.hpp"
#include "config/load.hpp"
#include "gateway/clock.hpp"
#include "gateway/ctl/apply.hpp"
#include "gateway/ctl/cancel.hpp"
#include "gateway/ctl/letters.hpp"
#include "gateway/ctl/queue.hpp"
#include "gateway/ctl/show.hpp"
#include "gateway/ctl/trace.hpp"
#include "gateway/outbound_line.hpp"
#include "gateway/pins.hpp"
#include "store/mysql/audit.hpp"
#include "store/mysql/lookup.hpp"
#include "store/mysql/migrations.hpp"
#include "store/mysql/tables.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

// One statement of an audit or a migration may read a whole table.
constexpr std::chrono::hours kPatience{1};
// An operator's name and her words in a reason, which has room for 100.
constexpr std::size_t kNameShown = 20, kWhyShown = 60;

struct Order {
  std::string config_file = "config/peyk.yaml";
  std::string club_file, phone, club, language = "en", line, lane, why;
  std::uint64_t message = 0;
  std::vector<std::uint64_t> messages;
  std::uint32_t watch_seconds = 0;
  bool create_database = false, dry_run = false, json = false;
  LettersOrder letters;
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

std::string address_of(const store::MysqlOptions& mysql) {
  return mysql.unix_socket.empty() ? fmt::format("{}:{}", mysql.host, mysql.port) : mysql.unix_socket;
}

// An error of the database in one line, with what to do about it.
std::string advice(const store::SqlError& error, const store::MysqlOptions& mysql) {
  switch (error.code()) {
    case 1044:  // ER_DBACCESS_DENIED_ERROR
    case 1045:  // ER_ACCESS_DENIED_ERROR
    case 1142:  // ER_TABLEACCESS_DENIED_ERROR
      return fmt::format("{}: give user {} that right, or correct mysql.user and mysql.password",
                         error.what(), mysql.user);
    case 1049:  // ER_BAD_DB_ERROR
      return fmt::format(
          "there is no database {} at {}: run peykctl migrate --create-database, or correct"
          " mysql.database",
          mysql.database, address_of(mysql));
    case 1146:  // ER_NO_SUCH_TABLE
      return fmt::format("{}: run peykctl migrate", error.what());
    default:
      break;
  }
  if (error.kind() == store::SqlError::Kind::lost) {
    return fmt::format("{}: see that MySQL runs at {}, and run the command again", error.what(),
                       address_of(mysql));
  }
  return fmt::format("{}: nothing was changed", error.what());
}

store::MysqlOptions patient(store::MysqlOptions mysql) {
  mysql.statement_timeout = kPatience;
  return mysql;
}

void open_current(store::Connection& connection) {
  connection.open();
  if (const auto problem = store::schema_problem(connection)) throw Trouble{kDatabase, *problem};
}

ExitCode check_config(Desk& desk) {
  desk.out << desk.order.config_file << ": correct\n";
  return kDone;
}

ExitCode migrate(Desk& desk) {
  if (desk.order.create_database) store::create_database(desk.options.mysql);
  store::Connection connection(patient(desk.options.mysql));
  connection.open();
  const auto applied = store::migrate(connection);
  for (const std::string& name : applied) desk.out << "applied " << name << '\n';
  if (applied.empty()) desk.out << "the schema is up to date\n";
  return kDone;
}

ExitCode apply(Desk& desk) {
  const auto file = config::load_club_file(desk.order.club_file, config::process_environment());
  if (!file) throw Trouble{kUsage, config::report(file.error())};
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  PinVerifier verifier;
  ApplyWorld world{.clubs = store::load_clubs(connection),
                   .lines = desk.options.lines,
                   .hash_pin = hash_pin,
                   .pin_matches = std::ref(verifier)};
  if (const auto* stored = club_of(world.clubs, file->club.slug)) {
    world.branches_on_record = store::branches_on_record(connection, stored->id);
  }
  const ApplyPlan plan = plan_apply(*file, world);
  for (const std::string& line : plan.differences) desk.out << line << '\n';
  for (const std::string& refusal : plan.refusals)
    desk.err << desk.order.club_file << ": " << refusal << '\n';
  if (!plan.refusals.empty()) return kFound;
  if (plan.differences.empty()) {
    desk.out << "club " << plan.club.slug << ": nothing to change\n";
  } else if (desk.order.dry_run) {
    desk.out << "club " << plan.club.slug << ": nothing was saved (--dry-run)\n";
  } else {
    store::save_club(connection, plan.club);
    desk.out << "club " << plan.club.slug << ": saved\n";
  }
  return kDone;
}

std::string slugs(const std::vector<store::MemberFound>& found) {
  std::string list;
  for (const auto& one : found) list += (list.empty() ? "" : ", ") + one.club;
  return list;
}

ExitCode show_member(Desk& desk) {
  const auto phone = templates::parse_phone(desk.order.phone);
  if (!phone)
    throw Trouble{kUsage, "\"" + desk.order.phone + "\" is not a mobile number: 09121112233, +989121112233"};
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto clubs = store::load_clubs(connection);
  if (!desk.order.club.empty() && club_of(clubs, desk.order.club) == nullptr) {
    throw Trouble{kFound, "there is no club " + desk.order.club};
  }
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto found = store::find_member(connection, desk.order.club, *phone, now);
  if (found.empty()) throw Trouble{kFound, templates::e164(*phone) + " is no member"};
  if (found.size() > 1) {
    throw Trouble{kUsage, fmt::format("{} is a member of {}: name one with --club", templates::e164(*phone),
                                      slugs(found))};
  }
  desk.out << (desk.order.json
                   ? member_as_json(found.front())
                   : member_as_text(found.front(), club_of(clubs, found.front().club)->time_zone));
  return kDone;
}

templates::Language language_of(const Desk& desk) {
  return desk.order.language == "fa" ? templates::Language::fa : templates::Language::en;
}

ExitCode trace_message(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto found = store::trace_message(connection, desk.order.message);
  if (!found) throw Trouble{kFound, fmt::format("there is no message {}", desk.order.message)};
  desk.out << (desk.order.json ? message_as_json(*found, desk.options.carriers, language_of(desk))
                               : message_as_text(*found, desk.options.carriers, language_of(desk)));
  return kDone;
}

ExitCode trace_phone(Desk& desk) {
  const auto phone = templates::parse_phone(desk.order.phone);
  if (!phone)
    throw Trouble{kUsage, "\"" + desk.order.phone + "\" is neither a mobile number nor a message's id"};
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto found = store::trace_phone(connection, *phone, store::kLookupRowsMax);
  if (found.empty()) throw Trouble{kFound, templates::e164(*phone) + " was sent nothing"};
  desk.out << (desk.order.json ? messages_as_json(found, desk.options.carriers, language_of(desk))
                               : messages_as_text(found, language_of(desk)));
  return kDone;
}

// A phone in any form, or a message's id: ids have fewer digits than a mobile number.
ExitCode trace_either(Desk& desk) {
  if (desk.order.phone.empty()) throw Trouble{kUsage, "trace a phone or a message's id"};
  if (templates::parse_phone(desk.order.phone)) return trace_phone(desk);
  const std::string& text = desk.order.phone;
  Order order = desk.order;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), order.message);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return trace_phone(desk);
  Desk by_id{order, desk.options, desk.out, desk.err};
  return trace_message(by_id);
}

ExitCode show_queue(Desk& desk) {
  const std::chrono::seconds every{std::max(1U, desk.order.watch_seconds)};
  do {
    auto looks = look_at_queue(desk.options, every);
    std::vector<store::Pause> pauses;
    std::vector<handlers::Club> clubs;
    {
      store::Connection connection(desk.options.mysql);
      open_current(connection);
      pauses = store::load_pauses(connection);
      clubs = store::load_clubs(connection);
      auto scheduled = store::count_scheduled(connection);
      for (LineLook& look : looks) look.scheduled = scheduled[look.line.number];
    }
    desk.out << (desk.order.json ? queue_as_json(looks, pauses, clubs) : queue_as_text(looks, pauses, clubs))
             << std::flush;
  } while (desk.order.watch_seconds > 0 && desk.out);
  return kDone;
}

// Whose hand it was: for who finds the pause at night.
std::string operator_name() {
  const char* through_sudo = std::getenv("SUDO_USER");
  if (through_sudo != nullptr && *through_sudo != '\0') return std::string(through_sudo).substr(0, 64);
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? std::to_string(getuid()) : std::string(user->pw_name).substr(0, 64);
}

handlers::Lane lane_named(std::string_view word) {
  std::uint8_t lane = 0;
  while (words(static_cast<handlers::Lane>(lane)) != word) ++lane;
  return static_cast<handlers::Lane>(lane);
}

// What the words of the command line mean; `described` is it in words.
store::Pause pause_of(Desk& desk, store::Connection& connection, std::string& described) {
  store::Pause pause;
  if (!desk.order.club.empty()) {
    const auto clubs = store::load_clubs(connection);
    const handlers::Club* club = club_of(clubs, desk.order.club);
    if (club == nullptr) throw Trouble{kFound, "there is no club " + desk.order.club};
    pause.scope = store::Pause::Scope::club;
    pause.subject = club->id;
    described = "club " + desk.order.club;
    return pause;
  }
  const auto is_ours = [&desk](const LineOptions& line) { return line.number == desk.order.line; };
  if (std::ranges::none_of(desk.options.lines, is_ours))
    throw Trouble{kFound, "there is no line " + desk.order.line + " in " + desk.order.config_file};
  pause.line = desk.order.line;
  described = "line " + desk.order.line;
  if (desk.order.lane.empty()) return pause;
  pause.scope = store::Pause::Scope::lane;
  pause.subject = static_cast<std::uint32_t>(lane_named(desk.order.lane));
  described = "lane " + desk.order.lane + " of " + described;
  return pause;
}

ExitCode pause(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  std::string what;
  store::Pause wanted = pause_of(desk, connection, what);
  wanted.since = wall_clock();
  wanted.by = operator_name();
  wanted.why = desk.order.why;
  if (store::save_pause(connection, wanted)) {
    connection.commit();
    desk.out << what << ": paused\n";
  } else {
    desk.out << what << ": was paused already\n";
  }
  return kDone;
}

ExitCode resume(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  std::string what;
  const bool was_paused = store::delete_pause(connection, pause_of(desk, connection, what));
  connection.commit();
  desk.out << what << (was_paused ? ": resumed\n" : ": was not paused\n");
  return kDone;
}

ExitCode cancel_texts(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  CancelOrder order{.ids = desk.order.messages,
                    .why = fmt::format("cancelled by {}{}{}", operator_name().substr(0, kNameShown),
                                       desk.order.why.empty() ? "" : ": ", desk.order.why)};
  if (!desk.order.club.empty()) {
    const auto clubs = store::load_clubs(connection);
    const handlers::Club* club = club_of(clubs, desk.order.club);
    if (club == nullptr) throw Trouble{kFound, "there is no club " + desk.order.club};
    order.scope.club = club->id;
  }
  if (!desk.order.lane.empty()) order.scope.lane = lane_named(desk.order.lane);
  if (!desk.order.phone.empty()) {
    const auto phone = templates::parse_phone(desk.order.phone);
    if (!phone) throw Trouble{kUsage, "\"" + desk.order.phone + "\" is not a mobile number"};
    order.scope.phone = *phone;
  }
  const CancelReport report = cancel(desk.options, connection, order);
  desk.out << (desk.order.json ? cancel_as_json(report) : cancel_as_text(report));
  return report.left.empty() && report.unanswered.empty() && report.others.empty() ? kDone : kFound;
}

ExitCode show_letters(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  return list_letters(desk.order.letters, desk.options, connection, desk.out, desk.err);
}

ExitCode replay_dead_letters(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  return replay_letters(desk.order.letters, desk.options, connection, operator_name(), desk.out, desk.err);
}

ExitCode show_receipts(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto receipts = store::trace_receipts(connection, store::kLookupRowsMax);
  desk.out << (desk.order.json ? receipts_as_json(receipts) : receipts_as_text(receipts));
  return kDone;
}

ExitCode audit_ledger(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  const store::Audit audit = store::audit_ledger(connection);
  if (desk.order.json) {
    desk.out << nlohmann::ordered_json{{"balanced", audit.balanced()},
                                       {"entries", audit.entries},
                                       {"problems", audit.problems}}
                    .dump()
             << '\n';
  } else {
    for (const std::string& problem : audit.problems) desk.out << problem << '\n';
    if (audit.has_more) desk.out << "and more\n";
    desk.out << audit.entries << (audit.balanced() ? " entries, balanced\n" : " entries, NOT balanced\n");
  }
  return audit.balanced() ? kDone : kFound;
}

struct Command {
  CLI::App* app = nullptr;
  ExitCode (*run)(Desk&) = nullptr;
};

// "pause line 3000", "pause lane 3000 promo", "pause club nan-o-namak"; the same of "resume".
void describe_scopes(CLI::App& verb, Order& order, ExitCode (*run)(Desk&), std::vector<Command>& commands) {
  verb.require_subcommand(1);
  auto* line = verb.add_subcommand("line", "all that leaves from a number");
  auto* lane = verb.add_subcommand("lane", "one lane of a line");
  auto* club = verb.add_subcommand("club", "all that a club says, on every line");
  for (auto* of_line : {line, lane})
    of_line->add_option("number", order.line, "the line's number")->required();
  lane->add_option("lane", order.lane, "urgent, reply, notice or promo")
      ->required()
      ->check(CLI::IsMember({"urgent", "reply", "notice", "promo"}));
  club->add_option("slug", order.club, "the club")->required();
  for (auto* scope : {line, lane, club}) {
    scope->fallthrough();
    if (run == pause)
      scope->add_option("--why", order.why, "for who finds it at night")->check([](const std::string& text) {
        return text.size() > 200 ? std::string("at most 200 octets") : std::string();
      });
    commands.push_back({scope, run});
  }
  verb.fallthrough();
}

// "queue cancel message 40417 40418", "queue cancel club nan-o-namak promo", "queue cancel phone 0912…".
void describe_cancel(CLI::App& queue, Order& order, std::vector<Command>& commands) {
  auto* verb = queue.add_subcommand("cancel", "let what waits, scheduled or queued, never leave");
  verb->require_subcommand(1);
  auto* message = verb->add_subcommand("message", "these messages");
  auto* club = verb->add_subcommand("club", "what waits of a club, on every line");
  auto* phone = verb->add_subcommand("phone", "what waits for a phone");
  message->add_option("ids", order.messages, "as the log and show member --json give them")
      ->required()
      ->expected(1, 1000);
  club->add_option("slug", order.club, "the club")->required();
  club->add_option("lane", order.lane, "only of urgent, reply, notice or promo")
      ->check(CLI::IsMember({"urgent", "reply", "notice", "promo"}));
  phone->add_option("phone", order.phone, "in any form")->required();
  phone->add_option("--club", order.club, "only of this club, by its slug");
  for (auto* scope : {message, club, phone}) {
    scope->add_option("--why", order.why, "for who asks where the text is")
        ->check([](const std::string& text) {
          return text.size() > kWhyShown ? fmt::format("at most {} octets", kWhyShown) : std::string();
        });
    scope->add_flag("--json", order.json, "as JSON");
    scope->fallthrough();
    commands.push_back({scope, cancel_texts});
  }
  verb->fallthrough();
}

std::vector<Command> describe(CLI::App& app, Order& order) {
  app.description("Peyk's tool for operators: schema, clubs, members, ledger. Manual: docs/peykctl.md");
  app.add_option("--config", order.config_file, "peyk.yaml")->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();

  auto* migrating = app.add_subcommand("migrate", "bring the database's schema up to this program's");
  migrating->add_flag("--create-database", order.create_database,
                      "create the database first if it is not there");

  auto* applying = app.add_subcommand("apply", "show what differs from a club's file, then save it");
  applying->add_option("file", order.club_file, "the club's file")->required();
  applying->add_flag("--dry-run", order.dry_run, "only show");

  auto* showing = app.add_subcommand("show", "look something up");
  showing->require_subcommand(1);
  auto* member = showing->add_subcommand("member", "a member with credit, codes, redemptions and messages");
  member->add_option("phone", order.phone, "her phone, in any form")->required();
  member->add_option("--club", order.club, "the slug of the club, if she is a member of several");
  member->add_flag("--json", order.json, "as JSON");

  auto* receipts = showing->add_subcommand("receipts", "delivery receipts that found no message");
  receipts->add_flag("--json", order.json, "as JSON");

  auto* queue =
      app.add_subcommand("queue", "what waits in each line and lane, how old it is, how fast it leaves");
  queue->add_option("--watch", order.watch_seconds, "again and again, every so many seconds")
      ->check(CLI::Range(1, 3600));
  queue->add_flag("--json", order.json, "as JSON, a line each time");

  auto* pausing =
      app.add_subcommand("pause", "let nothing of a line, a lane or a club leave, until it is resumed");
  auto* resuming = app.add_subcommand("resume", "let it leave again");

  auto* letters = app.add_subcommand("letters", "dead letters: texts that failed, expired or ended unknown");
  auto* replaying = describe_letters(*letters, order.letters);

  auto* tracing = app.add_subcommand("trace", "follow something from its beginning");
  tracing->require_subcommand(0, 1);
  tracing->add_option("what", order.phone, "a phone in any form, or a message's id");
  tracing->add_option("--language", order.language, "of the words: fa, en")
      ->check(CLI::IsMember({"fa", "en"}))
      ->capture_default_str();
  tracing->add_flag("--json", order.json, "as JSON");
  auto* message = tracing->add_subcommand("message", "a message with its parts, receipts and times");
  message->add_option("id", order.message, "as the log and show member --json give it")->required();
  auto* to_phone = tracing->add_subcommand("phone", "the last messages to a phone");
  to_phone->add_option("phone", order.phone, "in any form")->required();

  auto* ledger = app.add_subcommand("ledger", "the books");
  ledger->require_subcommand(1);
  auto* auditing = ledger->add_subcommand("audit", "check every promise of the ledger; changes nothing");
  auditing->add_flag("--json", order.json, "as JSON");

  auto* config = app.add_subcommand("config", "peyk.yaml");
  config->require_subcommand(1);
  auto* checking = config->add_subcommand("check", "read it and tell every mistake");

  for (auto* child : {migrating, applying, showing, member, receipts, queue, letters, tracing, message,
                      to_phone, ledger, auditing, config, checking})
    child->fallthrough();
  std::vector<Command> commands;
  describe_cancel(*queue, order, commands);  // before `queue` itself, which is parsed with it
  commands.insert(commands.end(), {{migrating, migrate},
                                   {applying, apply},
                                   {member, show_member},
                                   {receipts, show_receipts},
                                   {queue, show_queue},
                                   {message, trace_message},
                                   {to_phone, trace_phone},
                                   {tracing, trace_either},
                                   {replaying, replay_dead_letters},
                                   {letters, show_letters},
                                   {auditing, audit_ledger},
                                   {checking, check_config}});
  describe_scopes(*pausing, order, pause, commands);
  describe_scopes(*resuming, order, resume, commands);
  return commands;
}

ExitCode carry_out(const Command& command, const Order& order, std::ostream& out, std::ostream& err) {
  auto options = config::load_options_file(order.config_file, config::process_environment());
  if (!options) {
    err << config::report(options.error());
    return kUsage;
  }
  Desk desk{order, std::move(*options), out, err};
  try {
    return command.run(desk);
  } catch (const Trouble& trouble) {
    err << (trouble.what.ends_with('\n') ? trouble.what : "peykctl: " + trouble.what + "\n");
    return trouble.code;
  } catch (const store::MigrationError& error) {
    err << "peykctl: " << error.what() << '\n';
  } catch (const QueueAway& error) {
    err << "peykctl: " << error.what() << '\n';
  } catch (const store::SqlError& error) {
    err << "peykctl: " << advice(error, desk.options.mysql) << '\n';
  }
  return kDatabase;
}

}  // namespace

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  Order order;
  CLI::App app("", "peykctl");
  const std::vector<Command> commands = describe(app, order);
  try {
    app.parse(
        std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? kDone : kUsage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return carry_out(command, order, out, err);
  }
  return kUsage;
}

}  // namespace peyk::gateway::ctl
