#include "gateway/ctl/offer_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "handlers/customer.hpp"
#include "handlers/programme_words.hpp"
#include "store/mysql/programmes.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using Json = nlohmann::ordered_json;
using store::OfferRecord;
using store::OfferVersion;

constexpr std::size_t kVersionsShown = 50;

struct Found {
  handlers::Club club;
  std::vector<OfferRecord> records;
  std::vector<store::OfferReach> reach;  // beside records
};

bool is_in_force(const OfferVersion& version) {
  return version.until_at == rules::Instant{};
}

// In force, or, by its name, whatever became of it.
Found find(Desk& desk, std::string_view name, std::size_t versions_max) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  Found found{.club = club_named(clubs, desk.order.club), .records = {}, .reach = {}};
  found.records = store::load_offer_records(connection, found.club.id, name, versions_max);
  if (name.empty())
    std::erase_if(found.records, [](const OfferRecord& one) { return !is_in_force(one.versions.front()); });
  std::uint64_t rows_left = store::kReachRowsMax;
  for (const OfferRecord& one : found.records)
    found.reach.push_back(store::load_offer_reach(connection, one.versions.front().offer.id, rows_left));
  connection.rollback();
  return found;
}

std::vector<std::string> conditions_of(const rules::Offer& offer, const rules::TierPlan& tiers) {
  std::vector<std::string> words;
  for (const rules::Condition& one : offer.when) words.push_back(handlers::said(one, tiers));
  return words;
}

std::vector<std::string> effects_of(const rules::Offer& offer) {
  std::vector<std::string> words;
  for (const rules::OfferEffect& one : offer.then) words.push_back(handlers::said(one));
  return words;
}

// What bounds it, but for its budget.
std::string bounds_of(const rules::Offer& offer, std::string_view zone) {
  using templates::Language;
  std::string text;
  if (offer.from != rules::Instant{})
    text += ", from " + templates::format_date_short(offer.from, zone, Language::en);
  if (offer.until != rules::Instant{})
    text +=
        ", until " + templates::format_date_short(templates::last_day_of(offer.until), zone, Language::en);
  if (offer.per_member != 0) text += fmt::format(", {} to a member", offer.per_member);
  if (offer.per_member_day != 0) text += fmt::format(", {} a day", offer.per_member_day);
  if (offer.stacking == rules::Stacking::best) text += ", the best only";
  if (offer.priority != 0) text += fmt::format(", priority {}", offer.priority);
  if (offer.hold_out != 0) text += fmt::format(", {}% held out", handlers::percent_text(offer.hold_out));
  if (offer.chance != 0) text += fmt::format(", by chance on 1 day in {}", offer.chance);
  return text.empty() ? text : "  " + text.substr(2) + "\n";
}

// All its time, whatever its version.
std::string reach_of(const store::OfferReach& reach) {
  const std::string items = reach.items == 0 ? "" : fmt::format(" and {} items", reach.items);
  return fmt::format("  {}{} uses by {} members, {} rials{} given\n", reach.is_all ? "" : "more than ",
                     reach.uses, reach.members, reach.money, items);
}

std::string budget_of(const OfferRecord& record) {
  const rules::Amount budget = record.versions.front().offer.budget;
  if (budget == 0) return "  no budget\n";
  const rules::Offer& offer = record.versions.front().offer;
  const auto gives = [&offer](rules::EffectKind kind) {
    return std::ranges::find(offer.then, kind, &rules::OfferEffect::kind) != offer.then.end();
  };
  const bool of_messages = handlers::is_of_budget(offer, rules::EffectKind::message);
  const std::string_view what = gives(rules::EffectKind::item) ? "items" : of_messages ? "messages" : "rials";
  return fmt::format("  given {} of {} {}, {} left\n", record.spent, budget, what,
                     std::max<rules::Amount>(budget - record.spent, 0));
}

std::string as_text(const rules::Offer& offer, const handlers::Club& club) {
  const auto when = conditions_of(offer, club.programme.tiers);
  return fmt::format("  on {}{}{}\n  then {}\n", handlers::word_in(handlers::occasion_words(), offer.on),
                     when.empty() ? "" : " when ", fmt::join(when, " and "),
                     fmt::join(effects_of(offer), " and ")) +
         bounds_of(offer, club.time_zone);
}

