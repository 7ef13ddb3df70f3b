#include "handlers/occasion.hpp"

#include <algorithm>

#include "handlers/earning.hpp"
#include "handlers/move.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/reminder.hpp"
#include "handlers/rules/offer_fits.hpp"
#include "handlers/speaker.hpp"
#include "handlers/tier_day.hpp"
#include "templates/dates.hpp"
#include "templates/money.hpp"

namespace peyk::handlers {
namespace {

using rules::EffectKind;
using rules::Occasion;
using rules::Offer;

constexpr std::chrono::hours kMorning{9}, kEvening{20};
constexpr std::chrono::minutes kQuarter{15};
constexpr std::chrono::hours kAskedBackWithin{24};
constexpr rules::DayNumber kBirthdaysApart = 300;  // days, at least: those of a year and the next are more

bool has_offer(const Club& club, Occasion on, rules::Instant now) {
  return std::ranges::any_of(club.programme.offers, [&](const Offer& offer) {
    return offer.on == on && rules::in_time(offer, now);
  });
}

// She had it for this occasion already.
bool is_had(const OfferUseRow& use, Occasion on, const rules::Behaviour& behaviour, rules::DayNumber today) {
  if (use.uses == 0) return false;
  switch (on) {
    case Occasion::birthday:
      return today - use.last_day < kBirthdaysApart;
    case Occasion::away:
      return use.last_day >= behaviour.last_day;
    case Occasion::survey:
      return use.last_day == today;
    case Occasion::event:
      return false;
    case Occasion::join:
    case Occasion::profile:
    case Occasion::purchase:
      return true;
  }
  throw std::logic_error("is_had: not an Occasion");
}

bool is_her_day(Occasion on, const rules::Measures& measures) {
  if (on == Occasion::birthday) return measures.of(rules::Measure::days_to_birthday) == 0;
  return on != Occasion::away || measures.of(rules::Measure::days_away) > 0;
}

// Those for this occasion that she has not had, by their places in the club's.
std::vector<std::size_t> open_places(const Club& club, Occasion on, const Member& member, const Facts& facts,
                                     rules::DayNumber today) {
  const rules::Behaviour behaviour = behaviour_of(club, member.id, facts);
  const auto had = [&](const Offer& offer) {
    return is_had(facts.offer_use({member.id, offer.id}), on, behaviour, today);
  };
  // What she has had is not judged again: then of those that say `best` the one that she had stays the only
  // one of its day.
  const bool best_had =
      on == Occasion::survey && std::ranges::any_of(club.programme.offers, [&](const Offer& one) {
        return one.on == on && one.stacking == rules::Stacking::best && had(one);
      });
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < club.programme.offers.size(); ++i) {
    const Offer& offer = club.programme.offers[i];
    if (offer.on != on || had(offer) || (best_had && offer.stacking == rules::Stacking::best)) continue;
    places.push_back(i);
  }
  return places;
}

Worth judged(const Club& club, Occasion on, const std::vector<std::size_t>& places,
             const std::vector<rules::OfferUse>& all_uses, rules::Measures measures, rules::Instant now) {
  std::vector<Offer> offers;
  std::vector<rules::OfferUse> uses;
  for (const std::size_t place : places) {
    offers.push_back(club.programme.offers[place]);
    uses.push_back(all_uses[place]);
  }
  Worth worth{.measures = std::move(measures)};
  worth.given = rules::judge(offers, uses, worth.measures, {}, on, now).given;
  for (rules::Given& given : worth.given) given.offer = places[given.offer];
  std::size_t gifts = 0;  // as of a purchase: each is a code and a line of the text
  std::erase_if(worth.given, [&](const rules::Given& given) {
    const EffectKind kind = club.programme.offers[given.offer].then[given.effect].kind;
    return kind == EffectKind::note || (is_piece(kind) && ++gifts > kGiftsOfAPurchaseMax);
  });
  for (const rules::Given& given : worth.given) {
    const EffectKind kind = club.programme.offers[given.offer].then[given.effect].kind;
    if (is_money(kind)) worth.earned += given.value;
    if (kind == EffectKind::points) worth.points += given.value;
  }
  return worth;
}

std::string_view key_of(Occasion on) {
  switch (on) {
    case Occasion::birthday:
      return "occasion_birthday";
    case Occasion::away:
      return "occasion_away";
    case Occasion::join:
      return "occasion_join";
    case Occasion::profile:
      return "occasion_profile";
    case Occasion::survey:
      return "occasion_survey";
    case Occasion::event:
      return "occasion_event";
    case Occasion::purchase:
      break;
  }
  throw std::logic_error("key_of: no text for a purchase");
}

// What is hers by it: a line each.
std::string lines_of(const Club& club, const Member& member, const Brought& brought, const Setting& setting) {
  std::string lines;
  const auto line = [&](std::string_view key, std::initializer_list<templates::Argument> arguments) {
    lines += '\n' + render(setting, key, member.language, arguments);
  };
  const auto code_line = [&](std::string_view key, const Lot& lot, const Code& code, rules::Amount amount) {
    const std::string number = std::to_string(code.number);
    line(key, {{"code", number},
               {"amount", money(club, amount)},
               {"until", templates::LastDayShort{lot.expires_at, club.time_zone}}});
  };
  for (const Earned& earned : brought.credits) {
    if (earned.kept() > 0) code_line("occasion_code_line", earned.lot, earned.code, earned.kept());
    if (earned.settled > 0) line("occasion_settled_line", {{"amount", money(club, earned.settled)}});
  }
  for (const Gift& gift : brought.gifts)
    code_line("purchase_line_gift", gift.lot, gift.code, gift.lot.issued);
  for (const Item& item : brought.items) {
    const std::string number = std::to_string(item.code.number);
    line("purchase_line_item", {{"code", number},
                                {"item", item.code.item},
                                {"until", templates::LastDayShort{item.lot.expires_at, club.time_zone}}});
  }
  if (brought.points > 0)
    line("purchase_line_points", {{"points", brought.points}, {"total", brought.points_total}});
  if (brought.risen) lines += '\n' + risen_line(club, member.language, *brought.risen, setting);
  return lines;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// As the club wrote it, and a line for the tier that it brought her to. Its placeholders are of one code: the
// first of credit, or else of an item.
std::string own_words(const std::string& message, const Club& club, const Member& member,
                      const Brought& brought, rules::Amount kept, const Code& code, const Lot& lot,
                      const Setting& setting) {
  std::string text = message;
  replace_all(text, "{club}", club.name);
  replace_all(text, "{credit}", templates::format_amount(kept, club.money_display, member.language));
  replace_all(text, "{code}", std::to_string(code.number));
  replace_all(text, "{item}", code.item);
  replace_all(
      text, "{until}",
      templates::format_date(templates::last_day_of(lot.expires_at), club.time_zone, member.language));
  if (brought.risen) text += '\n' + risen_line(club, member.language, *brought.risen, setting);
  return render(setting, "occasion_own", member.language, {{"message", templates::Rendered{text}}});
}

// The club's own, where there is one code for their placeholders; empty: credit and items both it cannot tell
// of.
std::string own_words_of(const Club& club, const Member& member, const Worth& worth, const Brought& brought,
                         const Setting& setting) {
  const std::string& message = club.programme.offers[worth.given.front().offer].message;
  if (message.empty()) return {};
  if (!brought.credits.empty() && brought.credits.front().kept() > 0 && brought.items.empty()) {
    const Earned& first = brought.credits.front();
    return own_words(message, club, member, brought, first.kept(), first.code, first.lot, setting);
  }
  if (brought.credits.empty() && brought.items.size() == 1) {
    const Item& item = brought.items.front();
    return own_words(message, club, member, brought, 0, item.code, item.lot, setting);
  }
  return {};
}

std::string words_of(const Club& club, Occasion on, const Member& member, const Worth& worth,
                     const Brought& brought, const Setting& setting) {
  // A long message with a line more is given up for the usual words.
  const std::string own = own_words_of(club, member, worth, brought, setting);
  if (!own.empty() && (!brought.risen || fits_text(own))) return own;
  const std::string lines = lines_of(club, member, brought, setting);
  return render(setting, key_of(on), member.language,
                {{"club", club.name}, {"list", templates::Rendered{lines}}});
}

// What she has by all that fits, and the words that tell her: without them, nothing does.
Reward bring_all(const Club& club, Occasion on, const Member& member, rules::Measures measures,
                 std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  const std::vector<std::size_t> places = open_places(club, on, member, facts, day_of(club, setting.now));
  Reward reward;
  reward.brought.tier = facts.rank(member.id).standing.tier;
  reward.worth =
      judged(club, on, places, uses_of(club, &member, facts, setting.now), std::move(measures), setting.now);
  const Worth& worth = reward.worth;
  if (worth.given.empty()) return reward;
  const Purchase none{.key = {.club = club.id, .branch = kWholeClub, .invoice = {}},
                      .member = member.id,
                      .purchased_at = setting.now};
  reward.brought = bring(club, none, member, worth, {.earned = worth.earned, .points = worth.points},
                         candidates, facts, setting);
  reward.outcome.effects = std::move(reward.brought.effects);
  const bool advertising = on == Occasion::away;
  const rules::Instant at = advertising ? setting.now : reminder_time(club, setting.now);
  OutgoingText text = text_to(club, member.phone, advertising ? Lane::promo : Lane::notice,
                              words_of(club, on, member, worth, reward.brought, setting), at);
  // By whatever lane, through quiet hours and a line that is full; but no longer than what it tells of lasts.
  text.valid_until =
      std::min(at + (advertising ? kAskedBackWithin : kToldWithin), soonest_end(reward.brought));
  if (!advertising && at > setting.now) text.send_at = at;
  reward.outcome.texts.push_back(std::move(text));
  return reward;
}

}  // namespace

std::vector<OccasionRound> occasion_rounds(const Directory& directory, rules::Instant now) {
  std::vector<OccasionRound> rounds;
  for (const Club& club : directory.clubs()) {
    const rules::Instant today = templates::start_of_local_day(now, club.time_zone);
    if (now < today + kMorning || now >= today + kEvening) continue;
    const auto quarter = static_cast<std::int32_t>(now.time_since_epoch() / kQuarter);
    for (const Occasion on : {Occasion::join, Occasion::profile, Occasion::birthday, Occasion::away}) {
      const bool by_day = on == Occasion::birthday || on == Occasion::away;
      if (has_offer(club, on, now)) rounds.push_back({&club, on, by_day ? day_of(club, now) : quarter});
    }
  }
  return rounds;
}

bool may_fit(const Club& club, Occasion on, const Member& member, const rules::Measures& measures,
             const Facts& facts, rules::Instant now) {
  if (!is_her_day(on, measures)) return false;
  const rules::Behaviour behaviour = behaviour_of(club, member.id, facts);
  const rules::DayNumber today = day_of(club, now);
  return std::ranges::any_of(club.programme.offers, [&](const Offer& offer) {
    return offer.on == on && rules::in_time(offer, now) && rules::all_hold(offer.when, measures) &&
           !is_had(facts.offer_use({member.id, offer.id}), on, behaviour, today);
  });
}

Needs needs_occasion(const Club& club, Occasion on, const MemberKey& key, const std::string& promo_line,
                     const Setting& setting) {
  Needs needs = needs_measures(club, key, setting.now, setting.now, true);
  for (const Offer& offer : club.programme.offers) {
    if (offer.budget > 0 && offer.on == on) needs.budgets.insert(offer.id);
    if (offer.budget > 0 && offer.on != on) needs.budgets.erase(offer.id);
  }
  if (on == Occasion::away) {
    needs.line_phones.insert({club.line, key.phone});
    needs.line_phones.insert({promo_line, key.phone});
  }
  if (const std::size_t codes = codes_of_a_purchase(club); codes > 0) draw_codes(needs, club, setting, codes);
  return needs;
}

Outcome occasion(const Club& club, Occasion on, const Member& member, const Profile* profile,
                 const std::string& promo_line, std::span<const CodeKey> candidates, const Facts& facts,
                 Setting& setting) {
  const bool advertising = on == Occasion::away;
  if (member.phone == 0) return {};
  if (advertising && (promo_line.empty() || facts.line_phone({club.line, member.phone}).promo_stopped ||
                      facts.line_phone({promo_line, member.phone}).promo_stopped))
    return {};
  rules::Measures measures = measures_of(club, &member, facts, setting.now, profile);
  if (!is_her_day(on, measures)) return {};
  Outcome outcome = bring_all(club, on, member, std::move(measures), candidates, facts, setting).outcome;
  if (outcome.texts.empty()) return outcome;
  OutgoingText& text = outcome.texts.front();
  if (advertising) {
    text.line = promo_line;
  } else if (text.send_at == rules::Instant{}) {
    text.send_at = setting.now;  // one of many: let in as the line drains (docs/decisions/0038)
  }
  return outcome;
}

Reward reward(const Club& club, const Happened& happened, const Member& member,
              std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  if (member.phone == 0) return {};
  rules::Measures measures = measures_of(club, &member, facts, setting.now);
  measures.add(rules::WordSet::event, rules::word_id(happened.name));
  if (happened.score != 0) measures.set(rules::Measure::survey_score, happened.score);
  return bring_all(club, happened.on, member, std::move(measures), candidates, facts, setting);
}

}  // namespace peyk::handlers
