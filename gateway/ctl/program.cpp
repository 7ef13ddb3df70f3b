#include "gateway/ctl/program.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>

#include "config/club_file.hpp"
#include "config/load.hpp"
#include "gateway/clock.hpp"
#include "gateway/ctl/anonymous_commands.hpp"
#include "gateway/ctl/apply.hpp"
#include "gateway/ctl/books_commands.hpp"
#include "gateway/ctl/club_yaml.hpp"
#include "gateway/ctl/customer_commands.hpp"
#include "gateway/ctl/desk.hpp"
#include "gateway/ctl/effect_commands.hpp"
#include "gateway/ctl/gift_commands.hpp"
#include "gateway/ctl/insight_commands.hpp"
#include "gateway/ctl/ledger_commands.hpp"
#include "gateway/ctl/offer_commands.hpp"
#include "gateway/ctl/queue.hpp"
#include "gateway/ctl/queue_commands.hpp"
#include "gateway/ctl/replay_commands.hpp"
#include "gateway/ctl/segment_commands.hpp"
#include "gateway/ctl/show.hpp"
#include "gateway/ctl/till_commands.hpp"
#include "gateway/ctl/trace.hpp"
#include "gateway/ctl/trace_commands.hpp"
#include "gateway/ctl/webhook_commands.hpp"
#include "gateway/pins.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/lookup.hpp"
#include "store/mysql/migrations.hpp"
#include "store/mysql/webhooks.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

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
  for (const config::Mistake& remark : file->remarks) desk.err << "warning: " << config::report({remark});
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  PinVerifier verifier;
  ApplyWorld world{.clubs = store::load_clubs(connection),
                   .till_keys = store::load_till_keys(connection),
                   .lines = desk.options.lines,
                   .plain_http = desk.options.webhooks.plain_http,
                   .hash_pin = hash_pin,
                   .pin_matches = std::ref(verifier)};
  if (const auto* stored = club_of(world.clubs, file->club.slug)) {
    world.branches_on_record = store::branches_on_record(connection, stored->id);
    for (store::Endpoint& one : store::load_endpoints(connection, stored->id))
      world.webhooks.push_back(std::move(one.webhook));
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
    const handlers::ClubId id = store::save_club(connection, plan.club);
    store::save_webhooks(connection, id, plan.webhooks, wall_clock());
    connection.commit();
    desk.out << "club " << plan.club.slug << ": saved\n";
  }
  return kDone;
}

ExitCode get_club(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  std::vector<handlers::Webhook> webhooks;
  for (store::Endpoint& one : store::load_endpoints(connection, club.id))
    webhooks.push_back(std::move(one.webhook));
  desk.out << club_as_yaml(club, webhooks);
  return kDone;
}

std::string slugs(const std::vector<store::MemberFound>& found) {
  std::string list;
  for (const auto& one : found) list += (list.empty() ? "" : ", ") + one.club;
  return list;
}

ExitCode show_member(Desk& desk) {
  const auto phone = phone_named(desk.order.phone, "is not a mobile number: 09121112233, +989121112233");
  store::Connection connection(desk.options.mysql);
  const auto clubs = open_clubs(connection);
  if (!desk.order.club.empty()) club_named(clubs, desk.order.club);
  const auto found = store::find_member(connection, desk.order.club, phone, wall_clock());
  if (found.empty()) throw Trouble{kFound, templates::e164(phone) + " is no member"};
  if (found.size() > 1) {
    throw Trouble{kUsage, fmt::format("{} is a member of {}: name one with --club", templates::e164(phone),
                                      slugs(found))};
  }
  desk.out << (desk.order.json
                   ? member_as_json(found.front())
                   : member_as_text(found.front(), club_named(clubs, found.front().club).time_zone));
  return kDone;
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

  auto* getting = app.add_subcommand("get", "as a file, for apply");
  getting->require_subcommand(1);
  auto* club = getting->add_subcommand("club", "a club with which apply finds no difference");
  club->add_option("slug", order.club, "the club's slug")->required();

  auto* showing = app.add_subcommand("show", "look something up");
  showing->require_subcommand(1);
  auto* member = showing->add_subcommand("member", "a member with credit, codes, redemptions and messages");
  member->add_option("phone", order.phone, "her phone, in any form")->required();
  member->add_option("--club", order.club, "the slug of the club, if she is a member of several");
  member->add_flag("--json", order.json, "as JSON");

  auto* receipts = showing->add_subcommand("receipts", "delivery receipts that found no message");
  receipts->add_flag("--json", order.json, "as JSON");

  auto* letters = app.add_subcommand("letters", "dead letters: texts that failed, expired or ended unknown");
  auto* replaying = describe_letters(*letters, order.letters);

  auto* config = app.add_subcommand("config", "peyk.yaml");
  config->require_subcommand(1);
  auto* checking = config->add_subcommand("check", "read it and tell every mistake");

  for (auto* child :
       {migrating, applying, getting, club, showing, member, receipts, letters, config, checking})
    child->fallthrough();
  std::vector<Command> commands{{migrating, migrate},      {applying, apply},
                                {club, get_club},          {member, show_member},
                                {receipts, show_receipts}, {replaying, replay_dead_letters},
                                {letters, show_letters},   {checking, check_config}};
  describe_ledger(app, order, commands);
  describe_queue(app, order, commands);
  describe_trace(app, order, commands);
  describe_gift(app, order, commands);
  describe_offers(app, order, commands);
  describe_till(app, order, commands);
  describe_webhooks(app, order, commands);
  describe_books(app, order, commands);
  describe_customers(app, order, commands);
  describe_segments(app, order, commands);
  describe_replay(app, order, commands);
  describe_insights(app, order, commands);
  describe_anonymous(app, order, commands);
  describe_effect(app, order, commands);
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
