#include "handlers/quote.hpp"

#include <map>

#include "handlers/earning.hpp"
#include "handlers/good_at.hpp"
#include "handlers/membership.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/proof.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

using rules::EffectKind;

bool is_off(EffectKind kind) {
  return kind == EffectKind::percent_off || kind == EffectKind::cash_off;
}

const rules::OfferEffect& effect_of(const rules::Given& given, const Club& club) {
  return club.programme.offers.at(given.offer).then.at(given.effect);
}

// What the offers take off before payment.
rules::Judged judge_off(const Club& club, const Member* member, const QuoteOrder& order, const Facts& facts,
                        const Setting& setting) {
  const std::vector<rules::WordId> items = words_of(order.items);
  const auto measures = measures_of(club, member, facts, setting.now,
                                    PurchaseNow{.amount = order.amount,
                                                .by_credit = order.by_credit,
                                                .branch = order.branch,
                                                .items = items,
                                                .at = setting.now});
  return rules::judge(club.programme.offers, uses_of(club, member, facts, setting.now), measures,
                      {.amount = order.amount, .by_credit = order.by_credit, .quoted = true},
                      rules::Occasion::purchase, setting.now);
}

// What the purchase is worth to her who buys it and is given that discount: by the words of earning.hpp.
Worth worth_of(const Club& club, const Member& member, const QuoteOrder& order, rules::Amount off,
               const Facts& facts, rules::Instant now) {
  const PurchaseRequest request{.club = club.id,
                                .branch = order.branch,
                                .phone = order.phone,
                                .amount = order.amount,
                                .items = {order.items.begin(), order.items.end()},
                                .discount = off};
  const Purchase purchase{.key = {club.id, order.branch, ""},
                          .by_credit = order.by_credit,
                          .amount = order.amount - off,
                          .discount = off,
                          .phone = order.phone,
                          .purchased_at = now,
                          .recorded_at = now};
  return judge_purchase(club, request, purchase, member, facts, now);
}

rules::Instant expiry(const Club& club, std::uint32_t valid_days, rules::Instant now) {
  const std::uint32_t days = valid_days > 0 ? valid_days : club.policy.credit_valid_days;
  return templates::end_of_local_day(now, club.time_zone, static_cast<int>(days));
}

std::vector<QuotedCredit> credits_of(const Worth& worth, const Club& club, rules::Instant now) {
  std::map<rules::Instant, rules::Amount> by_expiry;
  by_expiry[expiry(club, 0, now)] = worth.own_credit;
  for (const rules::Given& one : worth.given) {
    const rules::OfferEffect& effect = effect_of(one, club);
    if (effect.kind == EffectKind::credit || effect.kind == EffectKind::credit_percent)
      by_expiry[expiry(club, effect.valid_days, now)] += one.value;
  }
  std::vector<QuotedCredit> credits;
  for (const auto& [until, amount] : by_expiry) {
    if (amount > 0) credits.push_back({amount, until});
  }
  return credits;
}

// As she types it without a unit, so that it is read as that very sum.
std::string typed_amount(const Club& club, rules::Amount amount, Language language) {
  if (club.money_display == MoneyDisplay::rial) return std::to_string(amount);
  return amount % 10 == 0 ? std::to_string(amount / 10)
                          : templates::format_amount(amount, MoneyDisplay::rial, language);
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
  const UseOf use(club.programme);
  needs.budgets.insert(use->budgets.begin(), use->budgets.end());
  needs_rank(needs, club, key);
  return needs;
}

Needs needs_quote(const Club& club, PhoneNumber phone, const Setting& setting) {
  const MemberKey key{club.id, phone};
  Needs needs = needs_offers_of(club, key, setting.now);
  needs.wallets.insert(key);
  needs.merge(needs_joining_by_purchase(club, key));
  return needs;
}

