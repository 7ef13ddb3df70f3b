#include "gateway/ctl/ledger_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>
#include <ostream>

#include "gateway/clock.hpp"
#include "store/mysql/audit.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/liability.hpp"
#include "store/mysql/parked_refunds.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using nlohmann::ordered_json;

constexpr std::uint32_t kParkedShown = 1000;

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
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_meant(clubs, desk.order.club);
  const store::Liability found = store::liability_of(connection, club.id, wall_clock());
  if (desk.order.json) {
    desk.out << liability_as_json(club, found);
  } else {
    say_liability(club, found, desk.out);
  }
  return found.open == found.in_lots ? kDone : kFound;
}

std::string parked_as_json(const std::vector<store::ParkedRefund>& refunds, bool has_more) {
  ordered_json all{{"refunds", ordered_json::array()}, {"more", has_more}};
  for (const store::ParkedRefund& one : refunds) {
    all["refunds"].push_back({{"id", std::to_string(one.id)},
                              {"club", one.club},
                              {"branch", one.branch},
                              {"invoice", one.invoice},
                              {"credit_note", one.credit_note},
                              {"till", one.till},
                              {"amount", one.asked == 0 ? ordered_json() : ordered_json(one.asked)},
                              {"at", templates::rfc3339(one.at)}});
  }
  return all.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

ExitCode show_parked(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  std::optional<handlers::ClubId> club;
  if (!desk.order.club.empty()) club = club_named(store::load_clubs(connection), desk.order.club).id;
  const rules::Instant before = wall_clock() - std::chrono::days{desk.order.books.parked_days};
  auto refunds = store::load_parked_refunds(connection, club, before, kParkedShown + 1);
  const bool has_more = refunds.size() > kParkedShown;
  if (has_more) refunds.pop_back();
  if (desk.order.json) {
    desk.out << parked_as_json(refunds, has_more);
    return kDone;
  }
  for (const store::ParkedRefund& one : refunds) {
    desk.out << fmt::format("{}  {} branch {}, invoice {}: refund {} by {} of {}\n",
                            templates::rfc3339(one.at), one.club, one.branch, one.invoice, one.id, one.till,
                            one.asked == 0 ? "all of it" : std::to_string(one.asked));
  }
  if (refunds.empty()) desk.out << "no refund waits for its purchase so long\n";
  if (has_more) desk.out << "and more\n";
  return kDone;
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
  auto* parked = ledger->add_subcommand("parked", "refunds that wait for a purchase that has not come");
  parked->add_option("--club", order.club, "only of this club (its slug)");
  parked->add_option("--days", order.books.parked_days, "that have waited so long")
      ->check(CLI::Range(0U, 3650U));
  parked->add_flag("--json", order.json, "as JSON");
  for (auto* child : {ledger, auditing, owing, parked}) child->fallthrough();
  commands.push_back({auditing, audit_ledger});
  commands.push_back({owing, show_liability});
  commands.push_back({parked, show_parked});
}

}  // namespace peyk::gateway::ctl
