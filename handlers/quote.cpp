#include "handlers/quote.hpp"

#include <map>

#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/proof.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using rules::EffectKind;

bool is_off(EffectKind kind) {
  return kind == EffectKind::percent_off || kind == EffectKind::cash_off;
}

const rules::OfferEffect& effect_of(const rules::Given& given, const Club& club) {
  return club.programme.offers.at(given.offer).then.at(given.effect);
}

rules::Judged judge_now(const Club& club, const Member* member, const QuoteOrder& order, const Facts& facts,
                        const Setting& setting) {
  const auto measures = measures_of(
      club, member, facts, setting.now,
      PurchaseNow{.amount = order.amount, .branch = order.branch, .items = order.items, .at = setting.now});
  const auto uses = uses_of(club, member, facts, setting.now);
  const auto judged = [&](std::int64_t points) {
    return rules::judge(club.programme.offers, uses, measures,
                        {.amount = order.amount, .quoted = true, .points = points}, rules::Occasion::purchase,
                        setting.now);
  };
  // Points are of what is paid, and that is known when the discount is.
  const rules::Amount per = club.programme.points_per;
  rules::Judged first = judged(per > 0 ? order.amount / per : 0);
  return per > 0 && first.off > 0 ? judged((order.amount - first.off) / per) : first;
}

rules::Instant expiry(const Club& club, std::uint32_t valid_days, rules::Instant now) {
  const std::uint32_t days = valid_days > 0 ? valid_days : club.policy.credit_valid_days;
  return templates::end_of_local_day(now, club.time_zone, static_cast<int>(days));
}

void add_what_she_earns(Quote& quote, const Club& club, rules::Instant now) {
  std::map<rules::Instant, rules::Amount> credits;
  credits[expiry(club, 0, now)] = rules::share_of(quote.payable, club.policy.earn_share);
  if (club.programme.points_per > 0) quote.points = quote.payable / club.programme.points_per;
  for (const rules::Given& one : quote.given) {
    const rules::OfferEffect& effect = effect_of(one, club);
    if (effect.kind == EffectKind::credit || effect.kind == EffectKind::credit_percent)
      credits[expiry(club, effect.valid_days, now)] += one.value;
    if (effect.kind == EffectKind::points || effect.kind == EffectKind::points_percent)
      quote.points += one.value;
  }
  for (const auto& [until, amount] : credits) {
    if (amount > 0) quote.credits.push_back({amount, until});
  }
}

}  // namespace

rules::Amount credit_of(const Quote& quote) {
  rules::Amount sum = 0;
  for (const QuotedCredit& one : quote.credits) sum += one.amount;
  return sum;
}

std::vector<std::string> notes_of(const Quote& quote, const Club& club) {
  std::vector<std::string> notes;
  for (const rules::Given& one : quote.given) {
    const rules::OfferEffect& effect = effect_of(one, club);
    if (effect.kind == EffectKind::note) notes.push_back(effect.text);
  }
  return notes;
}

Needs needs_offers_of(const Club& club, const MemberKey& key, rules::Instant now) {
  Needs needs = needs_measures(club, key, now, now, false);
  for (const rules::Offer& offer : club.programme.offers) {
    if (offer.budget > 0 && offer.on == rules::Occasion::purchase) needs.budgets.insert(offer.id);
  }
  needs_rank(needs, club, key);
  return needs;
}

Needs needs_quote(const Club& club, PhoneNumber phone, const Setting& setting) {
  const MemberKey key{club.id, phone};
  Needs needs = needs_offers_of(club, key, setting.now);
  needs.wallets.insert(key);
  return needs;
}

Quote quote(const Club& club, const QuoteOrder& order, const Facts& facts, const Setting& setting) {
  Quote quoted{.member = facts.member(MemberKey{club.id, order.phone})};
  quoted.would_join = quoted.member == nullptr && club.policy.join_on_purchase;
  quoted.judged = judge_now(club, quoted.member, order, facts, setting);
  quoted.payable = order.amount - quoted.judged.off;
  const bool earns = quoted.member != nullptr || quoted.would_join;
  for (const rules::Given& one : quoted.judged.given) {
    const EffectKind kind = effect_of(one, club).kind;
    if (earns || is_off(kind) || kind == EffectKind::note) quoted.given.push_back(one);
  }
  if (earns) add_what_she_earns(quoted, club, setting.now);
  if (quoted.member != nullptr) quoted.available = facts.spendable(quoted.member->id, setting.now);
  return quoted;
}

Said quote_said(const Speaker& speaker, const QuoteOrder& order, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const Quote quoted = quote(club, order, facts, setting);
  const auto say = [&](std::string_view key, std::initializer_list<templates::Argument> arguments = {}) {
    return render(setting, key, speaker.language, arguments);
  };
  std::string text = say("quote", {{"phone", shown_phone(club, order.phone)},
                                   {"amount", money(club, order.amount)},
                                   {"collect", money(club, quoted.payable)}});
  const auto add = [&text](const std::string& line) {
    if (fits_text(text + '\n' + line)) text += '\n' + line;
  };
  if (quoted.judged.off > 0) add(say("quote_discount", {{"sum", money(club, quoted.judged.off)}}));
  if (const rules::Amount credit = credit_of(quoted); credit > 0) {
    add(say("quote_credit",
            {{"credit", money(club, credit)},
             {"until", templates::LastDay{quoted.credits.front().expires_at, club.time_zone}}}));
  }
  if (quoted.available > 0) add(say("quote_available", {{"balance", money(club, quoted.available)}}));
  if (quoted.member == nullptr) add(say(quoted.would_join ? "quote_joins" : "quote_no_member"));
  if (quoted.member != nullptr) {
    const std::string_view tier = tier_title(club, facts.rank(quoted.member->id));
    if (!tier.empty()) add(say("tier_member", {{"tier", tier}}));
  }
  for (const std::string& note : notes_of(quoted, club)) add(say("quote_note", {{"note", note}}));
  return {.reply = text};
}

}  // namespace peyk::handlers
