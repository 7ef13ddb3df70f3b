#include "gateway/ctl/customer_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>

#include "config/toolchain/asio.hpp"
#include "gateway/clock.hpp"
#include "handlers/measures.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/lrfm.hpp"
#include "store/mysql/nights.hpp"

namespace peyk::gateway::ctl {
namespace {

constexpr std::uint64_t kMembersBetweenWords = 100'000;  // members

std::string words_of(const rules::Bounds& bounds) {
  return fmt::format("{:>14} {:>14} {:>14} {:>14}", bounds[0], bounds[1], bounds[2], bounds[3]);
}

void show_bounds(const handlers::Club& club, const store::LrfmPass& pass, const rules::LrfmBounds& bounds,
                 std::ostream& out) {
  out << fmt::format("club {}: {} members with a visit\n", club.slug, pass.members());
  out << fmt::format("{:<12} {:>14} {:>14} {:>14} {:>14}\n", "from", "score 2", "score 3", "score 4",
                     "score 5");
  out << fmt::format("{:<12} {}\n", "length_days", words_of(bounds.length_days));
  out << fmt::format("{:<12} {}\n", "visits", words_of(bounds.visits));
  out << fmt::format("{:<12} {}\n", "spent", words_of(bounds.spent));
  out << fmt::format("{:<12} {:>14} {:>14} {:>14} {:>14}\n", "from", "score 4", "score 3", "score 2",
                     "score 1");
  out << fmt::format("{:<12} {}\n", "days_away", words_of(bounds.days_away));
  if (club.programme.bounds_given)
    out << "scores are given by the bounds of the club's file; these are kept beside them\n";
}

// Beside people at tills: as slowly as at night.
bool politely(store::LrfmPass& pass, store::Connection& connection, boost::asio::io_context& io) {
  const auto began = std::chrono::steady_clock::now();
  const bool more = pass.step(connection);
  connection.rollback();
  const auto took = std::chrono::steady_clock::now() - began;
  if (more) boost::asio::steady_timer(io, took * store::kNightRest).wait();
  return more;
}

ExitCode reckon(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  const auto clubs = store::load_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  store::LrfmPass pass(club.id, handlers::day_of(club, wall_clock()));
  const std::uint64_t expected = pass.expected(connection);
  connection.rollback();
  std::uint64_t told = 0;
  boost::asio::io_context io;
  while (politely(pass, connection, io)) {
    if (pass.members() < told + kMembersBetweenWords) continue;
    told = pass.members();
    desk.err << fmt::format("peykctl: {} of some {} members\n", told, expected) << std::flush;
  }
  const rules::LrfmBounds bounds = pass.save(connection, wall_clock());
  connection.commit();
  show_bounds(club, pass, bounds, desk.out);
  return kDone;
}

}  // namespace

void describe_customers(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* lrfm = app.add_subcommand("lrfm", "reckon the bounds of a club's scores now, as each night does");
  lrfm->add_option("club", order.club, "the club's slug")->required();
  lrfm->fallthrough();
  commands.push_back({lrfm, reckon});
}

}  // namespace peyk::gateway::ctl