Quote quote(const Club& club, const QuoteOrder& order, const Facts& facts, const Setting& setting) {
  Quote quoted{.member = facts.member(MemberKey{club.id, order.phone})};
  quoted.would_join = quoted.member == nullptr &&
                      joining_by_purchase(club, {club.id, order.phone}, facts) == ByPurchase::enrols;
  rules::Judged judged = judge_off(club, quoted.member, order, facts, setting);
  quoted.discount = judged.off;
  const Member newcomer{.club = club.id, .phone = order.phone, .joined_at = setting.now};
  if (quoted.member != nullptr || quoted.would_join) {
    const Member& buyer = quoted.member != nullptr ? *quoted.member : newcomer;
    Worth worth = worth_of(club, buyer, order, quoted.discount, facts, setting.now);
    quoted.credits = credits_of(worth, club, setting.now);
    quoted.points = worth.points;
    quoted.given = std::move(worth.given);
    quoted.discount = worth.honoured;
  } else {
    std::erase_if(judged.given, [&club](const rules::Given& one) {
      const EffectKind kind = effect_of(one, club).kind;
      return !is_off(kind) && kind != EffectKind::note;
    });
    quoted.given = std::move(judged.given);
  }
  // What comes later is said later.
  std::erase_if(quoted.given, [&club](const rules::Given& one) {
    return effect_of(one, club).kind == EffectKind::message;
  });
  quoted.payable = order.amount - order.by_credit - quoted.discount;
  if (quoted.member != nullptr) {
    const auto lots = facts.spendable_lots(quoted.member->id, setting.now);
    for (const Lot* lot : good_lots_at(club, lots, order.branch))
      quoted.available += facts.available(*lot, setting.now);
  }
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
  // Her phone as she typed it: what is masked cannot be typed again.
  const bool may_buy = quoted.member != nullptr || counts_strangers(club);
  std::string then;
  if (quoted.discount > 0 && may_buy) then = '\n' + buy_text(speaker, "quote_then", order, "", setting);
  const auto add = [&text, &then](const std::string& line) {
    if (fits_text(text + '\n' + line + then)) text += '\n' + line;
  };
  if (quoted.discount > 0) add(say("quote_discount", {{"sum", money(club, quoted.discount)}}));
  if (const rules::Amount credit = credit_of(quoted); credit > 0) {
    add(say("quote_credit",
            {{"credit", money(club, credit)},
             {"until", templates::LastDay{quoted.credits.front().expires_at, club.time_zone}}}));
  }
  for (const rules::Given& one : quoted.given) {
    const rules::OfferEffect& effect = effect_of(one, club);
    if (effect.kind == EffectKind::item) add(say("quote_item", {{"item", effect.text}}));
  }
  if (quoted.available > 0) add(say("quote_available", {{"balance", money(club, quoted.available)}}));
  if (quoted.member == nullptr) add(say(quoted.would_join ? "quote_joins" : "quote_no_member"));
  if (quoted.member != nullptr) {
    const std::string_view tier = tier_title(club, facts.rank(quoted.member->id));
    if (!tier.empty()) add(say("tier_member", {{"tier", tier}}));
  }
  for (const std::string& note : notes_of(quoted, club)) add(say("quote_note", {{"note", note}}));
  return {.reply = text + then};
}

std::string buy_text(const Speaker& speaker, std::string_view key, const QuoteOrder& order,
                     std::string_view invoice, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shopper = templates::format_local(order.phone);
  std::string typed = typed_amount(club, order.amount, speaker.language);
  if (!invoice.empty()) {
    // "500 123" would be one amount: its unit ends it.
    if (typed.size() <= 3)
      typed = templates::format_amount(order.amount, club.money_display, speaker.language);
    typed.append(" ").append(invoice);
  }
  return render(setting, key, speaker.language,
                {{"word", club.word},
                 {"phone", shopper},
                 {"typed", typed},
                 {"collect", money(club, order.amount - order.by_credit)},
                 {"pin", speaker.pin_asked()}});
}

}  // namespace peyk::handlers
