#include "gateway/ctl/effect_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <ostream>

#include "gateway/clock.hpp"
#include "handlers/offer_effect.hpp"
#include "store/mysql/customer_pages.hpp"
#include "store/mysql/offer_uses.hpp"
#include "store/mysql/programmes.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using handlers::EffectGroup;
using handlers::EffectOfOffer;

constexpr std::uint64_t kFewHeldOut = 100;  // by so few a difference may be chance alone
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
  if (held_out.members == 0) {
    out << "nobody is held out of those who had bought before: hold_out in the club's file does that, from "
           "then"
           " on\n";
  } else if (held_out.members < kFewHeldOut) {
    out << fmt::format("fewer than {} are held out: such a difference may be chance alone\n", kFewHeldOut);
  }
}

struct EffectPeriod {
  rules::Instant from{}, until{};
};
// Since when those are held out who are now; of them alone the comparison is true.
rules::Instant held_out_since(const store::OfferRecord& record) {
  rules::Instant since = record.versions.front().from_at;
  for (const auto& one : record.versions) {
    if (one.offer.hold_out != record.versions.front().offer.hold_out) break;
    since = one.from_at;
  }
  return since;
}

// Left out: since then, until now.
EffectPeriod effect_period(const Desk& desk, const handlers::Club& club, const store::OfferRecord& record) {
  EffectPeriod period{.from = day_named(desk.order.customers.from, club, false),
                      .until = day_named(desk.order.customers.to, club, true)};
  if (period.from == rules::Instant{}) period.from = held_out_since(record);
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
  EffectOfOffer sum(offer, period.from, period.until);
  store::PastPages pages(club.id);
  for (auto page = pages.next(connection); !page.empty(); page = pages.next(connection)) {
    std::vector<handlers::MemberId> members;
    for (const store::CustomerPast& one : page) members.push_back(one.customer.member.id);
    const auto given = store::given_to(connection, offer.id, members, period.from, period.until);
    connection.rollback();
    for (const store::CustomerPast& one : page) {
      const auto hers = given.find(one.customer.member.id);
      sum.member(one.customer.member.id, one.purchases,
                 hers == given.end() ? std::nullopt : std::optional(hers->second));
    }
  }
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
