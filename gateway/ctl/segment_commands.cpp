#include "gateway/ctl/segment_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <ostream>

#include "gateway/clock.hpp"
#include "gateway/csv.hpp"
#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/programme_words.hpp"
#include "store/mysql/customer_pages.hpp"
#include "store/mysql/segment_pass.hpp"
#include "templates/catalogue.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using handlers::Club;

constexpr std::uint64_t kMembersBetweenTellings = 100'000;  // members
constexpr std::uint64_t kShownMax = 100;                    // members, without --csv
constexpr rules::DayNumber kDaysShown = 30;

// Called with each customer, her measures and how she buys.
using Look = std::function<void(const store::Customer&, const rules::Measures&, const rules::Behaviour&)>;

void look_at_all(Desk& desk, store::Connection& connection, const Club& club, const Look& look) {
  const handlers::ClubMoment moment = handlers::moment_of(club, wall_clock());
  store::CustomerPages pages(club, store::CustomerPages::Whom::members);
  std::uint64_t seen = 0, told = 0;
  for (;;) {
    handlers::Facts facts;
    const auto page = pages.next(connection, facts);
    connection.rollback();
    if (page.empty()) return;
    for (const store::Customer& one : page) {
      look(one, handlers::measures_of(club, &one.member, facts, moment, &one.profile),
           facts.behaviour(one.member.id));
    }
    seen += page.size();
    if (seen < told + kMembersBetweenTellings) continue;
    told = seen;
    desk.err << fmt::format("peykctl: {} members\n", seen) << std::flush;
  }
}

std::string day_text(rules::DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

ExitCode show_counts(Desk& desk, store::Connection& connection, const Club& club) {
  const auto& segments = club.programme.segments;
  std::vector<std::uint64_t> counts(segments.size());
  std::uint64_t members = 0, buyers = 0;
  const auto count = [&](const auto&, const rules::Measures& measures, const rules::Behaviour& buys) {
    ++members;
    buyers += buys.visits > 0 ? 1 : 0;
    const rules::SegmentMask mask = rules::segments_of(segments, measures);
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += mask >> i & 1U;
  };
  look_at_all(desk, connection, club, count);
  desk.out << fmt::format("{:<40} {:>10} {:>7}  {}\n", "segment", "members", "share", "title");
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const double share =
        members == 0 ? 0 : static_cast<double>(counts[i]) * 100 / static_cast<double>(members);
    desk.out << fmt::format(
        "{:<40} {:>10} {:>6.1f}%  {}\n", segments[i].name, counts[i], share,
        handlers::segment_title(segments[i], club.language, templates::Catalogue::standard()));
  }
  desk.out << fmt::format("of {} members, {} of whom have bought\n", members, buyers);
  return kDone;
}

const rules::Segment& segment_named(const Club& club, const std::string& name) {
  const auto found = std::ranges::find(club.programme.segments, name, &rules::Segment::name);
  if (found == club.programme.segments.end())
    throw Trouble{kFound, fmt::format("club {} has no segment {}", club.slug, name)};
  return *found;
}

std::string last_visit(const rules::Behaviour& behaviour) {
  return behaviour.visits == 0 ? "" : day_text(behaviour.last_day);
}

ExitCode show_members(Desk& desk, store::Connection& connection, const Club& club) {
  const rules::Segment& segment = segment_named(club, desk.order.customers.segment);
  const std::string& file = desk.order.customers.csv;
  std::ofstream csv;
  if (!file.empty()) {
    csv.open(file, std::ios::binary | std::ios::trunc);
    if (!csv) throw Trouble{kUsage, fmt::format("{}: {}", file, std::strerror(errno))};
    csv << "phone,card,visits,last_visit,spent\r\n";
  } else {
    desk.out << fmt::format("{:<14} {:>7} {:>12} {:>16}\n", "phone", "visits", "last visit", "spent");
  }
  std::uint64_t found = 0;
  look_at_all(
      desk, connection, club,
      [&](const store::Customer& one, const rules::Measures& measures, const rules::Behaviour& buys) {
        if (!rules::all_hold(segment.when, measures)) return;
        ++found;
        if (csv.is_open()) {
          csv << csv_line({templates::e164(one.member.phone), std::to_string(one.member.card),
                           std::to_string(buys.visits), last_visit(buys), std::to_string(buys.spent)});
        } else if (found <= kShownMax) {
          desk.out << fmt::format("{:<14} {:>7} {:>12} {:>16}\n", templates::masked(one.member.phone),
                                  buys.visits, last_visit(buys), buys.spent);
        }
      });
  if (csv.is_open()) {
    csv.close();
    if (!csv) throw Trouble{kUsage, fmt::format("{}: {}", file, std::strerror(errno))};
  }
  desk.out << fmt::format("{} members{}\n", found,
                          file.empty() && found > kShownMax
                              ? fmt::format(", {} shown: --csv FILE has all", kShownMax)
                              : std::string());
  return kDone;
}