Json version_as_json(const OfferVersion& version, const handlers::Club& club) {
  const rules::Offer& offer = version.offer;
  return {{"version", std::to_string(offer.version)},
          {"applied", templates::rfc3339(version.from_at)},
          {"ended", is_in_force(version) ? Json() : Json(templates::rfc3339(version.until_at))},
          {"title", offer.title},
          {"on", handlers::word_in(handlers::occasion_words(), offer.on)},
          {"when", conditions_of(offer, club.programme.tiers)},
          {"then", effects_of(offer)}};
}

Json record_as_json(const OfferRecord& record, const store::OfferReach& reach, const handlers::Club& club) {
  const rules::Offer& latest = record.versions.front().offer;
  Json json{{"name", latest.name},
            {"id", latest.id},
            {"in_force", is_in_force(record.versions.front())},
            {"given", latest.budget == 0 ? Json() : Json(record.spent)},
            {"budget", latest.budget == 0 ? Json() : Json(latest.budget)},
            {"budget_left",
             latest.budget == 0 ? Json() : Json(std::max<rules::Amount>(latest.budget - record.spent, 0))},
            {"uses", reach.uses},
            {"members", reach.members},
            {"money", reach.money},
            {"items", reach.items},
            {"counted_all", reach.is_all},
            {"versions", Json::array()}};
  for (const OfferVersion& one : record.versions) json["versions"].push_back(version_as_json(one, club));
  return json;
}

ExitCode list(Desk& desk) {
  const Found found = find(desk, "", 1);
  Json json = Json::array();
  for (std::size_t i = 0; i < found.records.size(); ++i) {
    const OfferRecord& one = found.records[i];
    if (desk.order.json) {
      json.push_back(record_as_json(one, found.reach[i], found.club));
      continue;
    }
    const rules::Offer& offer = one.versions.front().offer;
    desk.out << fmt::format("{}  version {}, applied {}\n", offer.name, offer.version,
                            templates::rfc3339(one.versions.front().from_at))
             << as_text(offer, found.club) << budget_of(one) << reach_of(found.reach[i]);
  }
  if (desk.order.json) desk.out << json.dump() << '\n';
  if (!desk.order.json && found.records.empty())
    desk.out << fmt::format("club {} has no offers\n", found.club.slug);
  return kDone;
}

ExitCode show(Desk& desk) {
  const Found found = find(desk, desk.order.offer, kVersionsShown);
  if (found.records.empty())
    throw Trouble{kFound, fmt::format("club {} never had an offer {}", found.club.slug, desk.order.offer)};
  const OfferRecord& record = found.records.front();
  if (desk.order.json) {
    desk.out << record_as_json(record, found.reach.front(), found.club).dump(2) << '\n';
    return kDone;
  }
  desk.out << record.versions.front().offer.name << '\n'
           << budget_of(record) << reach_of(found.reach.front());
  for (const OfferVersion& one : record.versions) {
    desk.out << fmt::format("version {}, applied {}{}\n", one.offer.version, templates::rfc3339(one.from_at),
                            is_in_force(one) ? "" : ", ended " + templates::rfc3339(one.until_at))
             << as_text(one.offer, found.club);
  }
  return kDone;
}

}  // namespace

void describe_offers(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* offers = app.add_subcommand("offers", "a club's offers: what they ask, give and have given");
  offers->require_subcommand(1);
  auto* listing = offers->add_subcommand("list", "those that are in force");
  listing->add_option("club", order.club, "the club's slug")->required();
  listing->add_flag("--json", order.json, "as JSON");
  auto* showing = offers->add_subcommand("show", "one, with its versions, the latest first");
  showing->add_option("club", order.club, "the club's slug")->required();
  showing->add_option("offer", order.offer, "the offer's name")->required();
  showing->add_flag("--json", order.json, "as JSON");
  for (auto* child : {offers, listing, showing}) child->fallthrough();
  commands.push_back({listing, list});
  commands.push_back({showing, show});
}

}  // namespace peyk::gateway::ctl
