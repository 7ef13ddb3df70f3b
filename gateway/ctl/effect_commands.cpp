#include "gateway/ctl/effect_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>

#include "gateway/clock.hpp"
#include "handlers/offer_effect.hpp"
#include "store/mysql/offer_effects.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using handlers::EffectGroup;
using handlers::EffectOfOffer;
using handlers::EffectVerdict;

constexpr std::size_t kAllVersions = 10'000;

// For each member, in hundredths; of nobody nothing.
std::int64_t hundredths(std::int64_t sum, std::uint64_t members) {
  return members == 0 ? 0 : sum * 100 / static_cast<std::int64_t>(members);
}
std::string in_hundredths(std::int64_t value) {
  const std::int64_t size = value < 0 ? -value : value;
  return fmt::format("{}{}.{:02}", value < 0 ? "-" : "", size / 100, size % 100);
}

void effect_row(std::ostream& out, std::string_view what, std::int64_t with, std::int64_t held_out) {
  const std::int64_t more = with - held_out;
  out << fmt::format("{:<24} {:>16} {:>16} {:>16}\n", what, in_hundredths(with), in_hundredths(held_out),
                     (more > 0 ? "+" : "") + in_hundredths(more));
}

std::string verdict_in_words(EffectVerdict verdict) {
  switch (verdict) {
    case EffectVerdict::not_measured:
      return "nobody is held out of those who had bought before: hold_out in the club's file does that, from "
             "then"
             " on\n";
    case EffectVerdict::too_few:
      return fmt::format("fewer than {} on a side: such a difference may be chance alone\n",
                         handlers::kEffectGroupMin);
    case EffectVerdict::chance:
      return "what is spent differs by no more than chance would make it\n";
    case EffectVerdict::more:
      return "with the offer more is spent, by more than chance would make it\n";
    case EffectVerdict::less:
      return "with the offer less is spent, by more than chance would make it\n";
  }
  return {};
}

void show_effect(const EffectGroup& with, const EffectGroup& held_out, std::ostream& out) {
  const auto each = [](const EffectGroup& group, std::int64_t sum) { return hundredths(sum, group.members); };
  const auto count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  out << fmt::format("{:<24} {:>16} {:>16} {:>16}\n", "", "with the offer", "held out", "difference");
  out << fmt::format("{:<24} {:>16} {:>16}\n", "members", with.members, held_out.members);
  out << fmt::format("{:<24} {:>16} {:>16}\n", "it gave something to", with.got, held_out.got);
  effect_row(out, "bought, of 100", each(with, count(with.buyers) * 100),
             each(held_out, count(held_out.buyers) * 100));
  effect_row(out, "purchases a member", each(with, count(with.purchases)),
             each(held_out, count(held_out.purchases)));
  effect_row(out, "spent a member, rials", each(with, with.spent), each(held_out, held_out.spent));
  effect_row(out, "given a member, rials", each(with, with.given), each(held_out, held_out.given));
  out << verdict_in_words(verdict_of(with, held_out));
}

struct EffectPeriod {
  rules::Instant from{}, until{};
};
// Left out: since then, until now.
EffectPeriod effect_period(const Desk& desk, const handlers::Club& club, const store::OfferRecord& record) {
  EffectPeriod period{.from = day_named(desk.order.customers.from, club, false),
                      .until = day_named(desk.order.customers.to, club, true)};
  if (period.from == rules::Instant{}) period.from = store::held_out_since(record);
  if (period.until == rules::Instant{}) period.until = wall_clock();
  if (period.until <= period.from) throw Trouble{kUsage, "--to comes before --from"};
  return period;
}

ExitCode tell_effect(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  const auto records = store::load_offer_records(connection, club.id, desk.order.offer, kAllVersions);
  if (records.empty())
    throw Trouble{kFound, fmt::format("club {} never had an offer {}", club.slug, desk.order.offer)};
  const rules::Offer& offer = records.front().versions.front().offer;
  const EffectPeriod period = effect_period(desk, club, records.front());
  store::EffectPass pass(club.id, {EffectOfOffer(offer, period.from, period.until)});
  while (pass.step(connection)) connection.rollback();
  connection.rollback();
  const EffectOfOffer& sum = pass.effects().front();
  desk.out << fmt::format("offer {}, {} to {}, of those who had bought before\n\n", offer.name,
                          templates::rfc3339(period.from), templates::rfc3339(period.until));
  show_effect(sum.with(), sum.held_out(), desk.out);
  return kDone;
}

}  // namespace

void describe_effect(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* command = app.get_subcommand("offers")->add_subcommand(
      "effect", "how those buy who may have an offer, beside those who are held out of it");
  command->add_option("club", order.club, "the club's slug")->required();
  command->add_option("offer", order.offer, "the offer's name")->required();
  command->add_option("--from", order.customers.from,
                      "the first day, Jalali or Gregorian; else since so many are held out");
  command->add_option("--to", order.customers.to, "the last day; else until now");
  command->fallthrough();
  commands.push_back({command, tell_effect});
}

}  // namespace peyk::gateway::ctl
