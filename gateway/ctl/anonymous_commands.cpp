#include "gateway/ctl/anonymous_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <numeric>
#include <ostream>

#include "gateway/clock.hpp"
#include "gateway/csv.hpp"
#include "gateway/pseudonyms.hpp"
#include "handlers/anonymous.hpp"
#include "store/mysql/customer_pages.hpp"

namespace peyk::gateway::ctl {
namespace {

using handlers::AnonymousCustomer;

struct AnonymousRows {
  std::vector<AnonymousCustomer> customers;
  std::vector<std::string> names;  // beside them
};

AnonymousRows read_anonymous(store::Connection& connection, const handlers::Club& club, rules::Instant now) {
  const Pseudonyms pseudonyms;
  const handlers::ClubMoment moment = handlers::moment_of(club, now);
  AnonymousRows rows;
  using Pages = store::CustomerPages;
  Pages pages(club, Pages::Whom::buyers, 0, Pages::Read::all);
  for (;;) {
    handlers::Facts facts;
    const auto page = pages.next(connection, facts);
    if (page.empty()) return rows;
    for (const store::Customer& one : page) {
      const rules::Behaviour buys = facts.behaviour(one.member.id);
      if (buys.visits == 0) continue;
      rows.customers.push_back(anonymous(
          club, one.profile, buys, handlers::measures_of(club, &one.member, facts, moment, &one.profile)));
      rows.names.push_back(pseudonyms.of(one.member.id));
    }
  }
}

std::string number_or_nothing(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "";
}

// 0: not known.
std::string score_or_nothing(std::uint8_t score) {
  return score == 0 ? "" : std::to_string(score);
}

std::string anonymous_line(const std::string& name, const AnonymousCustomer& one) {
  std::string segments;
  for (const std::string& segment : one.segments) segments += (segments.empty() ? "" : ";") + segment;
  return csv_line({name, std::to_string(one.visits), std::to_string(one.purchases),
                   std::to_string(one.weeks_away), std::to_string(one.weeks_known),
                   number_or_nothing(one.usual_gap_days), std::to_string(one.spent),
                   std::to_string(one.mean_basket), std::string(one.basket),
                   score_or_nothing(one.scores.length), score_or_nothing(one.scores.recency),
                   score_or_nothing(one.scores.frequency), score_or_nothing(one.scores.monetary),
                   number_or_nothing(one.top_percent), segments, one.tier, csv_text(one.city), one.age_band});
}

ExitCode export_customers(Desk& desk) {
  if (!desk.order.books.anonymous)
    throw Trouble{kUsage, "customers are exported with --anonymous only; export members has their phones"};
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  connection.begin_snapshot();
  AnonymousRows rows = read_anonymous(connection, club, wall_clock());
  connection.rollback();
  hide_rare(rows.customers);
  std::vector<std::size_t> order(rows.names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&rows](std::size_t i) -> const std::string& { return rows.names[i]; });
  desk.out
      << "customer,visits,purchases,weeks_away,weeks_known,usual_gap_days,spent,mean_basket,basket,"
         "score_length,score_recency,score_frequency,score_monetary,top_percent,segments,tier,city,age\r\n";
  for (const std::size_t i : order) desk.out << anonymous_line(rows.names[i], rows.customers[i]);
  desk.out.flush();
  if (!desk.out) throw Trouble{kUsage, "writing the CSV failed: what was written is not whole"};
  return kDone;
}

}  // namespace

void describe_anonymous(CLI::App& app, Order& order, std::vector<Command>& commands) {
  CLI::App* exporting = app.get_subcommand("export");
  auto* command = exporting->add_subcommand("customers", "how customers buy, for analysts: nobody is named");
  command->add_option("club", order.club, "the club's slug")->required();
  command->add_flag("--anonymous", order.books.anonymous, "without phones, names and numbers; must be given");
  command->fallthrough();
  commands.push_back({command, export_customers});
}

}  // namespace peyk::gateway::ctl
