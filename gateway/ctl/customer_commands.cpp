#include "gateway/ctl/customer_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>

#include "config/toolchain/asio.hpp"
#include "gateway/clock.hpp"
#include "handlers/measures.hpp"
#include "handlers/tags.hpp"
#include "store/mysql/lrfm.hpp"
#include "store/mysql/nights.hpp"
#include "store/mysql/tags.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

constexpr std::uint64_t kMembersBetweenWords = 100'000;  // members
constexpr int kTagConflictsMax = 5;  // a gateway was at her row; then the operator hears of it

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
  const auto clubs = open_clubs(connection);
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

// With or without its sign; as it is kept.
std::vector<std::string> tags_typed(const std::vector<std::string>& words) {
  std::vector<std::string> tags;
  for (const std::string& word : words) {
    const auto tag = handlers::tag_of(std::string_view(word).substr(word.starts_with('+') ? 1 : 0));
    if (!tag)
      throw Trouble{kUsage, fmt::format("\"{}\" cannot be a tag: a tag is {}", word, handlers::kTagRule)};
    tags.push_back(*tag);
  }
  return tags;
}

handlers::TagAnswer retag(store::Connection& connection, const handlers::Directory& directory,
                          const handlers::TagChange& change) {
  store::SystemChance chance;
  for (int conflicts = 0;; ++conflicts) {
    try {
      auto answer = store::change_tags(connection, chance, directory, change, wall_clock());
      connection.commit();
      return answer;
    } catch (const store::SqlError& error) {
      if (error.kind() != store::SqlError::Kind::conflict || conflicts == kTagConflictsMax) throw;
      connection.rollback();
    }
  }
}

ExitCode tag_customer(Desk& desk) {
  const auto phone = phone_named(desk.order.phone, "is not a mobile number: 09121112233, +989121112233");
  handlers::TagChange change{.member = {0, phone},
                             .added = tags_typed(desk.order.customers.tags_on),
                             .removed = tags_typed(desk.order.customers.tags_off)};
  store::Connection connection(desk.options.mysql);
  const handlers::Directory directory(open_clubs(connection));
  connection.rollback();
  const handlers::Club& club = club_named(directory.clubs(), desk.order.club);
  change.member.club = club.id;
  const handlers::TagAnswer answer = retag(connection, directory, change);
  const std::string who = templates::e164(phone);
  if (answer.what == handlers::Tagged::no_member)
    throw Trouble{kFound, fmt::format("{} is no member of club {}", who, club.slug)};
  if (answer.what == handlers::Tagged::too_many) {
    throw Trouble{kFound, fmt::format("{} would have {} tags; {} are the most. Nothing was changed", who,
                                      answer.tags.size(), handlers::kTagsMax)};
  }
  desk.out << (answer.tags.empty() ? fmt::format("{} has no tags\n", who)
                                   : fmt::format("{}: {}\n", who, fmt::join(answer.tags, ", ")));
  return kDone;
}

}  // namespace

void describe_customers(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* lrfm = app.add_subcommand("lrfm", "reckon the bounds of a club's scores now, as each night does");
  lrfm->add_option("club", order.club, "the club's slug")->required();
  lrfm->fallthrough();
  commands.push_back({lrfm, reckon});

  auto* customer = app.add_subcommand("customer", "what the club calls a member");
  customer->require_subcommand(1);
  customer->fallthrough();
  auto* tagging =
      customer->add_subcommand("tag", "put words on a member, or take them off; without any, show hers");
  tagging->add_option("club", order.club, "the club's slug")->required();
  tagging->add_option("phone", order.phone, "her phone, in any form")->required();
  tagging->add_option("words", order.customers.tags_on, "to put on: student, +student");
  tagging->add_option("--off", order.customers.tags_off, "to take off");
  tagging->fallthrough();
  commands.push_back({tagging, tag_customer});
}

}  // namespace peyk::gateway::ctl
