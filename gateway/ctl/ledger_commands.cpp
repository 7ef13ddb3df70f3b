#include "gateway/ctl/ledger_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>
#include <ostream>

#include "gateway/clock.hpp"
#include "store/mysql/audit.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/liability.hpp"

namespace peyk::gateway::ctl {
namespace {

using nlohmann::ordered_json;

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

// The club that was named, or the only one.
const handlers::Club& club_meant(const std::vector<handlers::Club>& clubs, const std::string& slug) {
  if (!slug.empty() || clubs.size() != 1) {
    if (slug.empty()) throw Trouble{kUsage, clubs.empty() ? "there is no club" : "name a club with --club"};
    return club_named(clubs, slug);
  }
  return clubs.front();
}

std::string liability_as_json(const handlers::Club& club, const store::Liability& found) {
  ordered_json all{{"club", club.slug},
                   {"currency", club.currency},
                   {"members", found.members},
                   {"open", found.open},
                   {"overdue", found.overdue},
                   {"in_lots", found.in_lots},
                   {"kinds", ordered_json::array()},
                   {"months", ordered_json::array()}};
  for (const auto& kind : found.kinds) {
    all["kinds"].push_back({{"origin", kind.origin},
                            {"granted", kind.granted},
                            {"redeemed", kind.redeemed},
                            {"lapsed", kind.lapsed},
                            {"moved", kind.moved},
                            {"open", kind.open}});
  }
  for (const auto& [month, open] : found.months) all["months"].push_back({{"month", month}, {"open", open}});
  return all.dump() + '\n';
}

void say_liability(const handlers::Club& club, const store::Liability& found, std::ostream& out) {
  constexpr const char* kRow = "{:<12}{:>20}{:>20}{:>20}{:>20}{:>20}\n";
  out << fmt::format("club {}, in {}\n", club.slug, club.currency);
  out << fmt::format(kRow, "", "granted", "redeemed", "lapsed", "moved", "open");
  for (const auto& kind : found.kinds)
    out << fmt::format(kRow, kind.origin, kind.granted, kind.redeemed, kind.lapsed, kind.moved, kind.open);
  out << fmt::format("open {} to {} members, {} of it past its time\n", found.open, found.members,
                     found.overdue);
  for (const auto& [month, open] : found.months) out << fmt::format("lapses in {}: {}\n", month, open);
  if (found.open != found.in_lots)
    out << fmt::format("the lots come to {}: run peykctl ledger audit\n", found.in_lots);
}

ExitCode show_liability(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  const auto clubs = store::load_clubs(connection);
  const handlers::Club& club = club_meant(clubs, desk.order.club);
  const store::Liability found = store::liability_of(connection, club.id, wall_clock());
  if (desk.order.json) {
    desk.out << liability_as_json(club, found);
  } else {
    say_liability(club, found, desk.out);
  }
  return found.open == found.in_lots ? kDone : kFound;
}

}  // namespace

void describe_ledger(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* ledger = app.add_subcommand("ledger", "the books");
  ledger->require_subcommand(1);
  auto* auditing = ledger->add_subcommand("audit", "check every promise of the ledger; changes nothing");
  auditing->add_flag("--json", order.json, "as JSON");
  auto* owing =
      ledger->add_subcommand("liability", "what a club owes its members, by kind and by month of expiry");
  owing->add_option("--club", order.club, "the slug of the club, if there are several");
  owing->add_flag("--json", order.json, "as JSON");
  for (auto* child : {ledger, auditing, owing}) child->fallthrough();
  commands.push_back({auditing, audit_ledger});
  commands.push_back({owing, show_liability});
}

}  // namespace peyk::gateway::ctl
