#include "gateway/ctl/queue_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>

#include "gateway/clock.hpp"
#include "gateway/ctl/cancel.hpp"
#include "gateway/ctl/queue.hpp"
#include "gateway/lane_words.hpp"
#include "store/mysql/clubs.hpp"

namespace peyk::gateway::ctl {
namespace {

constexpr std::size_t kPauseWhyMax = 200;  // octets, as pauses.why holds
// A cancelled text's reason has room for 100: an operator's name and her words.
constexpr std::size_t kCancelNameMax = 20, kCancelWhyMax = 60;

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

// What the words of the command line mean; `described` is it in words.
store::Pause pause_of(Desk& desk, store::Connection& connection, std::string& described) {
  store::Pause pause;
  if (!desk.order.club.empty()) {
    pause.scope = store::Pause::Scope::club;
    pause.subject = club_named(store::load_clubs(connection), desk.order.club).id;
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
  pause.subject = static_cast<std::uint32_t>(lane_named(desk.order.lane).value());
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
                    .why = fmt::format("cancelled by {}{}{}", operator_name().substr(0, kCancelNameMax),
                                       desk.order.why.empty() ? "" : ": ", desk.order.why)};
  if (!desk.order.club.empty())
    order.scope.club = club_named(store::load_clubs(connection), desk.order.club).id;
  order.scope.lane = lane_named(desk.order.lane);
  if (!desk.order.phone.empty()) order.scope.phone = phone_named(desk.order.phone, "is not a mobile number");
  const CancelReport report = cancel(desk.options, connection, order);
  desk.out << (desk.order.json ? cancel_as_json(report) : cancel_as_text(report));
  return report.left.empty() && report.unanswered.empty() && report.others.empty() ? kDone : kFound;
}

CLI::Validator at_most(std::size_t octets) {
  return CLI::Validator(
      [octets](const std::string& text) {
        return text.size() > octets ? fmt::format("at most {} octets", octets) : std::string();
      },
      "");
}

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
      ->check(CLI::IsMember(lane_words()));
  club->add_option("slug", order.club, "the club")->required();
  for (auto* scope : {line, lane, club}) {
    scope->fallthrough();
    if (run == pause)
      scope->add_option("--why", order.why, "for who finds it at night")->check(at_most(kPauseWhyMax));
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
      ->check(CLI::IsMember(lane_words()));
  phone->add_option("phone", order.phone, "in any form")->required();
  phone->add_option("--club", order.club, "only of this club, by its slug");
  for (auto* scope : {message, club, phone}) {
    scope->add_option("--why", order.why, "for who asks where the text is")->check(at_most(kCancelWhyMax));
    scope->add_flag("--json", order.json, "as JSON");
    scope->fallthrough();
    commands.push_back({scope, cancel_texts});
  }
  verb->fallthrough();
}

}  // namespace

void describe_queue(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* queue =
      app.add_subcommand("queue", "what waits in each line and lane, how old it is, how fast it leaves");
  queue->add_option("--watch", order.watch_seconds, "again and again, every so many seconds")
      ->check(CLI::Range(1, 3600));
  queue->add_flag("--json", order.json, "as JSON, a line each time");
  queue->fallthrough();
  describe_cancel(*queue, order, commands);  // before `queue` itself, which is parsed with it
  commands.push_back({queue, show_queue});
  auto* pausing =
      app.add_subcommand("pause", "let nothing of a line, a lane or a club leave, until it is resumed");
  describe_scopes(*pausing, order, pause, commands);
  auto* resuming = app.add_subcommand("resume", "let it leave again");
  describe_scopes(*resuming, order, resume, commands);
}

}  // namespace peyk::gateway::ctl
