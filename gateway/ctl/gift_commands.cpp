#include "gateway/ctl/gift_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>
#include <ostream>

#include "config/scalars.hpp"
#include "gateway/clock.hpp"
#include "handlers/rules/offers.hpp"
#include "store/mysql/gifts.hpp"
#include "store/mysql/lookup.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

constexpr int kCodesMax = 100;  // withdrawn by one command, if they are named

std::string last_day(rules::Instant expires_at, const handlers::Club& club) {
  return templates::format_date_short(templates::last_day_of(expires_at), club.time_zone,
                                      templates::Language::en);
}

std::string worth_of(rules::Amount amount, const std::string& item) {
  return item.empty() ? fmt::format("{} rials", amount) : fmt::format("\"{}\"", item);
}

bool is_item_text(const std::string& text) {
  return !text.empty() && config::is_clean_line(text) &&
         config::characters(text) <= rules::kItemCharactersMax;
}

// The codes and nothing else to standard output: a list that a printer or a mailing takes as it is.
ExitCode issue(Desk& desk) {
  if ((desk.order.amount == 0) == desk.order.item.empty())
    throw Trouble{kUsage, "say of which amount each code is, or --item and what is handed over for it"};
  if (!desk.order.item.empty() && !is_item_text(desk.order.item))
    throw Trouble{kUsage, fmt::format("--item is 1 to {} characters on one line", rules::kItemCharactersMax)};
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  connection.rollback();
  const rules::Instant now = wall_clock();
  const store::GiftOrder order{
      .club = club.id,
      .amount = desk.order.amount,
      .item = desk.order.item,
      .count = desk.order.count,
      .expires_at = templates::end_of_local_day(now, club.time_zone, static_cast<int>(desk.order.valid_days)),
      .now = now,
      .by = operator_name()};
  store::SystemChance chance;
  const auto batch = store::issue_gifts(connection, chance, order, [&desk](auto numbers) {
    for (const rules::CodeNumber number : numbers) desk.out << number << '\n';
    desk.out.flush();
  });
  desk.err << fmt::format("batch {}: {} codes of {} each, good until {}\n", batch, order.count,
                          worth_of(order.amount, order.item), last_day(order.expires_at, club));
  return kDone;
}

ExitCode show(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  const auto batches = store::list_gifts(connection, club.id, wall_clock(), store::kLookupRowsMax);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const store::GiftBatch& one : batches) {
    if (desk.order.json) {
      json.push_back(
          {{"batch", std::to_string(one.id)},
           {"amount", one.amount},
           {"item", one.item.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(one.item)},
           {"issued", templates::rfc3339(one.issued_at)},
           {"by", one.by},
           {"expires", templates::rfc3339(one.expires_at)},
           {"codes", one.codes},
           {"redeemed", one.redeemed},
           {"open", one.open},
           {"withdrawn", one.withdrawn},
           {"expired", one.expired}});
      continue;
    }
    desk.out << fmt::format(
        "batch {}  {} codes of {}, until {}, by {}: {} redeemed, {} open ({} rials), {} withdrawn,"
        " {} expired\n",
        one.id, one.codes, worth_of(one.amount, one.item), last_day(one.expires_at, club), one.by,
        one.redeemed, one.open, static_cast<rules::Amount>(one.open) * one.amount, one.withdrawn,
        one.expired);
  }
  if (desk.order.json) desk.out << json.dump() << '\n';
  if (!desk.order.json && batches.empty()) desk.out << "no gift codes were issued\n";
  return kDone;
}

std::string_view words_of(store::Withdrawal what) {
  switch (what) {
    case store::Withdrawal::done:
      return "withdrawn";
    case store::Withdrawal::unknown:
      return "no gift code of this club";
    case store::Withdrawal::redeemed:
      return "redeemed already";
    case store::Withdrawal::expired:
      return "expired";
    case store::Withdrawal::withdrawn_before:
      return "withdrawn before";
  }
  throw std::logic_error("words_of: not a Withdrawal");
}

ExitCode withdraw(Desk& desk) {
  if (desk.order.codes.empty() == (desk.order.batch == 0))
    throw Trouble{kUsage, "name the codes that are to be withdrawn, or --batch and its number"};
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  connection.rollback();
  store::SystemChance chance;
  const store::WithdrawOrder order{.club = club.id, .now = wall_clock(), .by = operator_name()};
  if (desk.order.batch != 0) {
    const auto count = store::withdraw_batch(connection, chance, order, desk.order.batch);
    if (!count) throw Trouble{kFound, fmt::format("club {} has no batch {}", club.slug, desk.order.batch)};
    desk.out << fmt::format("batch {}: {} codes withdrawn\n", desk.order.batch, *count);
    return kDone;
  }
  bool all = true;
  const auto found = store::withdraw_gifts(connection, chance, order, desk.order.codes);
  for (std::size_t i = 0; i < found.size(); ++i) {
    desk.out << fmt::format("{}: {}\n", desk.order.codes[i], words_of(found[i]));
    all = all && (found[i] == store::Withdrawal::done || found[i] == store::Withdrawal::withdrawn_before);
  }
  return all ? kDone : kFound;
}

}  // namespace

void describe_gift(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* gift = app.add_subcommand(
      "gift", "gift codes: credit for whoever texts them, or items for whoever shows them");
  gift->require_subcommand(1);
  auto* issuing = gift->add_subcommand("issue", "make codes; each is printed on a line of its own");
  issuing->add_option("club", order.club, "the club's slug")->required();
  issuing->add_option("amount", order.amount, "of each code, in rials")
      ->check(CLI::Range(std::int64_t{1}, rules::kAmountMax / store::kGiftsMax));
  issuing->add_option("--item", order.item, "what a cashier hands over for each, instead of an amount");
  issuing->add_option("--count", order.count, "how many")
      ->check(CLI::Range(1U, store::kGiftsMax))
      ->capture_default_str();
  issuing->add_option("--valid-days", order.valid_days, "whole days after today")
      ->check(CLI::Range(1U, 3650U))
      ->capture_default_str();
  auto* showing = gift->add_subcommand("show", "the latest batches: redeemed, open, expired");
  showing->add_option("club", order.club, "the club's slug")->required();
  showing->add_flag("--json", order.json, "as JSON");
  auto* voiding = gift->add_subcommand("void", "withdraw codes that nobody has redeemed");
  voiding->add_option("club", order.club, "the club's slug")->required();
  voiding->add_option("codes", order.codes, "the codes")
      ->check(CLI::Range(1'000'000U, 9'999'999U))
      ->expected(0, kCodesMax);
  voiding->add_option("--batch", order.batch, "all of this batch that are still open");
  for (auto* child : {gift, issuing, showing, voiding}) child->fallthrough();
  commands.push_back({issuing, issue});
  commands.push_back({showing, show});
  commands.push_back({voiding, withdraw});
}

}  // namespace peyk::gateway::ctl
