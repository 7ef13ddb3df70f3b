#include "gateway/ctl/insight_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>
#include <ostream>

#include "gateway/clock.hpp"
#include "store/mysql/insights.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using handlers::basket_change;
using handlers::DayPart;
using handlers::Insight;
using handlers::mean_basket;
using handlers::top_share;
using Json = nlohmann::ordered_json;

std::string_view cross_tier(const handlers::Club& club, std::uint32_t tier) {
  const auto& tiers = club.programme.tiers.tiers;
  return tier == 0 || tier > tiers.size() ? std::string_view("-") : std::string_view(tiers[tier - 1].name);
}

template <typename Value>
Json json_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json counts_as_json(const handlers::Club& club, const store::CrossCounts& counts) {
  Json json{{"parts", Json::object()}, {"tiers", Json::object()}, {"segments", Json::object()}};
  for (std::size_t i = 0; i < counts.parts.size(); ++i)
    json["parts"][std::string(name_of(static_cast<DayPart>(i)))] = counts.parts.at(i);
  for (const auto& [tier, count] : counts.tiers) json["tiers"][std::string(cross_tier(club, tier))] = count;
  for (const auto& [name, count] : counts.segments) json["segments"][name] = count;
  return json;
}

void show_cross_json(const handlers::Club& club, const Insight& insight, const store::Cross& cross,
                     std::ostream& out) {
  Json json{{"club", club.slug},
            {"from", templates::rfc3339(insight.from)},
            {"until", templates::rfc3339(insight.until)},
            {"purchases", insight.purchases},
            {"sold", insight.sold},
            {"mean_basket", json_or_null(mean_basket(insight.sold, insight.purchases))},
            {"before",
             {{"purchases", insight.purchases_before},
              {"sold", insight.sold_before},
              {"mean_basket", json_or_null(mean_basket(insight.sold_before, insight.purchases_before))}}},
            {"mean_basket_change_percent", json_or_null(basket_change(insight))},
            {"by_members", insight.by_members},
            {"by_top_fifth", insight.by_top},
            {"top_fifth_share_percent", json_or_null(top_share(insight))},
            {"best_customers", insight.top},
            {"best_customers_away", insight.top_asleep},
            {"all", counts_as_json(club, cross.all)},
            {"items", Json::array()}};
  for (const store::CrossItem& item : cross.items) {
    Json one{{"name", item.name},
             {"purchases", item.purchases},
             {"quantity", item.quantity},
             {"amount", item.amount}};
    one.update(counts_as_json(club, item.counts));
    json["items"].push_back(std::move(one));
  }
  out << json.dump(2) << '\n';
}

std::string cross_share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.0f}%", static_cast<double>(part) * 100 / static_cast<double>(whole));
}

void show_cross_row(std::string_view name, std::uint64_t purchases, std::uint64_t quantity,
                    rules::Amount amount, const store::CrossCounts& counts, std::ostream& out) {
  out << fmt::format("{:<32} {:>9} {:>9} {:>16}", name, purchases, quantity, amount);
  for (const std::uint64_t count : counts.parts) out << fmt::format(" {:>9}", cross_share(count, purchases));
  out << '\n';
}

// "gold 40%, silver 12%": of the purchases with it, those by whom.
template <typename Counts, typename Name>
std::string cross_shares(const Counts& counts, std::uint64_t purchases, Name name) {
  std::string line;
  for (const auto& [what, count] : counts)
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", name(what), cross_share(count, purchases));
  return line;
}

void show_cross_whom(const handlers::Club& club, std::string_view name, std::uint64_t purchases,
                     const store::CrossCounts& counts, std::ostream& out) {
  const std::string tiers =
      cross_shares(counts.tiers, purchases, [&club](std::uint32_t tier) { return cross_tier(club, tier); });
  const std::string segments =
      cross_shares(counts.segments, purchases, [](const std::string& segment) { return segment; });
  if (tiers.empty() && segments.empty()) return;
  out << name << '\n';
  if (!tiers.empty()) out << "  tiers     " << tiers << '\n';
  if (!segments.empty()) out << "  segments  " << segments << '\n';
}

std::string figure_or_dash(const std::optional<std::int64_t>& value, std::string_view unit) {
  return value ? fmt::format("{}{}", *value, unit) : std::string("-");
}

void show_cross_text(const handlers::Club& club, const Insight& insight, const store::Cross& cross,
                     std::ostream& out) {
  out << fmt::format("{} .. {}\n", templates::rfc3339(insight.from), templates::rfc3339(insight.until));
  out << fmt::format("{:<32} {:>9}   before {}\n", "purchases", insight.purchases, insight.purchases_before);
  out << fmt::format("{:<32} {:>9}   before {}, change {}\n", "mean basket",
                     figure_or_dash(mean_basket(insight.sold, insight.purchases), ""),
                     figure_or_dash(mean_basket(insight.sold_before, insight.purchases_before), ""),
                     figure_or_dash(basket_change(insight), "%"));
  out << fmt::format("{:<32} {:>9}   of what members spent\n", "share of the top fifth",
                     figure_or_dash(top_share(insight), "%"));
  out << fmt::format("{:<32} {:>9}   of {} by the scores of last night\n\n", "best customers who stay away",
                     insight.top_asleep, insight.top);
  out << fmt::format("{:<32} {:>9} {:>9} {:>16}", "item", "purchases", "quantity", "amount");
  for (std::size_t i = 0; i < handlers::kDayParts; ++i)
    out << fmt::format(" {:>9}", name_of(static_cast<DayPart>(i)));
  out << '\n';
  for (const store::CrossItem& item : cross.items)
    show_cross_row(item.name, item.purchases, item.quantity, item.amount, item.counts, out);
  if (cross.items.empty()) out << "no till told what was bought\n";
  show_cross_row("(all purchases)", insight.purchases, 0, insight.sold, cross.all, out);
  out << "\nby whom, of the purchases with it\n";
  for (const store::CrossItem& item : cross.items)
    show_cross_whom(club, item.name, item.purchases, item.counts, out);
  show_cross_whom(club, "(all purchases)", insight.purchases, cross.all, out);
}

ExitCode insights_of(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  const rules::Instant now = wall_clock();
  const auto& asked = desk.order.customers;
  store::InsightSpan span =
      store::insight_span(club, asked.to.empty() ? now : day_named(asked.to, club, true));
  if (!asked.from.empty()) span.from = day_named(asked.from, club, false);
  if (span.from >= span.until) throw Trouble{kUsage, "--to lies before --from"};
  connection.begin_snapshot();
  const Insight insight = store::read_insight(connection, club, span, now);
  const store::Cross cross = store::read_cross(connection, club, span);
  connection.rollback();
  (desk.order.json ? show_cross_json : show_cross_text)(club, insight, cross, desk.out);
  return kDone;
}

}  // namespace

void describe_insights(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* command = app.add_subcommand("insights", "what sells best, to whom and when; baskets, the top fifth");
  command->add_option("club", order.club, "the club's slug")->required();
  command->add_option("--from", order.customers.from,
                      "the first day, Jalali or Gregorian; else 30 days in all");
  command->add_option("--to", order.customers.to, "the last day; else yesterday");
  command->add_flag("--json", order.json, "as JSON");
  command->fallthrough();
  commands.push_back({command, insights_of});
}

}  // namespace peyk::gateway::ctl
