#include "gateway/ctl/replay_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>

#include "config/club_file.hpp"
#include "handlers/replay.hpp"
#include "store/mysql/customer_pages.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using handlers::ReplayedOffer;
using handlers::ReplayReport;

constexpr std::uint64_t kPurchasesBetweenWords = 100'000;  // purchases

// The file's club under the number of the database's, its offers as a directory has them.
handlers::Club proposed(Desk& desk, const std::vector<handlers::Club>& clubs) {
  auto file = config::load_club_file(desk.order.club_file, config::process_environment());
  if (!file) throw Trouble{kUsage, config::report(file.error())};
  handlers::Club club = std::move(file->club);
  const handlers::Club& stored = club_named(clubs, club.slug);
  club.id = stored.id;
  club.programme.bounds_reckoned = stored.programme.bounds_reckoned;
  club.programme.places = stored.programme.places;
  std::ranges::sort(club.programme.offers, {}, &rules::Offer::name);
  // A surprise that is there already draws as it did.
  for (rules::Offer& offer : club.programme.offers) {
    const auto& known = stored.programme.offers;
    const auto same = std::ranges::find(known, offer.name, &rules::Offer::name);
    if (same != known.end()) offer.seed = same->seed;
  }
  return club;
}

std::string percent_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f}%", static_cast<double>(part) * 100 / static_cast<double>(whole));
}

std::string list_of(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

// What is odd about an offer; nothing: empty.
std::string remark_on(const ReplayedOffer& offer, const ReplayReport& report) {
  if (!offer.judged) return "is not of purchases, and was not replayed";
  if (!offer.blind.empty())
    return fmt::format("asks for what is not on record, and was judged without it: {}", list_of(offer.blind));
  if (report.purchases == 0) return {};
  if (offer.fired == 0) return offer.left_out == 0 ? "never fired" : "";
  if (offer.fired == report.purchases) return "fired on every purchase: the club's own share does that too";
  return {};
}

void show(const handlers::Club& club, const ReplayReport& report, std::ostream& out) {
  out << fmt::format("{} purchases of {} members, {} in all\n\n", report.purchases, report.members,
                     report.sold);
  out << fmt::format("{:<40} {:>9} {:>7} {:>9} {:>14} {:>14} {:>10} {:>8} {:>8}\n", "offer", "fired", "share",
                     "members", "credit", "discount", "points", "entries", "items");
  rules::Amount credit = report.own_credit, discount = 0;
  std::int64_t points = report.own_points, entries = 0, items = 0;
  for (const ReplayedOffer& one : report.offers) {
    out << fmt::format("{:<40} {:>9} {:>7} {:>9} {:>14} {:>14} {:>10} {:>8} {:>8}\n", one.name, one.fired,
                       percent_of(one.fired, report.purchases), one.members, one.credit, one.discount,
                       one.points, one.entries, one.items);
    credit += one.credit;
    discount += one.discount;
    points += one.points;
    entries += one.entries;
    items += one.items;
  }
  out << fmt::format("{:<40} {:>9} {:>7} {:>9} {:>14} {:>14} {:>10}\n", "(the club's own share)", "", "", "",
                     report.own_credit, "", report.own_points);
  out << fmt::format("{:<40} {:>9} {:>7} {:>9} {:>14} {:>14} {:>10} {:>8} {:>8}\n", "in all", "", "", "",
                     credit, discount, points, entries, items);
  out << fmt::format("{:<40} {:>9} {:>7} {:>9} {:>14} {:>14} {:>10}\n", "given in truth", "", "", "",
                     report.earned, report.discount, report.points);
  if (!report.gainers.empty()) out << "\nwho gains most by offers:\n";
  for (const handlers::Gainer& one : report.gainers)
    out << fmt::format("  {} {:>14} on {} purchases of {}\n", templates::masked(one.phone), one.gained,
                       one.purchases, one.spent);
  std::string remarks;
  for (std::size_t i = 0; i < report.offers.size(); ++i) {
    const ReplayedOffer& one = report.offers[i];
    if (const std::string remark = remark_on(one, report); !remark.empty())
      remarks += fmt::format("  {}: {}\n", one.name, remark);
    if (one.left_out > 0)
      remarks += fmt::format("  {}: left out on {} purchases: one is given at most {} things at once\n",
                             one.name, one.left_out, rules::kGivenMax);
    if (one.over_budget > 0)
      remarks += fmt::format("  {}: {} beyond its budget of {}\n", one.name, one.over_budget,
                             club.programme.offers[i].budget);
    for (const std::string& wrong : rules::contradictions(club.programme.offers[i]))
      remarks += fmt::format("  {}: {}\n", one.name, wrong);
  }
  if (!remarks.empty()) out << "\nlook at:\n" << remarks;
}

ExitCode replay(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club club = proposed(desk, clubs);
  const handlers::ReplaySpan span{.from = day_named(desk.order.customers.from, club, false),
                                  .until = day_named(desk.order.customers.to, club, true)};
  if (span.until != rules::Instant{} && span.until <= span.from)
    throw Trouble{kUsage, "--to comes before --from"};
  handlers::Replay replay(club, span);
  store::PastPages pages(club.id);
  std::uint64_t members = 0, purchases = 0, told = 0;
  for (auto page = pages.next(connection); !page.empty(); page = pages.next(connection)) {
    connection.rollback();
    for (const store::CustomerPast& one : page) {
      replay.member(one.customer.member, &one.customer.profile, one.purchases);
      purchases += one.purchases.size();
    }
    members += page.size();
    if (purchases < told + kPurchasesBetweenWords) continue;
    told = purchases;
    desk.err << fmt::format("peykctl: {} purchases of {} members\n", purchases, members) << std::flush;
  }
  show(club, replay.report(), desk.out);
  return kDone;
}

// "offers" may have other commands.
CLI::App* offers_of(CLI::App& app) {
  for (CLI::App* child : app.get_subcommands({})) {
    if (child->get_name() == "offers") return child;
  }
  CLI::App* offers = app.add_subcommand("offers", "a club's offers");
  offers->require_subcommand(1);
  offers->fallthrough();
  return offers;
}

}  // namespace

void describe_replay(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* command = offers_of(app)->add_subcommand(
      "replay", "what the offers of a club's file would have given for the purchases on record");
  command->add_option("file", order.club_file, "the club's file, applied or not")->required();
  command->add_option("--from", order.customers.from, "the first day, Jalali or Gregorian");
  command->add_option("--to", order.customers.to, "the last day");
  command->fallthrough();
  commands.push_back({command, replay});
}

}  // namespace peyk::gateway::ctl