std::string found_value(const rules::Condition& condition, const rules::Measures& measures) {
  if (!condition.words.empty()) return {};
  const std::int64_t value = measures.of(condition.measure);
  if (value == rules::Measures::kUnknown) return " (not known)";
  return fmt::format(" ({})", value);
}

ExitCode show_why(Desk& desk, store::Connection& connection, const Club& club) {
  const auto phone =
      phone_named(desk.order.customers.why, "is not a mobile number: 09121112233, +989121112233");
  handlers::Facts facts;
  const auto customer = store::customer_by_phone(connection, club, phone, facts);
  if (!customer) {
    throw Trouble{kFound, fmt::format("{} is no member of club {}", templates::e164(phone), club.slug)};
  }
  const rules::Measures measures =
      handlers::measures_of(club, &customer->member, facts, wall_clock(), &customer->profile);
  for (const rules::Segment& segment : club.programme.segments) {
    desk.out << fmt::format("{} {}\n", rules::all_hold(segment.when, measures) ? "in " : "not", segment.name);
    for (const rules::Condition& one : segment.when) {
      desk.out << fmt::format("      {} {}{}\n", rules::holds(one, measures) ? "+" : "-",
                              handlers::said(one, club.programme.tiers), found_value(one, measures));
    }
  }
  return kDone;
}

ExitCode show_moves(Desk& desk, store::Connection& connection, const Club& club) {
  const auto days =
      store::load_segment_days(connection, club.id, handlers::day_of(club, wall_clock()) - kDaysShown);
  if (days.empty()) {
    desk.out << "no night has counted them yet\n";
    return kDone;
  }
  desk.out << fmt::format("{:<12} {:<40} {:>10} {:>10} {:>10}\n", "night", "segment", "members", "entered",
                          "left");
  for (const store::SegmentDay& one : days) {
    desk.out << fmt::format("{:<12} {:<40} {:>10} {:>10} {:>10}\n", day_text(one.day), one.name,
                            one.count.members, one.count.entered, one.count.left);
  }
  return kDone;
}

ExitCode segments(Desk& desk) {
  const CustomersOrder& wanted = desk.order.customers;
  if (!wanted.csv.empty() && wanted.segment.empty())
    throw Trouble{kUsage, "--csv is of one segment: name it"};
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  connection.rollback();
  const Club& club = club_named(clubs, desk.order.club);
  if (club.programme.segments.empty())
    throw Trouble{kFound, fmt::format("club {} has no segments in its file", club.slug)};
  if (wanted.moved) return show_moves(desk, connection, club);
  if (!wanted.why.empty()) return show_why(desk, connection, club);
  if (!wanted.segment.empty()) return show_members(desk, connection, club);
  return show_counts(desk, connection, club);
}

}  // namespace

void describe_segments(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* command = app.add_subcommand("segments", "how many are in which of a club's segments, who, and why");
  command->add_option("club", order.club, "the club's slug")->required();
  command->add_option("segment", order.customers.segment, "its name: who is in it");
  command->add_option("--csv", order.customers.csv, "all of them into this file");
  auto* why =
      command->add_option("--why", order.customers.why, "a member's phone: by what she is in each or not");
  auto* moved =
      command->add_flag("--moved", order.customers.moved, "who came and went, each of the last 30 nights");
  moved->excludes(why);
  command->fallthrough();
  commands.push_back({command, segments});
}

}  // namespace peyk::gateway::ctl
